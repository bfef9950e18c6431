"""Serve one lead as JSON to a key's holder.

Without a valid key nothing is read.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from leadtight import bootstrap
from leadtight.adapters.http import api_keys, events
from leadtight.adapters.presentation import lead_json
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.app.ports.guards import Guard
from leadtight.domain.access.api_keys import ApiKey, Scope
from leadtight.domain.model.errors import (
    Conflict,
    InvalidInquiry,
    KeyRefused,
    LeadClosed,
    NotFound,
    Problem,
    StaleSubmission,
)
from leadtight.domain.text.sanitizing import sanitize

logger = Logger(child=True)
Respond = Callable[[events.Event, ApiKey, datetime], events.Response]
KEY_KEPT = timedelta(days=30)
LONGEST = {"note": 2_000, "reason": 200, "Idempotency-Key": 255}
PLACE = re.compile(r"[0-9TZ:.-]{27}#[\x21-\x7e]{1,200}")
"""Where in a history an answer ended."""

WORDS = ("outcome", "by", "note", "reason", "follow_up", "happened_at", "spoke_by")


def lead(event: events.Event, now: datetime) -> events.Response:
    """Answer `GET /leads/{lead_id}`."""
    return _answered(event, now, Scope.READ, _lead)


def outcomes(event: events.Event, now: datetime) -> events.Response:
    """Answer `POST /leads/{lead_id}/outcomes`."""
    return _answered(event, now, Scope.WRITE, _outcome)


def _lead(event: events.Event, key: ApiKey, now: datetime) -> events.Response:
    cursor = str((event.get("queryStringParameters") or {}).get("before") or "")
    if cursor and not PLACE.fullmatch(cursor):
        return events.problem(
            422, "The timeline cannot be read", [Problem("before", "send `timeline_before` unchanged")]
        )
    view = bootstrap.app().lead_api.find(event["pathParameters"]["lead_id"], cursor or None)
    return events.answer(200, lead_json.whole(bootstrap.policy(), view, now))


def _outcome(event: events.Event, key: ApiKey, now: datetime) -> events.Response:
    lead_id, body = event["pathParameters"]["lead_id"], events.json_object(events.body(event))
    repeat = events.header(event, "idempotency-key")
    by, form = _form(body, repeat)
    guard = _guard(key, lead_id, repeat, body, now) if repeat else None
    view = bootstrap.app().lead_api.report(lead_id, by, form, guard, now)
    logger.info("outcome_reported", key=key.name, lead_id=lead_id, recorded=view.recorded)
    return events.answer(200, lead_json.outcome(bootstrap.policy(), view, now))


def _form(body: Mapping[str, Any], repeat: str) -> tuple[str, OutcomeForm]:
    """Return who acted and the outcome form.

    Raises InvalidInquiry naming every field that cannot be read.
    """
    version = body.get("version")
    values = {name: "" if body.get(name) is None else body[name] for name in WORDS}
    problems = [Problem(name, "must be text") for name, value in values.items() if not isinstance(value, str)]
    problems += [
        Problem(name, f"at most {LONGEST[name]} characters")
        for name, value in (*values.items(), ("Idempotency-Key", repeat))
        if name in LONGEST and len(str(value)) > LONGEST[name]
    ]
    problems += [Problem(name, "is missing") for name in ("outcome", "by") if values[name] == ""]
    if version is not None and (type(version) is not int or version < 1):
        problems.append(Problem("version", "must be the version of the lead that you read"))
    if version is None and not repeat:
        problems.append(Problem("version", "send the version that you read, or an Idempotency-Key"))
    if problems:
        raise InvalidInquiry(problems)
    texts = {name: sanitize(value, multiline=name == "note") for name, value in values.items()}
    return texts.pop("by"), OutcomeForm(submission=version or 0, **texts)


def _guard(key: ApiKey, lead_id: str, repeat: str, body: Mapping[str, Any], now: datetime) -> Guard:
    content = json.dumps(body, sort_keys=True).encode("utf-8", "replace")
    return Guard(
        source=f"outcome:{key.name}:{lead_id}",
        key=repeat,
        fingerprint=hashlib.sha256(content).hexdigest(),
        expires_at=now + KEY_KEPT,
    )


def _answered(event: events.Event, now: datetime, scope: Scope, respond: Respond) -> events.Response:
    try:
        return respond(event, api_keys.authenticate(event, bootstrap.api_keys(), scope), now)
    except KeyRefused as error:
        return api_keys.refusal(error)
    except events.BodyTooLargeError:
        return events.problem(413, f"The body is over {events.LONGEST_BODY // 1024} KB")
    except events.UnreadableBodyError as error:
        return events.problem(400, "The body cannot be read", [Problem("body", str(error))])
    except Conflict:
        return events.problem(503, "Too many writers at once; send it again", headers={"retry-after": "1"})
    except (InvalidInquiry, NotFound, StaleSubmission, LeadClosed) as error:
        return _refused(error)


def _refused(error: InvalidInquiry | NotFound | StaleSubmission | LeadClosed) -> events.Response:
    match error:
        case InvalidInquiry():
            return events.problem(422, "The outcome cannot be recorded", error.problems)
        case NotFound():
            return events.problem(404, "There is no such lead", [Problem("lead_id", "unknown")])
        case StaleSubmission():
            return events.problem(409, "The lead has moved on", [Problem("version", str(error))])
        case LeadClosed():
            return events.problem(410, "The lead is closed", [Problem("lead_id", str(error))])
