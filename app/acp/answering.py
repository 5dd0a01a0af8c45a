"""What becomes of a person's message: a command is carried out, anything else is a task for the session's run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from acp.schema import PromptResponse

from agents.api import Tool
from agents.events import Undone
from app.acp import commands
from app.acp.choices import leaving
from app.acp.errors import INTERNAL, request_error
from app.acp.servers import EditorServers
from app.acp.sessions import Session, title_update
from app.acp.turn import Turn, stop_reason
from app.acp.updates import message_chunk, thought_chunk, undone_text
from app.language import Language
from app.messages import localized, localized_error
from app.services.runs.reasons import why_finished
from app.services.runs.slash import PLAN, SlashEntry, command_in, slash_entries, task_of, undo_of_last
from app.services.runs.values import RunRecord, RunSpec
from app.services.services import Services
from engine.errors import UserError


class Answering:
    """Of the message that `turn` is for."""

    def __init__(
        self, services: Services, servers: EditorServers, session: Session, turn: Turn, language: Language
    ) -> None:
        self._runs, self._recipes = services.runs, services.runs.recipes
        self._servers, self._session, self._turn, self._language = servers, session, turn, language

    async def answered(self, text: str) -> PromptResponse:
        """Raises UserError as `Runs.start`, `resume` and `undo` do, RequestError for a run that failed."""
        command = await asyncio.to_thread(self._command_in, text.strip())
        plan = command is not None and command[0].name == PLAN and command[0].recipe is None
        if command is not None and plan:
            text, command = command[1], None
        if command is not None and command[0].recipe is None:
            undone = await asyncio.to_thread(self._undone, command[0].name, command[1])
            await self._turn.say(message_chunk(undone_text(undone, self._language)))
            return PromptResponse(stop_reason="end_turn")
        await self._tell_where_it_goes()
        finished = await self._turn.go(lambda: self._begun(text, command, plan=plan or self._session.plans))
        record = await asyncio.to_thread(self._runs.get, self._session.run)
        await self._turn.say(title_update(record))
        if self._turn.is_stopped:
            return PromptResponse(stop_reason="cancelled")
        if finished.status == "failed":
            raise request_error(why_finished(finished), self._language, INTERNAL)
        return PromptResponse(stop_reason=stop_reason(finished))

    async def _tell_where_it_goes(self) -> None:
        """That text leaves this computer, once for each model."""
        session = self._session
        note = leaving(session.model, self._language)
        if note and session.model != session.leaving:
            await self._turn.say(thought_chunk(f"{note}\n\n"))
        session.leaving = session.model

    def _command_in(self, text: str) -> tuple[SlashEntry, str] | None:
        """Reads the disk."""
        if not text.startswith("/"):
            return None
        return command_in(text, slash_entries("editor", self._recipes, self._language))

    def _begun(self, text: str, command: tuple[SlashEntry, str] | None, *, plan: bool = False) -> RunRecord:
        """Start the run of the session, or go on with it. Blocks."""
        session, recipe = self._session, None if command is None else command[0].recipe
        task = text if command is None or recipe is None else task_of(recipe, command[1])
        if session.run:
            if not task.strip():
                raise UserError("run.no_task")
            before = self._runs.get(session.run)
            mode = session.mode if session.mode != before.mode else None
            return self._runs.resume(
                session.run, task, mode=mode, model=session.model, more=self._more, plan=plan
            )
        spec = RunSpec(task, session.workspace, session.model, session.mode, session=session.id, plan=plan)
        if recipe is not None:
            spec = msgspec.structs.replace(
                spec,
                budget=recipe.budget,
                tools=recipe.tools,
                recipe=recipe.id,
                title=recipe.title,
                plan=recipe.plan or plan,
            )
        self._tell_unfollowed()
        record = self._runs.start(spec, more=self._more)
        session.run = record.id
        return record

    def _tell_unfollowed(self) -> None:
        """Which of the project's instructions do not count: editors have no way to agree to them."""
        waiting = self._runs.instructions.at(self._session.workspace).open
        if waiting:
            names = ", ".join(f"`{each.file.name}`" for each in waiting)
            self._turn.note(localized("acp.unfollowed", self._language, names=names))

    def _more(self, folder: Path) -> tuple[Tool, ...]:
        """The tools of the editor's servers, and a word about which of these there are. On the run's thread."""
        tools, named = self._servers.tools(self._session.servers, folder)
        names = ", ".join(spec.name for spec in named.specs)
        lines = [localized("acp.servers_taken", self._language, names=names)] if names else []
        for error in named.left_out:
            why = localized_error(error, self._language)
            lines.append(localized("acp.server_left_out", self._language, why=why))
        said = "\n\n".join(lines)
        if said and said != self._session.told:
            self._turn.note(said)
        self._session.told = said
        return tools

    def _undone(self, name: str, said: str) -> Undone:
        run = self._session.run
        if name == commands.REDO:
            if not run:
                raise UserError("run.nothing_to_redo")
            return self._runs.undo(run, self._runs.redo_plan(run))
        if not run:
            raise UserError("run.nothing_to_undo")
        return self._runs.undo(run, undo_of_last(self._runs, run, said))
