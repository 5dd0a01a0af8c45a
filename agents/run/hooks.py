"""Carries out the person's hooks: in the sandbox, with limits, each change of theirs kept for undoing.

A run goes on at most once because of a hook that fails before its end, so no hook keeps one going round.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from agents.api import Confinement, Limits, Ran, ToolContext
from agents.context.results import head_and_tail
from agents.events import HookRan
from agents.hooks import Hook, HookTime
from agents.permissions.values import Effects, ToolFacts
from agents.run.background import BackgroundWork
from agents.run.record import Record
from agents.snapshots.snapshots import Snapshots
from engine.errors import UserError
from engine.text import clean_text

_ANYTHING = Effects("shell"), ToolFacts(anywhere=True)
# Characters of the output that the model is given: of one that passed, and the head and tail of one that failed.
_PASSED, _HEAD, _TAIL = 400, 800, 2400
_IN_SHELL = 'if command -v bash >/dev/null; then exec bash -c "$1"; else exec sh -c "$1"; fi'


class RunHooks:
    """The hooks of one run, which does everything here on its own thread. `giving_up`: a hook that runs is ended."""

    def __init__(
        self,
        hooks: Sequence[Hook],
        record: Record,
        context: ToolContext,
        snapshots: Snapshots | None,
        background: BackgroundWork,
        giving_up: Callable[[], bool],
    ) -> None:
        self._hooks, self._record, self._context = hooks, record, context
        self._snapshots, self._background, self._giving_up = snapshots, background, giving_up

    def at_start(self) -> None:
        self._all("start")

    def after_step(self) -> None:
        """Those for changes, if the step changed files."""
        if self._record.state.changed:
            self._all("change")

    def may_end(self) -> bool:
        """Whether those before the end passed, or the run has gone on because of one already."""
        state = self._record.state
        if not state.changed_any:
            return True
        for hook in self._of("end"):
            goes_on = not self._record.state.held_at_end
            if not self._run(hook, last=goes_on) and goes_on:
                return self._giving_up()
        return True

    def _of(self, when: HookTime) -> list[Hook]:
        return [hook for hook in self._hooks if hook.when == when]

    def _all(self, when: HookTime) -> None:
        for hook in self._of(when):
            if self._giving_up():
                return
            self._run(hook)

    def _run(self, hook: Hook, *, last: bool = False) -> bool:
        """Whether it passed. `last`: the run goes on where it did not."""
        name, begun = f"h{self._record.state.hooks + 1}", time.monotonic()
        try:
            with self._background.still(*_ANYTHING, lambda: ()), self._kept(name):
                ran = self._carried_out(hook)
        except UserError as error:
            if error.code.startswith("store."):
                raise
            self._note(hook, name, "error", error.code, "", begun, again=False)
            return True  # it says nothing of what the run did
        status: Literal["ok", "failed", "timeout"] = "ok"
        if ran.timed_out or ran.cancelled or ran.exceeded:
            status = "timeout"
        elif ran.code != 0:
            status = "failed"
        text, handle = self._shown(ran, passed=status == "ok")
        self._note(hook, name, status, text, handle, begun, again=last and status != "ok", code=ran.code)
        return status == "ok"

    @contextlib.contextmanager
    def _kept(self, name: str) -> Iterator[None]:
        """What the hook may change is kept first, and what it changed is written down."""
        writes = self._record.state.acting_mode != "read"
        taken = self._snapshots.before(name, *_ANYTHING) if self._snapshots and writes else None
        if taken is not None:
            self._record.append(taken)
        yield
        if taken is not None and self._snapshots is not None:
            with contextlib.suppress(UserError, OSError):  # recorded when the run is resumed
                if (after := self._snapshots.after(name)) is not None:
                    self._record.append(after)

    def _carried_out(self, hook: Hook) -> Ran:
        """Raises UserError `sandbox.*`, and `hook.no_sandbox` where this computer has none."""
        context = self._context
        if context.sandbox is None:
            raise UserError("hook.no_sandbox")
        surroundings = context.surroundings()
        confinement = Confinement(
            context.workspace.root,
            workspace_writable=self._record.state.acting_mode != "read",
            readable=(*context.skills, *context.readable),
            programs=surroundings.programs,
            hidden=surroundings.hidden,
            caches=surroundings.caches,
            home=surroundings.home,
        )
        left = self._record.seconds_left()
        seconds = float(hook.seconds) if left is None else max(1.0, min(float(hook.seconds), left))
        return context.sandbox.run(
            ["/bin/sh", "-c", _IN_SHELL, "hook", hook.command],
            confinement,
            environment=surroundings.environment,
            limits=Limits(seconds=seconds),
            cancelled=self._giving_up,
        )

    def _shown(self, ran: Ran, *, passed: bool) -> tuple[str, str]:
        """The output as far as the model is given it, and the handle of the whole."""
        text = clean_text("\n".join(part.rstrip() for part in (ran.output, ran.errors) if part.strip()))
        if passed:
            return text[-_PASSED:], ""
        if len(text) <= _HEAD + _TAIL:
            return text, ""
        handle = self._record.journal.keep(text)
        return head_and_tail(text, _HEAD, _TAIL, handle), handle

    def _note(
        self,
        hook: Hook,
        name: str,
        status: Literal["ok", "failed", "timeout", "error"],
        text: str,
        handle: str,
        begun: float,
        *,
        again: bool,
        code: int = 0,
    ) -> None:
        seconds = round(time.monotonic() - begun, 3)
        self._record.append(
            HookRan(name, hook.when, hook.command, status, text, handle, seconds, code, again=again)
        )
