"""The page of one conversation: header, transcript and composer, connected to the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from agents.events import RetryChoice
from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.answer_runs import AnswerRuns
from app.desktop.chat.compaction.compaction_controller import RoomControl
from app.desktop.chat.compare.compare_control import CompareControl
from app.desktop.chat.composer import Composer
from app.desktop.chat.composer_frame import ComposerFrame
from app.desktop.chat.files.given_files import GivenFiles
from app.desktop.chat.find.find_control import FindControl
from app.desktop.chat.insertion.inserting import Inserting
from app.desktop.chat.message_menu.message_menu import MessageMenu
from app.desktop.chat.model_control import ModelControl
from app.desktop.chat.onboarding import Onboarding
from app.desktop.chat.queue.queue_control import QueueControl
from app.desktop.chat.queue.queue_strip import QueueStrip
from app.desktop.chat.remembering.proposal_note import ProposalNote
from app.desktop.chat.select_text import SelectTextView
from app.desktop.chat.selection.text_selection import TextSelection, words_of
from app.desktop.chat.shown_branch import Shown
from app.desktop.chat.template_note import TemplateNote
from app.desktop.chat.temporary_note import TemporaryNote
from app.desktop.chat.tools_control import ToolsControl
from app.desktop.chat.transcript import TranscriptView
from app.desktop.chat.written_answers import WrittenAnswers
from app.desktop.markdown.links import open_link
from app.desktop.model_picker.header import Header
from app.desktop.model_picker.memory_chip import MemoryChip
from app.desktop.model_picker.model_banner import ModelBanner
from app.desktop.widgets.banner import Banner
from app.desktop.widgets.layouts import Column, Row
from app.services.chat.events import AnswerQueued, BranchShown, ConversationChanged, MessageAdded
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished, ModelChanged
from app.services.settings.settings import Settings
from app.store.records import ChatOptions, ChatTools, Conversation, Message, Project
from engine.api import ModelFacts
from engine.errors import UserError
from engine.values import Reasoning, Sampling

if TYPE_CHECKING:
    from app.services.chat.chat_models import ModelOfChat
    from app.services.services import Services


class ChatPage(ThemedWidget):
    """`opened` carries the id of the conversation that is shown now, None for a new chat.

    `frame` is the card to write in, which may hold words already. On the `first_run` nothing is shown yet:
    `show_welcome` or `show_words` follows.
    """

    opened = Signal(object)
    answering_changed = Signal(set)
    # A `Said` for the foot of the window.
    said = Signal(object)
    # The conversation's title or its options.
    details_changed = Signal()

    def __init__(
        self,
        calls: ServiceCalls,
        frame: ComposerFrame,
        parent: QWidget | None = None,
        *,
        first_run: bool = False,
    ) -> None:
        super().__init__(parent)
        self._calls = calls
        self._shown = Shown()
        self._written = WrittenAnswers(self._text_after)
        self._answering: set[int] = set()
        self._default_reasoning: Reasoning = "auto"
        self._continued: int | None = None
        self._settings = Settings()
        self.header = Header(self)
        self.memory = MemoryChip(calls, self.header)
        self.header.stand_in(self.memory)
        self.model_strip = ModelBanner(calls, self)
        self.model = ModelControl(calls, self.header, self.model_strip)
        self.template_note = TemplateNote(self)
        self.temporary_note = TemporaryNote(self)
        self.error_strip = Banner(self)
        self.composer = Composer(frame, self)
        self.tools = ToolsControl(calls, self.composer.tools)
        self.files = GivenFiles(self, frame.edit, self.tools.offer)
        self.transcript = TranscriptView(self)
        self.finding = FindControl(calls, self.transcript.area, lambda: self._shown.id, self)
        self.selection = TextSelection(self.transcript.area, self._read_words)
        self.whole_text = SelectTextView(self)
        self.room = RoomControl(calls, self, self.header, self.transcript, self.composer)
        self.comparing = CompareControl(calls, self)
        self.proposal = ProposalNote(calls, self)
        self.inserting = Inserting(
            calls, frame, self, lambda: (self._shown.project, self._shown.options.tools)
        )
        self.queue = QueueControl(calls, QueueStrip(self))
        self.messages = MessageMenu(calls, self.transcript, self.model)
        self.runs = AnswerRuns(calls, self, self.composer)
        self._views = QStackedWidget(self)
        self._views.setMinimumHeight(64)  # gives way to what is written below
        for view in (*([QWidget(self)] if first_run else []), self.transcript, self.whole_text):
            self._views.addWidget(view)
        self.welcoming = Onboarding(calls, self._views)
        talk = Column(
            self.model_strip,
            self.template_note,
            self.temporary_note,
            self.error_strip,
            self.finding.bar,
            (self._views, 1),
            self.room.strip,
            self.queue.strip,
            self.proposal,
            self.files.strip,
            self.composer,
            spacing=0,
        )
        # What is added to it stands beside all but the header.
        self.beside = Row((talk, 1), spacing=0)
        Column(self.header, (self.beside, 1), parent=self, spacing=0)
        self._connect()
        self._show_conversation()

    def _connect(self) -> None:
        composer, transcript = self.composer, self.transcript
        transcript.page_wanted.connect(lambda ids: self._load(ids, self._take_page))
        self.whole_text.page_wanted.connect(lambda ids: self._load(ids, self._take_whole_text))
        self.whole_text.closed.connect(self._close_whole_text)
        transcript.edit_requested.connect(self._edit)
        transcript.regenerate_requested.connect(self._regenerate)
        transcript.continue_requested.connect(self._continue)
        transcript.answer_now_requested.connect(self._answer_now)
        transcript.sibling_requested.connect(
            lambda message, offset: self._calls.do(lambda s: s.conversations.show_sibling(message, offset))
        )
        transcript.link_activated.connect(open_link)
        transcript.steps_made.connect(self.runs.attach)
        self.runs.continue_wanted.connect(self._continue)
        self.runs.said.connect(self.said)
        transcript.suggestion_chosen.connect(self._take_suggestion)
        composer.sent.connect(self._send)
        composer.queued.connect(self._queue)
        self.queue.failed.connect(self.show_error)
        self.queue.strip.focus_lost.connect(composer.take_focus)
        composer.stop_wanted.connect(self.stop)
        self.tools.chosen.connect(self._choose_tools)
        composer.draft_changed.connect(self._save_draft)
        composer.writing.noticed.connect(
            lambda: self._calls.do(partial(_expect, self._shown.id), executor="io")
        )
        self.model.chosen.connect(self._model_chosen)
        composer.reasoning_chosen.connect(self._choose_reasoning)
        self.header.renamed.connect(self._rename)
        self.comparing.failed.connect(self.show_error)
        self.temporary_note.keep_wanted.connect(self._keep)
        self.messages.regenerate_wanted.connect(self._regenerate)
        self.messages.compare_wanted.connect(self._compare)
        self.messages.open_wanted.connect(self.open)
        self.messages.deleted.connect(composer.take_focus)
        self.messages.said.connect(self.said)
        self.room.continue_wanted.connect(self._continue)
        self.room.regenerate_wanted.connect(self._regenerate)
        self.room.edit_wanted.connect(self.edit_last)
        self.room.open_wanted.connect(self.open)
        self.room.said.connect(self.said)
        self.welcoming.begun.connect(self.show_words)
        self.welcoming.begun.connect(composer.take_focus)
        self.welcoming.models_wanted.connect(self.show_words)

    # What is shown

    def show_words(self) -> None:
        """The transcript, which says in a new chat what it is for."""
        self._views.setCurrentWidget(self.transcript)

    def show_welcome(self) -> None:
        """The page of the first run, in the place of the transcript. It goes when a person begins."""
        self.welcoming.show(self._settings, self.model.state)

    def _leave_welcome(self) -> None:
        if self.welcoming.page is not None:
            self.welcoming.leave()
            self.show_words()

    @property
    def conversation(self) -> Conversation | None:
        return self._shown.conversation

    @property
    def project(self) -> int | None:
        """That of the shown conversation, or of what it will be."""
        return self._shown.project

    @property
    def has_begun(self) -> bool:
        """Whether something is shown, or was written before it could be."""
        return self._shown.id is not None or self._shown.creating

    def options(self) -> ChatOptions:
        """What the shown conversation sets for itself."""
        return self._shown.options

    def model_sampling(self) -> Sampling | None:
        """What the loaded model recommends, None while none is loaded."""
        facts = self._facts()
        return None if facts is None else facts.sampling

    def _facts(self) -> ModelFacts | None:
        return self.model.state.facts if self.model.state is not None else None

    def open(self, conversation: int) -> None:
        """Show a conversation; its words arrive when they are read."""
        if conversation == self._shown.id:
            self.composer.take_focus()
        else:
            self._open(conversation, lambda s: s.conversations.path(conversation))

    def open_at(self, conversation: int, message: int, query: str) -> None:
        """Show a conversation at a message that a search has found, on whatever branch, with the words marked."""
        if conversation != self._shown.id:
            self._open(conversation, lambda s: s.conversations.path_with(message), (message, query))
            return
        shown = self._shown
        self.show_words()
        self._calls.do(
            lambda s: s.conversations.path_with(message),
            lambda path: self._show_hit(shown, path, message, query),
            owner=self,
        )

    def _open(
        self,
        conversation: int,
        read_path: Callable[[Services], list[int]],
        hit: tuple[int, str] | None = None,
    ) -> None:
        self._leave()
        shown = self._shown = Shown()
        # Until it is read nothing may make a new conversation out of this one.
        shown.creating = shown.opening = True
        self.composer.set_text("")  # what is written from now on belongs to the chat that comes
        self._calls.do(
            lambda s: (read_path(s), s.conversations.get(conversation)),
            lambda found: self._opened(shown, hit, *found),
            lambda error: self._open_failed(shown, error),
            owner=self,
        )

    def _show_hit(self, shown: Shown, path: list[int], message: int, query: str) -> None:
        if shown is self._shown:
            self._path_changed(shown, path)
            self.finding.show_hit(message, query)

    def open_new(self, project: Project | None = None, *, temporary: bool = False) -> None:
        """Show an empty chat, of a project where that is given. It is kept from its first words on, unless it is
        `temporary`."""
        self._leave()
        shown = self._shown = Shown(project=project, temporary=temporary)
        self.model.show_chat(None)
        if (model := shown.options.model) is not None:
            self._calls.do(
                lambda s: s.chat_models.named(model),
                lambda found: self._model_known(shown, found),
                executor="io",
                owner=self,
            )
        self._show_model()
        self._show_conversation()
        self.composer.set_text("")
        self.transcript.clear()
        self.opened.emit(None)
        self.composer.take_focus()

    def _leave(self) -> None:
        self._leave_welcome()
        self.composer.flush_draft()
        self.error_strip.hide()
        self.files.strip.hide()
        self.finding.leave()
        self.selection.clear()
        if self._views.currentWidget() is self.whole_text:
            self.whole_text.close_view()
        self.room.leave()
        self._written.leave()
        self.composer.show_question(False)

    def _opened(
        self, shown: Shown, hit: tuple[int, str] | None, path: list[int], conversation: Conversation
    ) -> None:
        if shown is not self._shown:
            return
        shown.creating = shown.opening = False
        shown.conversation, shown.options = conversation, conversation.options
        self._show_conversation()
        self._look_up_model()
        if typed := self.composer.text():
            self.composer.set_text(conversation.draft + typed)
            self._save_draft(conversation.draft + typed)
        else:
            self.composer.set_text(conversation.draft)
        self.transcript.show_path(path, None if hit is None else hit[0])
        self.room.measure(conversation.id, path)
        self.opened.emit(conversation.id)
        waiting, shown.waiting = shown.waiting, []
        for then in waiting:
            then(conversation.id)
        if hit is None:
            self.composer.take_focus()
        else:
            self.finding.show_hit(*hit)

    def _open_failed(self, shown: Shown, error: UserError) -> None:
        if shown is self._shown:
            self.open_new()
        self.show_error(error)

    def _show_conversation(self) -> None:
        conversation = self._shown.conversation
        self.header.show_title(None if conversation is None else conversation.title)
        self.temporary_note.show_chat(
            temporary=self._shown.temporary, has_words=conversation is not None and bool(conversation.leaf)
        )
        self.proposal.show_chat(self._shown.id)
        self.tools.show_tools(self._shown.options.tools)
        # The runs behind tools keep journals.
        self.composer.tools.setHidden(self._shown.temporary)
        chosen = self._shown.options.reasoning
        self.composer.show_reasoning(self._default_reasoning if chosen is None else chosen)
        self.queue.show_chat(conversation)
        self._show_answering()
        self._show_context()
        self.details_changed.emit()

    def _load(self, ids: Sequence[int], take: Callable[[list[Message]], None]) -> None:
        """Read messages of the shown chat; `take` them while it still is."""
        shown, wanted = self._shown, list(ids)
        self._calls.do(
            lambda s: s.conversations.messages(wanted),
            lambda messages: take(messages) if shown is self._shown else None,
            owner=self,
        )

    def _read_words(self, ids: Sequence[int], take: Callable[[list[str]], None]) -> None:
        wanted = list(ids)
        self._calls.do(
            lambda s: [words_of(message) for message in s.conversations.messages(wanted)],
            take,
            executor="io",
            owner=self,
        )

    def _take_page(self, messages: list[Message]) -> None:
        self._written.deliver(messages, self.transcript)

    def _text_after(self, message: int, pieces: int) -> tuple[str, str] | None:
        services = self._calls.services
        return None if services is None else services.answers.text_after(message, pieces)

    def find_text(self) -> None:
        """Let a person find something in what is shown."""
        if self._views.currentWidget() is self.whole_text:
            self.whole_text.focus_search()
        elif self.transcript.ids:
            self.selection.clear()  # marks would not be seen in it
            self.finding.open()

    def select_text(self) -> None:
        """Show the conversation as one text, to select in and to copy."""
        if self.transcript.ids and self._views.currentWidget() is not self.whole_text:
            self.finding.leave()
            self.whole_text.open(self.transcript.ids)
            self._views.setCurrentWidget(self.whole_text)
            self.whole_text.focus_search()

    def _take_whole_text(self, messages: list[Message]) -> None:
        self.whole_text.take_page([self._written.live.up_to_date(message) for message in messages])

    def _close_whole_text(self) -> None:
        self._views.setCurrentWidget(self.transcript)
        self.composer.take_focus()

    def _show_context(self) -> None:
        facts = self._facts()
        context = facts.context if facts is not None else 0
        self.room.show_model(context, with_tools=self._shown.options.tools is not None)

    # What services tell

    def take_events(self, events: list[ServiceEvent]) -> None:
        self.model.take_events(events)
        self.welcoming.take_events(events)
        for event in events:
            self._take(event)
        self.runs.take_events(events)
        self.room.take_events(events)
        self.comparing.take_events(events)
        self.queue.take_events(events)
        self.proposal.take_events(events)
        self.memory.take_events(events)
        self.finding.take_events(events)
        if any(isinstance(e, MessageAdded | AnswerQueued | AnswerFinished) for e in events):
            self._update_answering()

    def _take(self, event: ServiceEvent) -> None:
        if self._written.take(event, self.transcript):
            return
        if isinstance(event, MessageAdded):
            if event.message.conversation == self._shown.id:
                self._written.add(event.message, self.transcript)
                self.room.message_added(self._shown.id, self.transcript.ids)
        elif isinstance(event, AnswerFinished):
            self._written.end(event.message.id)
            if event.message.conversation == self._shown.id:
                self.transcript.finish_message(event.message)
                self.room.answer_ended(event.message.id)
                self.room.measure(self._shown.id, self.transcript.ids)
        elif isinstance(event, BranchShown):
            if event.conversation == self._shown.id:
                self._reload_path()
        elif isinstance(event, ConversationChanged):
            self._take_conversation(event.conversation)
        elif isinstance(event, ModelChanged):
            self._take_model(event)

    def _take_conversation(self, conversation: Conversation) -> None:
        if conversation.id != self._shown.id:
            return
        if conversation.deleted is not None:
            self.open_new()
            return
        before = self._shown.conversation
        self._shown.conversation, self._shown.options = conversation, conversation.options
        self._show_conversation()
        if before is None or before.options.model != conversation.options.model:
            self._look_up_model()

    def _look_up_model(self) -> None:
        """Find what answers in the shown conversation, and show it."""
        shown, conversation = self._shown, self._shown.id
        if conversation is not None:
            self._calls.do(
                lambda s: s.chat_models.of(conversation),
                lambda model: self._model_known(shown, model),
                executor="io",
                owner=self,
            )

    def _model_known(self, shown: Shown, model: ModelOfChat | None) -> None:
        if shown is self._shown:
            self.model.show_chat(model)
            self._show_model()

    def _model_chosen(self, model: str) -> None:
        """The shown conversation goes on with this model; a new chat takes the one in use along."""
        if self._shown.id is not None or self._shown.options.model is not None:
            self.set_options(msgspec.structs.replace(self._shown.options, model=model))

    def _take_model(self, state: ModelChanged) -> None:
        self.model.show_state(state)
        self._show_model()

    def _show_model(self) -> None:
        state = self.model.state
        if state is None:
            return
        self.template_note.show_model(state)
        self.composer.show_model(state)
        self.transcript.empty.show_model(state.path)
        self._show_context()

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings
        if self.model.state is None:
            self.transcript.empty.show_model(settings.model)
        self._default_reasoning = settings.reasoning
        self.welcoming.take_settings(settings)
        self._show_conversation()

    def _reload_path(self) -> None:
        shown, conversation = self._shown, self._shown.id
        if conversation is not None:
            shown.rereading += 1
            self._calls.do(
                lambda s: s.conversations.path(conversation),
                lambda path: self._read_again(shown, path),
                owner=self,
            )

    def _read_again(self, shown: Shown, path: list[int]) -> None:
        shown.rereading -= 1
        self._path_changed(shown, path)

    def _path_changed(self, shown: Shown, path: list[int]) -> None:
        if shown is not self._shown:
            return
        self.selection.clear()
        self._written.keep(path)
        if self._continued in path[-1:]:
            # Its record changed from stopped to streaming: the transcript asks again for what left the path.
            self._written.keep(path[:-1])
            self._continued = None
            self.transcript.show_path(path[:-1])
        self.transcript.show_path(path)
        self.room.measure(self._shown.id, path)

    def _update_answering(self) -> None:
        services = self._calls.services
        self._answering = services.answers.answering() if services is not None else set()
        self._show_answering()
        self.answering_changed.emit(self._answering)

    def _show_answering(self) -> None:
        answering = self._shown.id in self._answering
        self.composer.set_answering(answering)
        self.queue.strip.set_answering(answering)

    # What a person does

    def _with_conversation(self, then: Callable[[int], object]) -> None:
        """Call `then` with the id of the shown conversation, which a new chat gets now."""
        shown = self._shown
        if shown.id is not None:
            then(shown.id)
            return
        shown.waiting.append(then)
        if not shown.creating:
            shown.creating = True
            options, project, temporary = shown.options, shown.project, shown.temporary
            self._calls.do(
                lambda s: (
                    s.conversations.create_temporary(options)
                    if temporary
                    else s.conversations.create(options, project=project)
                ),
                lambda made: self._created(shown, made),
                owner=self,
            )

    def _created(self, shown: Shown, conversation: Conversation) -> None:
        shown.creating = False
        shown.conversation = conversation
        waiting, shown.waiting = shown.waiting, []
        for then in waiting:
            then(conversation.id)
        if shown is self._shown:
            self._show_conversation()
            self.opened.emit(conversation.id)

    def _send(self, text: str) -> None:
        shown, after = self._shown, self._last_seen()
        self._leave_welcome()
        self.error_strip.hide()
        self.composer.set_text("")
        self._with_conversation(
            lambda conversation: self._calls.do(
                lambda s: _sent(s, conversation, text, after),
                None,
                lambda error: self._give_back(shown, conversation, text, error),
                owner=self,
            )
        )

    def _last_seen(self) -> int | None:
        """The last message of the shown chat that a person can see, 0 for none; None in a new chat, and while its
        branch is being read."""
        known = self._shown.id is not None and not self._shown.rereading
        return (self.transcript.ids or [0])[-1] if known else None

    def _queue(self, text: str) -> None:
        """Let a question wait until the answer has ended."""
        shown, conversation = self._shown, self._shown.id
        if conversation is not None:
            self.composer.set_text("")
            self._calls.do(
                lambda s: _queued(s, conversation, text),
                None,
                lambda error: self._give_back(shown, conversation, text, error),
                owner=self,
            )

    def _give_back(self, shown: Shown, conversation: int, text: str, error: UserError) -> None:
        """A message that could not be sent goes back to where it was written."""
        if shown is self._shown:
            newer = self.composer.text()
            self.composer.set_text(f"{text}\n{newer}" if newer else text)
        self._calls.do(lambda s: s.conversations.set_draft(conversation, text))
        self._refused(error)

    def _refused(self, error: UserError) -> None:
        """Say why nothing was done; of a chat that went on elsewhere show how."""
        if error.code == "chat.changed_elsewhere":
            self._reload_path()
        self.show_error(error)

    def _save_draft(self, text: str) -> None:
        if self._shown.opening or (self._shown.id is None and not text.strip()):
            return
        self._with_conversation(
            lambda conversation: self._calls.do(lambda s: s.conversations.set_draft(conversation, text))
        )

    def stop(self) -> None:
        """End the answer that is being written here; its text stays."""
        conversation = self._shown.id
        if conversation is not None and conversation in self._answering:
            self._calls.do(lambda s: s.answers.stop(conversation), executor="io")

    def answer_now(self) -> None:
        """Let the model that thinks here answer at once."""
        self.transcript.answer_now()

    def _answer_now(self, _message: int) -> None:
        conversation = self._shown.id
        if conversation is not None:
            self._calls.do(lambda s: s.answers.answer_now(conversation), executor="io")

    def answering(self) -> bool:
        return self._shown.id in self._answering

    def _rename(self, title: str) -> None:
        conversation = self._shown.id
        if conversation is not None:
            self._calls.do(lambda s: s.conversations.rename(conversation, title))

    def _choose_reasoning(self, value: Reasoning) -> None:
        self.set_options(msgspec.structs.replace(self._shown.options, reasoning=value))

    def _choose_tools(self, tools: ChatTools | None) -> None:
        self.set_options(msgspec.structs.replace(self._shown.options, tools=tools))
        self.composer.take_focus()

    def set_options(self, options: ChatOptions) -> None:
        """What this conversation sets for itself; a new chat takes it along when it is made."""
        self._shown.options = options
        conversation = self._shown.id
        if conversation is not None:
            self._calls.do(lambda s: s.conversations.set_options(conversation, options))
        else:
            self._show_conversation()

    def _take_suggestion(self, text: str) -> None:
        self.composer.set_text(text)
        self.composer.writing.letters()
        self.composer.take_focus()

    def _edit(self, message: int, text: str) -> None:
        shown, conversation, after = self._shown, self._shown.id, self._last_seen()
        if conversation is not None:
            self._calls.do(
                lambda s: s.asking.edit(message, text, after),
                self._follow,
                lambda error: self._give_back(shown, conversation, text, error),
                owner=self,
            )
        self.composer.take_focus()

    def _regenerate(self, message: int, model: str | None = None) -> None:
        after = self._last_seen()
        self._calls.do(
            lambda s: s.asking.regenerate(message, model, after),
            self._follow,
            self._refused,
            owner=self,
        )

    def regenerate_last(self) -> None:
        """Have the last question answered anew."""
        ids = self.transcript.ids
        if ids and self.isVisible() and not self.answering():
            self._regenerate(ids[-1])

    def copy_last(self) -> None:
        """Put the last answer on the clipboard."""
        if self.transcript.ids and self.isVisible():
            self.messages.copy_last_answer()

    def _follow(self, written: Message) -> None:
        """An answer that was asked for is followed; words that were only put right stay where they are."""
        if written.state == "streaming" and written.conversation == self._shown.id:
            self.transcript.follow()

    def _continue(self, message: int, again: Mapping[str, RetryChoice] | None = None) -> None:
        def go_on(found: Message) -> None:
            self._written.live.continue_from(found)
            self._continued = message
            self._calls.do(lambda s: s.asking.continue_answer(message, again))

        self._calls.do(lambda s: s.conversations.messages([message])[0], go_on, owner=self)

    def _keep(self) -> None:
        """Save the temporary chat that is shown, and go on with it."""
        conversation = self._shown.id
        if conversation is not None:
            self._calls.do(
                lambda s: s.conversations.keep(conversation), lambda kept: self.open(kept.id), owner=self
            )

    def compare(self) -> None:
        """Let a person choose models that answer the last question beside each other."""
        if self.transcript.ids:
            self._compare(self.transcript.ids[-1])

    def _compare(self, message: int) -> None:
        conversation = self._shown.id
        if conversation is not None and not self.answering():
            state = self.model.state
            self.comparing.open(conversation, message, "" if state is None else state.path)

    def edit_last(self) -> None:
        """Open the editor in the place of the last message of the user."""
        if not self.answering():
            self.transcript.edit_last_message()

    def show_error(self, error: UserError) -> None:
        self.error_strip.say(languages.tell(error), colour="bad")


def _expect(conversation: int | None, services: Services) -> None:
    services.lifecycle.expect(conversation)


def _queued(services: Services, conversation: int, text: str) -> None:
    services.queue.add(conversation, text)
    services.conversations.set_draft(conversation, "")


def _sent(services: Services, conversation: int, text: str, after: int | None) -> None:
    services.asking.send(conversation, text, after)
    services.conversations.set_draft(conversation, "")
