"""Where a number may be, and when it may be texted or called there (H3).

Several zones, as of a number without a place or of a lead that names another place than its number's, are all
candidates: a text waits for an instant that is permitted in each.
"""

from collections.abc import Iterator
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadtight.adapters.contact_points.timezones import SAID
from leadtight.domain.compliance.contact_hours import ContactWindow
from leadtight.domain.model.inquiry import Inquiry
from leadtight.reference.calling_hours import EVERYWHERE, Rule, UsState, rules, states

AMERICAN = "+1"
NO_ZONE = "Etc/Unknown"


class RealHours:
    """Candidates by the zone that the lead told, else by its number and the country and state that it names."""

    def windows(self, number: str, inquiry: Inquiry) -> tuple[ContactWindow, ...]:
        """Return the permitted hours of every place where the number in E.164 may be; none when nothing is known.

        A lead that told its zone is there. A state's hours hold for its numbers and for who says to live there,
        by the clock of wherever they are.
        """
        said = _said(inquiry)
        zones = _told(inquiry) or _of_number(number) | (_of_state(said) if said else _of_country(inquiry, number))
        found = [_window(zone, rules()[EVERYWHERE]) for zone in sorted(zones)]
        for state, known in _states(number, said, inquiry.country):
            rule, here = rules().get(f"US-{state.code}"), _of_state(state) & zones
            if rule and (here or known):
                found += [_window(zone, rule) for zone in sorted(here or zones)]
        return tuple(found)


def _window(zone: str, rule: Rule) -> ContactWindow:
    return ContactWindow(zone=ZoneInfo(zone), week=rule.week, closed=rule.closed)


def _states(number: str, said: UsState | None, country: str) -> Iterator[tuple[UsState, bool]]:
    """Yield the states where somebody may be, and whether they are known to be of there.

    These are the states of their number and their words, else every one of a country without one.
    """
    of_number = [s for s in states() if number.startswith(AMERICAN) and number[2:5] in s.area_codes]
    known = dict.fromkeys([*of_number, *([said] if said else [])])
    unplaced = country in ("US", "") and number.startswith(AMERICAN) and _is_unplaced(number)
    anywhere = not known and (unplaced or country == "US")
    yield from ((state, True) for state in known)
    yield from ((state, False) for state in (states() if anywhere else ()))


def _is_unplaced(number: str) -> bool:
    """Tell whether an American number belongs to no single country's area code: it has many zones, as 800 has."""
    return len(_of_number(number)) > 2


def _told(inquiry: Inquiry) -> frozenset[str]:
    """Return the zone that a lead told, by its name in the tz database."""
    return _known((inquiry.fields.get(SAID, ""),))


def _said(inquiry: Inquiry) -> UsState | None:
    """Return the state that a lead in the United States names, by its code or its name."""
    given = inquiry.region.casefold().removeprefix("us-").strip()
    if inquiry.country not in ("US", ""):
        return None
    return next((s for s in states() if given in (s.code.casefold(), s.name.casefold())), None)


@cache
def _of_number(number: str) -> frozenset[str]:
    """Return the zones of a number; those of its whole country when its prefix tells none."""
    import phonenumbers
    from phonenumbers import timezone

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return frozenset()
    return _known(timezone.time_zones_for_number(parsed)) or _of_prefix(str(parsed.country_code))


def _of_country(inquiry: Inquiry, number: str) -> frozenset[str]:
    """Return the zones of the country that a lead names, unless its number is from there and tells more."""
    import phonenumbers

    code = phonenumbers.country_code_for_region(inquiry.country) if inquiry.country else 0
    return _of_prefix(str(code)) if code and not number.startswith(f"+{code}") else frozenset()


@cache
def _of_state(state: UsState) -> frozenset[str]:
    """Return the zones of a state's area codes; of a new code, without a zone yet, the others tell."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    return frozenset[str]().union(
        *(
            _known(zones)
            for prefix, zones in TIMEZONE_DATA.items()
            if prefix[:1] == "1" and prefix[1:4] in state.area_codes
        )
    )


def _of_prefix(digits: str) -> frozenset[str]:
    from phonenumbers.tzdata import TIMEZONE_DATA

    found = next((TIMEZONE_DATA[digits[:n]] for n in range(len(digits), 0, -1) if digits[:n] in TIMEZONE_DATA), ())
    return _known(found)


def _known(zones: tuple[str, ...]) -> frozenset[str]:
    return frozenset(zone for zone in zones if zone not in ("", NO_ZONE) and _exists(zone))


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
