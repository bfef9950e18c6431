"""A stage's file, policy and bundles on this machine."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from leadtight.domain.policy_checks.lint import lint
from leadtight.stages.checks import Verdict, failed, not_asked, passed, warned
from leadtight.stages.doctor.checked_stage import CheckedStage

LARGEST_BUNDLE = 250 * 1024 * 1024
"""Bytes of an unzipped function.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

BUNDLES = ("app", "report")
READABLE = stat.S_IROTH
A_YEAR = timedelta(days=366)


def stage_file_is_sound(checked: CheckedStage) -> Verdict:
    """Judge the likely mistakes of the stage file."""
    stage = checked.stage
    if stage.warnings:
        saw = "; ".join(f"{each.field}: {each.detail}" for each in stage.warnings)
        return warned(saw, f"correct {stage.path.name}, if it is not meant so")
    return passed(f"{stage.path.name}: account {stage.account}, {stage.region}, mails from {stage.mail.sender}")


def policy_is_valid(checked: CheckedStage) -> Verdict:
    """Judge the policy as `leadtight policy check` does."""
    stage, problems = checked.stage, checked.policy_problems
    command = f"leadtight policy check {stage.policy}"
    if problems or checked.policy is None:
        first = f": {problems[0].field}: {problems[0].detail}" if problems else ""
        return failed(f"{len(problems)} problems{first}", f"`{command}` lists them; deploying refuses such a policy")
    if warnings := list(lint(checked.policy)):
        return warned(f"{len(warnings)} likely mistakes: {warnings[0].field}: {warnings[0].detail}", f"`{command}`")
    return passed(f"{stage.policy.name}, version {checked.policy.version}")


def zone_has_midnights(checked: CheckedStage) -> Verdict:
    """Judge the company's time zone, in which nights are."""
    if checked.policy is None:
        return not_asked("the policy is not valid")
    zone = checked.policy.company.zone
    missing = list(_missing_midnights(zone, checked.now.astimezone(zone).date()))
    if missing:
        return warned(
            f"in {zone.key} the clock skips midnight on {missing[0]:%-d %B %Y}",
            "nothing: the nightly run is scheduled outside that hour. Closing times at midnight move by an hour",
        )
    return passed(f"{zone.key}, where every day has a midnight")


def _missing_midnights(zone: ZoneInfo, today: date) -> Iterator[date]:
    """Yield days of a year whose midnight is skipped."""
    for number in range(A_YEAR.days):
        midnight = datetime.combine(today + timedelta(days=number), time(), zone)
        if midnight.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != midnight.replace(tzinfo=None):
            yield midnight.date()


def bundles_can_run(checked: CheckedStage) -> Verdict:
    """Judge whether Lambda can read the built bundles."""
    folders = [checked.bundles / name for name in BUNDLES]
    if not all(folder.is_dir() for folder in folders):
        return not_asked("not built yet; `make deploy` builds them")
    sizes = []
    for folder in folders:
        files = [file for file in folder.rglob("*") if file.is_file()]
        if unreadable := [file for file in files if not file.stat().st_mode & READABLE]:
            return failed(
                f"Lambda could not read {unreadable[0].relative_to(checked.bundles)} and {len(unreadable) - 1} others",
                f"delete {_shown(checked.bundles)} and run `make bundle`",
            )
        sizes.append(sum(file.stat().st_size for file in files))
    if max(sizes) > LARGEST_BUNDLE:
        return failed(
            f"{max(sizes) / 1e6:.0f} MB unzipped; Lambda takes {LARGEST_BUNDLE / 1e6:.0f}", "remove a dependency"
        )
    return passed(" and ".join(f"{name}: {size / 1e6:.0f} MB" for name, size in zip(BUNDLES, sizes, strict=True)))


def _shown(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"
