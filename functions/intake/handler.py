"""Receive leads over HTTP."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

import leadtight
from leadtight import wiring
from leadtight.adapters import http, pages_plain
from leadtight.app.inquiry import clean
from leadtight.app.intake import Accepted, Submission
from leadtight.domain.errors import Conflict, InvalidInquiry, KeyRefused, Problem
from leadtight.domain.policy import Form

logger = Logger()
LONGEST_KEY = 255
LONGEST_SOURCE = 60


def handle(event: http.Event, context: object) -> http.Response:
    """Answer a request to the intake API, or take the rows of an import."""
    if "import" in event:
        from functions.intake import rows  # here, for visitors do not wait for it

        return rows.take(event["import"])
    try:
        return _ROUTES[event["routeKey"]](event)
    except http.BodyTooLargeError:
        return http.problem(413, f"The body is over {http.LONGEST_BODY // 1024} KB")
    except http.UnreadableBodyError as error:
        return http.problem(400, "The body cannot be read", [Problem("body", str(error))])
    except Conflict:
        logger.warning("lead_not_stored")
        return http.problem(503, "Too many writers at once; send it again", headers={"retry-after": "1"})


def _receive_json(event: http.Event) -> http.Response:
    body = http.json_object(http.body(event))
    key = http.header(event, "idempotency-key") or str(body.get("external_id") or "")
    if len(key) > LONGEST_KEY:
        return _unprocessable(InvalidInquiry([Problem("Idempotency-Key", f"at most {LONGEST_KEY} characters")]))
    source = clean(str(body.get("source") or "api"))[:LONGEST_SOURCE]
    try:
        trusted = _is_trusted(event)
        accepted = _receive(Submission(source=source, key=key or None, body=body, trusted=trusted))
    except KeyRefused as error:
        from leadtight.adapters import api_keys

        return api_keys.refusal(error)
    except InvalidInquiry as error:
        return _unprocessable(error)
    return _accepted(accepted)


def _is_trusted(event: http.Event) -> bool:
    """Tell whether a program with a key sends this. Raises KeyRefused for a key that is not good for it."""
    if not http.header(event, "authorization"):
        return False
    from leadtight.adapters import api_keys  # here, for anybody may send a lead, and few have a key
    from leadtight.domain.api_key import Scope

    api_keys.holder(event, wiring.api_keys(), Scope.WRITE)
    return True


def _receive_form(event: http.Event) -> http.Response:
    form = wiring.policy().forms.get(event["pathParameters"]["form"])
    if form is None:
        return http.problem(404, "There is no such form", [Problem("form", "not in the policy")])
    body = _mapped(form, http.form_fields(event), http.header(event, "referer"))
    wants_json = "application/json" in http.header(event, "accept")
    try:
        accepted = _receive(Submission(source=form.source, form=form.id, body=body))
    except InvalidInquiry as error:
        return _unprocessable(error) if wants_json else http.page(422, pages_plain.form_problems(error.problems))
    return _accepted(accepted) if wants_json else http.see_other(form.thank_you_url or f"{form.id}/thanks")


def _webhook(event: http.Event) -> http.Response:
    from functions.intake import webhooks  # here, for every cold start would pay for what most of them never see

    return webhooks.receive(event)


def _thanks(event: http.Event) -> http.Response:
    return http.page(200, pages_plain.thanks(wiring.policy().company.name))


def _health(event: http.Event) -> http.Response:
    return http.answer(200, {"status": "ok", "version": leadtight.__version__, "policy": wiring.policy().version})


def _receive(submission: Submission) -> Accepted:
    accepted = wiring.intake().receive(submission, wiring.clock()())
    logger.info("lead_accepted", lead_id=accepted.lead_id, status=accepted.status, source=submission.source)
    return accepted


def _mapped(form: Form, fields: Mapping[str, Any], page: str) -> Mapping[str, Any]:
    """Return a form's fields under our names; ticked consents are kept with their wording and their page.

    `consent_sms` is for texts about the inquiry. `consent_marketing` is for messages beyond it, on the channels that
    its boxes have as values: `email`, `sms`.
    """
    body = {form.fields.get(name, name): value for name, value in fields.items()}
    texts = str(body.pop("consent_sms", "")).lower() in ("on", "yes", "true", "1")
    beyond = str(body.pop("consent_marketing", "")).lower().replace(" ", "").split(",")
    words = str(body.pop("consent_text", ""))
    if texts or any(beyond):
        body["consent"] = {"sms": texts, "marketing": beyond, "text": words, "url": page}
    return body


def _accepted(accepted: Accepted) -> http.Response:
    return http.answer(202, {"lead_id": accepted.lead_id, "status": accepted.status})


def _unprocessable(error: InvalidInquiry) -> http.Response:
    return http.problem(422, "The lead is missing something", error.problems)


_ROUTES = {
    "GET /webhooks/{provider}": _webhook,
    "POST /webhooks/{provider}": _webhook,
    "POST /leads": _receive_json,
    "POST /forms/{form}": _receive_form,
    "GET /forms/{form}/thanks": _thanks,
    "GET /health": _health,
}
