"""Roles, teams, queues and mailboxes are not people (C1)."""

import pytest

from leadtight.domain.model.errors import PolicyError
from leadtight.domain.policy_checks.role_names import names_a_role
from leadtight.policy import loader as policies

ROLES = (
    *("sales", "Sales", "SALES", "admin", "info", "team", "Team Berlin", "sales team", "sales-team_2", "Sales Queue"),
    *("the sales", "Inside Sales", "front desk", "Customer Success", "support", "help desk", "info@example.com"),
    *("Office", "Unassigned", "nobody", "everyone", "SDR", "sdr 1", "all reps", "Marketing", "Call Center"),
    *("Vertrieb", "Vertrieb Nord", "Verkauf", "Büro", "Außendienst", "Abteilung 3", "Kundenservice"),
    *("Ventes", "Équipe commerciale", "Ventas", "Atención", "Vendas", "Vendite", "Verkoop", "Sprzedaż", "Försäljning"),
    *("продажи", "отдел продаж", "销售", "営業", "サポート", "Kundenbetreuung", "Servicio al cliente", "Dispatch"),
)
PEOPLE = (
    *(
        "ana",
        "Ana Costa",
        "Maria Sales",
        "Sam Manager-Jones",
        "Frank Vertriebmann",
        "Oda Desk",
        "Mia Berger",
        "m.berger",
    ),
    *("Søren", "Яна Орлова", "王伟", "Hannah Pool", "Bob Office", "Chef Info Nwosu", "j2", "ben_2", "Li", "Ng", "A"),
    *("ana@example.com", "Justin Case", "Will Work", "Grace Groupe"),
)


@pytest.mark.parametrize("name", ROLES)
def test_role_is_not_a_person(name: str) -> None:
    assert names_a_role(name)


@pytest.mark.parametrize("name", PEOPLE)
def test_person_is_not_a_role(name: str) -> None:
    assert not names_a_role(name)


def renamed(old: str, new: str) -> str:
    return policies.SHIPPED.read_text(encoding="utf-8").replace(old, new)


@pytest.mark.parametrize("role", ["sales", "admin", "info", "team", "sales_team"])
def test_policy_with_a_role_for_an_owner_is_refused(role: str) -> None:
    text = renamed("[people.ana]", f"[people.{role}]").replace('"ana"', f'"{role}"')
    with pytest.raises(PolicyError, match=rf"people\.{role}: '{role}' names a role") as error:
        policies.parse(text.encode())
    assert "one named person" in str(error.value)


def test_policy_with_a_role_for_a_name_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"people\.ana\.name: 'Sales Desk' names a role"):
        policies.parse(renamed('"Ana Costa"', '"Sales Desk"').encode())


def test_person_with_the_id_of_a_pool_is_refused() -> None:
    text = renamed("[people.ana]", "[people.inbound]").replace('"ana"', '"inbound"')
    with pytest.raises(PolicyError, match=r"people\.inbound: is also the id of a team or a pool"):
        policies.parse(text.encode())


def test_shipped_policy_names_people_only() -> None:
    policy = policies.shipped()
    assert policy.people
    assert not [id_ for id_, person in policy.people.items() if names_a_role(id_) or names_a_role(person.name)]
