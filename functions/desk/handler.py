"""Serve signed pages: parse, call one use case, render."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.desk import board, dwell_time, form, quarantine
from leadtight import bootstrap
from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms import post_body
from leadtight.adapters.presentation.pages import contact_check
from leadtight.adapters.presentation.pages import unsubscribe as pages_unsubscribe
from leadtight.app.compliance.unsubscribe import UnsubscribeLink
from leadtight.app.outcomes.desk import HandOverForm
from leadtight.app.outcomes.recording import LeadView, OutcomeForm
from leadtight.domain.model.errors import Conflict, InvalidInquiry, InvalidLink, LinkExpired, NotFound, StaleSubmission
from leadtight.domain.text.sanitizing import sanitize

AT_ANY_DOOR = {"GET /unsubscribe/{token}", "POST /unsubscribe/{token}"}
"""Routes that skip the verification of CloudFront.

Unsubscribing works by every link that was ever mailed, also by those from before CloudFront.
"""

REPORT_OPENS_FOR = timedelta(minutes=5)
logger = Logger()


@logger.inject_lambda_context(correlation_id_path=events.REQUEST_ID, clear_state=True)
def handle(event: events.Event, context: LambdaContext) -> events.Response:
    """Answer one request, `leadtight quarantine` or `leadtight board`.

    Only route and status are logged: the path holds a signed link, the body a person.
    """
    if "quarantine" in event:
        return quarantine.answer(event["quarantine"], bootstrap.clock()())
    if "board" in event:
        return board.answer(event["board"], bootstrap.clock()())
    entered = front.verify(event) if (front := bootstrap.origin_verifier()) else event
    if entered is None and event["routeKey"] not in AT_ANY_DOOR:
        return events.direct_access_refused()
    return _entered(entered or event)


def _entered(event: events.Event) -> events.Response:
    route = event["routeKey"]
    response = _answered(_ROUTES[route], event, bootstrap.clock()())
    logger.info("desk_answered", route=route, status=response["statusCode"])
    return response


def _show(event: events.Event, now: datetime) -> events.Response:
    number = str((event.get("queryStringParameters") or {}).get("file", ""))
    if number.isdecimal():
        return _file(event, int(number[:4]), now)
    view = bootstrap.app().desk.show(_token(event), now)
    logger.append_keys(lead_id=view.lead.id)
    return events.page(200, bootstrap.pages().outcome(view, now))


def _file(event: events.Event, number: int, now: datetime) -> events.Response:
    """Redirect to a short-lived download of a lead's file."""
    file = bootstrap.app().desk.file(_token(event), number, now)
    return _see(bootstrap.upload_files().address(file.key, file.name, REPORT_OPENS_FOR))


def _submit(event: events.Event, now: datetime) -> events.Response:
    token, pages, action = _token(event), bootstrap.pages(), form.read(event)
    typed = None if isinstance(action, form.Undo | form.CallAnswer) else action
    note = typed.note if isinstance(typed, OutcomeForm) else ""
    try:
        dwell_time.check(bootstrap.policy(), event, "outcome", now)
        _change(token, action, now)
    except (InvalidInquiry, StaleSubmission) as problem:
        status = 422 if isinstance(problem, InvalidInquiry) else 409
        return events.page(status, pages.outcome(bootstrap.app().desk.show(token, now), now, problem, typed))
    except LinkExpired as error:
        return events.page(410, pages.over(error, note))
    except Conflict:
        return events.page(503, pages.busy(note))
    # Relative to this request's path, whatever precedes it: the page that shows the record.
    return events.see_other(token)


def _queue(event: events.Event, now: datetime) -> events.Response:
    queue = bootstrap.app().queue.show(_token(event), now)
    return events.page(200, bootstrap.pages().queue(queue, now, bootstrap.app().quick_add.blank()))


def _add(event: events.Event, now: datetime) -> events.Response:
    token, typed = _token(event), form.read_new_lead(event)
    try:
        dwell_time.check(bootstrap.policy(), event, "name", now)
        added = bootstrap.app().quick_add.add(token, typed, now)
    except InvalidInquiry as problem:
        if any(
            entry.field == "Idempotency-Key" for entry in problem.problems
        ):  # the form was changed after it was sent: it is another lead
            typed = replace(typed, submission=bootstrap.app().quick_add.blank().submission)
        return events.page(422, bootstrap.pages().queue(bootstrap.app().queue.show(token, now), now, typed, problem))
    except Conflict:
        return events.page(503, bootstrap.pages().busy(typed.note))
    logger.info("lead_added", status=added.status, person=added.person)
    return events.page(200, bootstrap.pages().added(added))


def _lead(event: events.Event, now: datetime) -> events.Response:
    from functions.desk import api  # lazy here and below: most requests come from people

    return api.lead(event, now)


def _outcomes(event: events.Event, now: datetime) -> events.Response:
    from functions.desk import api

    return api.outcomes(event, now)


def _report(event: events.Event, now: datetime) -> events.Response:
    path = bootstrap.app().desk.report_path(_token(event), now)
    address = bootstrap.report_files().presign(path, REPORT_OPENS_FOR)
    return _see(address)


def _see(address: str | None) -> events.Response:
    if address is None:
        raise NotFound("the file has expired or was erased")
    return {"statusCode": 302, "headers": {"location": address, "cache-control": "no-store"}, "body": ""}


def _ask_to_unsubscribe(event: events.Event, now: datetime) -> events.Response:
    return _unsubscribe_page(bootstrap.app().unsubscribe.look(_token(event), now))


def _unsubscribe(event: events.Event, now: datetime) -> events.Response:
    """Unsubscribe at once, whatever the body says.

    Mail programs post it themselves (RFC 8058).
    """
    try:
        return _unsubscribe_page(bootstrap.app().unsubscribe.leave(_token(event), now))
    except Conflict:
        return events.page(503, bootstrap.pages().busy())


def _unsubscribe_page(leaving: UnsubscribeLink) -> events.Response:
    return events.page(200, pages_unsubscribe.unsubscribe(bootstrap.policy(), leaving))


def _ask(event: events.Event, now: datetime) -> events.Response:
    return events.page(
        200, contact_check.ask(bootstrap.policy(), bootstrap.app().contact_check.look(_token(event), now), now)
    )


def _say(event: events.Event, now: datetime) -> events.Response:
    token, fields = _token(event), post_body.read(event).fields
    answer = str(fields.get("said", ""))
    words = sanitize(str(fields.get("words", "")), multiline=True)[: form.LONGEST_NOTE]
    try:
        dwell_time.check(bootstrap.policy(), event, "said", now)
        return events.page(
            200,
            contact_check.ask(bootstrap.policy(), bootstrap.app().contact_check.say(token, answer, now, words), now),
        )
    except InvalidInquiry as error:
        lead = bootstrap.app().contact_check.look(token, now)
        return events.page(
            422, contact_check.ask(bootstrap.policy(), lead, now, error.problems[0].detail.capitalize(), words)
        )
    except Conflict:
        return events.page(503, bootstrap.pages().busy())


def _answered(
    respond: Callable[[events.Event, datetime], events.Response], event: events.Event, now: datetime
) -> events.Response:
    try:
        return respond(event, now)
    except events.BodyTooLargeError:
        return events.page(413, bootstrap.pages().malformed("it was too long"))
    except events.UnreadableBodyError as error:
        return events.page(400, bootstrap.pages().malformed(str(error)))
    except InvalidLink:
        return events.page(403, bootstrap.pages().forged())
    except NotFound:
        return events.page(404, bootstrap.pages().missing())
    except LinkExpired as error:
        return events.page(410, bootstrap.pages().over(error))


def _change(token: str, action: form.Action, now: datetime) -> None:
    lead_id = _apply(token, action, now).lead.id
    bootstrap.trace_lead(lead_id)
    logger.append_keys(lead_id=lead_id)


def _apply(token: str, action: form.Action, now: datetime) -> LeadView:
    match action:
        case form.Undo(version):
            return bootstrap.app().desk.undo(token, version, now)
        case form.CallAnswer(reason):
            return bootstrap.app().desk.answer_call_warning(token, reason, now)
        case HandOverForm():
            return bootstrap.app().desk.hand_over(token, action, now)
        case OutcomeForm():
            return bootstrap.app().desk.record(token, action, now)


def _token(event: events.Event) -> str:
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
