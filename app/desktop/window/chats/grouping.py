"""How the list of conversations is divided: pinned first, then by the day of the last change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from app.store.records import Conversation

GroupKind = Literal["pinned", "today", "yesterday", "week", "thirty_days", "month"]


class Group(NamedTuple):
    """`year` and `month` are 0 except for the kind "month"."""

    kind: GroupKind
    year: int = 0
    month: int = 0


def group_of(conversation: Conversation, today: date) -> Group:
    """The group of one conversation; days are those of the local time zone."""
    if conversation.pinned:
        return Group("pinned")
    day = date.fromtimestamp(conversation.updated)
    days = (today - day).days
    if days <= 0:
        return Group("today")
    if days == 1:
        return Group("yesterday")
    if days <= 7:
        return Group("week")
    if days <= 30:
        return Group("thirty_days")
    return Group("month", day.year, day.month)


def grouped(conversations: Iterable[Conversation], today: date) -> list[tuple[Group, list[Conversation]]]:
    """Groups in the order of the list, newest first, each with its conversations, newest first."""
    groups: dict[Group, list[Conversation]] = {}
    for conversation in sorted(conversations, key=lambda c: (c.pinned, c.updated, c.id), reverse=True):
        groups.setdefault(group_of(conversation, today), []).append(conversation)
    return list(groups.items())
