"""Names that cannot own a lead (C1).

They are of roles, teams and mailboxes.
"""

import re
import unicodedata
from collections.abc import Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.policy import Policy


def _plain(text: str) -> str:
    """Return letters in lower case and without their marks."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _words(text: str) -> frozenset[str]:
    return frozenset(_plain(text).split())


_GROUPS = _words(
    """
    team teams queue queues department dept mailbox inbox helpdesk hotline callcenter callcentre
    abteilung vertrieb kundenservice kundendienst verkaufsteam postfach
    equipe equipo squadra ekip zespol csapat ryhma отдел команда 团队 チーム
    """
)
"""One such word names a group, whatever stands beside it."""

_ROLES = _words(
    """
    abuse account accounting accounts admin administration administrator agency agent agents all anybody anyone apps
    assistant backoffice billing bookings bot business callback care catchall client cliente clientes clients chat
    company concierge consultant contact
    contacts crew crm customer customers default desk director dispatch dispatcher email enquiries enquiry everybody
    everyone exec executive
    finance frontdesk group growth hello help hostmaster hr info information inquiries inquiry inside intake jobs
    leads
    legal mail mailer management manager managers marketing me nobody none noreply office operations operator ops
    orders outbound outside owner owners partner partners partnerships pool postmaster press presales queue reception
    receptionist rep reps representative router representatives root rotation routing sales salesperson salesforce sdr
    sdrs bdr
    bdrs ae aes secretary security service services shared shop staff success support system tech test triage
    unassigned
    unknown user users webmaster website welcome work
    buero buro empfang geschaeftsfuehrung geschaftsfuhrung innendienst aussendienst kontakt kundenbetreuung kunden
    leitung niemand
    personal sekretariat service verkauf verwaltung werbung zentrale
    accueil bureau commercial commerciaux contact direction personne secretariat secretaire ventes vente
    administracion administrador atencion comercial comerciales contacto nadie oficina recepcion servicio soporte
    ventas
    administracao atendimento comercial contato escritorio ninguem suporte vendas
    amministrazione assistenza commerciale contatti nessuno segreteria ufficio vendite
    administratie kantoor klantenservice niemand ondersteuning receptie verkoop
    biuro kontakt nikt obsluga sekretariat sprzedaz forsaljning kundtjanst kundeservice salg satis destek
    продажи менеджер админ поддержка 营业 销售 客服 営業 サポート
    """
)
"""A name of nothing but such words names a role."""

_FILLERS = _words("a al an and de der des die el for le la les of our the und unser y et e i our und no nr s")


def names_a_role(name: str) -> bool:
    """Return whether a name is a role's, team's or mailbox's.

    `sales`, `Sales Team 2` and `info@example.com` are; `Maria Sales` is a person.
    """
    words = [word for word in re.split(r"[\W\d_]+", _plain(name.partition("@")[0])) if word]
    telling = [word for word in words if word not in _FILLERS and len(word) > 1]
    if not telling:
        return False
    is_run_together = "".join(telling) in _ROLES | _GROUPS
    return is_run_together or not _GROUPS.isdisjoint(telling) or all(word in _ROLES for word in telling)


def check_role_names(policy: Policy) -> Iterator[Problem]:
    """Yield people who are a role, team or pool."""
    for id_, person in policy.people.items():
        for path, name in ((f"people.{id_}", id_), (f"people.{id_}.name", person.name)):
            if names_a_role(name):
                yield Problem(path, f"{name!r} names a role or a group: a lead is owned by one named person")
        if id_ in policy.teams or id_ in policy.pools:
            yield Problem(f"people.{id_}", "is also the id of a team or a pool: a lead is owned by one named person")
