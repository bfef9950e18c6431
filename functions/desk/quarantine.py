"""Serve held deliveries to managers and to `leadtight quarantine`.

Managers come by a signed link.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any

from aws_lambda_powertools import Logger

from leadtight import bootstrap
from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms import post_body
from leadtight.adapters.presentation.pages import quarantine as pages_quarantine
from leadtight.adapters.presentation.pages.quarantine import RefusedDecision
from leadtight.app.intake.bulk_settlement import GoOn, SettlementSelection
from leadtight.domain.calendar.timestamps import format_timestamp, parse_timestamp
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.codec import to_document
from leadtight.domain.model.errors import Conflict, InvalidInquiry, NotFound, Problem, StaleSubmission
from leadtight.domain.model.listing import unreadable_in
from leadtight.domain.text.sanitizing import sanitize

logger = Logger(child=True)
LONGEST_REASON = 200
MOST_LISTED = 200
SECONDS = 6.0
"""Seconds that one request settles deliveries for.

It is less than the function has, and than a browser waits.
"""

MOST_EXPORTED = 40
"""Whole deliveries in one answer.

Each has up to 64 KB, and a function answers at most 6 MB.
"""

COMPLETABLE = ("name", "email", "phone", "message")
Answer = dict[str, Any]


def show(event: events.Event, now: datetime) -> events.Response:
    """Answer with the page."""
    query = event.get("queryStringParameters") or {}
    if held_id := str(query.get("delivery", "")):
        return _whole(event, held_id, now)
    return _page(200, event, now, done=str(query.get("done", "")))


def _whole(event: events.Event, held_id: str, now: datetime) -> events.Response:
    """Answer with the page of one whole delivery."""
    detail = bootstrap.app().quarantine_desk.show_whole(_token(event), held_id, now)
    return events.page(200, pages_quarantine.delivery(bootstrap.policy(), detail))


def settle(event: events.Event, now: datetime) -> events.Response:
    """Release or discard the form's delivery; redirect to the page."""
    fields = post_body.read(event).fields
    do, held_id = str(fields.get("do", "")), str(fields.get("held", ""))
    if do not in pages_quarantine.DONE:
        raise events.UnreadableBodyError("it did not say what to do")
    reason = sanitize(str(fields.get("why", "")))[:LONGEST_REASON]
    token, desk = _token(event), bootstrap.app().quarantine_desk
    try:
        if do in pages_quarantine.ALL_AT_ONCE:
            do = _settle_all(do, fields, token, reason, now)
        elif do == "release":
            _check_sure(fields)
            desk.release(token, held_id, now, _completed(fields))
        else:
            desk.discard(token, held_id, reason, now)
    except (InvalidInquiry, StaleSubmission) as error:
        status = 422 if isinstance(error, InvalidInquiry) else 409
        return _page(
            status,
            event,
            now,
            refused=RefusedDecision(held_id=held_id, error=error, reason=reason if do == "discard" else None),
        )
    except Conflict:
        return events.page(503, bootstrap.pages().busy(reason))
    logger.info("quarantine_settled", held_id=held_id, done=do)
    return events.see_other(f"{token}?done={do}")


def _settle_all(do: str, fields: Mapping[str, Any], token: str, reason: str, now: datetime) -> str:
    """Settle all over a limit; return the notice to show."""
    desk, go_on = bootstrap.app().quarantine_desk, _in_time()
    if do == "discard_all":
        settled = desk.discard_all(token, _seen_at(fields), reason, now, go_on)
    elif do == "release_all":
        _check_sure(fields)
        settled = desk.release_all(token, _seen_at(fields), now, go_on)
    else:
        _check_sure(fields)
        settled = desk.reopen_all(token, now, go_on)
    logger.info("quarantine_settled_together", done=settled.done, refused=len(settled.refused), did=do)
    return do if settled.is_complete else "not_all"


def _seen_at(fields: Mapping[str, Any]) -> datetime:
    """Return when the page was made.

    Later deliveries are not decided on. Raises InvalidInquiry.
    """
    try:
        return parse_timestamp(str(fields.get("seen_at", "")))
    except ValueError as error:
        raise InvalidInquiry([Problem("seen_at", "open the page again")]) from error


def _in_time() -> GoOn:
    ends = monotonic() + SECONDS
    return lambda: monotonic() < ends


def _check_sure(fields: Mapping[str, Any]) -> None:
    """Raise InvalidInquiry without the tick.

    Link scanners press a button, and tick nothing.
    """
    if fields.get("sure") != "yes":
        raise InvalidInquiry([Problem("sure", "tick that this is not spam")])


def _completed(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the typed values; empty fields are left out."""
    typed = {name: sanitize(str(fields.get(name, "")), multiline=name == "message") for name in COMPLETABLE}
    return {name: text for name, text in typed.items() if text}


def answer(request: Mapping[str, Any], now: datetime) -> Answer:
    """Answer a command of `leadtight quarantine`, or name the `problem`.

    It is `{"do": "list" | "show" | "release" | "discard" | "replay" | "link", ...}`.
    """
    try:
        return _COMMANDS[request["do"]](request, now)
    except (InvalidInquiry, StaleSubmission, NotFound, Conflict) as error:
        return {"problem": str(error)}


def _list(request: Mapping[str, Any], now: datetime) -> Answer:
    quarantine = bootstrap.app().quarantine
    waiting, suspected = quarantine.waiting(MOST_LISTED), quarantine.suspected(MOST_LISTED)
    set_aside = quarantine.set_aside(now, MOST_LISTED)
    lists = {"waiting": waiting, "suspected": suspected, "set_aside": set_aside}
    rows: Answer = {name: [_row(delivery) for delivery in deliveries] for name, deliveries in lists.items()}
    return rows | {"unreadable": [row.key for row in unreadable_in(*lists.values())]}


def _show(request: Mapping[str, Any], now: datetime) -> Answer:
    quarantine = bootstrap.app().quarantine
    delivery = quarantine.find(request["id"])
    document: Answer = to_document(delivery)
    return {"held": document, "reads_as": [dict(body) for body in quarantine.reads_as(delivery)]}


def _release(request: Mapping[str, Any], now: datetime) -> Answer:
    completed = _completed(request.get("completed", {}))
    accepted = bootstrap.app().quarantine.release(request["id"], request["by"], now, completed)
    return {"leads": [{"lead_id": result.lead_id, "status": result.status} for result in accepted]}


def _discard(request: Mapping[str, Any], now: datetime) -> Answer:
    delivery = bootstrap.app().quarantine.discard(request["id"], request["by"], request["why"], now)
    return {"discarded": delivery.id}


def _replay(request: Mapping[str, Any], now: datetime) -> Answer:
    replayed = bootstrap.app().quarantine.replay(request["channel"], request["by"], now)
    still = [{"id": held_id, "lacks": lacks} for held_id, lacks in replayed.still_held]
    return {"released": replayed.released, "still_held": still}


def _settle_together(request: Mapping[str, Any], now: datetime) -> Answer:
    """Settle deliveries held for one reason, while time is left.

    The caller repeats the request until it is complete.
    """
    together, go_on = bootstrap.app().bulk_settlement, _in_time()
    until = parse_timestamp(request["until"]) if request.get("until") else now
    chosen = SettlementSelection(reason=_reason(request), until=until)
    if request["do"] == "discard_all":
        settled = together.discard(chosen, request["by"], request["why"], now, go_on)
    elif request["do"] == "release_all":
        settled = together.release(chosen, request["by"], now, go_on)
    else:
        settled = together.reopen(chosen.reason, now, go_on)
    refused = [{"id": held_id, "lacks": lacks} for held_id, lacks in settled.refused]
    complete = {"is_complete": settled.is_complete, "until": format_timestamp(until)}
    return {"done": settled.done, "still_held": refused, **complete}


def _export(request: Mapping[str, Any], now: datetime) -> Answer:
    """Return some whole deliveries held for one reason.

    They are those after the first `skip`.
    """
    skip = int(request.get("skip", 0))
    waiting = bootstrap.app().bulk_settlement.held_for(_reason(request), skip + MOST_EXPORTED)
    return {"held": [to_document(delivery) for delivery in waiting[skip:]]}


def _reason(request: Mapping[str, Any]) -> Reason:
    try:
        return Reason(str(request["reason"]))
    except ValueError as error:
        raise InvalidInquiry([Problem("reason", f"must be one of {', '.join(Reason)}")]) from error


def _link(request: Mapping[str, Any], now: datetime) -> Answer:
    person = request.get("person") or bootstrap.policy().routing.catch_all
    return {"link": bootstrap.app().quarantine_desk.link(person, now)}


_COMMANDS: Mapping[str, Callable[[Mapping[str, Any], datetime], Answer]] = {
    "list": _list,
    "show": _show,
    "release": _release,
    "discard": _discard,
    "replay": _replay,
    "release_all": _settle_together,
    "discard_all": _settle_together,
    "reopen_all": _settle_together,
    "export": _export,
    "link": _link,
}


def _row(delivery: QuarantinedDelivery) -> Answer:
    """Return a delivery without what it says."""
    kept = ("id", "channel", "source", "received_at", "reason", "detail")
    row = {name: to_document(getattr(delivery, name)) for name in kept}
    return row | {name: delivery.data[name] for name in ("from", "subject") if name in delivery.data}


def _page(
    status: int, event: events.Event, now: datetime, *, done: str = "", refused: RefusedDecision | None = None
) -> events.Response:
    listing = bootstrap.app().quarantine_desk.show(_token(event), now)
    return events.page(
        status, pages_quarantine.quarantine(bootstrap.policy(), listing, done, refused, format_timestamp(now))
    )


def _token(event: events.Event) -> str:
    return str(event["pathParameters"]["token"])
