"""Columns are recognised by localised names and by content."""

from pathlib import Path
from typing import Any

import pytest

from leadtight.reporting.audit.columns import detection
from leadtight.reporting.audit.columns.profile import ContentKind, profile
from leadtight.reporting.audit.source_file import inspect
from tests.unit.reporting.audit.exports import run, write_csv

TIME, LATER = "2026-01-05 10:00:00", "2026-01-05 10:03:00"


def _mapping(tmp_path: Path, columns: dict[str, str]) -> Any:
    rows = [[value.replace("#", str(n)) for value in columns.values()] for n in range(6)]
    sheet = inspect(write_csv(tmp_path / "leads.csv", list(columns), rows))
    return detection.leads(sheet.columns, profile(sheet))


@pytest.mark.parametrize(
    ("created", "owner", "source"),
    [
        ("Erstellt am", "Zuständiger", "Leadquelle"),
        ("Date de création", "Propriétaire", "Source du lead"),
        ("Fecha de creación", "Asignado a", "Fuente"),
        ("Data di creazione", "Responsabile", "Fonte"),
        ("Data de criação", "Responsável", "Origem"),
        ("Aanmaakdatum", "Eigenaar", "Bron"),
        ("Skapad", "Ägare", "Källa"),
        ("Oprettet", "Ejer", "Kilde"),
        ("Opprettet", "Eier", "Kilde"),
        ("Luotu", "Omistaja", "Lähde"),
        ("Data utworzenia", "Właściciel", "Źródło"),
        ("Vytvořeno", "Vlastník", "Zdroj"),
        ("Дата создания", "Ответственный", "Источник"),
        ("Oluşturulma Tarihi", "Sahibi", "Kaynak"),
        ("作成日時", "担当者", "流入元"),
        ("创建时间", "负责人", "来源"),
        ("생성일시", "담당자", "유입 경로"),
        ("DATE_CREATE", "ASSIGNED_BY_ID", "SOURCE_ID"),
        ("Lead - Lead erstellt", "Lead - Besitzer", "Lead - Quelle"),
        ("properties.createdate", "properties.hubspot_owner_id", "properties.hs_analytics_source"),
        ("Created Date (UTC)", "Owned By", "Lead Source"),
        ("Created At", "Sales owner", "Source"),
        ("DATE ENTERED", "Assigned User", "Lead Source"),
    ],
)
def test_systems_column_names_are_recognised_in_their_languages(
    created: str, owner: str, source: str, tmp_path: Path
) -> None:
    mapping = _mapping(tmp_path, {created: "2026-01-1# 10:00:00", owner: "Kim Doe", source: "Ads"})
    assert (mapping.created_at, mapping.owner, mapping.source) == (created, owner, source)


@pytest.mark.parametrize(
    "header", ["Geändert am", "Dernière modification", "Последний контакт", "最終更新日", "Due date"]
)
def test_a_time_other_than_creation_is_not_taken_for_it(header: str, tmp_path: Path) -> None:
    assert _mapping(tmp_path, {"Lead ID": "L#", header: "2026-01-1# 10:00:00"}).created_at is None


def test_content_distinguishes_a_time_from_a_duration(tmp_path: Path) -> None:
    instants = {"Lead Time": "2026-01-1# 10:00:00", "First Response Time": "2026-01-1# 10:03:00"}
    mapping = _mapping(tmp_path, instants)
    assert (mapping.created_at, mapping.first_contact_at) == ("Lead Time", ("First Response Time",))
    lengths = {"Created": "2026-01-1# 10:00:00", "Lead Time": "0:0#:00", "First Response Time": "0:0#:30"}
    mapping = _mapping(tmp_path, lengths)
    assert (mapping.created_at, mapping.first_contact_at, mapping.response_time) == (
        "Created",
        (),
        "First Response Time",
    )


def test_owner_names_are_not_creation_times(tmp_path: Path) -> None:
    mapping = _mapping(tmp_path, {"Created": "Kim Doe", "Create Date": "2026-01-1# 10:00:00"})
    assert mapping.created_at == "Create Date"


def test_column_content_is_classified_by_cells(tmp_path: Path) -> None:
    columns = {
        "a": "2026-01-1# 10:00",
        "b": "1#.02.2026",
        "c": "lead#@example.com",
        "d": "+49 30 123456#",
        "e": "1.23#,50",
        "f": "Call",
        "g": "1 day 2 h",
        "h": "PT#M",
        "i": "Mon Jan 1# 2026 10:15:00 GMT+0100",
    }
    rows = [[value.replace("#", str(n)) for value in columns.values()] for n in range(1, 7)]
    profiles = profile(inspect(write_csv(tmp_path / "leads.csv", list(columns), rows)))
    assert [profiles[name].holds for name in columns] == [
        ContentKind.TIMES,
        ContentKind.DATES,
        ContentKind.ADDRESSES,
        ContentKind.PHONES,
        ContentKind.NUMBERS,
        ContentKind.CHOICES,
        ContentKind.DURATIONS,
        ContentKind.DURATIONS,
        ContentKind.TIMES,
    ]


def test_a_file_without_recognised_columns_is_refused_with_its_columns(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "words.csv", ("Ingredient", "Taste"), [("salt", "salty"), ("lemon", "sour")])
    code, _, errors = run(file)
    assert code == 2
    assert all(name in errors for name in ("words.csv", "Ingredient", "Taste"))


def test_a_file_with_unnamed_times_is_asked_about_its_creation(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("Lead ID", "Moment"), [("1", TIME), ("2", LATER)])
    code, _, errors = run(file)
    assert (code, "'Moment'" in errors, "created_at" in errors) == (2, True, True)
