"""A decision: the resulting lead with its events and messages.

They are stored together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leadtight.domain.model.capacity import Load, OwnerState
from leadtight.domain.model.codec import difference, to_document
from leadtight.domain.model.event import Event, EventKind, compact_changes
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Message, Template
from leadtight.domain.model.minimum_record import check_record
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import COVER, EXPIRY, SlaTimer, StepKind, TimerStep
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.alert_channels import alert_channels
from leadtight.domain.roster.stand_ins import notice_reader

if TYPE_CHECKING:  # few inquiries ask for consent, and importing it slows every cold start
    from leadtight.domain.model.consent_record import ConsentPrompt, ConsentRecord, Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutWrite:
    """Channels that the person of one key opts out of.

    It is written in the same transaction as the lead.
    """

    person_key: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The state written by one transaction.

    `before` is None for a new lead; `rotation` is set when it moves.
    """

    before: Lead | None
    after: Lead
    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    rotation: Rotation | None = None
    loads: tuple[Load, ...] = ()
    opt_outs: tuple[OptOutWrite, ...] = ()
    consents: tuple[ConsentRecord, ...] = ()

    def __post_init__(self) -> None:
        """Raise IncompleteLead when the change removes a required field."""
        check_record(self.before, self.after)

    @property
    def freed(self) -> tuple[str, ...]:
        """Return the people who now have one open lead fewer."""
        return tuple(load.person_id for load in self.loads if load.by < 0)

    @property
    def rearms(self) -> bool:
        """Return whether the lead needs a new alarm.

        Every change of a lead with a wake time does: the alarm's token names the state.
        """
        return self.after.wake_at is not None


class ChangeBuilder:
    """Collects the effects of one decision on a lead.

    It assigns ids to events and messages.
    """

    def __init__(self, before: Lead | None, lead: Lead, now: datetime) -> None:
        """Start from the stored lead `before` at `now`.

        `before` is None for a new lead; `lead` is the state to change.
        """
        self._before = before
        self._version = (before.version if before else 0) + 1
        self._events: list[tuple[EventKind, str, Mapping[str, Any]]] = []
        self._messages: list[Message] = []
        self._rotation: Rotation | None = None
        self._owner_state: OwnerState | None = None
        self._left: tuple[Channel, ...] = ()
        self._consents: tuple[ConsentRecord, ...] = ()
        self._also_left: tuple[str, ...] = ()
        self._now = now
        self.lead = lead

    @property
    def version(self) -> int:
        """Return the version the lead will have."""
        return self._version

    def set(self, **fields: Any) -> None:
        """Change fields of the lead."""
        self.lead = replace(self.lead, **fields)

    def start(self, *clocks: SlaTimer) -> None:
        """Start timers, each replacing the one of its target."""
        for clock in clocks:
            self.lead = self.lead.with_clock(clock)

    def stop(self, *targets: str) -> None:
        """End the lead's timers of these targets."""
        self.lead = self.lead.without_clocks(*targets)

    def event(self, kind: EventKind, actor: str, **data: Any) -> None:
        """Add an event.

        `data` must be JSON types or have a document form.
        """
        self._events.append((kind, actor, to_document(data)))

    def message(self, template: Template, recipient: str, channel: Channel = Channel.EMAIL, **data: Any) -> None:
        """Add a message to the outbox.

        Its id is the same whenever this decision is repeated.
        """
        self._messages.append(self._message(template, recipient, channel, data))

    def _message(self, template: Template, recipient: str, channel: Channel, data: Mapping[str, Any]) -> Message:
        return Message(
            id=f"{template}-{self._version}-{len(self._messages)}",
            lead_id=self.lead.id,
            template=template,
            channel=channel,
            recipient=recipient,
            created_at=self._now,
            next_try_at=self._now,
            data=to_document(data),
            source=self.lead.source,
        )

    def message_person(self, policy: Policy, template: Template, person_id: str, **data: Any) -> None:
        """Add a notice to a person on their chosen channels.

        The channels depend on the kind of notice. A person who left the policy or is inactive is not notified: the
        person who answers for them is, but not that a lead moved away.
        """
        reader, notice = notice_reader(policy, person_id), ""
        if reader != person_id and template is Template.LEAD_MOVED:
            return
        for channel, fallbacks in alert_channels(policy, template, reader):
            message = self._message(template, reader, channel, data)
            self._messages.append(replace(message, notice=notice, fallbacks=fallbacks))
            notice = notice or message.id

    def rotate(self, rotation: Rotation) -> None:
        """Move a pool's rotation in the same transaction."""
        self._rotation = rotation

    def require_owner_state(self, state: OwnerState | None) -> None:
        """Make the assignment conditional on the owner's state.

        That is the state on which it was decided.
        """
        self._owner_state = state

    def suppress(self, channels: tuple[Channel, ...], also: tuple[str, ...] = ()) -> None:
        """Opt the person out of channels, in the same transaction.

        This covers all their leads; `also` are further keys.
        """
        self._left, self._also_left = channels, also

    def record_consent(
        self,
        prompt: ConsentPrompt,
        visitor: Visitor | None,
        inquiry: Inquiry,
        *,
        source: str,
        form: str | None,
        policy_version: str,
        said_by: str = "",
    ) -> None:
        """Record the consent prompt in the same transaction."""
        from leadtight.domain.model.consent_record import records

        self._consents = tuple(
            records(
                prompt,
                visitor,
                inquiry,
                lead_id=self.lead.id,
                version=self._version,
                source=source,
                form=form,
                policy_version=policy_version,
                said_by=said_by,
                now=self._now,
            )
        )

    def build(self) -> Change:
        """Return the change, with wake time and field differences.

        The differences are on its first event.
        """
        clocks = (*_running(self.lead), *self._expiry())
        after = replace(self.lead, clocks=clocks, version=self._version, wake_at=_wake_at(self.lead, clocks))
        return Change(
            before=self._before,
            after=after,
            events=tuple(self._numbered(after)),
            messages=tuple(self._messages),
            rotation=self._rotation,
            loads=tuple(self._loads(after)),
            opt_outs=tuple(self._opt_outs()),
            consents=self._consents,
        )

    def _expiry(self) -> tuple[SlaTimer, ...]:
        """Return the expiry timer of the lead (D3).

        That is the running one, or a new one from its owner's latest touch. It counts from now when it waited for a
        follow-up and something else is to be done before.
        """
        lead, running = self.lead, self.lead.clock(EXPIRY)
        if not lead.is_open or lead.owned_since is None:
            return ()
        since = max(lead.owned_since, lead.touched_at or lead.owned_since)
        superseded = self._is_superseded(running)
        if running and running.started_at >= since and not superseded:
            return (running,)
        reopened = self._before is not None and not self._before.is_open
        return expiry_clock(lead, self._now if reopened or superseded else since)

    def _is_superseded(self, running: SlaTimer | None) -> bool:
        """Return whether an expiry timer waits for what has changed."""
        before = self._before
        if running is None or before is None or running.started_at <= self._now:
            return False
        return running == before.clock(EXPIRY) and self.lead.next_action != before.next_action

    def _loads(self, after: Lead) -> Iterator[Load]:
        former = _capacity_owner(self._before)
        current = _capacity_owner(after)
        if former is not None and former != current:
            yield Load(person_id=former, by=-1)
        if current is not None and former != current:
            taken = self._owner_state if self._owner_state and self._owner_state.person_id == current else None
            yield Load(person_id=current, by=1, taken=taken)

    def _opt_outs(self) -> Iterator[OptOutWrite]:
        keys = dict.fromkeys((*person_keys(self.lead.inquiry), *self._also_left))
        for key in keys if self._left else ():
            yield OptOutWrite(person_key=key, channels=self._left)

    def _numbered(self, after: Lead) -> Sequence[Event]:
        changes = compact_changes(difference(self._before, after))
        return [
            Event(
                id=f"{self._version:06d}.{number:02d}",
                lead_id=after.id,
                at=self._now,
                kind=kind,
                actor=actor,
                version=self._version,
                data=data,
                changes=changes if number == 0 else {},
            )
            for number, (kind, actor, data) in enumerate(self._events)
        ]


def _capacity_owner(lead: Lead | None) -> str | None:
    """Return the person whose open leads include this one (R9).

    That is its owner, while it is open and counts to the cap.
    """
    return lead.owner_id if lead and lead.is_open and lead.counts_to_cap else None


def expiry_clock(lead: Lead, since: datetime) -> tuple[SlaTimer, ...]:
    """Return the expiry timer counted from `since`.

    It expires when the lead stays untouched; there is none without a limit.
    """
    if lead.expire_after is None:
        return ()
    at = since + lead.expire_after
    version, steps = lead.promise.policy_version, (TimerStep(kind=StepKind.EXPIRE, at=at),)
    return (SlaTimer(target=EXPIRY, started_at=since, deadline=at, policy_version=version, steps=steps),)


def _running(lead: Lead) -> Iterator[SlaTimer]:
    """Yield the other timers that keep running.

    The timer that returns a covered lead ends when the owner changes.
    """
    for clock in lead.clocks:
        if clock.target != EXPIRY and (clock.target != COVER or clock.started_at == lead.owned_since):
            yield _without_repeated_check(lead, clock)


def _without_repeated_check(lead: Lead, clock: SlaTimer) -> SlaTimer:
    """Return a timer without a contact check already made.

    A lead is asked once, not once per owner.
    """
    if Template.ASK_LEAD not in lead.sent_once or not any(step.kind is StepKind.ASK for step in clock.steps):
        return clock
    return replace(clock, steps=tuple(step for step in clock.steps if step.kind is not StepKind.ASK))


def _wake_at(lead: Lead, clocks: Sequence[SlaTimer]) -> datetime | None:
    """Return when the first of these timers is due."""
    if not lead.is_open:
        return None
    if lead.owner_id is None:
        return lead.wake_at
    due = [step.at for clock in clocks for step in clock.steps[:1]]
    step_at = lead.enrolment.due_at if lead.enrolment else None
    return min([*due, *([step_at] if step_at else [])], default=None)
