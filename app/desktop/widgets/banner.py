"""A calm line that says what went wrong, or asks something, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QLabel, QPushButton, QWidget

from app.desktop.base.icons import icon, set_icon
from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, breakable, name_icon, text_label
from app.desktop.widgets.layouts import Column, Row, discard

DETAIL_LINES = 12
# With less room for the sentence the buttons go under it.
WORDS = 260


class BannerAction(NamedTuple):
    text: str
    act: Callable[[], None]


class Banner(ThemedWidget):
    """Hidden until `say`. Can be closed unless it is persistent; `closed` tells that a person did.

    Across a page, or `framed` among what is read there: then it is persistent and no screen reader is interrupted.
    """

    closed = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, persistent: bool = False, framed: bool = False
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "strip" if framed else "banner")
        self._colour, self._framed = "warning", framed
        self._shown: Sequence[BannerAction] = ()
        self._symbol = QLabel(self)
        self._text = text_label(self, wraps=True, selectable=not framed)
        self._detail = text_label(self, "small", wraps=True, selectable=True)
        self._detail.hide()
        self.close_button = push_button(self, "icon")
        self.close_button.setVisible(not persistent and not framed)
        self.close_button.clicked.connect(self._closed_by_hand)
        self._buttons: list[QPushButton] = []
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._actions = Row(spacing=8)
        self._middle.addWidget(self._text, 1)
        self._middle.addLayout(self._actions)
        self._line = Row(
            (self._symbol, 0, Qt.AlignmentFlag.AlignVCenter), (self._middle, 1), self.close_button, spacing=8
        )
        Column(
            self._line,
            self._detail,
            parent=self,
            margins=(14 if framed else 20, 8, 8 if framed else 12, 8),
            spacing=4,
        )
        self.refresh()
        self.hide()

    def say(self, text: str, actions: Sequence[BannerAction] = (), colour: str = "warning") -> None:
        """Show `text` with a button per action; `colour` is the theme's "warning", "bad" or "accent"."""
        self._shown = actions
        if self.actions_shown() != [action.text for action in actions]:
            for button in self._buttons:
                discard(button, self._actions)
            self._buttons = [self._button(number, action.text) for number, action in enumerate(actions)]
        if not self._framed and (text != self.text() or self.isHidden()):
            announce(self, text)
        self._text.setText(breakable(text) if self._framed else text)
        self._symbol.setVisible(not self._framed or colour != "muted")
        self.setAccessibleName(text)
        self._detail.hide()
        self._colour = colour
        set_property(self, "tone", colour)
        self.restyle()
        self.show()

    def _button(self, number: int, text: str) -> QPushButton:
        button = push_button(self, "bar", text=text)
        button.setAccessibleName(text)
        button.clicked.connect(lambda: self._shown[number].act())
        self._actions.addWidget(button)
        button.show()
        return button

    def fit(self, width: int) -> int:
        """The height for a width."""
        self._fold(width)
        return self.layout().totalHeightForWidth(width)

    def resizeEvent(self, event: object) -> None:
        self._fold()

    def _fold(self, width: int = 0) -> None:
        px = themes.current.px
        around = px(20) + px(12) + px(18) + px(8) * 2 + self.close_button.sizeHint().width()
        buttons = sum(button.sizeHint().width() + px(8) for button in self._buttons)
        room = (width or self.width()) - around - buttons >= px(WORDS)
        wide = QBoxLayout.Direction.LeftToRight if room else QBoxLayout.Direction.TopToBottom
        self._middle.setDirection(wide)
        for layout in (self._middle, self._line, self.layout()):
            layout.invalidate()  # Qt would get to it only with the next event
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        self._middle.setAlignment(self._actions, middle if room else left)

    def show_detail(self, text: str) -> None:
        """Lines of a log under the sentence, the last ones; shown again they go away."""
        self._detail.setText("\n".join(text.splitlines()[-DETAIL_LINES:]))
        self._detail.setVisible(self._detail.isHidden())

    def text(self) -> str:
        return self.accessibleName()

    def actions_shown(self) -> list[str]:
        return [button.text() for button in self._buttons]

    def _closed_by_hand(self) -> None:
        self.hide()
        self.closed.emit()

    def retranslate(self) -> None:
        name_icon(self.close_button, self.tr("Dismiss"))

    def restyle(self) -> None:
        px = themes.current.px
        self._middle.setSpacing(px(8))
        sign = "triangle-alert" if self._colour in ("warning", "bad") else "circle-alert"
        self._symbol.setPixmap(icon(sign, self._colour, 18).pixmap(px(18), px(18)))
        set_icon(self.close_button, "x", "muted", 16)
        self._detail.setFont(themes.current.fixed_font(12))
        self._fold()
        self.update()
