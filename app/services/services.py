"""Opens and closes all services of a window or a command."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.log import set_levels
from app.services.chat.asides import Asides
from app.services.chat.asking import Asking
from app.services.chat.attachments.attachment_search import AttachmentSearch
from app.services.chat.attachments.attachments import Attachments
from app.services.chat.attachments.part_by_part import PartByPart
from app.services.chat.attachments.picture_files import PictureFiles
from app.services.chat.attachments.scan_texts import ScanTexts
from app.services.chat.attachments.scans import Scans
from app.services.chat.attachments.table_files import TableFiles
from app.services.chat.attachments.unseen_pictures import UnseenPictures
from app.services.chat.chat_models import ChatModels
from app.services.chat.chat_requests import ChatRequests
from app.services.chat.citations.citations import Citations
from app.services.chat.collections.collection_search import CollectionSearch
from app.services.chat.collections.collection_tool import SearchTools
from app.services.chat.compaction import Compactor
from app.services.chat.comparisons import Comparisons
from app.services.chat.conversations import TRASH_DAYS, Conversations
from app.services.chat.exchange.reading.importing import ChatImports
from app.services.chat.filing import Filing
from app.services.chat.memories import Memories
from app.services.chat.naming import Naming
from app.services.chat.open_answers import OpenAnswers
from app.services.chat.probabilities import Probabilities
from app.services.chat.projects import Projects
from app.services.chat.prompt_cache_files import PromptCacheFiles, states_folder
from app.services.chat.question_queue import QuestionQueue
from app.services.chat.source_views import SourceViews
from app.services.chat.summaries import Summaries
from app.services.collections.background import BackgroundIndexing
from app.services.collections.events import EmbeddingModelChanged
from app.services.collections.opening import open_collections
from app.services.collections.reranking import Reranking
from app.services.collections.search_models import SearchModels
from app.services.connections.events import RemoteServersChanged
from app.services.connections.remote_servers import RemoteServers
from app.services.connections.servers import Servers
from app.services.connections.web_search import WebSearches
from app.services.cuda_pack.cuda_pack import CudaPack
from app.services.cuda_pack.getting import CudaGetting
from app.services.diagnostics.settings_summary import settings_summary
from app.services.events import EventBus
from app.services.hub.downloads import Downloads
from app.services.hub.hub import HubService
from app.services.hub.hub_fetching import HubFetching
from app.services.library.library import Library
from app.services.library.model_names import STARTER_NAME, shown_name
from app.services.library.names import STARTER
from app.services.model_lifecycle import ModelLifecycle
from app.services.models.engine_names import of_chat, of_run
from app.services.models.engines import Engines
from app.services.models.events import AnswerFinished, ModelUsed
from app.services.models.models import Models
from app.services.other_processes import OtherProcesses
from app.services.placement.placements import Placements, calibrations
from app.services.placement.placing import Placing
from app.services.placement.trials import prefill_tps
from app.services.runs.host_gate import host_gate
from app.services.runs.model_registry import ModelRegistry
from app.services.runs.parts import RunParts, found_sandbox
from app.services.runs.recipes import prompt_library
from app.services.runs.runs import Runs
from app.services.runs.tool_checks import ToolChecks
from app.services.schedules.schedules import Schedules
from app.services.settings.placement_options import PlacementOptionsFile
from app.services.settings.secrets import Secrets
from app.services.settings.settings import SettingsChanged, SettingsFile, language
from app.services.updates.updating import Updates
from app.services.usage.usage import UsageHistory
from app.store.store import Store
from engine.api import Engine, Listener
from engine.embedding.text_models import TextModels
from engine.errors import UserError
from engine.local.client import LocalEngine
from engine.remote.engine import RemoteEngine
from engine.remote.names import read_name

log = logging.getLogger(__name__)


class Services:
    """The services over one data folder. `close` saves and ends all their threads and processes."""

    def __init__(
        self,
        home: Path,
        store: Store,
        settings: SettingsFile,
        events: EventBus,
        models: Models,
        placements: Placements,
        library: Library,
        downloads: Downloads,
        hub: HubService,
        secrets: Secrets,
        remote_servers: RemoteServers,
    ) -> None:
        # What is open over the services, and ends before them.
        self.above = contextlib.ExitStack()
        self._home = home
        self.events = events
        self.store = store
        self.settings = settings
        self.models = models
        self.placements = placements
        self.library = library
        self.downloads = downloads
        self.hub = hub
        self.secrets = secrets
        self.remote_servers = remote_servers
        # Each uses those before it.
        self._open_tools()
        self._open_runs()
        self._open_what_chats_read()
        self._open_upkeep()
        self._open_answers()
        self._open_chats()
        self._open_readers()
        self._connect()

    def _open_tools(self) -> None:
        """What models may reach: tool servers, collections, tables, the web."""
        home, events, settings, models = self._home, self.events, self.settings, self.models
        self.model_registry = ModelRegistry(models, settings, self.remote_servers.access_of, events)
        self.servers = Servers(
            home, self.secrets, found_sandbox, events, lambda *tool: self.runs.grants.revoke_tool(*tool)
        )
        self.text_models = TextModels()
        self.search_models = SearchModels(self.library.known)
        reranking = Reranking(self.search_models.ranking, self.text_models)
        self.collections = open_collections(home, settings, events, reranking.scores)
        self.tables = TableFiles(home / "tables", self.store)
        self.web_search = WebSearches(settings, self.secrets)

    def _open_runs(self) -> None:
        home, store, events, settings = self._home, self.store, self.events, self.settings
        parts = RunParts(
            home,
            self.model_registry,
            self.servers,
            lambda: language(settings.current),
            SearchTools(store, self.collections, self.web_search, self.models).among,
            lambda: self.web_search.url,
            self.tables.readable,
            lambda: settings.current.commands_read,
            lambda: settings.current.subagent_model,
            gate=lambda: host_gate(settings),
        )
        self.prompts = prompt_library(home, parts.language)
        self.runs = Runs(home, store, parts, events)
        self.schedules = Schedules(home, store, self.runs, self.models, events)

    def _open_what_chats_read(self) -> None:
        """What a request is made of: memories, pictures, attachments, sources."""
        store, events, settings, models = self.store, self.events, self.settings, self.models
        self.projects = Projects(store, events)
        self.memories = Memories(store, settings, self.projects, events)
        self.chat_models = ChatModels(
            store, models, settings, self.library, self.runs, events, self.remote_servers.is_new
        )
        self.picture_files = PictureFiles(store, self._home / "cache" / "pictures", events)
        self.requests = ChatRequests(
            store,
            models,
            settings,
            self.projects,
            UnseenPictures(store, self.picture_files, models, self.library),
        )
        self.attachments = Attachments(
            store,
            self.picture_files,
            models,
            self.requests.make,
            events,
            lambda: prefill_tps(models.state, self.placements.speed(models.state.path)),
            self._seeing,
        )
        self.source_views = SourceViews(store)
        self.citations = Citations(store, self.attachments.parts)

    def _open_upkeep(self) -> None:
        """What was used, and what of Coterie itself can be fetched."""
        home, events, settings = self._home, self.events, self.settings
        self.usage = UsageHistory(self.store.usage, events, self._usage_name)
        self.updates = Updates(home, settings, events)
        pack = CudaPack(home / "cuda", home / "logs", settings, self.updates)
        self.cuda = CudaGetting(pack, events, self.placements.refresh)

    def _open_answers(self) -> None:
        store, events, models = self.store, self.events, self.models
        self.tool_checks = ToolChecks(store.tool_checks, models, self.model_registry, events)
        self.collection_search = CollectionSearch(self.collections, self.projects, models, self.tool_checks)
        self.answers = OpenAnswers(
            store,
            models,
            self.runs,
            self.requests,
            self.collection_search,
            self.tables,
            events,
            lambda: self.web_search.is_on,
        )
        self.conversations = Conversations(store, self.projects, self.answers, events)
        self.filing = Filing(store, self.runs, self.answers, events)
        self.indexing = BackgroundIndexing(self.collections, self._is_answering)
        self.asking = Asking(
            store,
            models,
            self.conversations,
            self.chat_models,
            self.memories,
            self.answers,
            AttachmentSearch(models, self.attachments),
            self.collection_search,
            events,
        )

    def _open_chats(self) -> None:
        """What is done with chats, and beside them."""
        store, events, settings, models = self.store, self.events, self.settings, self.models
        self.chat_imports = ChatImports(store, events)
        self.other_processes = OtherProcesses(store, self.library, events)
        self.lifecycle = ModelLifecycle(
            settings, models, self.conversations, self.chat_models, self.answers, events
        )
        self.compactor = Compactor(
            store,
            models,
            self.chat_models,
            self.requests,
            self.conversations,
            self.answers,
            self.asking,
            events,
        )
        self.probabilities = Probabilities(store, models, self.chat_models, self.runs, self.requests)
        self.comparisons = Comparisons(store, self.conversations, self.answers, self.asking, events)
        self.queue = QuestionQueue(store, self.answers, self.asking, self.comparisons, events)
        self.asides = Asides(models, events, (Naming(store, settings, self.conversations), self.memories))

    def _open_readers(self) -> None:
        """Models that read: scans, long documents part by part, chats to sum up."""
        models = self.models
        self.scan_texts = ScanTexts(self._home)
        self.scans = Scans(
            models,
            self.model_registry,
            self.attachments,
            self.chat_models.take_up,
            lambda: bool(self.answers.answering()),
            self.scan_texts,
            self.picture_files,
        )
        self.collections.scans.see = self.scans.see
        self.part_by_part = PartByPart(
            models,
            self.model_registry,
            self.attachments,
            self.chat_models.take_up,
            self.asking.send,
            self.conversations.put_back,
            self.events,
        )
        self.summaries = Summaries(self.store, models, self.model_registry, self.requests, self.events)

    def _connect(self) -> None:
        """What goes on by events."""
        events, settings = self.events, self.settings
        self.placements.attach(self.models)
        self.kept_states = PromptCacheFiles(self._home, settings, self.models, events)
        events.subscribe(RemoteServersChanged, self._server_changed)
        events.subscribe(AnswerFinished, self._note_use)
        events.subscribe(ModelUsed, lambda _: self.indexing.make_way())
        events.subscribe(EmbeddingModelChanged, lambda _: self.indexing.look_again())
        # The settings outlive services that are closed and reopened.
        self._forget_settings = settings.events.subscribe(SettingsChanged, events.publish)

    def housekeeping(self) -> None:
        """Daily backup, emptying of the trash, and repairs after a crash; after the window's start-up, off
        the GUI thread.

        Downloads resume here.
        """
        now = time.time()
        self.store.daily_backup(now)
        expired = now - TRASH_DAYS * 86_400
        self.store.conversations.empty_trash(expired)
        self.store.messages.empty_trash(expired)
        self.store.projects.empty_trash(expired)
        self.runs.recover()
        self.schedules.begin()
        self.runs.empty_trash(expired)
        self.store.contents.sweep()
        self.scan_texts.sweep(
            lambda sha: (
                self.store.contents.has(sha) or (self.collections.exist and self.collections.scans.has(sha))
            )
        )
        self.picture_files.sweep()
        self.tables.sweep()
        trashed = [of_chat(chat.id) for chat in self.store.conversations.trash()]
        self.kept_states.keep_house([*trashed, *(of_run(run) for run in self.runs.trash())])
        try:
            self.library.keep_house()
        finally:
            self.downloads.recover()
        if self.collections.exist:
            self.search_models.ranking()  # so that the first search need not look for one
        self.indexing.begin()

    def _is_answering(self) -> bool:
        """Whether the model is asked by others than by what reads scans."""
        return bool(self.answers.answering()) or (self.models.is_answering and not self.scans.is_reading)

    def _usage_name(self, path: str) -> str:
        """What a model here is called in the history of usage: as programs ask for it."""
        with contextlib.suppress(UserError):
            if (record := self.library.at(path)) is not None:
                return record.id
        name = shown_name(path)
        return STARTER if name == STARTER_NAME else name

    def _seeing(self) -> str:
        model = self.library.seeing()
        return "" if model is None else model.name

    def _server_changed(self, event: RemoteServersChanged) -> None:
        """Retry the remote model in use after a change of its server."""
        state = self.models.state
        remote = read_name(state.path)
        if remote is not None and remote.url == event.url and state.error is not None:
            self.models.reload()

    def _note_use(self, event: AnswerFinished) -> None:
        """Record the use of a model; from the thread that saves answers."""
        path = self.models.state.path
        if event.message.timings and path:
            with contextlib.suppress(UserError):  # the time of use is not worth an error
                self.library.used(path)

    def close(self) -> None:
        self.above.close()
        self._forget_settings()
        self.indexing.close()
        self.collections.close()
        self.text_models.close()
        self.source_views.end()
        self.lifecycle.close()
        self.queue.close()
        self.comparisons.close()
        self.asides.close()
        self.part_by_part.close()
        self.summaries.close()
        self.schedules.close()
        self.runs.close()
        self.model_registry.close()
        self.servers.close()
        self.downloads.close()
        self.hub.close()
        self.models.close()
        self.updates.close()
        self.cuda.close()
        self.usage.close()
        self.placements.close()
        self.answers.close()
        self.picture_files.close()
        self.store.close()


def open_services(
    home: Path,
    settings: SettingsFile | None = None,
    make_engine: Callable[[Listener], Engine] = LocalEngine,
    placing: Placing | None = None,
    states: bool = True,
) -> Services:
    """Open the data folder `home`; without `placing` plans are made for this machine. `states` False: nothing of what
    a model reads is kept on the disk, as for an answer that nobody will go on with.

    Raises UserError `store.*` and has then touched nothing.
    """
    settings = settings or SettingsFile(home / "settings.toml")
    set_levels(settings.current.log_levels)
    store = Store.open(home / "coterie.db", home / "backups")
    log.info("Data opened; settings: %s", settings_summary(settings.current))
    options = PlacementOptionsFile(home / "wishes.toml")
    events = EventBus()
    library = Library(home, store, settings, options, events)
    placements = Placements(home, settings, options, events, placing, library)
    secrets = Secrets()
    remote_servers = RemoteServers(home, settings, secrets, events)
    hub = HubService(home, settings, secrets, placements)
    fetching = HubFetching(hub.access, library.parts, lambda: library.folder)
    downloads = Downloads(store, settings, library, fetching, hub.repository, events, hub.with_projector)
    models = Models(
        settings,
        events,
        lambda listener: Engines(
            listener, make_engine, partial(RemoteEngine, access_of=remote_servers.access_of)
        ),
        kept_options=placements.options_for,
        kept_threads=placements.threads_for,
        fall_back=placements.fallback,
        calibrations=str(calibrations(home)),
        states=str(states_folder(home)) if states else "",
        library=library,
    )
    return Services(
        home, store, settings, events, models, placements, library, downloads, hub, secrets, remote_servers
    )
