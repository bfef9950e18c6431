"""Why a restore stops."""

from __future__ import annotations


class RestoreStopped(Exception):
    """A restore cannot go on.

    `code` is the command's exit code: 2 for a request that cannot be met, 1 for anything that another run may mend.
    """

    def __init__(self, message: str, *, code: int = 1) -> None:
        """Take the message for the operator."""
        super().__init__(message)
        self.code = code
