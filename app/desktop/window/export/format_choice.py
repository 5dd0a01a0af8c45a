"""The formats that chats are exported in, each with what it is good for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.choice_card import ChoiceCard
from app.desktop.widgets.layouts import Column
from app.services.chat.exchange.exporting import ExportFormat

FORMATS: tuple[ExportFormat, ...] = ("pdf", "html", "markdown", "json")


class FormatChoice(ThemedWidget):
    """Up and down move the choice."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cards = {format: ChoiceCard(self, one_of=True) for format in FORMATS}
        Column(*self.cards.values(), parent=self, spacing=6)
        for format, card in self.cards.items():
            card.clicked.connect(lambda _=False, format=format: self._check(format))
        self._check("pdf")
        self.refresh()

    def format(self) -> ExportFormat:
        return next(format for format, card in self.cards.items() if card.isChecked())

    def take_focus(self) -> None:
        self.cards[self.format()].setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        at = FORMATS.index(self.format()) + step
        if step and 0 <= at < len(FORMATS):
            self._check(FORMATS[at])
            self.take_focus()
        else:
            super().keyPressEvent(event)

    def _check(self, chosen: ExportFormat) -> None:
        for format, card in self.cards.items():
            card.setChecked(format == chosen)

    def retranslate(self) -> None:
        words = {
            "pdf": ("PDF", self.tr("For printing and sharing.")),
            "html": (self.tr("Web page"), self.tr("Opens in any browser, also offline.")),
            "markdown": ("Markdown", self.tr("Text for notes and other apps.")),
            "json": (
                self.tr("Everything (JSON)"),
                self.tr("All branches and settings. Coterie can import it again."),
            ),
        }
        self.setAccessibleName(self.tr("Format"))
        for format, card in self.cards.items():
            card.set_choice(*words[format])
