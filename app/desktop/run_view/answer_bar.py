"""The answers to a question: this once, wider ones, and no, with a reason for the model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from agents.permissions.values import Scope
from app.desktop.base.icons import set_icon
from app.desktop.base.style import set_kind
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.flow import flow


class AnswerBar(FittedWidget):
    """`chosen` carries a scope, `refused` that a person wants to say no, `denied` the words for the model. With
    `takes_enter` the first answer is marked as the one that Enter gives."""

    chosen = Signal(str)
    refused = Signal()
    denied = Signal(str)

    def __init__(self, scopes: Sequence[Scope], parent: QWidget, *, takes_enter: bool) -> None:
        super().__init__(parent)
        self.takes_enter = takes_enter
        self.answers: list[tuple[QPushButton, Scope]] = []
        for scope in ("once", *scopes):
            button = push_button(self)
            button.clicked.connect(lambda _=False, scope=scope: self.chosen.emit(scope))
            self.answers.append((button, scope))
        set_kind(self.default, "primary")
        self.no = push_button(self)
        self.no.clicked.connect(self.refused)
        self.reason = TextField(self)
        self.reason.returnPressed.connect(self._deny)
        self.deny, self.back = push_button(self), push_button(self)
        self.deny.clicked.connect(self._deny)
        self.back.clicked.connect(self.go_back)
        self._denying = False
        self._show_answers()

    @property
    def default(self) -> QPushButton:
        """The answer that Enter gives: this once."""
        return self.answers[0][0]

    @property
    def denying(self) -> bool:
        """Whether a person is asked why not."""
        return self._denying

    def say(self, answers: Sequence[str], no: str) -> None:
        """The words of the answers, in the order of the scopes, and of the no."""
        for (button, _), text in zip(self.answers, answers, strict=True):
            # Room between the words and the sign for Enter.
            button.setText(text + " " if button is self.default and self.takes_enter else text)
        self.no.setText(no)
        self.retranslate()

    def retranslate(self) -> None:
        self.reason.setPlaceholderText(self.tr("Message to the model (optional)"))
        self.reason.setAccessibleName(self.tr("Reason, shown to the model"))
        self.deny.setText(self.tr("Deny"))
        self.back.setText(self.tr("Back"))

    def ask_why(self) -> None:
        """Shows the line for the reason in the place of the answers."""
        self._denying = True
        self._show_answers()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        self.height_changed.emit()

    def go_back(self) -> None:
        """From the reason to the answers."""
        self._denying = False
        self._show_answers()
        self.no.setFocus(Qt.FocusReason.OtherFocusReason)
        self.height_changed.emit()

    def end(self) -> None:
        """The question is answered."""
        for widget in (*self._row(), self.reason, self.deny, self.back):
            widget.setEnabled(False)

    def _deny(self) -> None:
        self.denied.emit(self.reason.text().strip())

    def _row(self) -> list[QPushButton]:
        return [*(button for button, _ in self.answers), self.no]

    def _show_answers(self) -> None:
        for button in self._row():
            button.setVisible(not self._denying)
        for widget in (self.reason, self.deny, self.back):
            widget.setVisible(self._denying)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus, row = QApplication.focusWidget(), self._row()
        if event.key() == Qt.Key.Key_Escape and self._denying:
            self.go_back()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and focus in row:
            index = row.index(focus) + (1 if event.key() == Qt.Key.Key_Right else -1)
            if 0 <= index < len(row):
                row[index].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def restyle(self) -> None:
        if self.takes_enter:
            set_icon(self.default, "corner-down-left", "on_accent", 16)
            self.default.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

    def fit(self, width: int) -> int:
        """Lays the bar out for a width; returns its height."""
        gap = themes.current.px(8)
        if not self._denying:
            return flow(self._row(), QRect(0, 0, width, 0), gap)
        buttons = self.deny.sizeHint().width() + self.back.sizeHint().width() + 2 * gap
        height = self.deny.sizeHint().height()
        if width - buttons >= themes.current.px(180):
            self.reason.setGeometry(0, 0, width - buttons, height)
            place = QRect(width - buttons + gap, 0, buttons, 0)
            return max(height, flow([self.deny, self.back], place, gap))
        self.reason.setGeometry(0, 0, width, height)
        return height + gap + flow([self.deny, self.back], QRect(0, height + gap, width, 0), gap)
