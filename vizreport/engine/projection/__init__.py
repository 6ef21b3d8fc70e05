"""Units projected down to the input: on crops, through windows, by separate passes."""
