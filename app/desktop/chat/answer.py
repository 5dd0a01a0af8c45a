"""The assistant's card: thoughts, what it waits for, the answer and its calls, how it ended, its actions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.language import languages
from app.desktop.base.slices import Slices
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.chat.cards import MessageCard, time_of
from app.desktop.markdown.body import QUICK_TEXT, AnswerBody
from app.desktop.markdown.source_marks import MARK, Cited
from app.desktop.markdown.streaming import StreamingDocument
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.desktop.run_view.tool_call import ToolCallCard
from app.desktop.run_view.waiting import Waiting, WaitingLine
from app.desktop.text.tool_call_text import first_words, one_line, whole_text
from app.desktop.widgets.banner import Banner, BannerAction
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import discard
from app.markdown.markdown import Block, parse
from app.services.models.fullness import FULL
from app.store.records import Message
from engine.errors import ErrorInfo
from engine.values import ToolCall

if TYPE_CHECKING:
    from app.desktop.chat.answer_steps import AnswerSteps
    from app.desktop.chat.answer_views.answer_cover import AnswerCover
    from app.desktop.chat.sources.source_list import SourceList, Sources


def spoken_words(message: Message, limit: int = 80) -> str:
    """The beginning of an answer, or the tools that it calls where it says nothing."""
    names = ", ".join(one_line(call.name) for call in message.tool_calls)
    return first_words(message.content if message.content.strip() else names, limit)


class AnswerCard(MessageCard):
    """An answer, finished or being written. `steps_made` comes when it is known that a run writes it. What is long in
    it is built in `slices`."""

    steps_made = Signal()
    # The card, whose words have numbers that may be those of sources.
    sources_wanted = Signal(object)
    # A Source at its place, and the words that are quoted there.
    source_pressed = Signal(object, str)
    # The message whose pictures the model cannot see, and the path of one that is to answer; "": without them.
    pictures_decided = Signal(int, str)

    def __init__(self, parent: QWidget, message: Message, *, slices: Slices | None = None) -> None:
        super().__init__(parent, message)
        self._reasoning: ReasoningCard | None = None
        self.steps: AnswerSteps | None = None
        self._status: WaitingLine | None = None
        self._strip: Banner | None = None
        self._body = AnswerBody(self, slices=slices)
        self._body.height_changed.connect(self.height_changed)
        self._body.link_asked.connect(self.link_asked)
        self._body.source_asked.connect(self._press_mark)
        self._sources: SourceList | None = None
        self._sources_asked = False
        self._calls: list[ToolCallCard] = []
        self._notices: list[QLabel] = []
        self._end_told = False
        self._cover: AnswerCover | None = None
        self._stream: StreamingDocument | None = None
        self._thinking_since: float | None = None
        self._thought_s = 0.0
        self._thought_tokens = 0
        self.show_message(message)
        self._sources_asked = False  # nobody could hear it yet

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

    @property
    def is_reusable(self) -> bool:
        around = (self.steps, self._cover, self._stream, self._status)
        return super().is_reusable and all(part is None for part in around) and self._body.is_reusable

    def put_by(self) -> None:
        self._body.stop()

    def rebind(self, message: Message) -> None:
        self._body.let_go()
        self._drop_thoughts()
        if self._sources is not None:
            discard(self._sources)
            self._sources = None
        self._sources_asked = False
        super().rebind(message)

    def show_raw(self, on: bool) -> None:
        """Show the text as the model wrote it in the place of the answer, or the answer again."""
        if on == self.shows_raw or self._stream is not None:
            return
        if on:
            from app.desktop.chat.answer_views.raw_text import RawText

            self.cover(RawText(self, self.message))
        else:
            self.cover(None)

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

    # --- showing a record ---

    def show_message(self, message: Message) -> None:
        self.message = message
        self._show_steps(message.run)
        if message.state == "streaming":
            self._begin_stream()
        else:
            self._end_stream()
            self._sources_asked = False
        self.ask_sources()
        self._show_calls(message.tool_calls)
        self._show_end()
        self.retranslate()

    def _show_steps(self, run: int) -> None:
        """What the run did that writes this answer; nothing for an answer without tools."""
        if not run or self.steps is not None:
            return
        # Only answers with tools need what shows runs.
        from app.desktop.chat.answer_steps import AnswerSteps

        self.steps = AnswerSteps(self, run)
        self.steps.height_changed.connect(self._steps_changed)
        self.steps.link_asked.connect(self.link_asked)
        self.steps.setVisible(not self._is_covered)
        self.steps_made.emit()

    def _steps_changed(self) -> None:
        busy = self.steps is not None and self.steps.is_busy
        # What says how far the prompt is read stays.
        if self._stream is not None and self._is_bare and (busy or self._status is None):
            self._wait_for_model()
        self._show_end()
        self.height_changed.emit()

    @property
    def _is_bare(self) -> bool:
        """Whether nothing of the turn is here that the model is to write."""
        return self._reasoning is None and self._body.is_empty

    def _wait_for_model(self) -> None:
        """Says that the model is waited for, unless something else is."""
        if self.steps is not None and self.steps.is_busy:
            self._drop_status()
        else:
            self.set_waiting(Waiting())

    def write_by(self, run: int) -> None:
        """A run writes this answer, which is known only once it streams."""
        self.message = msgspec.structs.replace(self.message, run=run)
        self._show_steps(run)

    def restart(self) -> None:
        """Takes away the text so far of a streaming answer: it was a step."""
        if self._stream is None:
            return
        self._stream = StreamingDocument()
        self._body.show_blocks(())
        self._drop_thoughts()
        self.message = msgspec.structs.replace(self.message, content="", reasoning="")
        self._wait_for_model()

    def _begin_stream(self) -> None:
        message = self.message
        if self._cover is not None:
            self.cover(None)
        self._stream = StreamingDocument()
        self._body.show_blocks(())
        self.footer.hide()
        if message.reasoning:
            self._thoughts().set_text(message.reasoning)
            # What a streaming record tells of time and tokens is what its thought has taken so far.
            self._thought_s = message.timings.reasoning_s if message.timings else 0.0
            self._thought_tokens = message.usage.reasoning_tokens if message.usage else 0
            answers = bool(message.content or message.tool_calls)
            self._thinking_since = None if answers else time.monotonic() - self._thought_s
        if message.content:
            self._body.apply(self._stream.append(message.content))
        self._show_thinking()

    def _end_stream(self) -> None:
        message = self.message
        self._stream = None
        self._drop_status()
        if message.reasoning:
            self._thoughts().set_text(message.reasoning)
        self._show_thinking()
        self.footer.setVisible(not self.is_editing and not self._is_told_and_empty)
        self.footer.show_message(message)
        if self._cover is not None:
            self._cover.show_message(message)
        self._show_content(message.content)

    def _show_content(self, content: str) -> None:
        if len(content) <= QUICK_TEXT:
            self._body.show_blocks(parse(content))
            return
        if self._body.is_empty:
            self._body.show_blocks(parse(content[:QUICK_TEXT]))
        background().submit(lambda: parse(content), lambda blocks: self._parsed(content, blocks))

    def _parsed(self, content: str, blocks: Sequence[Block]) -> None:
        if isValid(self) and self._stream is None and content == self.message.content:
            self._body.show_blocks(blocks)
            self.height_changed.emit()

    def ask_sources(self) -> None:
        """Ask for what is cited, once there are numbers that may be those of sources; of a whole answer also for
        what it was given."""
        if not self._sources_asked and (self._stream is None or MARK.search(self.streamed_text())):
            self._sources_asked = True
            self.sources_wanted.emit(self)

    def show_sources(self, shown: Sources) -> None:
        """Numbers of sources become marks; those that a whole answer cites are listed."""
        if self._sources is None:
            from app.desktop.chat.sources.source_list import SourceList  # most answers have none

            self._sources = SourceList(self)
            self._sources.source_pressed.connect(self.source_pressed)
            self._sources.height_changed.connect(self.height_changed)
            self._sources.setVisible(not self._is_covered)
        self._sources.show_sources(shown)
        self._body.set_marks(self._sources.marks())
        self.height_changed.emit()

    def _press_mark(self, mark: Cited) -> None:
        if self._sources is not None:
            self._sources.press(mark)

    def _thoughts(self) -> ReasoningCard:
        if self._reasoning is None:
            self._reasoning = ReasoningCard(self, ends_by_itself=bool(self.message.run))
            self._reasoning.height_changed.connect(self.height_changed)
            self._reasoning.answer_now_pressed.connect(
                lambda: self.answer_now_requested.emit(self.message.id)
            )
            self._reasoning.setVisible(not self._is_covered)
        return self._reasoning

    def _drop_thoughts(self) -> None:
        if self._reasoning is not None:
            discard(self._reasoning)
            self._reasoning = None
        self._thinking_since, self._thought_s, self._thought_tokens = None, 0.0, 0

    def _show_thinking(self) -> None:
        if self._reasoning is None:
            return
        since, timings, usage = self._thinking_since, self.message.timings, self.message.usage
        if self._stream is not None:
            seconds = self._thought_s if since is None else time.monotonic() - since
            self._reasoning.set_state(
                thinking=since is not None, seconds=seconds, tokens=self._thought_tokens
            )
            return
        self._reasoning.set_state(
            thinking=False,
            seconds=timings.reasoning_s if timings else self._thought_s,
            tokens=usage.reasoning_tokens if usage else 0,
        )

    def set_end_told(self, told: bool) -> bool:
        """Whether what stands below tells how the answer ended; whether that is new."""
        if told == self._end_told:
            return False
        self._end_told = told
        if self._stream is None:
            self.footer.setVisible(not self.is_editing and not self._is_told_and_empty)
        self._show_end()
        self._show_notices()
        return True

    @property
    def _is_told_and_empty(self) -> bool:
        """Whether there is nothing here to copy, and what stands below tells why."""
        return self._end_told and not self.message.content and not self.message.reasoning

    def _show_end(self) -> None:
        """The strip that says how the answer ended, if not by itself."""
        message = self.message
        told = self._end_told or (self.steps is not None and self.steps.shows_interrupted)
        if message.state not in ("failed", "stopped", "length") or told:
            if self._strip is not None:
                discard(self._strip)
                self._strip = None
            return
        if self._strip is None:
            self._strip = Banner(self, framed=True)
        why = self._why_ended()
        if message.error is not None:
            text = languages.tell(message.error)
        elif why is not None:
            text = languages.tell(why)
        elif message.state == "length":
            text = self.tr("The answer reached the maximum length and stopped.")
        elif message.state == "stopped" and not (message.content or message.reasoning or message.run):
            text = self.tr("Stopped before anything was written.")
        elif message.state == "stopped":
            text = self.tr("Stopped. The text so far is kept.")
        else:
            text = self.tr("No answer was received.")
        # Where there is room for more is chosen below the last message, not here.
        actions = [] if why is not None and why.code == FULL else self._ways_on()
        colour = "bad" if message.state == "failed" else "warning" if message.error else "muted"
        self._strip.say(text, actions, colour)
        self._strip.setVisible(not self._is_covered)

    def _ways_on(self) -> list[BannerAction]:
        """What can be done after an answer that did not end by itself."""
        error, id = self.message.error, self.message.id
        if self._can_continue():
            return [BannerAction(self.tr("Continue"), self._act)]
        if error is None or error.code != "picture.not_seen":
            return [BannerAction(self.tr("Try again"), self._act)]
        ways = [
            BannerAction(self.tr("Go on without pictures"), lambda: self.pictures_decided.emit(id, "")),
        ]
        if model := str(error.params.get("model", "")):
            text = self.tr("Ask {model}").format(model=error.params["other"])
            ways.append(BannerAction(text, lambda: self.pictures_decided.emit(id, model)))
        return ways

    def _show_calls(self, calls: Sequence[ToolCall]) -> None:
        """Shows exactly these calls; cards that already show the right one stay."""
        same = 0
        while same < min(len(calls), len(self._calls)) and self._calls[same].call == calls[same]:
            same += 1
        for card in self._calls[same:]:
            discard(card)
        del self._calls[same:]
        for call in calls[same:]:
            card = ToolCallCard(self, call)
            card.height_changed.connect(self.height_changed)
            card.setVisible(not self._is_covered)
            self._calls.append(card)

    def _show_notices(self) -> None:
        """One quiet line for each thing that is to be known of the answer."""
        notices = [] if self._stream is not None else list(self.message.notices)
        if (why := self._why_ended()) in notices:  # told by the strip
            notices.remove(why)
        while len(self._notices) > len(notices):
            discard(self._notices.pop())
        while len(self._notices) < len(notices):
            line = text_label(self, "small", wraps=True)
            line.setVisible(not self._is_covered)
            self._notices.append(line)
        for line, notice in zip(self._notices, notices, strict=True):
            line.setText(languages.tell(notice))

    def _why_ended(self) -> ErrorInfo | None:
        """Why it ended before all was said, where that was not wanted: its run, or the end of the context."""
        ends = ("run.ended_", FULL) if self.message.run else (FULL,)
        return next((notice for notice in self.message.notices if notice.code.startswith(ends)), None)

    def _can_continue(self) -> bool:
        if self.message.run:
            return self.message.state != "failed"
        return self.message.state != "failed" and bool(self.message.content or self.message.reasoning)

    def _act(self) -> None:
        if self._can_continue():
            self.continue_requested.emit(self.message.id)
        else:
            self.regenerate_requested.emit(self.message.id)

    # --- while it is written ---

    @property
    def is_thinking(self) -> bool:
        """Whether the model reasons at this moment."""
        return self._reasoning is not None and self._reasoning.is_thinking

    def answer_now(self) -> None:
        """Asks for the answer while the model reasons; once for each thought."""
        if self._reasoning is not None and not self.message.run:
            self._reasoning.answer_now()

    def append(self, reasoning: str, content: str, tokens: int = 0) -> None:
        """Adds new text of a streaming answer. `tokens` were drawn for its reasoning."""
        if self._stream is None:
            return
        self._drop_status()
        message = self.message
        if reasoning:
            if self._thinking_since is None:
                self._thinking_since = time.monotonic() - self._thought_s
            self._thought_tokens += tokens
            self._thoughts().append(reasoning)
        if content:
            self._end_thought()
            self._body.apply(self._stream.append(content))
            if "]" in content:
                self.ask_sources()
        if not message.content or reasoning:
            self._show_thinking()
        if content and not message.content:
            self.message = msgspec.structs.replace(message, content=content)

    def add_calls(self, calls: Sequence[ToolCall]) -> None:
        """Adds calls that a streaming answer has made."""
        if self._stream is None or not calls:
            return
        self._drop_status()
        self._end_thought()
        self._show_thinking()
        self._show_calls([*(card.call for card in self._calls), *calls])

    def _end_thought(self) -> None:
        if self._thinking_since is not None:
            self._thought_s = time.monotonic() - self._thinking_since
            self._thinking_since = None

    def copied_text(self) -> str:
        """All of the answer so far with the calls it makes, as it is copied."""
        return whole_text(self.streamed_text(), [card.call for card in self._calls])

    def streamed_text(self) -> str:
        """All of the answer so far."""
        return self._stream.text if self._stream is not None else self.message.content

    def set_waiting(self, waiting: Waiting) -> None:
        """What the next word of a streaming answer waits for."""
        if self._stream is None:
            return
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

    # --- looks ---

    def retranslate(self) -> None:
        name = self.tr("Assistant, {time}: {words}").format(
            time=time_of(self.message), words=spoken_words(self.message)
        )
        self.setAccessibleName(name)
        for card in self._calls:
            card.retranslate()
        self._show_notices()
        if self._sources is not None:
            self._sources.retranslate()
            self._body.set_marks(self._sources.marks())
        if self._reasoning is not None:
            self._reasoning.retranslate()
        if self.steps is not None:
            self.steps.retranslate()
        self._show_end()
        if self._status is not None:
            self._status.retranslate()

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
