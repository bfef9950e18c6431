"""Rendering of all pages, with their common content."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from leadtight.adapters.clock_and_ids import clock
from leadtight.adapters.presentation.formatting import one_line, title
from leadtight.devstage.console.times import clock_time
from leadtight.devstage.info import DevInfo
from leadtight.domain.policy.policy import Policy

LONGEST_LINE = 80
TEMPLATES = Path(__file__).with_name("templates")
NAV = (("/", "Leads"), ("/outbox", "Outbox"), ("/people", "People"), ("/report", "Report"), ("/health", "Health"))


class Layout:
    """Renderer of the pages of one local stage."""

    def __init__(self, info: DevInfo, policy: Policy) -> None:
        """Take the addresses and the company shown on every page."""
        self.info = info
        self.policy = policy
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["words"] = title
        self._templates.filters["line"] = lambda text: one_line(text, LONGEST_LINE)

    def page(
        self, name: str, here: str, *, status: int = 200, now: datetime | None = None, **context: Any
    ) -> HTMLResponse:
        """Render a page; `here` is its entry of the navigation."""
        at = now or clock()
        zone = self.policy.company.zone
        body = self._templates.get_template(f"{name}.html").render(
            info=self.info,
            company=self.policy.company,
            nav=NAV,
            here=here,
            now=at,
            time=lambda moment: clock_time(moment, at, zone),
            **context,
        )
        return HTMLResponse(body, status_code=status)
