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
from app.server.refusal import Refusal
from app.services.server_keys import KeyRing
from app.services.services import Services
from app.services.settings.file_lock import locked
from app.services.settings.settings import Settings
from app.store.records import ServerKey
from engine.errors import UserError

if TYPE_CHECKING:
    from app.server.http.turns import Turns
    from app.server.pulls import Pulls
    from app.server.texts import Texts
    from app.server.tools import Tools

log = logging.getLogger(__name__)
PORT = Settings().server_port
PROTOCOLS = ("openai", "anthropic", "ollama")
_LOOK_AT_KEYS_S = 1.0
_THREADS = 8


class ServerOptions(msgspec.Struct, frozen=True):
    """How a server runs. `hosts` are the addresses that it listens on, none: loopback. `origins` are those of pages
    that may use it, `names` further names that it is reached by, `keys` those that hold besides those of the store.
    `needs_key` False is possible on loopback alone."""

    port: int = PORT
    hosts: tuple[str, ...] = ()
    ollama_port: int | None = None
    origins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    needs_key: bool = True
    may_load: bool = True


class ServerState(msgspec.Struct, frozen=True):
    """`running` answers, and those that `wait` for a place of their key."""

    address: str
    running: int
    waiting: int


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
        self._turns: Turns | None = None

    @property
    def address(self) -> str:
        """The base address, "" while it doesn't listen."""
        return self._address

    @property
    def is_on(self) -> bool:
        return bool(self._address)

    @property
    def state(self) -> ServerState:
        turns = self._turns
        if turns is None or not self.is_on:  # its loop begins, or it is off
            return ServerState(self._address, 0, 0)
        return ServerState(self._address, turns.running, turns.waiting)

    def start(self) -> str:
        """Listen; returns the address.

        Raises UserError `server.port_in_use`, `server.bad_host`, `server.already` where another Coterie serves this
        data folder, `server.key_needed` without keys beyond loopback, and `server.bad_origin`.
        """
        from app.server.http.listening import LOOPBACK, Listener, bind
        from app.server.pulls import Pulls
        from app.server.texts import Texts

        options = self._options
        hosts = options.hosts or LOOPBACK
        check_options(options)
        with contextlib.ExitStack() as opened:
            self._take_lock(opened)
            sockets = bind(hosts, options.port)
            for each in sockets:
                opened.callback(each.close)
            if options.ollama_port is not None:
                for each in bind(hosts, options.ollama_port):
                    sockets.append(each)
                    opened.callback(each.close)
            answering = Answering(self._services, options.may_load)
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
        from app.server.http.turns import Turns
        from app.server.protocols import routes, shapes
        from app.server.tools import tools_route

        self._turns = Turns()
        self._answers = answers = Answers(answering, texts, self._turns)
        loop = asyncio.get_running_loop()
        self._looking = loop.create_task(self._look_at_keys())
        known = routes(answers, pulls)
        if self._tools is not None:
            known.append(tools_route(self._tools, self._turns))
            self._serving_tools.callback(loop.create_task(self._tools.run()).cancel)
        return Guard(
            Router(known, redirect_slashes=False),
            shapes(),
            self._recognize if self._options.needs_key else None,
            lambda: body_limit(answering.sees),
            self._options.origins,
            self._options.names,
        )

    async def _recognize(self, text: str) -> ServerKey | None:
        from app.server.http.off_loop import off_loop

        return await off_loop(self._recognized, text)

    def _recognized(self, text: str) -> ServerKey | None:
        key = self.keys.recognized(text)
        if key is not None:
            self.keys.note_use(key)
        return key

    async def _look_at_keys(self) -> None:
        """Answers of a key that is revoked or has expired end, also where another process has revoked it."""
        from app.server.http.off_loop import off_loop

        while True:
            await asyncio.sleep(_LOOK_AT_KEYS_S)
            for key in self._answers.keys_at_work:
                with contextlib.suppress(Refusal):  # the store is busy: the next look asks again
                    if not await off_loop(self.keys.is_valid, key):
                        refusal = Refusal(401, "invalid_api_key", "This key was revoked.")
                        self._answers.end_those_of(key, refusal)

    async def _end(self) -> None:
        self._looking.cancel()
        self._serving_tools.close()
        await self._answers.stop()

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


def check_options(options: ServerOptions) -> None:
    """Raises UserError `server.key_needed` (`host`), `server.bad_host` (`host`), `server.bad_origin` (`origin`)."""
    from app.server.http.origins import is_origin

    for host in options.hosts:
        try:
            is_loopback = ipaddress.ip_address(host).is_loopback
        except ValueError as error:
            raise UserError("server.bad_host", host=host) from error
        if not is_loopback and not options.needs_key:
            raise UserError("server.key_needed", host=host)
    for origin in options.origins:
        if not is_origin(origin):
            raise UserError("server.bad_origin", origin=origin)


def address_of(sockets: Sequence[socket.socket]) -> str:
    """The address of the first socket, as clients are told it."""
    host, port = sockets[0].getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
