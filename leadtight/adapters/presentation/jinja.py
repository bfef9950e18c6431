"""The template environment, created with the first page or mail."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def render(name: str, context: dict[str, Any]) -> str:
    """Render a template, such as `mail/remind.txt`.

    An undefined name is an error.
    """
    return environment().get_template(f"{name}.j2").render(context)


def exists(name: str) -> bool:
    """Check whether a template exists."""
    return (TEMPLATES / f"{name}.j2").is_file()


@cache
def environment() -> Environment:
    """Return the environment, which escapes only HTML.

    An undefined name raises.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
