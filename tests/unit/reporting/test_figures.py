"""Ten leads with figures worked out by hand."""

import csv
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from leadtight.domain.policy.reporting import Money
from leadtight.reporting.review.nightly import TOO_LITTLE
from leadtight.reporting.review.page import GONE
from tests.unit.reporting.history import History, utc

pytestmark = pytest.mark.slow

# Monday 2 March 2026, Berlin is UTC+1. Hot leads ("today") are promised an answer in 5 minutes, others in 60 minutes
# of office time (9:00-12:30, 13:30-18:00); what comes after hours, by 10:00 next morning.
TODAY = "please call today"
MONDAY = date(2026, 3, 2)
NIGHT = utc("2026-03-03 00:15")


@pytest.fixture
def ten() -> History:
    h = History()
    h.arrive("l01", "2026-03-02 08:00:00", message=TODAY)  # ana
    h.arrive("l02", "2026-03-02 08:10:00", message=TODAY)  # ben
    h.arrive("l03", "2026-03-02 08:20:00")  # cem
    h.arrive("l04", "2026-03-02 08:30:00")  # ana
    h.arrive("l05", "2026-03-02 08:40:00", source="referral")  # ben
    h.arrive("l06", "2026-03-02 08:50:00", source="referral")  # cem
    h.outcome("l01", "2026-03-02 08:04:59", "connected")  # 299 s, in time
    h.ring("l02", "2026-03-02 08:13:00")  # warned at 60 %
    h.ring("l02", "2026-03-02 08:15:01")  # second warning, missed, escalated to mia
    h.outcome("l02", "2026-03-02 08:15:02", "connected")  # 302 s, too late
    h.outcome("l03", "2026-03-02 08:50:00", "interested")  # 1,800 s, in time
    h.outcome("l04", "2026-03-02 09:30:00", "lost", reason="too dear")  # 3,600 s: exactly the deadline
    h.outcome("l05", "2026-03-02 10:40:00", "won")  # 7,200 s, too late
    h.outcome("l06", "2026-03-02 09:00:00", "no_answer")  # an attempt is not a contact
    h.arrive("l07", "2026-03-02 18:00:00")  # ana; promised by 09:00 UTC next morning
    h.receive("l08", "2026-03-02 22:59:00")  # no owner yet
    h.arrive("l09", "2026-03-01 12:00:00")  # Sunday; ben; by 09:00 UTC on Monday
    h.outcome("l09", "2026-03-02 12:00:00", "connected")  # 86,400 s: still within 24 hours; too late
    h.arrive("l10", "2026-02-28 12:00:00")  # Saturday; cem
    h.outcome("l10", "2026-03-02 08:30:00", "proposal_sent")  # 160,200 s; in time: promised by Monday 10:00
    h.sent("l01", "2026-03-02 08:00:02")
    return h


def test_the_window_counts_every_lead_once(ten: History) -> None:
    report = ten.reports().nightly(MONDAY, NIGHT)
    assert report["leads"] == 10
    assert report["contacted"] == 7
    assert report["never_contacted"] == 3
    assert report["contact_rate"] == pytest.approx(0.7)
    assert report["contacted_in_window"] == 4  # l01, l03, l04, l10
    assert report["follow_up_rate"] == pytest.approx(0.4)
    assert report["pending"] == 2  # l07, l08
    assert report["missed"] == 4  # l02, l05, l06, l09
    assert report["marketing_sales_gap"] == {"generated": 10, "contacted": 7, "gap": 3, "gap_rate": pytest.approx(0.3)}


def test_response_is_calendar_time_over_contacted_leads(ten: History) -> None:
    report = ten.reports().nightly(MONDAY, NIGHT)
    # 299, 302, 1800, 3600, 7200, 86400, 160200
    assert report["response"]["median"] == 3600
    assert report["response"]["mean"] == pytest.approx(259801 / 7, abs=1e-6)
    assert report["response"]["p90"] == pytest.approx(86400 + 0.4 * (160200 - 86400))
    # 299, 302, 1800, 3600, 7200, the 12,600 of Monday's morning and the 1,800 since it began
    assert report["business_response"] == {"median": 1800, "mean": pytest.approx(27601 / 7), "p90": pytest.approx(9360)}


def test_buckets_are_half_open_and_over_24_hours_is_not_never(ten: History) -> None:
    assert ten.reports().nightly(MONDAY, NIGHT)["buckets"] == {
        "under_5m": 1,
        "5m_to_30m": 1,
        "30m_to_2h": 2,
        "2h_to_24h": 2,
        "over_24h": 1,
        "never": 3,
    }


def test_a_person_is_measured_by_the_leads_they_got_first(ten: History) -> None:
    owners = {o["owner"]: o for o in ten.reports().nightly(MONDAY, NIGHT)["owners"]}
    assert {k: (o["leads"], o["contacted"], o["contacted_in_window"]) for k, o in owners.items()} == {
        "ana": (3, 2, 2),
        "ben": (3, 3, 0),
        "cem": (3, 2, 2),
        None: (1, 0, 0),
    }
    assert owners["ben"]["in_window_rate"] == 0
    assert owners["ben"]["median"] == 7200
    assert owners["ben"]["mean"] == pytest.approx((302 + 7200 + 86400) / 3, abs=1e-6)
    assert owners[None]["median"] is None


def test_sources_show_wins_and_that_spend_is_unknown(ten: History) -> None:
    report = ten.reports().nightly(MONDAY, NIGHT)
    unknown = {"spend": None, "cpl": None, "cac": None, "effective_cac": None}
    assert [
        {name: row[name] for name in ("source", "leads", "contacted", "won", *unknown)} for row in report["sources"]
    ] == [
        {"source": "referral", "leads": 2, "contacted": 1, "won": 1, **unknown},
        {"source": "web_form", "leads": 8, "contacted": 6, "won": 0, **unknown},
    ]
    reasons = {c["what"]: c["why"] for c in report["cannot_compute"]}
    assert reasons["money.spend"] == reasons["sources[].cac"] == "no marketing spend is recorded"
    assert {name for name, amount in report["money"].items() if amount is not None} == {"months"}


def test_the_day_counts_its_own_leads_and_all_its_events(ten: History) -> None:
    today = ten.reports().nightly(MONDAY, NIGHT)["day"]
    assert (today["leads"], today["contacted"], today["contacted_in_window"]) == (8, 5, 3)
    assert today["events"] == {
        "received": 8,
        "excluded": 0,
        "joined": 0,
        "auto_replies": 0,
        "assigned": 7,
        "reassigned": 0,
        "offered_on": 0,
        "handed_over": 0,
        "expired": 0,
        "cover_prolonged": 0,
        "warned": 2,
        "missed": 1,
        "escalated": 1,
        "reminded": 0,
        "stalled": 0,
        "rearmed": 0,
        "enrolled": 0,
        "sequence_steps": 0,
        "calls_failed": 0,
        "calls_made_tasks": 0,
        "sequences_ended": 0,
        "retired": 0,
        "calls_booked": 0,
        "leads_asked": 0,
        "leads_answered": 0,
        "answers_by_kind": {},
        "disagreements_by_owner": {},
        "leads_not_reached": 0,
        "alerts_not_delivered": 0,
        "opted_out": 0,
        "erased": 0,
        "concerns": 0,
        "outcomes": 8,
        "outcomes_proven": 0,
        "first_contacts_corrected": 0,
        "outcomes_undone": 0,
        "missed_by_target": {"first_response": 1},
        "outcomes_by_kind": {
            "connected": 3,
            "interested": 1,
            "lost": 1,
            "no_answer": 1,
            "proposal_sent": 1,
            "won": 1,
        },
        "messages": {"put_off": 0, "sent": 1, "confirmed": 0, "bounced": 0, "failed": 0, "refused": 0},
        "messages_by_template": {"alert_owner": 1},
    }


def test_every_figure_is_defined(ten: History) -> None:
    report = ten.reports().nightly(MONDAY, NIGHT)
    of_day = {
        "completeness",
        "lost_without_reason",
        "unassigned_while_idle",
        "automatic_messages",
        "contacts_by_people",
    }
    figures = {*report, *of_day} & {
        *report["day"],
        *TOO_LITTLE,
    } - {
        "period",
        "cannot_compute",
        "money",
        "previous",
    }
    defined = set(report["definition"]["figures"])
    assert figures | {"invariants", "stalls"} == {name for name in defined if not name.startswith("money.")}
    assert {name.removeprefix("money.") for name in defined if name.startswith("money.")} <= set(report["money"])
    assert set(report["day"]["events"]) == set(report["definition"]["events"])


def test_the_policys_money_is_compared_with_four_weeks(ten: History) -> None:
    spend = {"web_form": Decimal(900), "fair": Decimal(100)}
    money = Money(monthly_spend=spend, deal_value=Decimal(15000), conversion_rate=Decimal("0.08"))
    ten.policy = replace(ten.policy, money=money)
    report = ten.reports().nightly(MONDAY, NIGHT)
    stored = json.loads(ten.files.files["metrics/dt=2026-03-02/metrics.json"])
    assert stored["money"] == {
        "spend": 1000.0,
        "cost_per_lead": 100.0,
        "months": 1,
        "sunk_cac": 300.0,  # three of ten leads were never contacted
        "effective_cost_per_contacted_lead": 142.86,
        "monthly_waste": 300.0,
        "annual_waste": 3600.0,
        "unrealised_revenue": 3600.0,
        "cost_per_opportunity": 333.33,  # one call booked, one proposal, one won
        "cost_per_won": 1000.0,
        "margin_per_won": 14000.0,
        "margin_per_won_without_leak": 14193.55,
    }
    assert [(s["source"], s["leads"], s["spend"], s["cpl"]) for s in stored["sources"]] == [
        ("referral", 2, None, None),
        ("web_form", 8, 900.0, 112.5),
        ("fair", 0, 100.0, None),
    ]
    reasons = {gap["what"]: gap["why"] for gap in report["day"]["cannot_compute"]}
    assert reasons["money.spend"].startswith("spend is stated by month")
    assert report["day"]["money"]["unrealised_revenue"] == 3600


def test_the_self_audit_counts_next_steps_and_names_the_policys_promises(ten: History) -> None:
    self_audit = ten.reports().nightly(MONDAY, NIGHT)["self_audit"]
    items = {item["item"]: (item["score"], item["evidence"]) for item in self_audit["items"]}
    # Open are all but l04 (lost) and l05 (won); l08 has no owner yet; l06 is past its next step.
    assert items["next_step"] == (0, "7 of 8, 87.5%; 1 are overdue")
    assert items["written_standard"] == (
        2,
        f"version {ten.policy.version} of the policy promises a first answer: hot within 5\u202fmin (office),"
        " after_hours by 10:00 (office), missed_call by the close (office), warm within 1\u202fh (office)",
    )
    assert items["daily_review"][0] is None


def test_days_without_a_violation_are_counted_back_to_the_last_one(ten: History) -> None:
    invariants = ten.reports().nightly(MONDAY, NIGHT)["invariants"]
    assert invariants == {
        "ownerless": 0,
        "without_next_action": 0,
        "stale": 0,
        "days_at_zero": 3,
        "days": 3,
    }  # l08 came at 23:59
    ten.assign("l08", "2026-03-03 08:00")
    later = ten.reports().nightly(date(2026, 3, 6), utc("2026-03-07 00:15"))["invariants"]
    assert later == {"ownerless": 1, "without_next_action": 0, "stale": 0, "days_at_zero": 3, "days": 7}


def test_the_review_answers_six_questions(ten: History) -> None:
    review = ten.reports().weekly(MONDAY, utc("2026-03-02 23:00"))
    assert _ids(review) == {
        "not_contacted": ["l06", "l07", "l08"],
        "no_owner": ["l08"],
        "proposals_without_next_step": [],
        "untouched": [],
        "should_close": [],
        "due_this_week": ["l03", "l01", "l02", "l10", "l09"],
    }
    assert review["headline"]["promises"] == {"due": 8, "kept": 4, "missed": 4}
    assert [r["lead_id"] for r in review["missed_promises"]["leads"]] == ["l02", "l09", "l05", "l06"]


def test_silence_affects_the_other_questions(ten: History) -> None:
    week_later = ten.reports().weekly(date(2026, 3, 9), utc("2026-03-10 00:00"))
    assert _ids(week_later)["proposals_without_next_step"] == ["l10"]
    assert _ids(week_later)["untouched"] == ["l01", "l02", "l10", "l03", "l06", "l09", "l07", "l08"]
    month_later = ten.reports().weekly(date(2026, 4, 6), utc("2026-04-07 00:00"))
    assert len(_ids(month_later)["should_close"]) == 8


def test_six_attempts_without_a_contact_suggest_closing() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    for hour in range(9, 15):
        h.outcome("l01", f"2026-03-02 {hour:02d}:00", "no_answer")
    assert _ids(h.reports().weekly(MONDAY, NIGHT))["should_close"] == ["l01"]


def test_an_undone_outcome_leaves_the_previous_touch() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    h.outcome("l01", "2026-03-02 08:30", "no_answer")
    h.outcome("l01", "2026-03-11 08:30", "connected")
    h.undo("l01", "2026-03-11 08:31")
    leads = h.reports().weekly(date(2026, 3, 11), utc("2026-03-12 00:00"))["questions"]["untouched"]["leads"]
    assert [(r["lead_id"], r["due_at"]) for r in leads] == [("l01", "2026-03-02T08:30:00.000000Z")]


def test_an_erased_lead_keeps_its_row_and_loses_its_name(ten: History) -> None:
    del ten.table._leads["l06"]
    ten.reports().weekly(MONDAY, NIGHT)
    page = ten.files.files["weekly/2026-W10/index.html"].decode()
    assert "Person l07" in page
    assert "Person l06" not in page
    assert GONE in page


def _ids(review: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [row["lead_id"] for row in answer["leads"]] for name, answer in review["questions"].items()}


def test_a_nights_ledger_sums_to_its_money_to_the_cent_and_recovered_leads_post_back(ten: History) -> None:
    money = Money(cost_per_lead=Decimal("33.33"), deal_value=Decimal(15000), conversion_rate=Decimal("0.077"))
    ten.policy = replace(ten.policy, money=money)
    report = ten.reports().nightly(MONDAY, NIGHT)
    rows = list(csv.DictReader(ten.files.files["ledger/dt=2026-03-02/ledger.csv"].decode("utf-8-sig").splitlines()))
    assert sum(Decimal(row["sunk_cost"]) for row in rows) == report["money"]["sunk_cac"] == Decimal("99.99")
    assert sum(Decimal(row["expected_revenue"]) for row in rows) == report["money"]["unrealised_revenue"]
    late = [row for row in rows if row["lead_id"] == "l02"]
    assert [(row["kind"], row["sunk_cost"]) for row in late] == [("leaked", "33.33"), ("recovered", "-33.33")]
    assert late[0]["evidence"].endswith("contacted 2 s after the deadline")
    assert report["ledger"]["recovered"] == 3  # l02, l05, l09


def test_a_lead_closed_without_a_contact_is_neither_contacted_nor_waiting() -> None:
    h = History()
    for name, spoke_by in (("never", ""), ("reached", "phone")):
        h.arrive(name, "2026-03-02 08:00", message=TODAY)
        h.outcome(name, "2026-03-02 08:02", "lost", reason="price", spoke_by=spoke_by)
    report = h.reports().nightly(MONDAY, NIGHT)
    counts = (
        "leads",
        "contacted",
        "never_contacted",
        "contacted_in_window",
        "closed_without_contact",
        "pending",
        "missed",
    )
    assert [report[name] for name in counts] == [2, 1, 1, 1, 1, 0, 0]
    review = h.reports().weekly(MONDAY, utc("2026-03-02 23:00"))
    assert review["headline"]["promises"] == {"due": 2, "kept": 1, "missed": 0}
    assert _ids(review)["not_contacted"] == []
    assert "1 lead of the week was closed without a contact." in review["in_words"]
    assert not any("waits for an answer" in sentence for sentence in review["in_words"])
