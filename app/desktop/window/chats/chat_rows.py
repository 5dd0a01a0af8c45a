"""The rows of the list of chats, kept in order: one is found, changed or moved without looking at the others."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import date

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Signal

from app.desktop.widgets.list_rows import ROOT, Index, take_over
from app.desktop.window.chats.grouping import Group, Grouping, Place, group_of_project, heading_place
from app.desktop.window.chats.row import Row
from app.store.records import Conversation, Project, SearchHit

# So many changes at once are taken over as a whole.
MANY = 16


class ChatRows(QAbstractListModel):
    """All conversations under their headings, or what a search found. `folded` are projects that show no chats."""

    projects_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._conversations: dict[int, Conversation] = {}
        self._projects: dict[int, Project] = {}
        self._counts: Counter[int] = Counter()  # of chats, by their projects
        self._archived = 0
        self._grouping = Grouping(date.today(), {})
        self._placed: dict[int, tuple[Place, Row]] = {}
        self._hits: list[SearchHit] | None = None
        self._rows: list[Row] = []
        self._places: list[Place] = []  # of `_rows`, none while hits are shown
        # What was shown before them, for as long as it is right.
        self._kept: tuple[list[Place], list[Row]] | None = None
        self.folded: frozenset[int] = frozenset()

    # What is shown

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        found = {c.id: c for c in conversations if _is_listed(c)}
        if found != self._conversations or not self._rows:
            self._conversations, self._kept = found, None
            self._rebuild()

    def set_projects(self, projects: Sequence[Project]) -> None:
        found = {project.id: project for project in projects}
        if found != self._projects:
            self._projects, self._kept = found, None
            self._rebuild()
            self.projects_changed.emit()

    def fold(self, projects: Iterable[int]) -> None:
        """Show no chats of these projects, and those of all others."""
        changed, self._kept = self.folded.symmetric_difference(projects), None
        self.folded = frozenset(projects)
        if self._hits is None:
            for project in changed & self._projects.keys():
                self._fold(group_of_project(self._projects[project]), hides=project in self.folded)

    def _fold(self, group: Group, *, hides: bool) -> None:
        start = bisect_left(self._places, heading_place(group)) + 1
        if hides:
            end = bisect_left(self._places, (*group, 2))
            if end > start:
                self.beginRemoveRows(ROOT, start, end - 1)
                del self._places[start:end], self._rows[start:end]
                self.endRemoveRows()
            return
        members = (c for c in self._conversations.values() if c.project == group.project)
        rows = sorted((place, self._row(c)) for c in members if (place := self._place(c)) is not None)
        if rows:
            self.beginInsertRows(ROOT, start, start + len(rows) - 1)
            self._places[start:start] = [place for place, _ in rows]
            self._rows[start:start] = [row for _, row in rows]
            self.endInsertRows()

    def change(self, conversations: Sequence[Conversation]) -> None:
        """Conversations were made, changed, deleted or restored."""
        at_once = self._hits is not None or len(conversations) > MANY
        self._kept = None
        for conversation in conversations:
            before = self._conversations.get(conversation.id)
            if _is_listed(conversation):
                self._conversations[conversation.id] = conversation
            else:
                self._conversations.pop(conversation.id, None)
            if not at_once:
                self._change(before, conversation)
        if at_once:
            self._rebuild()

    def show_hits(self, hits: Sequence[SearchHit] | None) -> None:
        """Show what a search found; None goes back to the whole list."""
        if hits is None and self._hits is None:
            return
        if self._hits is None:
            self._kept = (self._places, list(self._rows))
        self._hits = None if hits is None else list(hits)
        if hits is None and self._kept is not None:
            self._places, rows = self._kept
            take_over(self, self._rows, rows)
        else:
            self._rebuild()

    def refresh_day(self) -> None:
        """Midnight may have passed."""
        if date.today() != self._grouping.today:
            self._kept = None
            self._rebuild()

    def searching(self) -> bool:
        return self._hits is not None

    def conversations(self) -> list[Conversation]:
        """All, the last changed first."""
        return sorted(self._conversations.values(), key=lambda c: c.updated, reverse=True)

    def conversation(self, conversation: int) -> Conversation | None:
        return self._conversations.get(conversation)

    def projects(self) -> list[Project]:
        """By name."""
        return list(self._projects.values())

    def project(self, project: int | None) -> Project | None:
        return None if project is None else self._projects.get(project)

    def has_archived(self) -> bool:
        return self._archived > 0

    def index_of(self, conversation: int | None) -> QModelIndex:
        """Of a conversation that is shown."""
        record = None if conversation is None else self._conversations.get(conversation)
        if record is None:
            return QModelIndex()
        if self._hits is None:
            return self._index_at(self._grouping.place(record))
        shown = (number for number, row in enumerate(self._rows) if row.conversation.id == conversation)
        return self.index(next(shown, -1))

    def key_of(self, conversation: int | None) -> Hashable:
        """The key of the row of a conversation, or of the folded project that hides it."""
        record = None if conversation is None else self._conversations.get(conversation)
        if record is not None and record.project is not None and self._hits is None and self._hides(record):
            return self._heading(group_of_project(self._projects[record.project])).key()
        return conversation

    def index_of_project(self, project: int) -> QModelIndex:
        if self._hits is not None or project not in self._projects:
            return QModelIndex()
        return self._index_at(heading_place(group_of_project(self._projects[project])))

    def index_of_key(self, key: Hashable) -> QModelIndex:
        """The row that `key_of` names, as long as it is shown."""
        chat = key if isinstance(key, int) else None
        return self.index_of_project(key[1]) if isinstance(key, tuple) else self.index_of(chat)

    def neighbour(self, conversation: int | None, step: int) -> int | None:
        """The conversation `step` places (1 or -1) below the given one in what is shown; the first one below none."""
        at = self.index_of(conversation).row()
        if at < 0 and step < 0:
            return None
        row = at + step
        while 0 <= row < len(self._rows):
            if (found := self._rows[row].conversation) is not None:
                return found.id
            row += step
        return None

    def count_chats(self, first: int, last: int) -> int:
        """How many of these rows are conversations."""
        return sum(row.conversation is not None for row in self._rows[first : last + 1])

    # Keeping the rows

    def _index_at(self, place: Place) -> QModelIndex:
        at = bisect_left(self._places, place)
        return self.index(at) if self._places[at : at + 1] == [place] else QModelIndex()

    def _place(self, conversation: Conversation | None) -> Place | None:
        """Where a conversation is shown; None for one that is not."""
        if conversation is None or not _is_listed(conversation) or conversation.archived:
            return None
        return None if self._hides(conversation) else self._grouping.place(conversation)

    def _hides(self, conversation: Conversation) -> bool:
        """Whether a folded project hides it."""
        return conversation.project in self.folded and conversation.project in self._projects

    def _rebuild(self) -> None:
        if self._grouping.today != date.today() or self._grouping.projects != self._projects:
            self._grouping = Grouping(date.today(), self._projects)
            self._placed.clear()
        listed = [c for c in self._conversations.values() if not c.archived]
        self._archived = len(self._conversations) - len(listed)
        self._counts = Counter(c.project for c in listed if c.project is not None)
        if self._hits is not None:
            # A hit may be renamed or deleted while it is shown.
            found = [(self._conversations.get(hit.conversation.id), hit) for hit in self._hits]
            self._places = []
            take_over(self, self._rows, [Row(None, chat, hit) for chat, hit in found if chat is not None])
            return
        rows = [self._placed_row(c) for c in listed if not self._hides(c)]
        groups = {Group(*group) for group in {place[:3] for place, _ in rows}}  # few, of thousands of rows
        groups.update(map(group_of_project, self._projects.values()))
        rows += [(heading_place(group), self._heading(group)) for group in groups]
        rows.sort()  # no two places are the same
        self._places = [place for place, _ in rows]
        take_over(self, self._rows, [row for _, row in rows])

    def _placed_row(self, conversation: Conversation) -> tuple[Place, Row]:
        """Worked out once for each record: after a change most are the same."""
        found = self._placed.get(conversation.id)
        if found is None or found[1].conversation is not conversation:
            found = self._placed[conversation.id] = (
                self._grouping.place(conversation),
                self._row(conversation),
            )
        return found

    def _change(self, before: Conversation | None, after: Conversation) -> None:
        """One conversation is another now: `before` where it was known."""
        old, new = self._place(before), self._place(after)
        row = self._row(after)
        if new is not None and new != old:
            self._show_heading(Group(*new[:3]))
        if old is None and new is not None:
            self._insert(new, row)
        elif old is not None and new is None:
            self._remove(old)
        elif old is not None and new is not None:
            self._move(old, new, row)
        if old is not None and new != old:
            self._hide_heading(Group(*old[:3]))
        self._count(before, -1)
        self._count(after, 1)

    def _insert(self, place: Place, row: Row) -> None:
        at = bisect_left(self._places, place)
        self.beginInsertRows(ROOT, at, at)
        self._places.insert(at, place)
        self._rows.insert(at, row)
        self.endInsertRows()

    def _remove(self, place: Place) -> None:
        at = bisect_left(self._places, place)
        self.beginRemoveRows(ROOT, at, at)
        del self._places[at], self._rows[at]
        self.endRemoveRows()

    def _move(self, old: Place, new: Place, row: Row) -> None:
        """A row that is moved stays chosen, and keeps the focus."""
        at, to = bisect_left(self._places, old), bisect_left(self._places, new)
        moves = self.beginMoveRows(ROOT, at, at, ROOT, to)  # not where it stands already
        del self._places[at], self._rows[at]
        to -= to > at
        self._places.insert(to, new)
        self._rows.insert(to, row)
        if moves:
            self.endMoveRows()
        self.dataChanged.emit(self.index(to), self.index(to))

    def _show_heading(self, group: Group) -> None:
        place = heading_place(group)
        if not self._index_at(place).isValid():
            self._insert(place, self._heading(group))

    def _hide_heading(self, group: Group) -> None:
        """Where nothing stands under it any more; a project stays."""
        at = bisect_left(self._places, heading_place(group))
        followed = at + 1 < len(self._places) and self._places[at + 1][:3] == group
        if group.project is None and not followed:
            self._remove(self._places[at])

    def _count(self, conversation: Conversation | None, by: int) -> None:
        if conversation is None or not _is_listed(conversation):
            return
        if conversation.archived:
            self._archived += by
        elif conversation.project in self._projects:
            self._counts[conversation.project] += by
            heading = self.index_of_project(conversation.project)
            self.dataChanged.emit(heading, heading)

    def _row(self, conversation: Conversation) -> Row:
        return Row(conversation=conversation, inside=conversation.project in self._projects)

    def _heading(self, group: Group) -> Row:
        return Row(group, project=self.project(group.project))

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)


def _is_listed(conversation: Conversation) -> bool:
    return conversation.deleted is None and not conversation.is_blank
