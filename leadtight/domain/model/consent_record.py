"""What a person was asked to agree to, and whether they did: evidence that is kept and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadtight.domain.model.identity import person_key
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import Channel


class ConsentPurpose(StrEnum):
    """What messages are for: texts about the inquiry itself, or messages that go beyond it."""

    INQUIRY = "inquiry"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCheckbox:
    """One box that a person saw: for which messages, in which words, ticked or not."""

    channel: Channel
    purpose: ConsentPurpose
    ticked: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who sat before the form, as far as a connection tells, and when, unless that is now."""

    ip: str = ""
    user_agent: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPrompt:
    """The boxes of one inquiry, and the page that they stood on."""

    boxes: tuple[ConsentCheckbox, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One box, ticked or not, as evidence. Address and browser are kept only of a tick: nothing else needs proof.

    `said_by` is the kind of caller who said so; empty in records from before that was kept.
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
    asked: ConsentPrompt,
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
    """Yield a record for each box, under the address that its channel uses, else any that the person gave.

    Somebody who gave none has agreed to nothing that could be sent.
    """
    seen = visitor or Visitor()
    at = seen.at or now
    for number, box in enumerate(asked.boxes):
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
                url=asked.url,
                source=source,
                form=form,
                policy_version=policy_version,
                ip=seen.ip if box.ticked else "",
                user_agent=seen.user_agent if box.ticked else "",
                said_by=said_by,
            )
