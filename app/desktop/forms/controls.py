"""Rows and fields that the settings are made of."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QWidget,
)

from app.desktop.base.icons import set_icon
from app.desktop.base.prompt_edit import PromptEdit
from app.desktop.base.text_field import put_field_into
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import Column, Row

TEXT_DELAY_MS = 500


class Bounds(NamedTuple):
    """What a number may be, how far an arrow key moves it, and its digits after the point."""

    low: float
    high: float
    step: float
    digits: int


class NumberField(QDoubleSpinBox):
    """A number that may be left to a default. Below its lowest value it shows the default's text."""

    def __init__(self, bounds: Bounds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bounds = bounds
        self._fallback: float | None = None
        put_field_into(self)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setKeyboardTracking(False)
        self.setDecimals(bounds.digits)
        self.setSingleStep(bounds.step)
        self.setRange(bounds.low - bounds.step, bounds.high)
        self.setValue(self.minimum())
        self.set_fallback(None, "")

    def set_fallback(self, value: float | None, text: str) -> None:
        """`text` stands in the field while nothing is chosen; arrow keys start from `value`."""
        self._fallback = value
        self.setSpecialValueText(text or " ")  # an empty one would show the number below the lowest

    def number(self) -> float | None:
        return self.value() if self.value() >= self._bounds.low else None

    def show_number(self, value: float | None) -> None:
        blocked = self.blockSignals(True)
        self.setValue(self.minimum() if value is None else value)
        self.blockSignals(blocked)

    def stepBy(self, steps: int) -> None:
        if self.number() is None:
            self.setValue(self._bounds.low if self._fallback is None else self._fallback)
        else:
            self.setValue(max(self._bounds.low, self.value() + steps * self._bounds.step))

    def wheelEvent(self, event: QWheelEvent) -> None:
        # The page is scrolled with the wheel; a value must not change on the way.
        event.ignore()


class OptionalNumber(ThemedWidget):
    """A number field with a button that goes back to the default. `changed` carries a float or None.

    Where there is little room the field gives way to the button."""

    changed = Signal(object)

    def __init__(self, bounds: Bounds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digits, self._room = bounds.digits, 0
        self.field = NumberField(bounds, self)
        self.reset = push_button(self, "icon")
        self._row = Row(self.reset, self.field, parent=self, spacing=4)
        self.field.valueChanged.connect(self._tell)
        self.reset.clicked.connect(lambda: self.field.setValue(self.field.minimum()))
        self.refresh()

    def show_value(self, value: float | None, fallback: float | None, words: str) -> None:
        """`words` name the default ("Model's own"); its value is shown beside them where it is known."""
        self.field.set_fallback(
            fallback, words if fallback is None else f"{words}: {shown_number(fallback, self._digits)}"
        )
        self.field.show_number(value)
        self._show_reset()

    def setAccessibleName(self, name: str) -> None:
        self.field.setAccessibleName(name)
        self.reset.setAccessibleName(self.tr("{name}: back to the default").format(name=name))

    def _tell(self) -> None:
        self._show_reset()
        self.changed.emit(self.field.number())

    def _show_reset(self) -> None:
        self.reset.setVisible(self.field.number() is not None)
        self._fit()

    def fit_width(self, room: int) -> None:
        """Take no more than `room` pixels."""
        self._room = room
        self._fit()

    def least_width(self) -> int:
        """Enough for the words of the default."""
        words = self.field.fontMetrics().horizontalAdvance(self.field.specialValueText())
        return max(themes.current.px(176), words + themes.current.px(28))

    def retranslate(self) -> None:
        self.reset.setToolTip(self.tr("Back to the default"))

    def restyle(self) -> None:
        set_icon(self.reset, "undo-2", "muted", 16)
        self.field.lineEdit().setTextMargins(themes.current.px(9), 0, 0, 0)
        self._fit()

    def _fit(self) -> None:
        """Give the words of the default as much room as they need; a number has enough with less."""
        width = self.least_width()
        if self._room and not self.reset.isHidden():
            beside = self.reset.sizeHint().width() + self._row.spacing()
            width = max(width // 2, min(width, self._room - beside))
        self.field.setFixedWidth(width)


def shown_number(value: float, digits: int) -> str:
    """A number without needless zeros."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


class TextArea(PromptEdit):
    """A few lines of text. `changed` comes when typing pauses or the field is left."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "field")
        self.setTabChangesFocus(True)
        self._told = ""
        self._timer = QTimer(self, singleShot=True, interval=TEXT_DELAY_MS)
        self._timer.timeout.connect(self._tell)
        self.textChanged.connect(self._timer.start)
        themes.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFixedHeight(themes.current.px(96))

    def show_text(self, text: str) -> None:
        """Show a text from elsewhere, unless a person is typing here."""
        if not self.hasFocus() and text != self.toPlainText():
            self.setPlainText(text)
        if not self.hasFocus():
            self._told = text
            self._timer.stop()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tell()

    def hideEvent(self, event: object) -> None:
        self._tell()

    def _tell(self) -> None:
        self._timer.stop()
        if self.toPlainText() != self._told:
            self._told = self.toPlainText()
            self.changed.emit(self._told)


# A row with less room has its control below its words.
NARROW = 560


class SettingRow(QWidget):
    """A name and a line of help at the left, the control at the right; or below, when it is wide or there is little
    room. A control with `fit_width` is told how much there is, and says its `least_width`. `margins` are those of a
    row in a card."""

    def __init__(
        self,
        control: QWidget,
        parent: QWidget | None = None,
        *,
        below: bool = False,
        margins: tuple[float, float, float, float] = (16, 10, 16, 10),
    ) -> None:
        super().__init__(parent)
        self.control, self._stacks, self._compact = control, not below, False
        self._name = QLabel(self)
        self._name.setBuddy(control)
        self._name.setWordWrap(below)
        self._help = text_label(self, "small", wraps=True)
        words = Column(self._name, self._help, spacing=2)
        self._layout = (Column if below else Row)(
            (words, 1), control, parent=self, margins=margins, spacing=8
        )
        if not below:
            self._layout.setAlignment(control, Qt.AlignmentFlag.AlignVCenter)

    def set_words(self, name: str, explanation: str = "", *, compact: bool = False) -> None:
        """`compact` keeps the explanation for the tool tip, and the control at the right if there is any room."""
        self._compact = compact
        self._name.setText(
            name.replace("&", "&&")
        )  # of a label with a buddy, one of them underlines a letter
        show_text(self._help, "" if compact else explanation)
        self.setToolTip(explanation if compact else "")
        self.control.setAccessibleName(name)

    def minimumSizeHint(self) -> QSize:
        """As narrow as it is with the control below the words."""
        least = super().minimumSizeHint()
        if not self._stacks:
            return least
        margins, control = self._layout.contentsMargins(), self.control
        needed = getattr(control, "least_width", lambda: control.minimumSizeHint().width())
        widest = max(needed(), control.minimumWidth(), 1)
        return QSize(widest + margins.left() + margins.right(), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        margins = self._layout.contentsMargins()
        inside = self.width() - margins.left() - margins.right()
        if hasattr(self.control, "fit_width"):
            self.control.fit_width(inside)
        beside = self._name.sizeHint().width() + self._layout.spacing() + self.control.sizeHint().width()
        narrow = inside < beside if self._compact else self.width() < themes.current.px(NARROW)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._stacks and direction != self._layout.direction():
            self._layout.setDirection(direction)
            self._name.setWordWrap(narrow and not self._compact)
            side = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignVCenter
            self._layout.setAlignment(self.control, side)


class Section(ThemedWidget):
    """A heading over a card of rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = wrapped_label(self, "heading", selectable=False)
        self._card = QFrame(self)
        self._card.setProperty("kind", "card")
        self._rows = Column(parent=self._card, margins=(1, 1, 1, 1), spacing=0)
        self._column = Column(self._title, self._card, parent=self, spacing=8)
        self._lines: dict[SettingRow, QFrame] = {}
        self.also = ""

    def add_row(self, control: QWidget, *, below: bool = False) -> SettingRow:
        """Add a control under a thin line."""
        line = QFrame(self._card)
        line.setProperty("kind", "line")
        line.setFixedHeight(1)
        line.setVisible(bool(self._lines))
        row = SettingRow(control, self._card, below=below)
        self._rows.add(line)
        self._rows.add(row)
        self._lines[row] = line
        return row

    def rows(self) -> list[SettingRow]:
        return list(self._lines)

    def show_rows(self, shown: Collection[SettingRow]) -> None:
        """Hide the other rows, with the lines between them."""
        first = True
        for row, line in self._lines.items():
            row.setVisible(row in shown)
            line.setVisible(row in shown and not first)
            first = first and row not in shown

    def title(self) -> str:
        return self._title.text()

    def set_title(self, title: str, also: str = "") -> None:
        """`also`: what else people call it, for a search."""
        show_text(self._title, title)
        self.also = also
