"""Why an audit ends without a report. Each names the file and, where there is one, the row and the column."""


class UnusableError(Exception):
    """What was given cannot be used; the text is one line that says where and why."""


class NothingReadError(Exception):
    """The files were read, and not one lead of them can be used."""


class UnrepresentativeSampleError(Exception):
    """A large file holds what its beginning did not show, so all of it has to be looked at before it is read."""
