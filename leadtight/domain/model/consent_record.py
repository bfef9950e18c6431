"""Consent prompts and their answers: permanent evidence, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadtight.domain.model.identity import person_key
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import Channel


class ConsentPurpose(StrEnum):
    """Purpose of messages: texts about the inquiry, or wider marketing."""

    INQUIRY = "inquiry"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCheckbox:
    """One checkbox as shown: purpose, wording, ticked or not."""

    channel: Channel
    purpose: ConsentPurpose
    ticked: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """The visitor behind a form post, as its connection shows.

    Its time is now unless given.
    """

    ip: str = ""
    user_agent: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPrompt:
    """The checkboxes of one inquiry, and their page."""

    boxes: tuple[ConsentCheckbox, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One checkbox, ticked or not, as evidence.

    Address and browser are kept only for a ticked one: nothing else needs proof. `said_by` is the kind of caller who
    submitted it; empty in records from before that was kept.
    """

    id: str
    person_key: str
    lead_id: str
    channel: Channel
    purpose: ConsentPurpose
    ticked: bool
    at: datetime
    text: str = ""
    url: str = ""
    source: str = ""
    form: str | None = None
    policy_version: str = ""
    ip: str = ""
    user_agent: str = ""
    said_by: str = ""


def records(
    prompt: ConsentPrompt,
    visitor: Visitor | None,
    inquiry: Inquiry,
    *,
    lead_id: str,
    version: int,
    source: str,
    form: str | None,
    policy_version: str,
    said_by: str = "",
    now: datetime,
) -> Iterator[ConsentRecord]:
    """Yield a record for each checkbox.

    It is under the address that its channel uses, else any contact point of the person. A person without one has
    consented to nothing that could be sent.
    """
    client = visitor or Visitor()
    at = client.at or now
    for number, box in enumerate(prompt.boxes):
        own, other = inquiry.email, inquiry.phone_uri
        if box.channel is not Channel.EMAIL:
            own, other = other, own
        if address := own or other:
            yield ConsentRecord(
                id=f"{lead_id}#{version:06d}.{number:02d}",
                person_key=person_key(address),
                lead_id=lead_id,
                channel=box.channel,
                purpose=box.purpose,
                ticked=box.ticked,
                at=at,
                text=box.text,
                url=prompt.url,
                source=source,
                form=form,
                policy_version=policy_version,
                ip=client.ip if box.ticked else "",
                user_agent=client.user_agent if box.ticked else "",
                said_by=said_by,
            )
