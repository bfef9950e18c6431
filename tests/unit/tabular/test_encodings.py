"""Which encoding a file has that says nothing of it."""

from pathlib import Path

import pytest

from leadtight.tabular.encoding import detect

TEXTS = [
    ("cp1251", "ID;Название;Ответственный;Дата создания\n0;Сделка;Иванова;13.01.2026 10:00\n"),
    ("cp1251", "Имя,Телефон\nПётр,+7 912 345-67-89\n"),
    ("koi8-r", "ID;Название;Ответственный;Источник\n0;Сделка 0;Иванова;Сайт\n"),
    ("cp932", "ID,商談名,担当者,作成日時\n0,山田,佐藤,2026/01/05 10:00\n"),
    ("gb18030", "编号,姓名,负责人,创建时间\n1,王小明,李雷,2026-01-05 10:00\n"),
    ("big5", "編號,姓名,負責人,建立時間\n1,王小明,李雷,2026-01-05 10:00\n"),
    ("cp949", "번호,이름,담당자,생성일\n1,김철수,이영희,2026-01-05\n"),
    ("cp1253", "Κωδικός;Όνομα;Υπεύθυνος\n1;Γιώργος Παπαδόπουλος;Μαρία\n"),
    ("cp1255", "שם;טלפון\nדוד כהן;050-1234567\nרחל לוי;1\n"),
    ("cp1256", "الاسم;الهاتف\nمحمد علي;1\nفاطمة حسن;2\n"),
    ("cp1250", "ID;Jméno;Vlastník;Vytvořeno\n1;Jiří Dvořák;Tomáš Novák;13.01.2026\n"),
    ("cp1250", "Id;Imię;Właściciel\n1;Łukasz Żółć;Małgorzata\n"),
    ("iso8859-2", "Id;Imię;Właściciel;Źródło\n1;Łukasz Żółć;Małgorzata;ą\n"),
    ("cp1254", "No;İsim;Sahibi;Oluşturulma\n1;Ayşe Yılmaz;Gökhan Şahin;13.01.2026\n"),
    ("cp1257", "Vardas;Pavardė;Įmonė\nŽygimantas;Šimkūnaitė;Ąžuolas\n"),
    ("cp1252", "Id;Prénom;Société\n1;Élodie;Café – Crème\n"),
    ("cp1252", "Nombre;Teléfono;Compañía\nJosé Núñez;123;Añil\n"),
    ("cp1252", "Navn;By\nSøren Ærø;Århus\n"),
    ("cp1252", "Name,Note\nAnn,“it’s 5 €…”\n"),
    ("mac-roman", "Id;Owner\n1;Jürgen\n2;Jens Groß\n"),
    ("mac-roman", "Prénom;Société\nÉlodie;Café crème\n"),
    ("cp850", "Name;Ort\nZoë Müller;Köln\nJörg Groß;Düsseldorf\n"),
    ("utf-16-le", "ID,商談名,担当者\n0,山田,佐藤\n"),
    ("utf-16-be", "Name,Ort\nZoë,Köln\n"),
    ("utf-8", "Name,Ort\nZoë,Köln\n"),
]


@pytest.mark.parametrize(("encoding", "text"), TEXTS)
def test_every_letter_is_read_as_written(encoding: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(text.encode(encoding))
    name, errors = detect(tmp_path / "leads.csv")
    assert (text.encode(encoding).decode(name), errors) == (text, "strict")


def test_a_stray_byte_keeps_a_file_utf_8(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes("Name\nZoë Müller\nJörg Groß\n".encode() + b"Fu\xdfnote\n")
    assert detect(tmp_path / "leads.csv") == ("utf-8", "replace")


def test_a_configured_encoding_applies_to_files_other_than_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    for content, expected in (("Имя".encode("cp1251"), "cp866"), ("Имя".encode(), "utf-8"), (b"\x1b$BF|K\\", "cp866")):
        file.write_bytes(content)
        assert detect(file, "cp866")[0] == expected
