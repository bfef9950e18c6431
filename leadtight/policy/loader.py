"""Load a policy from TOML into the typed `Policy`.

All problems are reported at once, each with its path.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.model.errors import PolicyError, Problem
from leadtight.domain.policy.policy import Policy
from leadtight.policy import records
from leadtight.policy.toml_table import Table

SHIPPED = Path(__file__).parents[1] / "policy.toml"
_ALWAYS = "always"


@cache
def shipped() -> Policy:
    """Return the policy deployed with this installation.

    It was checked before deployment.
    """
    return parse(SHIPPED.read_bytes(), checked=True)


def load(path: Path) -> Policy:
    """Load the policy of a file.

    Raises PolicyError with every path at fault, or the line that is not TOML.
    """
    return parse(path.read_bytes())


def parse(content: bytes, *, checked: bool = False) -> Policy:
    """Parse a policy from TOML text.

    Its version is the declared one plus a digest of the text. One that was `checked` before is not checked for
    consistency again. Raises PolicyError as `load` does.
    """
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError([Problem("policy", f"not readable as TOML: {error}")]) from error
    problems: list[Problem] = []
    policy = _policy(Table(document, "", problems), hashlib.sha256(content).hexdigest()[:8])
    if not checked:
        problems.extend(_inconsistencies(policy, document, frozenset(problem.field for problem in problems)))
    if problems:
        raise PolicyError(problems)
    return policy


def _inconsistencies(policy: Policy, document: dict[str, Any], unread: frozenset[str]) -> Iterator[Problem]:
    """Yield inconsistencies, unless `unread` paths may cause them."""
    # Imported here: they would slow every cold start.
    from leadtight.domain.policy_checks.checks import check_policy
    from leadtight.policy.jmespath_check import unreadable_paths
    from leadtight.policy.step_templates import unknown_templates

    if any(_is_section(policy, document, path) for path in unread):
        return  # every name in it would be unknown
    checks = (check_policy, unknown_templates, unreadable_paths)
    for problem in (problem for check in checks for problem in check(policy)):
        if not any(_lies_within(path, problem.field) or _lies_within(problem.field, path) for path in unread):
            yield problem


def _is_section(policy: Policy, document: dict[str, Any], path: str) -> bool:
    return isinstance(document.get(path), dict | list) or isinstance(getattr(policy, path, None), dict | tuple)


def _lies_within(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))


def _policy(root: Table, digest: str) -> Policy:
    attributes = records.attributes_of(Policy, root)
    if _ALWAYS in attributes["calendars"]:
        root.problem(f"calendars.{_ALWAYS}", "exists already and never closes: choose another name")
    # It never closes, but reports show its hours and days: they are the company's.
    always = Calendar(id=_ALWAYS, zone=attributes["company"].zone, always=True)
    attributes["calendars"] = {**attributes["calendars"], _ALWAYS: always}
    attributes["mail"] = {mailbox.id: mailbox for mailbox in attributes.get("mail", {}).values()}
    attributes["version"] = f"{attributes['version'] or 0}+{digest}"
    return Policy(**attributes)
