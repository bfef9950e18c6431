"""Columns of opt-outs, and cells that mean yes.

In the languages of CRM systems.
"""

from functools import cache

from leadtight.tabular.vocabulary.words import plain

NAMES = """email opt out, e mail opt out, opt out, opted out, optout, opted out of email, has opted out of email
    hasoptedoutofemail, emailoptout, email optout, sms opt out, smsoptout, phone opt out, fax opt out, optout time
    opt out time, opt out date, unsub time, unsubscribed, unsubscribe, unsubscribed at, unsubscribe date
    unsubscribed from all email, unsubscribed from all emails, opted out of all email, is unsubscribed
    do not call, donotcall, do not contact, donotcontact, do not email, donotemail, do not phone, donotphone
    do not bulk email, donotbulkemail, do not mail, do not text, do not sms, dnc, no contact, no calls, no emails
    abgemeldet, newsletter abgemeldet, nicht anrufen, nicht kontaktieren, keine e mails, keine emails, keine anrufe
    werbesperre, kontaktsperre, werbewiderspruch, desinscrit, desabonne, ne pas appeler, ne pas contacter
    ne pas envoyer d e mail, dado de baja, de baja, no llamar, no contactar, no enviar correo, cancelou inscricao
    descadastrado, nao ligar, nao contatar, nao contactar, disiscritto, non chiamare, non contattare, uitgeschreven
    niet bellen, niet contacteren, niet mailen, avregistrerad, ring inte, kontakta inte, afmeldt, ma ikke kontaktes
    avmeldt, ikke ring, wypisany, nie dzwonic, nie kontaktowac, отписан, не звонить, 配信停止, 連絡不可, 退订, 拒收"""

NO = """no, n, false, f, 0, nein, non, nee, nej, ei, nie, ne, нет, いいえ, 否, 아니오, off, none, never
    subscribed, active, not opted out, opted in, falsch, faux, falso, falsk, unchecked"""


@cache
def _phrases(texts: str) -> frozenset[str]:
    return frozenset(plain(text) for text in texts.replace("\n", ",").split(",") if text.strip())


def is_opt_out(column: str) -> bool:
    """Return whether a column is named as an opt-out."""
    words = plain(column)
    first, _, rest = words.partition(" ")
    return words in _phrases(NAMES) or (first in ("lead", "contact", "person") and rest in _phrases(NAMES))


def says_yes(cell: str) -> bool:
    """Return whether an opt-out cell means yes.

    A tick, a date, a reason: anything but a no.
    """
    return bool(cell.strip()) and plain(cell) not in _phrases(NO)
