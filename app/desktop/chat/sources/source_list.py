"""What an answer cites: the marks in its words, and the list of sources below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.markdown.source_marks import Cited, Marks
from app.desktop.text.tool_call_text import first_words
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import text_label, wrapped_label
from app.desktop.widgets.layouts import discard
from app.format import format_count
from app.services.chat.citations.places import place
from app.store.records import Source

if TYPE_CHECKING:
    from app.services.chat.citations.citations import Citation

# More are folded.
MOST = 4
_WORDS = 90
# Of words that cannot be pressed: those that can have as much around them.
INSET = 3


class Sources(msgspec.Struct, frozen=True):
    """The sources that an answer could have cited, and what it cites, which is known once it is whole. `in_step`: the
    marks that are shown are those of `citations`, in their order."""

    sources: tuple[Source, ...]
    citations: tuple[Citation, ...] = ()
    in_step: bool = False


class SourceList(FittedWidget):
    """Shows nothing while the answer is written. `source_pressed` carries a Source at the place that is cited, and
    the words that are quoted there."""

    source_pressed = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = Sources(())
        self._unfolded = False
        self._title = text_label(self, "fine")
        self._rows: list[tuple[QPushButton, Citation]] = []
        self._missing: list[QLabel] = []
        self._more = word_button(self, "small-word")
        self._more.clicked.connect(self._unfold)
        self.retranslate()

    @property
    def is_empty(self) -> bool:
        return not self._rows

    def show_sources(self, shown: Sources) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        for widget in (*(row for row, _ in self._rows), *self._missing):
            discard(widget)
        first: dict[int, Citation] = {}
        for citation in shown.citations:
            if citation.source is not None:
                first.setdefault(citation.number, citation)
        self._rows = [(self._row(each), each) for each in first.values()]
        self._missing = [wrapped_label(self, "small") for _ in self._not_found()]
        for label in self._missing:
            label.show()
        self.retranslate()

    def _row(self, citation: Citation) -> QPushButton:
        row = word_button(self, "small-word")
        row.clicked.connect(lambda: self._open(citation))
        row.show()
        return row

    def _not_found(self) -> list[Citation]:
        """Quotations that are not in the sources they are said to be from."""
        return [each for each in self._shown.citations if each.source and each.quote and not each.found]

    # Marks

    def marks(self) -> Marks:
        """The marks in the answer's words."""
        shown = self._shown
        numbers = {each.number: self._tip(each) for each in shown.sources}
        single: dict[Cited, str] = {}
        missing = [each.quote for each in self._not_found()]
        unknown = self.tr("There is no source with this number.")
        if not shown.in_step:
            return Marks(numbers, {}, frozenset(), tuple(missing), unknown)
        by_mark = self._by_mark()
        for mark, citation in by_mark.items():
            if citation.source is not None and citation.quote:
                single[mark] = self._quoted_tip(citation)
        lost = frozenset(
            mark for mark, each in by_mark.items() if each.source and each.quote and not each.found
        )
        return Marks(numbers, single, lost, tuple(missing), unknown)

    def _by_mark(self) -> dict[Cited, Citation]:
        """What each number of each mark cites: where several quotations share a mark, one that is not found."""
        places = {first: at for at, first in enumerate(sorted({e.first for e in self._shown.citations}))}
        found: dict[Cited, Citation] = {}
        for each in self._shown.citations:
            mark = Cited(places[each.first], each.number)
            if mark not in found or (each.quote and not each.found):
                found[mark] = each
        return found

    def _tip(self, source: Source) -> str:
        where = place(source.name, source.label, languages.current)
        words = first_words(source.text, _WORDS)
        return f"{where}: {words}" if words else where

    def _quoted_tip(self, citation: Citation) -> str:
        where = _place(citation)
        words = first_words(citation.quote, _WORDS)
        if citation.found:
            return f"{where}: “{words}”"
        return self.tr("Not found in the source: “{words}”").format(words=words) + f"\n{where}"

    def press(self, mark: Cited) -> None:
        """A mark in the words was pressed."""
        citation = self._by_mark().get(mark) if self._shown.in_step else None
        if citation is not None and citation.source is not None:
            self._open(citation)
            return
        source = next((each for each in self._shown.sources if each.number == mark.number), None)
        if source is not None:
            self.source_pressed.emit(source, "")

    def _open(self, citation: Citation) -> None:
        source = citation.source
        if source is None:
            return
        if (citation.part, citation.label) != (source.part, source.label):
            # Of a whole file it is known where in it the quotation stands.
            source = msgspec.structs.replace(source, part=citation.part, label=citation.label)
        self.source_pressed.emit(source, citation.quote if citation.found else "")

    # The list

    def _unfold(self) -> None:
        self._unfolded = not self._unfolded
        self.retranslate()
        self.height_changed.emit()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Sources"))
        for row, citation in self._rows:
            assert citation.source is not None
            name = self.tr("Source {number}: {place}")
            row.setAccessibleName(name.format(number=citation.number, place=_place(citation)))
            row.setToolTip(wrapped_tip(self._tip(citation.source)))
        for label, citation in zip(self._missing, self._not_found(), strict=True):
            words = first_words(citation.quote, _WORDS)
            told = self.tr("Not found in the source: “{words}”").format(words=words)
            label.setText(f"[{citation.number}] {told}")
        count = format_count(len(self._rows))
        more = (
            self.tr("Show fewer")
            if self._unfolded
            else self.tr("Show all {count} sources").format(count=count)
        )
        self._more.setText(more)
        self._title.setVisible(bool(self._rows))
        self._more.setVisible(len(self._rows) > MOST)

    def texts(self) -> list[str]:
        """What is read in it, line by line."""
        rows = [row.accessibleName() for row, _ in self._rows if not row.isHidden()]
        return [*rows, *(label.text() for label in self._missing)]

    def fit(self, width: int) -> int:
        px, y = themes.current.px, 0
        if not self._rows and not self._missing:
            return 0
        inset = px(INSET)
        if self._rows:
            hint = self._title.sizeHint()
            self._title.setGeometry(inset, px(6), hint.width(), hint.height())
            y = px(6) + hint.height() + px(2)
        for number, (row, citation) in enumerate(self._rows):
            row.setVisible(self._unfolded or number < MOST)
            if row.isHidden():
                continue
            words = f"{citation.number}  {_place(citation)}"
            row.setText(row.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, width - px(12)))
            y = self._put(row, y, width)
        if not self._more.isHidden():
            y = self._put(self._more, y, width)
        for label in self._missing:
            label.setGeometry(inset, y, width - inset, label.heightForWidth(width - inset))
            y += label.height() + px(2)
        return y

    def _put(self, widget: QWidget, y: int, width: int) -> int:
        hint = widget.sizeHint()
        widget.setGeometry(0, y, min(width, hint.width()), hint.height())
        return y + hint.height() + themes.current.px(2)


def _place(citation: Citation) -> str:
    """The file that is cited, and where in it."""
    name = "" if citation.source is None else citation.source.name
    return place(name, citation.label, languages.current)
