"""Response times as exports write them.

Such as `5`, `0:05:00`, `PT5M`, `1 day 2 h`, `3 Tage 4 Std.`.
"""

import re
from collections.abc import Mapping

from leadtight.tabular.vocabulary.words import folded

UNITS = {
    "milliseconds": "ms msec msecs millisecond milliseconds millisekunden",
    "seconds": (
        "s sec secs second seconds sek sekunde sekunden seconde secondes seconden segundo segundos seg secondo secondi"
        " sekund sekunder sekunti sekuntia sekundy sekunda с сек секунд секунда секунды sn saniye 秒 초"
    ),
    "minutes": (
        "m min mins minute minutes minuten minuto minutos minuti minuut minuter minut minuty minutt minutter minuutti"
        " minuuttia м мин минут минута минуты dk dakika 分 分钟 分鐘 분"
    ),
    "hours": (
        "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren tim timme timmar time timer"
        " tunti tuntia t godz godzina godziny godzin hod hodina hodiny hodin ч час часа часов saat sa"
        " 時間 小时 小時 시간"
    ),
    "days": (
        "d day days tag tage tagen j jour jours dia dias giorno giorni gg dag dagen dagar dage dager paiva paivaa pv"
        " dzien dni den dny д дн день дня дней gun 日 天 일"
    ),
    "weeks": "w wk week weeks woche wochen semaine semaines semana semanas settimana settimane weken vecka veckor uge",
}
SECONDS = {"milliseconds": 0.001, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
_UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words.split()}
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_CLOCK = re.compile(r"(?:(?P<days>\d+)(?:\s*[^\W\d_]+\.?,?)?\s+)?(?P<a>\d+):(?P<b>\d{2})(?::(?P<c>\d{2}(?:[.,]\d+)?))?")
_ISO = re.compile(r"p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:[.,]\d+)?)s)?)?")
_PARTS = re.compile(r"(?<!\d)(\d++(?:[.,]\d++)?)\s*+([^\W\d_]++)\.?")
_BETWEEN = re.compile(r"[\s,;]*+(?:and|und|et|y|e|en|och|og|ja|i|a|и|ve)?[\s,;]*+")
_FORMATS = {"h mm": "hours", "hh mm": "hours", "mm ss": "minutes", "m ss": "minutes"}
_BUSINESS = re.compile(
    r"business|working|office|operational|geschafts|arbeits|burozeit|ouvr|laboral|habil|lavorativ|util_|uteis|kantoor"
    r"|werktijd|arbetstid|kontor|arbejds|tyoaika|robocz|pracovni|рабоч|mesai|営業|工作|영업|업무"
)


def unit_of(header: str) -> str | None:
    """Return the unit in a column's name.

    Such as `… (minutes)`, `…_secs`, `… in Std.`; `hours` for `(h:mm)`. A single letter is a unit only in brackets or
    after an underscore, and `time` never is: it is the English word.
    """
    bare = folded(header)
    noted = " ".join(re.findall(r"[^\W_]+", " ".join(re.findall(r"[(\[]([^)\]]{0,200}+)[)\]]", bare))))
    if noted in _FORMATS or noted in _UNIT_OF:
        return _FORMATS.get(noted) or _UNIT_OF[noted]
    words = [*re.findall(r"[^\W_]+", noted), *re.findall(r"[^\W_]+", bare)[:0:-1]]
    is_short_one_fine = "_" in header
    return next(
        (_UNIT_OF[w] for w in words if w in _UNIT_OF and w != "time" and (len(w) > 2 or is_short_one_fine)), None
    )


def counts_working_time_only(header: str) -> bool:
    """Return whether durations omit nights and weekends, by name."""
    return _BUSINESS.search("_".join(re.findall(r"[^\W_]+", folded(header))) + "_") is not None


def seconds(text: str, unit: str | None) -> float | None:
    """Return a duration in seconds.

    None where it is not one, or needs a unit that is unknown. A bare number has the unit; `5:30` is minutes and seconds
    or hours and minutes, as the unit says.
    """
    bare = folded(text.strip())
    sign = -1 if bare.startswith("-") else 1
    length = _length(bare.lstrip("+-").strip(), unit)
    return None if length is None else sign * length


def _length(bare: str, unit: str | None) -> float | None:
    if _NUMBER.fullmatch(bare):
        return _number(bare) * SECONDS[unit] if unit else None
    if clock := _CLOCK.fullmatch(bare):
        return _clock(clock.groupdict(), unit)
    if bare.startswith("p") and (iso := _ISO.fullmatch(bare)) and any(iso.groups()):
        parts = zip(("weeks", "days", "hours", "minutes", "seconds"), iso.groups(), strict=True)
        return sum(_number(number) * SECONDS[each] for each, number in parts if number)
    return _in_words(bare)


def _clock(parts: Mapping[str, str | None], unit: str | None) -> float | None:
    days = _number(parts["days"] or "0") * SECONDS["days"]
    first, second = _number(parts["a"] or "0"), _number(parts["b"] or "0")
    if parts["c"] is not None:
        return days + first * 3600 + second * 60 + _number(parts["c"])
    if unit not in ("hours", "minutes"):
        return None
    return days + (first * 60 + second) * (60 if unit == "hours" else 1)


def _in_words(bare: str) -> float | None:
    parts = list(_PARTS.finditer(bare))
    rest = _PARTS.sub("|", bare).split("|")
    if not parts or not all(_BETWEEN.fullmatch(each) for each in rest):
        return None
    units = [_UNIT_OF.get(part[2]) for part in parts]
    if None in units:
        return None
    return sum(_number(part[1]) * SECONDS[unit] for part, unit in zip(parts, units, strict=True) if unit)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
