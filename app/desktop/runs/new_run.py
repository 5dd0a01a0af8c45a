"""The form of a new run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.desktop.live import LiveWidget
from app.desktop.models.labels import wrapped_label
from app.desktop.models.scroller import ColumnScroller
from app.desktop.runs.folder_field import FolderField
from app.desktop.runs.mode_choice import ModeChoice
from app.desktop.runs.task_editor import TaskEditor
from app.desktop.settings.checked_field import Complaint
from app.desktop.theme import themes
from app.services.run_values import RunWish
from engine.errors import UserError

COLUMN = 744
OF_TASK = ("run.no_task", "run.task_too_large")
OF_FOLDER = (
    "run.no_workspace",
    "run.workspace_not_a_folder",
    "run.workspace_unreadable",
    "run.workspace_too_wide",
)


class NewRun(LiveWidget):
    """`start_wanted` carries a `RunWish`; what comes of it is told with `say` or by showing something else."""

    start_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        scroller = ColumnScroller(self, most=COLUMN)
        self._title = QLabel(scroller.inside)
        self._title.setProperty("kind", "title")
        self.task = TaskEditor(scroller.inside)
        self.of_task, self.of_start = Complaint(scroller.inside), Complaint(scroller.inside)
        self.folder = FolderField(scroller.inside)
        self.mode = ModeChoice(scroller.inside)
        self.start = QPushButton(scroller.inside)
        self.start.setProperty("kind", "primary")
        self.start.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._hint = wrapped_label(scroller.inside, "small", selectable=False)
        self._labels = [QLabel(scroller.inside) for _ in range(3)]
        self._groups: list[QVBoxLayout] = []
        column = scroller.column
        column.addWidget(self._title)
        self._group(column, self._labels[0], self.task, self.of_task)
        self._group(column, self._labels[1], self.folder)
        self._group(column, self._labels[2], self.mode)
        column.addWidget(self.of_start)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.start)
        self._foot.addWidget(self._hint, 1)
        column.addLayout(self._foot)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroller)
        for label, field in zip(self._labels, (self.task, self.folder, self.mode), strict=True):
            label.setProperty("kind", "heading")
            label.setBuddy(field)
        self.task.sent.connect(self.send)
        self.task.textChanged.connect(lambda: self.of_task.say(None))
        self.folder.changed.connect(lambda: self.of_start.say(None))
        self.start.clicked.connect(self.send)
        self.refresh()

    def _group(self, column: QVBoxLayout, *widgets: QWidget) -> None:
        group = QVBoxLayout()
        for widget in widgets:
            group.addWidget(widget)
        column.addLayout(group)
        self._groups.append(group)

    # What the page tells

    def show_recent(self, folders: Sequence[str]) -> None:
        """Folders of earlier runs; the latest is offered where none is chosen."""
        self.folder.show_recent(folders)
        if folders and not self.folder.folder():
            self.folder.show_folder(folders[0])

    def take_focus(self) -> None:
        self.task.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, error: UserError | None) -> None:
        """Why it could not be started, where it can be mended."""
        self._set_busy(False)
        for place in (self.of_task, self.folder, self.of_start):
            place.say(None)
        if error is None:
            return
        if error.code in OF_TASK:
            self.of_task.say(error)
            self.task.setFocus(Qt.FocusReason.OtherFocusReason)
        elif error.code in OF_FOLDER:
            self.folder.say(error)
            self.folder.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.of_start.say(error)

    def started(self) -> None:
        """The run is there: the next one begins with an empty task."""
        self.say(None)
        self.task.clear()

    # Inside

    def send(self) -> None:
        if not self._busy:
            self._set_busy(True)
            self.start_wanted.emit(self.wish())

    def wish(self) -> RunWish:
        return RunWish(self.task.toPlainText(), self.folder.folder(), mode=self.mode.mode())

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.start.setEnabled(not busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        wanted = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if wanted and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.send()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        self._title.setText(self.tr("New run"))
        for label, name in zip(
            self._labels,
            (self.tr("Task"), self.tr("Folder"), self.tr("What it may do without asking")),
            strict=True,
        ):
            label.setText(name)
        self.task.setAccessibleName(self.tr("Task"))
        self.task.setPlaceholderText(
            self.tr("What is to be done in the folder? Say what you want to have at the end.")
        )
        self.start.setText(self.tr("Start"))
        self.start.setAccessibleName(self.tr("Start the run"))
        self._hint.setText(self.tr("Ctrl+Enter starts it. You can pause or stop it, and undo what it did."))
        for place in (self.of_task, self.of_start):
            place.retranslate()

    def restyle(self) -> None:
        px = themes.current.px
        for group in self._groups:
            group.setSpacing(px(6))
        self._foot.setSpacing(px(12))
        for place in (self.of_task, self.of_start):
            place.restyle()
