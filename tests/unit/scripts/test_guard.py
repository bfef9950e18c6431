"""The repository guard finds forbidden content and passes ordinary lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import guard

REGISTRY = "pypi" + ".org"  # in pieces: the guard reads this file too


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f"index-url = https://{REGISTRY}/simple", "registry"),
        ('path = "/wo' + 'rk/main/leadtight"', "absolute path"),
        ("key = AKIA" + "ABCDEFGHIJKLMNOP", "access key"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "private key"),
        ("ghp_" + "a" * 36, "token"),
    ],
)
def test_it_names_what_it_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, problem: str) -> None:
    monkeypatch.setattr(guard, "ROOT", tmp_path)
    (tmp_path / "file").write_text(f"fine\n{line}\n")
    [finding] = guard.findings(tmp_path / "file")
    assert finding.startswith("file:2: ")
    assert problem in finding


@pytest.mark.parametrize("line", ["docs/work/notes.md", "https://example.com/home/", "workload", "root"])
def test_ordinary_lines_pass(tmp_path: Path, line: str) -> None:
    (tmp_path / "file").write_text(line)
    assert list(guard.findings(tmp_path / "file")) == []


@pytest.mark.parametrize(
    "line",
    ["if given == self.signature: pass", "if hasher.hexdigest() != given: pass", "if token in tokens: pass"],
)
def test_a_secret_comparison_that_leaks_timing_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(guard, "ROOT", tmp_path)
    file = tmp_path / "functions" / "door.py"
    file.parent.mkdir()
    file.write_text(f"import hmac\n{line}\nhmac.compare_digest(given, signature)\nif signature == '': pass\n")
    assert list(guard.insecure_comparisons(file)) == [
        "functions/door.py:2: compares a secret without hmac.compare_digest"
    ]


def test_a_file_over_the_line_limit_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "ROOT", tmp_path)
    full, longer, test = (tmp_path / name for name in ("leadtight/full.py", "leadtight/longer.py", "tests/long.py"))
    for file, lines in ((full, guard.LONGEST_FILE), (longer, guard.LONGEST_FILE + 1), (test, 2 * guard.LONGEST_FILE)):
        file.parent.mkdir(exist_ok=True)
        file.write_text("pass\n" * lines)
    assert list(guard.long_files([full, longer, test])) == ["leadtight/longer.py: 451 lines, more than 450"]


def test_a_folder_over_the_module_limit_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "ROOT", tmp_path)
    folder = tmp_path / "leadtight" / "drawer"
    folder.mkdir(parents=True)
    files = [folder / f"module_{number}.py" for number in range(guard.LARGEST_FOLDER)] + [folder / "__init__.py"]
    for file in files:
        file.touch()
    assert list(guard.large_folders(files)) == []
    (folder / "one_more.py").touch()
    findings = list(guard.large_folders([*files, folder / "one_more.py"]))
    assert findings == ["leadtight/drawer: 25 modules, more than 24"]
