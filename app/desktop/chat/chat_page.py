"""The page of one conversation: header, transcript and composer, connected to the services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.answer_runs import AnswerRuns
from app.desktop.chat.attaching.attaching import Attaching
from app.desktop.chat.chat_commands import ChatCommands
from app.desktop.chat.chat_views import ChatViews
from app.desktop.chat.collections.collections_control import CollectionsControl
from app.desktop.chat.compaction.compaction_controller import RoomControl
from app.desktop.chat.composer import Composer
from app.desktop.chat.composer_frame import ComposerFrame
from app.desktop.chat.find.find_control import FindControl
from app.desktop.chat.model_control import ModelControl
from app.desktop.chat.queue.queue_control import QueueControl
from app.desktop.chat.queue.queue_strip import QueueStrip
from app.desktop.chat.remembering.proposal_note import ProposalNote
from app.desktop.chat.selection.text_selection import TextSelection, words_of
from app.desktop.chat.shared_draft import SharedDraft
from app.desktop.chat.shown_chat import ShownChat
from app.desktop.chat.sources.citing import Citing
from app.desktop.chat.sources.source_control import SourceControl
from app.desktop.chat.template_note import TemplateNote
from app.desktop.chat.temporary_note import TemporaryNote
from app.desktop.chat.tools.tools_control import ToolsControl
from app.desktop.chat.transcript import TranscriptView
from app.desktop.chat.written_answers import WrittenAnswers
from app.desktop.markdown.links import open_link
from app.desktop.model_picker.header import Header
from app.desktop.model_picker.memory_chip import MemoryChip
from app.desktop.model_picker.model_banner import ModelBanner
from app.desktop.text_entry.insertion.inserting import Inserting
from app.desktop.widgets.banner import Banner
from app.desktop.widgets.layouts import Column, Row
from app.services.chat.events import AnswerQueued, MessageAdded
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished, ModelChanged
from app.services.settings.settings import Settings
from app.store.records import Attachment, Message
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.chat.chat_models import ModelOfChat


class ChatPage(ThemedWidget):
    """Shows the chat that `shown` keeps, and what becomes of it by `commands`.

    `frame` is the card to write in, which may hold words already. Nothing else is shown before it is known which
    chat: `show_welcome`, `views.begin` or a chat that is opened follows.
    """

    # A `Notification` for the foot of the window.
    said = Signal(object)

    def __init__(
        self,
        calls: ServiceCalls,
        frame: ComposerFrame,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._calls = calls
        self.shown = ShownChat(calls, self)
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
        self.draft = SharedDraft(self.shown, self.composer)
        self.tools = ToolsControl(calls, self.composer.tools)
        self.attaching = Attaching(calls, self, self.shown, self.composer, self.tools.offer)
        self.collections = CollectionsControl(calls, self.composer, self.attaching.giving)
        self.transcript = TranscriptView(self)
        self._written = WrittenAnswers(calls, self.transcript)
        self.finding = FindControl(calls, self.transcript.area, lambda: self.shown.now.id, self)
        self.selection = TextSelection(self.transcript.area, self._read_words)
        self.room = RoomControl(calls, self, self.header, self.transcript, self.composer)
        self.proposal = ProposalNote(calls, self)
        self.inserting = Inserting(
            calls,
            frame,
            frame.edit,
            self,
            "chat",
            lambda: (self.shown.now.project, self.shown.now.options.tools),
        )
        self.queue = QueueControl(calls, QueueStrip(self))
        self.commands = ChatCommands(
            calls, self.shown, self.composer, self.transcript, self.model, self.attaching
        )
        self.runs = AnswerRuns(calls, self, self.composer)
        self.views = ChatViews(calls, self.transcript, self.finding, self.selection, self)
        self._talk = QWidget(self)
        Column(
            self.model_strip,
            self.template_note,
            self.temporary_note,
            self.error_strip,
            self.finding.bar,
            (self.views, 1),
            self.room.strip,
            self.queue.strip,
            self.proposal,
            self.attaching.strip,
            self.composer,
            parent=self._talk,
            spacing=0,
        )
        self.sources = SourceControl(calls, self.shown, self._talk, self)
        self.citing = Citing(calls, self)
        # What is added to it stands beside all but the header.
        self.beside = Row((self.sources.splitter, 1), spacing=0)
        Column(self.header, (self.beside, 1), parent=self, spacing=0)
        self._connect()
        self._show_details()

    def _connect(self) -> None:
        shown, transcript, composer, commands = self.shown, self.transcript, self.composer, self.commands
        shown.leaving.connect(self._leave)
        # What is written from now on belongs to the chat that comes.
        shown.awaited.connect(lambda: composer.set_text(""))
        shown.arrived.connect(self.views.begin)
        shown.arrived.connect(self._show_chat)
        shown.stays.connect(composer.take_focus)
        shown.emptied.connect(self.views.begin)
        shown.emptied.connect(self._show_empty)
        self.views.currentChanged.connect(self._show_title)
        shown.path_changed.connect(self._show_path)
        shown.hit_found.connect(self._show_hit)
        shown.details_changed.connect(self._show_details)
        shown.model_found.connect(self._show_model_of_chat)
        shown.answering_changed.connect(self._show_answering)
        shown.failed.connect(self.show_error)
        commands.sending.connect(self.views.begin)
        commands.sending.connect(self.error_strip.hide)
        commands.failed.connect(self.show_error)
        commands.messages.said.connect(self.said)
        transcript.page_wanted.connect(lambda ids: shown.load(ids, self._written.deliver))
        transcript.link_activated.connect(open_link)
        transcript.attachment_pressed.connect(self._open_attachment)
        self.sources.said.connect(self.said)
        transcript.source_pressed.connect(self.sources.open)
        transcript.sources_wanted.connect(self.citing.give)
        transcript.picture_wanted.connect(self.attaching.thumbnails.give)
        transcript.steps_made.connect(self.runs.attach)
        self.views.whole_text.page_wanted.connect(lambda ids: shown.load(ids, self._take_whole_text))
        self.views.words_shown.connect(composer.take_focus)
        self.runs.continue_wanted.connect(commands.continue_answer)
        self.runs.said.connect(self.said)
        self.inserting.said.connect(self.said)
        self.inserting.command.connect(self._slash)
        self.queue.failed.connect(self.show_error)
        self.queue.given_back.connect(commands.take_back)
        self.queue.strip.focus_lost.connect(composer.take_focus)
        self.tools.chosen.connect(commands.choose_tools)
        self.collections.chosen.connect(commands.choose_collection)
        self.collections.web_chosen.connect(commands.choose_web)
        self.collections.said.connect(self.said)
        self.header.renamed.connect(commands.rename)
        self.temporary_note.keep_wanted.connect(commands.keep)
        self.room.continue_wanted.connect(commands.continue_answer)
        self.room.regenerate_wanted.connect(commands.regenerate)
        self.room.edit_wanted.connect(commands.edit_last)
        self.room.open_wanted.connect(shown.open)
        self.room.said.connect(self.said)

    def _slash(self, name: str) -> None:
        """Carry out a command that was chosen behind a slash."""
        carried_out: dict[str, Callable[[], object]] = {
            "plan": self._plan,
            "new": self.shown.open_new,
            "compact": self.room.make_room,
            "regenerate": self.commands.regenerate_last,
            "model": self.header.model.open_menu,
        }
        carried_out[name]()

    def _plan(self) -> None:
        """What is to be planned is said behind the command; it takes tools."""
        self.composer.edit.insert_text("/plan ")
        if self.shown.now.options.tools is None:
            self.tools.open()

    # The chat that is shown

    def _leave(self) -> None:
        self.views.leave()
        self.composer.flush_draft()
        self.error_strip.hide()
        self.attaching.leave()
        self.room.leave()
        self._written.leave()
        self.composer.show_question(False)

    def _show_empty(self) -> None:
        self.composer.set_text("")
        self.transcript.clear()
        self.composer.take_focus()

    def _show_chat(self, path: list[int], hit: tuple[int, str] | None) -> None:
        conversation = self.shown.now.conversation
        self.draft.take_up("" if conversation is None else conversation.draft)
        self.transcript.show_path(path, None if hit is None else hit[0])
        self.room.measure(self.shown.now.id, path)
        if hit is None:
            self.composer.take_focus()
        else:
            self.finding.show_hit(*hit)

    def know(self, other: ChatPage) -> None:
        """Know what the page of another window was told so far."""
        self._written.know(other._written)
        self.shown.update_answering()

    def _show_path(self, path: list[int]) -> None:
        self.selection.clear()
        self.attaching.weigh()
        unsaved = self.transcript.unsaved_outside(path)
        self._written.show_path(path)
        self.room.measure(self.shown.now.id, path)
        self.commands.rescue_edits(unsaved)

    def _show_hit(self, message: int, query: str) -> None:
        self.views.show_words()
        self.finding.show_hit(message, query)

    def _show_details(self) -> None:
        now = self.shown.now
        conversation, options = now.conversation, now.options
        self._show_title()
        self.temporary_note.show_chat(
            temporary=now.temporary, has_words=conversation is not None and bool(conversation.leaf)
        )
        self.proposal.show_chat(now.id)
        self.tools.show_tools(options.tools)
        self.collections.show_chosen(options.collection)
        self.collections.show_web(options.web, temporary=now.temporary)
        # The runs behind tools keep journals.
        self.composer.tools.setHidden(now.temporary)
        self.composer.show_reasoning(
            self._settings.reasoning if options.reasoning is None else options.reasoning
        )
        self.queue.show_chat(conversation)
        self.attaching.show_chat(conversation)
        self.commands.part_by_part.show()
        self._show_answering()
        self._show_context()

    def _show_title(self) -> None:
        conversation = self.shown.now.conversation
        if conversation is not None or not self.views.is_waiting():
            self.header.show_title(None if conversation is None else conversation.title)

    def _show_answering(self) -> None:
        answering = self.shown.answering()
        self.composer.set_answering(answering)
        self.queue.strip.set_answering(answering)

    def _take_whole_text(self, messages: list[Message]) -> None:
        self.views.whole_text.take_page([self._written.live.up_to_date(message) for message in messages])

    def _read_words(self, ids: Sequence[int], take: Callable[[list[str]], None]) -> None:
        wanted = list(ids)
        self._calls.do(
            lambda s: [words_of(message) for message in s.conversations.messages(wanted)],
            take,
            executor="io",
            owner=self,
        )

    def _open_attachment(self, attachment: Attachment) -> None:
        if attachment.sha256 and attachment.kind != "picture":
            self.sources.open_attachment(attachment)
        else:
            self.attaching.actions.show(attachment)

    def show_error(self, error: UserError) -> None:
        self.error_strip.say(languages.tell(error), colour="bad")

    # Its model

    def _show_model_of_chat(self, model: ModelOfChat | None) -> None:
        self.model.show_chat(model)
        self._show_model()

    def _show_model(self) -> None:
        state = self.model.state
        if state is None:
            return
        self.template_note.show_model(state)
        self.composer.show_model(state)
        self.transcript.empty.show_model(state.path)
        self._show_context()

    def _show_context(self) -> None:
        facts = self.model.facts
        context = facts.context if facts is not None else 0
        self.room.show_model(context, with_tools=self.shown.now.options.tools is not None)

    # What services tell

    def take_events(self, events: list[ServiceEvent]) -> None:
        self.model.take_events(events)
        self.views.welcoming.take_events(events)
        self.citing.take_events(events)
        for event in events:
            self._take(event)
        self.runs.take_events(events)
        self.room.take_events(events)
        self.commands.comparing.take_events(events)
        self.commands.part_by_part.take_events(events)
        self.queue.take_events(events)
        self.collections.take_events(events)
        self.proposal.take_events(events)
        self.memory.take_events(events)
        self.finding.take_events(events)
        if any(isinstance(e, MessageAdded | AnswerQueued | AnswerFinished) for e in events):
            self.shown.update_answering()

    def _take(self, event: ServiceEvent) -> None:
        if self._written.take(event):
            return
        shown = self.shown.now.id
        if isinstance(event, MessageAdded):
            if event.message.conversation == shown:
                self._written.add(event.message)
                self.room.message_added(shown, self.transcript.ids)
        elif isinstance(event, AnswerFinished):
            self._written.end(event.message.id)
            if event.message.conversation == shown:
                self.transcript.finish_message(event.message)
                self.room.answer_ended(event.message.id)
                self.room.measure(shown, self.transcript.ids)
                self.attaching.weigh()
        elif isinstance(event, ModelChanged):
            self.model.show_state(event)
            self.attaching.weigh()
            self._show_model()
        else:
            self.shown.take(event)

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.collections.take_settings(settings)
        if self.model.state is None:
            self.transcript.empty.show_model(settings.model)
        self.views.welcoming.take_settings(settings)
        self._show_details()

    def show_welcome(self) -> None:
        """The page of the first run, in the place of the transcript. It goes when a person begins."""
        self.views.welcoming.show(self._settings, self.model.state)
