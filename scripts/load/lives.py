"""The fate of every lead of a stage.

It is read from the stored histories and from the messages that providers accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.model.event import EventKind
from scripts.load.stage import LoadStage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTimes:
    """One lead's arrival, and seconds to owner, reply and timer.

    None means never. `since` counts from the sending, which is earlier than the arrival of a spilled post.
    """

    lead_id: str
    source: str
    since: float
    owner: float | None
    reply: float | None
    clock: float | None


def lives(stage: LoadStage) -> list[LeadTimes]:
    """Return the leads in the order of arrival."""
    began = dict[str, tuple[float, str]]()
    owned = dict[str, float]()
    for at, event in stage.events:
        if event["kind"] == EventKind.LEAD_RECEIVED:
            sent = (parse_timestamp(event["at"]) - stage.start).total_seconds()
            began[event["lead_id"]] = min(at, sent), str(event["data"].get("source", ""))
        elif event["kind"] == EventKind.LEAD_ASSIGNED:
            owned.setdefault(event["lead_id"], at)
    replied = dict[str, float]()
    for mail in stage.account.mails:
        if mail.message_id.startswith("acknowledge"):
            replied.setdefault(mail.lead_id, mail.at)
    return [
        LeadTimes(
            lead_id=lead_id,
            source=source,
            since=since,
            owner=_after(owned.get(lead_id), since),
            reply=_after(replied.get(lead_id), since),
            clock=_after(stage.account.armed.get(lead_id), since),
        )
        for lead_id, (since, source) in began.items()
    ]


def _after(at: float | None, since: float) -> float | None:
    return None if at is None else max(0.0, at - since)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTimes:
    """Waiting times in seconds, and the number that never ended."""

    p50: float
    p95: float
    p99: float
    max: float
    never: int


def waits(seconds: Iterable[float | None]) -> WaitTimes:
    """Return percentiles and maximum of waiting times."""
    every = list(seconds)
    ordered = sorted(each for each in every if each is not None)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0.0

    return WaitTimes(p50=at(0.5), p95=at(0.95), p99=at(0.99), max=at(1.0), never=len(every) - len(ordered))
