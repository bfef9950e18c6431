"""Bands of the self-audit, and when one is given (L7).

They are 0-10, 11-20 and 21-30 points of fifteen items.
"""

from typing import Any

import pytest

from leadtight.reporting.metrics import self_audit as subject
from leadtight.reporting.metrics.self_audit import SelfAuditItem


def audited(monkeypatch: pytest.MonkeyPatch, scores: list[int | None]) -> dict[str, Any]:
    items = [SelfAuditItem(str(number), "?", score, "shown") for number, score in enumerate(scores)]
    monkeypatch.setattr(subject, "_promptness", lambda *_: items)
    monkeypatch.setattr(subject, "_discipline", lambda *_: [])
    return dict(subject.self_audit({}, {}, None))  # type: ignore[arg-type]  # nothing of them is looked at


def points(total: int) -> list[int | None]:
    twos, single = divmod(total, 2)
    return [*[2] * twos, *[1] * single, *[0] * (15 - twos - single)]


@pytest.mark.parametrize(
    ("total", "band"),
    [(0, "0-10"), (10, "0-10"), (11, "11-20"), (20, "11-20"), (21, "21-30"), (30, "21-30")],
)
def test_band_of_a_sum_that_is_known_whole(monkeypatch: pytest.MonkeyPatch, total: int, band: str) -> None:
    report = audited(monkeypatch, points(total))
    assert (report["score"], report["lowest"], report["highest"], report["band"]) == (total, total, total, band)


@pytest.mark.parametrize(
    ("known_points", "unknown", "band"),
    [(8, 1, "0-10"), (9, 1, None), (11, 4, "11-20"), (12, 4, "11-20"), (13, 4, None), (21, 4, "21-30"), (0, 15, None)],
)
def test_band_only_where_the_unknown_cannot_change_it(
    monkeypatch: pytest.MonkeyPatch, known_points: int, unknown: int, band: str | None
) -> None:
    answered = points(known_points)[: 15 - unknown]
    assert sum(score or 0 for score in answered) == known_points
    report = audited(monkeypatch, answered + [None] * unknown)
    assert (report["highest"] - report["lowest"], report["band"]) == (2 * unknown, band)
