"""The review in a few plain sentences.

For the mail, and the first lines of the page.
"""

from collections.abc import Iterator

from leadtight.reporting.formatting import counted, duration, share
from leadtight.reporting.review.review import Review


def in_words(review: Review) -> tuple[str, ...]:
    """Return the headline, most important sentence first.

    Follow-up, promises, money, cause, days without a violation.
    """
    return tuple(_sentences(review))


def _sentences(review: Review) -> Iterator[str]:
    week, previous = review.figures, review.previous_week
    if not week["leads"]:
        yield "No leads arrived"
    else:
        rate = share(week["follow_up_rate"])
        yield f"{week['contacted_in_window']} of {counted(week['leads'], 'new lead')} answered in time ({rate})"
    if week["leads"] and previous["leads"]:
        yield f"The week before it was {share(previous['follow_up_rate'])} of {counted(previous['leads'], 'lead')}."
    if waiting := week["never_contacted"] - week["closed_without_contact"]:
        yield f"{counted(waiting, 'lead')} of the week still {'waits' if waiting == 1 else 'wait'} for an answer."
    if closed := week["closed_without_contact"]:
        yield f"{counted(closed, 'lead')} of the week {'was' if closed == 1 else 'were'} closed without a contact."
    if review.promises["due"]:
        yield f"Broken promises: {review.promises['missed']:,} of {review.promises['due']:,} that fell due."
    if week["contacted"]:
        yield f"Half of the leads that were reached had an answer within {duration(week['response']['median'])}."
    yield from _of_the_window(review)


def _of_the_window(review: Review) -> Iterator[str]:
    waste, cause = review.window["money"]["monthly_waste"], review.window["diagnosis"]["primary"]
    if waste:
        yield f"Leads without a contact cost {waste:,.2f} a month."
    if cause:
        yield f"Fix first: {cause}."
    days = review.invariants
    if days["days_at_zero"]:
        yield f"For {counted(days['days_at_zero'], 'day')} in a row every open lead has had an owner and a next action."
    elif days["days"]:
        yield "Some open leads lack an owner, a next action, or a task after a long silence."
