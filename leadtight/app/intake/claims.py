"""Apply the policy's trust table to a submission.

This is the one place where a caller's claims are believed or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leadtight.domain.policy.trust import Claim, Submitter
from leadtight.domain.text.web_address import is_web_address

if TYPE_CHECKING:
    from leadtight.app.intake.submission import Submission
    from leadtight.domain.model.inquiry import Inquiry
    from leadtight.domain.policy.policy import Policy

STRANGERS_NAMESPACE = "stranger:"
"""Guard source prefix of callers whose keys are not believed.

They cannot spell a source with this prefix themselves.
"""

IMPORTS_NAMESPACE = "import:"
PERMALINK = "permalink"
PHONE_VERIFIED = "phone_verified"
UNCONFIRMED_PERMALINK = "permalink (unconfirmed)"
_RESERVED_PREFIXES = (STRANGERS_NAMESPACE, IMPORTS_NAMESPACE, "held:", "form:", "outcome:")
_NO_SOURCE = "api"
_MAIL = "email"
_NAMES_OF = {
    Claim.RECEIVED_AT: ("received_at",),
    Claim.OWNER: ("owner",),
    Claim.VALUE: ("value", "estimated_value"),
    Claim.PHONE_VERIFIED: (PHONE_VERIFIED,),
}
NEVER_MAPPED = frozenset({Claim.RECEIVED_AT, Claim.PHONE_VERIFIED})
"""Names that no form field may set, mapped or not."""

_WARNED = frozenset({"received_at", "owner", "value", "estimated_value"})
_OF_PROGRAMS = frozenset({Submitter.API, Submitter.KEYED_API})
"""Callers that name their own source.

The source of the others comes from the policy or the team.
"""


def believed(policy: Policy, submission: Submission) -> Submission:
    """Return the submission as far as its caller is believed.

    What is not believed becomes a plain field of its body and is named in `unbelieved`. What the policy itself maps
    counts for a form, except a time of receipt, which would move clocks, and that a number was verified.
    """
    body, fields = dict(submission.body), dict[str, Any]()
    for name in _unbelieved_names(policy, submission):
        fields[name] = body.pop(name)
    if not _is_believed(policy, submission, Claim.CONSENT):
        fields |= _drop_marketing(body, submission.mapped)
    source = _source(policy, submission)
    if source != submission.source:
        fields["source"] = submission.source
    if not fields:
        return submission
    return replace(
        submission,
        body={**body, "fields": _merge_fields(body.get("fields"), fields)},
        source=source,
        unbelieved=tuple(sorted(fields)),
    )


def confirmed(policy: Policy, submission: Submission, inquiry: Inquiry) -> Inquiry:
    """Return the inquiry with its permalink, if it is believed.

    Otherwise the link becomes a plain field. A program reads in `flags` which claims were not believed, for its author
    can send a key; a program that posts what it has read claims nothing.
    """
    is_claim = submission.caller is Submitter.API and "schema" not in submission.body
    if is_claim and (warned := _WARNED.intersection(submission.unbelieved)):
        inquiry = replace(inquiry, flags=tuple(sorted({*inquiry.flags, *(f"{name}_odd" for name in warned)})))
    link = inquiry.fields.get(PERMALINK, "")
    if not link:
        return inquiry
    if _is_believed(policy, submission, Claim.PERMALINK):
        return replace(inquiry, permalink=link) if is_web_address(link) else inquiry
    others = {name: value for name, value in inquiry.fields.items() if name != PERMALINK}
    return replace(inquiry, fields=_merge_fields(others, {UNCONFIRMED_PERMALINK: link}))


def namespace(policy: Policy, submission: Submission) -> str:
    """Return the source of a submission's guard.

    Strangers have namespaces of their own, so that none of them takes a key before the one that it belongs to.
    """
    if submission.channel or submission.form:
        return submission.channel or f"form:{submission.form}"
    is_own = _is_believed(policy, submission, Claim.KEY)
    return submission.source if is_own else f"{STRANGERS_NAMESPACE}{submission.source}"


def _is_believed(policy: Policy, submission: Submission, claim: Claim) -> bool:
    return policy.trust.believes(submission.caller, claim)


def _unbelieved_names(policy: Policy, submission: Submission) -> Iterator[str]:
    for claim, names in _NAMES_OF.items():
        if _is_believed(policy, submission, claim):
            continue
        is_mapped = claim not in NEVER_MAPPED and submission.mapped.intersection(names)
        yield from (name for name in names if name in submission.body and not is_mapped)
    if submission.caller is Submitter.FORM and "acknowledge" in submission.body.keys() - submission.mapped:
        yield "acknowledge"


def phone_proof(submission: Submission) -> str:
    """Return the proof that the number is the sender's.

    A trusted caller may say that a code was verified. A team member who types or imports a number knows it.
    """
    if submission.phone_proof:
        return submission.phone_proof
    if submission.caller is Submitter.TEAM:
        return "team"
    return "verified" if submission.body.get(PHONE_VERIFIED) is True else ""


def _source(policy: Policy, submission: Submission) -> str:
    """Return the source of a submission.

    A program may not use the name of an inbox, a webhook or a namespace of ours.
    """
    if submission.caller not in _OF_PROGRAMS:
        return submission.source
    source = submission.source.casefold()
    if source.startswith(_RESERVED_PREFIXES) or not _is_believed(policy, submission, Claim.SOURCE):
        return _NO_SOURCE
    is_reserved = submission.caller is Submitter.API and source in _sources_of_channels(policy)
    return _NO_SOURCE if is_reserved else submission.source


def _sources_of_channels(policy: Policy) -> frozenset[str]:
    boxes = (box.source for box in policy.mail.values())
    hooks = (name for webhook in policy.webhooks.values() for name in (webhook.id, webhook.source, webhook.provider))
    return frozenset(name.casefold() for name in (_MAIL, *boxes, *hooks))


def _drop_marketing(body: dict[str, Any], mapped: frozenset[str]) -> dict[str, Any]:
    """Move marketing consent from a body to plain fields.

    Boxes that the policy maps stay. Returns the fields.
    """
    consent = body.get("consent")
    if not isinstance(consent, Mapping) or "consent" in mapped:
        return {}
    if isinstance(boxes := consent.get("boxes"), list):
        dropped = [box for box in boxes if _is_marketing(box) and not _is_mapped(box.get("channel"), mapped)]
        if dropped:
            body["consent"] = {**consent, "boxes": [box for box in boxes if box not in dropped]}
        return {f"consent_marketing_{box.get('channel')}": box for box in dropped if box.get("ticked") is True}
    if not (listed := consent.get("marketing")):
        return {}
    channels = listed if isinstance(listed, list) else [listed]
    left = [channel for channel in channels if _is_mapped(channel, mapped)]
    body["consent"] = {**consent, "marketing": left}
    dropped = [channel for channel in channels if channel not in left]
    return {"consent_marketing": dropped} if dropped else {}


def _is_marketing(box: Any) -> bool:
    return isinstance(box, Mapping) and box.get("purpose") == "marketing"


def _is_mapped(channel: Any, mapped: frozenset[str]) -> bool:
    return bool(mapped & {"consent_marketing", f"consent_marketing_{channel}"})


def _merge_fields(value: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with more fields added.

    A name that is in use gets `(also)`, so that nothing is overwritten.
    """
    fields = dict(value) if isinstance(value, Mapping) else {} if value is None else {"fields": value}
    for name, value in more.items():
        while name in fields and fields[name] != value:
            name = f"{name} (also)"
        fields[name] = value
    return fields
