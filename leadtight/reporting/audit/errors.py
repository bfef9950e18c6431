"""Reasons why an audit ends without a report.

Each names the file and, where there is one, the row and the column.
"""


class UnusableError(Exception):
    """A file or option cannot be used.

    The text is one line that says where and why.
    """


class NothingReadError(Exception):
    """The files were read, but contain no usable lead."""


class UnrepresentativeSampleError(Exception):
    """A large file contains rows unlike its sample.

    All of it has to be examined before it is read.
    """
