"""The pages: what is read, and shown. Looking changes nothing."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from leadtight.adapters.clock_and_ids import clock
from leadtight.devstage.console.guard import content_policy
from leadtight.devstage.console.health import Health
from leadtight.devstage.console.layout import Layout
from leadtight.devstage.console.people import PersonStates
from leadtight.devstage.console.reading import LeadReader
from leadtight.devstage.console.reports import ReportBrowser
from leadtight.devstage.console.samples import CONSENT, sample
from leadtight.devstage.console.sent import SentMessages

SAID = {
    "nightly": "The nightly metrics of today, so far, are written.",
    "weekly": "The review of this week, so far, is written.",
    "sweep": "The sweep ran.",
    "away": "Switched away for an hour: no new leads until then.",
    "back": "Switched back.",
}


class ConsolePages:
    """Answers GET requests."""

    def __init__(
        self,
        layout: Layout,
        *,
        reading: LeadReader,
        sent: SentMessages,
        people: PersonStates,
        reports: ReportBrowser,
        health: Health,
    ) -> None:
        """Take the layout and everything that can be read."""
        self._layout = layout
        self._reading = reading
        self._sent = sent
        self._people = people
        self._reports = reports
        self._health = health

    def home(self, request: Request) -> HTMLResponse:
        """Show the contact form and the leads."""
        now = clock()
        return self._layout.page(
            "home",
            "/",
            now=now,
            sample=sample(request.query_params.get("sample", ""), now),
            consent=CONSENT.format(company=self._layout.policy.company.name),
            lines=self._reading.leads(now),
        )

    def lead(self, request: Request) -> HTMLResponse:
        """Show one lead."""
        now = clock()
        whole = self._reading.lead(request.path_params["lead_id"], now)
        if whole is None:
            return self._missing("There is no such lead", "/")
        return self._layout.page("lead", "/", now=now, whole=whole, lead=whole.line.lead, policy=self._layout.policy)

    def outbox(self, request: Request) -> HTMLResponse:
        """Show what was sent."""
        reading = self._reading
        return self._layout.page(
            "outbox", "/outbox", mails=self._sent.mails(), texts=reading.texts(), waiting=reading.waiting_texts()
        )

    def message(self, request: Request) -> HTMLResponse:
        """Show one mail as its reader sees it."""
        wanted = request.path_params["message_id"]
        mail = next((m for m in self._sent.mails() if m.id == wanted), None)
        if mail is None:
            return self._missing("There is no such mail", "/outbox")
        answer = self._layout.page("mail", "/outbox", mail=mail, message=self._reading.message_of(mail.id))
        # The frame inherits this page's policy, and mails carry their style with them.
        styles = "'self' 'unsafe-inline'"
        answer.headers["content-security-policy"] = content_policy(self._layout.info.api_url, styles=styles)
        return answer

    def people(self, request: Request) -> HTMLResponse:
        """Show who there is."""
        now = clock()
        return self._layout.page("people", "/people", now=now, lines=self._people.lines(now), said=_said(request))

    def report(self, request: Request) -> HTMLResponse:
        """Show the latest figures and what lies in the bucket."""
        return self._layout.page("report", "/report", shelf=self._reports.shelf(), said=_said(request))

    def open_review(self, request: Request) -> Response:
        """Go to the latest weekly review by a signed link, as the mail's reader does."""
        address = self._reports.review_link(clock())
        return RedirectResponse(address, 303) if address else self._missing("There is no review yet", "/report")

    def open_quarantine(self, request: Request) -> Response:
        """Go to the held deliveries by a signed link, as a manager does."""
        return RedirectResponse(self._reports.quarantine_link(clock()), 303)

    def open_board(self, request: Request) -> Response:
        """Go to the board by a signed link, as a manager does."""
        person = request.path_params["person_id"]
        if not self._layout.policy.answers_for_leads(person):
            return self._missing("They manage nobody", "/people")
        return RedirectResponse(self._reports.board_link(person, clock()), 303)

    def open_file(self, request: Request) -> Response:
        """Go to a file of the bucket."""
        address = self._reports.file_link(request.path_params["key"])
        return RedirectResponse(address, 303) if address else self._missing("There is no such file", "/report")

    def health(self, request: Request) -> HTMLResponse:
        """Show every part."""
        now = clock()
        return self._layout.page(
            "health", "/health", now=now, parts_of_stage=self._health.parts(now), said=_said(request)
        )

    def not_found(self, request: Request, error: Exception) -> HTMLResponse:
        """Answer for an address that is no page."""
        return self._missing("There is no such page", "")

    def broken(self, request: Request, error: Exception) -> HTMLResponse:
        """Answer when a page could not be made, most often because the local cloud does not answer."""
        return self._layout.page(
            "notice", "", status=500, title="That did not work", detail=f"{type(error).__name__}: {error}"
        )

    def _missing(self, title: str, here: str) -> HTMLResponse:
        detail = "What you are looking for is not here, or not any more: RESET=1 forgets everything."
        return self._layout.page("notice", here, status=404, title=title, detail=detail)


def _said(request: Request) -> str:
    return SAID.get(request.query_params.get("done", ""), "")
