"""Serve the manager's board, and its link for `leadtight board`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadtight import bootstrap
from leadtight.adapters.http import events
from leadtight.adapters.presentation.pages import board as pages_board
from leadtight.domain.model.errors import NotFound


def show(event: events.Event, now: datetime) -> events.Response:
    """Answer with the page, and permit its own script."""
    board = bootstrap.app().boards.show(str(event["pathParameters"]["token"]), now)
    return events.page(200, pages_board.board(bootstrap.policy(), board, now), pages_board.script())


def answer(request: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Answer `{"person": ...}` with the `link`, or the `problem`.

    The default is the catch-all person.
    """
    person = str(request.get("person") or bootstrap.policy().routing.catch_all)
    try:
        return {"link": bootstrap.app().boards.link(person, now)}
    except NotFound as error:
        return {"problem": str(error)}
