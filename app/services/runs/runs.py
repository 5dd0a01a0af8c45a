"""Runs: what people do with them, in the window and on the command line.

All methods may wait for the disk: call them off the GUI thread. Events are published from the thread of the
run or the caller's.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from agents.budget import Budget
from agents.events import Entry, Mode, RunResumed, RunStarted, Undone
from agents.permissions.values import ApprovalRequest, Decision
from agents.snapshots.values import UndoPlan
from app.services.events import EventBus
from app.services.guidance.instructions import Found
from app.services.runs.asking import Asker
from app.services.runs.delegation.relay import standing
from app.services.runs.events import RunAsks, RunChanged, RunOver, RunRemoved
from app.services.runs.export import ExportFormat, exported
from app.services.runs.grants import StoreGrants
from app.services.runs.host_gate import run_grants, usable_hosts
from app.services.runs.journal import StoreJournal
from app.services.runs.parts import MoreTools, RunParts, found_sandbox
from app.services.runs.readable import checked_readable
from app.services.runs.recipes import Recipes
from app.services.runs.review.reviews import RunReviews
from app.services.runs.start import read_start, start_of, title_of
from app.services.runs.surroundings import toolchains
from app.services.runs.undo import RunUndo
from app.services.runs.values import InChat, RunSpec, RunView, Seen, ToolAtHand
from app.services.runs.view import view_of
from app.services.runs.work import RunWork
from app.services.runs.workspace import checked_workspace
from app.store.records import RUNS_UNDER_WAY, RunRecord
from app.store.store import Store
from engine.errors import UserError
from engine.remote.names import is_remote, parse_name
from engine.text import clean_text

if TYPE_CHECKING:
    from agents.api import Tool
    from agents.events import RetryChoice
    from agents.permissions.values import Grants
    from app.services.runs.delegation.delegation import TaskDelegation

MOST_TASK = 100_000  # characters
LEAVE_PATIENCE = 5.0  # seconds that an ended run's thread may take to exit
END_PATIENCE = 15.0  # seconds that runs may take to end when the program does
TOOL_PATIENCE = 8.0  # of these, seconds for a running tool


class Runs:
    """Operations on runs, their `grants`, `recipes`, `skills`, `instructions` and `hooks`, `reviews` of
    what they changed.

    `home` is the data folder.
    """

    def __init__(self, home: Path, store: Store, parts: RunParts, events: EventBus) -> None:
        self._home = home
        self._store = store.runs
        self._parts = parts
        self._events = events
        self._lock = threading.Lock()
        self._works: dict[int, RunWork] = {}
        # Runs whose end could not be recorded.
        self._unsaid: set[int] = set()
        self._closed = False
        self.skills, self.instructions, self.hooks = parts.skills, parts.instructions, parts.hooks
        self.recipes = Recipes(home / "recipes", parts.language, skills=self.skills)
        self._undo = RunUndo(self._store, parts, events)
        self.reviews = RunReviews(self._store, parts, self._undo, self._free)
        self.grants = StoreGrants(store.grants, events)

    # --- reading ---

    def all(self) -> list[RunRecord]:
        """Runs outside the trash, the latest first."""
        return self._store.all()

    def trash(self) -> list[RunRecord]:
        return self._store.all(trashed=True)

    def get(self, id: int) -> RunRecord:
        """One run. Raises UserError `run.missing`, like all that take its id."""
        return self._store.get(id)

    def sessions(self) -> dict[int, str]:
        """What other programs call the runs that they have started (`RunSpec.session`), by the runs' ids."""
        return self._store.sessions()

    def entries(self, id: int, after: int = 0, limit: int = 0) -> tuple[Entry, ...]:
        """The journal after number `after`, in order; at most `limit` events unless 0."""
        self._store.get(id)
        return tuple(self._store.entries(id, after, limit))

    def kept(self, id: int, handle: str) -> str:
        """A kept text of the run, whole. Raises UserError `run.no_text`."""
        return self._store.kept(id, handle)

    def view(self, id: int) -> RunView:
        """The state that a page shows besides the journal."""
        return view_of(self.get(id), self.entries(id), self.pending(id), self.grants.all())

    def seen(self, id: int, step: int = 0) -> Seen:
        """The prompt of a turn, or of the next one (0)."""
        from agents.guidance.read_skill import ReadSkill
        from app.services.runs.prompt_view import seen_in

        tools = (*self._parts.builtin(), ReadSkill(()))
        return seen_in(self.get(id), self.entries(id), tools, step)

    def export(self, id: int, format: ExportFormat) -> str:
        """The run in an export format."""
        children = {child.id: (child, self.entries(child.id)) for child in self._store.children(id)}
        return exported(self.get(id), self.entries(id), format, children)

    def tools(self, *, in_chat: bool = False) -> tuple[ToolAtHand, ...]:
        """Built-in tools, for people who choose among them. A run that answers in a chat gives no tasks away."""
        from agents.tools.delegate import DELEGATING

        return tuple(
            ToolAtHand(tool.name, tool.description, tool.facts.read_only, tool.facts.network)
            for tool in self._parts.builtin()
            if not (in_chat and tool.name in DELEGATING)
        )

    def workspace(self, path: str) -> str:
        """The folder as a run would get it, absolute. Raises UserError as `checked_workspace`."""
        return str(checked_workspace(path, self._home))

    def last_start(self, workspace: str) -> RunStarted | None:
        """The start of the latest run that a person has started in a folder, chats aside."""
        for record in self._store.all():
            if record.workspace != workspace or record.conversation:
                continue
            first = next(iter(self._store.entries(record.id, 0, 1)), None)
            kept = read_start(self._store.start_of(record.id)) if first is None else None
            started = first.event if first is not None else kept and kept.started
            if isinstance(started, RunStarted) and not started.program:
                return started
        return None

    def toolchains(self) -> tuple[str, ...] | None:
        """Toolchains of the user's home that commands find; None where there are no commands."""
        return toolchains() if found_sandbox() is not None else None

    def readable(self, path: str) -> str:
        """A path that commands may read, absolute. Raises UserError as `checked_readable`."""
        return str(checked_readable(path, self._home))

    # --- starting and ending ---

    def start(
        self, wish: RunSpec, *, attended: bool = True, more: MoreTools = lambda workspace: ()
    ) -> RunRecord:
        """Start a run. With `attended` False there is nobody to ask, so what needs a decision is denied. `more` gives
        tools besides those of this machine, on the run's thread.

        Raises UserError `run.no_task`, `run.task_too_large`, those of `parse_name` for a model elsewhere and
        those of `checked_workspace`, `checked_readable` and `usable_hosts`; what goes wrong later ends the run.
        """
        task = clean_text(wish.task).strip()
        if not task and not (wish.chat and wish.chat.media):
            raise UserError("run.no_task")
        if (
            len(task) > MOST_TASK and wish.chat is None
        ):  # in a chat files may come with it, which were weighed
            raise UserError("run.task_too_large", length=len(task), most=MOST_TASK)
        if is_remote(wish.model):
            parse_name(wish.model)  # an address with a password must not be recorded
        workspace = self.workspace(wish.workspace) if wish.workspace or not wish.only_looks_up else ""
        readable = tuple(str(checked_readable(path, self._home)) for path in wish.readable)
        hosts = usable_hosts(wish.hosts)
        found = self.instructions.at(workspace) if wish.follow else Found()
        start = start_of(wish, task, workspace, readable, found)
        chat, now = wish.chat or InChat(), time.time()
        record = self._store.add(
            RunRecord(
                0,
                title_of(wish, task),
                task,
                workspace,
                wish.model,
                wish.mode,
                "running",
                now,
                now,
                recipe=wish.recipe,
                steps=start.started.budget.steps,
                writer=self._store.writer,
                conversation=chat.conversation,
            ),
            chat.message,
            start.kept(),
            wish.session,
        )
        self.grants.add_all(run_grants(record, hosts))
        self._events.publish(RunChanged(record))
        self._carry_out(
            record,
            start.started,
            start.started,
            start.tools,
            {},
            attended=attended,
            answer=chat.message,
            more=more,
            program=wish.program,
        )
        return record

    def resume(
        self,
        id: int,
        message: str = "",
        again: Mapping[str, RetryChoice] | None = None,
        budget: Budget | None = None,
        *,
        mode: Mode | None = None,
        model: str = "",
        attended: bool = True,
        answer: int = 0,
        more: MoreTools = lambda workspace: (),
        plan: bool = False,
    ) -> RunRecord:
        """Go on with a run that was paused, stopped or interrupted, or has answered; `message` is said to the model.
        One in the trash comes out of it.

        `again`: what becomes of calls that were interrupted, "skip" for those not named. `budget` None: as much as at
        the start; `mode` None and `model` "": as before. `answer` is the message of a chat that it writes; `more` as
        for `start`, of which those count that the run began with. `plan`: a plan for the message comes first.
        Raises UserError `run.busy`, `run.elsewhere`, `run.not_resumable`, `run.of_another`, and of another model as
        `ModelRegistry.chat_model` does.
        """
        record = self._free(id)
        if record.parent:
            raise UserError("run.of_another", run=record.parent)
        entries = self.entries(id)
        started = next((e.event for e in entries if isinstance(e.event, RunStarted)), None)
        # A run that ended before its model was ready has no event yet, or one that does not name its tools: it
        # starts anew.
        is_known = started is not None and started.tools
        start = None if is_known else read_start(self._store.start_of(id))
        if started is None and start is None:
            raise UserError("run.not_resumable")
        if record.workspace:
            checked_workspace(record.workspace, self._home)
        message = clean_text(message).strip()
        other = model if model != record.model else ""
        remote = bool(other) and self._parts.model_registry.chat_model(other).remote
        taken = self._store.change(
            id,
            (record.state,),
            (record.writer,),
            state="running",
            reason="",
            writer=self._store.writer,
            updated=time.time(),
            model=model or record.model,
            trashed=None,
        )
        if taken is None:  # another process was faster
            raise UserError("run.elsewhere")
        self._events.publish(RunChanged(taken))
        event: RunStarted | RunResumed
        if started is None:
            assert start is not None
            start = start.again(message, budget, mode, other, plan=plan)
            event, started, tools = start.started, start.started, start.tools
            again = {}
        else:
            event = RunResumed(budget or started.budget, message, mode, model=other, remote=remote, plan=plan)
            tools = started.tools or (start.tools if start is not None else None)
        self._carry_out(
            taken, event, started, tools, again or {}, attended=attended, answer=answer, more=more
        )
        return taken

    def allow_hosts(self, id: int, hosts: Iterable[str]) -> None:
        """Let the commands of a run reach further hosts. Raises UserError as `usable_hosts`."""
        self.grants.add_all(run_grants(self.get(id), usable_hosts(hosts)))

    def pause(self, id: int) -> None:
        """End a run soon, resumably; does nothing to one that does not run here."""
        if work := self._works.get(id):
            work.pause()

    def hurry(self, id: int) -> None:
        """Stop waiting for a running tool of a paused run: it is told to give up."""
        if work := self._works.get(id):
            work.hurry()

    def stop(self, id: int) -> None:
        """End a run now; it can be resumed as well."""
        if work := self._works.get(id):
            work.stop()

    def stop_background(self, id: int, name: str) -> None:
        """End a command in the background of a run, such as "b1"; waits until that is done."""
        if work := self._works.get(id):
            work.stop_background(name)

    def join(self, id: int, seconds: float | None = None) -> bool:
        """Wait until it has ended here; False on a timeout."""
        work = self._works.get(id)
        return work is None or work.join(seconds)

    def hold_model(self) -> bool:
        """Whether a run is carried out here with a model of this computer. Never blocks."""
        records = [work.record for work in tuple(self._works.values())]
        return any(not (record.remote or is_remote(record.model)) for record in records)

    def is_elsewhere(self, run: RunRecord) -> bool:
        """Whether another process, such as a command, carries it out; its events are not published here.

        Never blocks.
        """
        return run.state in RUNS_UNDER_WAY and run.writer != self._store.writer

    # --- questions ---

    def pending(self, id: int) -> ApprovalRequest | None:
        """The approval request that the run waits for."""
        work = self._works.get(id)
        return None if work is None else work.asker.pending

    def decide(self, id: int, call: str, decision: Decision) -> bool:
        """Answer an approval request; False when it is not open any more."""
        work = self._works.get(id)
        return work is not None and work.asker.decide(call, decision)

    def leave(self, id: int) -> None:
        """Mark a run as unattended."""
        if work := self._works.get(id):
            work.asker.leave()

    # --- undoing ---

    def undo_plan(
        self,
        id: int,
        calls: Collection[str] | None = None,
        paths: Collection[str] | None = None,
        after: int = 0,
    ) -> UndoPlan:
        """Plan to undo: the calls `calls`, or those after event `after`, None and 0 for all; of them the
        files `paths`, None for all.

        Raises UserError `run.busy`, `run.elsewhere`, `run.nothing_to_undo`.
        """
        return self._undo.plan(self._free(id), calls, paths, after)

    def redo_plan(self, id: int) -> UndoPlan:
        """Plan to take back the last undo, for `undo`. Raises UserError `run.nothing_to_redo`."""
        return self._undo.redo_plan(self._free(id))

    def undo(
        self,
        id: int,
        plan: UndoPlan,
        force: Collection[str] = (),
        stop: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Undone:
        """Carry out a plan. Files in `force` are restored though somebody has changed them since; that
        version is kept. Once `stop` says so, it ends after the file at hand, and another undo goes on.
        `progress` is told how many files and folders are done, of how many.

        Raises UserError `run.busy`, `run.elsewhere`, `undo.*`.
        """
        return self._undo.undo(self._free(id), plan, force, stop, progress)

    # --- maintenance ---

    def delete(self, id: int) -> None:
        """Move a run to the trash.

        Its changes to files stay. Raises UserError `run.busy`, `run.elsewhere`.
        """
        self._free(id)
        self._store.change(id, trashed=time.time())
        self._events.publish(RunRemoved(id))

    def restore(self, id: int) -> RunRecord:
        """Move a run out of the trash."""
        self._store.change(id, trashed=None)
        record = self._store.get(id)
        self._events.publish(RunChanged(record))
        return record

    def recover(self) -> list[RunRecord]:
        """After a start: mark runs of dead processes interrupted; they can be resumed."""
        found = self._store.recover()
        for record in found:
            self._undo.settle(record)
            for one in (record, *self._store.children(record.id)):
                self._drop_copy(one)
        self._events.publish(*(RunChanged(record) for record in found))
        return found

    def _drop_copy(self, record: RunRecord) -> None:
        """Take away the copy that a run was working in when its process died; going on, it gets another one."""
        if record.parent and not record.workspace:
            from app.services.runs.delegation.copies import remove_copy

            parent = self._parts.workspace(self._store.get(record.parent))
            remove_copy(parent.root, self._parts.workspace(record).root)

    def empty_trash(self, older_than: float) -> int:
        """Delete permanently what went to the trash before that time, and files that no run needs any more;
        returns the number of runs.
        """
        removed = self._store.empty_trash(older_than)
        for id in removed:
            self._parts.forget(id)
        if removed:
            self._undo.collect(self._store.every())
        return len(removed)

    def close(self) -> None:
        """Pause active runs and wait for them, for a while for their tools; a run that does not end in time
        is found interrupted at the next start.
        """
        with self._lock:
            self._closed = True
            works = list(self._works.values())
        for work in works:
            work.pause()
        begun = time.monotonic()
        for work in works:
            work.join(max(0.0, begun + TOOL_PATIENCE - time.monotonic()))
        for work in works:
            work.hurry()
        for work in works:
            work.join(max(0.0, begun + END_PATIENCE - time.monotonic()))

    # --- inside ---

    def _carry_out(
        self,
        record: RunRecord,
        event: RunStarted | RunResumed,
        started: RunStarted,
        tools: tuple[str, ...] | None,
        again: Mapping[str, RetryChoice],
        *,
        attended: bool,
        answer: int,
        more: MoreTools,
        program: str = "",
    ) -> None:
        id = record.id
        journal = StoreJournal(self._store, id, self._events)
        stand = standing(journal.stand)

        def told(request: ApprovalRequest | None) -> None:
            stand(request)
            self._events.publish(RunAsks(id, request))

        self._begin(
            record,
            event,
            started,
            journal,
            self._parts,
            self.grants,
            Asker(told, attended=attended),
            self._events,
            tools=tools,
            again=again,
            over=self._over,
            answer=answer,
            more=more,
            program=program,
            delegation=None
            if record.conversation
            else lambda found: self._delegation(record, journal, found),
        )

    def _begin(self, record: RunRecord, *arguments: Any, **named: Any) -> RunWork:
        work = RunWork(record, *arguments, **named)
        with self._lock:
            if self._closed:
                raise RuntimeError("the runs are closed")
            self._works[record.id] = work
        work.start()
        return work

    def _delegation(
        self, record: RunRecord, journal: StoreJournal, found: tuple[Tool, ...]
    ) -> TaskDelegation:
        from app.services.runs.delegation.delegation import TaskDelegation

        def begin(
            child: RunRecord,
            event: RunStarted | RunResumed,
            given: tuple[Tool, ...],
            asker: Asker,
            grants: Grants,
        ) -> RunWork:
            started = event if isinstance(event, RunStarted) else self.entries(child.id, limit=1)[0].event
            assert isinstance(started, RunStarted)
            return self._begin(
                child,
                event,
                started,
                StoreJournal(self._store, child.id, self._events),
                self._parts,
                grants,
                asker,
                self._events,
                given=given,
                again={},
                over=self._over,
            )

        return TaskDelegation(record, journal, self._store, self._parts, self.grants, found, begin)

    def _over(self, id: int) -> None:
        """On the run's thread, at its end."""
        with self._lock:
            self._works.pop(id, None)
        try:
            self._interrupted(id)
        except UserError:  # cannot be recorded now: repeated when it is next read
            with self._lock:
                self._unsaid.add(id)
            with contextlib.suppress(UserError):
                left = self._store.get(id)
                if left.state in RUNS_UNDER_WAY:
                    self._events.publish(
                        RunChanged(msgspec.structs.replace(left, state="interrupted", writer=""))
                    )
        finally:
            self._events.publish(RunOver(id))

    def _interrupted(self, id: int) -> None:
        """Record that a run whose end is unrecorded is interrupted. Raises UserError `store.*`."""
        writer = self._store.writer
        record = self._store.change(id, RUNS_UNDER_WAY, (writer,), state="interrupted", writer="")
        with self._lock:
            self._unsaid.discard(id)
        if record is not None:
            self._events.publish(RunChanged(record))

    def _free(self, id: int) -> RunRecord:
        """The record of an inactive run. Raises UserError `run.busy`, `run.elsewhere`."""
        record = self._store.get(id)
        if work := self._works.get(id):
            # Its end is published before its thread exits: a subscriber may request the next action at once.
            if record.state in RUNS_UNDER_WAY or not work.join(LEAVE_PATIENCE):
                raise UserError("run.busy")
            record = self._store.get(id)
        if id in self._unsaid:
            self._interrupted(id)
            record = self._store.get(id)
        if record.state in RUNS_UNDER_WAY:
            self._store.recover()
            record = self._store.get(id)
            if record.state in RUNS_UNDER_WAY:
                raise UserError("run.elsewhere")
        return record
