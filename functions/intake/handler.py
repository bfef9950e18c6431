"""Receive leads over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

import leadtight
from functions.intake import cors
from leadtight import bootstrap
from leadtight.adapters.aws.outages import is_outage
from leadtight.adapters.dynamodb import time_limit
from leadtight.adapters.http import events
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.errors import Conflict, InvalidInquiry, KeyRefused, Problem
from leadtight.domain.policy.trust import Submitter
from leadtight.domain.text.sanitizing import sanitize

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from leadtight.domain.intake.rate_limits import PostOrigin

logger = Logger()
LONGEST_KEY = 255
LONGEST_SOURCE = 60
UNCOUNTED = 8 * 1024
"""Bytes below which a post is certainly not large.

Such a post starts without loading the exact limit.
"""
BEGUN_WITHIN_SECONDS = 9.0
"""Latest start of a call to the table.

A try takes three seconds, and the queue must have its turn within 20.
"""


@logger.inject_lambda_context(correlation_id_path=events.REQUEST_ID, clear_state=True)
def handle(event: events.Event, context: LambdaContext) -> events.Response:
    """Answer the intake API, also to scripts of allowed sites.

    It also receives rows of an import, and form posts that could not be stored at first.
    """
    if "import" in event:
        from functions.intake import import_rows  # lazy: visitors do not need it

        return import_rows.take(event["import"], context)
    try:
        with time_limit.calls.begin_within(BEGUN_WITHIN_SECONDS):
            return _handled(event, context)
    finally:
        bootstrap.wake_collector()  # a refused request needs no table


def _handled(event: events.Event, context: LambdaContext) -> events.Response:
    if "Records" in event:
        from functions.intake import spill  # lazy: needed only after the table failed

        return {**spill.take(event, context)}
    entered = front.verify(event) if (front := bootstrap.origin_verifier()) else event
    if entered is None:
        return events.direct_access_refused()
    return cors.permitted(entered, _answered(entered))


def _answered(event: events.Event) -> events.Response:
    try:
        return _ROUTES[event["routeKey"]](event)
    except events.BodyTooLargeError as error:
        return events.problem(413, str(error))
    except events.UnreadableBodyError as error:
        return events.problem(400, "The body cannot be read", [Problem("body", str(error))])
    except Conflict:
        logger.warning("lead_not_stored")
        return events.problem(503, "Too many writers at once; send it again", headers={"retry-after": "1"})
    except Exception as error:
        if not is_outage(error):
            raise
        logger.warning("nothing_stored", why=type(error).__name__)
        return events.problem(503, "Nothing can be stored now; send it again", headers={"retry-after": "30"})


def _receive_json(event: events.Event) -> events.Response:
    raw = events.body(event)
    body = events.json_object(raw)
    key = events.header(event, "idempotency-key") or str(body.get("external_id") or "")
    if len(key) > LONGEST_KEY:
        return events.incomplete(InvalidInquiry([Problem("Idempotency-Key", f"at most {LONGEST_KEY} characters")]))
    source = sanitize(str(body.get("source") or "api"))[:LONGEST_SOURCE]
    now = bootstrap.clock()()
    visitor = (
        events.visitor(event) if cors.is_permitted(event) else None
    )  # otherwise it is a server's address, which proves nothing
    submission = Submission(source=source, key=key or None, body=body, visitor=visitor)
    try:
        caller = _caller(event)
        door = _door(source, event) if caller is Submitter.API else None
        if door and len(raw) > UNCOUNTED:
            from leadtight.app.intake import large_posts  # lazy: few posts are large

            large_posts.take_turn(bootstrap.ports().outbox, len(raw), now)
        settled = bootstrap.app().deliveries.admit(replace(submission, caller=caller, door=door), "api", now)
    except KeyRefused as error:
        from leadtight.adapters.http import api_keys

        return api_keys.refusal(error)
    except InvalidInquiry as error:
        return events.incomplete(error)
    bootstrap.trace_lead(settled.id)
    logger.info("lead_accepted", lead_id=settled.id, status=settled.status, source=source)
    return events.settled(settled)


def _door(source: str, event: events.Event) -> PostOrigin:
    """Return the rate-limit scope of a caller without a key.

    Only a source that the policy lists is counted by itself.
    """
    from leadtight.domain.intake.rate_limits import PostOrigin

    api = bootstrap.policy().api
    listed = source if source in api.sources else ""
    return PostOrigin(name="api", rates=api.rates, address=events.source_address(event), source=listed)


def _caller(event: events.Event) -> Submitter:
    """Return the caller: a program with a key, or anyone.

    Raises KeyRefused for a key that does not permit this.
    """
    if not events.header(event, "authorization"):
        return Submitter.API
    from leadtight.adapters.http import api_keys  # lazy: anyone may send a lead, and few have a key
    from leadtight.domain.access.api_keys import Scope

    api_keys.authenticate(event, bootstrap.api_keys(), Scope.WRITE)
    return Submitter.KEYED_API


def _receive_form(event: events.Event) -> events.Response:
    from functions.intake import forms  # lazy: every cold start would pay for it

    return forms.receive(event)


def _webhook(event: events.Event) -> events.Response:
    from functions.intake import webhooks  # lazy: every cold start would pay for it

    return webhooks.receive(event)


def _thanks(event: events.Event) -> events.Response:
    from leadtight.adapters.presentation.pages import intake as pages_plain  # lazy: programs get no pages

    lacks_address = (event.get("queryStringParameters") or {}).get("check") == "address"
    return events.page(200, pages_plain.thanks(bootstrap.policy().company.name, lacks_address=lacks_address))


def _health(event: events.Event) -> events.Response:
    return events.answer(200, {"status": "ok", "version": leadtight.__version__, "policy": bootstrap.policy().version})


def _health_head(event: events.Event) -> events.Response:
    """Answer an uptime monitor: a HEAD response has no body."""
    return _health(event) | {"body": ""}


_ROUTES = {
    "GET /webhooks/{provider}": _webhook,
    "POST /webhooks/{provider}": _webhook,
    "POST /leads": _receive_json,
    "POST /forms/{form}": _receive_form,
    "GET /forms/{form}/thanks": _thanks,
    "OPTIONS /leads": cors.preflight,
    "OPTIONS /forms/{form}": cors.preflight,
    "GET /health": _health,
    "HEAD /health": _health_head,
}
