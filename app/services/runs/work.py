"""An active run: its thread, and its control."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from agents.api import NewText, Tool
from agents.events import RunFinished, RunResumed, RunStarted
from agents.permissions.values import Grants
from app.services.events import EventBus
from app.services.models.engine_names import of_run
from app.services.models.events import ArgumentsDelta, Owner, TextDelta
from app.services.models.progress import progress_event
from app.services.runs.asking import Asker
from app.services.runs.journal import StoreJournal
from app.services.runs.parts import MoreTools, RunParts, with_plan_tool
from app.services.runs.place.programs import consent_grant, consent_of, consent_request
from app.store.records import RunRecord
from engine.errors import ErrorInfo, UserError

if TYPE_CHECKING:
    from agents.events import RetryChoice
    from agents.guidance.skill_folder import Skill
    from agents.run.run import Run
    from agents.workspace.workspace import Workspace
    from app.services.runs.delegation.delegation import TaskDelegation

# Makes what gives tasks of a run with these tools to other runs, on its thread.
MakeDelegation = Callable[[tuple[Tool, ...]], "TaskDelegation"]


class RunWork:
    """Carries out a run on a thread of its own, from `start` until `over` is called there with its record's
    id.

    `started` is what it was started with: `event` itself, unless that resumes it. `answer` is the message of a chat
    that it writes, 0 for none. Its tools are `given`, those of the run that gave it its task, or the ones named
    `tools`, of which `more` gives some besides those of this machine. `program` names another program that
    has it start now, "" for a person. `delegation` None: it gives no tasks to other runs.
    """

    def __init__(
        self,
        record: RunRecord,
        event: RunStarted | RunResumed,
        started: RunStarted,
        journal: StoreJournal,
        parts: RunParts,
        grants: Grants,
        asker: Asker,
        events: EventBus,
        *,
        again: Mapping[str, RetryChoice],
        over: Callable[[int], None],
        tools: tuple[str, ...] | None = None,
        given: tuple[Tool, ...] = (),
        answer: int = 0,
        more: MoreTools = lambda workspace: (),
        program: str = "",
        delegation: MakeDelegation | None = None,
    ) -> None:
        self._make_delegation = delegation
        self._delegation: TaskDelegation | None = None
        self._more, self._program = more, program
        self.record, self._started = record, started
        self._owner = Owner(answer, record.id)
        self.asker = asker
        self._event, self._plans = event, isinstance(event, RunStarted) and event.plan
        self._journal = journal
        self._parts = parts
        self._grants = grants
        self._events = events
        self._tools, self._given = tools, given
        self._again = dict(again)
        self._over = over
        self._lock = threading.Lock()
        self._run: Run | None = None
        self._wanted: Literal["", "pause", "stop"] = ""
        self._thread = threading.Thread(target=self._work, name=f"agent-run-{record.id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def pause(self) -> None:
        """End soon and resumably."""
        self._end("pause")

    def stop(self) -> None:
        """End at once; it can still be resumed."""
        self._end("stop")

    def stop_background(self, name: str) -> None:
        """End a command in the background."""
        run = self._run
        if run is not None and run.commands is not None:
            run.commands.stop(name)

    def hurry(self) -> None:
        """Tell a running tool to give up, after `pause`."""
        if (run := self._run) is not None:
            run.hurry()
        if self._delegation is not None:
            self._delegation.hurry()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end; False on a timeout."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _end(self, how: Literal["pause", "stop"]) -> None:
        with self._lock:
            self._wanted = how
            run = self._run
        if run is not None:
            run.pause() if how == "pause" else run.stop()
        if self._delegation is not None:
            self._delegation.end(how)
        self.asker.end()

    def _work(self) -> None:
        try:
            if self._may_begin():
                self._carry_out()
            else:
                self._journal.append(self._event)
                self._finish(RunFinished("stopped", self._reason, ""))
        except UserError as error:
            self._failed(error.info)
        except Exception as error:  # whatever it is, the run must not seem to go on forever
            self._failed(ErrorInfo("run.broke", {"detail": f"{type(error).__name__}: {error}"[:300]}))
            raise
        finally:
            self._over(self.record.id)

    def _may_begin(self) -> bool:
        """Whether a person started it, or lets the program do so, once or from now on."""
        record, program = self.record, self._program
        if not program:
            return True
        known = consent_of(self._grants.all(), program, record.workspace, record.mode)
        if known is not None:
            self._grants.used(known.id)
            return True
        request = consent_request(record, program)
        self._journal.stand("waiting")
        decision = self.asker.ask(request)
        self._journal.stand("running")
        if decision is None or not decision.allow:
            return False
        if (grant := consent_grant(request, decision)) is not None:
            self._grants.add(grant)
        return True

    @property
    def _reason(self) -> Literal["paused", "user"]:
        return "paused" if self._wanted == "pause" else "user"

    def _carry_out(self) -> None:
        from agents.run.run import Run
        from agents.tools.delegate import DELEGATING

        workspace = self._parts.workspace(self.record)
        found, skills = self._found(workspace)
        tools = self._parts.with_searches(
            found, self._started.collection, self.record, self._owner.message, self._journal
        )
        if self._make_delegation is not None:
            self._delegation = self._make_delegation(found)
        else:
            tools = tuple(tool for tool in tools if tool.name not in DELEGATING)
        if self._plans:
            tools = with_plan_tool(tools)
        chat_model = self._parts.model_registry.chat_model(
            self.record.model,
            of_run(self.record),
            lambda event: self._events.publish(progress_event(self._owner, event)),
            self._started.context_wish,
        )
        here = self._parts.tool_context(self.record, workspace, self._journal, self._started.readable, skills)
        gate = self._parts.gate()
        run = Run(
            self._journal,
            chat_model,
            tools,
            approver=self.asker,
            grants=self._grants,
            tool_context=msgspec.structs.replace(here, delegation=self._delegation, gate=gate),
            snapshots=self._parts.snapshots(workspace),
            hooks=() if self.record.parent else self._parts.hooks.of_folder(self.record.workspace),
            on_text=self._told,
        )
        with self._lock:
            self._run = run
            wanted = self._wanted
        if wanted:  # requested before the run existed
            run.pause() if wanted == "pause" else run.stop()
        try:
            run.go(self._event, self._again)
        finally:
            if gate is not None:
                gate.close()

    def _found(self, workspace: Workspace) -> tuple[tuple[Tool, ...], tuple[Skill, ...]]:
        """Tools at hand, and the skills that they read."""
        if self._given:
            from agents.guidance.read_skill import skills_of

            return self._given, skills_of(self._given)
        # Chats and resumed runs do without missing tools.
        lenient = isinstance(self._event, RunResumed) or bool(self.record.conversation)
        skills = self._parts.run_skills(self.record.workspace, self._started.skills)
        tools = self._parts.tools(
            workspace.root, self._tools, lenient=lenient, more=self._more, skills=skills
        )
        return tools, skills

    def _failed(self, error: ErrorInfo) -> None:
        """Record that the run failed for an external reason."""
        with contextlib.suppress(UserError):  # the disk is full: recovered at the next start
            if self._journal.last is None:
                self._journal.append(self._event)  # it ended before its first event
            if isinstance(self._journal.last, RunFinished):
                self._journal.note_last()
            else:
                self._finish(RunFinished("failed", "model", "", error=error))

    def _finish(self, finished: RunFinished) -> None:
        from agents.run.state import RunState

        self._journal.append(RunState.of(self._journal.entries()).totalled(finished))

    def _told(self, step: int, new: NewText) -> None:
        owner = Owner(self._owner.message, self._owner.run, step)
        if new.channel == "arguments":
            self._events.publish(ArgumentsDelta(owner, new.call, new.name, new.text))
            return
        reasoning, content = (new.text, "") if new.channel == "reasoning" else ("", new.text)
        self._events.publish(TextDelta(owner, reasoning, content))
