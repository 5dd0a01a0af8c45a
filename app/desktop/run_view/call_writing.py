"""A tool call while the model writes it: the tool, how much there is, and the end of what is passed to it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.markdown.headed import HeadedBox
from app.desktop.markdown.prose import PlainBlock
from app.desktop.text.tool_call_text import arguments_so_far, end_of, one_line, passed_text
from app.format import format_size

SHOWN_LINES = 10
SHOWN_CHARACTERS = 1200


class CallWriting(HeadedBox):
    """Shown until the call is whole. What was written stands as it will be used: a file as its lines."""

    def __init__(self, parent: QWidget, call: str, name: str) -> None:
        super().__init__(parent, lambda: self._passed, kind="card", bold=True)
        self.call, self._name = call, name
        self._json = self._passed = ""
        self._symbol = QLabel(self)
        self.head_row.insertWidget(0, self._symbol)
        self._text = PlainBlock(self, "", pixels=13, fixed=True, quiet=True)
        self._text.hide()
        self.inside.addWidget(self._text)
        self.restyle()
        self.retranslate()

    def append(self, text: str) -> None:
        """Adds text of the arguments' JSON."""
        self._json += text
        self._passed = passed_text(arguments_so_far(self._json))
        self._text.set_text(end_of(self._passed, SHOWN_LINES, SHOWN_CHARACTERS))
        self._text.setVisible(bool(self._passed))
        self.retranslate()
        self.height_changed.emit()

    def retranslate(self) -> None:
        name = one_line(self._name)
        size = format_size(len(self._passed.encode(errors="replace")))
        self.set_head(self.tr("Preparing {name}").format(name=name), size if self._passed else "")
        self.setAccessibleName(self.tr("Preparing {name}").format(name=name))
        self._text.setAccessibleName(self.tr("What is passed to {name}").format(name=name))
        self._copy.setAccessibleName(self.tr("Copy this call"))
        self.refit()

    def restyle(self) -> None:
        super().restyle()
        size = themes.current.px(16)
        self._symbol.setPixmap(icon("wrench", "muted", 16).pixmap(size, size))
        self._text.restyle()
