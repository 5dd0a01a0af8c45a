"""What undoing would do, file by file, before it is done. Files that somebody else has changed since are left alone
unless they are ticked."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from agents.permissions.visible import visible
from agents.snapshots.values import Step, UndoPlan
from app.desktop.chat.tab_order import neighbour
from app.desktop.models.tick_box import TickBox
from app.desktop.theme import themes
from app.desktop.window.overlay import Overlay

WIDTH = 560
MOST_HEIGHT = 320
MOST_ROWS = 300


class _FileRow(QWidget):
    """A file: what becomes of it, and for a conflict the box that takes it along all the same."""

    def __init__(self, step: Step, redo: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.step = step
        self._redo = redo
        self.box = TickBox(self) if step.action == "conflict" else None
        self._path, self._about = QLabel(self), QLabel(self)
        self._path.setTextFormat(Qt.TextFormat.PlainText)
        self._path.setWordWrap(True)
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setWordWrap(True)
        self._about.setProperty("kind", "warning" if step.action in ("conflict", "lost") else "small")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._path)
        words.addWidget(self._about)
        self._row = QHBoxLayout(self)
        if self.box is not None:
            self._row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)

    def retranslate(self) -> None:
        path = visible(self.step.path)
        # A long name of a file has no spaces to be broken at.
        self._path.setText(path.replace("/", "/\u200b"))
        self._about.setText(self._meaning())
        if self.box is not None:
            name = self.tr("Put back {path} all the same").format(path=path)
            self.box.setAccessibleName(name)
            self.box.setToolTip(name)

    def _meaning(self) -> str:
        step = self.step
        if step.action == "lost":
            return self.tr("Cannot be put back: it was too large to keep.")
        if step.action == "conflict":
            return self.tr(
                "Changed by somebody else since, or by a later step. It is left alone, unless you tick it; the "
                "version that is there now is kept."
            )
        if step.action == "remove":
            return self.tr("Goes away: it was not there before.")
        if self._redo:
            return self.tr("Becomes again what the run had made of it.")
        if step.change.change == "deleted":
            return self.tr("Comes back.")
        return self.tr("Becomes again what it was before.")

    def restyle(self) -> None:
        px = themes.current.px
        self._row.setContentsMargins(0, px(6), px(8), px(6))
        self._row.setSpacing(px(8))


class UndoDialog(Overlay):
    """Opened by `open`; `accepted` or `rejected` comes once. `force` are the paths of conflicts that were ticked."""

    accepted = Signal()
    rejected = Signal()

    def __init__(self, plan: UndoPlan, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self.plan = plan
        self._done = False
        self._title, self._summary = QLabel(self.card), QLabel(self.card)
        self._title.setProperty("kind", "heading")
        self._summary.setProperty("kind", "small")
        self._summary.setWordWrap(True)
        self._rows = [_FileRow(step, plan.redo, self.card) for step in _ordered(plan)[:MOST_ROWS]]
        self._more = QLabel(self.card)
        self._more.setProperty("kind", "small")
        self._list = QScrollArea(self.card)
        self._list.setWidgetResizable(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setProperty("kind", "page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self._more)
        column.addStretch(1)
        self._list.setWidget(inside)
        self.do, self.cancel = QPushButton(self.card), QPushButton(self.card)
        self.do.setProperty("kind", "primary")
        for button in (self.do, self.cancel):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bar = QHBoxLayout()
        bar.addStretch(1)
        bar.addWidget(self.cancel)
        bar.addWidget(self.do)
        for part in (self._title, self._summary, self._list):
            self.inside.addWidget(part)
        self.inside.addLayout(bar)
        self.do.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.close_overlay)
        self.closed.connect(self._reject)
        for row in self._rows:
            if row.box is not None:
                row.box.toggled.connect(self._show_state)
        self.refresh()

    @property
    def force(self) -> tuple[str, ...]:
        """The conflicts that are to be put back all the same."""
        return tuple(row.step.path for row in self._rows if row.box is not None and row.box.isChecked())

    def open(self) -> None:
        super().open()
        self._fit_list()
        first = self.do if self.do.isEnabled() else self.cancel
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def _accept(self) -> None:
        self._done = True
        self.close_overlay()
        self.accepted.emit()

    def _reject(self) -> None:
        if not self._done:
            self._done = True
            self.rejected.emit()

    def _count(self) -> int:
        return sum(step.action in ("restore", "remove") for step in self.plan.steps) + len(self.force)

    def _show_state(self) -> None:
        count = self._count()
        self.do.setEnabled(count > 0)
        if count == 1:
            text = self.tr("Restore 1 file") if self.plan.redo else self.tr("Undo 1 file")
        else:
            text = self.tr("Restore {count} files") if self.plan.redo else self.tr("Undo {count} files")
        self.do.setText(text.format(count=QLocale().toString(count)))

    def retranslate(self) -> None:
        conflicts = len(self.plan.conflicts)
        self._title.setText(self.tr("Take the undoing back?") if self.plan.redo else self.tr("Undo this?"))
        self._summary.setText(self._summary_text(conflicts))
        self._summary.setVisible(bool(self._summary.text()))
        left = len(self.plan.steps) - len(self._rows)
        self._more.setText(self.tr("and {count} more files").format(count=QLocale().toString(left)))
        self._more.setVisible(left > 0)
        self.cancel.setText(self.tr("Cancel"))
        for row in self._rows:
            row.retranslate()
        self.card.setAccessibleName(self._title.text())
        self._show_state()

    def _summary_text(self, conflicts: int) -> str:
        if conflicts == 1:
            return self.tr("1 file was changed by somebody else since.")
        if conflicts:
            return self.tr("{count} files were changed by somebody else since.").format(
                count=QLocale().toString(conflicts)
            )
        return ""

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        self.inside.setContentsMargins(px(20), px(18), px(20), px(18))
        for row in self._rows:
            row.restyle()
        self._fit_list()

    def _fit_list(self) -> None:
        """As high as its rows, up to a height at which it scrolls."""
        room = min(themes.current.px(MOST_HEIGHT), max(80, self.height() - themes.current.px(260)))
        width = themes.current.px(WIDTH - 40)
        inside = self._list.widget().layout()
        wanted = inside.heightForWidth(width) if inside.hasHeightForWidth() else inside.sizeHint().height()
        self._list.setFixedHeight(max(themes.current.px(40), min(room, wanted + 4)))

    # --- keys ---

    def focusNextPrevChild(self, forward: bool) -> bool:
        current = QApplication.focusWidget() or self.do
        target = neighbour(self.card, current, forward=forward) or (self.cancel if forward else self.do)
        target.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = QApplication.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(focus, QPushButton) and not event.isAutoRepeat():
                focus.click()
        else:
            super().keyPressEvent(event)


def _ordered(plan: UndoPlan) -> list[Step]:
    """What needs a look comes first."""
    rank = {"conflict": 0, "lost": 1}
    return sorted(plan.steps, key=lambda step: rank.get(step.action, 2))
