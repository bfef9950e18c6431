"""What a stage or status means, by the words that CRM systems ship: won, lost, otherwise closed, or open.

The words are those of the default stages of Salesforce, HubSpot, Pipedrive, Zoho, Dynamics, Freshsales, Bitrix24, Odoo,
SuiteCRM, Insightly, Copper and Close, in the languages these ship in. A stem stands for the words that begin with it.
"""

import re
from enum import StrEnum
from functools import cache

from leadtight.tabular.vocabulary.words import folded, plain


class StageMeaning(StrEnum):
    """What a stage says about a lead. `CLOSED` is over, and nobody can tell whether won or lost."""

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
    "|kazanim|donusturul*|κερδισμεν*|выигран*|успешно*|сконвертирован*|оплачен*|виграно|успiшно|conquistad*|menang"
    "|thang|terjual|concretad*|efectuad*"
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
    "|kayip|gecersiz|reddedil*|iptal|χαμεν*|απορριφθ*|потерян*|проигран*|проигрыш|не реализован*|отказ*"
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
    "|в роботi|baru|terbuka|moi|dang xu ly"
)
_NEGATED = r"\b(?:not|never|nicht|non|pas|no|nao|niet|ikke|inte|ej|не|nie) (?:yet |noch )?"
_WITHOUT_SPACES = {
    StageMeaning.LOST: "失注 敗注 不成立 取消 输单 丢单 流失 无效 输掉 輸單 丟單 失敗 失败 無效"
    " 실패 실주 패배 무효 탈락 خاسر مفقود خسار مرفوض אבוד הפסד נדחה แพ้ ไม่สำเร็จ ยกเลิก",
    StageMeaning.WON: "受注 成約 赢单 成交 贏單 수주 성사 رابح فوز زכייה זכיה הצלחה ชนะ สำเร็จ",
    StageMeaning.CLOSED: "クローズ 完了 終了 关闭 關閉 已结束 완료 종료 مغلق סגור ปิด",
    StageMeaning.OPEN: "新規 未対応 対応中 商談 見込み 新 跟进 洽谈 进行中 待联系 신규 진행 미접촉 상담"
    " جديد مفتوح חדש פתוח ใหม่",
}


@cache
def stage_meaning(text: str) -> StageMeaning:
    """Return what a stage means. What contradicts itself, such as `not won`, is `CLOSED`: it has to be asked about."""
    words = plain(text)
    is_lost, is_won = _has(LOST, words), _has(WON, _without(LOST, words))
    is_negated = re.search(rf"{_NEGATED}(?:{_stems('won|lost|gewonnen|verloren|gagne*|perdu*')})", words)
    if is_negated or (is_lost and is_won):
        return StageMeaning.CLOSED
    if is_lost or is_won:
        return StageMeaning.LOST if is_lost else StageMeaning.WON
    for meaning, stems in ((StageMeaning.CLOSED, CLOSED), (StageMeaning.OPEN, OPEN)):
        if _has(stems, words) and not (meaning is StageMeaning.CLOSED and re.search(_NEGATED, f"{words} ")):
            return meaning
    return _of_letters(folded(text))


def _of_letters(text: str) -> StageMeaning:
    """Return the meaning of a text in a script that writes words without spaces between them."""
    for meaning, terms in _WITHOUT_SPACES.items():
        if any(folded(term) in text for term in terms.split()):
            return meaning
    return StageMeaning.UNKNOWN


def _without(stems: str, words: str) -> str:
    return re.sub(rf"\b(?:{_stems(stems)})", " ", words)


def _has(stems: str, words: str) -> bool:
    return bool(re.search(rf"(?<!\w)(?:{_stems(stems)})", words))


@cache
def _stems(stems: str) -> str:
    """Return the pattern for stems: `*` stands for any ending, `$` for the end of the text, and else a word ends."""
    patterns = []
    for stem in stems.split("|"):
        if stem.endswith("$"):
            patterns.append(rf"(?<!\w )(?<!\w){folded(stem[:-1])}$")
        else:
            patterns.append(folded(stem.removesuffix("*")) + (r"\w*" if stem.endswith("*") else r"(?!\w)(?! t\b)"))
    return "|".join(patterns)
