"""Ids of systems, and their forms in a second file."""

from __future__ import annotations

from random import Random
from string import ascii_letters, digits

CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def make_ids(scheme: str, rng: Random, count: int) -> list[str]:
    """Make distinct ids; Salesforce ones may differ in case only."""
    if scheme == "salesforce":
        return salesforce(rng, count)
    start = rng.randrange(100, 90_000)
    numbers = rng.sample(range(start, start + 4 * count), count)
    pattern = {
        "small": "{n}",
        "hubspot": "15{n:09}",
        "zoho": "zcrm_5471000000{n:06}",
        "guid": "{a:08x}-{b:04x}-11ee-9cbd-{a:08x}{b:04x}",
        "close": "lead_{t}",
        "odoo": "__export__.crm_lead_{n}_{a:08x}",
        "plain": "L-{n:05}",
        "none": "",
    }[scheme]
    return [
        pattern.format(
            n=n, a=rng.getrandbits(32), b=n % 65536, t="".join(rng.choices(ascii_letters + digits, k=28)) + str(n)
        )
        for n in numbers
    ]


def salesforce(rng: Random, count: int) -> list[str]:
    """Make ids of 15 characters, some differing in case only.

    Those differ in one letter.
    """
    ids: list[str] = []
    while len(ids) < count:
        stem = f"00Q5g00000{''.join(rng.choices(ascii_letters + digits, k=4))}"
        letter = rng.choice("abcdefghijkmn")
        ids += [i for i in dict.fromkeys((stem + letter, stem + letter.upper())) if i not in ids]
    return ids[:count]


def eighteen(identifier: str) -> str:
    """Add the three characters that encode capitals."""
    parts = (identifier[i : i + 5] for i in (0, 5, 10))
    return identifier + "".join(CHECK[sum(c.isupper() << place for place, c in enumerate(part))] for part in parts)


def id_form(scheme: str, rng: Random) -> str:
    """Choose how a file writes an id.

    As it is, with the end that a float leaves, or with a guard for spreadsheets.
    """
    forms = {
        "salesforce": ("plain", "eighteen"),
        "small": ("plain", "plain", "float"),
        "hubspot": ("plain", "plain", "float"),
    }
    return rng.choice(forms.get(scheme, ("plain",)))


def write_id(identifier: str, form: str) -> str:
    """Write an id in one of its forms."""
    if form == "eighteen":
        return eighteen(identifier)
    return f"{identifier}.0" if form == "float" else identifier


def write_phone(number: str, form: str) -> str:
    """Write a number in one of several notations.

    As it is dialled, in groups, with two zeros, or as people of the country write it.
    """
    if form == "rounded":
        return f"{int(number):.5E}"  # as a spreadsheet shows it, and saves it
    code = "+1" if number.startswith("+1") else number[:3]
    rest = number[len(code) :]
    if form == "groups":
        return f"{code} {rest[:2]} {rest[2:5]}-{rest[5:]}"
    if form == "zeros":
        return f"00{code[1:]}{rest}"
    if form == "brackets":
        return f"({rest[:3]}) {rest[3:6]}-{rest[6:]}" if code == "+1" else f"{code} (0){rest[:2]} {rest[2:]}"
    return number


def write_email(address: str, form: str) -> str:
    """Write an address with small letters or with capitals."""
    return address.title() if form == "capitals" else address
