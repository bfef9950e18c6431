"""Meaning of stages: won, lost, otherwise closed, or open.

By the words of the default stages of Salesforce, HubSpot, Pipedrive, Zoho, Dynamics, Freshsales, Bitrix24, Odoo,
SuiteCRM, Insightly, Copper and Close, in the languages these ship in. A stem stands for the words that begin with it.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from leadtight.tabular.vocabulary.words import folded, plain


class StageMeaning(StrEnum):
    """The meaning of a stage for a lead.

    `CLOSED` is over, but does not say whether won or lost.
    """

    WON = "won"
    LOST = "lost"
    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


WON = (
    "won|closedwon|closed win|paid$|payment done|payment received|customer$|sold$|converted|signed$|conversion"
    "|gewonnen|konvertiert|bezahlt|gekauft|umgewandelt|gagne*|converti*|signe$|ganad*|convertid*|vendid[oa]$"
    "|ganh[oa]|ganh[oa]s|vint[oaie]|convertit*|geconverteerd|vunn*|konverterad|konverteret|konvertert|vundet"
    "|voitettu|voitto|wygran*|przekonwertowan*|vyhran*|megnyert|nyertes|castigat*|convertit*|kazanild*|kazanilan"
    "|kazanim|donusturul*|κερδισμεν*|выигран*|успешн*|сконвертирован*|оплачен*|виграно|успiшно|conquistad*|menang"
    "|thang|terjual|concretad*|efectuad*|logrado*"
)
LOST = (
    "lost|lose|closedlost|unqualified|disqualified|junk|dead|spam|duplicate*|invalid|not converted|not qualified"
    "|non qualified|abandon*|cancel*|rejected|declined|refused|not interested|no interest|bad fit|bad lead|no fit"
    "|do not contact|do not call|unsubscribed|opted out|not a fit|apology|wrong number|fake|test lead|loss"
    "|verloren*|verlust|disqualifiziert|unqualifiziert|nicht qualifiziert|abgelehnt|abgesagt|absage|kein interesse"
    "|nicht interessiert|storniert|ungultig|dublette|doppelt|abgebrochen|unbrauchbar|nicht konvertiert"
    "|ausgeschieden|perdu*|perte|disqualifie*|non qualifie*|refus*|annul*|pas interesse*|doublon|invalide"
    "|non converti*|ecarte*|perdid*|perda|descartad*|descalificad*|no calificad*|no cualificad*|rechazad*"
    "|no interesad*|duplicad*|basura|no convertid*|nao convertid*|desqualificad*|nao qualificad*|recusad*"
    "|sem interesse|pers[oaie]|squalificat*|non qualificat*|annullat*|rifiutat*|scartat*|non convertit*"
    "|non interessat*|verworpen|afgewezen|gediskwalificeerd|niet gekwalificeerd|ongekwalificeerd|geannuleerd"
    "|geen interesse|niet geconverteerd|forlorad*|avbruten|diskvalificer*|ej kvalificerad|okvalificerad|tabt|tapt"
    "|tapte|havitty|havio|hylatty|menetetty|przegran*|utracon*|stracon*|odrzucon*|niezakwalifikowan*"
    "|zdyskwalifikowan*|prohran*|ztracen*|straten*|elveszett|elvesztett|elutasitott|pierdut*|descalificat*|kaybed*"
    "|kayip|gecersiz|reddedil*|iptal|χαμεν*|απορριφθ*|не успешн*|неуспешн*|безуспешн*"
    "|потерян*|проигран*|проигрыш|не реализован*|отказ*"
    "|некачествен*|спам|дубл*|втрачен*|програн*|вiдмов*|kalah|gagal|hilang|that bai|thua|mat khach"
)
CLOSED = (
    "closed*|archived|completed|finished|done|inactive|recycled|ended|expired|geschlossen|abgeschlossen|beendet"
    "|erledigt|archiviert|inaktiv|ferme*|cloture*|clos|close|termine*|archive*|cerrad*|cierre|finalizad*|terminad*"
    "|archivad*|fechad*|encerrad*|concluid*|arquivad*|chius*|concluso|terminat*|archiviat*|gesloten|afgesloten"
    "|afgerond|beeindigd|stangd|avslutad*|arkiverad|lukket|afsluttet|avsluttet|suljettu|paattynyt|zamkniet*"
    "|zakonczon*|uzavren*|ukoncen*|lezart|lezarva|inchis*|kapal*|kapandi|tamamland*|κλειστ*|закрыт*|заверш*|закрит*"
    "|ditutup|selesai|da dong"
)
OPEN = (
    "new|open*|working|contacted|attempt*|in progress|in process|in work|qualified|prequalified|connected|assigned"
    "|unassigned|prospect*|not contacted|contact in future|to contact|to be contacted|warm|hot|cold|active|pending"
    "|interested|lead|mql|sql|marketing qualified*|sales qualified*|opportunity|demo*|meeting*|appointment*"
    "|proposal*|proposition*|quot*|negotiat*|discovery|follow up|following up|presentation*|evaluation|call back"
    "|callback|contract sent|decision maker*|needs analysis|value proposition|perception analysis"
    "|id decision makers|review|subscriber|processed|engaged|nurtur*|inquiry|enquiry|uncontacted|untouched|unworked"
    "|scheduled|reopened|neu|neue|neuer|offen*|kontaktiert|in bearbeitung|in arbeit|qualifiziert|angebot*"
    "|verhandlung*|termin*|interessiert|nicht kontaktiert|noch nicht kontaktiert|nouveau*|nouvel*|ouvert*|en cours"
    "|contacte*|a contacter|non contacte*|qualifie*|negociation*|devis*|rendez vous*|interesse*|nuev*|abiert*"
    "|contactad*|en curso|en progreso|en proceso|calificad*|cualificad*|propuesta*|negociacion*|no contactad*|cita*"
    "|novo|nova|abert*|contatad*|em andamento|qualificad*|proposta*|negociacao*|em aberto|nuov*|apert*|contattat*"
    "|in corso|qualificat*|trattativa|preventivo*|nieuw*|gecontacteerd|in behandeling|gekwalificeerd|offert*"
    "|onderhandeling*|ny|nya|oppen*|kontaktad|pagaende|kvalificerad|aben|apen|kontaktet|i gang|kvalificeret"
    "|kvalifisert|tilbud*|uusi|avoin|kesken|tarjous*|now[yae]|otwart*|w toku|skontaktowan*|zakwalifikowan*|oferta*"
    "|negocjacj*|nov[yae]|otevren*|v reseni|kontaktovan*|uj|nyitott|folyamatban|nou|noua|deschis*|in lucru"
    "|contactat*|yeni|acik|devam ed*|νεο*|ανοιχτ*|нов*|открыт*|в работе|первичный контакт|переговоры|вiдкрит*"
    "|в роботi|baru|terbuka|moi|dang xu ly|initial contact|contacto inicial|contato inicial|erstkontakt|premier contact"
)
_DENIALS = frozenset(["not", "never", "nicht", "non", "pas", "no", "nao", "niet", "ikke", "inte", "ej", "не", "nie"])
_DECIDED = (
    "won|lost|gewonnen|verloren|gagne*|perdu*|ganad*|ganh[oa]|vint[oaie]|vunn*|vundet|voitettu|wygran*|vyhran*"
    "|выигран*|виграно|kazanil*"
)
_YES = {"yes", "y", "true", "1", "x", "qualified", "ja", "wahr", "qualifiziert", "oui", "vrai", "qualifie"} | {
    *("si", "verdadero", "sim", "verdadeiro", "vero"),
}
_NO = {"no", "n", "false", "0", "unqualified", "disqualified", "nein", "falsch", "non", "faux", "nao", "falso"} | {
    "not_qualified",
}
_WITHOUT_SPACES = {
    StageMeaning.LOST: "失注 敗注 不成立 取消 输单 丢单 流失 无效 输掉 輸單 丟單 失敗 失败 無效"
    " 실패 실주 패배 무효 탈락 خاسر مفقود خسار مرفوض אבוד הפסד נדחה แพ้ ไม่สำเร็จ ยกเลิก",
    StageMeaning.WON: "受注 成約 成约 赢单 成交 贏單 수주 성사 رابح فوز زכייה זכיה הצלחה ชนะ สำเร็จ",
    StageMeaning.CLOSED: "クローズ 完了 終了 关闭 關閉 已结束 완료 종료 مغلق סגור ปิด",
    StageMeaning.OPEN: "新規 未対応 対応中 商談 見込み 新 跟进 洽谈 进行中 待联系 신규 진행 미접촉 상담"
    " جديد مفتوح חדש פתוח ใหม่",
}


@dataclass(frozen=True, slots=True)
class _Stems:
    """The parsed words of one meaning.

    Whole words, beginnings, phrases, and texts that must match as a whole.
    """

    words: frozenset[str]
    beginnings: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    whole: frozenset[str]


@cache
def stage_meaning(text: str) -> StageMeaning:
    """Return the meaning of a stage.

    A contradiction, such as `not won`, is `CLOSED`: it has to be asked about.
    """
    words = tuple(plain(text).split())
    lost = _places(LOST, words)
    is_lost, is_won = bool(lost), bool(_places(WON, _left(words, lost), is_all=not lost))
    if _is_negated(words, _DECIDED) or (is_lost and is_won):
        return StageMeaning.CLOSED
    if is_lost or is_won:
        return StageMeaning.LOST if is_lost else StageMeaning.WON
    if _places(CLOSED, words) and not _is_negated(words, ""):
        return StageMeaning.CLOSED
    return StageMeaning.OPEN if _places(OPEN, words) else _of_letters(folded(text))


def is_yes(text: str) -> bool:
    """Return whether a cell affirms that a lead is qualified."""
    return "_".join(plain(text).split()) in _YES


def is_no(text: str) -> bool:
    """Return whether a cell denies that a lead is qualified."""
    return "_".join(plain(text).split()) in _NO


def _of_letters(text: str) -> StageMeaning:
    """Return the meaning in a script without word spaces."""
    for meaning, terms in _WITHOUT_SPACES.items():
        if any(folded(term) in text for term in terms.split()):
            return meaning
    return StageMeaning.UNKNOWN


def _is_negated(words: tuple[str, ...], stems: str) -> bool:
    """Return whether a denial precedes one of the stems.

    Without stems, whether there is any denial.
    """
    for at, word in enumerate(words):
        if word in _DENIALS:
            rest = words[at + 2 :] if words[at + 1 : at + 2] in (("yet",), ("noch",)) else words[at + 1 :]
            if not stems or any(place == 0 for place, _ in _places(stems, rest)):
                return True
    return False


def _places(stems: str, words: tuple[str, ...], *, is_all: bool = True) -> list[tuple[int, int]]:
    """Return where stems occur in a text.

    Each by its first word and number of words.
    """
    parsed = _parsed(stems)
    places = [(0, len(words))] if is_all and " ".join(words) in parsed.whole else []
    for at, word in enumerate(words):
        if (word in parsed.words and not _is_denied(words, at + 1)) or word.startswith(parsed.beginnings):
            places.append((at, 1))
        places += [(at, len(phrase)) for phrase in parsed.phrases if _stands(phrase, words, at)]
    return places


def _is_denied(words: tuple[str, ...], at: int) -> bool:
    """Return whether an apostrophe cut a word, as in `isn't`."""
    return words[at : at + 1] == ("t",)


def _stands(phrase: tuple[str, ...], words: tuple[str, ...], at: int) -> bool:
    """Return whether a phrase begins at a word."""
    end = at + len(phrase)
    if end > len(words) or words[at : end - 1] != phrase[:-1]:
        return False
    if phrase[-1].endswith("*"):
        return words[end - 1].startswith(phrase[-1][:-1])
    return words[end - 1] == phrase[-1] and not _is_denied(words, end)


def _left(words: tuple[str, ...], places: list[tuple[int, int]]) -> tuple[str, ...]:
    """Return the words that no stem covers."""
    taken = {at + n for at, length in places for n in range(length)}
    return tuple(word for at, word in enumerate(words) if at not in taken)


@cache
def _parsed(stems: str) -> _Stems:
    """Return stems by kind.

    `*` is any ending, `$` a text of nothing else, `[oa]` either letter.
    """
    every = [folded(each) for stem in stems.split("|") for each in _alternatives(stem)]
    single = [stem for stem in every if " " not in stem and not stem.endswith("$")]
    return _Stems(
        words=frozenset(stem for stem in single if not stem.endswith("*")),
        beginnings=tuple(stem[:-1] for stem in single if stem.endswith("*")),
        phrases=tuple(tuple(stem.split()) for stem in every if " " in stem),
        whole=frozenset(stem[:-1] for stem in every if stem.endswith("$")),
    )


def _alternatives(stem: str) -> list[str]:
    head, _, rest = stem.partition("[")
    letters, _, tail = rest.partition("]")
    return [f"{head}{letter}{tail}" for letter in letters] or [stem]
