"""The agent that an editor talks to: the methods of the protocol over the services."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

from acp import PROTOCOL_VERSION
from acp.interfaces import Client
from acp.schema import (
    AgentCapabilities,
    AvailableCommandsUpdate,
    CloseSessionResponse,
    ConfigOptionUpdate,
    CurrentModeUpdate,
    Implementation,
    InitializeResponse,
    ListSessionsResponse,
    LoadSessionResponse,
    McpCapabilities,
    NewSessionResponse,
    PromptCapabilities,
    PromptResponse,
    ResumeSessionResponse,
    SessionCapabilities,
    SessionCloseCapabilities,
    SessionListCapabilities,
    SessionResumeCapabilities,
    SetSessionConfigOptionResponse,
    SetSessionModeResponse,
)

from agents.events import Mode, RunFinished
from app.acp import commands
from app.acp.answering import Answering
from app.acp.choices import MODE, MODEL, MODES, PLAN, config_options, models_at_hand, modes
from app.acp.errors import told
from app.acp.prompts import text_of
from app.acp.servers import EditorServers
from app.acp.sessions import Session, kept, listed, title_update
from app.acp.turn import Turn
from app.acp.updates import Update, Updates
from app.language import Language
from app.services.runs.slash import slash_entries
from app.services.services import Services
from app.services.settings.settings import language
from app.version import VERSION
from engine.errors import UserError


class CoterieAgent:
    """Implements the agent's side of the protocol. `model` and `mode` are those of new sessions; `servers` holds the
    tool servers that the editor names."""

    def __init__(self, services: Services, servers: EditorServers, model: str, mode: Mode) -> None:
        self._services, self._servers, self._mode = services, servers, mode
        self._model = model or services.settings.current.model
        self._client: Client = cast(Client, None)
        self._sessions: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def language(self) -> Language:
        return language(self._services.settings.current)

    def on_connect(self, conn: Client) -> None:
        self._client = conn

    async def initialize(self, protocol_version: int, **_: Any) -> InitializeResponse:
        return InitializeResponse(
            protocol_version=PROTOCOL_VERSION,
            agent_info=Implementation(name="coterie", title="Coterie", version=VERSION),
            auth_methods=[],
            agent_capabilities=AgentCapabilities(
                load_session=True,
                prompt_capabilities=PromptCapabilities(embedded_context=True),
                mcp_capabilities=McpCapabilities(http=True),
                session_capabilities=SessionCapabilities(
                    list=SessionListCapabilities(),
                    resume=SessionResumeCapabilities(),
                    close=SessionCloseCapabilities(),
                ),
            ),
        )

    # --- sessions ---

    @told
    async def new_session(
        self, cwd: str, mcp_servers: list[Any] | None = None, **_: Any
    ) -> NewSessionResponse:
        workspace = await asyncio.to_thread(self._services.runs.workspace, cwd)
        session = self._opened(uuid.uuid4().hex, workspace, self._mode, self._model)
        session.servers = await asyncio.to_thread(self._servers.named, mcp_servers or ())
        chosen = await self._choices(session)
        self._soon(self._tell_commands(session))
        return NewSessionResponse(session_id=session.id, **chosen)

    @told
    async def load_session(
        self, cwd: str, session_id: str, mcp_servers: list[Any] | None = None, **_: Any
    ) -> LoadSessionResponse:
        """Show the whole conversation again."""
        session = await self._reopened(cwd, session_id, mcp_servers)
        for update in await asyncio.to_thread(self._replayed, session):
            await self._say(session, update)
        self._soon(self._tell_commands(session))
        return LoadSessionResponse(**await self._choices(session))

    @told
    async def resume_session(
        self, session_id: str, cwd: str, mcp_servers: list[Any] | None = None, **_: Any
    ) -> ResumeSessionResponse:
        """Go on with a conversation that the editor still shows."""
        session = await self._reopened(cwd, session_id, mcp_servers)
        await asyncio.to_thread(self._replayed, session)
        self._soon(self._tell_commands(session))
        return ResumeSessionResponse(**await self._choices(session))

    @told
    async def list_sessions(
        self, cwd: str | None = None, cursor: str | None = None, **_: Any
    ) -> ListSessionsResponse:
        runs = self._services.runs
        folder = None if cwd is None else await asyncio.to_thread(runs.workspace, cwd)
        return await asyncio.to_thread(listed, runs, folder, cursor)

    @told
    async def close_session(self, session_id: str, **_: Any) -> CloseSessionResponse:
        session = self._session(session_id)
        if session.turn is not None:
            session.turn.stop()
        del self._sessions[session_id]
        return CloseSessionResponse()

    # --- choices ---

    @told
    async def set_session_mode(self, session_id: str, mode_id: str, **_: Any) -> SetSessionModeResponse:
        session = self._session(session_id)
        _choose_mode(session, mode_id)
        options = (await self._choices(session))["config_options"]
        update = ConfigOptionUpdate(session_update="config_option_update", config_options=options)
        self._soon(self._say(session, update))
        return SetSessionModeResponse()

    @told
    async def set_config_option(
        self, config_id: str, session_id: str, value: str | bool, **_: Any
    ) -> SetSessionConfigOptionResponse:
        """Choose for the messages from here on."""
        session = self._session(session_id)
        if config_id == MODE:
            _choose_mode(session, str(value))
            update = CurrentModeUpdate(
                session_update="current_mode_update", current_mode_id=session.shown_mode
            )
            self._soon(self._say(session, update))
        elif config_id == MODEL and str(value) in await self._models(session):
            session.model = str(value)
        else:
            raise UserError("acp.no_choice", value=str(value)[:100])
        return SetSessionConfigOptionResponse(config_options=(await self._choices(session))["config_options"])

    # --- messages ---

    @told
    async def prompt(self, session_id: str, prompt: list[Any], **_: Any) -> PromptResponse:
        session = self._session(session_id)
        if session.turn is not None:
            raise UserError("acp.busy")
        session.turn = Turn(
            self._services,
            self._client,
            session.id,
            session.root,
            session.updates,
            self.language,
            lambda server: any(server == spec.name for spec in session.servers.specs),
        )
        answering = Answering(self._services, self._servers, session, session.turn, self.language)
        try:
            return await answering.answered(text_of(prompt, session.root))
        finally:
            session.turn = None

    async def cancel(self, session_id: str, **_: Any) -> None:
        session = self._sessions.get(session_id)
        if session is not None and session.turn is not None:
            session.turn.stop()

    # --- inside ---

    def _session(self, id: str) -> Session:
        """An open session. Raises UserError `acp.no_session`."""
        session = self._sessions.get(id)
        if session is None:
            raise UserError("acp.no_session", session=id[:100])
        return session

    def _opened(self, id: str, workspace: str, mode: Mode, model: str) -> Session:
        session = Session(id, workspace, mode, model, Updates(Path(workspace), self.language))
        self._sessions[id] = session
        return session

    async def _reopened(self, cwd: str, id: str, servers: list[Any] | None) -> Session:
        """Open a session that has a run. Raises UserError `acp.no_session`, `acp.other_folder`, `acp.busy`."""
        runs = self._services.runs
        if id in self._sessions and self._sessions[id].turn is not None:
            raise UserError("acp.busy")
        record = await asyncio.to_thread(kept, runs, id)
        if await asyncio.to_thread(runs.workspace, cwd) != record.workspace:
            raise UserError("acp.other_folder", folder=record.workspace)
        session = self._opened(id, record.workspace, record.mode, record.model or self._model)
        session.run = record.id
        session.servers = await asyncio.to_thread(self._servers.named, servers or ())
        return session

    def _replayed(self, session: Session) -> list[Update]:
        """All updates of its run so far. Blocks."""
        updates = session.updates
        updates.again = True
        entries = self._services.runs.entries(session.run)
        found = [update for entry in entries for update in updates.entry(entry)]
        updates.again = False
        if entries and not isinstance(entries[-1].event, RunFinished):
            found += updates.end()
        return [*found, title_update(self._services.runs.get(session.run))]

    async def _models(self, session: Session) -> dict[str, str]:
        return await asyncio.to_thread(models_at_hand, self._services, session.model)

    async def _choices(self, session: Session) -> dict[str, Any]:
        """What can be chosen, for a response."""
        models = await self._models(session)
        return {
            "modes": modes(session.shown_mode, self.language),
            "config_options": config_options(session.shown_mode, session.model, models, self.language),
        }

    async def _tell_commands(self, session: Session) -> None:
        entries = await asyncio.to_thread(slash_entries, "editor", self._services.runs.recipes, self.language)
        found = commands.available(entries)
        await self._say(
            session,
            AvailableCommandsUpdate(session_update="available_commands_update", available_commands=found),
        )

    async def _say(self, session: Session, update: Update) -> None:
        await self._client.session_update(session_id=session.id, update=update)

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it behind the response that is about to be sent: an editor does not know the session before."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _choose_mode(session: Session, mode: str) -> None:
    """Raises UserError `acp.no_choice`."""
    chosen = next((each for each in MODES if each == mode), None)
    if chosen is None:
        raise UserError("acp.no_choice", value=mode[:100])
    session.plans = chosen == PLAN
    if chosen != PLAN:
        session.mode = chosen
