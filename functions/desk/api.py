"""One lead for the holder of an API key: JSON in, JSON out. Without a good key nothing is looked at."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from leadtight import wiring
from leadtight.adapters import api_keys, http, lead_json
from leadtight.app.inquiry import clean
from leadtight.app.ports import Guard
from leadtight.app.recording import OutcomeForm
from leadtight.domain.api_key import ApiKey, Scope
from leadtight.domain.errors import (
    Conflict,
    InvalidInquiry,
    KeyRefused,
    LeadClosed,
    NotFound,
    Problem,
    StaleSubmission,
)

logger = Logger(child=True)
Respond = Callable[[http.Event, ApiKey, datetime], http.Response]
KEY_KEPT = timedelta(days=30)
LONGEST = {"note": 2_000, "reason": 200, "Idempotency-Key": 255}
PLACE = re.compile(r"[0-9TZ:.-]{27}#[\x21-\x7e]{1,200}")
"""Where in a history an answer ended."""

WORDS = ("outcome", "by", "note", "reason", "follow_up", "happened_at")


def lead(event: http.Event, now: datetime) -> http.Response:
    """Answer `GET /leads/{lead_id}`."""
    return _answered(event, now, Scope.READ, _lead)


def outcomes(event: http.Event, now: datetime) -> http.Response:
    """Answer `POST /leads/{lead_id}/outcomes`."""
    return _answered(event, now, Scope.WRITE, _outcome)


def _lead(event: http.Event, key: ApiKey, now: datetime) -> http.Response:
    before = str((event.get("queryStringParameters") or {}).get("before") or "")
    if before and not PLACE.fullmatch(before):
        return http.problem(422, "The timeline cannot be read", [Problem("before", "send `timeline_before` as it was")])
    seen = wiring.programs().find(event["pathParameters"]["lead_id"], before or None)
    return http.answer(200, lead_json.whole(wiring.policy(), seen, now))


def _outcome(event: http.Event, key: ApiKey, now: datetime) -> http.Response:
    lead_id, body = event["pathParameters"]["lead_id"], http.json_object(http.body(event))
    repeat = http.header(event, "idempotency-key")
    by, form = _form(body, repeat)
    guard = _guard(key, lead_id, repeat, body, now) if repeat else None
    seen = wiring.programs().report(lead_id, by, form, guard, now)
    logger.info("outcome_reported", key=key.name, lead_id=lead_id, recorded=seen.recorded)
    return http.answer(200, lead_json.outcome(wiring.policy(), seen, now))


def _form(body: Mapping[str, Any], repeat: str) -> tuple[str, OutcomeForm]:
    """Return who acted and what they did. Raises InvalidInquiry naming every field that cannot be read."""
    version = body.get("version")
    given = {name: "" if body.get(name) is None else body[name] for name in WORDS}
    problems = [Problem(name, "must be text") for name, value in given.items() if not isinstance(value, str)]
    problems += [
        Problem(name, f"at most {LONGEST[name]} characters")
        for name, value in (*given.items(), ("Idempotency-Key", repeat))
        if name in LONGEST and len(str(value)) > LONGEST[name]
    ]
    problems += [Problem(name, "is missing") for name in ("outcome", "by") if given[name] == ""]
    if version is not None and (type(version) is not int or version < 1):
        problems.append(Problem("version", "must be the version of the lead that you read"))
    if version is None and not repeat:
        problems.append(Problem("version", "send the version that you read, or an Idempotency-Key"))
    if problems:
        raise InvalidInquiry(problems)
    texts = {name: clean(value, multiline=name == "note") for name, value in given.items()}
    return texts.pop("by"), OutcomeForm(submission=version or 0, **texts)


def _guard(key: ApiKey, lead_id: str, repeat: str, body: Mapping[str, Any], now: datetime) -> Guard:
    content = json.dumps(body, sort_keys=True).encode("utf-8", "replace")
    return Guard(
        source=f"outcome:{key.name}:{lead_id}",
        key=repeat,
        fingerprint=hashlib.sha256(content).hexdigest(),
        expires_at=now + KEY_KEPT,
    )


def _answered(event: http.Event, now: datetime, scope: Scope, respond: Respond) -> http.Response:
    try:
        return respond(event, api_keys.holder(event, wiring.api_keys(), scope), now)
    except KeyRefused as error:
        return api_keys.refusal(error)
    except http.BodyTooLargeError:
        return http.problem(413, f"The body is over {http.LONGEST_BODY // 1024} KB")
    except http.UnreadableBodyError as error:
        return http.problem(400, "The body cannot be read", [Problem("body", str(error))])
    except Conflict:
        return http.problem(503, "Too many writers at once; send it again", headers={"retry-after": "1"})
    except (InvalidInquiry, NotFound, StaleSubmission, LeadClosed) as error:
        return _refused(error)


def _refused(error: InvalidInquiry | NotFound | StaleSubmission | LeadClosed) -> http.Response:
    match error:
        case InvalidInquiry():
            return http.problem(422, "The outcome cannot be recorded", error.problems)
        case NotFound():
            return http.problem(404, "There is no such lead", [Problem("lead_id", "unknown")])
        case StaleSubmission():
            return http.problem(409, "The lead has moved on", [Problem("version", str(error))])
        case LeadClosed():
            return http.problem(410, "The lead is closed", [Problem("lead_id", str(error))])
