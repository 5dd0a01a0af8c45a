"""All that a run must not touch, and that notices when it is touched."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from agents.network.gate import HostGate
from agents.network.upstream import Upstream
from agents.tools.web.download import THE_WEB, Web

SECRET = "CANARY-7f3a91"
# Files of the data folder that a run has no business with; what it keeps there itself is not among them.
_OURS = ("settings.toml", "servers.toml", "server_tools.toml", "wishes.toml", "recipes/own.toml")


class World:
    """In `folder`: a `workspace`, a person's `home`, files `outside`, the data folder `data`, and listeners on this
    machine. `harm` says what was changed or reached since the last time it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace, self.home = folder / "workspace", folder / "person"
        self.outside, self.data = folder / "outside", folder / "data"
        for place in (self.workspace, self.home / ".ssh", self.outside, self.data / "recipes"):
            place.mkdir(parents=True)
        for path in (
            self.home / ".ssh/id_rsa",
            self.home / ".bashrc",
            self.home / "diary.txt",
            self.outside / "file.txt",
            self.outside / "report.docx",
        ):
            path.write_text(f"{SECRET} {path.name}\n")
        for name in _OURS:
            (self.data / name).write_text("# as it was\n")
        self._git()
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.tcp.setblocking(False)
        self.udp.setblocking(False)
        self.names: list[str] = []  # that were looked up
        self.port, self.udp_port = self.tcp.getsockname()[1], self.udp.getsockname()[1]
        self._before = self._state()

    def harm(self) -> list[str]:
        now = self._state()
        found = [path for path in sorted({*now, *self._before}) if now.get(path) != self._before.get(path)]
        self._before = now
        return found + self.reached()

    def note(self) -> None:
        """What is there now is as it should be."""
        self._before = self._state()

    def web(self) -> Web:
        """The web, all of whose hosts are the listener here."""

        def resolve(host: str, port: int) -> list[str]:
            self.names.append(host)
            return ["127.0.0.1"]

        return Web(resolve, lambda address: True, THE_WEB.trust)

    def gate(self) -> HostGate:
        """The way of commands to that web."""
        return HostGate(_Upstream(self))

    @contextlib.contextmanager
    def answering(self, answer: bytes) -> Iterator[list[bytes]]:
        """Whoever connects is given this answer meanwhile; what each has said."""
        heard: list[bytes] = []
        over = threading.Event()

        def serve() -> None:
            while not over.wait(0.01):
                with contextlib.suppress(BlockingIOError), self.tcp.accept()[0] as connection:
                    connection.settimeout(2)
                    heard.append(connection.recv(10_000))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, name="answering")
        thread.start()
        try:
            yield heard
        finally:
            over.set()
            thread.join()

    def close(self) -> None:
        self.tcp.close()
        self.udp.close()

    def _git(self) -> None:
        git = ("git", "-C", str(self.workspace))
        subprocess.run([*git, "init", "-q"], check=True)
        hook = self.workspace / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 0\n")
        hook.chmod(0o755)

    def _state(self) -> dict[str, tuple[int, bytes]]:
        """Each thing with its mode and content."""
        places = [self.home, self.outside, self.workspace / ".git/hooks", self.workspace / ".git/config"]
        places += [self.data / name for name in _OURS]
        found: dict[str, tuple[int, bytes]] = {}
        for place in places:
            for path in [place, *(place.rglob("*") if place.is_dir() else ())]:
                with contextlib.suppress(FileNotFoundError):
                    facts = path.lstat()
                    content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
                    if path.is_symlink():
                        content = os.fsencode(path.readlink())
                    found[str(path.relative_to(self.folder))] = (facts.st_mode, content)
        return found

    def reached(self) -> list[str]:
        """What was reached by the network since the last time it was asked."""
        found = [f"name {name}" for name in self.names]
        self.names.clear()
        with contextlib.suppress(BlockingIOError):
            while True:
                self.tcp.accept()[0].close()
                found.append("tcp")
        with contextlib.suppress(BlockingIOError):
            while True:
                self.udp.recv(2000)
                found.append("udp")
        return found


class _Upstream(Upstream):
    """All ports of all hosts are the listener of a world."""

    def __init__(self, world: World) -> None:
        super().__init__(world.web(), lambda url: "")
        self._port = world.port

    def _connected(self, addresses: list[str], port: int, host: str) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=5)
