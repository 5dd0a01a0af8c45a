"""A tool server for one workspace, for blocking callers: started on demand, restarted after it has ended."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from agents.api import Outcome, ToolContext
from agents.mcp.connection import Connection, Open
from agents.mcp.definitions import Definition
from agents.mcp.elicitation import Question
from agents.mcp.led_ports import LedPorts
from agents.mcp.log import ServerLog, ended
from agents.mcp.loop import Loop
from agents.mcp.results import outcome_of
from agents.mcp.spec import ServerSpec
from agents.permissions.values import Decision
from engine.errors import ErrorInfo, UserError

LinkState = Literal["off", "starting", "ready", "failed"]
LONGEST_BACKOFF_S = 60.0
POLL_S = 0.1
MOST_QUESTIONS = 20  # in one call, so that nobody is worn down
VISIT_S = 300.0  # for a page that a person has to visit
GIVE_UP_S = 2.0  # for a canceled call to end
_Item = tuple[Question, "asyncio.Future[Decision | None]"] | None


class Link:
    """Session with a tool server; `opening` prepares the transport before each start, and may block.

    `on_tools` is told each list of tools on the loop's thread, `on_change` that the state is another. All
    other methods block and may be called from any thread. `led`: ports of a run's commands that are led to it, where
    it is that run's own. `of_run` gives the session for a call, and what the model has to know of it; `users` are the
    runs that have called this one and go on.
    """

    def __init__(
        self,
        spec: ServerSpec,
        loop: Loop,
        opening: Callable[[ServerLog], Open],
        on_tools: Callable[[tuple[Definition, ...]], None],
        on_change: Callable[[], None],
    ) -> None:
        self.spec = spec
        self.log = ServerLog()
        self.state: LinkState = "off"
        self.error: ErrorInfo | None = None
        self.definitions: tuple[Definition, ...] = ()
        self.version = ""
        self.used = time.monotonic()
        self.led: LedPorts | None = None
        self.users: set[int] = set()
        self.of_run: Callable[[ToolContext], tuple[Link, str]] = lambda context: (self, "")
        self._retired = False
        self._loop = loop
        self._opening = opening
        self._on_tools = on_tools
        self._on_change = on_change
        self._starting = threading.Lock()
        self._connection: Connection | None = None
        self._failures = 0
        self._not_before = 0.0
        self._calls = 0
        self._counting = threading.Lock()

    @property
    def busy(self) -> bool:
        return self._calls > 0

    def start(self, again: bool = False, patience: float = 0.0) -> None:
        """Start the server and wait until it is ready. Raises UserError `mcp.*`.

        After it could not start, or ended again before it answered a call, further starts fail at once, for longer
        each time, unless `again`. `patience`: seconds that a person may take, besides its own.
        """
        with self._starting:
            self.used = time.monotonic()
            if self._retired:
                raise UserError("mcp.ended", server=self.spec.name)
            if self._connection is not None and not self._connection.over:
                return
            if self.error is not None and time.monotonic() < self._not_before and not again:
                raise UserError.from_info(self.error)
            self._note("starting", None)
            try:
                self._end_led()
                # Not on the loop: a keyring and a disk may be slow, and all servers share the loop.
                opening = self._opening(self.log)
                self._loop.submit(self._start(opening, patience)).result()
            except UserError as error:
                self._failed(error)
                raise
            except OSError as error:
                told = UserError("mcp.unreachable", server=self.spec.name, detail=str(error)[:300])
                self._failed(told)
                raise told from error
            except RuntimeError as error:  # the program ends
                closed = UserError("mcp.ended", server=self.spec.name)
                self._note("off", None)
                raise closed from error
            self._note("ready", None)

    def stop(self) -> None:
        """Stop the server, also while it starts. It starts again when it is needed."""
        while not self._starting.acquire(timeout=POLL_S):
            if self._connection is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.submit(self._connection.stop()).result()
        try:
            connection, self._connection = self._connection, None
            if connection is not None:
                self._loop.submit(connection.stop()).result()
            self._end_led()
            self._note("off", None)
        finally:
            self._starting.release()

    def retire(self) -> None:
        """Stop the server for good."""
        self._retired = True
        self.stop()

    def _end_led(self) -> None:
        if self.led is not None:
            self.led.end()

    def call(self, tool: str, arguments: dict[str, Any], fingerprint: str, context: ToolContext) -> Outcome:
        """Call the tool that had this fingerprint. Errors are returned to the model."""
        try:
            self.start()
        except UserError as error:
            return _failure(self.spec.name, error)
        now = next((one for one in self.definitions if one.name == tool), None)
        if now is None:
            return Outcome(f"The server {self.spec.name} no longer has the tool {tool}.", "error")
        if now.fingerprint != fingerprint:
            return Outcome(
                f"The server {self.spec.name} has changed its tool {tool} since the user agreed to it. It cannot be"
                " used before the user has looked at it again. Go on without it.",
                "error",
            )
        self._count(1)
        try:
            taken = self.led.lead(context.ports, context.commands) if self.led and context.commands else ()
            return noted(self._call(tool, arguments, context), _taken(self.spec.name, taken))
        finally:
            self._count(-1)
            self.used = time.monotonic()

    def _count(self, calls: int) -> None:
        with self._counting:
            self._calls += calls

    def _call(self, tool: str, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        """Wait for the result on the calling thread, which also asks the server's questions."""
        items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        steps: deque[str] = deque(maxlen=1)
        working = self._loop.submit(self._work(tool, arguments, items, steps))
        working.add_done_callback(lambda _: items.put(None))
        deadline = time.monotonic() + self.spec.timeout_s
        while True:
            try:
                item = items.get(timeout=POLL_S)
            except queue.Empty:
                pass
            else:
                if item is None:
                    return self._outcome(working)
                asked = time.monotonic()
                visits = self._answer(tool, item, context)
                deadline += time.monotonic() - asked  # a person may take their time
                if visits:
                    deadline = max(deadline, time.monotonic() + VISIT_S)
            if context.cancelled():
                _give_up(working)
                return Outcome("The call was cancelled.", "interrupted")
            if time.monotonic() >= deadline:
                _give_up(working)
                so_far = f" It had told: {steps[-1]}." if steps else ""
                return Outcome(
                    f"The server {self.spec.name} did not answer within {self.spec.timeout_s:g} seconds.{so_far}"
                    " What it has done by then is not known.",
                    "timeout",
                    untrusted=bool(steps),
                )

    def _answer(
        self, tool: str, item: tuple[Question, asyncio.Future[Decision | None]], context: ToolContext
    ) -> bool:
        """Ask the person; returns whether they visit a page now."""
        question, reply = item
        decision: Decision | None = None
        try:
            if context.approver is not None:
                decision = context.approver.ask(
                    question.request(self.spec.name, tool, context.run, context.call)
                )
        finally:
            reply.get_loop().call_soon_threadsafe(_settle, reply, decision)
        return question.kind == "url" and decision is not None and decision.allow

    def _outcome(self, working: concurrent.futures.Future[Any]) -> Outcome:
        try:
            outcome = outcome_of(working.result())
            self._failures = 0
            return outcome
        except UserError as error:
            return _failure(self.spec.name, error)
        except concurrent.futures.CancelledError:
            return Outcome(f"The server {self.spec.name} was stopped during the call.", "interrupted")

    async def _work(
        self, tool: str, arguments: dict[str, Any], items: queue.SimpleQueue[_Item], steps: deque[str]
    ) -> Any:
        asked = 0

        async def ask(question: Question) -> Decision | None:
            nonlocal asked
            asked += 1
            if asked > MOST_QUESTIONS:
                return None
            reply: asyncio.Future[Decision | None] = asyncio.get_running_loop().create_future()
            items.put((question, reply))
            return await reply

        connection = self._connection
        if connection is None:
            raise UserError("mcp.ended", server=self.spec.name)
        return await connection.call(tool, arguments, ask, lambda step: steps.append(step[:200]))

    # On the loop

    async def _start(self, opening: Open, patience: float) -> None:
        if self._connection is not None:
            await self._connection.stop()
        connection = Connection(self.spec.name, opening, self.log, self._take_tools, self._take_end)
        self._connection = connection
        await connection.started(self.spec.start_s + patience)
        self.version = connection.version

    def _take_tools(self, definitions: tuple[Definition, ...]) -> None:
        self.definitions = definitions
        self._on_tools(definitions)

    def _take_end(self, error: UserError | None) -> None:
        if self.state == "ready" and self._connection is not None:
            self._failed(error or ended(self.spec.name, self.log), worked=True)

    def _failed(self, error: UserError, *, worked: bool = False) -> None:
        """`worked`: it had started, and may do so again at once."""
        self._failures += 1
        first = worked and self._failures == 1
        pause = 0.0 if first else min(LONGEST_BACKOFF_S, 2.0 ** (self._failures - 1))
        self._not_before = time.monotonic() + pause
        self._note("failed", error.info)

    def _note(self, state: LinkState, error: ErrorInfo | None) -> None:
        self.state, self.error = state, error
        self._on_change()


def _settle(reply: asyncio.Future[Decision | None], decision: Decision | None) -> None:
    if not reply.done():
        reply.set_result(decision)


def _give_up(working: concurrent.futures.Future[Any]) -> None:
    """Cancel the call at the server; an unresponsive server is not waited for."""
    working.cancel()
    concurrent.futures.wait({working}, timeout=GIVE_UP_S)


def _taken(server: str, ports: tuple[int, ...]) -> str:
    if not ports:
        return ""
    listed = ", ".join(map(str, ports))
    return f"[Not reached by {server}, as something of its own listens there in its sandbox: port {listed}.]"


def noted(outcome: Outcome, line: str) -> Outcome:
    """The outcome with a line of ours."""
    return msgspec.structs.replace(outcome, text=f"{outcome.text}\n\n{line}") if line else outcome


_WORDS = {
    "mcp.refused": "The server {server} refused the call: {detail}",
    "mcp.nonsense": "The server {server} answered with something that is no valid answer: {detail}",
    "mcp.flood": "The server {server} sent far more than can be read and was stopped.",
    "mcp.ended": "The server {server} ended during the call or could not be started. What it has done by then is not"
    " known.",
    "mcp.ended_saying": "The server {server} ended during the call or could not be started. What it has done by then"
    " is not known. Last output: {detail}",
    "mcp.unreachable": "The server {server} cannot be reached: {detail}",
    "mcp.login_needed": "The server {server} asks the user to log in. Go on without it, and say so in your answer.",
    "mcp.login_failed": "The user could not be logged in to the server {server}: {detail}",
    "mcp.slow_start": "The server {server} did not start in time.",
    "mcp.no_program": "The program of the server {server} was not found.",
    "mcp.no_sandbox": "The server {server} cannot be started: there is no sandbox on this machine.",
}


def _failure(server: str, error: UserError) -> Outcome:
    """An error as a model reads it. Details are the server's words and as trusted as the server."""
    words = _WORDS.get(error.code, "The server {server} cannot be used at the moment ({code}).")
    text = words.format_map({"server": server, "code": error.code, "detail": ""} | error.params)
    return Outcome(text.strip(), "error", untrusted=bool(error.params.get("detail")))
