"""Mails and webhooks that come in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Template
from leadtight.domain.policy.sources import Webhook
from leadtight.stages.checks import Verdict, failed, not_asked, passed
from leadtight.stages.smoke.session import Session

TAKEN_WITHIN = timedelta(minutes=2)
MAILS = "check the bucket's notification, the queue of mails and its dead letters, and the log of collect"
NOT_SERVED, REFUSED = 404, (400, 401, 403)
SIGNED_BY_OTHERS = "only its provider can sign for it"


def mail_becomes_a_lead(session: Session) -> Verdict:
    """Check that a mail becomes a lead or is held."""
    address = session.address("inbound")
    session.remember(address)
    begun = session.now()
    session.stores.put_mail("inbound", _mail(session, address, "This is a test of the deployment, by mail."))
    found = session.wait(lambda: _place_of(session, address), within=TAKEN_WITHIN)
    if found is None:
        return failed(f"the mail is neither a lead nor in the quarantine after {TAKEN_WITHIN.seconds} s", MAILS)
    seconds = session.measure("inbound_mail", (session.now() - begun).total_seconds())
    session.notes["inbound"] = found
    return passed(f"the mail became {found} within {seconds:.1f} s")


def reply_joins_its_lead(session: Session) -> Verdict:
    """Check that an answer by mail joins its lead."""
    lead = session.leads.get("journey")
    sent = session.messages(lead.lead_id, Template.ACKNOWLEDGE) if lead and lead.lead_id else []
    if lead is None or not sent or not sent[0].provider_id:
        return not_asked("no reply was sent to the test lead")
    thread = f"<{sent[0].provider_id}@{_mail_domain(session.stage.region)}>"
    body = "Thank you, this is still a test of the deployment."
    session.stores.put_mail("reply", _mail(session, lead.address, body, f"In-Reply-To: {thread}\r\n"))
    joined = session.wait(
        lambda: any(e.kind is EventKind.INQUIRY_JOINED for e in session.history(lead.lead_id)), within=TAKEN_WITHIN
    )
    if not joined:
        return failed(f"the answer did not join lead {lead.lead_id}", MAILS)
    return passed("the answer joined its lead")


def webhook_needs_its_signature(session: Session) -> Verdict:
    """Post to a webhook, rightly and wrongly signed."""
    if not session.policy.webhooks:
        return not_asked("the policy has no webhook")
    webhook = next(
        (hook for hook in session.policy.webhooks.values() if hook.provider == "standard"),
        next(iter(session.policy.webhooks.values())),
    )
    secret = _signing_secret(session, webhook)
    forged = _deliver(session, webhook, "whsec_" + base64.b64encode(b"not the secret").decode(), "forged")
    if forged == NOT_SERVED and not secret:
        return passed(f"/webhooks/{webhook.id} answers 404 until its secret is set (docs/guides/channels.md)")
    if forged not in REFUSED:
        return failed(f"a wrong signature at /webhooks/{webhook.id} was answered {forged}", "read the log of intake")
    if webhook.provider != "standard" or not secret:
        reason = SIGNED_BY_OTHERS if secret else "its secret is not set (docs/guides/channels.md)"
        return passed(f"/webhooks/{webhook.id} refused a wrong signature with {forged}; a right one: {reason}")
    accepted = _deliver(session, webhook, secret, "webhook")
    if accepted not in (200, 202):
        return failed(f"a right signature at /webhooks/{webhook.id} was answered {accepted}", "read the log of intake")
    return passed(f"/webhooks/{webhook.id}: {accepted} with the right signature, {forged} with a wrong one")


def _deliver(session: Session, webhook: Webhook, secret: str, name: str) -> int:
    """Return the status of a delivery signed with a secret."""
    address = session.address(name)
    session.remember(address)
    values = {"name": f"Smoke test {name}", "email": address, "message": "This is a test of the deployment."}
    theirs = {ours: path for path, ours in webhook.fields.items()} | {}
    body = json.dumps(_placed({theirs.get(key, key): value for key, value in values.items()})).encode()
    id_, stamp = f"smoke-{session.run}-{name}", str(int(session.now().timestamp()))
    signed = b".".join((id_.encode(), stamp.encode(), body))
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    return session.web.ask("POST", f"/webhooks/{webhook.id}", body, headers).status


def _placed(values: dict[str, str]) -> dict[str, object]:
    """Return a document with each value at its dotted path."""
    document: dict[str, object] = {}
    for path, value in values.items():
        *parents, last = path.split(".")
        inner = document
        for parent in parents:
            inner = inner.setdefault(parent, {})  # type: ignore[assignment]  # each parent is a document of ours
        inner[last] = value
    return document


def _signing_secret(session: Session, webhook: Webhook) -> str:
    entry = session.stores.secret("WebhookSecret").get(webhook.id, {})
    signing = entry.get("signing", ()) if isinstance(entry, dict) else ()
    return str(next(iter([signing] if isinstance(signing, str) else signing), ""))


def _mail(session: Session, sender: str, text: str, extra: str = "") -> bytes:
    """Return a raw mail as SES stores it."""
    to = next((box for box in session.policy.mail if "@" in box), None) or f"sales@{session.settings.identity}"
    head = (
        f"From: Smoke test <{sender}>\r\nTo: {to}\r\nSubject: Smoke test {session.run}\r\n"
        f"Message-ID: <smoke-{session.run}-{abs(hash(extra))}@{sender.rpartition('@')[2]}>\r\n{extra}"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return f"{head}{text}\r\n".encode()


def _place_of(session: Session, address: str) -> str | None:
    """Return a mail's lead, or its quarantined delivery."""
    if leads := session.table.leads_of([person_key(address)]):
        return f"lead {leads[0]}"
    held = held_of(session, address)
    return f"quarantined delivery {held[0].id}" if held else None


def held_of(session: Session, part: str) -> list[QuarantinedDelivery]:
    """Return the quarantined deliveries that name an address."""
    return [each for each in session.held() if part in f"{each.content} {each.key} {each.data}"]


def _mail_domain(region: str) -> str:
    return "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"
