"""Names of optional lead fields in many languages.

Ids, times, stages, owners and amounts.
"""

from functools import cache

from leadtight.tabular.vocabulary.words import plain

NAMES = {
    "external_id": """id, external id, record id, lead id, deal id, contact id, entry id
        submission id, response id, number
        lead number, lead no, kunden id, kundennummer, identifiant, identificador, identificativo, codigo, номер
        編号, 编号, 番号, hs object id, network id""",
    "received_at": """received at, created, created at, created on, created time, created date, create date, createdate
        create time, creation date, creation time, creation timestamp, date created, date added, date, date time
        datetime, add time, added, added on, added time, lead created, deal created, person created, lead date
        inquiry date, enquiry date, received, date received, opened at, submitted, submitted at, submitted on
        date submitted, submit date, submission date, submission time, entry date, timestamp, time stamp
        optin time, opt in time, connected on, subscription date, registered at, registration date
        form submission date, dateadded, date create, erstellt, erstellt am, erstellungsdatum, erstellungszeit
        erstellungszeitpunkt, angelegt, angelegt am, anlagedatum, eingang, eingangsdatum, eingegangen am
        lead erstellt, datum, zeitstempel, anfragedatum, hinzugefugt am, cree le, date creation, date de creation
        date d ajout, date de soumission, horodateur, date de reception, creado, creado el, fecha creacion
        fecha de creacion, fecha, marca temporal, fecha de registro, fecha de alta, fecha de envio, criado em
        data criacao, data de criacao, data, carimbo data hora, carimbo de data hora, data de cadastro, creato il
        data creazione, data di creazione, informazioni cronologiche, data inserimento, aangemaakt, aangemaakt op
        aanmaakdatum, gemaakt op, tijdstempel, skapad, skapad den, skapades, tidsstampel, tidsstempel, oprettet
        oprettet den, oprettelsesdato, opprettet, opprettet dato, luotu, luontipaiva, aikaleima, utworzono
        data utworzenia, sygnatura czasowa, vytvoreno, datum vytvoreni, casove razitko, letrehozva, data crearii
        olusturulma, olusturulma tarihi, olusturma tarihi, kayit tarihi, zaman damgasi, дата создания, создано
        создан, дата, отметка времени, дата заявки, дата створення, 作成日, 作成日時, 登録日, 登録日時
        タイムスタンプ, 创建时间, 创建日期, 时间戳, 建立時間, 생성일, 생성 일시, 타임스탬프, 등록일""",
    "stage": """stage, status, lead status, deal stage, deal status, lead stage
        pipeline stage, sales stage, stage name
        opportunity stage, lifecycle stage, state of lead, phase, verkaufsphase, leadstatus, stufe, statut, etape
        statut du lead, etat, estado, etapa, estado del lead, fase, fase del negocio, situacao, estagio, stato
        stadio, fase trattativa, dealfase, leadfase, skede, leadtilstand, vaihe, tila, etap, stan, stav, faze
        allapot, stadiu, asama, durum, durumu, стадия, статус, этап, статус лида, стадия сделки, этап сделки
        статус лiда, ステージ, ステータス, フェーズ, 状態, 阶段, 状态, 階段, 狀態, 단계, 상태""",
    "closed_at": """closed at, closed on, closed date, close date, closed, closing date
        date closed, close time, won time
        lost time, actual close date, abschluss, abschlussdatum, geschlossen am, schlussdatum, date de cloture
        date de fermeture, fecha de cierre, data de fechamento, data chiusura, data di chiusura, sluitingsdatum
        avslutsdatum, stangd, lukkedato, paattymispaiva, data zamkniecia, datum uzavreni, kapanis tarihi
        дата закрытия, 完了予定日, 完了日, 结束日期, 成交日期, 마감일, 종료일""",
    "lost_reason": """lost reason, loss reason, closed lost reason, reason lost, reason for loss, verlustgrund
        grund fur verlust, raison de la perte, motif de perte, motivo de perdida, razon de perdida
        motivo da perda, motivo de perda, motivo perdita, reden verlies, verliesreden, forlustorsak
        powod przegranej, powod utraty, причина проигрыша, причина отказа, причина потери, 失注理由, 丢单原因
        실패 이유""",
    "owner": """owner, lead owner, deal owner, contact owner, record owner, owner name
        deal owner name, lead owner name
        assigned to, assignee, assigned user, sales rep, sales representative, salesperson, sales agent, agent
        rep, account owner, responsible, user responsible, besitzer, inhaber, eigentumer, zustandig, zustandiger
        betreuer, bearbeiter, verantwortlich, verantwortlicher, lead inhaber, zugewiesen an, proprietaire
        responsable, attribue a, commercial, propietario, asignado a, vendedor, comercial, proprietario
        responsavel, atribuido a, assegnato a, titolare, proprietario del lead, responsabile, eigenaar
        toegewezen aan, verantwoordelijke, agare, ansvarig, saljare, ejer, ansvarlig, eier, selger, omistaja
        vastuuhenkilo, wlasciciel, opiekun, handlowiec, vlastnik, obchodnik, felelos, tulajdonos, responsabil
        sahibi, sorumlu, temsilci, ответственный, владелец, менеджер, вiдповiдальний, 担当者, 所有者, 负责人
        所有人, 負責人, 담당자, 소유자""",
    "value": """value, amount, deal value, lead value, estimated value
        opportunity amount, deal amount, expected revenue
        revenue, betrag, wert, auftragswert, dealwert, volumen, umsatz, montant, valeur, importe, monto, valor
        cuantia, importo, valore, bedrag, waarde, belopp, varde, belob, verdi, belop, arvo, summa, kwota, wartosc
        castka, hodnota, osszeg, ertek, suma, valoare, tutar, deger, сумма, бюджет, сума, 金額, 金额, 금액""",
    "language": """language, sprache, langue, idioma, lingua, taal, sprak, sprog, kieli
        jezyk, jazyk, dil, язык, 言語, 语言
        언어""",
    "company_size": """company size, employees, number of employees, no of employees, mitarbeiter, mitarbeiterzahl
        anzahl mitarbeiter, nombre d employes, effectif, empleados, numero de empleados, funcionarios, dipendenti""",
    "is_won": "is won, won, converted, is converted, isconverted, iswon, gewonnen, konvertiert",
    "is_closed": "is closed, isclosed",
}
"""Phrases by our field, as `plain` writes them."""

PREFIXES = ("lead", "deal", "contact", "person", "record", "activity", "properties", "hs")
"""Words that systems put before the name of a field."""


@cache
def _by_phrase() -> dict[str, str]:
    split = (
        (phrase.strip(), field)
        for field, phrases in NAMES.items()
        for phrase in phrases.replace("\n", ",").split(",")
        if phrase.strip()
    )
    return {plain(phrase): field for phrase, field in split}


def field_of(name: str) -> str | None:
    """Return our field for a column's name, or None."""
    words = plain(name).removesuffix(" utc").removesuffix(" gmt")
    by_phrase = _by_phrase()
    if words in by_phrase:
        return by_phrase[words]
    first, _, rest = words.partition(" ")
    return by_phrase.get(rest) if first in PREFIXES and rest else None
