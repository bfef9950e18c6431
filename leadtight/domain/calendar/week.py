"""ISO weeks, the periods of reviews."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Week":
        """Return the ISO week that a date falls in."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    def __str__(self) -> str:
        """Return the ISO name, such as `2026-W47`.

        It sorts chronologically.
        """
        return f"{self.year:04d}-W{self.number:02d}"

    @classmethod
    def named(cls, name: str) -> "Week":
        """Read an ISO name. Raises ValueError for anything else."""
        week = cls.of(date.fromisoformat(name))
        if str(week) != name:
            raise ValueError(f"{name} names no ISO week")
        return week

    @property
    def monday(self) -> date:
        """Return its first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """Return its last day."""
        return date.fromisocalendar(self.year, self.number, 7)

    @property
    def before(self) -> "Week":
        """Return the previous week."""
        return Week.of(self.monday - timedelta(days=1))

    @property
    def after(self) -> "Week":
        """Return the next week."""
        return Week.of(self.sunday + timedelta(days=1))
