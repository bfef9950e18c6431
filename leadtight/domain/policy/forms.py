"""The web forms of a policy: who builds them, and which of their fields mean what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Builder(StrEnum):
    """What makes a form, and so how its posts look. All but `html` post from their own servers."""

    HTML = "html"
    JSON = "json"
    CONTACT_FORM_7 = "contact_form_7"
    ELEMENTOR = "elementor"
    GRAVITY_FORMS = "gravity_forms"
    JOTFORM = "jotform"
    TALLY = "tally"
    WEBFLOW = "webflow"
    WUFOO = "wufoo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How many posts are taken for leads within a window, from one address and from everybody; None: any.

    Beyond `per_source` only what repeats a network, words or a contact is held, or looks disposable.
    """

    per_address: int | None = None
    per_source: int | None = None
    within: timedelta = timedelta(hours=1)


class ChallengeProvider(StrEnum):
    """Who tells people from programs."""

    TURNSTILE = "turnstile"
    HCAPTCHA = "hcaptcha"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge beside a form: whose it is, and where it is verified, unless at its provider's own address."""

    provider: ChallengeProvider
    verify_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """`POST /leads` without a key: which sites' scripts may send leads, how many, and the `sources` counted apart."""

    origins: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words beside a form's consent boxes, one for each box that it has, and the page that it stands on."""

    sms: str = ""
    marketing_email: str = ""
    marketing_sms: str = ""
    marketing_voice: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A web form: who built it, where its visitor goes next, and which of its fields mean what.

    `fields` maps its names to ours; where the builder is `json` or `jotform`, a name may be a JMESPath. `honeypot` is
    a field that people do not see. Scripts of `origins` may read our answer.
    With `keep_files` the files of a post are kept.
    """

    id: str
    builder: Builder = Builder.HTML
    thank_you_url: str | None = None
    source: str = "web_form"
    fields: Mapping[str, str] = field(default_factory=dict)
    consent: Wording = field(default_factory=Wording)
    origins: tuple[str, ...] = ()
    honeypot: str | None = None
    min_fill_time: timedelta | None = None
    rates: Rates = field(default_factory=Rates)
    challenge: Challenge | None = None
    keep_files: bool = False
