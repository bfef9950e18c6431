"""Templates and styles of all report pages.

The style is the only resource that a browser may use.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from leadtight.reporting import formatting, glossary

_TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment() -> Environment:
    """Return the templates of `templates/`.

    Everything is escaped, and a missing value is an error.
    """
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["upper_first"] = formatting.upper_first
    jinja.globals.update(
        share=formatting.share,
        exact=formatting.exact,
        amount=formatting.amount,
        duration=formatting.duration,
        counted=formatting.counted,
        plain=formatting.plain,
        terms=glossary,
    )
    return jinja


@cache
def style(*names: str) -> Markup:
    """Return style sheets of `templates/`, joined."""
    return Markup("".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in names))


@cache
def style_hash(*names: str) -> str:
    """Return the hash of a style for a Content-Security-Policy.

    It allows this style and no other (CSP 3, hash-source).
    """
    return base64.b64encode(hashlib.sha256(style(*names).encode()).digest()).decode()
