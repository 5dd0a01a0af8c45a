"""What a run may do without asking: by its mode, and by what was granted."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from agents.events import Mode
from agents.permissions.values import Grant
from app.desktop.run_view.line_row import LineRow, fit_lines
from app.desktop.text.grant_text import what_is_granted, when_granted, where_it_counts
from app.desktop.text.run_labels import folder_text
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column
from app.services.runs.values import RunView


class AllowedCard(Card):
    """`revoke_wanted` carries the id of a grant."""

    revoke_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = "ask"
        self._folder = ""
        self._grants: tuple[Grant, ...] = ()
        self.rows: list[LineRow] = []
        self._mode_words, self._nothing = wrapped_label(self, "small"), wrapped_label(self, "fine")
        self._rows = Column(spacing=4)
        self.inside.addWidget(self._mode_words)
        self.inside.addLayout(self._rows)
        self.inside.addWidget(self._nothing)
        self.refresh()

    def show_view(self, view: RunView) -> None:
        run = view.record
        if (run.mode, run.workspace, view.allowed) != (self._mode, self._folder, self._grants):
            self._mode, self._folder, self._grants = run.mode, run.workspace, view.allowed
            self.retranslate()

    def _by_mode(self) -> str:
        folder = folder_text(self._folder)
        if self._mode == "workspace":
            return self.tr("Read and change files in {folder}").format(folder=folder)
        if self._mode == "all-in-sandbox":
            return self.tr("Whatever stays in the sandbox, in {folder}").format(folder=folder)
        return self.tr("Read in {folder}").format(folder=folder)

    def retranslate(self) -> None:
        self.set_title(self.tr("Allowed so far"))
        self._mode_words.setText(self._by_mode() if self._folder else "")
        fit_lines(self.rows, len(self._grants), self._rows, self, "x", self.revoke_wanted.emit)
        for row, grant in zip(self.rows, self._grants, strict=True):
            what = what_is_granted(grant)
            row.show_words(what, where_it_counts(grant), whole=f"{what}\n{when_granted(grant)}")
            row.show_button(self.tr("Revoke: {what}").format(what=what), grant.id)
        self._nothing.setText(self.tr("Nothing else"))
        self._nothing.setVisible(not self._grants)
