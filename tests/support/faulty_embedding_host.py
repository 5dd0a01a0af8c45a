"""Embedding hosts that end in ways the real one cannot be made to."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection

from engine.embedding import protocol


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
