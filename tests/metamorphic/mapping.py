"""A complete mapping, as an expert of the system writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.metamorphic.export import Export
from tests.metamorphic.table import Column

LEAD_KEYS = {
    "lead_id": "lead_id",
    "created_at": "created",
    "first_contact_at": "first_contact",
    "owner": "owner",
    "source": "source",
    "stage": "stage",
    "value": "value",
}
CALLED = {"result": ("connected", "voicemail"), "direction": ("out",), "done": ("finished",)}


def name(columns: list[Column], concept: str) -> str | list[str] | None:
    """Find the column that is something, or the columns."""
    headers = [c.header for c in columns if c.concept == concept]
    return headers if len(headers) > 1 else headers[0] if headers else None


def lead_mapping(export: Export) -> dict[str, object]:
    """Map the lead columns and the closing stages."""
    columns = export.tables["leads"].columns
    mapping: dict[str, object] = {
        key: header for key, concept in LEAD_KEYS.items() if (header := name(columns, concept))
    }
    stage = next((c for concept in ("status", "stage") for c in columns if c.concept == concept), None)
    if stage is None or export.plan.layout == "rows":
        return mapping
    pairs = list(zip(stage.texts, export.truth.leads, strict=False))
    return (
        mapping
        | {"stage": stage.header}
        | {end: sorted({text for text, lead in pairs if lead.stage == end}) for end in ("won", "lost")}
    )


def activity_mapping(export: Export, counted: Mapping[str, tuple[str, ...]] = CALLED) -> dict[str, object]:
    """Map the columns of calls, and which calls count."""
    columns = export.tables["activities"].columns
    signals = {c.concept: c for c in columns if c.words}
    is_contact = {c.header: [c.words[word] for word in counted[part]] for part, c in signals.items() if part in counted}
    return {"person_key": name(columns, "key"), "at": name(columns, "at"), "is_contact": is_contact}


def write_mapping(path: Path, tables: Mapping[str, Mapping[str, object]]) -> Path:
    """Write the tables of a mapping file."""
    lines = [f"[{table}]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items()) for table, keys in tables.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
