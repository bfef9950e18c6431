"""Render messages: mails as text and HTML, and texts.

A text has as few parts as its link allows.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from leadtight.adapters.presentation import formatting, gsm, lead_view
from leadtight.adapters.presentation.jinja import exists, render
from leadtight.adapters.presentation.template_variants import ENGLISH, long_moment, moment, variant
from leadtight.app.ports.messaging import Card, DigestEntry, Mail
from leadtight.domain.calendar import timestamps
from leadtight.domain.model.errors import SendRefused
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Message, Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.policy import Policy

LONGEST_MESSAGE = 800
NAME_LENGTHS = (60, 30, 15, 8)
LISTED = 50
"""Most leads that a digest lists.

It counts the others, which are in its reader's queue.
"""

Context = dict[str, Any]


class JinjaRenderer:
    """Renders messages from the templates in `templates/mail` and `templates/sms`."""

    def mail(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Mail:
        """Return the e-mail of a message."""
        name, language = _template("mail", policy, message, lead, "subject")
        context = _context(policy, message, lead, links, now, language)
        return _written(name, context)

    def text(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> str:
        """Return a text message with the longest names that fit.

        Longer names would cost another part.
        """
        name, language = _template("sms", policy, message, lead, "txt")
        context = _context(policy, message, lead, links, now, language)
        texts = [render(f"{name}.txt", _brief(context, longest)) for longest in NAME_LENGTHS]
        return min((gsm.plain(text) for text in texts), key=gsm.parts)

    def review(self, policy: Policy, message: Message, links: Mapping[str, str]) -> Mail:
        """Return the e-mail with the weekly review."""
        context = {
            "company": policy.company,
            "reader": policy.people[message.recipient],
            "week": str(message.data["week"]),
            "headline": [formatting.one_line(str(line), 300) for line in message.data["headline"]],
            "link": links["report"],
        }
        return _written(f"mail/{message.template}", context)

    def card(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Card:
        """Return the chat card of a message.

        It has the subject of the message's mail, the lead's facts and links.
        """
        name, language = _template("mail", policy, message, lead, "subject")
        context = _context(policy, message, lead, links, now, language)
        due = f"{context['due']}, overdue" if context["is_late"] else context["due"]
        contacts = ((point.label, point.text) for point in context["contacts"])
        return Card(
            title=formatting.one_line(render(f"{name}.subject", context)),
            words=context["words"],
            facts=(("Due", due), *contacts, *context["facts"]),
            links=(("Record what happened", context["link"]), ("All your leads", context["queue_link"])),
        )

    def digest(self, policy: Policy, person_id: str, notices: Iterable[DigestEntry], queue: str, now: datetime) -> Mail:
        """Return one e-mail with several notices.

        It has the first notice of each lead, in the given order, and counts the rest.
        """
        first = {noticed.lead.id: noticed for noticed in reversed(tuple(notices))}
        entries = [_entry(policy, noticed, now) for noticed in islice(reversed(first.values()), LISTED)]
        context = {
            "company": policy.company,
            "reader": policy.people.get(person_id),
            "entries": entries,
            "counted": formatting.counted(len(first), "lead"),
            "more": formatting.counted(len(first) - LISTED, "more lead") if len(first) > LISTED else "",
            "queue_link": queue,
        }
        return _written("mail/digest", context)


def _written(name: str, context: Context) -> Mail:
    """Render a mail from its three templates."""
    subject = formatting.one_line(render(f"{name}.subject", context))
    return Mail(
        subject=subject,
        text=_tidy(render(f"{name}.txt", context)),
        html=_tidy(render(f"{name}.html", context | {"subject": subject})),
    )


def _entry(policy: Policy, noticed: DigestEntry, now: datetime) -> Context:
    name, language = _template("mail", policy, noticed.message, noticed.lead, "subject")
    context = _context(policy, noticed.message, noticed.lead, {"outcome": noticed.link}, now, language)
    subject = render(f"{name}.subject", context)
    return context | {"title": formatting.one_line(subject), "words": formatting.shortened(context["words"], 200)}


def _template(folder: str, policy: Policy, message: Message, lead: Lead, file: str) -> tuple[str, str]:
    """Return a message's template and its language.

    A step of a sequence names its own. Raises SendRefused when a deployment removed that template since the plan was
    made.
    """
    name = f"{folder}/{message.template}"
    if message.template is Template.SEQUENCE_STEP:
        name = f"{folder}/steps/{message.data.get('words')}"
        if not exists(f"{name}.{file}"):
            raise SendRefused(f"the template {name} no longer exists")
    return variant(policy, lead, name, file) if message.recipient == LEAD else (name, ENGLISH)


def _context(
    policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime, language: str
) -> Context:
    return {
        "company": policy.company,
        "signature": formatting.signature(policy.company),
        "name": lead_view.name_of(lead),
        "greeted": formatting.greeted(lead.inquiry.name),
        "inquiry": lead.inquiry,
        "words": formatting.shortened(str(message.data.get("words", lead.inquiry.message)), LONGEST_MESSAGE),
        "contacts": lead_view.contact_points(lead, str(message.data.get("do_not_call", ""))),
        "phone": "" if message.data.get("do_not_call") else lead.inquiry.phone_text,
        "facts": (*lead_view.differences(message), *lead_view.facts(policy, lead)),
        "next_action": formatting.one_line(lead.next_action.what, 250) if lead.next_action else "",
        "link": links.get("outcome", ""),
        "queue_link": links.get("queue", ""),
        "board_link": links.get("board", ""),
        "ask_link": links.get("ask", ""),
        "unsubscribe": links.get("unsubscribe", ""),
        "owner_name": policy.person_name(lead.owner_id),
        "responder": policy.person_name(lead.owner_id) if lead.owner_id else "",
        "language": language,
        "booking_url": policy.booking_url_of(lead.owner_id) or "",
        "asset": {"title": message.data.get("title", ""), "url": message.data.get("url", "")},
        **_people(policy, message),
        **_times(policy, message, lead, now, language),
    }


def _people(policy: Policy, message: Message) -> Context:
    """Return the reader and the other people of a message.

    People who have left the policy have their id as a name.
    """

    def person(key: str) -> Person | None:
        person_id = message.data.get(key)
        return (policy.people.get(person_id) or _left(person_id)) if isinstance(person_id, str) else None

    return {
        "reader": policy.people.get(message.recipient) if message.recipient != LEAD else None,
        "owner": person("owner"),
        "previous": person("previous"),
        "new_owner": person("to"),
        "stands_in_for": person("stands_in_for"),
        "reason": message.data.get("reason", ""),
        "cause": message.data.get("cause", ""),
        "handed_by": person("by"),
        "said": message.data.get("said", ""),
        "is_of_sequence": "target" not in message.data,
        "is_first_response": message.data.get("target", FIRST_RESPONSE) == FIRST_RESPONSE,
    }


def _times(policy: Policy, message: Message, lead: Lead, now: datetime, language: str) -> Context:
    due_text = message.data.get("due_at")
    due = timestamps.parse_timestamp(due_text) if isinstance(due_text, str) else lead.promise.deadline
    return {
        "due": moment(due, policy.company.zone, language),
        "due_long": long_moment(due, policy.company.zone, language),
        "is_late": now >= due,
    }


def _brief(context: Context, longest: int) -> Context:
    """Return the context with short names in the GSM alphabet."""
    inquiry = context["inquiry"]
    readable = (
        gsm.plain(formatting.one_line(text or "")) for text in (inquiry.name, inquiry.phone_text, inquiry.email)
    )
    name = next(filter(None, readable), "a new lead")
    return context | {
        "name": _cut(name, longest),
        "company_name": _cut(gsm.plain(context["company"].name), longest),
        "next_action": _cut(gsm.plain(context["next_action"].replace(inquiry.display_name, name)), longest),
    }


def _tidy(text: str) -> str:
    """Collapse several blank lines into one.

    Omitted parts leave them behind.
    """
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}."


def _left(person_id: str) -> Person:
    return Person(id=person_id, name=person_id, email="", team="")
