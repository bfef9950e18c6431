"""Ports of the current time and new ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""


NewId = Callable[[], str]
"""Returns an unused id.

It has letters and digits, and sorts roughly by time.
"""
