"""Acknowledged leads survive killed processes and lost alarms.

Functions are killed under load; alarms are doubled, given up and lost.

Short by default; `LEADTIGHT_LONG=1` takes 500 leads, and loses every alarm, which takes minutes to be noticed
(test_enforcement.py loses one).
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import urllib.error
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from leadtight.adapters.aws.scheduler import alarm_body
from leadtight.app.sla.sla import LATE_AFTER
from leadtight.cli import app
from leadtight.devstage.local_stage import LocalStage
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from tests.e2e.stage import Stage, eventually

IS_LONG = bool(os.environ.get("LEADTIGHT_LONG"))
LEADS = 500 if IS_LONG else 40
AT_ONCE = 8
LEADS_FOR_A_KILL = 5
GIVEN_UP, DOUBLED = 10, 10
A_SWEEP = timedelta(minutes=1)


def test_no_acknowledged_lead_is_lost_to_kills_lost_or_doubled_alarms(local_stage: LocalStage, stage: Stage) -> None:
    killer = Killer(local_stage)

    def acknowledged(number: int) -> str:
        lead_id = post(stage, number)
        if number % LEADS_FOR_A_KILL == 0:
            killer.kill()
        return lead_id

    with ThreadPoolExecutor(AT_ONCE) as threads:
        accepted = dict(enumerate(threads.map(acknowledged, range(LEADS))))
    killed = killer.killed
    assert sum(killed.values()) >= LEADS // LEADS_FOR_A_KILL // 2
    leads = eventually("an owner for every lead", lambda: owned(stage, accepted), within=240)
    double_and_give_up_alarms(stage, leads)
    if IS_LONG:
        lose_alarms(stage)
        eventually("a live promise for every lead", lambda: all_wake(stage, accepted), within=900)
    for number, lead in enumerate(leads):
        history = stage.table.history(lead.id)
        assert stage.table.leads_of([person_key(address(number))]) == (lead.id,), "one lead for one key"
        assert [event.kind for event in history].count(EventKind.LEAD_ASSIGNED) == 1
        assert fold(history).version >= lead.version
    assert [post(stage, number) for number in range(0, LEADS, 10)] == [accepted[n] for n in range(0, LEADS, 10)]
    settled = [n for n, lead_id in accepted.items() if not stage.messages(lead_id, "acknowledge")[0].is_owed]
    mailed = Counter(to for mail in stage.sent_mails() for to in mail["To"])
    mail_counts = {number: mailed[address(number)] for number in range(LEADS)}
    assert settled
    assert all(mail_counts[number] for number in settled), "unsent messages are still owed"
    twice = sum(count - 1 for count in mail_counts.values() if count > 1)
    print(f"{LEADS} leads, killed {dict(killed)}, lost 0, twice {twice}, owed {LEADS - len(settled)}")  # noqa: T201 - docs/development/reliability.md
    assert twice <= killed["respond"] + killed["sla"], (
        "a kill between sending and noting it may double one mail, and nothing else does"
    )


def address(number: int) -> str:
    return f"survivor-{number:03d}@example.com"


def post(stage: Stage, number: int) -> str:
    """Send a lead with retries under one key.

    As a program does.
    """
    body = json.dumps({"name": f"Survivor {number}", "email": address(number), "message": "hello"}).encode()
    while True:
        try:
            answer = stage.request(
                "/leads", body, content_type="application/json", idempotency_key=f"survivor-{number}"
            )
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            continue
        if answer.status == 202:
            return str(json.loads(answer.body)["lead_id"])
        assert answer.status >= 500, answer
        time.sleep(0.2)


class Killer:
    """Kills one function's process after every few leads.

    The next leads are on their way meanwhile.
    """

    def __init__(self, local_stage: LocalStage) -> None:
        self.killed: Counter[str] = Counter()
        self._local_stage = local_stage
        self._chance = random.Random(1)

    def kill(self) -> None:
        processes = workers(self._local_stage)
        if processes:
            process, function = self._chance.choice(processes)
            with suppress(ProcessLookupError):  # the emulator has removed it meanwhile
                os.kill(process, signal.SIGKILL)
                self.killed[function] += 1


def workers(local_stage: LocalStage) -> list[tuple[int, str]]:
    """Return function processes of this stage with their names.

    They are children of its own local cloud.
    """
    cloud = int((local_stage.cloud.folder / "cloud.pid").read_text())
    processes = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            if parent == cloud:
                environment = dict(
                    pair.split("=", 1) for pair in folder.joinpath("environ").read_text().split("\0") if "=" in pair
                )
                processes.append((int(folder.name), environment["POWERTOOLS_SERVICE_NAME"]))
        except (OSError, KeyError, ValueError):  # it has ended meanwhile, or is not a function's
            continue
    return processes


def double_and_give_up_alarms(stage: Stage, leads: list[Lead]) -> None:
    """Deliver some alarms twice, and others from dead letters."""
    sqs, queue = stage.client("sqs"), stage.output("AlarmQueueUrl")
    for lead in leads[:DOUBLED] * 2:
        sqs.send_message(QueueUrl=queue, MessageBody=alarm_body(lead))
    dead = sqs.get_queue_url(QueueName=f"{stage.info.stack}-alarms-dead")["QueueUrl"]
    for lead in leads[DOUBLED : DOUBLED + GIVEN_UP]:
        sqs.send_message(QueueUrl=dead, MessageBody=alarm_body(lead))
    assert redrive(stage)["waiting"] == GIVEN_UP, "a dry run only counts"
    assert redrive(stage, "--apply")["given_back"] == GIVEN_UP
    assert redrive(stage)["waiting"] == 0


def lose_alarms(stage: Stage) -> None:
    scheduler, group = stage.client("scheduler"), stage.output("ScheduleGroup")
    for schedule in scheduler.list_schedules(GroupName=group)["Schedules"]:
        scheduler.delete_schedule(GroupName=group, Name=schedule["Name"])
    stage.client("sqs").purge_queue(QueueUrl=stage.output("AlarmQueueUrl"))


def redrive(stage: Stage, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["redrive", "--queue", "alarms", "--json", "--stack", stage.info.stack, *words])
    assert done.exit_code == 0, done.output
    [queue] = json.loads(done.stdout)["queues"]
    return dict(queue)


def owned(stage: Stage, accepted: dict[int, str]) -> list[Lead]:
    """Return all leads when each has owner and alarm.

    Else none. The sweep runs every minute.
    """
    leads = [stage.lead(lead_id) for lead_id in accepted.values()]
    return leads if all(lead.owner_id and lead.wake_at for lead in leads) else []


def all_wake(stage: Stage, accepted: dict[int, str]) -> bool:
    """Check that no lead is later than the sweep allows.

    Alarms ring while it looks at them.
    """
    leads, late = owned(stage, accepted), datetime.now(UTC) - LATE_AFTER - A_SWEEP
    return bool(leads) and all(lead.wake_at and lead.wake_at > late for lead in leads)
