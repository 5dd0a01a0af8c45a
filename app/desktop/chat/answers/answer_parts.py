"""What the assistant's card consists of, from above to below, and what may stand in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QLabel, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.language import languages
from app.desktop.base.slices import Slices
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.chat.cards import MessageCard
from app.desktop.markdown.body import QUICK_TEXT, AnswerBody
from app.desktop.markdown.source_marks import Cited
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.desktop.run_view.tool_call import ToolCallCard
from app.desktop.run_view.waiting import Waiting, WaitingLine
from app.desktop.widgets.banner import Banner
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import discard
from app.markdown.markdown import Block, parse
from app.store.records import Message
from engine.errors import ErrorInfo
from engine.values import ToolCall

if TYPE_CHECKING:
    from app.desktop.chat.answer_views.answer_cover import AnswerCover
    from app.desktop.chat.answers.answer_steps import AnswerSteps
    from app.desktop.chat.sources.source_list import SourceList, Sources


class Growing(Protocol):
    """A part whose height changes by itself."""

    height_changed: SignalInstance

    def setVisible(self, visible: bool) -> None: ...


P = TypeVar("P", bound=Growing)


class AnswerParts(MessageCard):
    """Each part is there once there is something to show in it. What is long is built in `slices`."""

    # A Source at its place, and the words that are quoted there.
    source_pressed = Signal(object, str)

    def __init__(self, parent: QWidget, message: Message, *, slices: Slices | None = None) -> None:
        super().__init__(parent, message)
        self.steps: AnswerSteps | None = None
        self._reasoning: ReasoningCard | None = None
        self._body = AnswerBody(self, slices=slices)
        self._sources: SourceList | None = None
        self._status: WaitingLine | None = None
        self._calls: list[ToolCallCard] = []
        self._notices: list[QLabel] = []
        self._strip: Banner | None = None
        self._cover: AnswerCover | None = None
        self._body.height_changed.connect(self.height_changed)
        self._body.link_asked.connect(self.link_asked)
        self._body.source_asked.connect(self._press_mark)

    def _added(self, part: P) -> P:
        """A part that is new here."""
        part.height_changed.connect(self.height_changed)
        part.setVisible(not self._is_covered)
        return part

    # What stands in their place

    @property
    def shows_raw(self) -> bool:
        return self._cover is not None and self._cover.is_raw

    @property
    def _is_covered(self) -> bool:
        """Whether something stands in the place of the answer's parts."""
        return self.is_editing or self._cover is not None

    @property
    def is_pinned(self) -> bool:
        return super().is_pinned or self._cover is not None

    def cover(self, cover: AnswerCover | None) -> None:
        """Show something in the place of the answer, or the answer again."""
        if cover is not None:
            cover.height_changed.connect(self.height_changed)
            cover.left.connect(lambda: self.cover(None))
        before, self._cover = self._cover, cover
        if before is not None:
            if holds_focus(before):
                self.footer.more.setFocus(Qt.FocusReason.OtherFocusReason)
            discard(before)
        self._show_parts(not self.is_editing)
        self.height_changed.emit()

    # The parts

    def _thoughts(self) -> ReasoningCard:
        if self._reasoning is None:
            self._reasoning = self._added(ReasoningCard(self, ends_by_itself=bool(self.message.run)))
            self._reasoning.answer_now_pressed.connect(
                lambda: self.answer_now_requested.emit(self.message.id)
            )
        return self._reasoning

    @property
    def is_thinking(self) -> bool:
        """Whether the model reasons at this moment."""
        return self._reasoning is not None and self._reasoning.is_thinking

    def answer_now(self) -> None:
        """Asks for the answer while the model reasons; once for each thought."""
        if self._reasoning is not None and not self.message.run:
            self._reasoning.answer_now()

    def _drop_thoughts(self) -> None:
        if self._reasoning is not None:
            discard(self._reasoning)
            self._reasoning = None

    def _show_words(self, content: str) -> None:
        """Words that are whole; those of a long text come when it is parsed."""
        if len(content) <= QUICK_TEXT:
            self._body.show_blocks(parse(content))
            return
        if self._body.is_empty:
            self._body.show_blocks(parse(content[:QUICK_TEXT]))
        background().submit(lambda: parse(content), lambda blocks: self._parsed(content, blocks))

    def _parsed(self, content: str, blocks: Sequence[Block]) -> None:
        if isValid(self) and self.message.state != "streaming" and content == self.message.content:
            self._body.show_blocks(blocks)
            self.height_changed.emit()

    def show_sources(self, shown: Sources) -> None:
        """Numbers of sources become marks; those that a whole answer cites are listed."""
        if self._sources is None:
            from app.desktop.chat.sources.source_list import SourceList  # most answers have none

            self._sources = self._added(SourceList(self))
            self._sources.source_pressed.connect(self.source_pressed)
        self._sources.show_sources(shown)
        self._body.set_marks(self._sources.marks())
        self.height_changed.emit()

    def _press_mark(self, mark: Cited) -> None:
        if self._sources is not None:
            self._sources.press(mark)

    def _drop_sources(self) -> None:
        if self._sources is not None:
            discard(self._sources)
            self._sources = None

    def _show_status(self, waiting: Waiting) -> None:
        """What the next word waits for."""
        if self._status is None:
            self._status = WaitingLine(self)
            self._status.setVisible(not self._is_covered)
            self._status.show_waiting(waiting)
            self.height_changed.emit()
        elif self._status.show_waiting(waiting):
            self.height_changed.emit()

    def _drop_status(self) -> None:
        if self._status is not None:
            discard(self._status)
            self._status = None
            self.height_changed.emit()

    def _show_calls(self, calls: Sequence[ToolCall]) -> None:
        """Exactly these calls; cards that already show the right one stay."""
        same = 0
        while same < min(len(calls), len(self._calls)) and self._calls[same].call == calls[same]:
            same += 1
        for card in self._calls[same:]:
            discard(card)
        self._calls[same:] = [self._added(ToolCallCard(self, call)) for call in calls[same:]]

    def _show_lines(self, notices: Sequence[ErrorInfo]) -> None:
        """One quiet line for each of these."""
        while len(self._notices) > len(notices):
            discard(self._notices.pop())
        while len(self._notices) < len(notices):
            line = text_label(self, "small", wraps=True)
            line.setVisible(not self._is_covered)
            self._notices.append(line)
        for line, notice in zip(self._notices, notices, strict=True):
            line.setText(languages.tell(notice))

    def _end_strip(self) -> Banner:
        """What says how the answer ended."""
        if self._strip is None:
            self._strip = Banner(self, framed=True)
        return self._strip

    def _drop_strip(self) -> None:
        if self._strip is not None:
            discard(self._strip)
            self._strip = None

    # Looks

    def retranslate(self) -> None:
        for card in self._calls:
            card.retranslate()
        if self._sources is not None:
            self._sources.retranslate()
            self._body.set_marks(self._sources.marks())
        for part in (self._reasoning, self.steps, self._status):
            if part is not None:
                part.retranslate()

    def restyle(self) -> None:
        for part in (self.steps, self._reasoning, self._body, *self._calls, self._editor):
            if part is not None:
                part.restyle()

    def _show_parts(self, on: bool) -> None:
        super()._show_parts(on)
        cited = (self._body, self._sources)
        for part in (self.steps, self._reasoning, *cited, *self._calls, *self._notices, self._strip):
            if part is not None:
                part.setVisible(on and self._cover is None)
        if self._cover is not None:
            self._cover.setVisible(on)

    def fit(self, width: int) -> int:
        theme, y = themes.current, 0
        if height := self._fit_editor(width):
            return height
        parts: list[tuple[QWidget, int, int]] = []  # widget, height, gap below
        if self._cover is not None:
            cover = self._cover.fit(width)
            self._cover.setGeometry(0, 0, width, cover)
            self.footer.setGeometry(0, cover + theme.px(8), width, self.footer.fit(width))
            return cover + theme.px(8) + self.footer.height()
        if self.steps is not None and not self.steps.is_empty:
            parts.append((self.steps, self.steps.fit(width), theme.px(12)))
        if self._reasoning is not None:
            parts.append((self._reasoning, self._reasoning.fit(width), theme.px(12)))
        if not self._body.is_empty:
            parts.append((self._body, self._body.fit(width), theme.px(8)))
        if self._sources is not None and not self._sources.is_empty:
            parts.append((self._sources, self._sources.fit(width), theme.px(8)))
        if self._status is not None:  # behind the words of an answer that others came before in the middle
            parts.append((self._status, self._status.fit(width), theme.px(8)))
        parts += [(card, card.fit(width), theme.px(8)) for card in self._calls]
        parts += [(line, line.heightForWidth(width), theme.px(8)) for line in self._notices]
        if self._strip is not None:
            parts.append((self._strip, self._strip.fit(width), theme.px(8)))
        if not self.footer.isHidden():
            parts.append((self.footer, self.footer.fit(width), 0))
        for widget, height, gap in parts:
            widget.setGeometry(0, y, width, height)
            y += height + gap
        return max(y, theme.px(24))
