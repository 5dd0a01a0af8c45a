"""What commands in the background do to the workspace beside the calls: it is recorded as of the call that started
them.

Between two looks at the workspace nothing is lost: while either is taken, the commands stand still.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

from agents.api import Sandbox
from agents.commands.commands import EARLIER, RESUMED, RunCommands
from agents.events import Background, Entry, ToolCalled
from agents.permissions.values import Effects, ToolFacts
from agents.run.record import Record
from agents.snapshots.snapshots import Snapshots
from engine.errors import UserError

_SHELL = frozenset({"shell", "python"})
_ANYTHING = Effects("shell"), ToolFacts(anywhere=True)


class BackgroundWork:
    """`commands` None: there are none."""

    def __init__(self, record: Record, snapshots: Snapshots | None, commands: RunCommands | None) -> None:
        self._record, self._snapshots, self._commands = record, snapshots, commands
        self._open = ""  # the call as of which changes are recorded next

    @contextlib.contextmanager
    def still(
        self,
        effects: Effects,
        facts: ToolFacts,
        released: Callable[[], Sequence[str]],
        *,
        goes_on: bool = False,
        went_on: bool = False,
    ) -> Iterator[None]:
        """Nothing in the background runs meanwhile, if the call may change files: what was done before is recorded
        first. `goes_on`: the call itself follows, while others run, and then what `went_on`. `released` gives the
        files that the others may write from then on."""
        if self._commands is None or (self._snapshots and not self._snapshots.touches(effects, facts)):
            yield
            return
        with self._commands.held(released):
            if not went_on:
                self.note()
            yield
            if not goes_on:
                self._look()

    def end(self) -> None:
        """End all commands, and record what they did last."""
        if self._commands is not None:
            self._commands.close()
        self.note()

    def note(self) -> None:
        """Record what was done since the last look."""
        if self._snapshots is None or not self._open:
            return
        with contextlib.suppress(UserError, OSError):  # recorded when the run is resumed
            taken = self._snapshots.after(self._open)
            self._open = ""
            if taken is not None:
                self._record.append(taken)

    def _look(self) -> None:
        running = self._commands.running() if self._commands is not None else ()
        if self._snapshots is None or not running:
            return
        call = running[-1].call
        with contextlib.suppress(UserError, OSError):
            taken = self._snapshots.before(call, *_ANYTHING)
            if taken is not None:
                self._record.append(taken)
                self._open = call


def is_quick(effects: Effects) -> bool:
    """Whether a call only changes the files that it names, so that others can stand still for that long."""
    return effects.kind in ("read", "files")


def commands_of(record: Record, sandbox: Sandbox | None) -> RunCommands | None:
    """The commands of a run, None where there is no sandbox. One that goes on has lost the shell it had."""
    if sandbox is None:
        return None
    entries = record.journal.entries()
    return RunCommands(
        sandbox,
        lambda event: _written(record, event),
        first=1 + sum(1 for entry in entries if _is_start(entry.event)),
        lost=functools.partial(_lost, record, any(map(_is_command, entries))),
    )


def left_running(entries: Iterable[Entry]) -> tuple[Background, ...]:
    """The missing ends of commands in the background whose process was ended with Coterie."""
    running: dict[str, Background] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Background):
            running[event.id] = event
    return tuple(
        Background(id, "ended", code=-9, reason="interrupted", bytes=last.bytes)
        for id, last in running.items()
        if last.state != "ended"
    )


def _written(record: Record, event: Background) -> None:
    record.journal.append(event)  # from another thread: the record reads it with what it writes next


def _lost(record: Record, had_shell: bool) -> str:
    """What is told of a shell that this run, or an earlier answer of its chat, had before."""
    if had_shell:
        return RESUMED
    before = record.state.started.before if record.state.started is not None else ()
    return EARLIER if any(call.name in _SHELL for message in before for call in message.tool_calls) else ""


def _is_command(entry: Entry) -> bool:
    return isinstance(entry.event, ToolCalled) and entry.event.name in _SHELL


def _is_start(event: object) -> bool:
    return isinstance(event, Background) and event.state == "started"
