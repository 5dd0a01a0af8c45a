"""Listening: sockets that we bind ourselves, and uvicorn on a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from app.server.http.connections import Limits, connection_class
from engine.errors import UserError

LOOPBACK = ("127.0.0.1", "::1")
_BACKLOG = 512
_END_S = 1
_TRIES = 20


def bind(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Sockets that listen on all `hosts` under one port; 0: one that is free. A system without IPv6 has no ::1.

    Raises UserError `server.port_in_use` (`port`), `server.bad_host` (`host`).
    """
    for _ in range(1 if port else _TRIES):
        with contextlib.ExitStack() as opened:
            sockets: list[socket.socket] = []
            try:
                for host in hosts:
                    chosen = port or (sockets[0].getsockname()[1] if sockets else 0)
                    if (bound := _bound(host, chosen, is_needed=host != "::1")) is not None:
                        sockets.append(opened.enter_context(bound))
            except _Taken:
                continue
            opened.pop_all()
            return sockets
    raise UserError("server.port_in_use", port=str(port))


class _Taken(Exception):
    pass


def _bound(host: str, port: int, is_needed: bool) -> socket.socket | None:
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    except ValueError as error:
        raise UserError("server.bad_host", host=host) from error
    try:
        # The protocol has to be named: asyncio turns off Nagle's delay, of 40 ms for each answer, for TCP alone.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError:
        return None
    try:
        if hasattr(
            socket, "SO_EXCLUSIVEADDRUSE"
        ):  # Windows: another program could listen beside us otherwise
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
        made.setblocking(False)
    except OSError as error:
        made.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise _Taken from error
        if is_needed:
            raise UserError("server.bad_host", host=host) from error
        return None
    return made


class Listener:
    """Serves an ASGI application on sockets, until it is stopped. `before_end` is awaited on the loop first. What
    blocks runs on `threads`, which end with it."""

    def __init__(
        self,
        make_application: Callable[[], Any],
        sockets: Sequence[socket.socket],
        before_end: Callable[[], Awaitable[None]],
        threads: ThreadPoolExecutor,
    ) -> None:
        self._make, self._sockets, self._before_end = make_application, list(sockets), before_end
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(threads)
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)
        self._server: uvicorn.Server | None = None
        self._is_stopping = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End open answers with an error, close all connections; returns when the thread has ended."""
        if not self._thread.is_alive():
            return
        with contextlib.suppress(RuntimeError):  # it ends this moment
            self._loop.call_soon_threadsafe(self._begin_end)
        self._thread.join()

    def _begin_end(self) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            self._ending = self._loop.create_task(self._end())

    async def _end(self) -> None:
        await self._before_end()
        assert self._server is not None
        self._server.should_exit = True

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()
            for each in self._sockets:
                each.close()

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self._make(),
            http=connection_class(Limits()),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_END_S,
        )
        self._server = server = uvicorn.Server(config)
        await server.serve(sockets=self._sockets)
        for connection in list(server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if left:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=1.0)
        await asyncio.sleep(0)
