"""The time left to a running function."""

from datetime import timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight.app.sweep import Left


def time_left(context: LambdaContext, in_hand: timedelta) -> Left:
    """Return a function that tells the time left.

    The last `in_hand` of the invocation is not counted.
    """
    return lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()) - in_hand
