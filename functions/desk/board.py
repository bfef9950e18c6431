"""The manager's board: its page, and its address for `leadtight board`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadtight import bootstrap
from leadtight.adapters.http import events
from leadtight.adapters.presentation.pages import board as pages_board
from leadtight.domain.model.errors import NotFound


def show(event: events.Event, now: datetime) -> events.Response:
    """Answer with the page, and let its own script run in it."""
    board = bootstrap.app().boards.show(str(event["pathParameters"]["token"]), now)
    return events.page(200, pages_board.board(bootstrap.policy(), board, now), pages_board.script())


def answer(request: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Answer `{"person": ...}`, by default the catch-all person, with the `link`, or name the `problem`."""
    person = str(request.get("person") or bootstrap.policy().routing.catch_all)
    try:
        return {"link": bootstrap.app().boards.link(person, now)}
    except NotFound as error:
        return {"problem": str(error)}
