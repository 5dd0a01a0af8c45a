"""Embedding hosts that end in ways the real one cannot be made to."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection

from engine.embedding import protocol
from tests.support.models.small_e5 import WIDTH


def aborts(connection: Connection, log_path: str, model: str, longest: int, idle_s: float) -> None:
    """Dies as ggml does when it meets what it did not expect, at the first request."""
    connection.recv_bytes()
    os.abort()


def babbles(connection: Connection, log_path: str, model: str, longest: int, idle_s: float) -> None:
    """Sends bytes that are no reply."""
    connection.recv_bytes()
    connection.send_bytes(b"\xc1 no reply")
    connection.recv_bytes()


def is_of_another_width(
    connection: Connection, log_path: str, model: str, longest: int, idle_s: float
) -> None:
    request = protocol.decode_command(connection.recv_bytes())
    connection.send_bytes(protocol.encode(protocol.Rows(request.id, 5, bytes(4 * 5), (1,))))
    connection.recv_bytes()


def works_without_end(connection: Connection, log_path: str, model: str, longest: int, idle_s: float) -> None:
    """Answers texts at once but "long", which takes until it is aborted."""
    while True:
        command = protocol.decode_command(connection.recv_bytes())
        if isinstance(command, protocol.Abort):
            connection.send_bytes(protocol.encode(protocol.Rows(command.id, WIDTH, b"", (1,))))
        elif isinstance(command, protocol.Embed) and "long" not in command.texts[0]:
            rows = protocol.Rows(command.id, WIDTH, bytes(4 * WIDTH), (1,))
            connection.send_bytes(protocol.encode(rows))


def loads_without_end(connection: Connection, log_path: str, model: str, longest: int, idle_s: float) -> None:
    """Takes no notice of anything, until its parent is gone."""
    while True:
        connection.recv_bytes()
