"""A call provider's report, before its call is identified."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """A call provider's report about one call.

    `call_id` is the provider's id of the call, `message_id` ours of a call that a sequence placed. `ref` is the id of
    the report itself. `outcome` is one of the policy's, or `failed`. `by` names the team member who spoke, by id,
    address or name; it is empty when none did.
    """

    ref: str
    at: datetime
    outcome: str
    call_id: str = ""
    lead_id: str = ""
    message_id: str = ""
    by: str = ""
    seconds: int | None = None
