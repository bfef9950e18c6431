"""A stage in memory, with faults to plant.

The leads, promises and messages are the product's own, on a virtual clock; the services around them answer as AWS does.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leadtight.app.compliance.erase_person import ErasureReport
from leadtight.app.intake.submission import Submission
from leadtight.app.messaging.delivery_reports import DeliveryReceipt
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter
from leadtight.policy import loader as policies
from leadtight.stages import checks
from leadtight.stages.checks import CheckResult
from leadtight.stages.smoke import program
from leadtight.stages.smoke.deployed_stage import (
    AlarmState,
    DeployedStage,
    Invocation,
    LogLine,
    SendingIdentity,
    Subscription,
)
from leadtight.stages.smoke.session import Session, SmokeSettings
from leadtight.stages.smoke.stores import EventTap, QueryFailed, StageStores
from leadtight.stages.smoke.web import WebAnswer, WebClient
from tests.scenarios.test_erase import Office
from tests.scenarios.world import LossyAlarms
from tests.unit.adapters.inbound.webhooks.deliveries import signed_standard

ROOT = Path(__file__).parents[4]
POLICY = policies.load(ROOT / "leadtight" / "devstage" / "policy.toml")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
API = "https://leads.example"
TOPIC = "arn:aws:sns:eu-central-1:111122223333:leadtight-trial-operators"
ALARMS = ("leadtight-trial-http-5xx", "leadtight-trial-slow-items")
OPERATOR = "ops@example.com"
SECRET = "whsec_YSBzZWNyZXQ="
REPORTS = "https://reports.s3.eu-central-1.amazonaws.com/weekly/index.html?X-Amz-Algorithm=AWS4-HMAC-SHA256"
LATE = timedelta(minutes=2)
TAP = EventTap(queue_url="https://sqs.example/leadtight-trial-smoke-r1", subscription="arn:tap")
BY_BOX = {
    "success": (DeliveryReceipt.ACCEPTED, DeliveryReceipt.DELIVERED),
    "bounce": (DeliveryReceipt.BOUNCED,),
    "complaint": (DeliveryReceipt.DELIVERED, DeliveryReceipt.COMPLAINED),
    "suppressionlist": (DeliveryReceipt.BOUNCED,),
    "ooto": (DeliveryReceipt.DELIVERED,),
}


class LateAlarms(LossyAlarms):
    """Alarms that ring two minutes late."""

    def next_at(self) -> datetime | None:
        at = super().next_at()
        return at + LATE if at else None

    def due(self, now: datetime) -> tuple[Lead, ...]:
        return super().due(now - LATE)


class TrialOffice(Office):
    """The product in memory, with a mailbox simulator."""

    faults: frozenset[str] = frozenset()
    reported = 0

    def simulate(self) -> None:
        """Report what SES's simulator does with each mail."""
        while self.reported < len(self.mailer.sent):
            sent = self.mailer.sent[self.reported]
            self.reported += 1
            box = sent.permission.address.partition("+")[0]
            for receipt in () if f"no receipt from {box}" in self.faults else BY_BOX[box]:
                self.report(sent, receipt, "complaint" if receipt is DeliveryReceipt.COMPLAINED else "")


@dataclass(frozen=True, kw_only=True)
class TrialDeployment(DeployedStage):
    """The services of the stage in memory."""

    office: TrialOffice
    faults: frozenset[str]
    alarm_states: dict[str, AlarmState] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)

    @property
    def region(self) -> str:
        return "eu-central-1"

    def status(self) -> str:
        return "UPDATE_ROLLBACK_COMPLETE" if "rolled back" in self.faults else "UPDATE_COMPLETE"

    def alarms(self) -> Mapping[str, AlarmState]:
        found = {
            name: AlarmState(name=name, state="OK", topics=(TOPIC,), enabled="alarm disabled" not in self.faults)
            for name in (ALARMS[1:] if "alarm missing" in self.faults else ALARMS)
        } | self.alarm_states
        is_new = self.office.now < NOW + timedelta(minutes=10)
        if "alarm rings" in self.faults or ("alarm settles" in self.faults and is_new):
            found[ALARMS[0]] = replace(found[ALARMS[0]], state="ALARM", reason="a request got a 5xx")
        return found

    def set_alarm(self, name: str, state: str, reason: str) -> None:
        if state == "OK" and "alarm stays" in self.faults:
            return
        self.alarm_states[name] = AlarmState(name=name, state=state, reason=reason, topics=(TOPIC,))
        if state == "ALARM" and "alarm is silent" not in self.faults:
            verb = "Failed to execute" if "topic refuses" in self.faults else "Successfully executed"
            self.actions.append(f"{verb} action {TOPIC}")

    def alarm_actions(self, name: str, since: datetime) -> tuple[str, ...]:
        return tuple(self.actions)

    def dead_letters(self) -> Mapping[str, int]:
        return {"leadtight-trial-receipts-dead": int("dead letter" in self.faults), "leadtight-trial-failed": 0}

    def subscriptions(self) -> tuple[Subscription, ...]:
        if "no subscription" in self.faults:
            return ()
        return (Subscription(address=OPERATOR, confirmed="not confirmed" not in self.faults),)

    def sending_identity(self, name: str) -> SendingIdentity:
        return SendingIdentity(
            name=name,
            verified="not verified" not in self.faults,
            dkim="PENDING" if "no dkim" in self.faults else "SUCCESS",
            mail_from="FAILED" if "no mail from" in self.faults else "SUCCESS",
            in_sandbox="sandbox" in self.faults,
            sending="paused" not in self.faults,
        )

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Invocation:
        if f"{function} fails" in self.faults:
            return Invocation(error="AccessDeniedException: not authorized to perform dynamodb:GetItem")
        return Invocation(answer={})

    def log_groups(self) -> tuple[str, ...]:
        return ("/leadtight/trial/intake",)

    def log_lines(self, phrases: Iterable[str], since: datetime) -> Iterator[LogLine]:
        if "log of denial" in self.faults:
            yield LogLine(group="/leadtight/trial/intake", text="AccessDenied")

    def schedules(self, prefix: str = "lead-") -> tuple[str, ...]:
        if "no schedule" in self.faults:
            return ()
        kept = (prefix,) if "schedule left" in self.faults else ()
        waiting = [lead for lead in self.office.table._leads.values() if lead.wake_at and lead.is_open]
        return (*(f"lead-{lead.id}-1" for lead in waiting if f"lead-{lead.id}".startswith(prefix)), *kept)

    def drop_schedules(self, prefix: str) -> None:
        pass

    def metric_sum(
        self, namespace: str, name: str, since: datetime, until: datetime, **dimensions: str
    ) -> float | None:
        if name == "SweepRepairs":
            return None if "no metric" in self.faults else float("sweep repairs" in self.faults)
        return float("recursion" in self.faults)


class TrialStores(StageStores):
    """The stores of the stage in memory."""

    def __init__(self, office: TrialOffice, faults: frozenset[str]) -> None:
        self.office, self.faults = office, faults
        self.mails: dict[str, bytes] = {}
        self.taps: list[EventTap] = []

    def secret(self, logical_id: str) -> dict[str, Any]:
        return {"partner": {"signing": [SECRET]}}

    def put_mail(self, name: str, raw: bytes) -> str:
        self.mails[name] = raw
        sender = re.search(rb"From: [^<]*<([^>]+)>", raw)
        assert sender
        if "mail is lost" not in self.faults and name == "inbound":
            self.office.receive(source="email", email=sender[1].decode(), message="A test by mail")
        if "reply is lost" not in self.faults and name == "reply":
            again = {"name": "Trial", "email": sender[1].decode(), "message": "Thank you"}
            self.office.submit(Submission(source="email", key="reply", body=again, caller=Submitter.PROVIDER))
        return name

    def drop_mails(self) -> int:
        if "mail left" in self.faults:
            return 0
        dropped, self.mails = len(self.mails), {}
        return dropped

    def mails_left(self) -> tuple[str, ...]:
        return tuple(self.mails)

    def report(self, key: str) -> bytes | None:
        if "no report" in self.faults:
            return None
        tests = {} if "tests counted" in self.faults else {"test": 1}
        return json.dumps({"rows": {"leads": {"read": 9}}, "day": {"excluded": {"by_reason": tests}}}).encode()

    def count_facts(self, day: str) -> int:
        if "athena denied" in self.faults:
            raise QueryFailed("insufficient permissions")
        return 8 if "facts missing" in self.faults else 9

    def drop_query_results(self) -> None:
        pass

    def tap_events(self) -> EventTap:
        self.taps.append(TAP)
        return TAP

    def tapped(self, tap: EventTap) -> Iterator[dict[str, Any]]:
        if "no events" not in self.faults:
            bounced = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "bounce@example.com"}]}
            yield {"eventType": "Bounce", "bounce": bounced, "mail": {"destination": ["bounce@example.com"]}}

    def close_tap(self, tap: EventTap) -> None:
        if "tap left" not in self.faults:
            self.taps.remove(tap)

    def taps_left(self) -> tuple[EventTap, ...]:
        return tuple(self.taps)

    def forget_sends(self, addresses: tuple[str, ...]) -> None:
        pass


class TrialWeb(WebClient):
    """The API of the stage in memory."""

    def __init__(self, office: TrialOffice, policy: Policy, faults: frozenset[str]) -> None:
        super().__init__(API)
        self.office, self.policy, self.faults = office, policy, faults
        self.asked = 0

    def ask(
        self, method: str, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> WebAnswer:
        path, named = address.removeprefix(API), dict(headers or {})
        if address.startswith("https://reports."):
            return WebAnswer(status=403 if "report refused" in self.faults else 200, body="<html>")
        part = path.strip("/").split("/")[0]
        answers = {
            "health": self._health,
            "leads": self._leads,
            "forms": self._form,
            "webhooks": self._webhook,
            "o": self._desk,
        }
        if part in answers:
            return answers[part](method, path, body or b"", named)
        if part in ("board", "desk", "quarantine"):
            return WebAnswer(status=500 if f"{part} is broken" in self.faults else 200, body="<html>")
        if part == "reports":
            location = REPORTS.replace("X-Amz-Algorithm", "Signature") if "report by sigv2" in self.faults else REPORTS
            return WebAnswer(status=302, headers={"location": location})
        return WebAnswer(status=200 if "unknown route answered" in self.faults else 404)

    def _health(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> WebAnswer:
        self.asked += 1
        if self.asked > 20:
            return WebAnswer(status=503 if "5xx in a burst" in self.faults else 429)
        if method == "HEAD":
            return WebAnswer(status=404 if "no head" in self.faults else 200)
        version = "other+1" if "another policy" in self.faults else self.policy.version
        status = 503 if "health is down" in self.faults else 200
        return WebAnswer(status=status, body=json.dumps({"version": "1", "policy": version}))

    def _leads(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> WebAnswer:
        if method == "OPTIONS":
            is_open = "strangers may read" in self.faults
            return WebAnswer(status=204, headers={"access-control-allow-origin": headers["origin"]} if is_open else {})
        if len(body) > 64 * 1024:
            return WebAnswer(status=500 if "large post breaks" in self.faults else 413)
        if "intake is down" in self.faults:
            return WebAnswer(status=503, body="{}")
        fields, key = json.loads(body), headers.get("idempotency-key")
        if "keys are ignored" in self.faults:
            fields, key = fields | {"message": f"{fields['message']} {self.office.new_id()}"}, None
        return self._accepted("api", fields, key)

    def _accepted(self, source: str, fields: Mapping[str, Any], key: str | None) -> WebAnswer:
        submission = Submission(source=source, key=key, body=dict(fields), caller=Submitter.API)
        self.office.stream_down = "stream is down" in self.faults
        done = self.office.submit(submission)
        return WebAnswer(status=202, body=json.dumps({"lead_id": done.lead_id, "status": done.status}))

    def _form(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> WebAnswer:
        if "multipart" in headers["content-type"] and "multipart breaks" in self.faults:
            return WebAnswer(status=400)
        named = self.policy.forms["contact"].fields
        has_parts, text = "multipart" in headers["content-type"], body.decode()
        pairs = re.findall(r'name="([^"]+)"\r\n\r\n([^\r]+)', text) if has_parts else urllib.parse.parse_qsl(text)
        return self._accepted("web_form", {named.get(name, name): value for name, value in pairs}, None)

    def _webhook(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> WebAnswer:
        stamp, id_ = int(headers["webhook-timestamp"]), headers["webhook-id"]
        wanted = signed_standard(SECRET, body, stamp, id_)["webhook-signature"]
        if not wanted.endswith(headers["webhook-signature"]) and "signature ignored" not in self.faults:
            return WebAnswer(status=401)
        if "signature refused" in self.faults:
            return WebAnswer(status=401)
        return self._accepted("partner", json.loads(body), None)

    def _desk(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> WebAnswer:
        token, desk, now = path.rpartition("/")[2], self.office.desk, self.office.now
        if "link is refused" in self.faults:
            return WebAnswer(status=403)
        view = desk.look(token, now)
        if method == "GET":
            last = view.lead.last_outcome
            undo = f'<form><input type="hidden" name="undo" value="{last.version}"></form>' if last else ""
            record = f'<form><input type="hidden" name="submission" value="{view.lead.version}"><input name="outcome">'
            return WebAnswer(status=200, body=f"<html>{record}</form>{undo}")
        fields = dict(urllib.parse.parse_qsl(body.decode()))
        if "undo" in fields:
            if "undo is lost" not in self.faults:
                desk.undo(token, int(fields["undo"]), now)
        elif "outcome is lost" not in self.faults:
            desk.record(token, OutcomeForm(outcome=fields["outcome"], submission=int(fields["submission"])), now)
        self.office.run_stream()
        return WebAnswer(status=303)


def trial(folder: Path, *faults: str, policy: Policy = POLICY, **settings: Any) -> Session:
    """Return a session with a stage that has these faults."""
    planted = frozenset(faults)
    office = TrialOffice(policy=policy, now=NOW)
    office.faults = planted
    if "alarms are late" in planted:
        office.alarms = office.twins.alarms = LateAlarms()
        office.govern(policy)
    stage = TrialDeployment(
        stack="leadtight-trial",
        outputs={"OperatorsTopicArn": TOPIC, "ScheduleGroup": "leadtight-trial", "MailBucket": "mails"},
        resources={"AWS::CloudWatch::Alarm": ALARMS},
        office=office,
        faults=planted,
    )

    def sleep(seconds: float) -> None:
        office.simulate()
        office.advance(seconds=seconds)
        office.simulate()

    return Session(
        settings=SmokeSettings(name="trial", identity="example.com", operators=(OPERATOR,), **settings),
        policy=policy,
        stage=stage,
        stores=TrialStores(office, planted),
        web=TrialWeb(office, policy, planted),
        table=office.table,
        quarantine=office.table,
        links=office.links,
        run="r1",
        folder=folder,
        now=lambda: office.now,
        sleep=sleep,
    )


def played(session: Session) -> dict[str, CheckResult]:
    """Return the results of a whole run, by step."""
    assert isinstance(session.stage, TrialDeployment)
    office, faults = session.stage.office, session.stage.faults

    def erase(address: str, since: datetime) -> ErasureReport:
        return office.erase(address, apply="leads stay" not in faults)

    asked = program.answerable(program.steps(erase), session.settings.cannot_ask)
    results = checks.run(session, asked, say=lambda *_: None, clock=lambda: 0.0)
    return {result.id: result for result in results}


def outcomes(results: Mapping[str, CheckResult]) -> dict[str, str]:
    """Return the outcome of each step."""
    return {id_: str(result.verdict.status) for id_, result in results.items()}
