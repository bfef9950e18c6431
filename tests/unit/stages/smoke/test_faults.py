"""Faults of a stage, and the steps that find them."""

import json
import re
from pathlib import Path

import pytest

from leadtight.policy import loader as policies
from leadtight.stages.checks import exit_code
from leadtight.stages.smoke import policy_fit
from leadtight.stages.smoke.program import steps
from leadtight.stages.smoke.results import write
from leadtight.stages.smoke.session import journal
from tests.unit.stages.smoke.trial_stage import POLICY, TrialDeployment, outcomes, played, trial

SHIPPED = policies.shipped()
FAULTS = [
    ("rolled back", "stack-complete", "UPDATE_ROLLBACK_COMPLETE"),
    ("alarm missing", "alarms-exist", "missing: leadtight-trial-http-5xx"),
    ("alarm disabled", "alarms-exist", "with its actions disabled"),
    ("alarm rings", "alarms-quiet", "leadtight-trial-http-5xx: a request got a 5xx"),
    ("dead letter", "dead-letters", "leadtight-trial-receipts-dead: 1"),
    ("not confirmed", "operators-confirmed", "not confirmed: ops@example.com"),
    ("no subscription", "operators-confirmed", "not subscribed: ops@example.com"),
    ("alarm is silent", "alarm-rings", "no action followed"),
    ("topic refuses", "alarm-rings", "Failed to execute action"),
    ("no dkim", "sender-verified", "DKIM PENDING"),
    ("not verified", "sender-verified", "verified False"),
    ("no mail from", "sender-verified", "MAIL FROM is FAILED"),
    ("paused", "sender-verified", "paused"),
    ("unknown route answered", "unknown-route", "answered 200"),
    ("strangers may read", "cors", "may read answers"),
    ("large post breaks", "large-post", "500"),
    ("multipart breaks", "forms-taken", "parts: 400"),
    ("sla fails", "functions-run", "sla: AccessDeniedException"),
    ("keys are ignored", "lead-once", "the same key answered 202"),
    ("link is refused", "link-records", "answered 403"),
    ("outcome is lost", "link-records", "answered 303"),
    ("undo is lost", "link-undoes", "answered 303"),
    ("mail is lost", "mail-in", "neither a lead nor in the quarantine"),
    ("reply is lost", "reply-joins", "did not join"),
    ("signature ignored", "webhook-signed", "a wrong signature at /webhooks/partner was answered 202"),
    ("signature refused", "webhook-signed", "a right signature at /webhooks/partner was answered 401"),
    ("no receipt from bounce", "mail-bounced", "is sent"),
    ("no receipt from complaint", "mail-complained", "is sent"),
    ("no receipt from suppressionlist", "mail-suppressed", "is sent"),
    ("no receipt from ooto", "mail-auto-reply", "is sent"),
    ("no events", "ses-events", "no event came"),
    ("alarms are late", "lead-enforced", "late"),
    ("board is broken", "pages-open", "board answered 500"),
    ("tests counted", "report-written", "count the test leads as leads"),
    ("report refused", "report-opens", "answered 403"),
    ("athena denied", "facts-queried", "insufficient permissions"),
    ("facts missing", "facts-queried", "Athena counts 8, the page 9"),
    ("5xx in a burst", "burst", "503"),
    ("no metric", "metrics", "no metric Leadtight/SweepRepairs"),
    ("recursion", "no-recursion", "dropped 1 invocations"),
    ("log of denial", "logs-clean", "AccessDenied"),
    ("mail left", "nothing-left", "mail inbound"),
    ("tap left", "nothing-left", "queue leadtight-trial-smoke-r1"),
    ("schedule left", "nothing-left", "schedule lead-"),
    ("alarm stays", "nothing-left", "rings for a test"),
    ("leads stay", "nothing-left", "is not erased"),
]


def test_a_stage_without_faults_passes_every_step(tmp_path: Path) -> None:
    results = played(trial(tmp_path))
    assert {result.verdict.saw for result in results.values() if result.verdict.status != "pass"} == set()
    assert len(results) == len(steps(lambda *_: None))  # type: ignore[arg-type]  # never asked


@pytest.mark.parametrize(("fault", "step", "saw"), FAULTS)
def test_a_fault_fails_exactly_its_step_which_says_how_to_mend_it(
    fault: str, step: str, saw: str, tmp_path: Path
) -> None:
    results = played(trial(tmp_path, fault))
    assert [id_ for id_, outcome in outcomes(results).items() if outcome == "fail"] == [step]
    assert saw in results[step].verdict.saw
    assert results[step].verdict.mend


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        ("no receipt from success", {"mail-delivered", "lead-answered"}),
        ("stream is down", {"lead-owned"}),
        ("no schedule", {"alarm-armed"}),
        ("no report", {"report-written"}),
        ("another policy", {"policy-deployed"}),
        ("intake is down", {"lead-accepted", "mails-posted", "link-records"}),
        ("health is down", {"policy-deployed", "health"}),
    ],
)
def test_a_fault_of_many_steps_fails_those_and_leaves_what_needs_them_unasked(
    fault: str, failed: set[str], tmp_path: Path
) -> None:
    results = outcomes(played(trial(tmp_path, fault)))
    assert failed <= {id_ for id_, outcome in results.items() if outcome == "fail"}
    assert results["cleaned"] == results["nothing-left"] == "pass"


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        ("sandbox", "sender-verified"),
        ("no head", "health"),
        ("sweep repairs", "metrics"),
        ("report by sigv2", "report-opens"),
    ],
)
def test_what_deserves_attention_is_a_warning_and_no_failure(fault: str, step: str, tmp_path: Path) -> None:
    session = trial(tmp_path, fault)
    results = played(session)
    assert outcomes(results)[step] == "warn"
    assert results[step].verdict.mend
    assert exit_code(results.values()) == 0


def test_a_policy_without_test_leads_is_never_sent_one_and_says_what_to_add(tmp_path: Path) -> None:
    session = trial(tmp_path, policy=SHIPPED)
    results = played(session)
    assert results["policy-has-tests"].verdict.status == "fail"
    assert policy_fit.BLOCK.read_text(encoding="utf-8") in results["policy-has-tests"].verdict.mend
    assert isinstance(session.stage, TrialDeployment)
    assert session.stage.office.table._leads == {}
    assert outcomes(results)["lead-accepted"] == "not_asked"
    assert results["lead-accepted"].verdict.saw == "it needs “policy-has-tests”"


def test_the_block_makes_every_sample_policy_fit(tmp_path: Path) -> None:
    block = policy_fit.BLOCK.read_text(encoding="utf-8")
    root = policies.SHIPPED.parents[1]
    samples = [policies.SHIPPED, root / "docs/policies/clinic.toml", root / "docs/policies/renovation.toml"]
    for sample in samples:
        head, mark, tail = sample.read_text(encoding="utf-8").partition("[[tiers]]")
        mended = policies.parse(f"{head}{block}\n{mark}{tail}".encode())
        now = trial(tmp_path).now()
        assert list(policy_fit.problems(mended, now)) == []
        assert list(policy_fit.problems(policies.load(sample), now)) != []


def test_a_person_who_would_be_alerted_of_test_leads_is_named(tmp_path: Path) -> None:
    text = (policies.SHIPPED.parents[0] / "devstage/policy.toml").read_text(encoding="utf-8")
    real = policies.parse(text.replace("success+manager@simulator.amazonses.com", "boss@example.com").encode())
    assert list(policy_fit.problems(real, trial(tmp_path).now())) == [
        "people.smoke_manager would be alerted of test leads, and is not an address of @simulator.amazonses.com"
    ]


def test_a_step_that_the_stage_cannot_answer_is_not_asked_and_says_why(tmp_path: Path) -> None:
    results = played(trial(tmp_path, "recursion", cannot_ask={"no-recursion": "there is no Lambda"}))
    assert results["no-recursion"].verdict.status == "not_asked"
    assert results["no-recursion"].verdict.saw == "there is no Lambda"


def test_what_a_lost_run_left_is_erased_by_the_next(tmp_path: Path) -> None:
    lost = trial(tmp_path)
    lead = lost.post_lead("lost")
    assert journal(tmp_path, "r1").is_file()
    assert isinstance(lost.stage, TrialDeployment)
    lost.leads.clear()
    results = played(lost)
    assert results["nothing-left"].verdict.status == "pass"
    stored = lost.stage.office.lead(lead.lead_id)
    assert (stored.is_open, stored.inquiry.email) == (False, None)
    assert not journal(tmp_path, "r1").exists()


def test_the_document_has_numbers_and_the_page_needs_no_other_file(tmp_path: Path) -> None:
    session = trial(tmp_path, "dead letter")
    results = list(played(session).values())
    document, page = write(session, results)
    content = json.loads(document.read_text(encoding="utf-8"))
    assert (content["schema"], content["stage"], content["counts"]["fail"]) == ("leadtight.smoke/1", "trial", 1)
    assert exit_code(results) == 1
    assert all(isinstance(seconds, float) for seconds in content["latencies_seconds"].values())
    assert {"owner", "accept", "mail_bounce", "late_deadline_missed"} <= content["latencies_seconds"].keys()
    html = page.read_text(encoding="utf-8")
    assert "leadtight-trial-receipts-dead: 1" in html
    assert "leadtight redrive" in html
    assert not re.search(r"(src|href)=", html)


def test_the_page_keeps_the_lines_of_what_is_to_be_pasted(tmp_path: Path) -> None:
    session = trial(tmp_path, policy=SHIPPED)
    _, page = write(session, list(played(session).values()))
    html = page.read_text(encoding="utf-8")
    assert ".mend { white-space: pre-wrap; }" in html
    assert "[[tiers]]\nid = &#34;smoke&#34;\n" in html.split('<p class="mend">')[1]


def test_kept_events_have_no_address(tmp_path: Path) -> None:
    session = trial(tmp_path)
    played(session)
    kept = (tmp_path / "r1.ses-events.json").read_text(encoding="utf-8")
    assert json.loads(kept)[0]["bounce"]["bounceType"] == "Permanent"
    assert "@" not in kept


def test_the_page_on_deploying_shows_the_block_as_smoke_prints_it() -> None:
    page = (policies.SHIPPED.parents[1] / "docs/guides/deploy.md").read_text(encoding="utf-8")
    assert f"```toml\n{policy_fit.BLOCK.read_text(encoding='utf-8').strip()}\n```" in page


def test_alarms_of_a_new_stage_have_time_to_settle(tmp_path: Path) -> None:
    session = trial(tmp_path, "alarm settles")
    assert outcomes(played(session))["alarms-quiet"] == "pass"


def test_the_stage_under_test_is_the_policys_own() -> None:
    assert POLICY.test_tiers == {"smoke"}
