"""Heads and bodies of any bytes: understood in one way, or refused."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.network.request_body import pass_body
from agents.network.request_head import BadRequest, RequestHead, read_head

WORDS = b"""
GET CONNECT : http:// a.example b.example Host @ / \\ HTTP/1.1 Content-Length Transfer-Encoding chunked 5 [ ] # ? 443
"""
PIECES = st.sampled_from([*WORDS.split(), b" ", b"\r\n", b"\n", b"\t", b"\0"])


def understood(head: bytes) -> RequestHead | None:
    with contextlib.suppress(BadRequest):
        return read_head(head)
    return None


@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=14).map(b"".join)))
def test_whatever_comes_is_a_request_or_refused(text: bytes) -> None:
    for head in (text, text + b"\r\n\r\n", b"GET http://a.example/ HTTP/1.1\r\n" + text + b"\r\n\r\n"):
        found = understood(head)
        if found is not None:
            assert found.host and not set("@/\\ \r\n\0") & set(found.host)
            assert all(b"\r" not in value and b"\n" not in value for _, value in found.fields)
            assert not {b"host", b"connection"} & {name for name, _ in found.fields}


@given(st.lists(PIECES, max_size=6).map(b"".join))
def test_no_field_makes_another_host_of_it(text: bytes) -> None:
    found = understood(b"GET http://a.example/x HTTP/1.1\r\n" + text + b"\r\n\r\n")
    assert found is None or found.host == "a.example"


def passed(sent: bytes, length: int) -> bytes:
    """What arrives of a body; it fails where it is cut or cannot be read."""
    client, ours = socket.socketpair()
    far, theirs = socket.socketpair()
    with client, ours, far, theirs:
        for one in (client, ours, far, theirs):
            one.settimeout(20)
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        arrived: list[bytes] = []

        def take() -> None:
            while piece := theirs.recv(65536):
                arrived.append(piece)

        thread = threading.Thread(target=take)
        thread.start()
        try:
            pass_body(ours, far, length, b"")
        finally:
            far.shutdown(socket.SHUT_WR)
            thread.join()
        return b"".join(arrived)


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=5), st.binary(max_size=40))
def test_chunks_arrive_and_nothing_behind_the_last(chunks: list[bytes], behind: bytes) -> None:
    sent = (
        b"".join(b"%X;x=y\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
        + b"0\r\nA: b\r\n\r\n"
        + behind
    )
    expected = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    assert passed(sent, -1) == expected
    assert passed(b"".join(chunks) + behind, len(b"".join(chunks))) == b"".join(chunks)


@pytest.mark.parametrize(
    ("sent", "length"),
    [
        (b"abc", 5),
        (b"5\r\nabc", -1),
        (b"x\r\n", -1),
        (b"-1\r\n", -1),
        (b"3\r\nabcd\r\n0\r\n\r\n", -1),
        (b"3\r\nabc\r\n", -1),
        (b"1" * 9000, -1),
        (b"0x3\r\nabc\r\n0\r\n\r\n", -1),
    ],
)
def test_a_body_that_is_cut_or_cannot_be_read_ends_the_connection(sent: bytes, length: int) -> None:
    with pytest.raises(OSError):
        passed(sent, length)
