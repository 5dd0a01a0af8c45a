"""Runs: what people do with them, in the window and on the command line.

All methods may wait for the disk: call them off the GUI thread. Events are published from the thread of the
run or the caller's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agents.budget import Budget
from agents.events import Mode, RunResumed, RunStarted, Undone
from agents.snapshots.values import UndoPlan
from app.services.events import EventBus
from app.services.guidance.instructions import Found
from app.services.runs.active_runs import ActiveRuns
from app.services.runs.events import RunChanged, RunRemoved
from app.services.runs.host_gate import run_grants, usable_hosts
from app.services.runs.parts import MoreTools, RunParts
from app.services.runs.place.readable import checked_readable
from app.services.runs.place.workspace import checked_workspace
from app.services.runs.recipes import Recipes
from app.services.runs.review.reviews import RunReviews
from app.services.runs.start import read_start, start_of, title_of
from app.services.runs.undo import RunUndo
from app.services.runs.values import InChat, RunSpec
from app.store.records import RunRecord
from app.store.store import Store
from engine.errors import UserError
from engine.remote.names import is_remote, parse_name
from engine.text import clean_text

if TYPE_CHECKING:
    from agents.events import RetryChoice

MOST_TASK = 100_000  # characters


class Runs(ActiveRuns):
    """Operations on runs, their `grants`, `recipes`, `skills`, `instructions` and `hooks`, `reviews` of
    what they changed.

    `home` is the data folder.
    """

    def __init__(self, home: Path, store: Store, parts: RunParts, events: EventBus) -> None:
        super().__init__(home, store, parts, events)
        self.skills, self.instructions, self.hooks = parts.skills, parts.instructions, parts.hooks
        self.recipes = Recipes(home / "recipes", parts.language, skills=self.skills)
        self._undo = RunUndo(self._store, parts, events)
        self.reviews = RunReviews(self._store, parts, self._undo, self._free)

    # --- starting ---

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
