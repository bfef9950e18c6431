"""The manager's board: its page, and its address for `leadtight board`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadtight import wiring
from leadtight.adapters import http, pages_board
from leadtight.domain.errors import NotFound


def show(event: http.Event, now: datetime) -> http.Response:
    """Answer with the page, and let its own script run in it."""
    found = wiring.boards().show(str(event["pathParameters"]["token"]), now)
    return http.page(200, pages_board.board(wiring.policy(), found, now), pages_board.script())


def answer(asked: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Answer `{"person": ...}`, by default the catch-all person, with the `link`, or name the `problem`."""
    person = str(asked.get("person") or wiring.policy().routing.catch_all)
    try:
        return {"link": wiring.boards().link(person, now)}
    except NotFound as error:
        return {"problem": str(error)}
