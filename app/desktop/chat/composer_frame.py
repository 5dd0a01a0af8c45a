"""The card that a message is written in. It stands in the window before its controls are imported."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.message_edit import MessageEdit
from app.desktop.widgets.layouts import STRETCH, Column, Row

COLUMN = 744
# As the transcript's, whose scroll bar takes some of its width: both columns stand under each other.
MARGIN = 24
SCROLL_BAR = 10
MAX_PART = 0.4
# The controls' height and what is around them and the field.
CONTROLS = 13 + 10 + 36 + 11


class ComposerFrame(ThemedWidget):
    """The field, as high as its text, above `foot`, a row for the controls. `stand_in` puts it at its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "composer")
        self.edit = MessageEdit(self)
        self.edit.height_wanted.connect(self.fit)
        self.edit.focus_changed.connect(lambda focused: set_property(self, "focused", focused))
        self.foot = Row(spacing=8)
        self._above: list[QWidget] = []
        field = (self.edit, 0, Qt.AlignmentFlag.AlignTop)
        self._column = Column(field, self.foot, parent=self, margins=(14, 13, 12, 11), spacing=10)
        self.refresh()

    def stand_in(self, parent: QWidget) -> Row:
        """Center the card in `parent`; the row that does it, whose margins `parent` scales with `margins`."""
        row = Row(STRETCH, (self, 1000), STRETCH, parent=parent)
        row.setContentsMargins(*margins())
        return row

    def show_above(self, strip: QWidget) -> None:
        """Put what goes with the words above them. `fit` follows when it has another height."""
        self._column.insertWidget(len(self._above), strip)
        self._above.append(strip)

    def fit(self) -> None:
        """As high as the text, at most the given part of the window."""
        limit = max(themes.current.px(60), round(self.window().height() * MAX_PART))
        height = min(limit, max(themes.current.px(24), self.edit.wanted_height()))
        if height != self.edit.height():
            self.edit.setFixedHeight(height)
        # With the controls it is no higher than before they came.
        shown = [strip for strip in self._above if not strip.isHidden()]
        above = sum(strip.height() + self._column.spacing() for strip in shown)
        self.setMinimumHeight(above + height + themes.current.px(CONTROLS))
        full = self.edit.wanted_height() > limit
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.edit.setVerticalScrollBarPolicy(policy)
        if not full:  # while it was lower it may have been scrolled
            self.edit.verticalScrollBar().setValue(0)

    def retranslate(self) -> None:
        self.edit.setAccessibleName(QCoreApplication.translate("Composer", "Message"))

    def restyle(self) -> None:
        self.setMaximumWidth(themes.current.px(COLUMN))
        self.edit.restyle()
        self.fit()


def margins() -> tuple[int, int, int, int]:
    """The room around the card: left, top, right and bottom."""
    px = themes.current.px
    return MARGIN, px(4), MARGIN + SCROLL_BAR, px(18)
