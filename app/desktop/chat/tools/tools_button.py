"""Whether the answers of a chat may use tools, and in which folder: a button beside what is written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.run_labels import folder_text, mode_name
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.layouts import Row
from app.store.records import ChatTools

MOST_NAME = 150


class ToolsButton(ThemedWidget):
    """`button` is what is pressed, `changed` comes when it needs another width. `set_compact` is for narrow places:
    then it shows its sign alone."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools: ChatTools | None = None
        self._compact = False
        self._around = 0.0  # what the button takes beside its words, at a text size of 100 %
        self.button = push_button(self)
        Row(self.button, parent=self)
        self.setFocusProxy(self.button)
        self.refresh()

    def show_tools(self, tools: ChatTools | None) -> None:
        """None: no tools."""
        self._tools = tools
        self.refresh()
        self.changed.emit()

    def set_compact(self, compact: bool) -> None:
        if compact != self._compact:
            self._compact = compact
            set_kind(self.button, "icon" if compact else "")
            self.retranslate()

    def full_width(self) -> int:
        """What it takes when it is not compact."""
        if not self._compact:
            width = self.button.sizeHint().width()
            self._around = (width - self._advance(self.button.text())) / themes.current.scale
            return width
        return round(self._around * themes.current.scale) + self._advance(self._face())

    def _advance(self, text: str) -> int:
        return QFontMetrics(self.button.font()).horizontalAdvance(text)

    def _face(self) -> str:
        # Room between the sign and the words.
        return " " + self._words().replace("&", "&&")

    def _words(self) -> str:
        if self._tools is None:
            return self.tr("Tools")
        name = Path(self._tools.workspace).name or self._tools.workspace
        metrics = QFontMetrics(self.button.font())
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, themes.current.px(MOST_NAME))

    def retranslate(self) -> None:
        tools = self._tools
        self.button.setText("" if self._compact else self._face())
        if tools is None:
            said = self.tr("Tools: off")
            tip = self.tr("Let answers use tools in a folder")
        else:
            folder, mode = folder_text(tools.workspace), mode_name(tools.mode)
            said = self.tr("Tools: on in {folder}, {mode}").format(folder=folder, mode=mode)
            tip = f"{folder}  ·  {mode}"
        self.button.setAccessibleName(said)
        self.button.setToolTip(tip)

    def restyle(self) -> None:
        on = self._tools is not None
        set_icon(self.button, "wrench", "accent" if on else "muted", 16)
