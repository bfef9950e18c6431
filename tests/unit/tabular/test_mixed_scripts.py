"""Names in Latin letters belong to no other script.

A few letters suffice to decide.
"""

from pathlib import Path

import pytest

from leadtight.tabular.encoding import detect


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Nome;Data\nNiccolò Esempio;2026-01-05\nLucia Prova;2026-01-06\n", "cp1252"),
        ("Ägare;Skapad\nBjörn Prov;2026-01-05\nÅsa Exempel;2026-01-06\nÖrjan Mall;2026-01-07\n", "cp1252"),
        ("Owner;Created\nZoë Test;2026-01-05\n", "cp1252"),
    ],
)
def test_a_few_accented_letters_are_latin(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(text.encode(encoding))
    assert path.read_bytes().decode(detect(path)[0]) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("リードID,作成日時,担当者\n1,2026/01/05 10:00,見本太郎\n2,2026/01/06 10:00,例花子\n", "cp932"),
        ("ID лида;Дата создания;Ответственный\n1;05.01.2026 10:00;Пётр Образец\n", "cp1251"),
        ("线索ID,创建时间,负责人\n1,2026-01-05 10:00,范例\n2,2026-01-05 10:00,张样\n", "gb18030"),
    ],
)
def test_another_script_is_distinguished_from_latin(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(text.encode(encoding))
    assert path.read_bytes().decode(detect(path)[0]) == text
