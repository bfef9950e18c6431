"""An email address is never altered.

What surrounds it is dropped, or the whole stays as typed.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer

read = PhoneEmailNormalizer().email


@pytest.mark.parametrize(
    "text",
    [
        *(
            "ada@example.com",
            " ADA@Example.com ",
            "Ada <ada@example.com>",
            "Obi, Ada <ada@example.com>",
            "<ada@example.com>",
        ),
        *(
            '"Obi, Ada" <ada@example.com>',
            '"ada@example.com" <ada@example.com>',
            "'ada@example.com'",
            '"ada@example.com"',
        ),
        *("mailto:ada@example.com", "MAILTO:ada@example.com?subject=Hi%20there", "mailto:ada%40example.com"),
        *(
            "<mailto:ada@example.com|ada@example.com>",
            "[ada@example.com](mailto:ada@example.com)",
            "E-Mail: ada@example.com",
        ),
        *(
            "ada@example.com.",
            "ada@example.com,",
            "ada@example.com;",
            "“ada@example.com”",
            "(ada@example.com)",
            "Ada Obi (ada@example.com)",
            "Ada [ada@example.com]",
        ),
        *("ada@example.com (work)", "ada@example.com\u200b", "\ufeffada@example.com", "\u202aada@example.com\u202c"),
        *(
            "ada＠example.com",
            "ada@exam\u00adple.com",
            "ada@example.com, boss@example.com",
            "ada@example.com boss@example.com",
        ),
        *(
            "ada@example.com; boss@example.com",
            "ada@example.com/boss@example.com",
            "Ada <ada@example.com>, Bo <bo@example.com>",
        ),
    ],
)
def test_common_wrappings_of_an_address_are_removed(text: str) -> None:
    assert read(text) == "ada@example.com"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "ada at example dot com",
            "ada(at)example.com",
            "ada obi@example.com",
            "ada,obi@example.com",
            "ada@exam ple.com",
        ),
        *(
            "ada@example,com",
            "ada@@example.com",
            "@ada",
            "ada@example",
            "ada@example.com or bo",
            "call me: ada@example.com x",
        ),
        *(
            "ada.@docomo.ne.jp",
            "ada..obi@docomo.ne.jp",
            "ada@localhost",
            "ada@corp.local",
            "a@example.com Bcc: b@example.com",
        ),
        *("j\ufffd\ufffdrgen@example.com", "none", "n/a", ""),
    ],
)
def test_an_ambiguous_address_is_not_read(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("jürgen@example.com", "jürgen@example.com"),
        ("Jürgen Müller <jürgen@example.com>", "jürgen@example.com"),
        ("ada@münchen.example", "ada@münchen.example"),
        ("ada@xn--mnchen-3ya.example", "ada@münchen.example"),
        ("ADA@MÜNCHEN.example", "ada@münchen.example"),
        ("ada@mu\u0308nchen.example", "ada@münchen.example"),
        ("почта@пример.рф", "почта@пример.рф"),
        ("用户@例子.example", "用户@例子.example"),
        ("o'neil+roof@example.com", "o'neil+roof@example.com"),
    ],
)
def test_an_internationalised_address_is_used_as_it_is(text: str, address: str) -> None:
    assert read(text) == address


@given(st.text("ada@.example com,;<>()\"'…\u200bü:/|", max_size=30))
def test_a_parsed_address_is_part_of_the_text_and_parses_as_itself(text: str) -> None:
    address = read(text)
    assert address is None or read(address) == address
