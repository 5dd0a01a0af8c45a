"""Whether the model chosen for a run is known to use tools well, with the check that finds it out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.style import set_kind
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.model_picker.tool_checking import ToolCheckUnderWay
from app.desktop.text.tool_rating_text import checking_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import show_text, wrapped_label
from app.desktop.widgets.layouts import Row
from app.store.records import ToolRating


class ToolsLine(ThemedWidget):
    """Says nothing of a model that uses tools well enough, or that has no file here. `check_wanted` carries the path
    and the name of the one that is shown."""

    check_wanted = Signal(str, str)
    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = self._name = ""
        self._rating: ToolRating | None = None
        self._checking: ToolCheckUnderWay | None = None
        self.words = wrapped_label(self, "small")
        self.button = push_button(self, "link")
        self.button.clicked.connect(self._act)
        Row((self.words, 1), (self.button, 0, Qt.AlignmentFlag.AlignTop), parent=self, spacing=8)
        self.refresh()

    def show_model(self, path: str, name: str, rating: ToolRating | None) -> None:
        """The model that is chosen; `path` "" for one that is not a file of this computer."""
        self._path, self._name, self._rating = path, name, rating
        self._show()

    def show_checking(self, checking: ToolCheckUnderWay | None) -> None:
        """The check that is under way, of whatever model."""
        self._checking = checking
        self._show()

    def _is_checked(self) -> bool:
        """Whether the check under way is this model's."""
        return self._checking is not None and self._checking.path == self._path

    def _show(self) -> None:
        checking = self._checking
        if checking is not None and self._is_checked():
            words, action, kind = checking_text(checking.done, checking.total), self.tr("Stop"), "small"
        elif self._rating is None:
            # One model at a time is checked: another one's check is waited for.
            action = self.tr("Check tools (30 s)") if checking is None else ""
            words, kind = self.tr("tools: not checked"), "small"
        else:
            words = self.tr("This model used tools poorly in its check. Another model is better for tasks.")
            action, kind = "", "warning"
        self.words.setText(words)
        set_kind(self.words, kind)
        show_text(self.button, action)
        self.setVisible(bool(self._path) and (self._rating in (None, "poor") or self._is_checked()))

    def _act(self) -> None:
        if self._is_checked():
            self.stop_wanted.emit()
        else:
            self.check_wanted.emit(self._path, self._name)

    def retranslate(self) -> None:
        self._show()
