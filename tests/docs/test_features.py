"""The feature table is complete, and names existing tests."""

import re
from pathlib import Path

import pytest

from scripts.features import load_rows, load_tests

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "features.md").read_text()
ROWS = load_rows(ROOT)
TESTS = load_tests(ROOT)
CAPABILITIES = {"A": 14, "B": 6, "C": 11, "D": 4, "E": 5, "F": 12, "G": 10, "H": 6, "I": 6, "J": 10, "K": 6, "L": 9} | {
    "M": 4, "N": 3, "O": 4, "P": 4, "Q": 11, "R": 15, "T": 7, "U": 7, "V": 4
}  # fmt: skip


def test_every_capability_has_exactly_one_section() -> None:
    wanted = [f"{group}{number}" for group, count in CAPABILITIES.items() for number in range(1, count + 1)]
    assert [row.capability for row in ROWS] == wanted


@pytest.mark.parametrize(
    "page",
    ["features", "development/security", "development/reliability", "development/invariants", "guides/compliance"],
)
def test_every_named_test_exists(page: str) -> None:
    names = re.findall(r"`(test_\w+)`", (ROOT / "docs" / f"{page}.md").read_text())
    assert [name for name in names if name not in TESTS] == []


def test_every_section_quotes_one_criterion() -> None:
    sections = re.findall(r"^### ([A-V]\d+) .+\n\n((?:> .+\n)*)", TABLE, re.MULTILINE)
    assert [capability for capability, quoted in sections if quoted.count("\n") != 1] == []


def test_every_claim_names_its_proof() -> None:
    assert [row.capability for row in ROWS if row.is_claimed and not row.tests] == []


def test_an_unfinished_capability_claims_nothing_else() -> None:
    unclear = [row for row in ROWS if not row.claims or ("Not yet." in row.claims and (row.is_claimed or row.tests))]
    assert unclear == []


def test_a_claim_is_one_sentence() -> None:
    """Brackets may say more; a second sentence is another claim.

    A second claim gets its own line.
    """
    bare = [re.sub(r"\([^()]*\)|`[^`]*`|“[^”]*”|\"[^\"]*\"", "", claim) for row in ROWS for claim in row.claims]
    assert [claim for claim in bare if re.search(r"[.;] [A-Z]", claim)] == []
