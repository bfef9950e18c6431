"""Words that begin a row of totals, by language."""

import re

from leadtight.tabular.vocabulary.words import folded

_WORDS = """grand total|sub ?totals?|totals?|sum|average|count|gesamt|gesamtsumme|gesamtergebnis|summe|insgesamt
|endsumme|total general|total geral|suma|suma total|somme|ensemble|totale|totale complessivo|somma|totaal
|eindtotaal|som|summa|sammanlagt|i alt|sum total|yhteensa|razem|lacznie|celkem|celkovy soucet|spolu
|osszesen|vegosszeg|total general|toplam|genel toplam|συνολο|итого|всего|сумма|общий итог|всього|合計|総計
|小計|总计|合计|總計|小计|합계|총계|소계|المجموع|الاجمالي|סהכ|סה"כ|รวม|tong|tong cong|jumlah"""
_TOTAL = re.compile(rf"\W*(?:{folded(_WORDS.replace(chr(10), ''))})\s*(?:$|[:(=\d].*|[-–—].*)", re.DOTALL)


def is_total(text: str) -> bool:
    """Return whether a cell says `Total`.

    Alone, or before a number or a remark: `Total (25 rows)`, `Summe: 3`.
    """
    return bool(_TOTAL.fullmatch(folded(text.strip())))
