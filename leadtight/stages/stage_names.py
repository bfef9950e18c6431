"""Names of stages: each has its own names on AWS."""

from __future__ import annotations

import re

DEV, LOCAL = "dev", "local"
LONGEST = 24
"""Characters of a name; the longest name made from it is a backup vault's, of 50."""

WORDS_OF_RESOURCES = frozenset(
    {
        *("front", "recurring", "operators", "receipts", "alarms", "collect", "mails", "retries", "spill", "failed"),
        *("stream", "intake", "route", "respond", "sla", "desk", "report", "http", "dead", "announced"),
    }
)
"""Words that follow a stage's name in the names of its resources.

The stage `prod-front` would have the names of a resource of `prod`.
"""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LIVE = re.compile(r"(?:^|-)(?:prod|prd|production|live)[0-9]*(?:-|$)")


def problem_of_name(name: str) -> str | None:
    """Return why a stage cannot have this name, or None."""
    if not _NAME.fullmatch(name):
        return "a stage's name is of lower-case letters, digits and single hyphens, and begins with a letter"
    if len(name) > LONGEST:
        return f"a stage's name has at most {LONGEST} characters"
    reserved = sorted(WORDS_OF_RESOURCES.intersection(name.split("-")[1:]))
    if reserved:
        return f"“{reserved[0]}” follows a stage's name in the names of its resources: choose another word"
    return None


def is_trial(name: str) -> bool:
    """Return whether a name is a trial stage's."""
    return name in (DEV, LOCAL) or name.startswith(f"{DEV}-")


def is_live(name: str) -> bool:
    """Return whether a name says that customers depend on it."""
    return _LIVE.search(name) is not None
