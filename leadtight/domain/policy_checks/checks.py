"""Checks that a policy can be kept.

They run before it is used, so that the core never meets a gap in it.
"""

from collections.abc import Iterator, Mapping

from leadtight.domain.intake.human_handoff import check_concerns
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.errors import Problem
from leadtight.domain.model.message import LEAD
from leadtight.domain.model.sla import NEXT_ACTION
from leadtight.domain.model.stage import Stage
from leadtight.domain.ownership.delegation import check_delegates
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.outcomes import OBJECTION, OWNER, OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import CLOSE, MANAGER
from leadtight.domain.policy_checks.conditions import check_conditions
from leadtight.domain.policy_checks.forms import check_forms
from leadtight.domain.policy_checks.pools import check_people, check_pools, check_test_tiers
from leadtight.domain.policy_checks.reporting import check_reporting
from leadtight.domain.policy_checks.role_names import check_role_names
from leadtight.domain.policy_checks.sequences import check_sequences
from leadtight.domain.policy_checks.webhooks import check_webhooks
from leadtight.domain.text.suggestions import unknown

_LOST_ONLY = (OutcomeMeaning.OPT_OUT, OutcomeMeaning.NO_RESPONSE)
_RESERVED = frozenset({LEAD, MANAGER, OWNER, "-"})  # the lead's person, its manager, its owner, no one


def check_policy(policy: Policy) -> Iterator[Problem]:
    """Yield problems of a well-formed policy that cannot be kept.

    They are unknown names, and promises with gaps.
    """
    yield from _unknown_names(policy)
    yield from _check_targets(policy)
    yield from _open_ends(policy)
    yield from _misleading_names(policy)
    yield from _check_outcomes(policy)
    yield from _check_outcome_mails(policy)
    yield from _check_stages(policy)
    yield from check_conditions(policy)
    yield from check_pools(policy)
    yield from check_test_tiers(policy)
    yield from check_people(policy)
    yield from check_role_names(policy)
    yield from check_delegates(policy)
    yield from check_sequences(policy)
    yield from check_forms(policy)
    yield from check_concerns(policy)
    yield from check_webhooks(policy)
    yield from check_reporting(policy)
    if policy.messaging.sms_until <= policy.messaging.sms_from:
        yield Problem("messaging.sms_until", "must be after `sms_from`")
    for name, calendar in policy.calendars.items():
        if not calendar.always and not any(calendar.week.values()):
            yield Problem(f"calendars.{name}.hours", "is never open")


def _misleading_names(policy: Policy) -> Iterator[Problem]:
    for name in policy.people.keys() & _RESERVED:
        yield Problem(f"people.{name}", "this name is reserved: messages and steps use it for other people")


def _check_outcomes(policy: Policy) -> Iterator[Problem]:
    if not any(outcome.is_conversation for outcome in policy.outcomes.values()):
        yield Problem("outcomes", "needs one with `contact = true`: nothing else stops the first-response clock")
    for name, outcome in policy.outcomes.items():
        yield from _check_contact(name, outcome)
        is_timed = outcome.after is not None or outcome.pool is not None
        if not outcome.closes and (not is_timed or outcome.next_action is None):
            yield Problem(f"outcomes.{name}", "needs `next_action` and `after` unless its stage is won or lost")
        if outcome.pool and (outcome.closes or outcome.after is not None):
            detail = (
                "a closed lead does not move to a pool"
                if outcome.closes
                else "leave out `after`: the target of the pool counts"
            )
            yield Problem(f"outcomes.{name}.pool", detail)


def _check_contact(name: str, outcome: OutcomeRule) -> Iterator[Problem]:
    """Yield contacts without evidence (F12, Q3).

    They are changes of stage and attempts.
    """
    if outcome.contact and outcome.closes:
        detail = (
            "closing a lead is not a contact: set it to false, and `asks_how = true` to have it stated how they spoke"
        )
        yield Problem(f"outcomes.{name}.contact", detail)
    elif outcome.contact and not outcome.is_conversation and outcome.means not in _LOST_ONLY:
        detail = "must be `reply` or `booking` for a contact: an attempt, a voicemail or a change of stage is none"
        yield Problem(f"outcomes.{name}.means", detail)
    elif outcome.stage is Stage.CONTACTED and not outcome.contact:
        yield Problem(f"outcomes.{name}.stage", "only a contact moves a lead to `contacted`: leave it out")
    if outcome.asks_how and outcome.is_conversation:
        yield Problem(f"outcomes.{name}.asks_how", "leave it out: the outcome is a contact by itself")


def _check_outcome_mails(policy: Policy) -> Iterator[Problem]:
    """Yield outcomes without the mail that they should send.

    They are objections without an asset, and booking links without an address.
    """
    for name, outcome in policy.outcomes.items():
        is_objection = name.startswith(OBJECTION)
        if is_objection != (outcome.asset is not None):
            detail = (
                "an objection needs one" if is_objection else f"only outcomes named `{OBJECTION}` and a type have one"
            )
            yield Problem(f"outcomes.{name}.asset", detail)
        if outcome.closes and (outcome.sends_booking_link or outcome.asset):
            yield Problem(f"outcomes.{name}", "sends nothing to a closed lead")
        if outcome.sends_booking_link and not any(map(policy.booking_url_of, (None, *policy.people))):
            yield Problem(f"outcomes.{name}.sends_booking_link", "needs a `booking_url` of the company or of a person")


def _check_targets(policy: Policy) -> Iterator[Problem]:
    for name, target in policy.targets.items():
        if name != NEXT_ACTION and (target.within is None) == (target.by is None):
            yield Problem(f"targets.{name}", "needs exactly one of `within` and `by`")
        calendar = policy.calendars.get(target.calendar)
        if target.by == CLOSE and calendar and calendar.always:
            yield Problem(f"targets.{name}.by", f"calendar {target.calendar!r} never closes")
    for number, tier in enumerate(policy.tiers):
        if NEXT_ACTION in (tier.target, *tier.target_by_source.values()):
            yield Problem(f"tiers[{number}].target", "must be a target for the first answer")
    if NEXT_ACTION not in policy.targets:
        yield Problem(f"targets.{NEXT_ACTION}", "is missing: every open lead has a next action with a clock")


def _check_stages(policy: Policy) -> Iterator[Problem]:
    """Yield gaps in the stage rules.

    A policy without any stage rule watches no stage.
    """
    for stage in Stage if policy.stages else ():
        if stage.is_closed == (stage in policy.stages):
            yield Problem(f"stages.{stage}", "is a final stage: it has no rule" if stage.is_closed else "is missing")
    for stage, rule in policy.stages.items():
        if rule.owner not in (OWNER, MANAGER, *policy.people):
            yield Problem(f"stages.{stage}.owner", unknown("person", rule.owner, policy.people))
        if rule.counted_in is not None and rule.counted_in not in policy.calendars:
            yield Problem(f"stages.{stage}.counted_in", unknown("calendar", rule.counted_in, policy.calendars))
        if rule.bypass is not None and rule.bypass not in policy.pools:
            yield Problem(f"stages.{stage}.bypass", unknown("pool", rule.bypass, policy.pools))
        if not rule.exit:
            yield Problem(f"stages.{stage}.exit", "must name the stages that a lead may move to")


def _open_ends(policy: Policy) -> Iterator[Problem]:
    if not policy.tiers or policy.tiers[-1].when != Condition():
        yield Problem("tiers", "the last tier must have no condition, so that every lead has a tier")
    rules = policy.routing.rules
    if not rules or rules[-1].when != Condition():
        yield Problem("routing.rules", "the last rule must have no condition, so that every lead has a pool")


def _unknown_names(policy: Policy) -> Iterator[Problem]:
    for path, kind, name, candidates in (*_references(policy), *_pools_of_tiers(policy)):
        if name not in candidates:
            yield Problem(path, unknown(kind, name, candidates))
    for name, target in policy.targets.items():
        for level, rung in enumerate(target.escalate):
            if rung.notify != MANAGER and rung.notify not in policy.people:
                yield Problem(f"targets.{name}.escalate[{level}].notify", unknown("person", rung.notify, policy.people))


def _references(policy: Policy) -> Iterator[tuple[str, str, str, Mapping[str, object]]]:
    yield "routing.catch_all", "person", policy.routing.catch_all, policy.people
    for name, person in policy.people.items():
        yield f"people.{name}.team", "team", person.team, policy.teams
        if person.calendar is not None:
            yield f"people.{name}.calendar", "calendar", person.calendar, policy.calendars
    for name, team in policy.teams.items():
        yield f"teams.{name}.manager", "person", team.manager, policy.people
        yield f"teams.{name}.calendar", "calendar", team.calendar, policy.calendars
    for name, pool in policy.pools.items():
        for member in pool.members:
            yield f"pools.{name}.members", "person", member, policy.people
        for other in pool.hands_over_to:
            yield f"pools.{name}.hands_over_to", "pool", other, policy.pools
        if pool.target is not None:
            yield f"pools.{name}.target", "target", pool.target, policy.targets
    yield from _references_of_promises(policy)


def _references_of_promises(policy: Policy) -> Iterator[tuple[str, str, str, Mapping[str, object]]]:
    for number, tier in enumerate(policy.tiers):
        yield f"tiers[{number}].target", "target", tier.target, policy.targets
        for source, name in tier.target_by_source.items():
            yield f"tiers[{number}].target_by_source.{source}", "target", name, policy.targets
    for number, rule in enumerate(policy.routing.rules):
        yield f"routing.rules[{number}].pool", "pool", rule.pool, policy.pools
    for name, target in policy.targets.items():
        yield f"targets.{name}.calendar", "calendar", target.calendar, policy.calendars
    for name, outcome in policy.outcomes.items():
        if outcome.counted_in is not None:
            yield f"outcomes.{name}.counted_in", "calendar", outcome.counted_in, policy.calendars
        if outcome.pool is not None:
            yield f"outcomes.{name}.pool", "pool", outcome.pool, policy.pools


def _pools_of_tiers(policy: Policy) -> Iterator[tuple[str, str, str, Mapping[str, object]]]:
    for number, tier in enumerate(policy.tiers):
        if tier.pool is not None:
            yield f"tiers[{number}].pool", "pool", tier.pool, policy.pools
