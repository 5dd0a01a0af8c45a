"""What undoing would do, file by file, before it is done. Files that were changed since are left alone unless they
are ticked."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from agents.permissions.visible import visible
from agents.snapshots.values import Step, UndoPlan
from app.desktop.base.style import set_kind
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import plain_tip
from app.desktop.markdown.prose import PlainBlock
from app.desktop.text.words import counted
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.tick_box import TickBox
from app.format import format_count

WIDTH = 560
MOST_ROWS = 100


class _FileRow(ThemedWidget):
    """A file: what becomes of it, and for a conflict the box that takes it along all the same."""

    def __init__(self, step: Step, redo: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.step = step
        self._redo = redo
        self.box = TickBox(self) if step.action == "conflict" else None
        self._path = PlainBlock(self, visible(step.path))
        self._about = text_label(self, "small", wraps=True)
        if step.action in ("conflict", "lost"):
            set_kind(self._about, "warning")
        row = Row(
            (Column(self._path, self._about, spacing=0), 1), parent=self, margins=(0, 6, 0, 6), spacing=8
        )
        if self.box is not None:
            row.insertWidget(0, self.box, 0, Qt.AlignmentFlag.AlignTop)
        self.refresh()

    def retranslate(self) -> None:
        path = visible(self.step.path)
        self._path.setAccessibleName(path)
        self._about.setText(self._meaning())
        if self.box is not None:
            name = self.tr("Restore {path} anyway").format(path=path)
            self.box.setAccessibleName(name)
            self.box.setToolTip(plain_tip(name))

    def restyle(self) -> None:
        self._path.restyle()

    def _meaning(self) -> str:
        step = self.step
        if step.action == "lost":
            return self.tr("Can’t be restored: no copy could be kept.")
        if step.action == "conflict":
            return self.tr(
                "Changed since, by hand or by a later step. It is left alone unless you select it; the "
                "current version is kept."
            )
        if step.action == "remove":
            return self.tr("Will be deleted: it wasn’t there before.")
        if self._redo:
            return self.tr("Returns to the run’s version.")
        if step.change.change == "deleted":
            return self.tr("Will be restored.")
        return self.tr("Returns to what it was before.")


class UndoDialog(Sheet):
    """Opened by `open`; `accepted` or `rejected` comes once. `force` are the paths of conflicts that were ticked."""

    accepted = Signal()
    rejected = Signal()

    def __init__(self, plan: UndoPlan, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self.plan = plan
        self._done = False
        self._summary = text_label(self.card, "small", wraps=True)
        self.inside.insertWidget(1, self._summary)
        rows = self.scroller.inside
        self._rows = [_FileRow(step, plan.redo, rows) for step in _ordered(plan)[:MOST_ROWS]]
        self._more = text_label(rows, "small")
        self.do = push_button(self.card, "primary")
        self.cancel = push_button(self.card)
        for part in (*self._rows, self._more):
            self.scroller.column.addWidget(part)
        self.scroller.column.setSpacing(0)
        for item in (STRETCH, self.cancel, self.do):
            self.foot.add(item)
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

    def _show_state(self) -> None:
        count = sum(step.action in ("restore", "remove") for step in self.plan.steps) + len(self.force)
        self.do.setEnabled(count > 0)
        none, one, many = self.tr("Undo"), self.tr("Undo 1 file"), self.tr("Undo {count} files")
        if self.plan.redo:
            none, one, many = self.tr("Restore"), self.tr("Restore 1 file"), self.tr("Restore {count} files")
        self.do.setText(counted(count, one, many) if count else none)

    def retranslate(self) -> None:
        conflicts = len(self.plan.conflicts)
        self.title.setText(self.tr("Redo this?") if self.plan.redo else self.tr("Undo this?"))
        one, many = self.tr("1 file was changed since."), self.tr("{count} files were changed since.")
        self._summary.setText(counted(conflicts, one, many))
        self._summary.setVisible(conflicts > 0)
        left = len(self.plan.steps) - len(self._rows)
        self._more.setText(self.tr("and {count} more files").format(count=format_count(left)))
        self._more.setVisible(left > 0)
        self.cancel.setText(self.tr("Cancel"))
        self.card.setAccessibleName(self.title.text())
        self._show_state()


def _ordered(plan: UndoPlan) -> list[Step]:
    """What needs a look comes first."""
    rank = {"conflict": 0, "lost": 1}
    return sorted(plan.steps, key=lambda step: rank.get(step.action, 2))
