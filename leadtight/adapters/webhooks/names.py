"""What site builders and ad platforms call the things that every lead has."""

import re
from collections.abc import Mapping
from typing import Any

CALLED = {
    "name": {"name", "full_name", "fullname", "your_name", "contact_name"},
    "first_name": {"first_name", "firstname", "given_name"},
    "last_name": {"last_name", "lastname", "family_name", "surname"},
    "email": {"email", "e_mail", "email_address", "your_email", "work_email", "user_email"},
    "phone": {"phone", "phone_number", "tel", "telephone", "mobile", "mobile_number", "your_phone", "user_phone"},
    "company": {"company", "company_name", "organization", "organisation", "work_company"},
    "message": {"message", "comments", "comment", "your_message", "question", "how_can_we_help"},
    "country": {"country", "country_code"},
    "region": {"region", "state", "province"},
    "postcode": {"postcode", "postal_code", "zip", "zip_code", "post_code"},
    "product": {"product", "service", "product_interest"},
}
_OURS = {theirs: ours for ours, all_of_them in CALLED.items() for theirs in all_of_them}


def ours(given: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """Return `given` with well-known names as ours, unless the policy names them.

    Of two that mean the same the first wins, and the other is kept beside it; an empty one means nothing.
    """
    chosen: dict[str, Any] = {}
    for theirs, value in given.items():
        known = None if theirs in named else _OURS.get(plain(theirs))
        key = known if known and value and known not in chosen and known not in named.values() else theirs
        chosen[key if key not in chosen else f"{theirs} (also)"] = value
    return chosen


def plain(name: str) -> str:
    """Return a name as `CALLED` writes names: `E-Mail ` is `e_mail`."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
