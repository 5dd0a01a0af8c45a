"""Where tools are switched on for one chat: the folder that they work in, what may happen unasked, and which."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.forms.checked_field import Complaint
from app.desktop.run_view.folder_field import FolderField
from app.desktop.run_view.guidance.instructions_line import InstructionsLine
from app.desktop.run_view.mode_choice import ModeChoice
from app.desktop.run_view.tools_fold import ToolsFold
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column
from app.desktop.widgets.overlay import Sheet
from app.services.runs.values import ToolAtHand
from app.store.records import ChatTools
from engine.errors import UserError

WIDTH = 560


class ToolsSheet(Sheet):
    """`wanted` carries the `ChatTools` that were chosen, whose folder is still to be looked at: `close_overlay` or
    `say` follows. `off` comes when there are to be none."""

    wanted = Signal(object)
    off = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._tools: ChatTools | None = None
        inside = self.scroller.inside
        self._about = wrapped_label(inside, "small", selectable=False)
        self.folder = FolderField(inside)
        self.instructions = InstructionsLine(self.folder, inside)
        self.mode = ModeChoice(inside)
        self.which = ToolsFold(inside)
        self._labels = [text_label(inside, "heading"), text_label(inside, "heading")]
        self._complaint = Complaint(self.card)
        self.use = push_button(self.card, "primary")
        self.turn_off, self.cancel = push_button(self.card), push_button(self.card)
        self._lay_out()
        self.folder.changed.connect(self._forgive)
        self.instructions.changed.connect(lambda: QTimer.singleShot(0, self, self.fit))
        self.which.opened.connect(lambda opened: QTimer.singleShot(0, self, lambda: self._unfold(opened)))
        self.use.clicked.connect(self.confirm)
        self.turn_off.clicked.connect(self._turn_off)
        self.cancel.clicked.connect(self.close_overlay)
        self.refresh()

    def _lay_out(self) -> None:
        column = self.scroller.column
        column.addWidget(self._about)
        for label, fields in zip(self._labels, ((self.folder, self.instructions), (self.mode,)), strict=True):
            label.setBuddy(fields[0])
            column.addLayout(Column(label, *fields, spacing=8))
        column.addWidget(self.which)
        column.addStretch(1)
        self.inside.insertWidget(2, self._complaint)
        for item in (self.turn_off, STRETCH, self.cancel, self.use):
            self.foot.add(item)

    # What it is told

    def show_tools(
        self,
        tools: ChatTools | None,
        recent: Sequence[str],
        at_hand: Sequence[ToolAtHand],
        servers: Sequence[str],
    ) -> None:
        """What the chat has now, of the tools `at_hand` and those of `servers`. Where it has none, the latest of the
        `recent` folders is offered."""
        self._tools = tools
        self.folder.show_recent(recent)
        if tools is None:
            self.folder.show_folder(recent[0] if recent else "")
        else:
            self.folder.show_folder(tools.workspace)
            self.mode.set_mode(tools.mode)
        self.which.open(False)
        self.which.show_tools(at_hand, servers)
        self.which.choose(None if tools is None else tools.names)
        self._complaint.say(None)
        self.retranslate()

    def say(self, error: UserError) -> None:
        """Why these cannot be had."""
        self.use.setEnabled(True)
        if not self.folder.takes(error):
            self._complaint.say(error)
        self.fit()

    def open(self) -> None:
        super().open()
        self.use.setEnabled(True)
        self.fit()
        first = self.use if self.folder.folder() else self.folder.choose
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def chosen(self) -> ChatTools:
        return ChatTools(self.folder.folder(), self.mode.mode(), self.which.chosen())

    # Inside

    def confirm(self) -> None:
        if not self.use.isEnabled():
            return
        self.use.setEnabled(False)
        self.wanted.emit(self.chosen())

    def _turn_off(self) -> None:
        self.close_overlay()
        self.off.emit()

    def _forgive(self) -> None:
        self._complaint.say(None)
        QTimer.singleShot(0, self, self.fit)

    def _unfold(self, opened: bool) -> None:
        """Bring what was unfolded into sight."""
        self.fit()
        if opened:
            QTimer.singleShot(0, self, lambda: self.scroller.verticalScrollBar().setValue(self.which.y()))

    def retranslate(self) -> None:
        self.title.setText(self.tr("Tools in this chat"))
        self._about.setText(
            self.tr(
                "While answering, the model may use tools in this folder. You see each step and can undo "
                "what it changed."
            )
        )
        for label, text in zip(
            self._labels, (self.tr("Folder"), self.tr("What it may do without asking")), strict=True
        ):
            label.setText(text)
        is_on = self._tools is not None
        self.use.setText(self.tr("Save") if is_on else self.tr("Use tools"))
        self.turn_off.setText(self.tr("Turn tools off"))
        self.turn_off.setVisible(is_on)
        self.cancel.setText(self.tr("Cancel"))
        self.card.setAccessibleName(self.title.text())
