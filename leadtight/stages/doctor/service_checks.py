"""The API's domain, texts, calls and the operators."""

from __future__ import annotations

from leadtight.stages.checks import Verdict, failed, not_asked, passed, warned
from leadtight.stages.doctor.account import found
from leadtight.stages.doctor.checked_stage import FRONT_REGION, CheckedStage

FIRST_SPEND_LIMIT = 1.0
"""US dollars a month that a new account may spend on texts."""


def certificate_is_issued(checked: CheckedStage) -> Verdict:
    """Judge the certificate of the API's own domain."""
    api = checked.stage.api
    if not api.domain or not api.certificate:
        return not_asked("the API has AWS's address")
    return _certificate(checked, api.certificate, api.domain, checked.stage.region)


def front_certificate_is_issued(checked: CheckedStage) -> Verdict:
    """Judge the certificate of CloudFront's domain."""
    front = checked.stage.front
    if not front or not front.domain or not front.certificate:
        return not_asked("CloudFront has no domain of the stage")
    return _certificate(checked, front.certificate, front.domain, FRONT_REGION)


def _certificate(checked: CheckedStage, arn: str, domain: str, region: str) -> Verdict:
    answer = found(
        checked.account, "acm", "describe_certificate", "ResourceNotFoundException", region=region, CertificateArn=arn
    )
    if answer is None:
        return failed(f"{arn} does not exist", f"request one for {domain} in Certificate Manager, {region}")
    certificate = answer["Certificate"]
    names = [certificate.get("DomainName", ""), *certificate.get("SubjectAlternativeNames", [])]
    if not any(_covers(name, domain) for name in names):
        return failed(f"it is for {', '.join(dict.fromkeys(names))}, not for {domain}", f"request one for {domain}")
    if certificate["Status"] != "ISSUED":
        return failed(
            f"it is {certificate['Status'].lower().replace('_', ' ')}",
            "add the CNAME record that Certificate Manager shows to your DNS, and wait until it is issued",
        )
    return passed(f"issued for {domain}")


def _covers(name: str, domain: str) -> bool:
    """Return whether a certificate's name covers a domain.

    A wildcard stands for one label.
    """
    is_wildcard = name.startswith("*.") and name[2:] == domain.partition(".")[2]
    return name == domain or is_wildcard


def domain_leads_here(checked: CheckedStage) -> Verdict:
    """Judge whether the API's domain is in DNS."""
    domain = checked.stage.api.domain
    if not domain:
        return not_asked("the API has AWS's address")
    for kind in ("CNAME", "A", "AAAA"):
        if records := checked.dns.records(domain, kind):
            return passed(f"{domain} {kind} {records[0]}")
    return warned(
        f"{domain} is not in DNS: forms and links do not reach the stage",
        "after the deployment, add the record of its output HttpTarget"
        if checked.stack() is None
        else "add the record of the output HttpTarget to your DNS",
    )


def texts_arrive(checked: CheckedStage) -> Verdict:
    """Judge whether texts are sent, and how many."""
    if checked.policy is None:
        return not_asked("the policy is not valid")
    if checked.stage.texts.origination:
        return _texts_from(checked, checked.stage.texts.origination)
    account = checked.account
    mend = "or leave texts alone: mails and alerts by mail go without them"
    if account.ask("sns", "get_sms_sandbox_account_status")["IsInSandbox"]:
        return warned(
            "texts are in their sandbox: only verified numbers get any", f"SNS console, Exit SMS sandbox; {mend}"
        )
    attributes = account.ask("sns", "get_sms_attributes", attributes=["MonthlySpendLimit"]).get("attributes", {})
    limit = float(attributes.get("MonthlySpendLimit", FIRST_SPEND_LIMIT))
    if limit <= FIRST_SPEND_LIMIT:
        saw = f"SNS stops at {limit:g} USD of texts a month"
        return warned(saw, f"SNS console, Text messaging, Account spend limit; {mend}")
    return passed(f"texts are on, up to {limit:g} USD a month")


def _texts_from(checked: CheckedStage, origination: str) -> Verdict:
    """Judge AWS End User Messaging: sandbox, spend limit, sender."""
    account, service, console = checked.account, "pinpoint-sms-voice-v2", "End User Messaging console"
    attributes = account.ask(service, "describe_account_attributes").get("AccountAttributes", [])
    if {"Name": "ACCOUNT_TIER", "Value": "SANDBOX"} in attributes:
        return warned(
            "texts are in their sandbox: only verified numbers get any", f"{console}, Request production access"
        )
    if not _is_active(checked, origination):
        return failed(f"{origination} is not active, or not here", f"{console}: look at its registration")
    limits = account.ask(service, "describe_spend_limits").get("SpendLimits", [])
    allowed = [each["EnforcedLimit"] for each in limits if each["Name"] == "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT"]
    if allowed and allowed[0] <= FIRST_SPEND_LIMIT:
        return warned(
            f"the service stops at {allowed[0]} USD of texts a month", f"{console}, Account settings, Spend limits"
        )
    return passed(f"texts come from {origination.rpartition(':')[2]}, with receipts")


def _is_active(checked: CheckedStage, origination: str) -> bool:
    """Return whether the service may send from an ARN.

    A shared one is seen as another account's.
    """
    kind, name = origination.rpartition(":")[2].split("/")[:2]
    operation, key, arn = SENDERS[kind]
    answer = checked.account.ask("pinpoint-sms-voice-v2", operation)
    there = [each for each in answer.get(key, []) if each[arn] == origination or name in each[arn].split("/")]
    return any(each.get("Status", "ACTIVE") == "ACTIVE" for each in there)


SENDERS = {
    "phone-number": ("describe_phone_numbers", "PhoneNumbers", "PhoneNumberArn"),
    "pool": ("describe_pools", "Pools", "PoolArn"),
    "sender-id": ("describe_sender_ids", "SenderIds", "SenderIdArn"),
}
"""Question and answer by kind of sender."""


def calls_can_be_placed(checked: CheckedStage) -> Verdict:
    """Judge Amazon Connect's instance and contact flow."""
    voice = checked.policy.voice if checked.policy else None
    if voice is None:
        return not_asked("the policy places no calls")
    gone = ("ResourceNotFoundException", "InvalidParameterException")
    instance = found(checked.account, "connect", "describe_instance", *gone, InstanceId=voice.instance)
    if instance is None:
        return failed(f"Amazon Connect has no instance {voice.instance}", "correct `voice.instance` in the policy")
    if not instance["Instance"].get("OutboundCallsEnabled"):
        return failed("the instance places no outbound calls", "Amazon Connect console, Telephony: allow them")
    flow = found(
        checked.account,
        "connect",
        "describe_contact_flow",
        *gone,
        InstanceId=voice.instance,
        ContactFlowId=voice.contact_flow,
    )
    if flow is None:
        return failed(f"it has no contact flow {voice.contact_flow}", "correct `voice.contact_flow` in the policy")
    return passed(f"{instance['Instance'].get('InstanceAlias', voice.instance)}: {flow['ContactFlow']['Name']}")


def operators_are_reached(checked: CheckedStage) -> Verdict:
    """Judge whether anyone receives the alarms."""
    operators, topic = checked.stage.operators, checked.outputs().get("OperatorsTopicArn")
    if not operators.emails and not operators.url:
        return warned("no one receives the alarms", f"name addresses in [operators] of {checked.stage.path.name}")
    if topic is None:
        return not_asked("they are asked by mail after the deployment")
    subscriptions = checked.account.ask("sns", "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]
    confirmed = {each["Endpoint"] for each in subscriptions if each["SubscriptionArn"].startswith("arn:")}
    wanted = [*operators.emails, *([operators.url] if operators.url else [])]
    if missing := [each for each in wanted if each not in confirmed]:
        return failed(
            f"{', '.join(missing)} has not confirmed the subscription", "open the link in AWS's mail; it expires"
        )
    return passed(f"{len(wanted)} confirmed")
