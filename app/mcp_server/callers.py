"""Who waits for a call in the protocol: words and questions go from the thread that works to the loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from agents.permissions.values import ApprovalRequest, Decision
from app.mcp_server.questions import answer_of, question_of
from app.store.records import ServerKey

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

T = TypeVar("T")
LOOK_S = 0.1
_TELL_S = 10.0


class ProtocolCaller:
    """Implements `Caller` for one request of a client. Made on the loop."""

    def __init__(self, context: ServerRequestContext[Any, Any], key: ServerKey | None = None) -> None:
        self.key, self._context = key, context
        self._loop = asyncio.get_running_loop()
        self._left = threading.Event()
        self._told = 0
        session = context.session
        known = session.client_capabilities
        forms = known.elicitation if known is not None else None
        # Without any mode a client means forms.
        self.can_ask = (
            session.can_send_request and forms is not None and (forms.form is not None or forms.url is None)
        )

    def leave(self) -> None:
        """Nobody waits any more."""
        self._left.set()

    def told(self, text: str) -> None:
        self._told += 1
        with contextlib.suppress(Exception):  # the client is gone, which is seen elsewhere
            self._on_loop(self._context.session.report_progress(self._told, None, text), _TELL_S)

    def is_gone(self) -> bool:
        return self._left.is_set()

    def ask(self, request: ApprovalRequest) -> Decision | None:
        if not self.can_ask:
            return None
        message, schema = question_of(request)
        try:
            asked = self._context.session.elicit_form(message, schema, self._context.request_id)
            result = self._on_loop(asked)
        except Exception:  # whatever it is, nobody has answered
            return None
        return None if result is None else answer_of(request, result.action, result.content)

    def _on_loop(self, work: Coroutine[Any, Any, T], seconds: float | None = None) -> T | None:
        """The result; None once nobody waits or the time is up."""
        if self._left.is_set():
            work.close()
            return None
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the loop has ended
            work.close()
            return None
        waited = 0.0
        while not self._left.is_set() and (seconds is None or waited < seconds):
            try:
                return future.result(LOOK_S)
            except concurrent.futures.TimeoutError:
                if future.done():
                    raise
                waited += LOOK_S
        future.cancel()
        return None


class Workers:
    """Threads of calls; a pool would make the next call wait for one that waits for a person."""

    def __init__(self) -> None:
        self._threads: set[threading.Thread] = set()

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, on a thread that goes on by itself when this is canceled."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        def go() -> None:
            result, failed = None, None
            try:
                result = work()
            except BaseException as error:
                failed = error
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, result, failed)
            self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=go, name="program-call", daemon=True)
        self._threads.add(thread)
        thread.start()
        return await future

    def join(self, seconds: float) -> None:
        """Wait for those that still work, so long each."""
        for thread in tuple(self._threads):
            thread.join(seconds)
