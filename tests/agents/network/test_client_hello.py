"""The name that a TLS client asks for is read from its first message, however that is cut into records."""

from __future__ import annotations

import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.network.client_hello import Incomplete, server_name


def hello(name: str | None) -> bytes:
    """What a client of this Python says first."""
    context = ssl.create_default_context()
    context.check_hostname = False
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def in_records(said: bytes, sizes: list[int]) -> bytes:
    """The same message in records of these sizes, the last with the rest."""
    message, records = said[5:], b""
    for size in [*sizes, len(message)]:
        piece, message = message[:size], message[size:]
        records += b"\x16\3\1" + len(piece).to_bytes(2) + piece if piece else b""
    return records


NAMED = hello("registry.example.org")


def test_the_name_is_read() -> None:
    assert server_name(NAMED) == "registry.example.org"
    assert server_name(NAMED + b"more") == "registry.example.org"
    assert server_name(hello(None)) == ""


@given(st.lists(st.integers(1, 400), max_size=6))
def test_records_may_cut_it_anywhere(sizes: list[int]) -> None:
    assert server_name(in_records(NAMED, sizes)) == "registry.example.org"


@given(st.integers(0, len(NAMED) - 1))
def test_a_part_of_it_is_not_enough(length: int) -> None:
    with pytest.raises(Incomplete):
        server_name(NAMED[:length])


@given(st.binary(max_size=300), st.integers(0, len(NAMED)))
def test_whatever_is_said_it_is_a_name_or_none(noise: bytes, place: int) -> None:
    for said in (noise, NAMED[:place] + noise + NAMED[place + len(noise) :]):
        with contextlib.suppress(Incomplete, ValueError):
            assert isinstance(server_name(said), str)


@pytest.mark.parametrize(
    "said", [b"GET ", b"SSH-", b"\x17\3\3", b"\x16\2\0", b"\x16\3\1\0\0", b"\x16\3\1\0\4\2\0\0\0"]
)
def test_what_is_no_hello_is_known_early(said: bytes) -> None:
    with pytest.raises(ValueError):
        server_name(said)


def test_two_names_are_none() -> None:
    extension = b"\0\0" + b"\0\x0e" + b"\0\x0c" + b"\0\0\x03a.b" + b"\0\0\x03c.d"
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0" + len(extension).to_bytes(2) + extension
    with pytest.raises(ValueError, match="several"):
        server_name(b"\x16\3\1" + (len(body) + 4).to_bytes(2) + b"\1" + len(body).to_bytes(3) + body)
