"""What the local cloud cannot answer, and why."""

from __future__ import annotations

CANNOT_ASK = {
    "alarm-rings": "the local cloud keeps no history of what an alarm did",
    "operators-confirmed": "the local stage has no operators",
    "sender-verified": "the local cloud verifies a sender without DKIM and MAIL FROM",
    "mail-auto-reply": "the local cloud answers no mail",
    "facts-queried": "the local cloud has no Athena over the files of S3",
    "burst": "the local cloud stores the API's limits and does not apply them",
    "metrics": "the local cloud reads no metrics from logs",
    "no-recursion": "the local cloud stops no loop",
}
"""Steps of the local stage that are not asked, each with its reason."""
