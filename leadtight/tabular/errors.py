"""Why a file cannot be read as a table."""


class NoTableError(Exception):
    """A file cannot be read as a table.

    The text is one line that says why and, if there is one, in which row; the caller names the file.
    """
