"""Changes as items of one transaction, and reasons for refusal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from leadtight.adapters.aws.outages import is_permanently_refused
from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.people import opt_out_actions, registration_actions, update_person
from leadtight.adapters.dynamodb.rows import (
    BoardIndexRow,
    EventRow,
    LeadRow,
    MessageRow,
    OwnerRow,
    RotationRow,
    WaitingRow,
)
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.errors import NotStorable, Problem
from leadtight.domain.views.board import on_board

if TYPE_CHECKING:
    from leadtight.domain.change import Change
    from leadtight.domain.model.capacity import Load, OwnerState
    from leadtight.domain.model.message import Channel
    from leadtight.domain.model.rotation import Rotation

CONDITION_FAILED = "ConditionalCheckFailed"
_CONTENTION = frozenset({"TransactionConflict"})


def save_change(transaction: TransactWrite, change: Change) -> None:
    """Save a change: the lead, related rows and records."""
    if change.rotation:
        transaction.save(RotationRow.of(change.rotation), condition=_not_moved(change.rotation))
    for load in change.loads:
        _save_load(transaction, load.person_id, load.by, load.taken, load.taken)
    _save_lead(transaction, change)


def save_all(transaction: TransactWrite, changes: Sequence[Change]) -> None:
    """Save successive changes in one transaction.

    Each lead is saved, and shared rows once, from their first state to their last.
    """
    rotations = [change.rotation for change in changes if change.rotation]
    if rotations:
        transaction.save(RotationRow.of(rotations[-1]), condition=_not_moved(rotations[0]))
    for _, theirs in groupby(sorted((x for c in changes for x in c.loads), key=_of_person), key=_of_person):
        loads = tuple(theirs)
        taken = [load.taken for load in loads if load.taken]
        by = sum(load.by for load in loads)
        _save_load(transaction, loads[0].person_id, by, taken[0] if taken else None, taken[-1] if taken else None)
    for change in changes:
        _save_lead(transaction, change)


def _of_person(load: Load) -> str:
    return load.person_id


def _save_load(
    transaction: TransactWrite, person_id: str, by: int, first: OwnerState | None, last: OwnerState | None
) -> None:
    """Update a person's count of open leads.

    Assignments that read the person's state hold only if no other assignment came since: `first` and `last` are the
    state before and after them.
    """
    row = OwnerRow(keys.owner(person_id), keys.OWNER_SK)
    actions: list[Action] = [OwnerRow.open_leads.add(by)]
    unmoved = None
    if first and last:
        recent = json.dumps([format_timestamp(at) for at in last.recent])
        actions += [OwnerRow.turn.set(last.turn), OwnerRow.recent.set(recent)]
        unmoved = OwnerRow.turn == first.turn - 1 if first.turn > 1 else OwnerRow.turn.does_not_exist()
    transaction.update(row, [*actions, *registration_actions(person_id)], condition=unmoved)


def _save_lead(transaction: TransactWrite, change: Change) -> None:
    previous = change.before
    unchanged = LeadRow.version == previous.version if previous else LeadRow.pk.does_not_exist()
    transaction.save(LeadRow.of(change.after), condition=unchanged)
    transaction.save(LeadRow.due_of(change.after))
    if change.after.is_waiting or (previous and previous.is_waiting):
        transaction.save(WaitingRow.of(change.after))
    save_opt_outs(transaction, {x.person_key: x.channels for x in change.opt_outs})
    save_records(transaction, change)


def save_opt_outs(transaction: TransactWrite, left: Mapping[str, Iterable[Channel]]) -> None:
    """Save opt-outs by person key.

    A transaction may touch each key's item only once.
    """
    for key, channels in left.items():
        update_person(transaction, key, opt_out_actions(channels))


def save_records(transaction: TransactWrite, change: Change) -> None:
    """Save a change's board row, events, messages and consents."""
    if change.before is None or on_board(change.before) != on_board(change.after):
        transaction.save(BoardIndexRow.of(change.after))
    freed = iter(change.freed)
    for event in change.events:
        transaction.save(EventRow.of(event, frees=next(freed, None)))
    for message in change.messages:
        transaction.save(MessageRow.of(message))
    if change.consents:
        from leadtight.adapters.dynamodb import form_rows

        for record in change.consents:
            form_rows.keep(transaction, record)


def _not_moved(rotation: Rotation) -> Condition:
    return RotationRow.turn == rotation.turn - 1 if rotation.turn > 1 else RotationRow.pk.does_not_exist()


def refused_items(error: TransactWriteError, sort: str) -> Iterator[row_reader.Raw]:
    """Yield the stored items where conditions failed.

    Only items under a sort key that were asked to return them.
    """
    for reason in error.cancellation_reasons:
        if reason and reason.code == CONDITION_FAILED and reason.raw_item and reason.raw_item["sk"]["S"] == sort:
            yield reason.raw_item


def is_canceled_by_a_condition(error: TransactWriteError) -> bool:
    """Check whether a condition of the transaction failed."""
    return any(reason and reason.code == CONDITION_FAILED for reason in error.cancellation_reasons)


def raise_unless_contention(error: TransactWriteError) -> None:
    """Raise errors other than failed conditions and races.

    A throttle or an outage must be seen. Raises NotStorable for what the table will never accept: trying again, later
    or elsewhere, changes nothing.
    """
    if is_permanently_refused(error):
        raise NotStorable([Problem("body", "is too large to be stored with the existing data")]) from error
    codes = {reason.code for reason in error.cancellation_reasons if reason}
    if not codes or not codes <= _CONTENTION | {CONDITION_FAILED}:
        raise error
