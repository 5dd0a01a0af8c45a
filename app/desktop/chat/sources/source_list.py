"""What an answer cites, or was given: the marks in its words, and the list of sources below them."""

from __future__ import annotations

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
from app.desktop.widgets.labels import show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import discard
from app.format import format_count
from app.services.chat.citations.citations import Citation
from app.services.chat.citations.places import place
from app.services.chat.collections.collection_search import NOTHING, READ
from app.store.records import Source
from engine.errors import ErrorInfo

# More are folded.
MOST = 4
_WORDS = 90
# Of words that cannot be pressed: those that can have as much around them.
INSET = 3


class Sources(msgspec.Struct, frozen=True):
    """The sources that an answer could have cited, and what it cites, which is known once it is whole. `in_step`: the
    marks that are shown are those of `citations`, in their order. `searched` says in which collection the question
    was looked up."""

    sources: tuple[Source, ...]
    citations: tuple[Citation, ...] = ()
    in_step: bool = False
    searched: ErrorInfo | None = None

    @property
    def listed(self) -> list[Citation]:
        """What is listed: what the answer cites, each source once; else, out of a collection, all it was given."""
        first: dict[int, Citation] = {}
        for citation in self.citations:
            if citation.source is not None:
                first.setdefault(citation.number, citation)
        return list(first.values()) or [_uncited(each) for each in self.given]

    @property
    def given(self) -> list[Source]:
        """The passages of the collection that was searched, where the answer cites nothing."""
        cites = any(citation.source for citation in self.citations)
        if cites or self.searched is None or self.searched.code != READ:
            return []
        count = int(self.searched.params.get("passages", 0))
        return [each for each in self.sources if each.path][-count:]


class SourceList(FittedWidget):
    """Shows nothing while the answer is written. Where it cites nothing a quiet line says what it was given of a
    collection, opens that, and lists all of it. `source_pressed` carries a Source at the place that is cited, and
    the words that are quoted there."""

    source_pressed = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = Sources(())
        self._unfolded = False
        self._title, self._nothing = text_label(self, "fine"), wrapped_label(self, "fine")
        self._rows: list[tuple[QPushButton, Citation]] = []
        self._missing: list[QLabel] = []
        self._more = word_button(self, "small-word")
        self._more.clicked.connect(self._unfold)
        self.retranslate()

    @property
    def is_empty(self) -> bool:
        return not self._rows and self._nothing.isHidden()

    @property
    def _most(self) -> int:
        """So many are listed before the others are asked for."""
        return 0 if self._shown.given else MOST

    def show_sources(self, shown: Sources) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        for widget in (*(row for row, _ in self._rows), *self._missing):
            discard(widget)
        self._rows = [(self._row(each), each) for each in shown.listed]
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
        where = source.url or place(source.name, source.label, languages.current)
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
        if self._unfolded and self._shown.given:
            self._open(self._rows[0][1])
        self.height_changed.emit()

    def retranslate(self) -> None:
        given, searched = self._shown.given, self._shown.searched
        told = "" if searched is None else languages.tell(searched)
        self._title.setText(told if given else self.tr("Sources"))
        show_text(self._nothing, told if searched is not None and searched.code == NOTHING else "")
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
        more = told if given else self.tr("Show all {count} sources").format(count=count)
        self._more.setText(self.tr("Show fewer") if self._unfolded else more)
        self._title.setVisible(bool(self._rows) and (self._unfolded or not given))
        self._more.setVisible(len(self._rows) > self._most)

    def texts(self) -> list[str]:
        """What is read in it, line by line."""
        rows = [row.accessibleName() for row, _ in self._rows if not row.isHidden()]
        if self._shown.given and not self._unfolded:
            rows = [self._more.text()]
        nothing = [] if self._nothing.isHidden() else [self._nothing.text()]
        return [*nothing, *rows, *(label.text() for label in self._missing)]

    def fit(self, width: int) -> int:
        px, y = themes.current.px, 0
        if self.is_empty:
            return 0
        inset = px(INSET)
        if not self._nothing.isHidden():
            self._nothing.setGeometry(
                inset, px(6), width - inset, self._nothing.heightForWidth(width - inset)
            )
            y = px(6) + self._nothing.height() + px(2)
        if not self._title.isHidden():
            hint = self._title.sizeHint()
            self._title.setGeometry(inset, y + px(6), hint.width(), hint.height())
            y += px(6) + hint.height() + px(2)
        for number, (row, citation) in enumerate(self._rows):
            row.setVisible(self._unfolded or number < self._most)
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


def _uncited(source: Source) -> Citation:
    return Citation(source.number, 0, 0, source, found=True, part=source.part, label=source.label)


def _place(citation: Citation) -> str:
    """The file that is cited, and where in it."""
    name = "" if citation.source is None else citation.source.name
    return place(name, citation.label, languages.current)
