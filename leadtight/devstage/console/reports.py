"""Files of the reports bucket, and signed links to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadtight.adapters.aws.s3 import S3Files
from leadtight.adapters.aws.secret_store import SecretsManagerKeys
from leadtight.app.messaging.links import Links
from leadtight.devstage.console.deployed import LocalStack
from leadtight.domain.policy.policy import Policy

LATEST_REVIEW = "weekly/latest.json"
OPENS_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportShelf:
    """Contents of the bucket, latest metrics and latest review week."""

    keys: tuple[str, ...]
    metrics: dict[str, Any] | None
    week: str | None


class ReportBrowser:
    """Reader of the reports bucket."""

    def __init__(self, policy: Policy, files: S3Files, deployed: LocalStack, public_url: str) -> None:
        """Take the bucket, the link secret and the API's address."""
        self._policy = policy
        self._files = files
        self._deployed = deployed
        self._public_url = public_url

    def shelf(self) -> ReportShelf:
        """Return the bucket's contents."""
        keys = self._files.list("")
        nights = [key for key in keys if key.startswith("metrics/") and key.endswith("metrics.json")]
        latest = self._latest() if LATEST_REVIEW in keys else {}
        return ReportShelf(keys=keys, metrics=self._json(nights[-1]) if nights else None, week=latest.get("week"))

    def review_link(self, now: datetime) -> str | None:
        """Return the signed address of the latest review.

        It is stable, as in a mail; None before the first review.
        """
        latest = self._latest()
        if not latest:
            return None
        return self._links().report(latest["html"], self._policy.routing.catch_all, now)

    def quarantine_link(self, now: datetime) -> str:
        """Return the quarantine's address for the catch-all person."""
        return self._links().quarantine(self._policy.routing.catch_all, now)

    def board_link(self, person_id: str, now: datetime) -> str:
        """Return the address of a manager's board."""
        return self._links().board(person_id, now)

    def file_link(self, key: str) -> str | None:
        """Return a short-lived address of a file; None without it."""
        return self._files.presign(key, OPENS_FOR)

    def _links(self) -> Links:
        return Links(SecretsManagerKeys(self._deployed.link_secret), self._public_url)

    def _latest(self) -> dict[str, Any]:
        return self._json(LATEST_REVIEW) or {}

    def _json(self, key: str) -> dict[str, Any] | None:
        content = self._files.get(key)
        return json.loads(content) if content else None
