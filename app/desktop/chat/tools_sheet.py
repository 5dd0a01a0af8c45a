"""Where tools are switched on for one chat: the folder that they work in, what may happen unasked, and which."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from app.desktop.base.tab_order import neighbour
from app.desktop.base.theme import themes
from app.desktop.forms.checked_field import Complaint
from app.desktop.run_view.folder_field import FolderField
from app.desktop.run_view.mode_choice import ModeChoice
from app.desktop.run_view.tools_fold import ToolsFold
from app.desktop.widgets.labels import text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Overlay
from app.desktop.widgets.scroller import GUTTER, ColumnScroller
from app.services.runs.values import ToolAtHand
from app.services.runs.workspace import OF_FOLDER
from app.store.records import ChatTools
from engine.errors import UserError

WIDTH = 560


class ToolsSheet(Overlay):
    """`wanted` carries the `ChatTools` that were chosen, whose folder is still to be looked at: `close_overlay` or
    `say` follows. `off` comes when there are to be none."""

    wanted = Signal(object)
    off = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._tools: ChatTools | None = None
        self._title = text_label(self.card, "title")
        self._scroller = ColumnScroller(self.card, bare=True)
        inside = self._scroller.inside
        self._about = wrapped_label(inside, "small", selectable=False)
        self.folder = FolderField(inside)
        self.mode = ModeChoice(inside)
        self.which = ToolsFold(inside)
        self._labels = [QLabel(inside), QLabel(inside)]
        self._complaint = Complaint(self.card)
        self.use, self.turn_off, self.cancel = (QPushButton(self.card) for _ in range(3))
        self.use.setProperty("kind", "primary")
        for button in (self.use, self.turn_off, self.cancel):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._groups: list[QVBoxLayout] = []
        self._lay_out()
        self.folder.changed.connect(self._forgive)
        self.which.opened.connect(lambda opened: QTimer.singleShot(0, self, lambda: self._unfold(opened)))
        self.use.clicked.connect(self._use)
        self.turn_off.clicked.connect(self._turn_off)
        self.cancel.clicked.connect(self.close_overlay)
        self.refresh()

    def _lay_out(self) -> None:
        column = self._scroller.column
        column.addWidget(self._about)
        for label, field in zip(self._labels, (self.folder, self.mode), strict=True):
            label.setProperty("kind", "heading")
            label.setBuddy(field)
            group = QVBoxLayout()
            group.addWidget(label)
            group.addWidget(field)
            self._groups.append(group)
            column.addLayout(group)
        column.addWidget(self.which)
        column.addStretch(1)
        for part in (self._title, self._scroller, self._complaint):
            self.inside.addWidget(part)
        self.inside.addLayout(Row(self.turn_off, STRETCH, self.cancel, self.use, spacing=8))

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
        if error.code in OF_FOLDER:
            self.folder.say(error)
            self.folder.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._complaint.say(error)
        self._fit()

    def open(self) -> None:
        super().open()
        self.use.setEnabled(True)
        self._fit()
        first = self.use if self.folder.folder() else self.folder.choose
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def chosen(self) -> ChatTools:
        return ChatTools(self.folder.folder(), self.mode.mode(), self.which.chosen())

    # Inside

    def _use(self) -> None:
        self.use.setEnabled(False)
        self.wanted.emit(self.chosen())

    def _turn_off(self) -> None:
        self.close_overlay()
        self.off.emit()

    def _forgive(self) -> None:
        self._complaint.say(None)
        QTimer.singleShot(0, self, self._fit)

    def _unfold(self, opened: bool) -> None:
        """Bring what was unfolded into sight."""
        self._fit()
        if opened:
            QTimer.singleShot(0, self, lambda: self._scroller.verticalScrollBar().setValue(self.which.y()))

    def _fit(self) -> None:
        """As high as what is in it; where the window is lower, the middle scrolls."""
        px = themes.current.px
        column = self._scroller.column
        wanted = column.totalHeightForWidth(px(WIDTH) - 2 * px(20) - px(GUTTER) - 2)
        self._scroller.inside.setFixedHeight(wanted)
        room = self.height() - px(72) - px(180)
        self._scroller.setFixedHeight(max(px(120), min(wanted + px(4), room)))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Tools in this chat"))
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
        self.card.setAccessibleName(self._title.text())

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        self.inside.setContentsMargins(px(20), px(18), px(20), px(18))
        self.inside.setSpacing(px(12))
        self._scroller.column.setSpacing(px(14))
        for group in self._groups:
            group.setSpacing(px(8))

    # Keys

    def focusNextPrevChild(self, forward: bool) -> bool:
        current = QApplication.focusWidget() or self.use
        target = neighbour(self.card, current, forward=forward)
        if target is None:
            target = self.folder.field if forward else self.use
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroller.ensureWidgetVisible(target, 0, 20)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = QApplication.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(focus, QPushButton) and not event.isAutoRepeat():
                focus.click()
            elif self.use.isEnabled():
                self._use()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
