"""Signed pages over HTTP: parse, ask one use case, answer with a page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.desk import form
from leadtight import wiring
from leadtight.adapters import sheet
from leadtight.app.desk import OutcomeForm
from leadtight.domain.errors import Conflict, InvalidInquiry, InvalidLink, LinkOver, NotFound, StaleSubmission

REPORT_OPENS_FOR = timedelta(minutes=5)

Event = dict[str, Any]
Answer = dict[str, Any]
logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handle(event: Event, context: LambdaContext) -> Answer:
    """Answer one request. Only route and status are logged: the path holds a signed link, the body a person."""
    route = event["routeKey"]
    answer = _answered(ROUTES[route], event, wiring.clock()())
    logger.info("answered", extra={"route": route, "status": answer["statusCode"]})
    return answer


def show(event: Event, now: datetime) -> Answer:
    """Show a lead; nothing changes, whoever fetches it."""
    seen = wiring.desk().show(_token(event), now)
    return _page(200, wiring.pages().outcome(seen, now))


def submit(event: Event, now: datetime) -> Answer:
    """Record an outcome or take one back, then send the browser to the page that shows it."""
    token, pages = _token(event), wiring.pages()
    try:
        asked = form.read(event)
    except form.UnreadableForm as error:
        return _page(error.status, pages.malformed(str(error)))
    typed = asked if isinstance(asked, OutcomeForm) else None
    try:
        _change(token, asked, now)
    except (InvalidInquiry, StaleSubmission) as problem:
        status = 422 if isinstance(problem, InvalidInquiry) else 409
        return _page(status, pages.outcome(wiring.desk().show(token, now), now, problem, typed))
    except LinkOver as error:
        return _page(410, pages.over(error, typed.note if typed else ""))
    except Conflict:
        return _page(503, pages.busy(typed.note if typed else ""))
    # Relative to the address of this very request, whatever stands before it.
    return _redirect(303, token)


def report(event: Event, now: datetime) -> Answer:
    """Send the browser to a report, by an address that soon stops working."""
    path = wiring.desk().report_path(_token(event), now)
    return _redirect(302, wiring.report_files().presign(path, REPORT_OPENS_FOR))


def _answered(respond: Callable[[Event, datetime], Answer], event: Event, now: datetime) -> Answer:
    try:
        return respond(event, now)
    except InvalidLink:
        return _page(403, wiring.pages().forged())
    except NotFound:
        return _page(404, wiring.pages().missing())
    except LinkOver as error:
        return _page(410, wiring.pages().over(error))


def _change(token: str, asked: OutcomeForm | form.Undo, now: datetime) -> None:
    if isinstance(asked, form.Undo):
        wiring.desk().undo(token, asked.version, now)
    else:
        wiring.desk().record(token, asked, now)


def _token(event: Event) -> str:
    token: str = event["pathParameters"]["token"]
    return token


def _page(status: int, html: str) -> Answer:
    return {"statusCode": status, "headers": dict(sheet.headers()), "body": html}


def _redirect(status: int, location: str) -> Answer:
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return {"statusCode": status, "headers": headers, "body": ""}


ROUTES: dict[str, Callable[[Event, datetime], Answer]] = {
    "GET /o/{token}": show,
    "POST /o/{token}": submit,
    "GET /reports/{token}": report,
}
