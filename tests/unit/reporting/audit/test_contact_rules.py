"""Which exported activities count as contact with the lead."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.reporting.audit.exports import report, run, write_csv

pytestmark = pytest.mark.slow

HEADER = ("Lead Id", "Activity date")


def _files(tmp_path: Path, names: Sequence[str], cells: Sequence[Sequence[str]]) -> tuple[Path, Path]:
    leads = [(f"L{n}", f"2026-01-{12 + n} 10:00:00") for n in range(len(cells))]
    rows = [(f"L{n}", f"2026-01-{12 + n} 10:02:00", *each) for n, each in enumerate(cells)]
    file = write_csv(tmp_path / "leads.csv", ("Lead Id", "Created"), leads)
    return file, write_csv(tmp_path / "activities.csv", (*HEADER, *names), rows)


def _report(tmp_path: Path, names: Sequence[str], cells: Sequence[Sequence[str]]) -> dict[str, Any]:
    leads, activities = _files(tmp_path, names, cells)
    return report(leads, "--activities", activities)


@pytest.mark.parametrize(
    "cells",
    [
        [("Call",), ("Email Open",), ("Unsubscribe",), ("Email",), ("Form submission",), ("Bounce",)],
        [("Anruf",), ("E-Mail geöffnet",), ("Notiz",), ("E-Mail gesendet",), ("Formular",), ("Automatische E-Mail",)],
        [("Appel",), ("E-mail ouvert",), ("Désabonnement",), ("Réunion",), ("Note",), ("Clic",)],
        [("Звонок",), ("Письмо открыто",), ("Отписка",), ("Встреча",), ("Заметка",), ("Бот",)],
        [("電話",), ("メール開封",), ("フォーム送信",), ("メール送信",), ("メモ",), ("自動返信",)],
        [("Llamada",), ("Correo abierto",), ("Nota",), ("Cita",), ("Formulario",), ("Rebote",)],
    ],
)
def test_actions_by_leads_or_machines_are_not_contacts(cells: list[tuple[str]], tmp_path: Path) -> None:
    result = _report(tmp_path, ["Activity Type"], cells)
    assert (result["contacted"], result["rows"]["activities"]["excluded"]) == (2, 4)


@pytest.mark.parametrize("task", ["Task", "To-do", "Aufgabe", "Tâche", "Zadanie", "任务"])
def test_a_task_beside_calls_is_not_a_contact(task: str, tmp_path: Path) -> None:
    result = _report(tmp_path, ["Activity Type"], [("Call",), (task,), ("Email Open",)])
    assert (result["contacted"], result["rows"]["activities"]["excluded"]) == (1, 2)


def test_a_completed_task_beside_calls_is_asked_about(tmp_path: Path) -> None:
    cells = [("Call", "Completed"), ("Task", "Completed"), ("Email Open", "Completed")]
    leads, activities = _files(tmp_path, ["Activity Type", "Status"], cells)
    code, _, errors = run(leads, "--activities", activities)
    assert code == 2
    assert all(word in errors for word in ("activities.csv", "'Activity Type'", "'Task' (1)", "is_contact"))


def test_with_only_tasks_completed_ones_are_contacts(tmp_path: Path) -> None:
    done = [("Task", "Completed"), ("Task", "Not started"), ("Task", "Completed")]
    assert _report(tmp_path, ["Type", "Status"], done)["contacted"] == 2


def test_an_unknown_kind_is_asked_about_by_name_value_and_count(tmp_path: Path) -> None:
    leads, activities = _files(tmp_path, ["Activity Type"], [("Call",), ("Other",), ("Email Open",)])
    code, _, errors = run(leads, "--activities", activities)
    assert code == 2
    assert all(word in errors for word in ("activities.csv", "'Activity Type'", "'Other' (1)", "is_contact"))


def test_a_filter_applies_to_its_own_kind(tmp_path: Path) -> None:
    cells = [
        ("Call", "Outbound", "Connected"),
        ("Email", "", ""),
        ("Meeting", "", ""),
        ("WhatsApp", "", ""),
        ("Call", "Inbound", "Connected"),
        ("Call", "Outbound", "No answer"),
    ]
    result = _report(tmp_path, ["Activity type", "Call direction", "Call outcome"], cells)
    assert result["contacted"] == 4
    assert result["definition"]["mapping"]["activities"]["is_contact"] == [
        {"Activity type": ["Call"], "Call direction": ["Outbound"], "Call outcome": ["Connected"]},
        {"Activity type": ["Email", "Meeting", "WhatsApp"]},
    ]


def test_the_rules_of_a_mapping_are_those_of_the_report_that_wrote_it(tmp_path: Path) -> None:
    cells = [("Call", "Outbound"), ("Email", ""), ("Call", "Inbound"), ("Email Click", "")]
    leads, activities = _files(tmp_path, ["Type", "Direction"], cells)
    written = tmp_path / "mapping.toml"
    first = report(leads, "--activities", activities, "--write-mapping", written)
    assert report(leads, "--activities", activities, "--mapping", written) == first


def test_a_voicemail_message_is_a_contact_of_an_export(tmp_path: Path) -> None:
    cells = [("Outbound", "Connected"), ("Outbound", "Left voicemail"), ("Outbound", "No answer")]
    assert _report(tmp_path, ["Call direction", "Call outcome"], cells)["contacted"] == 2


@pytest.mark.parametrize(("header", "yes"), [("Incoming", "false"), ("Outgoing", "true")])
def test_a_check_box_gives_the_direction(header: str, yes: str, tmp_path: Path) -> None:
    cells = [("true",), ("false",), (yes,)]
    assert _report(tmp_path, [header], cells)["contacted"] == 2


def test_an_unknown_outcome_is_asked_about_unless_it_is_rare(tmp_path: Path) -> None:
    common = [("Outbound", "Connected")] * 10 + [("Outbound", "Zork")] * 4
    leads, activities = _files(tmp_path, ["Direction", "Call outcome"], common)
    code, _, errors = run(leads, "--activities", activities)
    assert (code, "'Zork' (4)" in errors) == (2, True)


def test_the_mappings_answer_decides(tmp_path: Path) -> None:
    leads, activities = _files(tmp_path, ["Activity Type"], [("Call",), ("Task",), ("",)])
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[activities]\nis_contact = [{ "Activity Type" = ["call", ""] }]\n', encoding="utf-8")
    assert report(leads, "--activities", activities, "--mapping", mapping)["contacted"] == 2
