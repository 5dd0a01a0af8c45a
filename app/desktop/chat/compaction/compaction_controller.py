"""Keeps an eye on how full the context of the shown chat is: warns in good time, offers what can be done, does it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.compaction.context_use import ContextUse, Part, context_use, filling
from app.desktop.model_picker.header import Header
from app.desktop.text.words import shown_title
from app.desktop.widgets.banner import Banner, BannerAction
from app.desktop.widgets.slim_bar import WARN_FROM
from app.format import format_context
from app.services.chat.compaction_values import CompactionOptions, Draft
from app.services.chat.events import SummaryDelta, SummaryDropped, SummaryEnded, SummaryStarted
from app.services.events import ServiceEvent
from app.services.models.events import ModelChanged
from app.services.models.fullness import is_full
from app.store.records import CompactionPoint, Conversation
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.chat.compaction.compaction_card import RoomCard
    from app.desktop.chat.compaction.compaction_marker import QuietLine
    from app.desktop.chat.composer import Composer
    from app.desktop.chat.transcript import TranscriptView


class RoomControl(QObject):
    """`continue_wanted` and `regenerate_wanted` carry the message that waited for room, `open_wanted` a conversation,
    `said` a `Notification`."""

    continue_wanted = Signal(int)
    regenerate_wanted = Signal(int)
    edit_wanted = Signal()
    open_wanted = Signal(int)
    placement_wanted = Signal()
    said = Signal(object)

    def __init__(
        self,
        calls: ServiceCalls,
        page: QWidget,
        header: Header,
        transcript: TranscriptView,
        composer: Composer,
    ) -> None:
        super().__init__(page)
        self._calls, self._header, self._transcript, self._composer = calls, header, transcript, composer
        self.strip = Banner(page)
        self.strip.closed.connect(self._dismiss)
        composer.nothing_sent.connect(self._go_to_card)
        header.context_wanted.connect(self._tell_filling)
        transcript.empty.origin_wanted.connect(self._go_back)
        self.card: RoomCard | None = None
        self._lines: dict[int, QuietLine] = {}
        self._conversation: int | None = None
        self._path: list[int] = []
        self._use = ContextUse(0, None)
        self._used = self._context = 0
        self._with_tools = False
        # What was chosen for this message is being done.
        self._chosen: int | None = None
        # Chats in which nobody wants to hear of it again.
        self._dismissed: set[int] = set()

    def _go_back(self) -> None:
        if self._use.origin is not None:
            self.open_wanted.emit(self._use.origin.id)

    # --- what the page tells ---

    def leave(self) -> None:
        """Another chat is shown."""
        self._conversation, self._path, self._used, self._chosen = None, [], 0, None
        self._use = ContextUse(0, None)
        self._close_card()
        self._show_lines()
        self.strip.hide()
        self.show_context()

    def measure(self, conversation: int | None, path: Sequence[int]) -> None:
        """Read how full the context is after the last answer of this branch, and show what follows from that."""
        if conversation is None:
            return
        self._conversation, self._path = conversation, list(path)
        ids = self._path
        self._calls.do(
            lambda s: context_use(s, conversation, ids), lambda use: self._take(ids, use), owner=self
        )

    def show_model(self, context: int, *, with_tools: bool) -> None:
        """`context` of the model that is loaded, 0 while none is. A chat `with_tools` makes its own room."""
        self._context, self._with_tools = context, with_tools
        self.show_context()

    def show_context(self) -> None:
        self._header.show_context(self._used, self._context)
        self._show_strip()

    def message_added(self, conversation: int | None, path: Sequence[int]) -> None:
        """The chat goes on: what was offered at its end before is out of date."""
        self._close_card()
        self.measure(conversation, path)

    def answer_ended(self, message: int) -> None:
        if self._chosen == message:
            self._chosen = None

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, ModelChanged):
                waits = self.card is not None and self.card.state in ("loading", "choices")
                if waits and event.state == "ready":
                    self._look()
            elif isinstance(event, SummaryStarted | SummaryDelta | SummaryEnded):
                self._take_summary(event)
            elif isinstance(event, SummaryDropped) and event.conversation == self._conversation:
                self._summary_dropped()

    def _take_summary(self, event: SummaryStarted | SummaryDelta | SummaryEnded) -> None:
        card = self.card
        if card is None or event.conversation != self._conversation:
            return
        if isinstance(event, SummaryDelta):
            if card.state == "writing":
                card.append(event.text)
        elif isinstance(event, SummaryStarted):
            if card.room is not None:
                card.show_draft(Draft(card.room, part=event.part, parts=event.parts))
        elif self._calls.services is not None:
            draft = self._calls.services.summaries.draft(event.conversation)
            if draft is not None:
                card.show_draft(draft)

    def _summary_dropped(self) -> None:
        """Used or discarded, maybe in another window."""
        if self.card is not None and self.card.state in ("writing", "review"):
            if self.card.full:
                self._look()
            else:
                self._close_card()

    # --- what is shown ---

    def _take(self, path: list[int], use: ContextUse) -> None:
        if path != self._path:
            return
        self._use, self._used = use, use.used or self._used
        self._show_lines()
        last = use.last
        full = last is not None and is_full(last) and last.state != "streaming" and last.id != self._chosen
        draft = use.draft if use.draft is not None and path[-1:] == [use.draft.room.leaf] else None
        if full or draft is not None:
            self._open_card(full=full, draft=draft)
        elif self.card is not None and self.card.full:
            self._close_card()
        self.show_context()

    def _show_lines(self) -> None:
        """The line above the first message that the model sees, and the one to where the chat was begun."""
        transcript = self._transcript
        for message, line in self._lines.items():
            transcript.set_line(message, None)
            if isValid(line):
                line.deleteLater()
        self._lines = {}
        origin = self._use.origin
        transcript.empty.show_origin("" if origin is None else shown_title(origin))
        if not self._path:
            return
        if origin is not None:
            self._add_line(transcript, self._path[0], self._origin_line(origin))
        if self._use.cut is not None:
            self._add_line(transcript, self._use.cut.first, self._cut_line(self._use.cut))

    def _add_line(self, transcript: TranscriptView, message: int, line: QuietLine) -> None:
        self._lines[message] = line
        line.height_changed.connect(transcript.place)
        transcript.set_line(message, line)

    def _cut_line(self, cut: CompactionPoint) -> QuietLine:
        from app.desktop.chat.compaction.compaction_marker import CutLine

        line = CutLine(self._transcript.column, cut, self._path.index(cut.first))
        line.taken_back.connect(lambda: self._take_back(cut))
        line.edited.connect(
            lambda text: self._calls.do(lambda s: s.compactor.edit_summary(cut, text), executor="io")
        )
        return line

    def _origin_line(self, origin: Conversation) -> QuietLine:
        from app.desktop.chat.compaction.compaction_marker import OriginLine

        line = OriginLine(self._transcript.column, shown_title(origin))
        line.open_wanted.connect(lambda: self.open_wanted.emit(origin.id))
        return line

    def _show_strip(self) -> None:
        """Warn while there is still room for some turns."""
        conversation = self._conversation
        near = bool(self._context) and self._used >= WARN_FROM * self._context
        if not near or self._with_tools or self.card is not None or conversation in self._dismissed:
            self.strip.hide()
            return
        text = self.tr("This chat takes {used} of the {size} tokens that the model can read at once.").format(
            used=format_context(self._used), size=format_context(self._context)
        )
        self.strip.say(text, [BannerAction(self.tr("Free up space…"), self._make_room)], colour="muted")

    def _tell_filling(self) -> None:
        """Say under the gauge what fills the context."""
        conversation, path, used = self._conversation, list(self._path), self._used
        if conversation is not None:
            self._calls.do(
                lambda s: filling(s, conversation, path, used),
                lambda parts: self._show_filling(conversation, parts),
                executor="io",
                owner=self,
            )

    def _show_filling(self, conversation: int, parts: Sequence[Part]) -> None:
        from app.desktop.chat.compaction.context_card import ContextCard

        if conversation != self._conversation or not self._header.context.isVisible():
            return
        card = ContextCard(self._header, parts, self._used, self._context)
        card.room_wanted.connect(self._make_room)
        card.placement_wanted.connect(self.placement_wanted)
        card.open_below(self._header.context)

    def _dismiss(self) -> None:
        if self._conversation is not None:
            self._dismissed.add(self._conversation)

    def make_room(self) -> None:
        """Show what can be done about a full context; nothing in a chat that is empty."""
        if self._conversation is not None:
            self._make_room()

    def _make_room(self) -> None:
        self._open_card(full=False)
        self.strip.hide()
        self._transcript.jump_to_latest()

    def _open_card(self, *, full: bool, draft: Draft | None = None) -> None:
        from app.desktop.chat.compaction.compaction_card import RoomCard

        transcript = self._transcript
        if self.card is None:
            card = self.card = RoomCard(transcript.column)
            card.height_changed.connect(transcript.place)
            card.chosen.connect(self._choose)
            card.used.connect(self._use_summary)
            card.stopped.connect(self._stop_summary)
            card.discarded.connect(self._discard_summary)
            card.closed.connect(self._close_by_hand)
        self.card.full = full
        if draft is not None:
            self.card.show_draft(draft)
        else:
            self._look()
        transcript.set_foot(self.card)
        self._composer.show_question(full)

    def _go_to_card(self) -> None:
        if self.card is not None:
            self.card.take_focus()

    def _close_card(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            self._composer.show_question(False)
            self._transcript.set_foot(None)
            card.deleteLater()

    def _close_by_hand(self) -> None:
        self._dismiss()
        self._close_card()
        self._composer.take_focus()

    # --- what can be done ---

    def _look(self) -> None:
        card, conversation = self.card, self._conversation
        if card is None or conversation is None:
            return
        card.show_waiting("looking", full=card.full)
        self._calls.do(
            lambda s: s.compactor.look(conversation),
            lambda room: self._looked(card, room),
            lambda error: self._look_failed(card, error),
            executor="io",
            owner=self,
        )

    def _looked(self, card: RoomCard, room: CompactionOptions) -> None:
        if card is self.card and self._path[-1:] == [room.leaf]:
            card.show_room(room, full=card.full)

    def _look_failed(self, card: RoomCard, error: UserError) -> None:
        if card is not self.card:
            return
        if error.code == "model.not_ready":
            card.show_waiting("loading", full=card.full)
        else:
            card.show_failure(error.info)

    def _choose(self, choice: str) -> None:
        card, conversation = self.card, self._conversation
        if card is None or conversation is None:
            return
        room = card.room
        if choice == "anew":
            draft = self._composer.text()
            card.hold()
            self._calls.do(
                lambda s: s.compactor.begin_anew(conversation, draft), self._begun, self._refused, owner=self
            )
        elif choice == "larger":
            self.placement_wanted.emit()
        elif choice == "edit":
            self.edit_wanted.emit()
        elif room is not None and choice == "answer":
            self._go_on(room)
        elif room is not None and choice == "leave_out":
            card.hold()
            self._calls.do(
                lambda s: s.compactor.leave_out(room), partial(self._done, room), self._refused, owner=self
            )
        elif room is not None and choice == "summarise":
            card.hold()
            card.setFocus(Qt.FocusReason.OtherFocusReason)  # so that what comes there has it
            self._calls.do(lambda s: s.summaries.begin(room), None, self._refused, owner=self)

    def _refused(self, error: UserError) -> None:
        if self.card is not None:
            self.card.say(error.info)

    def _use_summary(self, text: str) -> None:
        card = self.card
        if card is None or card.room is None:
            return
        room = card.room
        self._calls.do(
            lambda s: s.compactor.summarise(room, text, s.models.signature),
            partial(self._done, room),
            self._refused,
            executor="io",
            owner=self,
        )

    def _stop_summary(self) -> None:
        if (conversation := self._conversation) is not None:
            self._calls.do(lambda s: s.summaries.stop(conversation), executor="io")

    def _discard_summary(self) -> None:
        card, conversation = self.card, self._conversation
        if card is not None and conversation is not None:
            self._calls.do(
                lambda s: s.summaries.drop(conversation),
                lambda _: self._discarded(card),
                executor="io",
                owner=self,
            )

    def _discarded(self, card: RoomCard) -> None:
        if card is self.card:
            self._open_card(full=card.full)

    def _done(self, room: CompactionOptions, cut: CompactionPoint) -> None:
        """The model sees less now: answer what waited for that."""
        self._calls.do(lambda s: s.summaries.drop(room.conversation))
        words = self.tr("The model does not see the first {messages} messages.")
        if cut.summary:
            words = self.tr("The model sees a summary of the first {messages} messages.")
        text = words.format(messages=room.messages)
        self.said.emit(Notification(text, self.tr("Undo"), lambda: self._take_back(cut)))
        if room.conversation == self._conversation:
            self._go_on(room)

    def _go_on(self, room: CompactionOptions) -> None:
        last = self._use.last
        self._close_card()
        self._composer.take_focus()
        if not room.waits or last is None or last.id != room.leaf:
            return
        self._chosen = room.leaf
        if last.role == "assistant":
            self.continue_wanted.emit(room.leaf)
        else:
            self.regenerate_wanted.emit(room.leaf)

    def _begun(self, conversation: Conversation) -> None:
        before = conversation.origin
        self.open_wanted.emit(conversation.id)
        if before is not None:
            text = self.tr("This is a new chat. The previous one stays as it is.")
            self.said.emit(Notification(text, self.tr("Back"), lambda: self.open_wanted.emit(before)))

    def _take_back(self, cut: CompactionPoint) -> None:
        def told(_: object) -> None:
            text = self.tr("The model sees the whole chat again, as far as it fits.")
            self.said.emit(Notification(text, self.tr("Undo"), lambda: self._put_back(cut)))

        self._calls.do(lambda s: s.compactor.take_back(cut), told, owner=self)

    def _put_back(self, cut: CompactionPoint) -> None:
        self._calls.do(lambda s: s.compactor.put_back(cut))
