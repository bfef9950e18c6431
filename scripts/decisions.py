"""Keep docs/decisions in order: numbers, links and index.

Numbers have no gaps. A new decision may be written under any free number. This assigns the next one, rewrites every
link to it by its name (which stays), notes its former number, and writes the index.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "decisions"
NAMED = re.compile(r"^(\d{4})-([a-z0-9-]+)\.md$")
SECTIONS = ("Context", "Decision", "Consequences")
HEAD = """# Decisions

Why things are as they are. A decision is written when there were alternatives, and is not rewritten later: a new one
replaces it. A new one begins as a copy of the [template](template.md); `python -m scripts.decisions` gives it its
number and lists it here. "Formerly" on a page is its number before November 2026.

| | decision | date | status |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: number and name from its file, and text."""

    number: str
    name: str
    text: str

    @property
    def file(self) -> str:
        """Return the file name."""
        return f"{self.number}-{self.name}.md"

    @property
    def title(self) -> str:
        """Return the heading without its number."""
        return re.sub(r"^# (?:\d{4} )?", "", self.text.partition("\n")[0])

    def field(self, name: str) -> str:
        """Return a line of the head; empty without one.

        `- Date: 2026-11-30` is such a line.
        """
        match = re.search(rf"^- {name}: (.+)$", self.text, re.MULTILINE)
        return match[1] if match else ""

    @property
    def sections(self) -> tuple[str, ...]:
        """Return the headings below the title."""
        return tuple(re.findall(r"^## (.+)$", self.text, re.MULTILINE))


def decisions() -> list[Decision]:
    """Read every decision, by number."""
    files = sorted(FOLDER.glob("[0-9]*.md"))
    matches = [(file, NAMED.match(file.name)) for file in files]
    return [Decision(match[1], match[2], file.read_text(encoding="utf-8")) for file, match in matches if match]


def new_numbers(pages: list[Decision]) -> dict[str, str]:
    """Return the number of each decision by name.

    The present order stays, without gaps.
    """
    return {page.name: f"{place:04d}" for place, page in enumerate(pages, start=1)}


def linked(text: str, numbers: Mapping[str, str]) -> str:
    """Return a text with up-to-date decision numbers in its links."""
    names = "|".join(sorted(map(re.escape, numbers), key=len, reverse=True))
    link = re.compile(rf"\[(decision )?\d{{4}}\](\([^)\s]*?)\d{{4}}-({names})\.md")
    text = link.sub(lambda m: f"[{m[1] or ''}{numbers[m[3]]}]{m[2]}{numbers[m[3]]}-{m[3]}.md", text)
    path = re.compile(rf"(?<!\d)\d{{4}}-({names})(?![\w-])")
    return path.sub(lambda m: f"{numbers[m[1]]}-{m[1]}", text)


def index_text(pages: list[Decision]) -> str:
    """Return the index, newest first."""
    rows = "".join(
        f"| [{page.number}]({page.file}) | {page.title} | {page.field('Date')} | {page.field('Status')} |\n"
        for page in reversed(pages)
    )
    return HEAD + rows


def renumbered(page: Decision, number: str) -> str:
    """Return a decision's text under a new number.

    The former number is noted.
    """
    text = re.sub(r"^# (?:\d+[ .·:]+)*", f"# {number} ", page.text, count=1)
    if page.field("Formerly"):
        return text
    return re.sub(r"(^- Date: .+$)", rf"\1\n- Formerly: {page.number}", text, count=1, flags=re.MULTILINE)


def renumber() -> list[str]:
    """Renumber all decisions and links; return the moved files."""
    pages = decisions()
    numbers = new_numbers(pages)
    moved = [page for page in pages if numbers[page.name] != page.number]
    for page in moved:
        (FOLDER / page.file).unlink()
        target = FOLDER / f"{numbers[page.name]}-{page.name}.md"
        target.write_text(renumbered(page, numbers[page.name]), encoding="utf-8")
    for file in _texts():
        text = file.read_text(encoding="utf-8")
        if (mended := linked(text, numbers)) != text:
            file.write_text(mended, encoding="utf-8")
    return [page.file for page in moved]


def _texts() -> Iterator[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    kinds = {".md", ".py", ".toml", ".yml", ".json"}
    yield from (ROOT / name for name in listing.stdout.split("\0") if Path(name).suffix in kinds and _is_text(name))


def _is_text(name: str) -> bool:
    return (ROOT / name).is_file() and not name.startswith("requirements/")


def main() -> None:
    """Put the folder in order and print what moved."""
    for file in renumber():
        print(f"decisions: {file} has a new number")
    (FOLDER / "index.md").write_text(index_text(decisions()), encoding="utf-8")


if __name__ == "__main__":
    main()
