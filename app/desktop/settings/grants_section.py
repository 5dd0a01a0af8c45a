"""What was granted to runs beyond one call: listed with its dates, and revoked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from agents.permissions.values import Grant
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.controls import Section
from app.desktop.text.grant_text import what_is_granted, when_granted, where_it_counts
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.services.events import ServiceEvent
from app.services.runs.events import GrantsChanged, RunRemoved
from app.services.runs.values import RunRecord

if TYPE_CHECKING:
    from app.services.services import Services


class GrantLine(QWidget):
    """One grant: what passes, where and since when, and the button that revokes it."""

    def __init__(self, grant: Grant, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        what = what_is_granted(grant)
        where = where_it_counts(grant)
        if grant.scope == "run":  # one without a title writes an answer
            where = self.tr("in the run “{title}”").format(title=title)
            where = where if title else self.tr("for one answer in a chat")
        name, self.words = wrapped_label(self), wrapped_label(self, "small")
        name.setText(what)
        self.words.setText(joined([where, when_granted(grant)]))
        self.revoke = push_button(self, "bar", text=self.tr("Revoke"))
        self.revoke.setAccessibleName(self.tr("Revoke: {what}, {where}").format(what=what, where=where))
        Row(
            (Column(name, self.words, spacing=2), 1),
            (self.revoke, 0, Qt.AlignmentFlag.AlignVCenter),
            parent=self,
            spacing=12,
        )


class GrantsList(ThemedWidget):
    """The lines, the latest grant first."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._grants: tuple[Grant, ...] = ()
        self._titles: dict[int, str] = {}
        self.lines: list[GrantLine] = []
        self._rows = Column(spacing=10)
        self.nothing = wrapped_label(self, "small")
        self.all = push_button(self)
        Column(self._rows, self.nothing, (self.all, 0, Qt.AlignmentFlag.AlignLeft), parent=self, spacing=10)
        self.all.clicked.connect(self._revoke_all)
        self.refresh()

    def show_grants(self, grants: tuple[Grant, ...], titles: dict[int, str]) -> None:
        """`titles` are those of the runs that grants are for."""
        self._grants, self._titles = grants, titles
        focused = any(line.revoke.hasFocus() for line in self.lines)
        self._rows.drop(*self.lines)
        self.lines = []
        for grant in reversed(grants):
            line = GrantLine(grant, titles.get(grant.run, ""), self)
            line.revoke.clicked.connect(lambda _=False, id=grant.id: self._revoke((id,)))
            self._rows.addWidget(line)
            self.lines.append(line)
        self.nothing.setVisible(not grants)
        self.all.setVisible(len(grants) > 1)
        if focused and self.lines:
            self.lines[0].revoke.setFocus(Qt.FocusReason.OtherFocusReason)

    def _revoke_all(self) -> None:
        self._revoke(tuple(grant.id for grant in self._grants))

    def _revoke(self, ids: tuple[str, ...]) -> None:
        self._calls.do(lambda s: _revoke(s, ids), owner=self)

    def retranslate(self) -> None:
        self.nothing.setText(self.tr("None. Each run asks according to its mode."))
        set_texts(self.all, self.tr("Revoke all"), self.tr("Revoke all permissions"))
        self.show_grants(self._grants, self._titles)


class GrantsSection(Section):
    """The section of the settings page."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self.list = GrantsList(calls, self)
        self._row = self.add_row(self.list, below=True)
        self.refresh()

    def read(self) -> None:
        """Show what there is now."""
        self._calls.do(
            lambda s: (s.runs.grants(), _titles(s.runs.all(), s.runs.trash())),
            lambda found: self.list.show_grants(*found),
            owner=self,
        )

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, GrantsChanged | RunRemoved) for event in events):
            self.read()

    def retranslate(self) -> None:
        self.set_title(self.tr("Permissions"))
        self._row.set_words(
            self.tr("Allowed without asking"),
            self.tr("Standing permissions you’ve granted. They apply until you revoke them."),
        )


def _revoke(services: Services, ids: tuple[str, ...]) -> None:
    for id in ids:
        services.runs.revoke(id)


def _titles(*lists: list[RunRecord]) -> dict[int, str]:
    return {run.id: run.title for runs in lists for run in runs}
