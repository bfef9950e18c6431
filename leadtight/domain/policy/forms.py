"""Web forms of a policy: builders, field mappings and protection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from leadtight.domain.policy.formats import Origin, PositiveDuration, PositiveInt


class Builder(StrEnum):
    """The builder of a form, which determines its posts.

    All but `html` post from their own servers.
    """

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
class FormLimits:
    """The most posts that become leads within a window.

    None is no limit.
    """

    per_address: PositiveInt | None = None
    """The most posts from one IPv4 address or IPv6 /64 within the window; four times as many from its IPv4 /24 or IPv6
    /48."""
    per_source: PositiveInt | None = None
    """The most posts in all within the window. Beyond it, a post is held if it repeats a network or a contact of the
    window, or words that a twentieth of this limit had, carries a link, or cannot be answered; others become leads as
    ever."""
    within: PositiveDuration = timedelta(hours=1)
    """How long a window is."""


FORM_RATES = FormLimits(per_address=20, per_source=500)
API_RATES = FormLimits(per_address=100, per_source=1_000)
"""A server without a key sends the leads of many visitors."""


class ChallengeProvider(StrEnum):
    """Providers of challenges against automated posts."""

    TURNSTILE = "turnstile"
    HCAPTCHA = "hcaptcha"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge beside a form that tells people from programs."""

    provider: ChallengeProvider
    """The provider of the challenge."""
    verify_url: str | None = None
    """Where its answer is verified, if not at the provider's own address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What holds of `POST /leads` without a key."""

    origins: tuple[Origin, ...] = ()
    """The sites whose scripts may send leads and read our answer (CORS), compared exactly."""
    sources: tuple[str, ...] = ()
    """The sources whose leads are counted apart. All others are counted as one: a caller chooses the name."""
    rates: FormLimits = API_RATES
    """How many leads are taken at once of programs without a key; what is more is held for a person. `per_address`
    counts leads whatever their sources; `per_source` those of one source of `sources`, and of all others together. A
    policy that names none has 100, 1,000 and an hour. A program with a key is not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWording:
    """The words beside a form's consent boxes."""

    sms: str = ""
    """Beside the box `consent_sms`: texts about the inquiry."""
    marketing_email: str = ""
    """Beside the box `consent_marketing_email`: mails beyond the inquiry."""
    marketing_sms: str = ""
    """Beside the box `consent_marketing_sms`: texts beyond the inquiry."""
    marketing_voice: str = ""
    """Beside the box `consent_marketing_voice`: automatic calls. docs/guides/compliance.md says what the words must
    have."""
    url: str = ""
    """The page that the form stands on, where the form does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A web form: its builder, its fields and its protection."""

    id: str
    builder: Builder = Builder.HTML
    """What makes the form, and so how its posts look: `html` (a plain form, also by a script), `contact_form_7`,
    `elementor`, `gravity_forms`, `jotform`, `tally`, `webflow`, `wufoo`, or `json` for any JSON.
    docs/guides/channels.md says for each what to paste where."""
    thank_you_url: str | None = None
    """Where the visitor goes next; without it, a built-in page says thank you."""
    source: str = "web_form"
    """The source of its leads."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Which of its fields mean what: its name for a field, and ours (`name`, `email`, `phone`, `message`, ...). With
    `json`, and inside an answer with `jotform`, a JMESPath (`person.mail`). Names that forms commonly use need none;
    others are kept as they are."""
    consent: ConsentWording = field(default_factory=ConsentWording)
    """The words beside the form's consent boxes, so that the form need not send them. A box that is named here was
    shown, ticked or not; either is kept with this policy's version."""
    origins: tuple[Origin, ...] = ()
    """The sites whose scripts may read our answer (CORS), such as `https://www.example.com`, compared exactly. A plain
    form needs none."""
    honeypot: str | None = None
    """A field that people do not see. A post that fills it in is held as suspected spam."""
    min_fill_time: PositiveDuration | None = None
    """A post whose `fill_ms` (written by a script of the page) is less is held as suspected spam. One without `fill_ms`
    is not."""
    rates: FormLimits = FORM_RATES
    """How many posts become leads at once; what is more is held for a person. A form that names none has 20, 500 and an
    hour. Where all visitors have one address, as behind a proxy of your own, set `per_address` to at least
    `per_source`. It holds only with the builder `html`: others post from their own servers."""
    challenge: Challenge | None = None
    """A challenge that tells people from programs. Its secret is the value `challenge` under `form:<name>` in the
    webhook secret."""
    keep_files: bool = False
    """Keep the files that visitors attach (pictures, PDF, office documents, text, sound and video, at most 4 MB each
    and 10 a post), to be downloaded from the lead's page for 180 days. Without it only their names are kept."""
