"""The local server: started and stopped as a whole, with its keys, its lock and its address."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.server.answering import Answering
from app.server.options import ServerOptions, checked
from app.server.refusal import Refusal, stopped_here
from app.services.server_keys import KeyRing
from app.services.services import Services
from app.services.settings.file_lock import locked
from app.store.records import ServerKey
from engine.errors import UserError
from engine.values import Timings, Usage

if TYPE_CHECKING:
    from app.server.http.answers import Answers
    from app.server.http.request_log import LoggedRequest, RequestLog
    from app.server.pulls import Pulls
    from app.server.texts import Texts
    from app.server.tools import Tools

log = logging.getLogger(__name__)
PROTOCOLS = ("openai", "anthropic", "ollama")
_LOOK_AT_KEYS_S = 1.0
_THREADS = 8


class ServerState(msgspec.Struct, frozen=True):
    """`running` answers, and those that `wait` for a place of their key. `speed` is that of the model, in tokens per
    second, while it answers."""

    address: str
    running: int
    waiting: int
    speed: float = 0.0


class Server:
    """The server over `services`, one for each data folder. `start` and `stop` wait for a thread: call them off the
    GUI thread."""

    def __init__(
        self,
        services: Services,
        home: Path,
        options: ServerOptions,
        make_threads: Callable[[], ThreadPoolExecutor] = lambda: ThreadPoolExecutor(_THREADS, "server-asks"),
        tools: Tools | None = None,
    ) -> None:
        self._services, self._options, self._make_threads = services, options, make_threads
        self._tools, self._serving_tools = tools, contextlib.ExitStack()
        self._lock_file, self._told_file = home / "server.lock", home / "server.json"
        self.keys = KeyRing(services.store.server_keys, options.keys)
        self._open = contextlib.ExitStack()
        self._address = ""
        self._answers: Answers | None = None
        self._log: RequestLog | None = None

    @property
    def address(self) -> str:
        """The base address, "" while it doesn't listen."""
        return self._address

    @property
    def is_on(self) -> bool:
        return bool(self._address)

    @property
    def state(self) -> ServerState:
        """What it does now. Waits for nothing."""
        answers = self._answers
        if answers is None or not self.is_on:  # its loop begins, or it is off
            return ServerState(self._address, 0, 0)
        running = answers.turns.running
        speed = answers.answering.activity.decode_tps if running else 0.0
        return ServerState(self._address, running, answers.turns.waiting, speed)

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """Those that go on, as they came, and the last ones, the newest first. Waits for nothing."""
        return () if self._log is None else self._log.requests

    def stop_request(self, id: str) -> None:
        """End one that goes on, in its protocol's form. Waits for nothing."""
        if (log := self._log) is not None and self.is_on:
            with contextlib.suppress(RuntimeError):  # the server ends this moment
                self._loop.call_soon_threadsafe(log.stop, id, stopped_here())

    def start(self) -> str:
        """Listen; returns the address.

        Raises UserError `server.port_in_use`, `server.bad_host`, `server.already` where another Coterie serves this
        data folder, `server.key_needed` without keys beyond loopback, `server.bad_origin`, and `server.bad_name`.
        """
        from app.server.http.listening import LOOPBACK, Listener, bind
        from app.server.pulls import Pulls
        from app.server.texts import Texts

        options = self._options = checked(self._options)
        hosts = options.hosts or LOOPBACK
        with contextlib.ExitStack() as opened:
            self._take_lock(opened)
            sockets = bind(hosts, options.port)
            for each in sockets:
                opened.callback(each.close)
            if options.ollama_port is not None:
                for each in bind(hosts, options.ollama_port):
                    sockets.append(each)
                    opened.callback(each.close)
            answering = Answering(self._services, lambda: self._options.may_load)
            opened.callback(answering.close)
            texts, pulls = Texts(answering, self._services.text_models), Pulls(self._services)
            opened.callback(pulls.close)
            if self._tools is not None:
                opened.callback(self._tools.close)
            threads = self._make_threads()
            listener = Listener(
                lambda: self._application(answering, texts, pulls), sockets, self._end, threads
            )
            opened.callback(listener.stop)
            opened.callback(texts.close)  # first: what it computes is not waited for
            listener.start()
            self._open = opened.pop_all()
        self._address = address_of(sockets)
        self._tell()
        log.info("The server listens on %s", self._address)
        return self._address

    def change_rules(self, options: ServerOptions) -> None:
        """Let pages, names and loads be as in `options` from the next request on; the rest stays. Waits for nothing.

        Raises UserError as `checked`.
        """
        new = checked(options)
        self._options = msgspec.structs.replace(
            self._options, origins=new.origins, names=new.names, may_load=new.may_load
        )

    def stop(self) -> None:
        """End open answers and close; does nothing to one that is off."""
        self._address = ""
        self._open.close()

    # --- on the loop ---

    def _application(self, answering: Answering, texts: Texts, pulls: Pulls) -> object:
        from starlette.routing import Router

        from app.server.http.answers import Answers
        from app.server.http.body import body_limit
        from app.server.http.guard import Guard
        from app.server.http.request_log import RequestLog
        from app.server.http.turns import Turns
        from app.server.protocols import routes, shapes
        from app.server.tools import tools_route

        self._loop = asyncio.get_running_loop()
        self._log = RequestLog(self._note_usage)
        turns = Turns()
        self._answers = answers = Answers(answering, texts, turns)
        self._looking = self._loop.create_task(self._look_at_keys(answers))
        known = routes(answers, pulls)
        if self._tools is not None:
            known.append(tools_route(self._tools, turns, self._is_valid))
            self._serving_tools.callback(self._loop.create_task(self._tools.run()).cancel)
        return Guard(
            Router(known, redirect_slashes=False),
            shapes(),
            self._recognize if self._options.needs_key else None,
            lambda: body_limit(answering.sees),
            lambda: self._options,
            self._log,
        )

    def _note_usage(self, key: ServerKey | None, usage: Usage, model: str, timings: Timings) -> None:
        self.keys.note_usage(key, usage, model, timings, self._services.models.energy_domains)

    async def _is_valid(self, key: ServerKey) -> bool:
        from app.server.http.off_loop import off_loop

        return await off_loop(self.keys.is_valid, key)

    async def _recognize(self, text: str) -> ServerKey | None:
        from app.server.http.off_loop import off_loop

        return await off_loop(self._recognized, text)

    def _recognized(self, text: str) -> ServerKey | None:
        key = self.keys.recognized(text)
        if key is not None:
            self.keys.note_use(key)
        return key

    async def _look_at_keys(self, answers: Answers) -> None:
        """What keys have used is written down. Answers of a key that is revoked or has expired end, also where
        another process has revoked it."""

        while True:
            await asyncio.sleep(_LOOK_AT_KEYS_S)
            await self._write_usage()
            for key in answers.keys_at_work:
                with contextlib.suppress(Refusal):  # the store is busy: the next look asks again
                    if not await self._is_valid(key):
                        refusal = Refusal(401, "invalid_api_key", "This key was revoked.")
                        answers.end_those_of(key, refusal)

    async def _write_usage(self) -> None:
        from app.server.http.off_loop import off_loop

        if self.keys.has_usage:
            with contextlib.suppress(Refusal):  # the store is busy: the next look writes them
                await off_loop(self.keys.write_usage)

    async def _end(self) -> None:
        self._looking.cancel()
        self._serving_tools.close()
        if self._answers is not None:
            await self._answers.stop()
        await self._write_usage()

    # --- one for each data folder ---

    def _take_lock(self, opened: contextlib.ExitStack) -> None:
        try:
            opened.enter_context(locked(self._lock_file, 0.0))
        except TimeoutError as error:
            raise UserError("server.already", address=self._told_elsewhere()) from error
        opened.callback(self._told_file.unlink, missing_ok=True)

    def _tell(self) -> None:
        told = {"address": self._address, "pid": os.getpid()}
        with contextlib.suppress(OSError):  # who comes second is told less
            self._told_file.write_bytes(msgspec.json.encode(told))

    def _told_elsewhere(self) -> str:
        try:
            return str(msgspec.json.decode(self._told_file.read_bytes())["address"])
        except (OSError, msgspec.DecodeError, KeyError, TypeError):
            return "?"


def address_of(sockets: Sequence[socket.socket]) -> str:
    """The address of the first socket, as clients are told it."""
    host, port = sockets[0].getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
