"""The index of the settings: a search over what they are called, and the sections to go to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.clearable import ClearableField
from app.desktop.forms.controls import Section
from app.desktop.widgets.labels import show_text, text_label
from app.desktop.widgets.layouts import STRETCH, Column
from app.desktop.widgets.scroller import scroll_area
from app.desktop.widgets.side_row import SideRow, fit_rows


def words_of(widget: QWidget) -> str:
    """What is read in a widget, hidden parts of it too."""
    labels = [label.text() for label in widget.findChildren(QLabel)]
    buttons = [button.text() for button in widget.findChildren(QAbstractButton)]
    return "\n".join([*labels, *buttons]).casefold()


class SettingsIndex(ThemedWidget):
    """Stands beside the page. `wanted` carries the section to go to; a search hides what has other words."""

    wanted = Signal(object)

    def __init__(self, sections: Sequence[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self._sections = list(sections)
        self._chosen: Section | None = self._sections[0]
        self.search = ClearableField(self)
        self.search.textChanged.connect(self._find)
        self._nothing = text_label(self, "small", wraps=True)
        inside = QWidget(self)
        self._places = Column(spacing=1)
        self.rows: list[SideRow] = []
        Column(self._places, STRETCH, parent=inside)
        top = Column(self.search, self._nothing, margins=(12, 12, 12, 8), spacing=8)
        Column(top, (scroll_area(inside, self), 1), parent=self, spacing=0)
        self._places.set_margins(12, 0, 12, 12)
        fit_rows(self.rows, len(self._sections), self._places, self, self._choose)
        self.refresh()

    def show_section(self, section: Section) -> None:
        """Mark the section that is being read."""
        self._chosen = section
        for row, each in zip(self.rows, self._sections, strict=True):
            row.setChecked(each is section)

    def take_focus(self) -> None:
        self.search.setFocus()

    def _choose(self, row: SideRow) -> None:
        section = self._sections[self.rows.index(row)]
        self.show_section(section)
        self.wanted.emit(section)

    def _find(self, text: str) -> None:
        """Of a section that is called by the words all is shown, else the rows that have them."""
        words = text.casefold().split()

        def has(found: str) -> bool:
            return all(word in found for word in words)

        for row, section in zip(self.rows, self._sections, strict=True):
            whole = has(f"{section.title()}\n{section.also}".casefold())
            parts = {part: whole or has(words_of(part)) for part in section.rows()}
            if not any(parts.values()) and has(words_of(section)):
                parts = dict.fromkeys(parts, True)
            section.show_rows({part for part, shown in parts.items() if shown})
            shown = whole or any(parts.values()) or (not parts and has(words_of(section)))
            section.setVisible(shown)
            row.setVisible(shown)
        self._show_nothing()

    def _show_nothing(self) -> None:
        nothing = all(row.isHidden() for row in self.rows)
        show_text(self._nothing, self.tr("No setting has these words.") if nothing else "")

    def retranslate(self) -> None:
        self.search.setPlaceholderText(self.tr("Search settings"))
        self.search.setAccessibleName(self.tr("Search settings"))
        QTimer.singleShot(0, self, self._name_rows)  # the sections may not have their titles yet

    def _name_rows(self) -> None:
        for row, section in zip(self.rows, self._sections, strict=True):
            row.show_words(section.title())
            row.setChecked(section is self._chosen)
        self._find(self.search.text())
