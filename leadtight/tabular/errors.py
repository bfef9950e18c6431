"""Why a file cannot be read as a table."""


class NoTableError(Exception):
    """The text is one line that says why and, where there is one, in which row; whoever asked names the file."""
