"""Count a lead's life again.

It writes the inputs of the capacity model and the tables of docs/guides/scale.md.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

os.environ |= {"POWERTOOLS_SERVICE_NAME": "life", "POWERTOOLS_METRICS_NAMESPACE": "Leadtight"}

from leadtight.capacity.data import LIFE, lives
from leadtight.cli.capacity import markdown

PAGE = Path(__file__).resolve().parent.parent / "docs" / "guides" / "scale.md"
TABLES = re.compile(r"(<!-- capacity -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD = """# What a lead's life takes, counted on the real handlers.
# Written by `PYTHONPATH=. .venv/bin/python scripts/scale.py`.
# Units by key as DynamoDB counts them (tests/capacity/meter.py), of an inquiry of 400 characters and of 60,000;
# and of one of 400 that waits for its pool, none of whose members is available.
"""


def life_text(counted: dict[str, dict[str, Any]]) -> str:
    """Return the counted lives as TOML."""
    lines = [HEAD]
    for life, steps in counted.items():
        for step, row in steps.items():
            lines.append(f"[{life}.{step}]\n")
            lines += [
                f"{name} = {{ {_inline(values)} }}\n" if values else f"{name} = {{}}\n" for name, values in row.items()
            ]
            lines.append("\n")
    return "".join(lines).rstrip() + "\n"


def _inline(values: dict[str, Any]) -> str:
    return ", ".join(f'"{name}" = {value}' for name, value in values.items())


def page_text(page: str) -> str:
    """Return the page with the tables that the command prints."""
    return TABLES.sub(lambda match: f"{match[1]}\n{markdown()}\n{match[2]}", page)


def main() -> None:
    """Write both files."""
    from tests.capacity.life import lives as counted  # here: the handlers are imported with it

    LIFE.write_text(life_text(counted()), encoding="utf-8")
    lives.cache_clear()
    PAGE.write_text(page_text(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
