"""Suggestions for misspelt names."""

from collections.abc import Iterable


def unknown(kind: str, name: str, candidates: Iterable[str]) -> str:
    """Name the closest candidate for an unknown name.

    Returns e.g. `unknown person 'maya'; did you mean 'mia'?`, without the question where nothing is close.
    """
    return f"unknown {kind} {name!r}{did_you_mean(name, candidates)}"


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return `; did you mean …?` for the closest candidate.

    Empty when there is none.
    """
    from difflib import get_close_matches  # mistakes are rare, and importing it slows every cold start

    folded = {candidate.casefold(): candidate for candidate in candidates}
    closest = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean {folded[closest[0]]!r}?" if closest else ""
