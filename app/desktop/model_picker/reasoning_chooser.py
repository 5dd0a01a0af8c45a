"""How much a model may think: a row of choices, and a number of tokens where that is the choice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QWidget

from app.desktop.base.menu import Menu
from app.desktop.base.text_field import put_field_into
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.segmented import SegmentedControl
from app.format import format_count
from app.services.models.reasoning import BUDGET
from engine.values import Reasoning

FIRST_BUDGET = 1024
MOST = 999_999
STEP = 256


def choice_word(choice: str, *, best_effort: bool = False) -> str:
    """What a choice is called; of `best_effort` see `ReasoningChooser.show_choices`."""
    translate = QCoreApplication.translate
    off = translate("ReasoningChooser", "Off (best effort)") if best_effort else ""
    words = {
        "auto": translate("ReasoningChooser", "Auto"),
        "off": off or translate("ReasoningChooser", "Off"),
        "on": translate("ReasoningChooser", "On"),
        "low": translate("ReasoningChooser", "Low"),
        "medium": translate("ReasoningChooser", "Medium"),
        "high": translate("ReasoningChooser", "High"),
        BUDGET: translate("ReasoningChooser", "Limit…"),
    }
    return words.get(choice, choice)


class TokenField(QSpinBox):
    """A number of tokens. The value is told when the field is left or Enter is pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        put_field_into(self)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setKeyboardTracking(False)
        self.setRange(1, MOST)
        self.setSingleStep(STEP)
        self.setGroupSeparatorShown(True)
        self.setValue(FIRST_BUDGET)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # What is below is scrolled with the wheel; a value must not change on the way.
        event.ignore()


class ReasoningChooser(ThemedWidget):
    """`chosen` carries what a person chose: a word, or a number of tokens.

    `set_compact` is for narrow places: the row of choices becomes one button with a menu. `squeeze` is for
    those where the button has too little room as well.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[str, ...] = ()
        self._value: Reasoning = "auto"
        self._best_effort = False
        self._compact = False
        self._squeezed = 0  # the room of the button, where that is too little for all of it
        self.segments = SegmentedControl(self)
        self.button = push_button(self)
        self.button.clicked.connect(self._open_menu)
        self.button.hide()
        self.field = TokenField(self)
        self._row = Row(self.segments, self.button, self.field, parent=self, spacing=6)
        self.segments.chosen.connect(self._choose)
        self.field.valueChanged.connect(self._take_number)
        self.refresh()

    def show_choices(self, choices: Sequence[str], value: Reasoning, *, best_effort: bool = False) -> None:
        """`choices` are words, `BUDGET` among them where a number can be chosen. `best_effort`: "off" is only
        a try with this model."""
        self._choices, self._value = tuple(choices), "off" if value == 0 else value
        self._best_effort = best_effort
        self._show()

    def _show(self) -> None:
        if not self._choices:
            return
        word = BUDGET if isinstance(self._value, int) else self._value
        self.segments.set_choices([(choice, self.word(choice)) for choice in self._choices], word)
        set_texts(self.button, self._face(), f"{self.accessibleName()}: {self.word(word)}")
        limited = isinstance(self._value, int)
        if isinstance(self._value, int) and self._value != self.field.value():
            with QSignalBlocker(self.field):
                self.field.setValue(self._value)
        self.field.setVisible(limited)
        self.segments.setToolTip(
            self.tr("Closes the reasoning before it begins. Not every model respects that.")
            if self._best_effort and self._value == "off"
            else ""
        )

    def fit_width(self, room: int) -> None:
        """Take the form for which there is room."""
        self.set_compact(self.full_width() > room)

    def least_width(self) -> int:
        return self.compact_width()

    def set_compact(self, compact: bool) -> None:
        if compact != self._compact:
            self._compact = compact
            self.segments.setVisible(not compact)
            self.button.setVisible(compact)

    def squeeze(self, room: int) -> None:
        """Where `room` pixels are too few for it when it is compact, the button has no arrow, and its word may be
        cut."""
        squeezed = 0 if room >= self.compact_width() else max(1, room - self._field_width())
        if squeezed != self._squeezed:
            self._squeezed = squeezed
            self._show()

    def full_width(self) -> int:
        """What it takes when it is not compact."""
        return self._field_width() + self.segments.sizeHint().width()

    def compact_width(self) -> int:
        """What it takes when it is compact."""
        return self._field_width() + self._around() + self._advance(self._whole_face())

    def _field_width(self) -> int:
        return 0 if self.field.isHidden() else self._row.spacing() + self.field.width()

    def _whole_face(self) -> str:
        return f"{self.word(BUDGET if isinstance(self._value, int) else self._value)}  ▾"

    def _face(self) -> str:
        if not self._squeezed:
            return self._whole_face()
        word, room = self._whole_face().removesuffix("  ▾"), self._squeezed - self._around()
        return self.button.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, room)

    def _around(self) -> int:
        """What the button takes beside its words."""
        return self.button.sizeHint().width() - self._advance(self.button.text())

    def _advance(self, text: str) -> int:
        return self.button.fontMetrics().horizontalAdvance(text)

    def _open_menu(self) -> None:
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for choice in self._choices:
            action = menu.addAction(self.word(choice))
            action.setCheckable(True)
            action.setChecked(choice == self.segments.value())
            action.triggered.connect(lambda _=False, word=choice: self._choose(word))
        menu.popup(
            self.button.mapToGlobal(self.button.rect().topLeft() - QPoint(0, menu.sizeHint().height()))
        )

    def commit(self) -> None:
        """Tell a number that is still being typed."""
        if not self.field.isHidden():
            self.field.interpretText()

    def values(self) -> list[str]:
        return self.segments.values()

    def value(self) -> Reasoning:
        return self._value

    def word(self, choice: Reasoning) -> str:
        """What a choice is called."""
        if isinstance(choice, int):
            return self.tr("{count} tokens").format(count=format_count(choice))
        return choice_word(choice, best_effort=self._best_effort)

    def _choose(self, word: str) -> None:
        self._tell(self.field.value() if word == BUDGET else word)

    def _take_number(self, number: int) -> None:
        if not self.field.isHidden():
            self._tell(number)

    def _tell(self, value: Reasoning) -> None:
        if value != self._value:
            self._value = value
            self._show()
            self.chosen.emit(value)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.segments.setAccessibleName(name)
        self._show()

    def retranslate(self) -> None:
        self.field.setSuffix(" " + self.tr("tokens"))
        self.field.setAccessibleName(self.tr("Maximum reasoning tokens"))
        self.field.setToolTip(self.tr("Reasoning ends after this many tokens, and the answer begins."))
        self._show()

    def restyle(self) -> None:
        px = themes.current.px
        self.field.setFixedWidth(px(112))
        self.field.lineEdit().setTextMargins(px(6), 0, 0, 0)
