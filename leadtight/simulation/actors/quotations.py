"""Mails that quote another, as mail programs do.

They say one thing and quote another.
"""

OWN = "Thank you. How much would it be with a balcony?"
"""The sender's own words, which trigger nothing."""

QUOTED = "Please take me off your list. My lawyer will hear of this. STOP"
"""The quoted words, an opt-out and a concern."""

_ATTRIBUTIONS = (
    "On Mon, 2 Mar 2026 at 10:00, Harbour <hello@leadtight.example> wrote:",
    "Am Mo., 2. M\u00e4rz 2026 um 10:00 Uhr schrieb Harbour <hello@leadtight.example>:",
    "Le lun. 2 mars 2026 \u00e0 10:00, Harbour <hello@leadtight.example> a \u00e9crit :",
    "El lun, 2 mar 2026 a las 10:00, Harbour (<hello@leadtight.example>) escribi\u00f3:",
    "Em seg., 2 de mar. de 2026 \u00e0s 10:00, Harbour <hello@leadtight.example> escreveu:",
    "Il giorno lun 2 mar 2026 alle ore 10:00 Harbour <hello@leadtight.example> ha scritto:",
    "Op ma 2 mrt 2026 om 10:00 schreef Harbour <hello@leadtight.example>:",
    "Den m\u00e5n 2 mars 2026 kl 10:00 skrev Harbour <hello@leadtight.example>:",
    "pon., 2 mar 2026 o 10:00 Harbour <hello@leadtight.example> napisa\u0142(a):",
)
_HEADINGS = (
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoy\u00e9", "\u00c0", "Objet"),
    ("De", "Enviado", "Para", "Asunto"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
)
_IN_HTML = (
    "<p>{0}</p><div class='gmail_quote'><div class='gmail_attr'>On Monday Harbour wrote:</div>"
    "<blockquote class='gmail_quote'>{1}</blockquote></div>",
    "<p>{0}</p><blockquote type='cite'><div>{1}</div></blockquote>",
    "<p>{0}</p><div id='divRplyFwdMsg'><b>From:</b> Harbour<br><b>Sent:</b> Monday<br><b>To:</b> Ada<br>"
    "<b>Subject:</b> A roof</div><div>{1}</div>",
)


def _headed(names: tuple[str, ...]) -> str:
    values = ("Harbour <hello@leadtight.example>", "2 March 2026 10:00", "Ada Obi", "A roof")
    heading = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
    return f"{OWN}\n\n{heading}\n\n{QUOTED}"


PLAIN, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"
QUOTING = (
    *((PLAIN, f"{OWN}\n\n{line}\n\n> {QUOTED}") for line in _ATTRIBUTIONS),
    *((PLAIN, _headed(names)) for names in _HEADINGS),
    *((HTML, page.format(OWN, QUOTED)) for page in _IN_HTML),
)
"""Content types and texts of mails that read as `OWN`."""
