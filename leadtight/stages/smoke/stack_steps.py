"""The stack, its alarms, its queues and the operators' topic."""

from __future__ import annotations

import json
from datetime import timedelta

from leadtight.stages.checks import Verdict, failed, passed, warned
from leadtight.stages.smoke import policy_fit
from leadtight.stages.smoke.session import Session

COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
REHEARSED = ("slow-items", "unreadable-rows", "budgets")
"""Alarms that may be rung on purpose: the first that the stage has."""

BY_SMOKE = "leadtight smoke"
"""How the reasons begin for which smoke rings an alarm."""

SETTLED_WITHIN = timedelta(minutes=15)
"""How long alarms on what must not be missing may ring on a new stage."""

RINGS_WITHIN = timedelta(minutes=3)
SUCCEEDED = "Successfully executed action"


def stack_is_complete(session: Session) -> Verdict:
    """Check that the last deployment ended well."""
    status = session.stage.status()
    if status in COMPLETE:
        return passed(f"{session.stage.stack} is {status}")
    return failed(
        f"{session.stage.stack} is {status}",
        "read the stack's events in CloudFormation, mend what failed, and deploy again: `make deploy`",
    )


def policy_is_deployed(session: Session) -> Verdict:
    """Check that the functions run the stage file's policy."""
    answer = session.web.get("/health")
    deployed = str(answer.json().get("policy", ""))
    if answer.status != 200:
        return failed(f"GET /health answered {answer.status} {answer.body[:200]}", "read the log of intake")
    if deployed != session.policy.version:
        return failed(
            f"the stage runs policy {deployed or 'none'}, the stage file has {session.policy.version}",
            "deploy again, so that both are the same: `make deploy`",
        )
    return passed(f"version {answer.json().get('version')}, policy {deployed}")


def policy_has_tests(session: Session) -> Verdict:
    """Check that test leads reach no person and no report."""
    found = tuple(policy_fit.problems(session.policy, session.now()))
    if not found:
        readers = policy_fit.readers(session.policy, policy_fit.trial_tier(session.policy, session.now()))
        return passed(f"test leads go to {', '.join(sorted(readers))}: addresses of SES's mailbox simulator")
    return failed(
        "; ".join(found),
        "put this block into the policy, before its first [[tiers]], and deploy again:\n\n"
        + policy_fit.BLOCK.read_text(encoding="utf-8"),
    )


def alarms_exist(session: Session) -> Verdict:
    """Check that each alarm exists and tells the operators."""
    alarms, topic = session.stage.alarms(), session.stage.outputs["OperatorsTopicArn"]
    missing = [name for name in session.stage.alarm_names() if name not in alarms]
    silent = [alarm.name for alarm in alarms.values() if not alarm.enabled]
    untold = [alarm.name for alarm in alarms.values() if alarm.topics and topic not in alarm.topics]
    if not session.stage.alarm_names():
        return failed("the stack has no alarms", "deploy this version of the stack: `make deploy`")
    if missing or silent or untold:
        return failed(
            _listed(("missing", missing), ("with its actions disabled", silent), ("telling another topic", untold)),
            "deploy again, which makes them anew; enable actions with `aws cloudwatch enable-alarm-actions`",
        )
    return passed(f"all {len(alarms)} alarms of the template exist")


def alarms_are_quiet(session: Session) -> Verdict:
    """Check that no alarm rings once the stage has settled."""
    settled_at = session.started_at + SETTLED_WITHIN
    within = max(settled_at - session.now(), timedelta())
    if session.wait(lambda: not _ringing(session), within=within) is None:
        ringing = _ringing(session)
        return failed(
            "; ".join(f"{name}: {reason}" for name, reason in sorted(ringing.items())),
            "docs/guides/runbook.md has a section for each alarm; its description names it",
        )
    return passed("no alarm is in ALARM")


def _ringing(session: Session) -> dict[str, str]:
    """Return the reasons of ringing alarms, but for the test's."""
    ringing = [alarm for alarm in session.stage.alarms().values() if alarm.state == "ALARM"]
    return {alarm.name: alarm.reason for alarm in ringing if not alarm.reason.startswith(BY_SMOKE)}


def no_dead_letters(session: Session) -> Verdict:
    """Check that every dead-letter queue is empty."""
    waiting = {queue: count for queue, count in session.stage.dead_letters().items() if count}
    if waiting:
        return failed(
            ", ".join(f"{queue}: {count}" for queue, count in sorted(waiting.items())),
            "read one of them, mend its cause, and move them back: `leadtight redrive --stack NAME --apply`",
        )
    return passed(f"{len(session.stage.dead_letters())} queues of dead letters are empty")


def operators_are_confirmed(session: Session) -> Verdict:
    """Check that every operator's address gets the alarms."""
    found = {each.address: each.confirmed for each in session.stage.subscriptions()}
    unsubscribed = [address for address in session.settings.operators if address not in found]
    pending = [address for address, confirmed in found.items() if not confirmed]
    if unsubscribed or pending or not found:
        return failed(
            _listed(("not subscribed", unsubscribed), ("not confirmed", pending)) or "the topic has no subscription",
            "follow the link in the mail from AWS; for another mail, delete the subscription in SNS and deploy again",
        )
    return passed(f"confirmed: {len(found)}")


def an_alarm_rings(session: Session) -> Verdict:
    """Ring an alarm, and check that its mail went out."""
    alarms = session.stage.alarms()
    name = next((alarm for wanted in REHEARSED for alarm in sorted(alarms) if is_named(alarm, wanted)), None)
    if name is None:
        return failed("the stack has no alarm that may be rung", "deploy this version of the stack: `make deploy`")
    before, begun = alarms[name].state, session.now()
    if before == "ALARM":
        return warned(f"{name} already rings", "mend what it says, and run smoke again")
    try:
        session.stage.set_alarm(name, "ALARM", f"{BY_SMOKE}: this is a test, nothing is wrong")
        told = session.wait(lambda: session.stage.alarm_actions(name, begun), within=RINGS_WITHIN)
    finally:
        session.stage.set_alarm(name, "OK", f"{BY_SMOKE}: the test is over")
    if not told:
        return failed(f"{name} was set to ALARM, and no action followed", "check the alarm's action in CloudWatch")
    if not any(SUCCEEDED in summary for summary in told):
        return failed(told[0], "check the access policy of the operators' topic, and deploy again")
    session.measure("alarm_action", (session.now() - begun).total_seconds())
    return passed(f"{name}: {told[0]}; it is OK again")


def sender_is_verified(session: Session) -> Verdict:
    """Check DKIM, MAIL FROM and what the account may send."""
    identity = session.stage.sending_identity(session.settings.identity)
    if not identity.sending:
        return failed("SES has paused sending for the account", "read SES's mail about it, and ask for a review")
    if not identity.verified or identity.dkim != "SUCCESS":
        return failed(
            f"{identity.name}: verified {identity.verified}, DKIM {identity.dkim or 'absent'}",
            "put the records Dkim1 to Dkim3 of the stack's outputs into the domain's DNS",
        )
    if identity.mail_from not in (None, "SUCCESS"):
        return failed(
            f"{identity.name}: MAIL FROM is {identity.mail_from}",
            "put the MX and SPF records of the stack's outputs into the domain's DNS",
        )
    if identity.in_sandbox:
        return warned(
            f"{identity.name} is verified; the account is in SES's sandbox, where no real lead gets a mail",
            "request production access in the SES console",
        )
    return passed(f"{identity.name}: DKIM SUCCESS, MAIL FROM {identity.mail_from or 'of amazonses.com'}")


def is_named(alarm: str, name: str) -> bool:
    """Return whether an alarm's name contains another."""
    return name.replace("-", "") in alarm.replace("-", "").casefold()


def _listed(*groups: tuple[str, list[str]]) -> str:
    return "; ".join(f"{label}: {', '.join(sorted(names))}" for label, names in groups if names)


def shape(event: object) -> object:
    """Return a JSON value's keys and kinds of values.

    The words that say what happened stay; addresses and texts do not.
    """
    if isinstance(event, dict):
        return {key: value if key in TELLING else shape(value) for key, value in sorted(event.items())}
    if isinstance(event, list):
        return [shape(each) for each in event[:1]]
    return type(event).__name__


TELLING = ("eventType", "notificationType", "bounceType", "bounceSubType", "complaintFeedbackType", "action", "status")


def as_json(value: object) -> str:
    """Return a value as JSON for people."""
    return json.dumps(value, indent=2, sort_keys=True) + "\n"
