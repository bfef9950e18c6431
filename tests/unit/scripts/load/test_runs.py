"""`make load` reports what happened, including failures."""

import time
from collections import Counter
from dataclasses import replace
from threading import Lock
from typing import Any

import pytest

from leadtight.domain.model.event import EventKind
from scripts.load.__main__ import scaled
from scripts.load.cloud import Profile, run
from scripts.load.lives import waits
from scripts.load.report import Report, in_words
from scripts.load.run import LoadRun
from scripts.load.shapes import SHAPES, Phase, Shape

pytestmark = pytest.mark.slow

SHORT = Profile(rate=10, steady=0.4, surge=0.2)


class Slow:
    """A stage with known delays, refusals and losses.

    It takes ten milliseconds for each owner, refuses every tenth post, and forgets every seventh lead.
    """

    def __init__(self) -> None:
        self._owned_at = [0.0]
        self._lock = Lock()

    def post(self, number: int) -> str | None:
        with self._lock:
            if number % 10 == 9:
                return None
            self._owned_at.append(max(self._owned_at[-1], time.monotonic()) + 0.01)
            return str(number)

    def waiting(self) -> int:
        now = time.monotonic()
        return sum(at > now for at in list(self._owned_at))

    def without_owner(self, ids: list[str]) -> list[str]:
        return [id_ for id_ in ids if int(id_) % 7 == 0]


def test_waits_refusals_and_losses_on_the_local_cloud_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.load.cloud.SAMPLED_EVERY", 0.01)
    assert [phase for phase, _ in SHORT.times()] == ["before"] * 4 + ["surge"] * 40 + ["after"] * 4
    result = run(Slow(), SHORT)
    assert (result.posted, result.refused) == (48, 4)
    assert result.lost == len([n for n in range(48) if n % 7 == 0 and n % 10 != 9])
    assert result.most_waiting > 5
    assert result.recovered_after > 0


def report_of(name: str, *, rate: float, seconds: float, **changes: Any) -> Report:
    """Return the report of a shape at a rate.

    `seconds` is how long it runs.
    """
    phases = (Phase(name="surge", rate=rate, seconds=seconds),)
    return LoadRun(replace(SHAPES[name], phases=phases, **{"settling": 60, **changes}), "short").go()


def test_within_its_limits_a_stage_answers_all_and_loses_none() -> None:
    report = report_of("surge", rate=5, seconds=8)
    assert (report.posted, report.accepted, report.leads, report.lost) == (40, 40, 40, 0)
    assert (report.owner.never, report.reply.never, report.clock.never) == (0, 0, 0)
    assert report.owner.max < 2
    assert report.reply.max < 5
    assert report.is_sound
    assert report.dollars["all"] > 0


def test_above_the_api_rate_posts_are_refused_and_accepted_ones_are_leads() -> None:
    report = report_of("surge", rate=300, seconds=0.5, settling=20)
    assert report.answers[429] > 10
    assert report.accepted == report.leads > 90
    assert report.lost == 0


def test_a_new_account_sends_one_mail_a_second() -> None:
    report = report_of("new", rate=4, seconds=8)
    assert report.reply.max > 5, "thirty acknowledgements and the alerts beside them take their seconds"
    assert report.dollars["mails"] <= 1e-4 * (8 + 60 + 1)
    assert report.is_sound


def test_while_the_table_is_down_form_posts_are_spilled_and_become_leads_once() -> None:
    down = {"dynamodb": (4.0, 10.0)}
    report = report_of("outage", rate=3, seconds=20, outages=down, kilobytes=0.1, settling=300)
    assert report.spilled > 5
    assert report.answers.get(503, 0) > 5, "posts of programs are refused, because they retry"
    assert report.accepted == report.leads
    assert report.is_sound


def test_teams_share_the_leads_of_a_shape_with_several_pools() -> None:
    shape = replace(SHAPES["pools"], phases=(Phase(name="surge", rate=20, seconds=1),), settling=20)
    load_run = LoadRun(shape, "short")
    assert load_run.go().is_sound
    pools = [
        event["data"]["receipt"]["pool"]
        for _, event in load_run.stage.events
        if event["kind"] == EventKind.LEAD_ASSIGNED
    ]
    assert Counter(pools) == {"inbound": 5, "inbound1": 5, "inbound2": 5, "inbound3": 5}


def test_the_same_seed_gives_the_same_run() -> None:
    first, again = (report_of("surge", rate=5, seconds=3) for _ in range(2))
    assert first == again


def test_a_missing_acknowledged_lead_makes_a_run_unsound() -> None:
    report = report_of("surge", rate=2, seconds=2)
    assert report.is_sound
    assert not replace(report, lost=1).is_sound
    assert not replace(report, owner=waits([1.0, None])).is_sound
    assert not replace(report, clock=waits([1.0, None])).is_sound
    assert "never 1" in in_words(replace(report, owner=waits([1.0, None])))


def test_waits_are_reported_by_percentiles_and_maximum() -> None:
    percentiles = waits([*map(float, range(100)), None])
    assert (percentiles.p50, percentiles.p95, percentiles.p99, percentiles.max, percentiles.never) == (
        50,
        95,
        99,
        99,
        1,
    )


def test_a_shortened_shape_keeps_its_rates_and_states_what_it_omits() -> None:
    shape, words = scaled(SHAPES["hour"], 3)
    assert [(phase.rate, phase.seconds) for phase in shape.phases] == [(200, 3)]
    assert "first 3 s" in words
    assert scaled(SHAPES["surge"], None) == (SHAPES["surge"], SHAPES["surge"].about)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_a_shape_has_the_arrivals_of_its_phases_in_order(shape: Shape) -> None:
    times = [at for _, at in shape.shortened(30).arrivals()]
    assert times == sorted(times)
    assert len(times) == sum(int(phase.rate * phase.seconds) for phase in shape.shortened(30).phases)
