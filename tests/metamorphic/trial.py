"""Try seeds: write an export, audit it, judge, count."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.metamorphic.audit import run_audit
from tests.metamorphic.export import Export, make_export
from tests.metamorphic.judge import judge
from tests.metamorphic.mapping import activity_mapping, lead_mapping, write_mapping

VERDICTS = ("right", "asked", "refused", "unnamed", "wrong")


@dataclass(frozen=True, slots=True)
class Trial:
    """One seed and its result."""

    seed: int
    system: str
    language: str
    verdict: str
    manner: str
    findings: tuple[str, ...]  # wrong figures, else unknown ones, else the refusal's message


def try_seed(seed: int, keep: Path | None = None, mapped: bool = False) -> Trial:
    """Make, audit and judge one seed.

    With a mapping or without; its files are kept in `keep` if there is one.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="metamorphic-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        export = make_export(seed, folder)
        verdict = judge(export, run_audit(export, folder, *mapping_options(export, folder, mapped)))
        words = export.plan.words
        findings = verdict.wrong or ([verdict.refused] if verdict.refused else verdict.unknown)
        manner = f"{words.system} {words.language} {export.plan.summary}, {export.manner}"
        return Trial(seed, words.manner["family"], words.language, verdict.name, manner, tuple(findings))
    finally:
        if keep is None:
            shutil.rmtree(folder)


def mapping_options(export: Export, folder: Path, mapped: bool) -> list[str]:
    """Return options that map leads and calls.

    Not the column that contains more than calls.
    """
    if not mapped:
        return []
    tables = {"leads": lead_mapping(export)}
    if export.plan.layout == "activities" and "type" not in export.plan.signals:
        tables["activities"] = activity_mapping(export)
    return ["--mapping", str(write_mapping(folder / "mapping.toml", tables))]


def share_right(trials: Iterable[Trial]) -> float:
    """Return the share of seeds right without a question."""
    counts = Counter(t.verdict for t in trials)
    return counts["right"] / counts.total()


def summary(trials: list[Trial], attribute: str) -> str:
    """Return the verdicts by attribute as a Markdown table.

    The attribute is the system or the language.
    """
    rows = sorted({getattr(t, attribute) for t in trials})
    lines = [f"| {attribute} | exports | right | asked | refused | unnamed | wrong |", "|---|" + "---:|" * 6]
    for name in [*rows, "all"]:
        counts = Counter(t.verdict for t in trials if name in ("all", getattr(t, attribute)))
        cells = " | ".join(str(counts[v]) for v in VERDICTS)
        lines.append(f"| {name} | {counts.total()} | {cells} |")
    return "\n".join(lines)
