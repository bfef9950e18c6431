"""Meanings of stages, by words that systems ship by language."""

import pytest

from leadtight.tabular.vocabulary.stages import StageMeaning, stage_meaning

WON = """
Closed Won;closedwon;Won;WON;Closed - Converted;Converted;Payment Done;Customer;C1:WON;Gewonnen;Geschlossen - gewonnen
Gagné;Fermée gagnée;Ganado;Cerrada ganada;Ganho;Chiuso vinto;Vunnen;Vundet;Wygrane;Успешно реализовано;受注;赢单;성사
Kazanıldı;Konvertiert;Convertido;Сделка успешна;成约
"""
LOST = """
Closed Lost;closedlost;Lost;LOSE;Closed - Not Converted;Junk Lead;Lost Lead;Closed Lost to Competition;Disqualified
UNQUALIFIED;Not Qualified;Dead;Abandoned;Do Not Contact;Not Interested;Verloren;Geschlossen – verloren;Perdu;Perdido
Nicht qualifiziert;Kein Interesse;Cerrada perdida;Perso;Chiuso perso;Não qualificado;Förlorad;Tabt;Tapt;Przegrane;失注
Закрыто и не реализовано;输单;패배;Kaybedildi;Häviö;Fechado e perdido;Сделка не успешна;Неуспешно
"""
OPEN = """
New;Open - Not Contacted;Working - Contacted;Attempted to Contact;Contact in Future;Pre-Qualified;Qualified;OPEN_DEAL
IN_PROGRESS;Proposal sent;Negotiation/Review;Neu;Offen;Qualifiziert;En cours;Abierto;Novo;In trattativa;Новый;新規;Nowy
Interested;In Process;Demo booked;Nicht kontaktiert;No contactado;Non contacté
"""


def _cases() -> list[tuple[str, StageMeaning]]:
    groups = ((WON, StageMeaning.WON), (LOST, StageMeaning.LOST), (OPEN, StageMeaning.OPEN))
    return [
        (text, meaning) for texts, meaning in groups for line in texts.split("\n") for text in line.split(";") if text
    ]


@pytest.mark.parametrize(("text", "meaning"), _cases())
def test_a_stage_means_what_its_system_means_by_it(text: str, meaning: StageMeaning) -> None:
    assert stage_meaning(text) is meaning
    assert stage_meaning(f"  {text.upper()} ") is meaning


@pytest.mark.parametrize(
    "text", ["Closed", "Closed - On Hold", "Not won", "Abgeschlossen", "Fermé", "已关闭", "Recycled"]
)
def test_a_finished_stage_neither_won_nor_lost_is_closed(text: str) -> None:
    assert stage_meaning(text) is StageMeaning.CLOSED


@pytest.mark.parametrize("text", ["Bad timing", "Evangelist", "won't respond", "Unpaid", "Tier 2", "", "42"])
def test_an_unknown_stage_is_unknown(text: str) -> None:
    assert stage_meaning(text) is StageMeaning.UNKNOWN


@pytest.mark.parametrize(
    "text",
    ["Not won", "Nicht gewonnen", "No ganado", "Non vinto", "Não ganho", "Ej vunnen", "Nie wygrana", "Не выиграна"],
)
def test_a_stage_of_not_won_is_never_won(text: str) -> None:
    assert stage_meaning(text) is StageMeaning.CLOSED
