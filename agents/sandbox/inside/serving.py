"""The launcher of a sandbox that lives: starts programs in it when it is told to, each supervised for itself.

What is asked comes over `plan.channel`, a socket of packets: one byte with descriptors, of which the last is a socket
for this one request, with a line of JSON on it; for a program the first three are its streams. The answers go back
over that socket as lines of JSON, and closing it ends the program. Closing the channel ends all, and so does the
death of whoever holds it.

"run": a program, see `_Wish`. The answer is `{"begun"}`, and, when nothing is left of it, `{"code", "reason",
"state", "exported"}`. "connect": a connection to a port in here, as a descriptor; with "program" only where nobody
but that background program listens at it. "ports": those at which background programs listen, by their names.
"hold": stop all that runs until "go on".
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

assert sys.platform == "linux"

from agents.sandbox.inside.guard import PutBack
from agents.sandbox.inside.keeper import Start, forked
from agents.sandbox.inside.listeners import listeners, sockets_here, sockets_of
from agents.sandbox.inside.plan import STATE, LaunchPlan
from agents.sandbox.inside.shell_state import StateFolder
from agents.sandbox.inside.supervise import Answering, End, Watch, woken_by_children
from agents.sandbox.inside.tree import Descendants, Tree

STALE = "stale"
"""The detail of an error: what lies in the workspace by now could not be hidden from programs any more."""
_PATIENCE = 20.0  # seconds for a request to arrive
_MOST_LINE = 8 << 20
_CONNECTING = 3.0  # seconds


class _Wish(NamedTuple):
    """A program to run: `argv`, in which `STATE` stands for the folder of its state, its variables, and the state of
    the shell before it. `background` is the name of one that goes on while others run. `guarded`, `locked`, `pointed`
    and `released` are for `PutBack`; `sockets` lie in the workspace, and must be made in here."""

    argv: list[str]
    environment: dict[str, str]
    state: str = ""
    background: str = ""
    guarded: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    pointed: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()


class _Job:
    """A program that runs."""

    def __init__(
        self,
        wish: _Wish,
        keeper: int,
        link: socket.socket,
        asked: socket.socket,
        errors: int,
        state: StateFolder,
    ) -> None:
        self.wish, self.keeper, self.link, self.asked = wish, keeper, link, asked
        self.errors, self.state = errors, state
        self.broker: Answering | None = None
        self.trouble: dict[str, str] = {}


class Serving:
    """Runs programs in the sandbox of `plan`, whose home is `home` and whose programs all get `environment`.

    `tree` are all processes in there. `relay` starts a process of the launcher's own, which programs may kill.

    `starting` gives what starts a program with these arguments and variables; `broker` answers calls at a listener;
    `restore` puts back, and writes what it has to say to standard error.
    """

    def __init__(
        self,
        plan: LaunchPlan,
        tree: Tree,
        relay: Callable[[], int] | None,
        home: str,
        environment: dict[str, str],
        starting: Callable[[list[str], dict[str, str]], Start],
        broker: Callable[[int], Answering | None],
        restore: Callable[[PutBack], None],
    ) -> None:
        self._tree = tree
        self._start_relay, self._relay = relay, relay() if relay is not None else 0
        self._plan, self._home, self._environment = plan, home, environment
        self._starting, self._broker, self._restore = starting, broker, restore
        self._channel = socket.socket(fileno=plan.channel)
        self._jobs: list[_Job] = []
        self._guard: PutBack | None = None
        self._watch = Watch(plan, home)

    def serve(self) -> End:
        """Serve until the channel is closed; nothing is left in the sandbox then."""
        with woken_by_children() as wake, self._channel:
            while self._step(wake):
                pass
        for job in tuple(self._jobs):
            self._end(job, -signal.SIGTERM, "stopped")
        return End(0)

    def _step(self, wake: int) -> bool:
        """Do what is due; False when the channel was closed, or this process is to end."""
        self._reap()
        brokers = {job.broker.listener: job.broker for job in self._jobs if job.broker}
        links, asked = {job.link: job for job in self._jobs}, {job.asked: job for job in self._jobs}
        waited: list[Any] = [wake, self._channel, *links, *asked, *brokers]
        pause = self._watch.seconds() if self._jobs else None
        ready = select.select(waited, [], [], pause)[0]
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
        if self._watch.is_ended or (self._channel in ready and not self._request()):
            return False
        for each in ready:
            if each in brokers:
                brokers[each].answer()
            elif each in links and links[each] in self._jobs:
                self._hear(links[each])
            elif each in asked and asked[each] in self._jobs:
                self._end(asked[each], -signal.SIGTERM, "stopped")
        if self._jobs and (too_much := self._watch.too_much(self._pids)):
            brief = [job for job in self._jobs if not job.wish.background]
            for job in brief or tuple(self._jobs):
                self._end(job, -signal.SIGKILL, too_much)
        return True

    # --- requests ---

    def _request(self) -> bool:
        try:
            _, fds, _, _ = socket.recv_fds(self._channel, 16, 8)
        except OSError:
            return False
        if not fds:
            return False
        *streams, last = fds
        asked = socket.socket(fileno=last)
        try:
            request = _line(asked)
            match request.pop("do", ""):
                case "run":
                    self._begin(_Wish(**request), streams, asked)
                    return True
                case "connect":
                    if self._plan.kind != "bubblewrap" or self._plan.network:
                        raise OSError("the ports here are those of the whole machine")
                    self._connect(int(request["port"]), str(request["program"]), asked)
                case "ports":
                    _say(asked, {"ports": self._ports()})
                case "hold":
                    self._hold()
                    _say(asked, {})
                case "go on":
                    self._go_on(tuple(request["released"]))
                    _say(asked, {})
        except (OSError, ValueError, TypeError, KeyError) as error:
            _say(asked, {"error": "confine", "detail": str(error)[:2000]})
            self._tree.go_on()
        for stream in streams:
            os.close(stream)
        asked.close()
        return True

    def _begin(self, wish: _Wish, streams: list[int], asked: socket.socket) -> None:
        """Start a program. Raises OSError where it cannot be."""
        known = sockets_here() if wish.sockets else frozenset()
        if any(path not in known and os.path.basename(path) not in known for path in wish.sockets):  # noqa: PTH119
            raise OSError(STALE)
        self._tree.stop()
        errors = os.dup(streams[2])
        try:
            self._put_back(errors, wish.released)
            self._look(wish)
            environment = self._environment | wish.environment
            state = StateFolder(self._home, wish.state, environment)
            argv = [str(state.path) if word == STATE else word for word in wish.argv]
            keeper, link = forked(self._starting(argv, environment), streams)
        except BaseException:
            os.close(errors)
            raise
        self._jobs.append(_Job(wish, keeper, link, asked, errors, state))
        for stream in streams:
            os.close(stream)
        self._tree.go_on()
        _say(asked, {"begun": True})

    def _look(self, wish: _Wish) -> None:
        """Look at what must not change from here on."""
        if self._plan.roots:
            self._guard = PutBack(
                map(Path, wish.guarded),
                list(map(Path, self._plan.roots)),
                brief=True,
                locked=list(map(Path, wish.locked)),
                pointed=wish.pointed,
                released=wish.released,
            )

    def _put_back(self, errors: int, released: tuple[str, ...] = ()) -> None:
        """Put back what was changed since the last look, and say so to `errors`."""
        if self._guard is not None:
            self._guard.release(released)
            os.dup2(errors, 2)
            with contextlib.suppress(BrokenPipeError):  # nobody reads what it says
                self._restore(self._guard)
            _silence()
            self._guard = None

    # --- programs ---

    def _hear(self, job: _Job) -> None:
        """The keeper says something, or is gone."""
        try:
            data, fds, _, _ = socket.recv_fds(job.link, 4096, 1)
        except OSError:
            data, fds = b"", []
        if fds:
            job.broker = self._broker(fds[0])
        said: dict[str, Any] = json.loads(data) if data else {"code": -signal.SIGKILL}
        if "error" in said:
            job.trouble = said
        if "code" in said or "error" in said:
            self._end(job, int(said.get("code", 0)), "")

    def _end(self, job: _Job, code: int, reason: str) -> None:
        """End all that is left of a program, put back, and say how it ended."""
        self._tree.stop()
        self._jobs.remove(job)
        _kill([job.keeper])
        self._end_strays()
        self._put_back(job.errors)
        if self._jobs:
            self._look(self._jobs[-1].wish)
        state = None if job.wish.background else job.state.left()
        self._tree.go_on()
        os.close(job.errors)
        said: dict[str, object] = {"code": code, "reason": reason} | job.trouble
        if state is not None:
            said |= {"state": state.whole, "exported": state.exported}
        _say(job.asked, said)
        job.state.close()
        if job.broker:
            os.close(job.broker.listener)
        job.link.close()
        job.asked.close()

    def _end_strays(self) -> None:
        """Kill all processes that belong to no job, those whose keeper was killed among them."""
        while True:
            kept = {job.keeper for job in self._jobs} | {self._relay}
            for job in self._jobs:
                kept.update(Descendants(job.keeper).all())
            strays = [pid for pid in self._tree.all() if pid not in kept]
            if not strays:
                return
            _kill(strays)
            self._reap()
            time.sleep(0.001)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                if pid == self._relay:
                    self._relay = 0
        if not self._relay and self._start_relay is not None:
            with contextlib.suppress(OSError):  # a program has taken the port: until that ends
                self._relay = self._start_relay()

    def _pids(self) -> list[int]:
        ours = {job.keeper for job in self._jobs} | {self._relay}
        return [pid for pid in self._tree.pids() if pid not in ours]

    def _ports(self) -> dict[str, list[int]]:
        """The ports at which each background program listens."""
        listening = listeners()
        found: dict[str, list[int]] = {}
        for job in self._jobs:
            if job.wish.background:
                inodes = set(sockets_of(Descendants(job.keeper).pids()))
                found[job.wish.background] = sorted(
                    {listening[each].port for each in inodes & listening.keys()}
                )
        return found

    def _connect(self, port: int, program: str, asked: socket.socket) -> None:
        """Send back a connection to the port. Raises OSError."""
        if not program:
            _connect(port, asked)
            return
        at_port = {inode: each.host for inode, each in listeners().items() if each.port == port}
        others = set(at_port)
        for job in self._jobs:
            if job.wish.background == program:
                for inode in sockets_of(Descendants(job.keeper).pids()):
                    others.discard(inode)
                    if not others:  # a listener is among the first that a program has opened
                        break
        if not at_port or others:
            raise ConnectionRefusedError(f"{program} alone does not listen at {port}")
        _connect_soon(min(at_port.values()), port, asked)

    # --- standing still ---

    def _hold(self) -> None:
        self._tree.stop()
        if self._jobs:
            self._put_back(self._jobs[-1].errors)

    def _go_on(self, released: tuple[str, ...]) -> None:
        """What was changed while all stood still is nobody's in here."""
        if self._jobs:
            self._jobs[-1].wish = self._jobs[-1].wish._replace(released=released)
            self._look(self._jobs[-1].wish)
        self._tree.go_on()


def _line(asked: socket.socket) -> dict[str, Any]:
    """The request. Raises OSError and ValueError."""
    asked.settimeout(_PATIENCE)
    text = bytearray()
    while not text.endswith(b"\n"):
        piece = asked.recv(1 << 16)
        if not piece or len(text) > _MOST_LINE:
            raise OSError("the request broke off")
        text += piece
    request: dict[str, Any] = json.loads(text)
    return request


def _say(asked: socket.socket, words: dict[str, object]) -> None:
    with contextlib.suppress(OSError):
        asked.sendall(json.dumps(words).encode() + b"\n")


def _connect(port: int, asked: socket.socket) -> None:
    """Send back a connection to the port, by whichever of the loopback's addresses is listened at. Raises OSError."""
    try:
        found = socket.create_connection(("127.0.0.1", port), _CONNECTING)
    except OSError:
        found = socket.create_connection(("::1", port), _CONNECTING)
    with found:
        found.settimeout(None)
        socket.send_fds(asked, [b"{}\n"], [found.fileno()])


def _connect_soon(host: str, port: int, asked: socket.socket) -> None:
    """Send back a connection that is being made: a program that accepts none keeps nobody waiting here."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as found:
        found.setblocking(False)
        code = found.connect_ex((host, port))
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, os.strerror(code))
        socket.send_fds(asked, [b"{}\n"], [found.fileno()])


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 2)
    os.close(nothing)
