"""What a run leaves on disk: experiments' results and the record of the run. No TensorFlow."""
