"""The very messages that a model sees, or saw in one of its turns, in a window of their own."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from agents.permissions.visible import visible
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.words import joined
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column
from app.services.runs.values import Seen
from engine.values import Message

SIZE = (820, 640)


def seen_text(seen: Seen) -> str:
    """All of it as plain text: each message under its role, then the tools as they are described. What the eye would
    not see is written out."""
    parts = [_message(message) for message in seen.messages]
    parts += [
        f"--- tool ---\n{json.dumps(tool, ensure_ascii=False, indent=1, default=str)}" for tool in seen.tools
    ]
    return visible("\n\n".join(parts))


def _message(message: Message) -> str:
    head = f"--- {message.role}{f' · {message.name}' if message.name else ''} ---"
    lines = [head]
    if message.reasoning_content:
        lines.append(f"<reasoning>\n{message.reasoning_content}\n</reasoning>")
    if message.content:
        lines.append(message.content)
    for call in message.tool_calls:
        arguments = call.arguments
        shown = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        lines.append(f"{call.name}({shown})")
    return "\n".join(lines)


class SeenWindow(ThemedWidget):
    """Stays beside the main window until it is closed, with Esc too."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self._number = 0
        self._seen: Seen | None = None
        self._title = ""
        self.words = wrapped_label(self, "small")
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setProperty("kind", "field")
        Column(self.words, (self.text, 1), parent=self, margins=(18, 14, 18, 18), spacing=10)
        px = themes.current.px
        self.resize(px(SIZE[0]), px(SIZE[1]))
        self.refresh()

    def show_seen(self, title: str, number: int, seen: Seen) -> None:
        """What the run `title` saw in the step that is shown with this number, 0: what it would see next."""
        self._title, self._number, self._seen = title, number, seen
        self.text.setPlainText(seen_text(seen))
        self.retranslate()
        self.show()
        self.raise_()
        self.activateWindow()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        what = self.tr("What the model sees next")
        if self._number:
            what = self.tr("What the model saw in step {step}").format(step=self._number)
        self.setWindowTitle(joined([what, self._title]))
        self.text.setAccessibleName(what)
        seen = self._seen
        if seen is None:
            return
        used = sum(part.tokens for part in seen.parts if part.name != "reserve")
        told = [
            what,
            self.tr("{count} messages").format(count=f"{len(seen.messages):,}"),
            self.tr("{count} tools").format(count=f"{len(seen.tools):,}"),
        ]
        if used and seen.context:
            told.append(self.tr("{used} of {size} tokens").format(used=f"{used:,}", size=f"{seen.context:,}"))
        self.words.setText(joined(told))

    def restyle(self) -> None:
        self.text.setFont(themes.current.fixed_font())
