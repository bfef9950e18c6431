"""The site builds from committed pages.

A broken link or a foreign script stops it.
"""

import re
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from scripts.docs_hooks import LOADED, on_post_page

ROOT = Path(__file__).resolve().parents[2]
CONFIG = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def build_site(folder: Path, page: str) -> None:
    """Build a one-page site under our rules.

    The theme is empty. Raises for whatever stops ours.
    """
    (folder / "docs").mkdir()
    (folder / "theme").mkdir()
    (folder / "docs" / "index.md").write_text(page, encoding="utf-8")
    (folder / "theme" / "main.html").write_text("{{ page.content }}", encoding="utf-8")
    rules = re.search(r"^validation:\n(?:  .+\n)+", CONFIG, re.MULTILINE)
    assert rules
    theme = f"theme: {{name: null, custom_dir: {folder / 'theme'}}}"
    (folder / "mkdocs.yml").write_text(f"site_name: x\nplugins: []\n{theme}\n{rules[0]}", encoding="utf-8")
    config = load_config(str(folder / "mkdocs.yml"), strict=True, site_dir=str(folder / "site"))
    config.plugins._register_event("post_page", on_post_page)
    build(config)


def test_the_command_builds_strictly_with_our_hooks() -> None:
    assert "mkdocs build --strict\n" in (ROOT / "scripts/docs").read_text(encoding="utf-8")
    assert "hooks:\n  - scripts/docs_hooks.py\n" in CONFIG
    assert "make docs\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_a_valid_page_is_built(tmp_path: Path) -> None:
    build_site(tmp_path, "# A page\n\n[here](#a-page) and [there](https://example.com)\n")
    assert (tmp_path / "site" / "index.html").exists()


MISTAKES = {
    "[nowhere](missing.md)": "'missing.md'",
    "[no such section](#missing)": "'#missing'",
    "[from the root](/index.md)": "'/index.md'",
    "![no picture](missing.png)": "'missing.png'",
}


@pytest.mark.parametrize(("link", "target"), MISTAKES.items())
def test_a_broken_link_is_named_and_stops_the_build(
    tmp_path: Path, link: str, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Abort, match="Aborted with 1 warnings in strict mode"):
        build_site(tmp_path, f"# A page\n\n{link}\n")
    assert target in caplog.text


def test_a_page_that_loads_a_foreign_resource_stops_the_build(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Abort):
        build_site(tmp_path, '# A page\n\n<script src="https://cdn.example.com/x.js"></script>\n')
    assert "index.md loads a resource from elsewhere" in caplog.text


@pytest.mark.parametrize(
    ("html", "is_loaded"),
    [
        ('<link rel="stylesheet" href="https://fonts.example.com/css">', True),
        ("<link href=https://fonts.example.com rel=preconnect>", True),
        ("<style>a{background:url(https://cdn.example.com/x.png)}</style>", True),
        ('<link rel="stylesheet" href="assets/main.css">', False),
        ('<a href="https://example.com">a link for a person to press</a>', False),
    ],
)
def test_fetched_resources_are_distinguished_from_links(html: str, is_loaded: bool) -> None:
    assert bool(LOADED.search(html)) is is_loaded


def test_every_page_is_in_the_navigation_or_left_out_on_purpose() -> None:
    pages = {file.relative_to(ROOT / "docs").as_posix() for file in (ROOT / "docs").rglob("*.md")}
    left_out = {page for page in pages if re.fullmatch(r"decisions/(0\d{3}-.+|template)\.md", page)}
    assert {page for page in pages - left_out if f"- {page}\n" not in CONFIG} == set()


def test_every_diagram_has_a_known_type() -> None:
    """Mermaid shows mistakes only in the browser.

    Each diagram begins with a kind that it knows.
    """
    kinds = ("flowchart ", "sequenceDiagram", "stateDiagram-v2", "classDiagram", "erDiagram")
    diagrams = [
        (file.name, diagram)
        for file in (ROOT / "docs").rglob("*.md")
        for diagram in re.findall(
            r"^```mermaid\n(.+?)^```$", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    ]
    assert len(diagrams) >= 8
    assert [name for name, diagram in diagrams if not diagram.startswith(kinds)] == []


WRITTEN_BY_SCRIPTS = {"reference/policy.md", "reference/cli.md"}
"""Their cells are the whole meaning of a key or an option."""


def test_a_cell_of_a_table_is_one_sentence() -> None:
    """Brackets, quotation marks and code may say more."""
    second = []
    for file in sorted((ROOT / "docs").rglob("*.md")):
        page = file.relative_to(ROOT / "docs").as_posix()
        rows = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
        for cell in [cell for row in rows for cell in re.split(r"(?<!\\)\|", row)]:
            bare = re.sub(r"\([^()]*\)|`[^`]*`|“[^”]*”|\"[^\"]*\"|\[[^\]]*\]", "x", cell)
            if re.search(r"[.!?] +[A-Z]", bare) and page not in WRITTEN_BY_SCRIPTS:
                second.append(f"{page}: {cell.strip()}")
    assert second == []
