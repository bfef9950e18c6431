"""Lead sources: forms, adverts, other systems, mail, files, chats.

They record the response to each of their leads.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from leadtight.adapters.inbound.webhooks import mail_provider, reader
from leadtight.adapters.inbound.webhooks.email import mail_intake
from leadtight.adapters.memory.ports import PUBLIC_URL
from leadtight.adapters.memory.senders import SentMail
from leadtight.app.intake.deliveries import SettledItem
from leadtight.app.intake.file_import import ImportRow
from leadtight.app.intake.form_posts import FormPost, SpilledFormPost
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.errors import Conflict
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter
from leadtight.simulation.actors import chats
from leadtight.simulation.actors.quotations import QUOTING
from leadtight.simulation.actors.sample_mails import CALL_ME, FORGED, FORGED_STOP, STOP, letter
from leadtight.simulation.deployment import GONE, NO_LEAD
from leadtight.simulation.faults import FaultKind, PortUnavailable
from leadtight.simulation.run import SimulationRun, Work
from leadtight.simulation.simulated_policy import ADS, CHATS, INBOX, PAGE, QUOTES

MESSAGES = ("Please call me today", "I have a question", "How much is a new roof?")
LONGEST_PAUSE = 600
"""Longest pause in seconds before an unanswered post is repeated."""

AGREED = {"text": "yes", "url": PUBLIC_URL}
"""The consent text and address that people agreed to."""

FILES = "old_crm"
"""The source of imported leads."""

JSON = "application/json"
OUR_MAILBOX = "sales@leadtight.example"
NOBODY = {"colour": "green"}
"""An item that maps to no lead."""

BROKEN_ITEM = "no object"
"""An unreadable item among readable ones."""

WAYS = {"form": 26, "page": 10, "advert": 12, "system": 13, "mail": 20, "file": 8, "chat": 11}
"""Channels of leads, of a hundred."""

LETTERS = {
    "inquiry": 4,
    "answer": 3,
    "late": 3,
    "quoting": 5,
    "away": 2,
    "leaving": 2,
    "spam": 8,
    "team": 1,
    "unreadable": 1,
    "forged": 2,
}
"""Kinds of mails, of thirty-one.

Spam is frequent: what a person releases from it is seldom from a known sender.
"""

KNOWN = 0.5
"""Share of senders who have written before.

It applies to all channels but the form: among these people two meet at one lead.
"""

UNPROVED = 7
"""Of so many mails by a provider, one is unauthenticated."""

WRITES_AGAIN = 0.5
"""Share of chat messages by the first sender without number.

They thus write more than once.
"""


@dataclass
class LeadSources:
    """Everyone who sends leads in one run.

    `sent` names what they sent, `reported_ids` the leads or quarantined deliveries that the responses name. Mails get
    no response: `mails` counts them, and `leaving` maps opt-out mails to their address. `ending` maps opt-out items of
    chats to their number, and `texts_ended` numbers to the texts sent before. `is_lead` says which delivered items are
    leads. `delivered` and `imported` may come again. `agreed` are the numbers of people who agreed to texts.
    """

    run: SimulationRun
    sent: set[str] = field(default_factory=set)
    reported_ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    mails: int = 0
    leaving: dict[str, str] = field(default_factory=dict)
    ending: dict[str, str] = field(default_factory=dict)
    texts_ended: dict[str, int] = field(default_factory=dict)
    is_lead: dict[str, bool] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    misled: list[str] = field(default_factory=list)
    delivered: list[tuple[Webhook, bytes, str, datetime]] = field(default_factory=list)
    imported: list[tuple[ImportRow, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Record the outcome of spilled posts."""
        self.run.delivering.took = lambda spilled, settled: self._settled(spilled.posted, settled)

    def comes(self, number: int) -> Callable[[], None]:
        """Return the task that brings a lead.

        Decisions made here are the same whether the lead comes or not.
        """
        [way] = self.run.chance.choices(list(WAYS), list(WAYS.values()))
        ways = {
            "form": self._form,
            "page": self._page,
            "advert": self._advert,
            "system": self._system,
            "mail": self._mail,
            "file": self._file,
            "chat": self._chats,
        }
        return ways[way](number, f"key-{number}")

    # forms and other systems, which post until they are answered

    def _form(self, number: int, key: str) -> Callable[[], None]:
        """Post as a visitor, or with an API key.

        The firm's own site has a key, and its claims are believed.
        """
        inquiry, caller = self._inquiry(number, 0.15), self.run.chance.choice((Submitter.API, Submitter.KEYED_API))
        self._agrees(inquiry)
        return self._begins({f"web_form/{key}"}, "intake", partial(self._post, key, inquiry, caller))

    def _page(self, number: int, key: str) -> Callable[[], None]:
        """Post as a form builder's server does.

        Sometimes a program filled in the hidden field.
        """
        chance, who = self.run.chance, self._who(number, KNOWN)
        fields = {"EntryId": key, "name": f"Ada Obi {who}", "message": chance.choice(MESSAGES)}
        fields |= {"email": _address(who)} if chance.random() < 0.9 else {"phone": f"+49 30 9018{who:04d}"}
        fields |= {"website": "x"} if chance.random() < 0.15 else {}
        return self._begins({f"{PAGE.source}/{key}"}, "intake", partial(self._post_page, FormPost(fields=fields)))

    def _post_page(self, posted: FormPost, now: datetime) -> None:
        """Post once, as the function intake does.

        Posts that the table refuses are kept in a queue.
        """
        deployment = self.run.deployment
        try:
            settled = deployment.form_intake.take(PAGE, posted, now, by_visitor=False)
        except PortUnavailable:
            deployment.spill.send(SpilledFormPost(form=PAGE.id, posted=posted, at=now))
        else:
            assert settled is not None, "every post of this form concerns a lead"
            self._settled(posted, settled)

    def _settled(self, posted: FormPost, settled: SettledItem) -> None:
        self.reported_ids[f"{PAGE.source}/{posted.fields['EntryId']}"].add(settled.id)

    def _advert(self, number: int, key: str) -> Callable[[], None]:
        """Announce a lead, which must be fetched."""
        kept = self.run.chance.choices((self._inquiry(number), GONE, NO_LEAD), (8, 1, 1))[0]
        self.run.deployment.platform.leads[key] = kept
        body = {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": key}}]}]}
        return self._delivered(ADS, {f"ads/{key}"}, "", json.dumps(body).encode(), key)

    def _system(self, number: int, key: str) -> Callable[[], None]:
        """Deliver one to three items.

        Items that are unreadable or not a lead are quarantined.
        """
        lead, other = self._inquiry(number), {**self._inquiry(number), "message": "And a second one"}
        self._agrees(lead, other)
        bad = [lead, BROKEN_ITEM, other]
        kinds: tuple[list[Any] | None, ...] = ([lead], [lead, NOBODY], [lead, other], bad, bad[1:], [NOBODY], None)
        [items] = self.run.chance.choices(kinds, (6, 1, 1, 1, 1, 1, 1))
        body = b"no JSON" if items is None else json.dumps({"all": items}).encode()
        names = self._named("quotes", key, [item in (lead, other) for item in items or [None]])
        return self._delivered(QUOTES, names, key, body, key)

    def _chats(self, number: int, key: str) -> Callable[[], None]:
        """Deliver chat messages of one to three people.

        Of people without a number it is most often the same.
        """
        chance = self.run.chance
        people = [
            1 if chance.random() < WRITES_AGAIN else self._who(number, KNOWN)
            for _ in range(chance.randint(1, chats.MOST))
        ]
        written = chats.messages(chance, key, people)
        names = self._named("chats", key, map(chats.is_readable, written))
        ends = {name: message for name, message in zip(names, written, strict=True) if chats.ends(message)}
        self.ending |= {name: chats.number_of(message) for name, message in ends.items()}
        return self._delivered(CHATS, names, "", chats.delivery(written), key)

    def _named(self, source: str, key: str, readable: Iterable[bool]) -> list[str]:
        """Return the names of a delivery's items.

        Remember which of them are leads, and which cannot be read.
        """
        is_lead = {
            f"{source}/{key}:{place}" if place else f"{source}/{key}": is_expected
            for place, is_expected in enumerate(readable)
        }
        self.is_lead |= is_lead
        return list(is_lead)

    def _delivered(
        self, webhook: Webhook, names: Iterable[str], key: str, body: bytes, label: str
    ) -> Callable[[], None]:
        def work(now: datetime) -> None:
            for number, item in enumerate(self.deliver(webhook, body, key, now)):
                name = f"{webhook.id}/{label}:{number}" if number else f"{webhook.id}/{label}"
                self.reported_ids[name].add(item.id)
                if name in self.ending:
                    self._ended(item.id, self.ending[name])
            self.delivered.append((webhook, body, key, self.run.now))

        return self._begins(names, "webhook", work)

    def _ended(self, lead_id: str, number: str) -> None:
        """Remember the number of texts sent before an opt-out.

        It covers the sender's number and that of their lead.
        """
        deployment = self.run.deployment
        lead = deployment.table.load(lead_id)
        numbers = [number, (lead.inquiry.phone if lead else None) or ""]
        for ended in filter(None, numbers):
            self.texts_ended.setdefault(ended, len(deployment.texter.sent))

    def deliver(self, webhook: Webhook, body: bytes, key: str, now: datetime) -> Sequence[SettledItem]:
        """Deliver once, as the function intake does."""
        return reader.take(self.run.deployment.deliveries, webhook, body, key, JSON, now)

    def _begins(self, names: Iterable[str], label: str, work: Work) -> Callable[[], None]:
        post = self._posted(label, work)

        def begin() -> None:
            self.sent.update(names)
            post()

        return begin

    def _posted(self, label: str, work: Work, pause: float = 60) -> Callable[[], None]:
        """Return a task that posts until it is answered.

        It retries as providers do: with the same key, after growing pauses.
        """

        def post() -> None:
            if not self.run.invoke(label, work):
                self.run.soon(1, pause, self._posted(label, work, min(2 * pause, LONGEST_PAUSE)))
            elif self.run.faults.to("post") is FaultKind.TWICE or self.run.is_lucky(0.05):
                self.run.soon(0.1, 3_600, post)  # a second press, or a delivery that comes twice

        return post

    def _agrees(self, *inquiries: Mapping[str, Any]) -> None:
        """Remember the numbers of people who agree to texts."""
        self.agreed |= {body["phone"].replace(" ", "") for body in inquiries if "sms" in body.get("consent", {})}

    def _post(self, key: str, body: dict[str, Any], caller: Submitter, now: datetime) -> None:
        changes = self.run.deployment.table.changes
        count = len(changes)
        receipt = self.run.deployment.intake.receive(
            Submission(source="web_form", key=key, body=body, caller=caller), now
        )
        self.reported_ids[f"web_form/{key}"].add(receipt.lead_id)
        made = [change for change in changes[count:] if change.before is None and change.after.id == receipt.lead_id]
        if made and receipt.status == "duplicate":
            self.misled.append(f"{key} was reported as known by the request that created {receipt.lead_id}")

    def _inquiry(self, number: int, known_share: float = KNOWN) -> dict[str, Any]:
        chance = self.run.chance
        who = self._who(number, known_share)
        body: dict[str, Any] = {"name": f"Ada Obi {who}", "message": chance.choice(MESSAGES)}
        body |= {"email": _address(who)} if chance.random() < 0.9 else _chat(who)
        if "email" in body and chance.random() < 0.3:
            body |= {"phone": f"+49 30 9018{who:04d}", "phone_verified": who % 4 > 0}
            body |= {"consent": {"sms": True, **AGREED}} if chance.random() < 0.7 else {}
        elif chance.random() < 0.5:
            body |= {"consent": {"marketing": ["email"], **AGREED}}
        return body

    def _who(self, number: int, known_share: float) -> int:
        """Return the sender; some have written before."""
        chance = self.run.chance
        return chance.randrange(number) if number and chance.random() < known_share else number

    # files, which are imported until every row is taken

    def _file(self, number: int, key: str) -> Callable[[], None]:
        rows = [ImportRow(number=2, key=key, body=self._inquiry(number))]
        if self.run.is_lucky(0.3):
            past = {"stage": "won", "closed_at": "2026-03-01"}
            rows.append(ImportRow(number=3, key=f"{key}-before", body=self._inquiry(number), past=past))
        self._agrees(*(row.body for row in rows))
        names = {f"{FILES}/{row.key}" for row in rows}
        return self._begins(names, "import", partial(self._import, tuple(rows)))

    def _import(self, rows: Sequence[ImportRow], now: datetime) -> None:
        """Import a file.

        Raises Conflict when one of its people was changed meanwhile: the import is then repeated.
        """
        results = self.run.deployment.file_import.take(FILES, rows, now)
        for row, result in zip(rows, results, strict=True):
            if result.result == "rejected":
                raise Conflict(str(result.problems))
            self.reported_ids[f"{FILES}/{row.key}"].add(result.lead_id)
        self.imported.append(tuple(rows))

    # mails, which their receiver stores

    def _mail(self, number: int, key: str) -> Callable[[], None]:
        [kind] = self.run.chance.choices(list(LETTERS), list(LETTERS.values()))
        who, by_provider = self._who(number, KNOWN), self.run.is_lucky(0.4)

        def comes() -> None:
            raw = self._letter(kind, key, who)
            if by_provider and kind not in ("leaving", "forged"):
                self.mails += 1
                verdict = "DKIM_VALID_AU" if number % UNPROVED else "SPF_FAIL"
                verdicts = [{"Name": "X-Spam-Tests", "Value": verdict}]
                content = json.dumps({"RawEmail": raw.decode(), "Headers": verdicts}).encode()
                self._posted("webhook", lambda _: self._keep(content))()
            else:
                self.store(f"ses/{key}", raw, _address(who) if kind == "leaving" else "")

        return comes

    def store(self, file: str, raw: bytes, leaves: str = "") -> None:
        """Store a mail; `leaves` is the address that opts out."""
        self.mails += 1
        if leaves:
            self.leaving[file] = leaves
        self.run.deployment.mail_files.keep(file, raw, "")

    def _keep(self, content: bytes) -> None:
        files: Any = self.run.deployment.faulty_mail_files
        mail_intake.keep(files, INBOX, mail_provider(INBOX.provider), content, JSON)

    def _letter(self, kind: str, key: str, who: int) -> bytes:
        """Return a mail.

        Without a mail to answer, an answer or automatic reply is an inquiry.
        """
        headers = {
            "From": f"Ada Obi {who} <{_address(who)}>",
            "To": OUR_MAILBOX,
            "Message-ID": f"<{key}@x.example>",
        }
        answered = self._answerable(kind) if kind in ("answer", "late", "quoting", "away") else None
        if answered:
            headers |= {"To": str(answered.envelope.reply_to), "From": answered.permission.address}
        if kind == "away":
            headers["Auto-Submitted"] = "auto-replied"
        elif kind == "spam":
            headers["X-SES-Spam-Verdict"] = "FAIL"
        elif kind == "team":
            headers["From"] = self.run.policy.people["ana"].email
        elif kind == "forged":
            headers |= FORGED
        text = {"leaving": STOP, "forged": FORGED_STOP}.get(kind, CALL_ME)
        if kind == "quoting":
            headers["Content-Type"], text = self.run.chance.choice(QUOTING)
        return letter(headers, text) if kind != "unreadable" else f"no mail {key}".encode()

    def _answerable(self, kind: str) -> SentMail | None:
        """Return a recent mail to a lead that accepts answers.

        For a late answer it is one to a closed lead.
        """
        sent = [mail for mail in self.run.deployment.mailer.sent if mail.envelope.reply_to]
        mails = [mail for mail in sent if self._is_closed(mail.envelope.lead_id)] if kind == "late" else sent
        return self.run.chance.choice(mails[-3:]) if mails else None

    def _is_closed(self, lead_id: str) -> bool:
        lead = self.run.deployment.table.load(lead_id)
        return lead is not None and not lead.is_open


def _address(who: int) -> str:
    """Return a sender's address.

    Some have the form of old telephones, which no standard knows.
    """
    return f"ada{who}.@mobile.example" if chats.hides_number(who) else f"ada{who}@example.com"


def _chat(who: int) -> dict[str, str]:
    """Return a sender's chat identity.

    It is their number, or an id where they hide it.
    """
    return {"handle": f"whatsapp:{who}"} if chats.hides_number(who) else {"phone": f"+49 30 9018{who:04d}"}
