"""The question before the window is closed while something is at work, or while the server is on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.tick_box import TickBox
from app.desktop.window.closing.steps import AtWork

WIDTH = 440


class _AskNoMore(QWidget):
    """A box with words, which a click ticks too."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.box, self.label = TickBox(self), text_label(self)
        Row(self.box, (self.label, 1), parent=self, spacing=8)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.box.click()


class QuitSheet(Sheet):
    """`agreed`: end the program all the same. `background_wanted`: it goes on without its window. `remembered` comes
    before these where a person wants no such question again, and carries "quit" or "keep"."""

    agreed = Signal()
    background_wanted = Signal()
    remembered = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._at_work, self._offers, self._serves = AtWork(), False, False
        self.words, self.no_more = wrapped_label(self.scroller.inside), _AskNoMore(self.scroller.inside)
        self.stay, self.leave = push_button(self.card, "primary"), push_button(self.card)
        for line in (self.words, self.no_more):
            self.scroller.column.add(line)
        for each in (STRETCH, self.leave, self.stay):
            self.foot.add(each)
        self.stay.clicked.connect(self._stay)
        self.leave.clicked.connect(self._leave)
        self.refresh()

    def ask(self, at_work: AtWork, *, offers: bool = False, serves: bool = True) -> None:
        """What would end. `offers`: it need not, since the program can go on in the background: it `serves`, or
        has schedules."""
        self._at_work, self._offers, self._serves = at_work, offers, serves
        self.no_more.setVisible(offers)
        self.no_more.box.setChecked(False)
        self.retranslate()
        self.open()
        self.fit()
        self.stay.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{self.title.text()} {self.words.text()}")

    def _stay(self) -> None:
        self.close_overlay()
        if self._offers:
            self._remember("keep")
            self.background_wanted.emit()

    def _leave(self) -> None:
        self._remember("quit")
        self.agreed.emit()

    def _remember(self, choice: str) -> None:
        if self._offers and self.no_more.box.isChecked():
            self.remembered.emit(choice)

    def confirm(self) -> None:
        self.stay.click()

    def _what_ends(self) -> list[str]:
        answers, runs, served = self._at_work
        parts = []
        if answers == 1:
            parts.append(self.tr("An answer is still being written. It will stop, and what’s there is kept."))
        elif answers:
            parts.append(
                self.tr("Answers are still being written. They will stop, and what’s there is kept.")
            )
        if len(runs) == 1:
            parts.append(self.tr("“{title}” is still running and will be interrupted.").format(title=runs[0]))
        elif runs:
            parts.append(
                self.tr("{count} runs are still in progress and will be interrupted.").format(count=len(runs))
            )
        if served:
            parts.append(self.tr("Other programs are being answered. Their answers will stop."))
        return parts

    def retranslate(self) -> None:
        self.no_more.label.setText(self.tr("Don’t ask again"))
        self.no_more.box.setAccessibleName(self.no_more.label.text())
        ends = "\n".join(self._what_ends())
        if not self._offers:
            self.title.setText(self.tr("Quit Coterie?"))
            self.words.setText(ends)
            self.stay.setText(self.tr("Keep working"))
            self.leave.setText(self.tr("Quit anyway"))
            return
        kept = self._say_what_goes_on()
        if_quit = self.tr("If you quit:") + "\n" + ends if ends else ""
        self.words.setText("\n\n".join(part for part in (kept, if_quit) if part))
        self.leave.setText(self.tr("Quit"))

    def _say_what_goes_on(self) -> str:
        """The title and the button; what is said below."""
        if not self._serves:
            self.title.setText(self.tr("Keep Coterie on in the background?"))
            self.stay.setText(self.tr("Keep it on"))
            return self.tr(
                "Scheduled runs start only while Coterie is on. To bring this window back, start Coterie again."
            )
        self.title.setText(self.tr("Keep serving in the background?"))
        self.stay.setText(self.tr("Keep serving"))
        return self.tr(
            "The local server is on. Other programs can go on using your models without this window. To bring it"
            " back, start Coterie again."
        )
