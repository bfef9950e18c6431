"""Receive web forms as leads, or hold suspicious ones.

Nothing is dropped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from leadtight.app.intake.deliveries import Deliveries, PendingDelivery, SettledItem
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.intake.rate_limits import PostOrigin
from leadtight.domain.intake.spam import SpamVerdict, suspicion
from leadtight.domain.intake.uploads import Upload
from leadtight.domain.model.consent_record import Visitor
from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.model.stored_file import StoredFile
from leadtight.domain.policy.forms import Builder, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPost:
    """An untrusted form post: fields, visitor and claimed page.

    `uploads` are files as they came, `files` those of them that were kept. A `signed` post is proved to come from the
    form's builder.
    """

    fields: Mapping[str, Any]
    visitor: Visitor = field(default_factory=Visitor)
    page: str = ""
    uploads: tuple[Upload, ...] = ()
    files: tuple[StoredFile, ...] = ()
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpilledFormPost:
    """A form post that could not be stored at first."""

    form: str
    posted: FormPost
    at: datetime


ReadForm = Callable[[Form, FormPost], Submission | None]
"""Reads a post by its form's builder.

Returns None when it is not about a lead. Raises InvalidInquiry.
"""

KeepForm = Callable[[Form, FormPost, SpamVerdict], PendingDelivery]
"""Returns a post as it is held."""

Verify = Callable[[Form, FormPost], SpamVerdict | None]
"""Verifies a form's challenge with its provider.

Returns a doubt also when the provider does not answer, and never raises for that.
"""


KeepFiles = Callable[[Form, FormPost], FormPost]
"""Stores the files of a post."""


class FormIntake:
    """Takes form posts."""

    def __init__(
        self, deliveries: Deliveries, read: ReadForm, keep: KeepForm, verify: Verify, keep_files: KeepFiles
    ) -> None:
        """Take the deliveries and the steps of reading a post."""
        self._deliveries = deliveries
        self._read = read
        self._keep = keep
        self._verify = verify
        self._keep_files = keep_files

    def take(self, form: Form, posted: FormPost, now: datetime, *, by_visitor: bool) -> SettledItem | None:
        """Settle a post; None when it concerns no lead."""
        if form.keep_files and posted.uploads:
            posted = self._keep_files(form, posted)
        if doubt := suspicion(form, posted.fields) or self._verified(form, posted):
            return self._deliveries.hold(self._keep(form, posted, doubt), now)
        try:
            submission = self._read(form, posted)
            if submission is None:
                return None
            address = posted.visitor.ip if form.builder is Builder.HTML else ""
            door = PostOrigin(name=f"form:{form.id}", rates=form.rates, address=address)
            counted = replace(submission, door=door, files=posted.files)
            one_too_many = self._keep(form, posted, SpamVerdict(reason=Reason.TOO_MANY, detail=""))
            return self._deliveries.admit(counted, one_too_many.channel, now, one_too_many)
        except InvalidInquiry as error:
            if by_visitor:
                raise
            return self._deliveries.hold(
                self._keep(form, posted, SpamVerdict(reason=Reason.UNMAPPED, detail=str(error))), now
            )

    def _verified(self, form: Form, posted: FormPost) -> SpamVerdict | None:
        return self._verify(form, posted) if form.challenge else None
