"""All that a run changed, over the window: which changes stay is ticked, then the others are dropped or these
committed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from agents.review.values import Review
from app.desktop.base.language import languages
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.run_view.review.diff_view import DiffView
from app.desktop.text.words import counted
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Overlay
from app.format import format_count
from engine.errors import UserError

WIDTH = 1000
TOP = 36


class ReviewSheet(Overlay):
    """`drop_wanted` and `commit_wanted` come when a person wants it; what is chosen is in `view.choice`."""

    drop_wanted = Signal()
    commit_wanted = Signal()

    def __init__(self, review: Review, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._error: UserError | None = None
        self.title = text_label(self.card, "title")
        self._summary = wrapped_label(self.card, "small", selectable=False)
        self.view = DiffView(self.card)
        self.words = wrapped_label(self.card, "small", selectable=False)
        set_kind(self.words, "warning")
        self.commit, self.close_button = push_button(self.card), push_button(self.card)
        self.drop = push_button(self.card, "primary")
        self._foot = Row(self.commit, STRETCH, self.close_button, self.drop, spacing=8)
        self.inside.set_margins(20, 18, 20, 18)
        for item in (self.title, self._summary, (self.view, 1), self.words, self._foot):
            self.inside.add(item)
        self.view.show_review(review)
        self.view.chosen.connect(self._show_state)
        self.drop.clicked.connect(self.drop_wanted)
        self.commit.clicked.connect(self.commit_wanted)
        self.close_button.clicked.connect(self.close_overlay)
        self.refresh()

    def open(self) -> None:
        super().open()
        self.view.setFocus(Qt.FocusReason.PopupFocusReason)

    def say(self, error: UserError | None) -> None:
        """Say what went wrong; None: nothing any more."""
        self._error = error
        self.retranslate()

    def _show_state(self) -> None:
        self._error = None
        self.retranslate()

    def retranslate(self) -> None:
        choice = self.view.choice
        files = choice.review.files
        self.title.setText(self.tr("Changes of this run"))
        added, removed = sum(file.added for file in files), sum(file.removed for file in files)
        summary = self.tr("{files}, +{added} −{removed}. Ticked changes stay in the files.").format(
            files=counted(len(files), self.tr("1 file"), self.tr("{count} files")),
            added=format_count(added),
            removed=format_count(removed),
        )
        keys = self.tr("N next, P previous, K keep, D drop; with Shift for the whole file.")
        self._summary.setText(f"{summary} {keys}")
        count = choice.dropped_count
        one, many = self.tr("Drop 1 change"), self.tr("Drop {count} changes")
        self.drop.setText(counted(count, one, many) if count else self.tr("Drop changes"))
        self.drop.setEnabled(count > 0)
        self.commit.setText(self.tr("Commit…"))
        self.commit.setEnabled(choice.kept_count > 0)
        self.close_button.setText(self.tr("Close"))
        show_text(self.words, languages.tell(self._error) if self._error is not None else "")
        self.card.setAccessibleName(self.title.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = QApplication.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QPushButton):
            focus.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def restyle(self) -> None:
        super().restyle()
        self._fill()

    def _fill(self) -> None:
        """As high as the window leaves room for."""
        px = themes.current.px
        top = min(px(TOP), self.height() // 12)
        self.layout().setContentsMargins(px(18), top, px(18), px(18))
        self.card.setFixedHeight(max(px(240), self.height() - top - px(18)))
