"""Read form posts, on arrival and again from the quarantine."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from leadtight.adapters.inbound.consent_boxes import BOXES
from leadtight.adapters.inbound.field_mapping import answered, mapped
from leadtight.adapters.inbound.field_names import ours
from leadtight.adapters.inbound.forms import hosted, wordpress
from leadtight.adapters.inbound.forms.challenge import TOKENS
from leadtight.adapters.inbound.forms.form_post import BuilderPost
from leadtight.app.intake.deliveries import Item, PendingDelivery
from leadtight.app.intake.form_posts import FormPost
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.intake.spam import FILL_TIME, SpamVerdict
from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.consent_record import Visitor
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.model.stored_file import StoredFile
from leadtight.domain.policy.forms import Builder, Form
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter
from leadtight.domain.text.sanitizing import sanitize

CHANNEL = "form:"
LONGEST_ID = 200
LONGEST_SEEN = 1_000
_NEVER_KEPT = frozenset({hosted.HANDSHAKE, *TOKENS.values()})
_READ: Mapping[Builder, Callable[[Mapping[str, Any], Mapping[str, str]], BuilderPost | None]] = {
    Builder.CONTACT_FORM_7: wordpress.contact_form_7,
    Builder.ELEMENTOR: wordpress.elementor,
    Builder.GRAVITY_FORMS: wordpress.gravity_forms,
    Builder.JOTFORM: hosted.jotform,
    Builder.TALLY: hosted.tally,
    Builder.WEBFLOW: hosted.webflow,
    Builder.WUFOO: hosted.wufoo,
}


def read(form: Form, posted: FormPost) -> Submission | None:
    """Return a post under our names; None without a lead.

    Raises InvalidInquiry when it is not what the form's builder documents, or nested too deeply.
    """
    dropped = {FILL_TIME, form.honeypot, *_NEVER_KEPT}
    fields = {name: value for name, value in posted.fields.items() if name not in dropped}
    try:
        if form.builder is Builder.JSON:
            body = _mapped(form, fields, posted.page)
            submission: Submission | None = Submission(source=form.source, form=form.id, body=body)
        else:
            submission = _submission(form, fields, posted)
    except RecursionError as error:
        raise InvalidInquiry([Problem("body", "is nested too deeply")]) from error
    if submission is None:
        return None
    return replace(
        submission, caller=Submitter.PROVIDER if posted.signed else Submitter.FORM, mapped=_named_by_policy(form)
    )


def _named_by_policy(form: Form) -> frozenset[str]:
    """Return our names that the policy maps or words.

    A name is worded if the policy has the text of its consent box.
    """
    return frozenset(form.fields.values()) | {name for name, *_, of in BOXES if getattr(form.consent, of)}


def _submission(form: Form, fields: Mapping[str, Any], posted: FormPost) -> Submission | None:
    if form.builder is Builder.HTML:
        body = answered(form.fields, ours(fields, form.fields), form.consent, posted.page)
        return Submission(source=form.source, form=form.id, body=body, visitor=posted.visitor)
    post = _READ[form.builder](fields, form.fields)
    if post is None:
        return None
    body = answered(form.fields, ours(post.answers, form.fields), form.consent, post.page)
    if post.at:
        body["received_at"] = post.at
    visitor = Visitor(ip=_seen(post.ip), user_agent=_seen(post.user_agent), at=posted.visitor.at)
    return Submission(source=form.source, form=form.id, key=_key(post, body), body=body, visitor=visitor)


def _seen(text: str) -> str:
    return sanitize(text)[:LONGEST_SEEN]


def _mapped(form: Form, fields: Mapping[str, Any], page: str) -> Mapping[str, Any]:
    try:
        return mapped(form.fields, fields, form.consent, page)
    except ValueError as error:
        raise InvalidInquiry([Problem("fields", f"a path of the form's mapping cannot be read: {error}")]) from error


def _key(post: BuilderPost, body: Mapping[str, Any]) -> str | None:
    """Return the guard's key of a builder's submission.

    It is the id with the content: anyone can post a form, so an id alone could be taken before its submission comes.
    """
    if not post.id:
        return None
    content = json.dumps(body, sort_keys=True, default=str).encode()
    return f"{sanitize(post.id)[:LONGEST_ID]}:{hashlib.sha256(content).hexdigest()}"


def keep(form: Form, posted: FormPost, doubt: SpamVerdict) -> PendingDelivery:
    """Return a post as it is quarantined.

    It has the fields, and the visitor only where a consent box may have been ticked. Raises InvalidInquiry when it is
    nested too deeply to be stored.
    """
    try:
        fields = _kept(posted.fields)
    except RecursionError as error:
        raise InvalidInquiry([Problem("body", "is nested too deeply")]) from error
    return PendingDelivery(
        channel=f"{CHANNEL}{form.id}",
        source=form.source,
        key="",
        reason=doubt.reason,
        detail=doubt.detail,
        content=json.dumps(fields, ensure_ascii=False),
        content_type="application/json",
        data=_evidence(form, posted) | ({"files": to_document(posted.files)} if posted.files else {}),
    )


def _evidence(form: Form, posted: FormPost) -> dict[str, Any]:
    visitor = posted.visitor
    asks = any("consent" in name for name in (*posted.fields, *form.fields.values()))
    evidence = {"ip": visitor.ip, "user_agent": visitor.user_agent} if asks else {}
    return {name: value for name, value in {**evidence, "page": posted.page, "signed": posted.signed}.items() if value}


def reread(policy: Policy, delivery: QuarantinedDelivery) -> Sequence[Item]:
    """Read a quarantined post again.

    Raises InvalidInquiry when it still has no lead.
    """
    form = policy.forms.get(delivery.channel.removeprefix(CHANNEL))
    if form is None:
        raise InvalidInquiry([Problem("channel", f"{delivery.channel} is not in the policy")])
    origin = {name: str(delivery.data.get(name, "")) for name in ("ip", "user_agent", "page")}
    visitor = Visitor(ip=origin["ip"], user_agent=origin["user_agent"], at=delivery.received_at)
    is_signed = delivery.data.get("signed") is True
    item = read(
        form, FormPost(fields=json.loads(delivery.content), visitor=visitor, page=origin["page"], signed=is_signed)
    )
    files = tuple(from_document(StoredFile, kept) for kept in delivery.data.get("files", ()))
    return [replace(item, files=files)] if item else []


def _kept(value: Any) -> Any:
    """Return JSON that can be stored and shown.

    Characters that no table or page can show are dropped, and proofs meant for us alone.
    """
    if isinstance(value, Mapping):
        return {sanitize(str(k)): _kept(v) for k, v in value.items() if k not in _NEVER_KEPT}
    if isinstance(value, list):
        return [_kept(entry) for entry in value]
    return sanitize(value, multiline=True) if isinstance(value, str) else value
