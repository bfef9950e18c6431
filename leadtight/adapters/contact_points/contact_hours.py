"""Permitted contact hours by the places of a number (H3).

A number without a place, or a lead that names another place than its number's, has several candidate zones: a text
waits for an instant that is permitted in each.
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
    """Contact hours by the lead's zone, number, country and state.

    A zone that the lead gave goes first.
    """

    def windows(self, number: str, inquiry: Inquiry) -> tuple[ContactWindow, ...]:
        """Return the permitted hours of every candidate place.

        `number` is in E.164; the result is empty when no place is known. A lead that gave its zone is there. A state's
        hours hold for its numbers and for people who say they live there, in the local time of wherever they are.
        """
        state_given = _state_given(inquiry)
        zones = _zones_given(inquiry) or _of_number(number) | (
            _of_state(state_given) if state_given else _of_country(inquiry, number)
        )
        windows = [_window(zone, rules()[EVERYWHERE]) for zone in sorted(zones)]
        for state, is_certain in _states(number, state_given, inquiry.country):
            rule, here = rules().get(f"US-{state.code}"), _of_state(state) & zones
            if rule and (here or is_certain):
                windows += [_window(zone, rule) for zone in sorted(here or zones)]
        return tuple(windows)


def _window(zone: str, rule: Rule) -> ContactWindow:
    return ContactWindow(zone=ZoneInfo(zone), week=rule.week, closed=rule.closed)


def _states(number: str, state_given: UsState | None, country: str) -> Iterator[tuple[UsState, bool]]:
    """Yield candidate states, each with whether it is certain.

    They come from the number and the inquiry; without either, they are all states of the country.
    """
    of_number = [s for s in states() if number.startswith(AMERICAN) and number[2:5] in s.area_codes]
    named_states = dict.fromkeys([*of_number, *([state_given] if state_given else [])])
    unplaced = country in ("US", "") and number.startswith(AMERICAN) and _is_unplaced(number)
    anywhere = not named_states and (unplaced or country == "US")
    yield from ((state, True) for state in named_states)
    yield from ((state, False) for state in (states() if anywhere else ()))


def _is_unplaced(number: str) -> bool:
    """Check whether an American number has no area.

    Numbers such as 800 belong to many zones.
    """
    return len(_of_number(number)) > 2


def _zones_given(inquiry: Inquiry) -> frozenset[str]:
    """Return the zone given by the lead (tz name)."""
    return _known((inquiry.fields.get(SAID, ""),))


def _state_given(inquiry: Inquiry) -> UsState | None:
    """Return the state given in the United States.

    It is recognised by its code or its name.
    """
    region = inquiry.region.casefold().removeprefix("us-").strip()
    if inquiry.country not in ("US", ""):
        return None
    return next((s for s in states() if region in (s.code.casefold(), s.name.casefold())), None)


@cache
def _of_number(number: str) -> frozenset[str]:
    """Return the zones of a number.

    They are those of its prefix, else of its whole country.
    """
    import phonenumbers
    from phonenumbers import timezone

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return frozenset()
    return _known(timezone.time_zones_for_number(parsed)) or _of_prefix(str(parsed.country_code))


def _of_country(inquiry: Inquiry, number: str) -> frozenset[str]:
    """Return the zones of the country that a lead gave.

    A number of that country tells more and goes first.
    """
    import phonenumbers

    code = phonenumbers.country_code_for_region(inquiry.country) if inquiry.country else 0
    return _of_prefix(str(code)) if code and not number.startswith(f"+{code}") else frozenset()


@cache
def _of_state(state: UsState) -> frozenset[str]:
    """Return the zones of a state's area codes.

    A new code without a zone has those of the others.
    """
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

    zones = next((TIMEZONE_DATA[digits[:n]] for n in range(len(digits), 0, -1) if digits[:n] in TIMEZONE_DATA), ())
    return _known(zones)


def _known(zones: tuple[str, ...]) -> frozenset[str]:
    return frozenset(zone for zone in zones if zone not in ("", NO_ZONE) and _exists(zone))


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
