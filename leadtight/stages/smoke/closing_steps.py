"""Leave nothing behind, and check that nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from leadtight.app.compliance.erase_person import ErasureReport
from leadtight.domain.model.identity import person_key
from leadtight.stages.checks import Verdict, failed, passed
from leadtight.stages.smoke.inbound_steps import held_of
from leadtight.stages.smoke.session import SIMULATOR, Session, journal
from leadtight.stages.smoke.stack_steps import BY_SMOKE

Erase = Callable[[str, datetime], ErasureReport]
"""Erase a person by an address, with the mails since an instant."""

BOARD = 2_000
AGAIN = "run `make smoke STAGE=NAME CLEAN=1`, which erases what runs have left"


def clean(session: Session, erase: Erase) -> Verdict:
    """Erase every test lead of this and of interrupted runs."""
    addresses = tuple(_addresses(session))
    erased = dict[str, ErasureReport]()
    for address in addresses:
        erased[address] = erase(address, session.started_at)
    leads = {lead for report in erased.values() for lead in report.lead_ids}
    for lead_id in sorted(leads):
        session.stage.drop_schedules(f"lead-{lead_id}")
    dropped = session.stores.drop_mails()
    session.stores.drop_query_results()
    session.stores.forget_sends(addresses)
    for tap in session.stores.taps_left():
        session.stores.close_tap(tap)
    unreadable = sum(len(report.unreadable) for report in erased.values())
    if unreadable:
        return failed(
            f"{unreadable} rows of test leads cannot be read, and stay", "erase with a version that reads them"
        )
    return passed(f"{len(leads)} leads of {len(addresses)} addresses are erased, and {dropped} raw mails deleted")


def nothing_is_left(session: Session) -> Verdict:
    """Check that nothing of a run is left."""
    left = list(_left(session))
    if left:
        return failed("; ".join(left), AGAIN)
    for file in _journals(session.folder):
        file.unlink()
    return passed("no test lead, schedule, mail, quarantined delivery, queue or rung alarm is left")


def _left(session: Session) -> Iterator[str]:
    addresses = tuple(_addresses(session))
    leads = [lead for address in addresses for lead in session.table.leads_of([person_key(address)])]
    leads += [lead.lead_id for lead in session.leads.values() if lead.lead_id]
    for lead_id in dict.fromkeys(leads):
        stored = session.lead(lead_id)
        if stored and (stored.is_open or stored.inquiry.email):
            yield f"lead {lead_id} is not erased"
        yield from (f"schedule {name}" for name in session.stage.schedules(f"lead-{lead_id}"))
    yield from (f"mail {key}" for key in session.stores.mails_left())
    yield from (f"quarantined delivery {each.id}" for each in held_of(session, f"+{session.run}-"))
    yield from (f"queue {tap.queue_url.rpartition('/')[2]}" for tap in session.stores.taps_left())
    rung = (alarm for alarm in session.stage.alarms().values() if alarm.reason.startswith(BY_SMOKE))
    yield from (f"alarm {alarm.name} rings for a test" for alarm in rung if alarm.state == "ALARM")


def _addresses(session: Session) -> Iterable[str]:
    """Return the addresses of this and of interrupted runs.

    Also those of open leads that lost their journal.
    """
    written = [str(address) for file in _journals(session.folder) for address in json.loads(file.read_text("utf-8"))]
    return tuple(dict.fromkeys((*written, *_on_board(session))))


def _journals(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob(journal(folder, "*").name)))


def _on_board(session: Session) -> Iterator[str]:
    for shown in session.table.open_on_board(BOARD):
        stored = session.lead(shown.lead_id) if shown.tier in session.policy.test_tiers else None
        if stored and stored.inquiry.email and stored.inquiry.email.endswith(f"@{SIMULATOR}"):
            yield stored.inquiry.email
