"""Record outcomes that other systems prove.

The proof is a provider's event, a mail's headers or a call log.
"""

from datetime import datetime

from leadtight.app.outcomes.call_report import CallReport
from leadtight.app.outcomes.recording import LeadView, OutcomeRecorder
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.contact_points import TimezoneResolver
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.compliance.send_permission import Windows
from leadtight.domain.model.errors import InvalidInquiry, NotFound, Problem
from leadtight.domain.model.message import Channel, Message
from leadtight.domain.outcomes.automatic_call import FAILED, SequenceStepRef, automatic_call
from leadtight.domain.outcomes.first_contact import ContactProof, ProofSource
from leadtight.domain.outcomes.recording import prove_outcome
from leadtight.domain.policy.policy import Policy


class Proofs:
    """Records proved outcomes, each once.

    The caller has checked that they are genuine.
    """

    def __init__(
        self,
        policy: Policy,
        store: LeadStore,
        outbox: Outbox,
        alarms: Alarms,
        zone_of: TimezoneResolver,
        windows: Windows,
    ) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._outbox = outbox
        self._recording = OutcomeRecorder(policy, store, alarms, zone_of, windows)

    def prove(self, lead_id: str, outcome: str, by: str, evidence: ContactProof, now: datetime) -> LeadView:
        """Record what `by` did, as the evidence shows.

        Raises InvalidInquiry as the rule does, NotFound when there is no such lead, StaleSubmission for one that is
        excluded.
        """
        return self._recording.change(
            self._recording.reading(lead_id, outcome, by),
            lambda view, receiving: prove_outcome(
                self._policy,
                view.lead,
                outcome,
                by=by,
                evidence=evidence,
                now=now,
                receiving=receiving,
                windows=self._recording.windows(view.lead),
            ),
            now,
        )

    def report(self, call: CallReport, now: datetime) -> LeadView:
        """Record the result of a call (P4).

        With a team member on the call it is that person's outcome, else the machine's. Raises what `prove` raises,
        naming the field at fault.
        """
        if call.outcome not in self._policy.outcomes and call.outcome != FAILED:
            raise InvalidInquiry([Problem("outcome", f"unknown outcome {call.outcome!r}")])
        placed = self._placed(call)
        lead_id = placed.lead_id if placed else call.lead_id
        evidence = ContactProof(proof=ProofSource.PROVIDER_EVENT, ref=call.ref, at=call.at, seconds=call.seconds)
        if call.by and call.outcome != FAILED:
            return self.prove(lead_id, call.outcome, self._person(call.by), evidence, now)
        step = _step(placed) if placed else None
        return self._recording.change(
            self._recording.reading(lead_id, "", ""),
            lambda view, _: automatic_call(
                self._policy,
                view.lead,
                call.outcome,
                evidence=evidence,
                step=step,
                now=now,
                windows=self._recording.windows(view.lead),
            ),
            now,
        )

    def _placed(self, call: CallReport) -> Message | None:
        """Return our message of a call that we placed.

        Returns None for a report that only names its lead.
        """
        message = None
        if call.lead_id and call.message_id:
            message = self._outbox.find(call.lead_id, call.message_id)
        elif call.call_id:
            message = self._outbox.find_by_provider_id(call.call_id)
        if message is not None and message.channel is Channel.VOICE:
            return message
        if call.message_id or not call.lead_id:
            field = "message_id" if call.message_id else "call_id"
            raise NotFound(f"{field}: we placed no call with this id")
        return None

    def _person(self, name: str) -> str:
        folded = name.casefold()
        people = [p.id for p in self._policy.people.values() if folded in (p.id, p.email.casefold(), p.name.casefold())]
        if len(people) != 1:
            raise InvalidInquiry([Problem("by", f"unknown person {name!r}")])
        return people[0]


def _step(placed: Message) -> SequenceStepRef:
    return SequenceStepRef(enrolment=str(placed.data.get("enrolment")), step=str(placed.data.get("step")))
