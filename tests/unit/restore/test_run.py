"""A restore: complete, repeatable, and silent about nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.aws.notifications import mail_files
from leadtight.adapters.aws.scheduler import schedule_name
from leadtight.domain.compliance.erasure import Erasure
from leadtight.restore.errors import RestoreStopped
from leadtight.restore.plan import RestorePlan
from leadtight.restore.waiting import reason
from tests.unit.restore.aws import NOW, Killed, Table, refusal
from tests.unit.restore.stage import (
    MOMENT,
    PLAN,
    TABLE,
    TwinStage,
    bodies,
    erasure_row,
    lead,
    row,
    rows_of,
    with_history,
)

TARGET = PLAN.target
WHOLE = replace(PLAN, brings_leads=True)
"""A restore with every step."""


@pytest.fixture
def stage() -> TwinStage:
    return with_history()


def test_the_stage_uses_a_table_that_is_set_up_as_the_former_was(stage: TwinStage) -> None:
    stage.restore(PLAN)
    table = stage.dynamodb.tables[TARGET]
    assert stage.table == TARGET == "leadtight-prod-restored-20261122T060000Z"
    assert table.stream == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert (table.is_protected, table.recovers, table.ttl, table.is_encrypted) == (True, True, "expires_at", True)
    assert table.tags == {
        "project": "leadtight",
        "leadtight:restored-from": TABLE,
        "leadtight:restored-to": MOMENT.isoformat(),
    }
    assert TABLE in stage.dynamodb.tables, "the former table stays"


@pytest.mark.parametrize("hours", [0.1, 5])
def test_it_waits_as_long_as_it_takes_and_says_how_long(stage: TwinStage, hours: float) -> None:
    stage.dynamodb.restores_in = timedelta(hours=hours)
    log = stage.restore(PLAN)
    [step] = [step for step in log.steps if step.name == "restore the table"]
    assert hours * 3600 <= step.seconds < hours * 3600 + 60
    told = [line for line in stage.lines if "CREATING" in line]
    assert len(told) == pytest.approx(hours * 60, abs=2)
    assert told[-1].startswith(f"{TARGET}: CREATING, {int(hours * 60) - 1}")


def test_the_stage_does_not_use_a_table_whose_index_is_still_filled(stage: TwinStage) -> None:
    stage.dynamodb.fills_index_in = timedelta(hours=2)
    deployed_at = []

    def deploy(table: str, _stream: str) -> None:
        stage.table = table
        deployed_at.append(stage.clock())

    stage.deploy = deploy  # type: ignore[method-assign, assignment]  # notes the time
    stage.restore(PLAN)
    assert deployed_at[0] >= NOW + timedelta(hours=2)
    assert any("index BACKFILLING" in line for line in stage.lines)


def test_a_lead_has_its_alarm_and_no_alarm_of_the_former_table_is_left(stage: TwinStage) -> None:
    log = stage.restore(PLAN)
    assert stage.scheduler.names == {schedule_name(lead) for lead in stage.leads(TARGET) if lead.wake_at}
    assert log.found("delete the former table's alarms") == {"alarms": 3}
    assert log.found("verify")["open_leads"] == 1


def test_people_who_were_erased_since_are_erased_before_and_after_the_stage_uses_the_table(stage: TwinStage) -> None:
    stage.restore(PLAN)
    assert stage.erased == {(TARGET, "L2")}
    assert [lead.inquiry.name for lead in stage.leads(TARGET)] == ["Ada Obi", ""]
    assert stage.calls.names.index("erase") < stage.calls.names.index("deploy")


def test_a_person_who_is_erased_while_the_stage_is_deployed_is_erased_as_well(stage: TwinStage) -> None:
    def deploy(table: str, _stream: str) -> None:
        stage.table = table
        during = Erasure(id="late", begun_at=NOW, lead_ids=("L1",), finished_at=NOW)
        stage.dynamodb.tables[TABLE].put(erasure_row(during))

    stage.deploy = deploy  # type: ignore[method-assign, assignment]  # the deployment takes its time
    stage.restore(PLAN)
    assert (TARGET, "L1") in stage.erased


def test_opt_outs_and_listed_numbers_since_are_carried_over(stage: TwinStage) -> None:
    log = stage.restore(PLAN)
    items = stage.dynamodb.tables[TARGET].items
    assert items["PERSON#b", "PERSON"]["suppressed"] == {"SS": ["email", "sms"]}
    assert items["PERSON#b", "PERSON"]["lead_ids"] == {"SS": ["L2"]}
    assert items["PERSON#c", "PERSON"] == row("person", "PERSON#c", "PERSON", suppressed={"SS": ["email"]})
    assert {("DNC", "LIST#internal"), ("DNC#n", "LIST#internal")} <= set(items)
    carried = [s.found for s in log.steps if s.name == "carry over opt-outs and do-not-call lists"]
    assert carried == [{"opt_outs": 2, "do_not_call": 2}, {"opt_outs": 0, "do_not_call": 0}]


def test_mails_since_are_announced_as_their_bucket_does_and_stay_as_they_are(stage: TwinStage) -> None:
    before = dict(stage.s3.objects)
    stage.restore(PLAN)
    announced = [file for body in bodies(stage) for file in mail_files(body)]
    assert announced == ["ses/a+b", "ses/just before", "ses/z1", "ses/z2"]
    assert {queue for queue, _ in stage.sqs.sent} == {"leadtight-prod-mails"}
    assert stage.s3.objects == before


def test_each_night_since_is_computed_again_but_not_the_one_to_come(stage: TwinStage) -> None:
    stage.restore(PLAN)
    assert stage.nights == {"2026-11-21", "2026-11-22"}


def test_what_is_only_in_the_former_table_is_counted_by_kind_and_its_leads_are_named(stage: TwinStage) -> None:
    log = stage.restore(PLAN)
    losses = log.found("state what is only in the former table")
    assert losses["only_in_the_former"] == {"erasure": 1, "event": 1, "guard": 1, "lead": 2}
    assert losses["changed_since"] == {"lead": 1, "person": 2}
    assert [lead["lead_id"] for lead in losses["leads"]] == ["L3"]
    [problem] = log.problems
    assert problem.startswith("1 leads that were accepted since are only in leadtight-prod")


def test_an_erasure_that_names_no_lead_is_stated(stage: TwinStage) -> None:
    nameless = Erasure(id="x", begun_at=NOW, counts={"held": 3}, finished_at=NOW)
    stage.dynamodb.tables[TABLE].put(erasure_row(nameless))
    assert any("3 quarantined deliveries" in problem for problem in stage.restore(PLAN).problems)


def test_a_run_that_stops_after_any_call_is_completed_by_the_next() -> None:
    whole = with_history()
    whole.restore(WHOLE)
    assert len(whole.calls.names) > 10
    for number, call in enumerate(whole.calls.names, start=1):
        stopped = with_history()
        stopped.calls.kill_after = number
        with pytest.raises(Killed):
            stopped.restore(WHOLE)
        stopped.restore(WHOLE)
        assert stopped.state() == whole.state(), f"stopped after call {number}, {call}"


def test_leads_since_are_copied_with_all_that_belongs_to_them_when_asked_for(stage: TwinStage) -> None:
    log = stage.restore(WHOLE)
    former, items = stage.dynamodb.tables[TABLE].items, stage.dynamodb.tables[TARGET].items
    copied = [("LEAD#L3", "LEAD"), ("LEAD#L3", "DUE"), ("LEAD#L3", "EVENT#1"), ("SEEN#g", "SEEN")]
    assert [items[key] for key in copied] == [former[key] for key in copied]
    assert items["PERSON#c", "PERSON"]["lead_ids"] == {"SS": ["L3"]}
    assert items["OWNER#ana", "OWNER"]["open_leads"] == {"N": "1"}
    assert schedule_name(lead("L3")) in stage.scheduler.names
    assert log.problems == []


def test_a_copied_lead_that_changed_since_is_not_copied_over(stage: TwinStage) -> None:
    stage.restore(WHOLE)
    changed = rows_of(replace(lead("L3", owner_id="ana"), version=9))[0]
    stage.dynamodb.tables[TARGET].put(changed)
    stage.restore(WHOLE)
    items = stage.dynamodb.tables[TARGET].items
    assert items["LEAD#L3", "LEAD"] == changed
    assert items["OWNER#ana", "OWNER"]["open_leads"] == {"N": "1"}, "counted once"


def test_a_completed_restore_may_be_repeated(stage: TwinStage) -> None:
    stage.restore(PLAN)
    before = stage.state()
    stage.restore(PLAN)
    assert stage.state() == before


@pytest.mark.parametrize("call", ["describe_table", "update_table", "scan", "send_message_batch", "delete_schedule"])
@pytest.mark.parametrize("code", ["ThrottlingException", "ResourceInUseException", "InternalServerError"])
def test_refusals_that_pass_are_waited_for(stage: TwinStage, call: str, code: str) -> None:
    stage.calls.refuse = {call: [refusal(code)] * 3}
    stage.restore(PLAN)
    whole = with_history()
    whole.restore(PLAN)
    assert stage.state() == whole.state()


def test_a_refusal_that_does_not_pass_ends_the_run_after_half_an_hour(stage: TwinStage) -> None:
    stage.calls.refuse = {"update_table": [refusal("LimitExceededException")] * 1000}
    with pytest.raises(Exception, match="LimitExceeded"):
        stage.restore(PLAN)
    assert timedelta(minutes=30) < stage.clock() - NOW < timedelta(minutes=40)


def test_expired_credentials_end_the_run_with_what_to_do_and_the_next_run_completes_it(stage: TwinStage) -> None:
    stage.calls.refuse = {"update_time_to_live": [refusal("ExpiredTokenException")]}
    with pytest.raises(Exception, match="ExpiredToken") as stopped:
        stage.restore(PLAN)
    assert "sign in, then run the same command again" in str(reason(stopped.value))
    stage.restore(PLAN)
    assert stage.table == TARGET


@pytest.mark.parametrize(
    "at", [NOW - timedelta(days=36), NOW - timedelta(minutes=1), NOW + timedelta(days=1)], ids=["old", "new", "future"]
)
def test_a_moment_that_cannot_be_restored_is_refused_with_those_that_can(stage: TwinStage, at: object) -> None:
    with pytest.raises(RestoreStopped, match=r"from 2026-10-19T12:00:00.* to 2026-11-23T11:55:00") as refused:
        stage.restore(replace(PLAN, at=at))  # type: ignore[arg-type]  # a datetime
    assert refused.value.code == 2
    assert set(stage.dynamodb.tables) == {TABLE}


def test_a_backup_of_dynamodb_is_restored_and_encrypted_as_the_table(stage: TwinStage) -> None:
    backup = "arn:aws:dynamodb:eu-central-1:111122223333:table/leadtight-prod/backup/1"
    stage.dynamodb.backups[backup] = (MOMENT, Table(TABLE, dict(stage.dynamodb.moments[0][1])))
    stage.restore(replace(PLAN, backup=backup))
    assert [lead.id for lead in stage.leads(stage.table)] == ["L1", "L2"]
    assert stage.dynamodb.tables[TARGET].is_encrypted


RECOVERY_POINT = "arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7"


def test_a_recovery_point_is_found_in_its_vault_and_restored_by_one_job(stage: TwinStage) -> None:
    stage.backup.points[RECOVERY_POINT] = ("ours", MOMENT, Table(TABLE, dict(stage.dynamodb.moments[0][1])))
    plan = replace(PLAN, backup=RECOVERY_POINT)
    stage.restore(plan)
    stage.restore(plan)
    assert stage.table == TARGET
    [job] = stage.backup.jobs.values()
    assert job["IamRoleArn"] == stage.outputs["RestoreRoleArn"]
    assert job["Metadata"]["targetTableName"] == TARGET


def test_a_job_that_fails_ends_the_run_with_its_reason_and_the_next_run_starts_another(stage: TwinStage) -> None:
    stage.backup.points[RECOVERY_POINT] = ("ours", MOMENT, Table(TABLE, dict(stage.dynamodb.moments[0][1])))
    stage.backup.outcomes = ["FAILING"]
    plan = replace(PLAN, backup=RECOVERY_POINT)
    with pytest.raises(RestoreStopped, match="no access to the table"):
        stage.restore(plan)
    stage.restore(plan)
    assert (stage.table, len(stage.backup.jobs)) == (TARGET, 2)


def test_a_table_that_never_appears_ends_the_run(stage: TwinStage) -> None:
    stage.dynamodb.restore_table_to_point_in_time = lambda **_: None  # type: ignore[method-assign]  # it makes none
    with pytest.raises(RestoreStopped, match="does not appear"):
        stage.restore(PLAN)


def test_a_list_that_was_imported_into_the_restored_table_is_not_replaced_by_the_former_ones(stage: TwinStage) -> None:
    stage.restore(PLAN)
    newer = row("call_list", "DNC", "LIST#internal", doc={"S": '{"newer": true}'})
    stage.dynamodb.tables[TARGET].put(newer)
    stage.restore(PLAN)
    assert stage.dynamodb.tables[TARGET].items["DNC", "LIST#internal"] == newer


def test_mails_from_before_a_moment_whose_marks_have_expired_are_not_read_again(stage: TwinStage) -> None:
    stage.s3.objects = {"ses/before": MOMENT - timedelta(minutes=30), "ses/after": MOMENT + timedelta(hours=1)}
    stage.clock.now = NOW + timedelta(days=30)
    stage.restore(PLAN)
    assert [file for body in bodies(stage) for file in mail_files(body)] == ["ses/after"]


def test_without_the_former_table_a_backup_is_restored_and_what_nobody_can_say_is_stated(stage: TwinStage) -> None:
    stage.backup.points[RECOVERY_POINT] = ("ours", MOMENT, Table(TABLE, dict(stage.dynamodb.moments[0][1])))
    del stage.dynamodb.tables[TABLE]
    log = stage.restore(replace(PLAN, backup=RECOVERY_POINT))
    assert stage.table == TARGET
    assert any("is gone, so nobody can say" in problem for problem in log.problems)


def test_a_former_table_that_is_younger_than_the_backup_cannot_say_what_was_refused_before_it(stage: TwinStage) -> None:
    stage.backup.points[RECOVERY_POINT] = ("ours", MOMENT, Table(TABLE, dict(stage.dynamodb.moments[0][1])))
    stage.dynamodb.tables[TABLE].created_at = MOMENT + timedelta(days=1)
    log = stage.restore(replace(PLAN, backup=RECOVERY_POINT))
    assert any("was made at 2026-11-23T06:00:00+00:00, after the moment" in problem for problem in log.problems)


def test_without_the_former_table_a_moment_is_refused_with_the_way_out(stage: TwinStage) -> None:
    del stage.dynamodb.tables[TABLE]
    with pytest.raises(RestoreStopped, match=r"DeletedTableBackup"):
        stage.restore(PLAN)


def test_the_table_of_another_restore_is_not_taken_for_ones_own(stage: TwinStage) -> None:
    stage.restore(PLAN)
    stage.table = "leadtight-prod-elsewhere"
    with pytest.raises(RestoreStopped, match="choose another moment"):
        stage.restore(PLAN)


def test_a_stage_that_does_not_use_the_table_after_its_deployment_stops_the_run(stage: TwinStage) -> None:
    stage.deploy = lambda _table, _stream: None  # type: ignore[method-assign, assignment]  # nothing changes
    with pytest.raises(RestoreStopped, match="the stage still uses leadtight-prod"):
        stage.restore(PLAN)
    assert stage.nights == set()


def test_a_lead_without_its_alarm_is_a_problem(stage: TwinStage) -> None:
    stage.scheduler.names = set()
    original = stage.ask
    stage.ask = lambda function, payload: (  # type: ignore[method-assign]  # a function that arms nothing
        original(function, payload) if function == "ReportFunction" else {"leads": 1, "at_once": 2}
    )
    assert any("L1: its alarm for" in problem for problem in stage.restore(PLAN).problems)


SPOILED = {"doc": {"S": "{}"}}
"""The document of a lead that says nothing."""


def test_a_lead_that_cannot_be_read_is_a_problem(stage: TwinStage) -> None:
    scan = stage.dynamodb.scan

    def spoiled(TableName: str, **options: object) -> dict[str, object]:  # noqa: N803 - AWS's name
        found = scan(TableName, **options)
        items = [item | SPOILED if item["sk"] == {"S": "LEAD"} else item for item in found["Items"]]
        return {**found, "Items": items}

    stage.dynamodb.scan = spoiled  # type: ignore[method-assign]  # rows of another version
    assert any("L1: its row cannot be read" in problem for problem in stage.restore(PLAN).problems)


def test_an_index_that_lacks_a_row_is_a_problem(stage: TwinStage) -> None:
    scan = stage.dynamodb.scan

    def without_index(TableName: str, **options: object) -> dict[str, object]:  # noqa: N803 - AWS's name
        return {"Items": []} if "IndexName" in options else scan(TableName, **options)

    stage.dynamodb.scan = without_index  # type: ignore[method-assign]  # the index is not filled
    assert "the index lacks 1 rows and has 0 too many" in stage.restore(PLAN).problems


def test_the_plan_of_a_moment_names_one_table() -> None:
    assert RestorePlan(stack="leadtight-dev", at=MOMENT).target == "leadtight-dev-restored-20261122T060000Z"
