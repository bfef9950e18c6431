"""The unsubscribe page over moto.

Mail programs and people use the link in a sequence's mail.
"""

import email
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from moto.ses.models import ses_backends

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel
from leadtight.domain.policy.trust import Submitter
from tests.integration.conftest import MONDAY_NINE, REGION, Stage, queue_record, stored
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

CONSENT = {"marketing": ["email"], "text": "Yes, write to me", "url": "https://harbour.example/contact"}
ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent", "consent": CONSENT}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def mailed(stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch) -> Lead:
    """Return a lead after the shipped follow-up's first mail.

    The real functions reached it, and it fell silent.
    """
    now = MONDAY_NINE
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: now)
    submission = Submission(source="api", body=ADA, caller=Submitter.KEYED_API)
    lead_id = bootstrap.app().intake.receive(submission, now).lead_id
    route(stage.inserted("LEAD"), context)
    lead = stored(lead_id)
    token = bootstrap.ports().links.outcome(lead, str(lead.owner_id), now).rpartition("/")[2]
    body = f"outcome=connected&submission={lead.version}"
    assert desk(request("POST /o/{token}", body=body, headers=FORM, token=token), context)["statusCode"] == 303
    now = MONDAY_NINE + timedelta(days=3, minutes=1)
    lead = stored(lead_id)
    alarm = json.dumps({"lead_id": lead_id, "token": lead.wake_token, "pool_id": lead.pool_id})
    with stage.counted() as calls:
        assert sla({"Records": [queue_record(alarm)]}, context) == {"batchItemFailures": []}
    assert len(calls) <= 4
    respond(stage.inserted("MSG#sequence_step"), context)
    return stored(lead_id)


def sent_mail() -> email.message.Message:
    """Return the sequence's mail as it was sent."""
    [message] = [raw for raw in sent() if "List-Unsubscribe" in raw]
    return email.message_from_string(message)


def sent() -> list[str]:
    return [message.raw_data for message in ses_backends["123456789012"][REGION].sent_messages]


def link() -> str:
    match = re.fullmatch(r"<https://leads\.leadtight\.example/unsubscribe/([\w.-]+)>", sent_mail()["List-Unsubscribe"])
    assert match is not None
    return match[1]


def call(method: str, token: str, body: str = "") -> dict[str, Any]:
    headers = FORM if body else {}
    return desk(request(f"{method} /unsubscribe/{{token}}", body=body, headers=headers, token=token), CONTEXT)


def test_the_mail_has_both_headers_and_the_address_of_the_company(mailed: Lead) -> None:
    del mailed
    message = sent_mail()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    texts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    assert len(texts) == 2
    for twin in texts:
        assert isinstance(twin, bytes)
        assert b"Am Hafen 1, 20457 Hamburg" in twin
        assert link().encode() in twin


def test_fetching_the_page_changes_nothing_and_shows_a_button(mailed: Lead) -> None:
    for _ in range(3):
        answer = call("GET", link())
        assert answer["statusCode"] == 200
        assert '<form method="post">' in answer["body"]
        assert "ada@example.com" not in answer["body"], "links get forwarded"
    assert stored(mailed.id) == mailed


@pytest.mark.proves("H4")
@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", "", "anything=else"])
def test_a_post_acts_at_once_whatever_its_body(mailed: Lead, body: str) -> None:
    answer = call("POST", link(), body)
    assert answer["statusCode"] == 200
    assert "You are unsubscribed" in answer["body"]
    lead = stored(mailed.id)
    assert (lead.enrolment, lead.opted_out) == (None, (Channel.EMAIL,))
    assert bootstrap.ports().outbox.suppression(person_keys(lead.inquiry)).channels == {Channel.EMAIL}
    assert "You are unsubscribed" in call("GET", link())["body"]
    call("POST", link(), body)
    assert stored(mailed.id) == lead


def test_a_post_takes_at_most_four_calls(stage: Stage, mailed: Lead) -> None:
    token = link()
    call("GET", token)  # the first one also reads the signing key
    with stage.counted() as calls:
        call("POST", token)
    assert len(calls) <= 4
    assert stored(mailed.id).opted_out


def test_a_foreign_link_or_one_of_another_purpose_opens_nothing(mailed: Lead) -> None:
    outcome = bootstrap.ports().links.outcome(mailed, str(mailed.owner_id), MONDAY_NINE).rpartition("/")[2]
    for token in (link()[:-3], outcome, "v1.k1.e30.x"):
        assert call("GET", token)["statusCode"] == call("POST", token)["statusCode"] == 403
    assert stored(mailed.id) == mailed


def test_the_next_mail_after_that_is_refused(stage: Stage, context: Any, mailed: Lead) -> None:
    call("POST", link())
    sent_count, known_ids = len(sent()), {m.id for m in bootstrap.ports().outbox.messages(mailed.id)}
    again = json.loads(intake(post_lead(ADA, idempotency_key="again"), CONTEXT)["body"])["lead_id"]
    respond(stage.inserted("MSG#acknowledge"), context)
    new = [m for m in bootstrap.ports().outbox.messages(again) if m.recipient == LEAD and m.id not in known_ids]
    assert [m.detail for m in new] == ["opted out of email"]
    assert len(sent()) == sent_count
    assert mailed.id == again
