"""Words of a language and a system.

What a column or a value is called.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
LANGUAGES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "languages.toml").read_text())
SYSTEMS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "systems.toml").read_text())


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of one export: a system in a language."""

    system: str
    language: str

    @property
    def manner(self) -> dict[str, Any]:
        return SYSTEMS[self.system]

    @property
    def locale(self) -> dict[str, Any]:
        return LANGUAGES[self.language]

    def column(self, rng: Random, concept: str) -> str:
        """Choose the name of a column."""
        return str(rng.choice(self._words("columns", concept)))

    def value(self, rng: Random, concept: str) -> str:
        """Choose a word for a value."""
        return str(rng.choice(self._words("values", concept)))

    def _words(self, kind: str, concept: str) -> list[str]:
        own: dict[str, list[str]] = self.manner.get(kind, {})
        general: dict[str, list[str]] = self.locale[kind]
        # A system's own words are English; another language has its own for what it can say.
        if self.language == "en" or concept not in general:
            return own.get(concept) or general[concept]
        return general[concept]
