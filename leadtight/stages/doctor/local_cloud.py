"""What the local cloud cannot answer, and why."""

from __future__ import annotations

from collections.abc import Mapping

_NO_SERVICE = "the local cloud has no such service"
_NO_DNS = "the local cloud is in no DNS"

CANNOT_ASK: Mapping[str, str] = {
    "region": _NO_SERVICE,
    "update": "`make dev` updates the local stage itself",
    "concurrency": "the local cloud has no limits",
    "log-policies": _NO_SERVICE,
    "ses-account": "the local cloud sends no mail",
    "ses-quota": "the local cloud sends no mail",
    "dns-dkim": _NO_DNS,
    "dns-envelope": _NO_DNS,
    "dns-dmarc": _NO_DNS,
    "texts": "the local cloud sends no texts",
}
"""Reasons by check."""
