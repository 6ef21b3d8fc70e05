"""The two ways in which a request or an experiment can end without being a defect."""


class RequestError(Exception):
    """The request is wrong and its author can mend it.

    The message is one sentence that says what is wrong, in which file, and what to do. The
    command line prints it without a traceback and exits with status 2.
    """


class NotApplicable(Exception):
    """An experiment does not apply to this network or these data.

    The report shows the section with the message as its reason; the exit status stays 0.
    """
