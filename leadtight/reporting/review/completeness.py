"""Completeness by source: what it had against what arrived (Q10).

A source that was not compared has no figures, and says why.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from leadtight.domain.intake.reconciliation import Reconciliation
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import LISTERS, UNLISTED, Webhook
from leadtight.reporting.ports import ReportFiles

COUNTS = ("listed", "arrived", "recovered", "outstanding")
MAIL_BUCKET = "email"
PROGRAMS = "api"
NOT_COMPARED = "reconciliation did not run, or failed"
NOT_ASKED = "it can be asked, but its entry in the policy does not say reconcile = true"
FORM_POSTS = "nothing but the post itself says that a form was sent"
PROGRAM_POSTS = "programs have no list of what they posted, and repeat a post until it is answered"


def completeness(files: ReportFiles, day: date, policy: Policy) -> Listing[dict[str, Any]]:
    """Return the figures of a local day for every source.

    By channel. A source without figures says why.
    """
    compared, unreadable = _compared(files, [day])
    return Listing(_rows(compared, policy), unreadable)


def completeness_of(files: ReportFiles, days: Iterable[date], policy: Policy) -> tuple[dict[str, Any], ...]:
    """Return the sums of some local days for every source."""
    return tuple(_rows(_compared(files, days)[0], policy))


def _compared(files: ReportFiles, days: Iterable[date]) -> tuple[Mapping[str, dict[str, int]], list[Unreadable]]:
    sums: dict[str, dict[str, int]] = {}
    unreadable: list[Unreadable] = []
    for path in (path for day in days for path in files.list(f"reconciliation/dt={day.isoformat()}/")):
        try:
            stored = files.get(path)
            found = [from_document(Reconciliation, json.loads(stored))] if stored else []
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            unreadable.append(Unreadable(kind="reconciliation", key=path, error=type(error).__name__))
            continue
        for record in found:
            former = sums.get(record.channel, dict.fromkeys(COUNTS, 0))
            sums[record.channel] = {name: former[name] + count for name, count in _counts(record).items()}
    return sums, unreadable


def _counts(record: Reconciliation) -> dict[str, int]:
    recovered = len(record.missed) - record.outstanding
    counts = (record.listed, record.arrived, recovered, record.outstanding)
    return dict(zip(COUNTS, counts, strict=True))


def _rows(compared: Mapping[str, dict[str, int]], policy: Policy) -> Iterator[dict[str, Any]]:
    reasons = dict(_reasons(policy))
    for channel in sorted({*compared, *reasons}):
        counts = compared.get(channel)
        why = None if counts else reasons[channel]
        yield {"channel": channel, **(counts or dict.fromkeys(COUNTS)), "completeness": _share(counts), "why": why}


def _share(counts: Mapping[str, int] | None) -> float | None:
    return (counts["arrived"] + counts["recovered"]) / counts["listed"] if counts and counts["listed"] else None


def _reasons(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield every source with why it has no figures."""
    yield MAIL_BUCKET, NOT_COMPARED
    yield PROGRAMS, PROGRAM_POSTS
    yield from ((f"form:{name}", FORM_POSTS) for name in policy.forms)
    yield from ((webhook.channel, _reason(webhook)) for webhook in policy.webhooks.values())


def _reason(webhook: Webhook) -> str:
    if webhook.provider not in LISTERS:
        return UNLISTED[webhook.provider]
    return NOT_COMPARED if webhook.reconcile else NOT_ASKED
