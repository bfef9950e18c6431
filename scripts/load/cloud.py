"""Post leads to the stage that `make dev` runs.

They come steadily, then twenty times as fast, and steadily again. The report has, by phase, how long posts took, how
many leads waited for their owner, how long after the surge the last of them had one, and that none is lost. Everything
from HTTP to the streams is the local cloud's.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Protocol

import boto3
from boto3.dynamodb.conditions import Key

from leadtight.devstage.info import DevInfo

SURGE = 20
AT_ONCE = 64
SAMPLED_EVERY = 0.25
PATIENCE = 300.0


class PostTarget(Protocol):
    """The target of the posts."""

    def post(self, number: int) -> str | None:
        """Post a lead and return its id; None when rejected."""

    def waiting(self) -> int:
        """Return the number of leads without an owner."""

    def without_owner(self, ids: list[str]) -> list[str]:
        """Return the ids of leads that are missing or unowned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The rate around the surge, and the duration of parts.

    Leads per second, and seconds.
    """

    rate: float
    steady: float
    surge: float

    def times(self) -> Iterator[tuple[str, float]]:
        """Yield the phase and the second of each post."""
        start = 0.0
        for phase, rate, lasts in (
            ("before", self.rate, self.steady),
            ("surge", self.rate * SURGE, self.surge),
            ("after", self.rate, self.steady),
        ):
            yield from ((phase, start + n / rate) for n in range(round(rate * lasts)))
            start += lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """Results of a run.

    Times are seconds; `recovered_after` counts from the end of the surge.
    """

    posted: int
    accepted: int
    refused: int
    lost: int
    most_waiting: int
    recovered_after: float
    post_p50: dict[str, float]
    post_p99: dict[str, float]


def run(target: PostTarget, profile: Profile) -> LoadReport:
    """Post by a profile and wait for all owners.

    Posts come at their times, however slow the target is.
    """
    posts, waits = Posts(target), UnownedLeads(target)
    waits.begin()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number, (phase, at) in enumerate(profile.times()):
            threads.submit(posts.post, number, phase, at)
    waits.end()
    accepted = [lead_id for lead_id in posts.ids if lead_id]
    return LoadReport(
        posted=len(posts.ids),
        accepted=len(accepted),
        refused=len(posts.ids) - len(accepted),
        lost=len(target.without_owner(accepted)),
        most_waiting=max(count for _, count in waits.counts),
        recovered_after=waits.recovered_after(profile),
        post_p50={phase: round(quantiles(each, n=100)[49], 4) for phase, each in posts.taken.items()},
        post_p99={phase: round(quantiles(each, n=100)[98], 4) for phase, each in posts.taken.items()},
    )


class Posts:
    """Posts at their seconds, with results and durations.

    `ids` has ids or None, `taken` the durations by phase.
    """

    def __init__(self, target: PostTarget) -> None:
        """Start the time."""
        self._target, self._began = target, time.monotonic()
        self.ids: list[str | None] = []
        self.taken: dict[str, list[float]] = {"before": [], "surge": [], "after": []}

    def post(self, number: int, phase: str, at: float) -> None:
        """Post one lead at its time."""
        time.sleep(max(0.0, self._began + at - time.monotonic()))
        start = time.monotonic()
        lead_id = self._target.post(number)
        self.taken[phase].append(time.monotonic() - start)
        self.ids.append(lead_id)


class UnownedLeads:
    """Counts of unowned leads over time, in `counts`."""

    def __init__(self, target: PostTarget) -> None:
        """Start the time."""
        self._target, self._began, self._done = target, time.monotonic(), threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.counts: list[tuple[float, int]] = []

    def begin(self) -> None:
        """Count until the end."""
        self._thread.start()

    def end(self) -> None:
        """Count until no lead waits, or patience ends."""
        gives_up = time.monotonic() + PATIENCE
        while self._target.waiting() and time.monotonic() < gives_up:
            time.sleep(SAMPLED_EVERY)
        self._done.set()
        self._thread.join()
        self._count()

    def recovered_after(self, profile: Profile) -> float:
        """Return seconds from the surge until waiting leads were normal."""
        ended = profile.steady + profile.surge
        usual = max((count for at, count in self.counts if at <= profile.steady), default=0)
        later = [at for at, count in self.counts if at > ended and count > usual]
        return round(max(later) - ended + SAMPLED_EVERY, 2) if later else 0.0

    def _sample(self) -> None:
        while not self._done.wait(SAMPLED_EVERY):
            self._count()

    def _count(self) -> None:
        self.counts.append((time.monotonic() - self._began, self._target.waiting()))


class Cloud:
    """The local stage that `make dev` runs."""

    def __init__(self, info: DevInfo) -> None:
        """Take the addresses of the stage."""
        self._info = info
        self._run = f"{time.time_ns():x}"
        cloud = boto3.resource(
            "dynamodb",
            endpoint_url=info.aws_endpoint,
            region_name=info.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self._table = cloud.Table(info.table)

    def post(self, number: int) -> str | None:
        """Post a lead as a website does."""
        body = {"name": f"Load {number}", "email": f"load-{self._run}-{number}@example.com", "message": "hello"}
        request = urllib.request.Request(
            f"{self._info.api_url}/leads", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return str(json.loads(answer.read())["lead_id"])
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return None

    def waiting(self) -> int:
        """Query the index of owners."""
        unowned = Key("gsi1pk").eq("OWNER#-")
        return self._table.query(IndexName="gsi1", KeyConditionExpression=unowned, Select="COUNT")["Count"]

    def without_owner(self, ids: list[str]) -> list[str]:
        """Look each lead up in the table."""
        items = ((id_, self._table.get_item(Key={"pk": f"LEAD#{id_}", "sk": "LEAD"}).get("Item")) for id_ in ids)
        return [id_ for id_, item in items if not item or item.get("gsi1pk") == "OWNER#-"]


def main() -> int:
    """Run one profile and print its report.

    Returns 1 when a lead was lost.
    """
    info = DevInfo.read(Path(".leadtight") / "dev.json")
    report = run(Cloud(info), Profile(rate=0.5, steady=20, surge=10))
    print(json.dumps(asdict(report), indent=2))
    return 1 if report.lost else 0
