"""The gate of a run: its proxy, the list of hosts that may be reached now, and what was reached and refused."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import socket
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from agents.api import Passed
from agents.network.proxy import Proxy
from agents.network.upstream import Upstream
from agents.permissions.hosts import HostRule, allowed, named_host, rules_of

_MOST_KEPT = 100  # hosts that are told of a call
_PREFIX, _SOCKET = "coterie-net-", "proxy"
_YOUNG = 60.0  # seconds in which a folder may not be listened in yet


class HostGate:
    """Implements `Gate`. The proxy starts with the first call that may use it; `close` ends it.

    `always` gives the hosts that are allowed in every run, as `read_rules` reads them.
    """

    def __init__(
        self, upstream: Upstream | None = None, always: Callable[[], Iterable[str]] = lambda: ()
    ) -> None:
        self._upstream, self._always = upstream or Upstream(), always
        self._granted: Callable[[], Iterable[HostRule]] = lambda: ()
        self._lock = threading.Lock()
        self._once: tuple[HostRule, ...] = ()
        self._refused: dict[str, None] = {}
        self._reached: dict[str, None] = {}
        self._folder: Path | None = None
        self._proxy: Proxy | None = None
        self._closed = False

    def always(self) -> tuple[HostRule, ...]:
        return rules_of(self._always())

    def follow(self, granted: Callable[[], Iterable[HostRule]]) -> None:
        self._granted = granted

    def socket(self) -> Path:
        with self._lock:
            if self._closed:
                raise OSError("the run is over")
            if self._folder is None:
                _sweep()
                folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_place()))
                try:
                    self._proxy = Proxy(folder / _SOCKET, self._may, self._noted, self._upstream)
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
                self._folder = folder
            return self._folder / _SOCKET

    def begin(self, hosts: Iterable[str]) -> None:
        with self._lock:
            self._once = rules_of(hosts)

    def end(self) -> Passed:
        with self._lock:
            passed = Passed(tuple(self._refused), tuple(self._reached))
            self._once, self._refused, self._reached = (), {}, {}
            return passed

    def leads(self) -> bool:
        rules = tuple(self._granted())
        with self._lock:
            return bool(rules or self._once)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            proxy, folder, self._proxy = self._proxy, self._folder, None
        if proxy is not None and folder is not None:
            proxy.close()
            shutil.rmtree(folder, ignore_errors=True)

    def _may(self, host: str, port: int) -> bool:
        rules = tuple(self._granted())
        with self._lock:
            if allowed((*rules, *self._once), host, port):
                return True
            if len(self._refused) < _MOST_KEPT:
                self._refused[named_host(host, port)] = None
        return False

    def _noted(self, host: str, port: int) -> None:
        with self._lock:
            if len(self._reached) < _MOST_KEPT:
                self._reached[named_host(host, port)] = None


def _place() -> str:
    """Where temporary files lie; the path of a socket has 107 bytes at most."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) < 80 else "/tmp"


def _sweep() -> None:
    """Remove the folders that processes which were killed have left: nobody listens there any more."""
    if sys.platform == "win32":
        return  # no sandbox there has a proxy
    for folder in Path(_place()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            facts = folder.lstat()
            if (
                not stat.S_ISDIR(facts.st_mode)
                or facts.st_uid != os.getuid()
                or time.time() - facts.st_mtime < _YOUNG
            ):
                continue
            with socket.socket(socket.AF_UNIX) as there:
                there.setblocking(False)
                if there.connect_ex(str(folder / _SOCKET)) in (errno.ECONNREFUSED, errno.ENOENT):
                    shutil.rmtree(folder, ignore_errors=True)
