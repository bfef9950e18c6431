"""The choice of an owner by plain code.

Every rule and person is evaluated, and nothing is cached.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import gcd
from typing import Any

from leadtight.bench.synthetic_company import Situation
from leadtight.domain.model.capacity import Caps, OwnerState
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import LEAD
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import Pool, Strategy

SKILL_FIELDS = ("language", "product", "region", "country")


def owner_of(policy: Policy, situation: Situation) -> str:
    """Return the owner of a situation's lead.

    The first matching rule decides, then who is free, then the highest credit. It handles no existing owner, tier's
    pool or handover: a `Situation` has none.
    """
    rule = next(r for r in policy.routing.rules if _holds(r.when, policy, situation.lead))
    pool = policy.pools[rule.pool]
    for given_up in (pool.relax[:n] for n in range(len(pool.relax) + 1)):
        free = [p for p in pool.members if _is_free(policy, pool, situation, p, given_up)]
        at_work = [p for p in free if pool.outside_hours == "assign" or _shift(policy, situation, p) == situation.now]
        waiting = [p for p in free if pool.outside_hours == "shift_start" and not _is_away_then(policy, situation, p)]
        if at_work or waiting:
            return _by_turn(policy, pool, situation, at_work or waiting)
    return policy.routing.catch_all


def _shift(policy: Policy, situation: Situation, person_id: str) -> datetime:
    return policy.calendar_of(person_id).next_open(situation.now)


def _is_away_then(policy: Policy, situation: Situation, person_id: str) -> bool:
    begins = _shift(policy, situation, person_id)
    return any(away.start <= begins < away.end for away in policy.people[person_id].away)


def _holds(condition: Condition, policy: Policy, lead: Lead) -> bool:
    when, inquiry = condition, lead.inquiry
    size, value, is_known_owner = inquiry.company_size, inquiry.value, lead.known_owner_id in policy.people
    sides = [
        not when.source or _is_among(lead.source, when.source),
        not when.form or _is_among(lead.form or "", when.form),
        not when.country or _is_among(inquiry.country, when.country),
        not when.region or _is_among(inquiry.region, when.region),
        not when.language or _is_among(inquiry.language, when.language),
        not when.product or _is_among(inquiry.product, when.product),
        not when.phone_prefix or any((inquiry.phone or "").startswith(prefix) for prefix in when.phone_prefix),
        not when.postcode or any(_is_postcode(inquiry.postcode, pattern) for pattern in when.postcode),
        not when.account or _is_among(inquiry.company, when.account) or _is_domain(inquiry.email, when.account),
        not when.email or _is_address(inquiry.email or "", when.email),
        not when.message_has or any(_has_word(inquiry.message, word) for word in when.message_has),
        all(key in inquiry.fields and _is_among(inquiry.fields[key], v) for key, v in when.field_is.items()),
        when.min_value is None or (value is not None and value >= when.min_value),
        when.min_company_size is None or (size is not None and size >= when.min_company_size),
        when.max_company_size is None or (size is not None and size <= when.max_company_size),
        when.min_score is None or lead.score.total >= when.min_score,
        when.existing_owner is None or when.existing_owner == is_known_owner,
        when.after_hours_of is None or policy.calendars[when.after_hours_of].is_after_hours(lead.received_at),
    ]
    return all(sides)


def _is_among(value: str, wanted: tuple[str, ...]) -> bool:
    return any(value and value.casefold() == option.casefold() for option in wanted)


def _is_domain(email: str | None, wanted: tuple[str, ...]) -> bool:
    return _is_among((email or "").split("@")[-1], wanted)


def _is_address(email: str, wanted: tuple[str, ...]) -> bool:
    domains = tuple(option[1:] for option in wanted if option.startswith("@"))
    return _is_among(email, wanted) or _is_domain(email, domains)


def _is_postcode(postcode: str, pattern: str) -> bool:
    code, pattern = re.sub(r"\s", "", postcode).upper(), re.sub(r"\s", "", pattern).upper()
    ends = re.fullmatch(r"(\d+)-(\d+)", pattern)
    if ends and len(ends[1]) == len(ends[2]):
        return bool(re.fullmatch(r"\d+", code)) and len(code) == len(ends[1]) and ends[1] <= code <= ends[2]
    return bool(code) and (code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern)


def _has_word(message: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", message, re.IGNORECASE) is not None


def _is_free(policy: Policy, pool: Pool, situation: Situation, person_id: str, given_up: tuple[str, ...]) -> bool:
    person, state, now = policy.people[person_id], situation.roster[person_id], situation.now
    zone = policy.calendar_of(person_id).zone
    skills, inquiry = person.skills, situation.lead.inquiry
    return (
        person.active
        and person_id not in situation.not_again
        and not (state.away_until and now < state.away_until)
        and not any(away.start <= now < away.end for away in person.away)
        and all(_meets(inquiry, need, skills) for need in pool.require if need not in given_up)
        and not (situation.lead.counts_to_cap and _is_full(person.caps, state, now, zone))
    )


def _meets(inquiry: Any, need: str, skills: frozenset[str]) -> bool:
    wanted = getattr(inquiry, need).casefold()
    return not wanted or wanted in skills or (need == "language" and wanted.split("-")[0] in skills)


def _is_full(caps: Caps, state: OwnerState, now: datetime, zone: Any) -> bool:
    today = [at for at in state.recent if at.astimezone(zone).date() == now.astimezone(zone).date()]
    hour = [at for at in state.recent if now - at < timedelta(hours=1)]
    steps = [
        step.day for step in caps.ramp if caps.started and (now.astimezone(zone).date() - caps.started).days < step.days
    ]
    most_a_day = [most for most in (caps.day, *steps[:1]) if most is not None]
    return (
        (caps.open is not None and state.open >= caps.open)
        or (caps.hour is not None and len(hour) >= caps.hour)
        or any(len(today) >= most for most in most_a_day)
    )


def _by_turn(policy: Policy, pool: Pool, situation: Situation, free: list[str]) -> str:
    inquiry, roster, earned = situation.lead.inquiry, situation.roster, situation.rotation.credits
    weights = {p: 1 if pool.strategy is Strategy.ROUND_ROBIN else pool.members[p] for p in free}
    if pool.strategy is Strategy.LEAST_LOADED:
        least = min(roster[p].open / weights[p] for p in free)
        free = [p for p in free if roster[p].open / weights[p] == least]
    if pool.strategy is Strategy.BEST_MATCH:
        needs = [need for need in SKILL_FIELDS if getattr(inquiry, need)]
        counts = {p: sum(_meets(inquiry, need, policy.people[p].skills) for need in needs) for p in free}
        free = [p for p in free if counts[p] == max(counts.values())]
    among = [weights[p] for p in free]
    unit = LEAD // (sum(among) // gcd(*among))
    return max(free, key=lambda p: earned.get(p, 0) + weights[p] // gcd(*among) * unit)
