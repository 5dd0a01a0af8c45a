"""The files that a run touched, each with its way back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.run_view.line_row import LineRow, fit_lines
from app.desktop.text.run_labels import is_under_way
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import Column
from app.services.runs.values import RunView, Touched

# More rows than this say no more than their number does.
MOST_ROWS = 60


class FilesCard(Card):
    """`review_wanted` asks for all changes; `undo_wanted` carries the paths to put back, None for all; `redo_wanted`
    asks to take the last undoing back."""

    review_wanted = Signal()
    undo_wanted = Signal(object)
    redo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._touched: tuple[Touched, ...] = ()
        self._still = False
        self.rows: list[LineRow] = []
        self._rows = Column(spacing=4)
        self._words = wrapped_label(self, "small")
        self.review = push_button(self, "bar")
        self.undo = push_button(self, "bar")
        self.redo = push_button(self, "bar")
        self._bar = FlowRow(self, self.review, self.undo, self.redo)
        self.inside.addLayout(self._rows)
        self.inside.addWidget(self._words)
        self.inside.addWidget(self._bar)
        self.review.clicked.connect(self.review_wanted)
        self.undo.clicked.connect(lambda: self.undo_wanted.emit(None))
        self.redo.clicked.connect(self.redo_wanted)
        self.refresh()

    def show_view(self, view: RunView) -> None:
        still = not is_under_way(view.record)
        if (view.touched, still) != (self._touched, self._still):
            self._touched, self._still = view.touched, still
            self.retranslate()

    def _undo_one(self, path: object) -> None:
        self.undo_wanted.emit((path,))

    def _change_word(self, touched: Touched) -> str:
        return {
            "new": self.tr("new"),
            "changed": self.tr("changed"),
            "deleted": self.tr("deleted"),
            "unknown": self.tr("may have changed"),
        }[touched.change.change]

    def _show_row(self, row: LineRow, touched: Touched) -> None:
        path = touched.change.path
        note, tone = self._change_word(touched), "small"
        if touched.state == "undone":
            note = self.tr("undone")
        elif touched.state == "conflict":
            note, tone = self.tr("changed since"), "warning"
        row.show_words(path, note, tone=tone)
        undoable = touched.state != "undone" and touched.change.kept
        name = self.tr("Undo changes to {path}").format(path=path) if undoable else ""
        row.show_button(name, path, on=self._still)
        if not touched.change.kept:
            row.setToolTip(self.tr("Too large to keep a copy, so it can’t be restored."))

    def retranslate(self) -> None:
        self.set_title(self.tr("Changed files"))
        shown = self._touched[:MOST_ROWS]
        fit_lines(self.rows, len(shown), self._rows, self, "undo-2", self._undo_one)
        for row, touched in zip(self.rows, shown, strict=True):
            self._show_row(row, touched)
        more = len(self._touched) - len(shown)
        words = "" if self._touched else self.tr("None so far.")
        if more:
            words = self.tr("and {count} more").format(count=f"{more:,}")
        show_text(self._words, words)
        left = any(touched.state != "undone" for touched in self._touched)
        undone = any(touched.state == "undone" for touched in self._touched)
        set_texts(self.review, self.tr("Review"), self.tr("Review all changes"))
        self.review.setVisible(left)
        set_texts(self.undo, self.tr("Undo everything"))
        self.undo.setVisible(left)
        set_texts(self.redo, self.tr("Redo"), self.tr("Redo what was undone"))
        self.redo.setVisible(undone)
        for button in (self.review, self.undo, self.redo):
            button.setEnabled(self._still)
            button.setToolTip("" if self._still else self.tr("Pause or stop the run first"))
        self._bar.setVisible(left or undone)
        self._bar.refit()
