"""The buttons, which change the local stage.

Each answers with the page it is on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leadtight.adapters.clock_and_ids import clock
from leadtight.devstage.console.deployed import InvokeError, LocalStack
from leadtight.devstage.console.layout import Layout
from leadtight.devstage.console.people import PersonStates

KINDS = ("nightly", "weekly")


class Actions:
    """Handler of POST requests."""

    def __init__(self, layout: Layout, *, people: PersonStates, deployed: LocalStack, zone: ZoneInfo) -> None:
        """Take the parts that can be changed.

        `zone` decides the company's current date.
        """
        self._layout = layout
        self._people = people
        self._deployed = deployed
        self._zone = zone

    def send_away(self, request: Request) -> Response:
        """Switch a person away."""
        self._people.send_away(self._person(request), clock())
        return _back("/people", "away")

    def bring_back(self, request: Request) -> Response:
        """Switch a person back."""
        self._people.bring_back(self._person(request))
        return _back("/people", "back")

    def run_report(self, request: Request) -> Response:
        """Run the deployed report function for today."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise HTTPException(404)
        return self._invoked("report", {"kind": kind, "date": self._today().isoformat()}, "/report", kind)

    def sweep(self, request: Request) -> Response:
        """Run the deployed sweep."""
        return self._invoked("sla", {"sweep": True}, "/health", "sweep")

    def _invoked(self, function: str, payload: Mapping[str, Any], page: str, done: str) -> Response:
        try:
            self._deployed.invoke(function, payload)
        except InvokeError as error:
            title = f"The {function} function failed"
            return self._layout.page("notice", page, status=502, title=title, detail=str(error))
        return _back(page, done)

    def _person(self, request: Request) -> str:
        person_id: str = request.path_params["person_id"]
        if not self._people.knows(person_id):
            raise HTTPException(404)
        return person_id

    def _today(self) -> date:
        return clock().astimezone(self._zone).date()


def _back(page: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"{page}?done={done}", 303)
