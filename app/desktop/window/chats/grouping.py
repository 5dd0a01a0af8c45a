"""Where a chat stands in the list: temporary and pinned ones first, then projects by name, then by day.

A chat of a project stands in that, pinned ones at its top.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, get_args

from app.store.records import Conversation, Project

GroupKind = Literal["temporary", "pinned", "project", "today", "yesterday", "week", "thirty_days", "month"]
KINDS: tuple[GroupKind, ...] = get_args(GroupKind)


class Group(NamedTuple):
    """Groups compare in the order of the list. `name` and `number` are those of a project; of a month,
    `number` counts months backwards."""

    rank: int
    name: str = ""
    number: int = 0

    @property
    def kind(self) -> GroupKind:
        return KINDS[self.rank]

    @property
    def project(self) -> int | None:
        """The project that this is, None for another kind."""
        return self.number if self.kind == "project" else None

    @property
    def month(self) -> date:
        """The first day of the month that this is."""
        return date(-self.number // 12, -self.number % 12 + 1, 1)


# What was changed last so many days ago, or fewer.
DAYS: dict[GroupKind, int] = {"today": 0, "yesterday": 1, "week": 7, "thirty_days": 30}
# So many months back are worked out once for all chats.
MONTHS = 60
# A place in the list: a group, whether a heading (0) or a chat (1), and the order within.
Place = tuple[int, str, int, int, bool, float, int]


def group_of_kind(kind: GroupKind) -> Group:
    return Group(KINDS.index(kind))


def group_of_project(project: Project) -> Group:
    return Group(KINDS.index("project"), project.name.casefold(), project.id)


def group_of_month(day: date) -> Group:
    return Group(KINDS.index("month"), "", -(day.year * 12 + day.month - 1))


def heading_place(group: Group) -> Place:
    """Before all chats of a group."""
    return (*group, 0, False, 0.0, 0)


class Grouping:
    """Places on the day `today`, days being those of the local time zone, with these `projects`."""

    def __init__(self, today: date, projects: Mapping[int, Project]) -> None:
        self.today, self.projects = today, projects
        self._of_projects = {number: group_of_project(project) for number, project in projects.items()}
        self._temporary, self._pinned = group_of_kind("temporary"), group_of_kind("pinned")
        starts = [(_start(today - timedelta(days)), group_of_kind(kind)) for kind, days in DAYS.items()]
        month = (today - timedelta(DAYS["thirty_days"])).replace(day=1)
        for _ in range(MONTHS):
            starts.append((_start(month), group_of_month(month)))
            month = (month - timedelta(1)).replace(day=1)
        # From the earliest on: what changed last since then is of this group, or of a later one.
        self._starts, self._groups = zip(*reversed(starts), strict=True)

    def group(self, chat: Conversation) -> Group:
        if chat.temporary:
            return self._temporary
        if chat.project is not None and (found := self._of_projects.get(chat.project)) is not None:
            return found
        if chat.pinned:
            return self._pinned
        at = bisect_right(self._starts, chat.updated) - 1
        return self._groups[at] if at >= 0 else group_of_month(date.fromtimestamp(chat.updated))

    def place(self, chat: Conversation) -> Place:
        """The newest of a group first."""
        return (*self.group(chat), 1, not chat.pinned, -chat.updated, -chat.id)


def _start(day: date) -> float:
    """Midnight, in seconds since 1970."""
    return datetime.combine(day, time()).timestamp()
