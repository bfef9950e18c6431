"""The context that Lambda passes to a handler."""

from collections.abc import Callable

from aws_lambda_powertools.utilities.typing import LambdaContext


class Context(LambdaContext):
    """A context of a function, with so much time left."""

    def __init__(self, milliseconds_left: Callable[[], int] = lambda: 30_000) -> None:
        """Take a function that returns the remaining time."""
        self._function_name = "test"
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:test"
        self._aws_request_id = "request-1"
        self._milliseconds_left = milliseconds_left

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # static only in this type
        """Return how much time is left."""
        return self._milliseconds_left()


CONTEXT = Context()
