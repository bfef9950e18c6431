"""Everyone around a simulated deployment.

These are lead sources, leads, the team and the mail provider.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadtight.adapters.memory.ports import PUBLIC_URL
from leadtight.adapters.memory.senders import SentMail
from leadtight.app.messaging.delivery_reports import ENDS_THE_CHANNEL, DeliveryReceipt, DeliveryReport
from leadtight.app.outcomes.recording import LeadView, OutcomeForm
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.simulation.actors.desk_visits import OVER, TAKEN_BACK, DeskVisits
from leadtight.simulation.actors.managers import Managers
from leadtight.simulation.actors.policy_edits import EDITS, Edit
from leadtight.simulation.actors.sample_mails import returned
from leadtight.simulation.actors.sources import LeadSources
from leadtight.simulation.deployment import DIGEST
from leadtight.simulation.event_delivery import LATE, copies
from leadtight.simulation.faults import FaultKind
from leadtight.simulation.run import SimulationRun

OUTCOMES = ("connected", "voicemail", "no_answer", "interested", "proposal_sent", "not_interested", "won", "lost")

REPORTED = (
    *(DeliveryReceipt.DELIVERED, DeliveryReceipt.BOUNCED),
    *(DeliveryReceipt.UNDELIVERED, DeliveryReceipt.COMPLAINED),
)
RETURNED = 0.5
"""Share of bounces reported by mail.

Digests are rare, so more of them bounce.
"""

EDITED = (2, 1, 1)
"""Of four runs, those with no, one and two edits."""

EDITED_IN_A_LIFE = (2, 6)
"""Least and most policy edits in a month-long run."""

PRESSED, HANDED_OVER = 0.4, 0.12
"""Shares of outcome links that lead to outcomes and handovers."""

PAUSES = (600, 7_200, 86_400)
"""Seconds within which an owner acts, if at all."""

SELDOM_PRESSED, SELDOM_HANDED_OVER = 0.12, 0.03
LONG_PAUSES = (7_200, 86_400, 4 * 86_400)
OPEN_ENDED = ("connected", "voicemail", "no_answer", "no_answer", "not_now", "not_interested", "proposal_sent")
"""Outcomes of month-long runs.

Owners leave leads alone and close few, so that what begins after days happens.
"""

EARLY = 0.4
"""Part of a month-long run in which its leads arrive.

They need time for a life.
"""

TYPED = 0.3
"""Share of outcomes with an earlier contact time.

It is earlier by minutes, and for some before the lead was late.
"""


@dataclass
class SimulatedPeople:
    """Everyone around one run, and the responses they received.

    The invariants judge the run by these.
    """

    run: SimulationRun
    reports: list[DeliveryReport] = field(default_factory=list)
    misled: list[str] = field(default_factory=list)
    """Responses that contradict what a request did."""

    contacts: dict[str, datetime] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    absences: dict[str, list[Absence]] = field(default_factory=lambda: defaultdict(list))
    """Times for which people switched themselves away."""

    governed: list[tuple[datetime, Policy]] = field(default_factory=list)
    """Deployed policies, each with the time of its deployment."""

    _read: int = 0

    def __post_init__(self) -> None:
        """Schedule the arrival of the leads during the run."""
        run, plan = self.run, self.run.plan
        self.sources, self.managers, self.visits = LeadSources(run), Managers(run), DeskVisits(run)
        self.governed.append((run.start, run.policy))
        run.after = self._after
        at = run.start
        for number in range(plan.leads):
            at = self._arrival(at)
            comes = self.sources.comes(number)
            if number not in plan.without:
                run.at(at, comes)
        for person in run.policy.people:
            if run.is_lucky(0.2):
                run.at(run.start + timedelta(days=plan.days) * run.chance.random(), self._away(person))
        for _ in range(self._edits()):
            run.at(run.start + timedelta(days=plan.days) * run.chance.random(), self._edited(run.chance.choice(EDITS)))

    def _arrival(self, latest: datetime) -> datetime:
        """Return when the next lead arrives.

        Every other one arrives right after the latest, where two meet.
        """
        run = self.run
        if run.is_lucky(0.5):
            return latest + timedelta(seconds=run.chance.uniform(0, 2))
        return run.start + timedelta(days=run.plan.days) * run.chance.random() * (EARLY if run.plan.is_life else 1)

    def _edits(self) -> int:
        """Return the number of policy edits.

        Much changes in a run of a month.
        """
        chance = self.run.chance
        return chance.randint(*EDITED_IN_A_LIFE) if self.run.plan.is_life else chance.choices((0, 1, 2), EDITED)[0]

    def _away(self, person: str) -> Callable[[], None]:
        def go() -> None:
            until = self.run.now + timedelta(hours=self.run.chance.choice((1, 8, 30)))
            self.run.deployment.table.set_away(person, until)
            self.absences[person].append(Absence(start=self.run.now, end=until))

        return go

    def _edited(self, edit: Edit) -> Callable[[], None]:
        def deploy() -> None:
            self.run.govern(edit(self.run.policy, self.run.now))
            self.governed.append((self.run.now, self.run.policy))

        return deploy

    def _after(self) -> None:
        for file, address in self.sources.leaving.items():
            if file in self.run.delivering.mails:
                self._gone(address)
        self.read_mail()
        self.managers.notice()

    # what mails lead to

    def read_mail(self) -> None:
        """Deliver the mails sent since the last call."""
        sent = self.run.deployment.mailer.sent
        while self._read < len(sent):
            mail, number = sent[self._read], self._read + 1
            self._read += 1
            self._report(mail, f"mail-{number}")
            links = dict(self._links(mail))
            if "o" in links:
                self._visited(links["o"], mail.envelope.lead_id)
            if "unsubscribe" in links and self.run.is_lucky(0.2):
                self.run.soon(20, 7_200, self._leaving(links["unsubscribe"], mail.permission.address))

    def _visited(self, token: str, lead_id: str) -> None:
        """Let an owner act on an alert, later or never."""
        is_life, luck = self.run.plan.is_life, self.run.chance.random()
        pressed, handed_over = (SELDOM_PRESSED, SELDOM_HANDED_OVER) if is_life else (PRESSED, HANDED_OVER)
        if luck < pressed:
            within = self.run.chance.choice(LONG_PAUSES if is_life else PAUSES)
            self.run.soon(20, within, self._pressed(token))
        elif luck < pressed + handed_over:
            self.visits.hands_over(token, lead_id)

    def look_at_every_page(self) -> None:
        """Fetch the quarantine and every page that a mail links."""
        deployment, now = self.run.deployment, self.run.now
        self.managers.look(now)
        for mail in deployment.mailer.sent:
            for kind, token in self._links(mail):
                with suppress(*OVER):
                    if kind == "o":
                        deployment.desk.look(token, now)
                    elif kind == "unsubscribe":
                        deployment.unsubscribe.look(token, now)

    def _links(self, mail: SentMail) -> list[tuple[str, str]]:
        links = (line.removeprefix(f"{PUBLIC_URL}/").partition("/") for line in mail.mail.text.splitlines())
        return [(kind, token) for kind, _, token in links]

    def _report(self, mail: SentMail, provider_id: str) -> None:
        """Let the provider report a mail's delivery.

        A bounce may be reported by the recipient's mail server instead.
        """
        chance = self.run.chance
        reported = chance.choices(REPORTED, (60, 34, 5, 1) if mail.mail.subject == DIGEST else (95, 3, 1, 1))[0]
        if reported is DeliveryReceipt.BOUNCED and chance.random() < RETURNED:
            return self.run.soon(1, 60, self._returned(mail, provider_id))
        delivery_report = DeliveryReport(
            provider_id=provider_id,
            reported=reported,
            lead_id=mail.envelope.lead_id,
            message_id=mail.envelope.message_id,
        )
        fault = self.run.faults.to("report")
        for _ in range(copies(fault)):
            self.run.soon(1, LATE if fault is FaultKind.LATE else 60, self._reported(delivery_report, mail))
        return None

    def _returned(self, mail: SentMail, provider_id: str) -> Callable[[], None]:
        """Return a task that delivers a bounce by mail.

        It is believed where the provider's response to the send was received.
        """
        address, table = mail.permission.address, self.run.deployment.table

        def comes() -> None:
            leaves = address if self.is_to_lead(mail) and table.find_by_provider_id(provider_id) else ""
            self.sources.store(f"ses/returned-{provider_id}", returned(provider_id, address), leaves)

        return comes

    def _reported(self, delivery_report: DeliveryReport, mail: SentMail) -> Callable[[], None]:
        def report() -> None:
            if not self.run.invoke(
                "report", lambda now: self.run.deployment.delivery_reports.record(delivery_report, now)
            ):
                return self.run.soon(5, 120, report)
            self.reports.append(delivery_report)
            if delivery_report.reported in ENDS_THE_CHANNEL and self.is_to_lead(mail):
                self._gone(mail.permission.address)
            return None

        return report

    def _gone(self, address: str) -> None:
        """Remember the number of mails sent before an opt-out."""
        self.left.setdefault(address, len(self.run.deployment.mailer.sent))

    def is_to_lead(self, mail: SentMail) -> bool:
        """Return whether a mail's recipient is a lead.

        A lead may have the address of a team member.
        """
        return not any(mail.permission.person in policy.people for _, policy in self.governed)

    def _pressed(self, token: str) -> Callable[[], None]:
        chance = self.run.chance
        outcome, ago = (
            chance.choice(OUTCOMES + OPEN_ENDED if self.run.plan.is_life else OUTCOMES),
            timedelta(minutes=chance.randint(1, 90)) if self.run.is_lucky(TYPED) else None,
        )
        form, tries = list[OutcomeForm](), list[datetime]()

        def press() -> None:
            if not self.run.invoke("desk", lambda now: self._press(token, outcome, ago, form, tries, now)):
                self.run.soon(10, 90, press)  # the person presses again

        return press

    def _press(
        self,
        token: str,
        outcome: str,
        ago: timedelta | None,
        form: list[OutcomeForm],
        tries: list[datetime],
        now: datetime,
    ) -> None:
        """Submit an outcome form.

        Of several tries any may have been recorded, so the latest counts as the contact.
        """
        tries.append(now)
        with suppress(*OVER):
            view = self._looked(token, now)
            form[:] = form or [self._form(outcome, view.lead, ago, now)]
            recorded = self._recorded(token, form[0], now)
            if self.run.is_lucky(TAKEN_BACK):
                self.visits.takes_back(token, recorded)
            elif self.run.policy.outcomes[outcome].contact:
                self.contacts.setdefault(recorded.lead.id, max(tries))

    def _form(self, outcome: str, lead: Lead, ago: timedelta | None, now: datetime) -> OutcomeForm:
        typed = ""
        if ago is not None:
            happened_at = max(now - ago, lead.received_at + timedelta(minutes=1))
            typed = happened_at.astimezone(self.run.policy.company.zone).strftime("%Y-%m-%dT%H:%M")
        return OutcomeForm(outcome=outcome, submission=lead.version, reason="price", happened_at=typed)

    def _looked(self, token: str, now: datetime) -> LeadView:
        """Fetch a page; check that this changes nothing."""
        changes = self.run.deployment.table.changes
        count = len(changes)
        view = self.run.deployment.desk.look(token, now)
        if len(changes) > count:
            self.misled.append(f"looking at {view.lead.id} changed something")
        return view

    def _recorded(self, token: str, form: OutcomeForm, now: datetime) -> LeadView:
        """Submit a form; check that a rejected one recorded nothing.

        It is rejected when another person has the lead, or was faster.
        """
        changes, is_recorded = self.run.deployment.table.changes, False
        count = len(changes)
        try:
            recorded = self.run.deployment.desk.record(token, form, now)
            is_recorded = recorded.recorded
            return recorded
        except OVER:
            raise
        except BaseException:
            is_recorded = True  # unknown
            raise
        finally:
            kinds = [event.kind for change in changes[count:] for event in change.events]
            if EventKind.OUTCOME_RECORDED in kinds and not is_recorded:
                self.misled.append("an outcome was recorded, and its owner was told that it was not")

    def _leaving(self, token: str, address: str) -> Callable[[], None]:
        def leave() -> None:
            if self.run.invoke("unsubscribe", lambda now: self.run.deployment.unsubscribe.leave(token, now)):
                self._gone(address)
            else:
                self.run.soon(5, 60, leave)

        return leave
