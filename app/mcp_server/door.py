"""The way from a process that another program has started to the one with the window, or with the server.

That one listens on a local socket that only this person's processes reach, and writes its address with a random key
into the data folder. A connection is for one call: the call goes in, words on how far it is, questions and the result
come back. Closing it ends the call.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import msgspec

from agents.permissions.values import ApprovalRequest, Decision
from app.mcp_server.calls import Answer, Call, Caller, Done, Question, Told
from app.store.records import ServerKey
from engine.durable_files import write_whole

log = logging.getLogger(__name__)
# Where each writes its address.
WINDOW, SERVER = "programs-window.json", "programs-server.json"
MOST_BYTES = 16 * 2**20
LOOK_S = 0.1
_HELLO_S = 10.0
# Systems take some hundred bytes.
_SOCKET, _LONGEST = ".socket", 100
_FOLDER, _CALLS = "coterie-", "calls"
CLOSED = Done("Coterie was closed before it was done.", failed=True)
CarryOut = Callable[[Call, Caller], Done]


class _Address(msgspec.Struct, frozen=True):
    """`key` in hexadecimal digits."""

    address: str
    key: str


class Door:
    """Listens for calls from `open` to `close`, each carried out on a thread of its own. Both block. `file` tells the
    address."""

    def __init__(self, file: Path, carry_out: CarryOut) -> None:
        self._file, self._carry_out = file, carry_out
        self._key = secrets.token_bytes(32)
        self._closing = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._folder = self._address = ""

    @property
    def is_busy(self) -> bool:
        return bool(self._threads)

    def open(self) -> None:
        """Raises OSError."""
        _remove_what_is_left(self._file)
        self._address = self._free_address()
        family = "AF_PIPE" if os.name == "nt" else "AF_UNIX"
        self._listener = Listener(self._address, family, authkey=self._key)
        self._thread = threading.Thread(target=self._listen, name="program-calls", daemon=True)
        self._thread.start()
        self._told = _Address(self._address, self._key.hex())
        write_whole(self._file, msgspec.json.encode(self._told), synced=False)
        self._file.chmod(0o600)

    def _free_address(self) -> str:
        """In the data folder, which is this person's alone; where its path is too long in a folder of its own."""
        name = f"programs-{secrets.token_hex(8)}"
        if os.name == "nt":
            return rf"\\.\pipe\coterie-{name}"
        beside = str(self._file.with_name(name + _SOCKET))
        if len(os.fsencode(beside)) <= _LONGEST:
            return beside
        self._folder = tempfile.mkdtemp(prefix=_FOLDER)
        return str(Path(self._folder) / _CALLS)

    def close(self) -> None:
        """End open calls, and wait for them."""
        self._closing.set()
        if _address_in(self._file) == self._told:  # another process may have come after this one
            self._file.unlink(missing_ok=True)
        with contextlib.suppress(
            *_LOST
        ):  # wakes what waits for the next one, if it still does: no answer is awaited
            Client(self._address).close()
        self._thread.join(_HELLO_S)  # somebody may have connected and say nothing
        self._listener.close()
        for thread in tuple(self._threads):
            thread.join()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                connection = self._listener.accept()
            except _LOST:
                self._closing.wait(LOOK_S)
                continue
            thread = threading.Thread(
                target=self._serve, args=(connection,), name="program-call", daemon=True
            )
            self._threads.add(thread)
            thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            with connection, contextlib.suppress(*_LOST, msgspec.DecodeError):
                if not self._closing.is_set() and connection.poll(_HELLO_S):
                    call = msgspec.json.decode(connection.recv_bytes(MOST_BYTES), type=Call)
                    done = self._carry_out(call, _Line(connection, self._closing, can_ask=call.can_ask))
                    sent = CLOSED if self._closing.is_set() else done
                    connection.send_bytes(msgspec.json.encode(sent))
        finally:
            self._threads.discard(threading.current_thread())


class _Line:
    """The caller at the other end of a connection."""

    key: ServerKey | None = None

    def __init__(self, connection: Connection, closing: threading.Event, *, can_ask: bool) -> None:
        self._connection, self._closing, self._broken = connection, closing, False
        self.can_ask = can_ask

    def told(self, text: str) -> None:
        self._send(Told(text))

    def is_gone(self) -> bool:
        try:  # nothing comes unasked but the end
            self._broken = self._broken or self._connection.poll()
        except OSError:
            self._broken = True
        return self._broken or self._closing.is_set()

    def ask(self, request: ApprovalRequest) -> Decision | None:
        self._send(Question(request))
        try:
            while not (self._broken or self._closing.is_set()):
                if self._connection.poll(LOOK_S):
                    return msgspec.json.decode(self._connection.recv_bytes(MOST_BYTES), type=Answer).decision
        except (*_LOST, msgspec.DecodeError):
            self._broken = True
        return None

    def _send(self, said: Told | Question) -> None:
        try:
            self._connection.send_bytes(msgspec.json.encode(said))
        except OSError:
            self._broken = True


def carried_out_elsewhere(
    home: Path, call: Call, caller: Caller, files: Sequence[str] = (WINDOW, SERVER)
) -> Done | None:
    """Have the process with the window carry out a call, else the one with the server; None where none is open on
    this data folder."""
    connection = next(filter(None, (_reached(home / file) for file in files)), None)
    if connection is None:
        return None
    with connection:
        try:
            asked = msgspec.structs.replace(call, can_ask=caller.can_ask)
            connection.send_bytes(msgspec.json.encode(asked))
            while not caller.is_gone():
                if not connection.poll(LOOK_S):
                    continue
                said = msgspec.json.decode(connection.recv_bytes(MOST_BYTES), type=Told | Question | Done)
                if isinstance(said, Done):
                    return said
                if isinstance(said, Told):
                    caller.told(said.text)
                else:
                    connection.send_bytes(msgspec.json.encode(Answer(caller.ask(said.request))))
        except (*_LOST, msgspec.DecodeError):
            return CLOSED
    return Done("The call was ended.", failed=True)


def _remove_what_is_left(file: Path) -> None:
    """The socket of a process that has died."""
    if (found := _address_in(file)) is None:
        return
    place = Path(found.address)
    apart = place.name == _CALLS and place.parent.name.startswith(_FOLDER)
    if not (apart or (place.suffix == _SOCKET and place.parent == file.parent)):
        return
    if (alive := _reached(file)) is not None:
        alive.close()
        return
    with contextlib.suppress(OSError):
        if place.is_socket():
            place.unlink()
        if apart:
            place.parent.rmdir()


def _address_in(file: Path) -> _Address | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Address)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _reached(file: Path) -> Connection | None:
    found = _address_in(file)
    if found is None:
        return None
    try:
        opened: Connection = Client(found.address, authkey=bytes.fromhex(found.key))
    except (*_LOST, ValueError):  # one that has died
        return None
    return opened


_LOST = (OSError, EOFError, multiprocessing.AuthenticationError)
