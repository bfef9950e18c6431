"""Reject a commit message with a long or empty subject.

The argument is the file that git passes.
"""

from __future__ import annotations

import sys
from pathlib import Path

LONGEST = 60
EMPTY = {"wip", "x", "amend", "fix", "update", "changes"}


def problem(message: str) -> str | None:
    """Return the problem of a message's subject, or None."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject = lines[0] if lines else ""
    if len(subject) > LONGEST:
        return f"the subject has {len(subject)} characters, {LONGEST} at most: put the why into the body"
    if subject.strip(" .!").lower() in EMPTY | {""}:
        return "the subject says nothing: name what the commit does"
    if len(lines) > 1 and lines[1].strip():
        return "leave a blank line between subject and body"
    return None


def main() -> int:
    """Print the message's problem; return 1 if there is one."""
    wrong = problem(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if wrong:
        print(f"commit message: {wrong}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
