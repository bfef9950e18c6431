"""Addresses of the running local stage: `.leadtight/dev.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

SCHEMA = "leadtight.dev/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevInfo:
    """Addresses and names of one running local stage."""

    api_url: str
    aws_endpoint: str
    region: str
    table: str
    reports_bucket: str
    mail_bucket: str
    console_url: str
    stack: str

    def write(self, file: Path) -> None:
        """Write the file that other programs read."""
        file.write_text(json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> DevInfo:
        """Read a file that `write` wrote.

        Raises ValueError for another schema.
        """
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("schema", None) != SCHEMA:
            raise ValueError(f"{file}: schema: not {SCHEMA}")
        return cls(**content)
