"""Countries by code, English name, own name and other languages.

An ambiguous name is not guessed.
"""

import subprocess
import sys

import pytest
from babel import Locale
from babel.languages import get_official_languages
from babel.localedata import exists

from leadtight.adapters.contact_points.countries import code_of
from leadtight.domain.model.country_codes import CODES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[
            ("de", "DE"),
            (" US ", "US"),
            ("DEU", "DE"),
            ("gbr", "GB"),
            ("USA", "US"),
            ("U.S.", "US"),
            ("U. S. A.", "US"),
        ],
        *[
            ("UK", "GB"),
            ("u.k.", "GB"),
            ("UAE", "AE"),
            ("U.A.E.", "AE"),
            ("KSA", "SA"),
            ("EL", "GR"),
            ("EE. UU.", "US"),
        ],
        *[("United States", "US"), ("united states of america", "US"), ("The Netherlands", "NL"), ("Holland", "NL")],
        *[("England", "GB"), ("Scotland", "GB"), ("Wales", "GB"), ("Northern Ireland", "GB"), ("Great Britain", "GB")],
        *[("Deutschland", "DE"), ("España", "ES"), ("Espana", "ES"), ("Côte d'Ivoire", "CI"), ("Cote d Ivoire", "CI")],
        *[("日本", "JP"), ("中国", "CN"), ("中國", "CN"), ("대한민국", "KR"), ("Россия", "RU"), ("Ελλάδα", "GR")],
        *[("ΕΛΛΑΔΑ", "GR"), ("Україна", "UA"), ("България", "BG"), ("Srbija", "RS"), ("Србија", "RS"), ("ישראל", "IL")],
        *[("مصر", "EG"), ("भारत", "IN"), ("ไทย", "TH"), ("Việt Nam", "VN"), ("Türkiye", "TR"), ("Turkey", "TR")],
        *[("Magyarország", "HU"), ("Česko", "CZ"), ("Polska", "PL"), ("Suomi", "FI"), ("Ísland", "IS"), ("Éire", "IE")],
        *[("Allemagne", "DE"), ("Alemania", "DE"), ("Germania", "DE"), ("Niemcy", "DE"), ("Duitsland", "DE")],
        *[("Vereinigte Staaten", "US"), ("Estados Unidos de América", "US"), ("États-Unis d’Amérique", "US")],
        *[
            ("Vereinigte Staaten von Amerika", "US"),
            ("Großbritannien", "GB"),
            ("Oesterreich", "AT"),
            ("Daenemark", "DK"),
        ],
        *[("Bosnia and Herzegovina", "BA"), ("Trinidad & Tobago", "TT"), ("Saint Lucia", "LC"), ("Korea, South", "KR")],
        *[("Korea, Republic of", "KR"), ("Iran, Islamic Republic of", "IR"), ("Virgin Islands, U.S.", "VI")],
        *[("Congo, the Democratic Republic of the", "CD"), ("Federal Republic of Germany", "DE"), ("Vatican", "VA")],
        *[("Russian Federation", "RU"), ("Viet Nam", "VN"), ("Czech Republic", "CZ"), ("Ivory Coast", "CI")],
        *[("Germany (+49)", "DE"), ("🇩🇪 Germany", "DE"), ("🇩🇪", "DE"), ("Deutschland (Germany)", "DE")],
        *[("CH - Switzerland", "CH"), ("Bosnia", "BA"), ("+41", "CH"), ("(+353)", "IE"), ("DE – Deutschland", "DE")],
        *[("Texas, USA", "US"), ("Georgia, USA", "US"), ("Lyon, France", "FR"), ("Niger", "NE"), ("Jersey", "JE")],
    ],
)
def test_a_country_is_read_in_any_spelling(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        *("XX", "EN", "ZZ", "EU", "D", "N/A", "n.a.", "none", "-", "1A", "other", "Europe", "World"),
        *("Georgia", "Guinea", "Congo", "Kongo", "Korea", "Republic of China", "Saint Martin", "America"),
        *("Bavaria", "California", "New Jersey", "Ontario, CA", "Mexico, Missouri", "Peru, Indiana"),
        *("France / Spain", "France - Spain", "+1", "+7", "+999", "Germany or Austria", "Ruritania", "Deutsch"),
    ],
)
def test_an_unknown_or_ambiguous_country_is_not_guessed(text: str) -> None:
    assert code_of(text) == ""


@pytest.mark.parametrize("code", sorted(CODES - {"CD", "CG", "GE", "GN", "MF", "VI", "VG", "KP", "KR", "TA"}))
def test_every_country_is_read_in_english_and_in_its_official_languages(code: str) -> None:
    languages = [language for language in ("en", *get_official_languages(code, de_facto=True)) if exists(language)]
    names = {Locale.parse(language).territories.get(code, code) for language in languages}
    assert {name: code_of(name) for name in names} == dict.fromkeys(names, code)


def test_the_codes_are_those_of_cldr_without_its_groups_and_exceptional_reservations() -> None:
    beside_iso = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
    assert {code for code in map(str, Locale("en").territories) if len(code) == 2} - beside_iso == CODES


def test_a_two_letter_code_loads_no_library() -> None:
    program = (
        "import sys; from leadtight.adapters.contact_points.countries import code_of; "
        "code_of('DE'); print('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "False"
