"""Currencies as exports write them.

Codes of ISO 4217, and their signs in CLDR.
"""

from functools import cache

from leadtight.tabular.vocabulary.words import folded

SIGNS = {
    "€": "EUR",
    "£": "GBP EGP LBP SYP SSP FKP GIP SHP",
    "¥": "JPY CNY",
    "円": "JPY",
    "元": "CNY TWD HKD",
    "圆": "CNY",
    "圓": "TWD HKD",
    "원": "KRW",
    "₩": "KRW",
    "₹": "INR",
    "rs": "INR PKR LKR NPR MUR",
    "rp": "IDR",
    "rm": "MYR",
    "₽": "RUB",
    "руб": "RUB BYN",
    "рублей": "RUB BYN",
    "р": "RUB BYN",
    "₴": "UAH",
    "грн": "UAH",
    "₸": "KZT",
    "тг": "KZT",
    "₺": "TRY",
    "tl": "TRY",
    "₫": "VND",
    "đ": "VND",
    "₪": "ILS",
    "฿": "THB",
    "บาท": "THB",
    "₱": "PHP",
    "₦": "NGN",
    "₵": "GHS",
    "₡": "CRC",
    "₲": "PYG",
    "₼": "AZN",
    "₾": "GEL",
    "kr": "SEK NOK DKK ISK",
    "zl": "PLN",
    "kc": "CZK",
    "ft": "HUF",
    "lei": "RON MDL",
    "лв": "BGN",
    "lv": "BGN",
    "din": "RSD",
    "km": "BAM",
    "fr": "CHF",
    "sfr": "CHF",
    "r": "ZAR",
    "r$": "BRL",
    "us$": "USD",
    "u$s": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "cad$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "nt$": "TWD",
    "s$": "SGD",
    "mx$": "MXN",
    "s/": "PEN",
    "$": "USD CAD AUD NZD MXN SGD HKD TWD ARS CLP COP UYU BBD BSD BZD FJD GYD JMD LRD NAD SBD SRD TTD XCD",
    "euro": "EUR",
    "euros": "EUR",
    "eur.": "EUR",
    "dollar": "USD CAD AUD",
    "dollars": "USD CAD AUD",
    "usdollar": "USD",
    "pound": "GBP",
    "pounds": "GBP",
    "reais": "BRL",
    "real": "BRL",
    "rupees": "INR PKR LKR NPR",
    "yen": "JPY",
    "yuan": "CNY",
    "rmb": "CNY",
    "stg": "GBP",
}
"""Currency codes that a folded sign may stand for."""

THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose unit has a thousand parts (ISO 4217)."""


@cache
def codes_of(sign: str) -> frozenset[str]:
    """Return the currencies that a sign or code may mean.

    Empty when it is not a currency.
    """
    word = folded(sign).replace(" ", "").rstrip(".")
    if word in SIGNS:
        return frozenset(SIGNS[word].split())
    return frozenset({word.upper()}) if word.upper() in _iso_codes() else frozenset()


@cache
def _iso_codes() -> frozenset[str]:
    from babel.core import get_global  # few columns name a currency

    in_use = {tender[0] for each in get_global("territory_currencies").values() for tender in each if tender[2] is None}
    return frozenset(in_use)
