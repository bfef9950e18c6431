"""The schedules of a stage's alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from leadtight.restore.waiting import Waiting, code_of


class AlarmSchedules:
    """Lists and deletes the alarms of a schedule group."""

    def __init__(self, scheduler: Any, waiting: Waiting) -> None:
        """Take Scheduler's client."""
        self._scheduler = scheduler
        self._waiting = waiting

    def names(self, group: str) -> Iterator[str]:
        """Yield the name of every alarm that is armed."""
        token: dict[str, str] = {}
        while True:
            page = self._page(group, token)
            yield from (str(schedule["Name"]) for schedule in page["Schedules"])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def delete_all(self, group: str) -> int:
        """Delete every alarm; return their number.

        An alarm is named for its lead's version. A restored lead will have the same versions again at other times, and
        would take an alarm of the former table for its own.
        """
        names = [*self.names(group)]
        for name in names:
            self._delete(group, name)
        return len(names)

    def _page(self, group: str, token: Mapping[str, str]) -> Any:
        return self._waiting.attempt(lambda: self._scheduler.list_schedules(GroupName=group, **token))

    def _delete(self, group: str, name: str) -> None:
        try:
            self._waiting.attempt(lambda: self._scheduler.delete_schedule(GroupName=group, Name=name))
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":  # it rang meanwhile
                raise
