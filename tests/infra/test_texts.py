"""Texts by AWS End User Messaging: senders and receipts."""

from __future__ import annotations

import re

import botocore.session
import pytest

from tests.infra.roles import ACCOUNT, REGION, Act, Roles
from tests.infra.synth import FUNCTIONS, Synthesised, as_list
from tests.infra.templates import ORIGINATION

ARN = f"arn:aws:sms-voice:{REGION}:{ACCOUNT}"


def text(resource: str) -> Act:
    return Act("sms-voice:SendTextMessage", resource)


@pytest.mark.parametrize("name", ["respond", "sla"])
def test_the_senders_may_text_from_the_stages_origin_and_by_no_other_way(texting: Synthesised, name: str) -> None:
    roles = Roles(texting, {}, {})
    assert roles.allow(name, text(ORIGINATION))
    assert roles.allow(name, text(f"{ARN}:configuration-set/leadtight-texting-texts"))
    assert not roles.allow(name, text(f"{ARN}:phone-number/phone-another"))
    assert not roles.allow(name, text(f"{ARN}:configuration-set/another"))
    assert not roles.allow(name, Act("sns:Publish", "+4930901820"))


def test_nobody_else_texts(texting: Synthesised, prod: Synthesised) -> None:
    texters = {name for name in FUNCTIONS if "sms-voice:SendTextMessage" in texting.actions(name)}
    assert texters == {"respond", "sla"}
    assert not [name for name in FUNCTIONS if "sms-voice:SendTextMessage" in prod.actions(name)]


def test_every_event_of_a_text_goes_to_the_receipts(texting: Synthesised) -> None:
    [(id_, resource)] = texting.of_type("SMSVOICE::ConfigurationSet").items()
    properties = resource["Properties"]
    [destination] = properties["EventDestinations"]
    [topic] = [i for i, t in texting.of_type("SNS::Topic").items() if "receipts" in str(t["Properties"])]
    assert destination["MatchingEventTypes"] == ["TEXT_ALL"]
    assert destination["Enabled"] is True
    assert destination["SnsDestination"] == {"TopicArn": {"Ref": topic}}
    policies = texting.of_type("SNS::TopicPolicy")
    [allowing] = [i for i, policy in policies.items() if "sms-voice.amazonaws.com" in str(policy)]
    assert allowing in as_list(resource["DependsOn"])
    [statement] = [
        s
        for s in policies[allowing]["Properties"]["PolicyDocument"]["Statement"]
        if s.get("Principal") == {"Service": "sms-voice.amazonaws.com"}
    ]
    assert statement["Resource"] == {"Ref": topic}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert id_


def test_the_functions_know_the_origin_and_the_set_that_aws_accepts(texting: Synthesised) -> None:
    model = botocore.session.get_session().get_service_model("pinpoint-sms-voice-v2")
    patterns = {
        "LEADTIGHT_TEXT_ORIGINATION": model.shape_for("TextMessageOriginationIdentity").metadata["pattern"],
        "LEADTIGHT_TEXT_CONFIGURATION_SET": model.shape_for("ConfigurationSetNameOrArn").metadata["pattern"],
    }
    for name in ("respond", "sla"):
        settings = texting.function(name)["Environment"]["Variables"]
        assert all(re.fullmatch(pattern, settings[setting]) for setting, pattern in patterns.items())
        assert settings["LEADTIGHT_TEXT_ORIGINATION"] == ORIGINATION


def test_without_an_origin_texts_go_by_sns(prod: Synthesised) -> None:
    assert not prod.of_type("SMSVOICE::ConfigurationSet")
    assert "LEADTIGHT_TEXT_ORIGINATION" not in prod.function("respond")["Environment"]["Variables"]
    assert "sns:Publish" in prod.actions("respond")
