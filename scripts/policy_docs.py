"""Write docs/policy.schema.json and the tables of docs/reference/policy.md.

Both come from the policy's declaration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from leadtight.policy.declaration import Key, all_keys
from leadtight.policy.json_schema import schema, written

DOCS = Path(__file__).resolve().parent.parent / "docs"
SCHEMA, PAGE = DOCS / "policy.schema.json", DOCS / "reference" / "policy.md"
TABLE = re.compile(r"(<!-- keys: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
TOP = "policy"  # the section of the keys outside any table


def schema_text() -> str:
    """Return the JSON Schema as it is committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def page_text(page: str) -> str:
    """Return the page with up-to-date tables of keys."""
    return TABLE.sub(lambda match: f"{match[1]}{table(match[2])}{match[3]}", page)


def table(section: str) -> str:
    """Return the table of one section's keys."""
    rows = "".join(f"| {' | '.join(row)} |\n" for row in _rows(section))
    return f"\n| key | type | default | meaning |\n|---|---|---|---|\n{rows}\n"


def _rows(section: str) -> Iterator[tuple[str, str, str, str]]:
    paths = set()
    for key in all_keys():
        path = documented_path(key.path)
        if _section(path) == section and path not in paths:
            paths.add(path)
            yield f"`{path}`", key.kind.words, _default(key), key.meaning


def documented_path(path: str) -> str:
    """Return the path under which a key is documented.

    Conditions mean the same everywhere, so they share one.
    """
    _, when, rest = path.partition(".when")
    return f"when{rest}" if when else path


def _section(path: str) -> str:
    return re.split(r"[.\[]", path)[0] if "." in path else TOP


def _default(key: Key) -> str:
    if key.is_required:
        return "required"
    return f"`{written(key.default)}`" if written(key.default) else "–"


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    PAGE.write_text(page_text(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
