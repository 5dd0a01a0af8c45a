"""What a person does in the chat that is shown: send, edit, regenerate, continue, compare, stop, choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from agents.events import RetryChoice
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.attaching.attaching import Attaching
from app.desktop.chat.attaching.part_by_part_strip import PartByPartStrip
from app.desktop.chat.compare.compare_control import CompareControl
from app.desktop.chat.composer import Composer
from app.desktop.chat.message_menu.message_menu import MessageMenu
from app.desktop.chat.model_control import ModelControl
from app.desktop.chat.shown_branch import Shown
from app.desktop.chat.shown_chat import ShownChat
from app.desktop.chat.transcript import TranscriptView
from app.services.chat.attachments.part_by_part import Asked
from app.store.records import Attachment, ChatTools, Message
from engine.errors import UserError
from engine.values import Reasoning

if TYPE_CHECKING:
    from app.services.services import Services


class ChatCommands(QObject):
    """`sending` comes before words are sent, `failed` carries a UserError that says why something was not done."""

    sending = Signal()
    failed = Signal(object)

    def __init__(
        self,
        calls: ServiceCalls,
        shown: ShownChat,
        composer: Composer,
        transcript: TranscriptView,
        model: ModelControl,
        attaching: Attaching,
    ) -> None:
        super().__init__(shown)
        self._calls, self._shown = calls, shown
        self._composer, self._transcript = composer, transcript
        self._model, self._attaching = model, attaching
        self.messages = MessageMenu(calls, transcript, model)
        self.comparing = CompareControl(calls, transcript)
        self.part_by_part = PartByPartStrip(calls, shown, attaching.strip)
        self._connect()

    def _connect(self) -> None:
        composer, transcript, messages = self._composer, self._transcript, self.messages
        composer.sent.connect(self._send)
        composer.queued.connect(self._queue)
        composer.stop_wanted.connect(self.stop)
        composer.draft_changed.connect(self._shown.save_draft)
        composer.writing.noticed.connect(self._expect)
        composer.reasoning_chosen.connect(self._choose_reasoning)
        transcript.edit_requested.connect(self._edit)
        transcript.regenerate_requested.connect(self.regenerate)
        transcript.continue_requested.connect(self.continue_answer)
        transcript.pictures_decided.connect(self._decide_pictures)
        transcript.answer_now_requested.connect(self._answer_now)
        transcript.sibling_requested.connect(
            lambda message, offset: self._calls.do(lambda s: s.conversations.show_sibling(message, offset))
        )
        transcript.suggestion_chosen.connect(self._take_suggestion)
        messages.regenerate_wanted.connect(self.regenerate)
        messages.compare_wanted.connect(self._compare)
        messages.open_wanted.connect(self._shown.open)
        messages.deleted.connect(composer.take_focus)
        self.comparing.failed.connect(self.failed)
        self.part_by_part.not_sent.connect(self._not_sent)
        self._model.chosen.connect(self._choose_model)

    # Words

    def _send(self, text: str) -> None:
        now, after = self._shown.now, self._last_seen()
        if (attachments := self._attaching.taken()) is None:
            return
        self.sending.emit()
        self._composer.replace("")
        self._composer.hint.show_under_way(self._sending_words(now))
        self._shown.with_conversation(
            lambda conversation: self._calls.do(
                lambda s: _sent(s, conversation, text, after, attachments),
                lambda _: self._composer.hint.show_under_way(""),
                lambda error: self._give_back(now, conversation, text, error),
                owner=self,
            )
        )

    def _sending_words(self, now: Shown) -> str:
        """Documents are searched before a question is seen, which takes a while where the search has to wake."""
        if name := now.options.collection:
            return self.tr("Searching “{name}”…").format(name=name)
        return self.tr("Sending…")

    def _last_seen(self) -> int | None:
        """The last message of the shown chat that a person can see, 0 for none; None in a new chat, and while its
        branch is being read."""
        return (self._transcript.ids or [0])[-1] if self._shown.now.is_known else None

    def _queue(self, text: str) -> None:
        """Let a question wait until the answer has ended."""
        now, conversation = self._shown.now, self._shown.now.id
        if conversation is None or (attachments := self._attaching.taken(waiting=True)) is None:
            return
        self._composer.replace("")
        self._calls.do(
            lambda s: _queued(s, conversation, text, attachments),
            None,
            lambda error: self._give_back(now, conversation, text, error),
            owner=self,
        )

    def take_back(self, text: str) -> None:
        """Write on at a question that waited."""
        self._put_before(text)
        self._shown.save_draft(self._composer.text())
        self._composer.take_focus()

    def _give_back(self, now: Shown, conversation: int, text: str, error: UserError) -> None:
        """A message that could not be sent goes back to where it was written."""
        self._composer.hint.show_under_way("")
        if now is self._shown.now:
            self._put_before(text)
            self._attaching.give_back()
        self._calls.do(lambda s: s.conversations.set_draft(conversation, text))
        self._refused(error)

    def _not_sent(self, conversation: int, text: str, error: UserError | None) -> None:
        """No part was read: as if nothing had been sent."""
        if conversation == self._shown.now.id:
            self._put_before(text)
            self._attaching.give_back()
        self._calls.do(lambda s: s.conversations.set_draft(conversation, text))
        if error is not None:
            self._refused(error)

    def _put_before(self, text: str) -> None:
        """Put words into the composer, before what is written there."""
        newer = self._composer.text()
        self._composer.replace(f"{text}\n{newer}" if newer else text)

    def rescue_edits(self, texts: Sequence[str]) -> None:
        """Keep what was typed into editors whose messages left the branch: it is in the composer then."""
        if texts:
            self._put_before("\n".join(texts))
            self._shown.save_draft(self._composer.text())
            self.failed.emit(UserError("chat.edit_gone"))

    def _refused(self, error: UserError) -> None:
        """Say why nothing was done; of a chat that went on elsewhere show how."""
        if error.code == "chat.changed_elsewhere":
            self._shown.read_path()
        self.failed.emit(error)

    def _expect(self) -> None:
        """Words are being written: their model may be loaded meanwhile."""
        conversation = self._shown.now.id
        self._calls.do(lambda s: s.lifecycle.expect(conversation), executor="io")

    def _take_suggestion(self, text: str) -> None:
        self._composer.set_text(text)
        self._composer.writing.letters()
        self._composer.take_focus()

    def edit_last(self) -> None:
        """Open the editor in the place of the last message of the user."""
        if not self._shown.answering():
            self._transcript.edit_last_message()

    def _edit(self, message: int, text: str, attachments: Sequence[Attachment]) -> None:
        now, conversation, after = self._shown.now, self._shown.now.id, self._last_seen()
        if conversation is not None:
            self._calls.do(
                lambda s: s.asking.edit(message, text, after, attachments),
                self._follow,
                lambda error: self._give_back(now, conversation, text, error),
                owner=self,
            )
        self._composer.take_focus()

    # Answers

    def regenerate(self, message: int, model: str | None = None) -> None:
        """Have a question answered anew, by another model where one is named."""
        after = self._last_seen()
        self._calls.do(
            lambda s: s.asking.regenerate(message, model, after),
            self._follow,
            self._refused,
            owner=self,
        )

    def _decide_pictures(self, message: int, model: str) -> None:
        """Answer a question whose pictures the model cannot see: with `model`, without them where that is ""."""
        if not model:
            self._shown.set_options(msgspec.structs.replace(self._shown.now.options, without_pictures=True))
        self.regenerate(message, model or None)

    def regenerate_last(self) -> None:
        """Have the last question answered anew."""
        ids = self._transcript.ids
        if ids and self._composer.isVisible() and not self._shown.answering():
            self.regenerate(ids[-1])

    def copy_last(self) -> None:
        """Put the last answer on the clipboard."""
        if self._transcript.ids and self._composer.isVisible():
            self.messages.copy_last_answer()

    def _follow(self, written: Message) -> None:
        """An answer that was asked for is followed; words that were only put right stay where they are."""
        if written.state == "streaming" and written.conversation == self._shown.now.id:
            self._transcript.follow()

    def continue_answer(self, message: int, again: Mapping[str, RetryChoice] | None = None) -> None:
        """Let an answer go on that had ended; `again` says what becomes of its interrupted calls."""
        self._calls.do(lambda s: s.asking.continue_answer(message, again))

    def stop(self) -> None:
        """End the answer that is being written here; its text stays."""
        conversation = self._shown.now.id
        if conversation is not None and self._shown.answering():
            self._calls.do(lambda s: s.answers.stop(conversation), executor="io")

    def _answer_now(self, _message: int) -> None:
        conversation = self._shown.now.id
        if conversation is not None:
            self._calls.do(lambda s: s.answers.answer_now(conversation), executor="io")

    def compare(self) -> None:
        """Let a person choose models that answer the last question beside each other."""
        if self._transcript.ids:
            self._compare(self._transcript.ids[-1])

    def _compare(self, message: int) -> None:
        conversation, state = self._shown.now.id, self._model.state
        if conversation is not None and not self._shown.answering():
            self.comparing.open(conversation, message, "" if state is None else state.path)

    # The chat itself

    def rename(self, title: str) -> None:
        conversation = self._shown.now.id
        if conversation is not None:
            self._calls.do(lambda s: s.conversations.rename(conversation, title))

    def keep(self) -> None:
        """Save the temporary chat that is shown, and go on with it."""
        conversation = self._shown.now.id
        if conversation is not None:
            self._calls.do(lambda s: s.conversations.keep(conversation))

    def _choose_model(self, model: str) -> None:
        """The shown conversation goes on with this model; a new chat takes the one in use along."""
        now = self._shown.now
        if now.id is not None or now.options.model is not None:
            self._shown.set_options(msgspec.structs.replace(now.options, model=model))

    def _choose_reasoning(self, value: Reasoning) -> None:
        self._shown.set_options(msgspec.structs.replace(self._shown.now.options, reasoning=value))

    def choose_collection(self, name: str) -> None:
        self._shown.set_options(msgspec.structs.replace(self._shown.now.options, collection=name))

    def choose_web(self, chosen: bool) -> None:
        self._shown.set_options(msgspec.structs.replace(self._shown.now.options, web=chosen))

    def choose_tools(self, tools: ChatTools | None) -> None:
        self._shown.set_options(msgspec.structs.replace(self._shown.now.options, tools=tools))
        self._composer.take_focus()


def _queued(services: Services, conversation: int, text: str, attachments: Sequence[Attachment]) -> None:
    services.queue.add(conversation, text, attachments)
    services.conversations.set_draft(conversation, "")


def _sent(
    services: Services, conversation: int, text: str, after: int | None, attachments: Sequence[Attachment]
) -> None:
    if any(each.by_parts for each in attachments):
        services.part_by_part.begin(Asked(conversation, text, after, tuple(attachments)))
    else:
        services.asking.send(conversation, text, after, attachments)
    services.conversations.set_draft(conversation, "")
