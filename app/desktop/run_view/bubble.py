"""The user's words in a bubble at the right edge."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.markdown.prose import PlainBlock
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.layouts import Column
from app.format import format_count

# More text than this is folded until it is asked for.
MAX_PLAIN = 6000
PAD = 14


class Bubble(FittedWidget):
    """Plain text with its line breaks, `share` of the width at most. Its owner names `words`."""

    def __init__(self, parent: QWidget, text: str, share: float) -> None:
        super().__init__(parent)
        self._text, self._share, self._folded = text, share, True
        self._ground = QFrame(self)
        self._ground.setProperty("kind", "bubble")
        self.words = PlainBlock(self._ground, "")
        self._more: QPushButton | None = None
        # Qt puts the room of a line above its text, so the text is raised to look centered.
        self._column = Column(self.words, parent=self._ground, margins=(PAD, 8, PAD, 12), spacing=4)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        self._text = text
        too_long = self._folded and len(text) > MAX_PLAIN
        self.words.set_text(text[:MAX_PLAIN].rstrip() + "…" if too_long else text)
        if too_long and self._more is None:
            self._more = word_button(self._ground)
            self._more.clicked.connect(self.unfold)
            self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        if self._more is not None:
            self._more.setVisible(too_long)
        self.retranslate()

    @property
    def is_long(self) -> bool:
        """Whether there is more text than is shown at first."""
        return self._more is not None

    def folded_text(self) -> str:
        """What `unfold` would show."""
        return self._text[MAX_PLAIN:] if self._folded else ""

    def unfold(self) -> None:
        self._folded = False
        self.show_text(self._text)
        self.height_changed.emit()

    def retranslate(self) -> None:
        if self._more is not None:
            count = format_count(len(self._text))
            self._more.setText(self.tr("Show all ({count} characters)").format(count=count))

    def restyle(self) -> None:
        self.words.restyle()

    def fit(self, width: int) -> int:
        around = 2 * themes.current.px(PAD)
        wide = max(self.words.natural_width(int(width * self._share) - around), 12) + around
        height = self._ground.layout().totalHeightForWidth(wide)
        self._ground.setGeometry(width - wide, 0, wide, height)
        return height
