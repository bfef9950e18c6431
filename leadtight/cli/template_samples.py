"""Sample leads and messages for a preview.

Ordinary ones, with a long name, with emoji, and written from right to left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from leadtight.adapters.presentation.jinja import TEMPLATES
from leadtight.app.ports.messaging import DigestEntry, Mail, Renderer
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.calendar.week import Week
from leadtight.domain.intake import arrival
from leadtight.domain.model.inquiry import Consent, Inquiry
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.message import LEAD, Channel, Message, Template
from leadtight.domain.notifications.review_mail import PublishedReview, review_messages
from leadtight.domain.policy.policy import Policy

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LINKS = {
    "outcome": "https://leads.example/o/sample",
    "queue": "https://leads.example/desk/sample",
    "unsubscribe": "https://leads.example/unsubscribe/sample",
    "ask": "https://leads.example/ask/sample",
    "report": "https://leads.example/reports/sample",
}
INQUIRIES: Mapping[str, Inquiry] = {
    "plain": Inquiry(name="Ada Obi", message="Please call me today.\nIt is about the roof.", company="Obi Dental"),
    "long": Inquiry(name="Maximilian-Theodor von und zu Hohenlohe-Langenburg " * 3, message="A quote, please. " * 90),
    "emoji": Inquiry(name="🌟 Zoë 🚀", message="Quote 🙏"),
    "rtl": Inquiry(name="محمد الأحمد", message="أحتاج إلى عرض سعر اليوم"),
}
TO_LEAD = frozenset(
    {Template.ACKNOWLEDGE, Template.SEQUENCE_STEP, Template.BOOKING_LINK, Template.ASSET, Template.ASK_LEAD}
)
HEADLINE = ("31 leads, 24 of them reached within the promise (77 %)", "5 leads wait without a next step")
APART = frozenset({"weekly_review", "digest"})
"""Mails about no single lead: weekly review and digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSample:
    """A message with its lead, links and time of writing.

    `name` names its files.
    """

    name: str
    message: Message
    lead: Lead
    links: Mapping[str, str]
    at: datetime


def samples(policy: Policy) -> Iterator[MessageSample]:
    """Yield every message in each language to every lead."""
    for path in sorted(TEMPLATES.glob("mail/**/*.subject.j2")) + sorted(TEMPLATES.glob("sms/**/*.txt.j2")):
        channel = Channel.EMAIL if "mail" in path.parts else Channel.SMS
        words, *variant = path.name.removesuffix(".j2").rpartition(".")[0].split(".")
        if words in APART:
            continue
        template = Template.SEQUENCE_STEP if path.parent.name == "steps" else Template(words)
        for who, inquiry in INQUIRIES.items():
            yield _sample(policy, template, channel, words, variant, who, inquiry)


def mails_apart(policy: Policy, renderer: Renderer) -> Iterator[tuple[str, Mail]]:
    """Yield the mails about no single lead, with names.

    The names are those of their files.
    """
    reader, template = policy.routing.catch_all, Template.ALERT_OWNER
    samples = [
        _sample(policy, template, Channel.EMAIL, template, [], who, inquiry) for who, inquiry in INQUIRIES.items()
    ]
    notices = [
        DigestEntry(message=inquiry.message, lead=replace(inquiry.lead, id=inquiry.name), link=LINKS["outcome"])
        for inquiry in samples
    ]
    yield "email-digest", renderer.digest(policy, reader, notices, LINKS["queue"], AT + timedelta(minutes=30))
    week = Week.of(AT.date())
    review = review_messages(
        policy, PublishedReview(week=week, path=f"weekly/{week}/index.html", headline=HEADLINE), AT
    )[0]
    yield "email-weekly_review", renderer.review(policy, review, {"report": LINKS["report"]})


def _sample(
    policy: Policy, template: Template, channel: Channel, words: str, variant: list[str], who: str, inquiry: Inquiry
) -> MessageSample:
    language = next((part for part in variant if len(part) == 2), "en")
    tier = next((part for part in variant if len(part) != 2), None)
    lead = _lead(policy, replace(inquiry, language=language), tier)
    message = Message(
        id="sample",
        lead_id=lead.id,
        template=template,
        channel=channel,
        recipient=LEAD if template in TO_LEAD else str(lead.owner_id),
        created_at=AT,
        next_try_at=AT,
        data=_data(policy, template, words, lead),
    )
    name = "-".join([channel, *(["step"] if template is Template.SEQUENCE_STEP else []), words, *variant, who])
    links = {name: LINKS[name] for name in ("unsubscribe", "ask")} if template in TO_LEAD else LINKS
    return MessageSample(name=name, message=message, lead=lead, links=links, at=AT + timedelta(minutes=1))


def _lead(policy: Policy, inquiry: Inquiry, tier: str | None) -> Lead:
    whole = replace(
        inquiry,
        email="ada@example.com",
        phone="+4930901820",
        consent=Consent(sms=True, marketing=(Channel.EMAIL, Channel.SMS)),
    )
    made = arrival.receive(
        policy, whole, lead_id="sample", source="web_form", form=None, received_at=AT, now=AT, acknowledged=False
    ).after
    action = NextAction(what=f"Call {inquiry.display_name}", due_at=AT + timedelta(hours=2))
    promise = replace(made.promise, tier=tier or made.promise.tier)
    owned = replace(made, owner_id=policy.routing.catch_all, next_action=action, promise=promise)
    return replace(owned, excluded=None, closed_at=None)


def _data(policy: Policy, template: Template, words: str, lead: Lead) -> dict[str, Any]:
    people = list(policy.people)
    data: dict[str, Any] = {
        "due_at": format_timestamp(AT + timedelta(hours=1)),
        "owner": people[0],
        "previous": people[0],
        "to": people[-1],
        "reason": "rotation",
        "title": "What it costs, and what it saves",
        "url": "https://example.com/costs",
    }
    if template is Template.SEQUENCE_STEP:
        data["words"] = words
    if template is Template.NEEDS_PERSON:
        data["reason"] = "Compliance risk: “lawyer”"
    if template is Template.ALERT_OWNER:
        data.pop("previous")
    return data
