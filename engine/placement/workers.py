"""Asks machines that run llama.cpp's `ggml-rpc-server` who they are, before ggml does.

ggml itself aborts the process when an address refuses, and waits for ever for one that accepts and says
nothing. Messages as in `ggml/src/ggml-rpc/ggml-rpc.cpp`, protocol 7.0: a request is one byte of command, eight
bytes of size and the data; a response is eight bytes of size and the data; little endian. A worker serves one
client at a time, so each question is short and its connection is closed.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from engine.errors import UserError
from engine.placement.plan import Device, PlacementOptions

DEFAULT_PORT = 50052
PATIENCE = 5.0
# GGML_RPC_MAX_SERVERS, and as many devices as llama.cpp takes.
MOST_WORKERS = 16
PROTOCOL = (7, 0)
# How ggml names their devices, with a number.
_DEVICE = "RPC"

_HELLO, _DEVICE_COUNT, _DEVICE_MEMORY = 14, 15, 11
_CAPABILITIES = bytes(24)  # of other transports than TCP: none
_HELLO_RESPONSE = struct.Struct("<4B24x")
_MOST_DEVICES = 64
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_IPV6 = re.compile(r"\[[0-9A-Fa-f:.]+(%\w+)?\](:\d+)?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\w+)?")


class Address(msgspec.Struct, frozen=True):
    """Where a worker listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_address(written: str) -> Address:
    """An address as people write it: "host", "host:port".

    Raises UserError `worker.bad_address` (address), and `worker.ipv6` (address) for "[::1]:50052": ggml
    reaches workers by IPv4 only.
    """
    trimmed = written.strip()
    if _IPV6.fullmatch(trimmed):
        raise UserError("worker.ipv6", address=trimmed[:300])
    host, colon, port = trimmed.partition(":")
    if not _HOST.fullmatch(host) or (colon and not _is_port(port)):
        raise UserError("worker.bad_address", address=trimmed[:300])
    return Address(host, int(port) if colon else DEFAULT_PORT)


def _is_port(port: str) -> bool:
    return port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) < 2**16


def parse_addresses(written: Sequence[str]) -> tuple[Address, ...]:
    """Several addresses, in their order.

    Raises what `parse_address` and `resolve` raise, `worker.too_many` (limit), and `worker.twice` (address)
    where two addresses are the same worker: it would serve the first and let the second wait for ever.
    """
    if len(written) > MOST_WORKERS:
        raise UserError("worker.too_many", limit=MOST_WORKERS)
    places: set[tuple[str, int]] = set()
    parsed = tuple(parse_address(each) for each in written)
    for address in parsed:
        place = resolve(address)
        if place in places:
            raise UserError("worker.twice", address=str(address))
        places.add(place)
    return parsed


def probe_all(addresses: Sequence[Address]) -> tuple[Device, ...]:
    """The devices of all workers, named as ggml will name them when they are registered in this order.

    They are asked at once. Raises what `probe` raises for the first that fails.
    """
    if not addresses:
        return ()
    with ThreadPoolExecutor(len(addresses), thread_name_prefix="worker-probe") as threads:
        asked = [threads.submit(probe, str(address)) for address in addresses]
        found = [device for answer in asked for device in answer.result()]
    return tuple(msgspec.structs.replace(device, name=f"RPC{n}") for n, device in enumerate(found))


def without_workers(options: PlacementOptions, gone: Collection[str]) -> PlacementOptions:
    """The options less the workers at these addresses. Devices of workers are named by their order, so the budgets of
    those that stay go by other names."""
    if not gone:
        return options
    staying = [number for number, address in enumerate(options.workers) if address not in gone]
    names = {f"{_DEVICE}{old}": f"{_DEVICE}{new}" for new, old in enumerate(staying)}
    budgets = {
        names.get(name, name): size
        for name, size in options.budgets.items()
        if name in names or not name.startswith(_DEVICE)
    }
    workers = tuple(options.workers[number] for number in staying)
    return msgspec.structs.replace(options, workers=workers, budgets=budgets)


def resolve(address: Address) -> tuple[str, int]:
    """The IPv4 address and port. Raises UserError `worker.unknown_host` (address)."""
    try:
        found = socket.getaddrinfo(address.host, address.port, socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UserError("worker.unknown_host", address=str(address)) from error
    ip, port = found[0][4][:2]
    return str(ip), int(port)


def probe(written: str, timeout: float = PATIENCE) -> tuple[Device, ...]:
    """The devices of one worker, as if it were the only one. Each step may take `timeout` seconds.

    Raises UserError, each with `address`: `worker.bad_address`, `worker.ipv6`, `worker.unknown_host`,
    `worker.refused`, `worker.stalled`, `worker.not_a_worker`, `worker.other_version` (found, wanted).
    """
    address = parse_address(written)
    place = resolve(address)
    try:
        with socket.create_connection(place, timeout) as connection:
            return _ask(connection, address)
    except TimeoutError as error:
        raise UserError("worker.stalled", address=str(address)) from error
    except EOFError:
        # What an older worker does with our greeting, and what many servers do with bytes they do not know.
        raise _older_or_other(address, place, timeout) from None
    except OSError as error:
        raise UserError("worker.refused", address=str(address)) from error


def _ask(connection: socket.socket, address: Address) -> tuple[Device, ...]:
    hello = _exchange(connection, _HELLO, _CAPABILITIES)
    if len(hello) != _HELLO_RESPONSE.size:
        raise _not_ours(hello, address)
    major, minor, patch, _ = _HELLO_RESPONSE.unpack(hello)
    if major != PROTOCOL[0] or minor > PROTOCOL[1]:
        raise _other_version(address, (major, minor, patch))
    count = _number(_exchange(connection, _DEVICE_COUNT), "<I", address)[0]
    if not 0 < count <= _MOST_DEVICES:
        raise UserError("worker.not_a_worker", address=str(address))
    found = []
    for device in range(count):
        answer = _exchange(connection, _DEVICE_MEMORY, struct.pack("<I", device))
        free, total = _number(answer, "<QQ", address)
        found.append(Device(f"RPC{device}", "rpc", str(address), free, total))
    return tuple(found)


def _older_or_other(address: Address, place: tuple[str, int], timeout: float) -> UserError:
    """Before protocol 6 the greeting was empty and its answer three numbers."""
    try:
        with socket.create_connection(place, timeout) as connection:
            return _not_ours(_exchange(connection, _HELLO), address)
    except (OSError, EOFError):
        return UserError("worker.not_a_worker", address=str(address))


def _not_ours(hello: bytes, address: Address) -> UserError:
    if 3 <= len(hello) <= 4 and hello[0] < 100:
        return _other_version(address, (hello[0], hello[1], hello[2]))
    return UserError("worker.not_a_worker", address=str(address))


def _other_version(address: Address, found: tuple[int, int, int]) -> UserError:
    return UserError(
        "worker.other_version",
        address=str(address),
        found=".".join(map(str, found)),
        wanted=f"{PROTOCOL[0]}.{PROTOCOL[1]}",
    )


def _number(data: bytes, shape: str, address: Address) -> tuple[int, ...]:
    try:
        return struct.unpack(shape, data)
    except struct.error as error:
        raise UserError("worker.not_a_worker", address=str(address)) from error


def _exchange(connection: socket.socket, command: int, data: bytes = b"") -> bytes:
    """One request and up to a hundred bytes of response. Raises EOFError, TimeoutError."""
    try:
        connection.sendall(struct.pack("<BQ", command, len(data)) + data)
        size = struct.unpack("<Q", _receive(connection, 8))[0]
        return _receive(connection, size) if size <= 100 else b""
    except (ConnectionResetError, BrokenPipeError) as error:
        raise EOFError from error


def _receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
