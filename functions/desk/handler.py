"""Signed pages over HTTP: parse, ask one use case, answer with a page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from functions.desk import board, form, quarantine, reading
from leadtight import wiring
from leadtight.adapters import http, pages_ask, pages_unsubscribe
from leadtight.app.desk import HandOverForm
from leadtight.app.inquiry import clean
from leadtight.app.recording import OutcomeForm
from leadtight.app.unsubscribe import Leaving
from leadtight.domain.errors import Conflict, InvalidInquiry, InvalidLink, LinkOver, NotFound, StaleSubmission

AT_ANY_DOOR = {"GET /unsubscribe/{token}", "POST /unsubscribe/{token}"}
"""Leaving works by every link that was ever mailed, also by those from before there was a front door."""

REPORT_OPENS_FOR = timedelta(minutes=5)
logger = Logger()


def handle(event: http.Event, context: object) -> http.Response:
    """Answer one request, `leadtight quarantine` or `leadtight board`.

    Only route and status are logged: the path holds a signed link, the body a person.
    """
    if "quarantine" in event:
        return quarantine.answer(event["quarantine"], wiring.clock()())
    if "board" in event:
        return board.answer(event["board"], wiring.clock()())
    entered = front.let_in(event) if (front := wiring.front()) else event
    if entered is None and event["routeKey"] not in AT_ANY_DOOR:
        return http.past_the_door()
    return _entered(entered or event)


def _entered(event: http.Event) -> http.Response:
    route = event["routeKey"]
    response = _answered(_ROUTES[route], event, wiring.clock()())
    logger.info("desk_answered", route=route, status=response["statusCode"])
    return response


def _show(event: http.Event, now: datetime) -> http.Response:
    number = str((event.get("queryStringParameters") or {}).get("file", ""))
    if number.isdecimal():
        return _file(event, int(number[:4]), now)
    seen = wiring.desk().show(_token(event), now)
    return http.page(200, wiring.pages().outcome(seen, now))


def _file(event: http.Event, number: int, now: datetime) -> http.Response:
    """Send a file that came with the lead: by an address of its own that ends soon, as a download."""
    file = wiring.desk().file(_token(event), number, now)
    return _see(wiring.upload_files().address(file.key, file.name, REPORT_OPENS_FOR))


def _submit(event: http.Event, now: datetime) -> http.Response:
    token, pages, asked = _token(event), wiring.pages(), form.read(event)
    typed = None if isinstance(asked, form.Undo) else asked
    note = typed.note if isinstance(typed, OutcomeForm) else ""
    try:
        reading.check(wiring.policy(), event, "outcome", now)
        _change(token, asked, now)
    except (InvalidInquiry, StaleSubmission) as problem:
        status = 422 if isinstance(problem, InvalidInquiry) else 409
        return http.page(status, pages.outcome(wiring.desk().show(token, now), now, problem, typed))
    except LinkOver as error:
        return http.page(410, pages.over(error, note))
    except Conflict:
        return http.page(503, pages.busy(note))
    # Relative to the address of this very request, whatever stands before it: the page that shows what was recorded.
    return http.see_other(token)


def _queue(event: http.Event, now: datetime) -> http.Response:
    queue = wiring.queue().show(_token(event), now)
    return http.page(200, wiring.pages().queue(queue, now, wiring.quick_add().blank()))


def _add(event: http.Event, now: datetime) -> http.Response:
    token, typed = _token(event), form.read_new_lead(event)
    try:
        reading.check(wiring.policy(), event, "name", now)
        added = wiring.quick_add().add(token, typed, now)
    except InvalidInquiry as problem:
        if any(one.field == "Idempotency-Key" for one in problem.problems):  # changed after it was sent: another lead
            typed = replace(typed, submission=wiring.quick_add().blank().submission)
        return http.page(422, wiring.pages().queue(wiring.queue().show(token, now), now, typed, problem))
    except Conflict:
        return http.page(503, wiring.pages().busy(typed.note))
    logger.info("lead_added", status=added.status, person=added.person)
    return http.page(200, wiring.pages().added(added))


def _lead(event: http.Event, now: datetime) -> http.Response:
    from functions.desk import api  # here and below: most requests come from people

    return api.lead(event, now)


def _outcomes(event: http.Event, now: datetime) -> http.Response:
    from functions.desk import api

    return api.outcomes(event, now)


def _report(event: http.Event, now: datetime) -> http.Response:
    path = wiring.desk().report_path(_token(event), now)
    address = wiring.report_files().presign(path, REPORT_OPENS_FOR)
    return _see(address)


def _see(address: str) -> http.Response:
    return {"statusCode": 302, "headers": {"location": address, "cache-control": "no-store"}, "body": ""}


def _ask_to_unsubscribe(event: http.Event, now: datetime) -> http.Response:
    return _unsubscribe_page(wiring.unsubscribe().look(_token(event), now))


def _unsubscribe(event: http.Event, now: datetime) -> http.Response:
    """Act at once, whatever the body says: mail programs post it themselves (RFC 8058)."""
    try:
        return _unsubscribe_page(wiring.unsubscribe().leave(_token(event), now))
    except Conflict:
        return http.page(503, wiring.pages().busy())


def _unsubscribe_page(leaving: Leaving) -> http.Response:
    return http.page(200, pages_unsubscribe.unsubscribe(wiring.policy(), leaving))


def _ask(event: http.Event, now: datetime) -> http.Response:
    return http.page(200, pages_ask.ask(wiring.policy(), wiring.asking().look(_token(event), now), now))


def _say(event: http.Event, now: datetime) -> http.Response:
    token, fields = _token(event), http.form_fields(event)
    said = str(fields.get("said", ""))
    words = clean(str(fields.get("words", "")), multiline=True)[: form.LONGEST_NOTE]
    try:
        reading.check(wiring.policy(), event, "said", now)
        return http.page(200, pages_ask.ask(wiring.policy(), wiring.asking().say(token, said, now, words), now))
    except InvalidInquiry as error:
        lead = wiring.asking().look(token, now)
        return http.page(422, pages_ask.ask(wiring.policy(), lead, now, error.problems[0].detail.capitalize(), words))
    except Conflict:
        return http.page(503, wiring.pages().busy())


def _answered(
    respond: Callable[[http.Event, datetime], http.Response], event: http.Event, now: datetime
) -> http.Response:
    try:
        return respond(event, now)
    except http.BodyTooLargeError:
        return http.page(413, wiring.pages().malformed("it was too long"))
    except http.UnreadableBodyError as error:
        return http.page(400, wiring.pages().malformed(str(error)))
    except InvalidLink:
        return http.page(403, wiring.pages().forged())
    except NotFound:
        return http.page(404, wiring.pages().missing())
    except LinkOver as error:
        return http.page(410, wiring.pages().over(error))


def _change(token: str, asked: form.Asked, now: datetime) -> None:
    match asked:
        case form.Undo(version):
            wiring.desk().undo(token, version, now)
        case HandOverForm():
            wiring.desk().hand_over(token, asked, now)
        case OutcomeForm():
            wiring.desk().record(token, asked, now)


def _token(event: http.Event) -> str:
    return str(event["pathParameters"]["token"])


_ROUTES = {
    "GET /o/{token}": _show,
    "POST /o/{token}": _submit,
    "GET /desk/{token}": _queue,
    "POST /desk/{token}": _add,
    "GET /board/{token}": board.show,
    "GET /leads/{lead_id}": _lead,
    "POST /leads/{lead_id}/outcomes": _outcomes,
    "GET /quarantine/{token}": quarantine.show,
    "POST /quarantine/{token}": quarantine.settle,
    "GET /reports/{token}": _report,
    "GET /ask/{token}": _ask,
    "POST /ask/{token}": _say,
    "GET /unsubscribe/{token}": _ask_to_unsubscribe,
    "POST /unsubscribe/{token}": _unsubscribe,
}
