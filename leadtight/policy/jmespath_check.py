"""Check JMESPath expressions of mappings with the policy.

An invalid one is found before the first delivery arrives.
"""

from collections.abc import Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.forms import Builder
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import BOOKINGS, CALLS

WITH_PATHS = frozenset({Builder.JSON, Builder.JOTFORM})


def unreadable_paths(policy: Policy) -> Iterator[Problem]:
    """Yield invalid JMESPath expressions."""
    for name, form in policy.forms.items():
        if form.builder in WITH_PATHS:
            yield from _unreadable(f"forms.{name}.fields", (path for path in form.fields))
    for name, webhook in policy.webhooks.items():
        if webhook.provider in ("standard", BOOKINGS, CALLS):
            yield from _unreadable(f"webhooks.{name}.fields", (path for path in webhook.fields))
            yield from _unreadable(f"webhooks.{name}.items", (path for path in (webhook.items,) if path))


def _unreadable(where: str, paths: Iterator[str]) -> Iterator[Problem]:
    import jmespath  # type: ignore[import-untyped]  # it ships no types; imported for policies that have paths

    for path in paths:
        try:
            jmespath.compile(path.removeprefix("$."))
        except ValueError as error:
            reason = str(error).splitlines()[0].removesuffix(":")
            yield Problem(where, f"{path!r} is not a valid JMESPath expression: {reason}")
