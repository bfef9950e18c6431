"""Readable names of figures, by their keys."""

from collections.abc import Iterable

_NAMES = {
    "who was contacted": ("contacted", "never_contacted", "contact_rate", "marketing_sales_gap", "ledger"),
    "how fast leads are answered": (
        *("contacted_in_window", "follow_up_rate", "response", "business_response", "buckets", "readiness.speed"),
        *("owners[].contacted_in_window", "segments[].contacted_in_window"),
    ),
    "when leads are missed": ("heat", "segments"),
    "the days that the leads cover": ("period",),
    "the verdict": ("diagnosis.verdict",),
    "whether leads wait without an owner": ("diagnosis.causes[routing]",),
    "figures by owner": ("owners",),
    "figures by source": ("sources",),
    "leads won by source": ("sources[].won",),
    "wins by response time": ("win_by_bucket",),
    "follow-up of the qualified leads": ("qualified",),
    "the period before": ("previous",),
    "how often leads were tried": ("attempts", "readiness.persistence"),
    "where leads stall": ("stages[].median_days", "stuck"),
    "how completely leads are filled in": ("readiness.crm_continuity",),
    "whether owners make the contacts themselves": ("readiness.context_retention",),
    "whether the team can answer within the window": ("capacity",),
    "what leads cost": (
        *("money.spend", "money.cost_per_lead", "money.effective_cost_per_contacted_lead", "sources[].spend"),
        *("sources[].cpl", "sources[].effective_cac"),
    ),
    "what leads without a contact cost": ("money.sunk_cac", "money.monthly_waste", "money.annual_waste"),
    "what they could have brought": ("money.unrealised_revenue",),
    "what an opportunity costs": ("money.cost_per_opportunity",),
    "what a won deal costs": ("money.cost_per_won", "sources[].cac"),
    "what a won deal leaves": ("money.margin_per_won", "money.margin_per_won_without_leak"),
}
_NAME_OF = {key: name for name, keys in _NAMES.items() for key in keys}


def names(keys: Iterable[str]) -> list[str]:
    """Return readable names for keys, without duplicates, in order."""
    plain = (key.removeprefix("window.") for key in keys)
    return list(dict.fromkeys(_NAME_OF.get(key, _NAME_OF.get(key.split(".")[0], key)) for key in plain))
