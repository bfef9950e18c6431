"""The pages. Reading them changes nothing."""

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

NOTICES = {
    "nightly": "Today's nightly metrics, so far, have been written.",
    "weekly": "This week's review, so far, has been written.",
    "sweep": "The sweep ran.",
    "away": "Away for an hour: no new leads until then.",
    "back": "Switched back.",
}


class ConsolePages:
    """Handler of GET requests."""

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
        """Take the layout and the sources of the pages."""
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
        """Show the sent messages."""
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
        # The frame inherits this page's policy, and mails contain their own styles.
        styles = "'self' 'unsafe-inline'"
        answer.headers["content-security-policy"] = content_policy(self._layout.info.api_url, styles=styles)
        return answer

    def people(self, request: Request) -> HTMLResponse:
        """Show the people of the policy."""
        now = clock()
        return self._layout.page("people", "/people", now=now, lines=self._people.lines(now), notice=_notice(request))

    def report(self, request: Request) -> HTMLResponse:
        """Show the latest metrics and the files of the bucket."""
        return self._layout.page("report", "/report", shelf=self._reports.shelf(), notice=_notice(request))

    def open_review(self, request: Request) -> Response:
        """Redirect to the latest weekly review.

        The link is signed like that of the mail's reader.
        """
        address = self._reports.review_link(clock())
        return RedirectResponse(address, 303) if address else self._missing("There is no review yet", "/report")

    def open_quarantine(self, request: Request) -> Response:
        """Redirect to the quarantine by a manager's signed link."""
        return RedirectResponse(self._reports.quarantine_link(clock()), 303)

    def open_board(self, request: Request) -> Response:
        """Redirect to the board by a manager's signed link."""
        person = request.path_params["person_id"]
        if not self._layout.policy.answers_for_leads(person):
            return self._missing("This person manages no team", "/people")
        return RedirectResponse(self._reports.board_link(person, clock()), 303)

    def open_file(self, request: Request) -> Response:
        """Redirect to a file of the bucket."""
        address = self._reports.file_link(request.path_params["key"])
        return RedirectResponse(address, 303) if address else self._missing("There is no such file", "/report")

    def health(self, request: Request) -> HTMLResponse:
        """Show every part's health."""
        now = clock()
        return self._layout.page(
            "health", "/health", now=now, parts_of_stage=self._health.parts(now), notice=_notice(request)
        )

    def not_found(self, request: Request, error: Exception) -> HTMLResponse:
        """Answer for an unknown address."""
        return self._missing("There is no such page", "")

    def broken(self, request: Request, error: Exception) -> HTMLResponse:
        """Answer when a page failed to render.

        Most often the local cloud does not answer.
        """
        return self._layout.page(
            "notice", "", status=500, title="Something went wrong", detail=f"{type(error).__name__}: {error}"
        )

    def _missing(self, title: str, here: str) -> HTMLResponse:
        detail = "It does not exist, or was deleted: RESET=1 deletes everything."
        return self._layout.page("notice", here, status=404, title=title, detail=detail)


def _notice(request: Request) -> str:
    return NOTICES.get(request.query_params.get("done", ""), "")
