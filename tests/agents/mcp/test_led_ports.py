"""What the launcher of a tool server answers when a port is to be opened there."""

from __future__ import annotations

import json
import select
import socket
import sys
import threading

import pytest

from agents.mcp.led_ports import _opened
from tests.support.servers.free_port import free_port

if sys.platform != "linux":
    pytest.skip("sandboxes have networks of their own on Linux alone", allow_module_level=True)

from agents.sandbox.inside.port_opener import PortOpener


def answer(opener: PortOpener) -> None:
    """As the launcher does, once something is asked."""
    select.select(opener.waited, [], [])
    opener.answer()


def test_an_answer_that_nobody_waits_for_any_more_is_not_taken_for_the_next_ones() -> None:
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    opener = PortOpener(theirs.detach())
    late, wanted = free_port(), free_port()

    with ours:
        ours.send(json.dumps({"port": late}).encode())
        answer(opener)  # whoever asked has given up by now
        launcher = threading.Thread(target=answer, args=(opener,))
        launcher.start()
        found = _opened(ours, wanted)
        launcher.join()
        assert found and {one.getsockname()[1] for one in found} == {wanted}
        # Nobody listens at the late one.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", late))
        for one in found:
            one.close()
    opener.answer()
    assert opener.waited == []


def test_a_port_that_cannot_be_opened_gives_none() -> None:
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    opener = PortOpener(theirs.detach())
    with ours, socket.create_server(("127.0.0.1", 0)) as taken:
        launcher = threading.Thread(target=answer, args=(opener,))
        launcher.start()
        assert _opened(ours, taken.getsockname()[1]) == []
        launcher.join()
    opener.answer()
