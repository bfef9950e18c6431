"""Let team members add leads themselves (A7, A8).

These are referrals, walk-ins and messages from social networks.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadtight.app.intake.receive import Intake
from leadtight.app.intake.submission import Submission
from leadtight.app.messaging.links import Links
from leadtight.app.ports.clock_and_ids import NewId
from leadtight.app.ports.contact_points import Contacts
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, Problem
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter
from leadtight.domain.text.web_address import is_web_address

FORM = "desk"
"""The form id of leads that team members type."""

CHANNELS = {
    "referral": "Referral",
    "walk_in": "Walk-in",
    "phone": "Phone call",
    "email": "E-mail",
    "linkedin_dm": "LinkedIn message",
    "facebook_dm": "Facebook message",
    "instagram_dm": "Instagram message",
    "other": "Something else",
}
"""Sources to choose from, with their names on the page."""

REACHED_BY = ("phone", "email", "permalink")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddForm:
    """A typed lead.

    `submission` is used once; with `mine` the author is already talking to the lead.
    """

    submission: str
    name: str = ""
    phone: str = ""
    email: str = ""
    channel: str = ""
    permalink: str = ""
    note: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickAddResult:
    """The result of adding a lead.

    A known lead has an `owner_id`; of a new one it says whether it goes to its author.
    """

    person: str
    name: str
    status: str
    mine: bool
    owner_id: str | None = None


class QuickAdd:
    """Adds typed leads through the same intake as all others."""

    def __init__(
        self, policy: Policy, intake: Intake, store: LeadStore, contacts: Contacts, links: Links, new_id: NewId
    ) -> None:
        """Take the policy, the intake and the ports."""
        self._policy = policy
        self._intake = intake
        self._store = store
        self._contacts = contacts
        self._links = links
        self._new_id = new_id

    def blank(self) -> AddForm:
        """Return an empty form with a submission of its own."""
        return AddForm(submission=self._new_id())

    def add(self, token: str, form: AddForm, now: datetime) -> QuickAddResult:
        """Receive a lead typed on a queue page; idempotent.

        No acknowledgement is sent: the lead did not write to us. Raises InvalidInquiry naming each field, InvalidLink
        and LinkExpired as the queue does, Conflict as the intake does.
        """
        person = self._links.open(token, LinkPurpose.QUEUE, now).person
        if person not in self._policy.people:
            raise LinkExpired("You are no longer assigned any leads.")
        self._check(form)
        submission = Submission(
            source=form.channel,
            form=FORM,
            key=f"{person}:{form.submission}",
            body=_body(form, person),
            caller=Submitter.TEAM,
        )
        accepted = self._intake.receive(submission, now)
        lead = self._store.load(accepted.lead_id) if accepted.status == "merged" else None
        return _added(person, form, accepted.status, lead)

    def _check(self, form: AddForm) -> None:
        problems = []
        if form.channel not in CHANNELS:
            problems.append(Problem("channel", "choose where the lead came from"))
        if not form.name:
            problems.append(Problem("name", "enter a name"))
        if not any(getattr(form, name) for name in REACHED_BY):
            problems.append(Problem("phone", "enter a phone number, an e-mail address or a link to your conversation"))
        home = self._policy.company.country
        if form.phone and self._contacts.phone(form.phone, home, is_assumed=True) is None:
            problems.append(Problem("phone", "this number cannot be dialled: write it with its country code"))
        if form.email and self._contacts.email(form.email) is None:
            problems.append(Problem("email", "this is not an e-mail address"))
        if form.permalink and not is_web_address(form.permalink):
            problems.append(Problem("permalink", "a link begins with https://"))
        if problems:
            raise InvalidInquiry(problems)


def _body(form: AddForm, person: str) -> dict[str, Any]:
    body = {"name": form.name, "phone": form.phone, "email": form.email, "message": form.note}
    fields = {"permalink": form.permalink} if form.permalink else {}
    return body | {"fields": fields, "owner": person if form.mine else "", "acknowledge": False}


def _added(person: str, form: AddForm, status: str, lead: Lead | None) -> QuickAddResult:
    owner = lead.owner_id if lead else None
    return QuickAddResult(person=person, name=form.name, status=status, mine=form.mine, owner_id=owner)
