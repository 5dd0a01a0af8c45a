"""What fills the context, told in a small card under the gauge."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.desktop.base.theme import themes
from app.desktop.chat.compaction.context_use import Part, PartKind
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.format import format_count

WIDTH = 300


class ContextCard(QFrame):
    """Deletes itself when it closes, as it does with Esc or a click beside it."""

    room_wanted = Signal()
    placement_wanted = Signal()

    def __init__(self, parent: QWidget, parts: Sequence[Part], used: int, size: int) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("kind", "popup")
        self._title = text_label(self, "heading")
        self._title.setText(self.tr("What the model reads"))
        self.setAccessibleName(self._title.text())
        about = wrapped_label(self, "small", selectable=False)
        about.setText(
            self.tr("{used} of {size} tokens. The model sees the whole chat with each message.").format(
                used=format_count(used), size=format_count(size)
            )
        )
        rows = Column(spacing=4)
        for part in parts:
            count = self.tr("about {count}").format(count=format_count(part.tokens))
            rows.add(self._row(self._name(part.kind), count))
        rows.add(self._row(self.tr("Free"), format_count(max(0, size - used))))
        room = push_button(self, "bar", self.tr("Free up space…"))
        larger = push_button(self, "bar", self.tr("Placement"))
        larger.setToolTip(self.tr("Where a larger context can be chosen"))
        for button, wanted in ((room, self.room_wanted), (larger, self.placement_wanted)):
            button.clicked.connect(self.close)
            button.clicked.connect(wanted)
        Column(
            self._title, about, rows, Row(room, larger, STRETCH, spacing=8),
            parent=self, margins=(16, 14, 16, 14), spacing=10,
        )  # fmt: skip
        room.setFocus(Qt.FocusReason.PopupFocusReason)

    def _name(self, kind: PartKind) -> str:
        return {
            "instructions": self.tr("Instructions"),
            "tools": self.tr("Tools"),
            "questions": self.tr("Your messages"),
            "answers": self.tr("Answers"),
        }[kind]

    def _row(self, name: str, value: str) -> Row:
        left, right = QLabel(name, self), text_label(self, "value")
        right.setText(value)
        return Row(left, STRETCH, right, spacing=12)

    def open_below(self, widget: QWidget) -> None:
        """Show it under a widget, its right edge under that of the widget."""
        width = max(themes.current.px(WIDTH), self.layout().minimumSize().width())
        self.setFixedWidth(width)
        self.setFixedHeight(self.layout().totalHeightForWidth(width))
        corner = widget.mapToGlobal(QPoint(widget.width() - width, widget.height() + 4))
        left = widget.window().mapToGlobal(QPoint(0, 0)).x()
        self.move(max(left, corner.x()), corner.y())
        self.show()
