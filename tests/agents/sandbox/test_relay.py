"""A program without a network reaches a proxy outside, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.api import Confinement, Limits, Ran
from agents.sandbox.inside.relay import PORT
from agents.sandbox.visible import interpreter
from tests.agents.sandbox.conftest import KINDS

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif("bubblewrap" not in KINDS, reason="bubblewrap does not work on this machine"),
]

MANY = 1500


def python(workspace: Path, code: str, proxy: Path | None, **limits: float) -> Ran:
    argv = [str(interpreter()), "-I", "-c", f"PORT = {PORT}\n{code}"]
    confinement = Confinement(workspace, proxy=proxy)
    return KINDS["bubblewrap"].run(argv, confinement, limits=Limits(**limits))  # type: ignore[arg-type]


TALK = """
import socket
def said(text, host="127.0.0.1"):
    with socket.create_connection((host, PORT)) as opened:
        opened.sendall(text)
        opened.shutdown(socket.SHUT_WR)
        with opened.makefile("rb") as answer:
            return answer.read()
"""


def test_bytes_go_to_the_proxy_and_back_whole(workspace: Path, proxy: Path) -> None:
    code = TALK + "import os\ntext = os.urandom(3_000_000)\nprint(said(text) == text, said(b'6', '::1'))"
    ran = python(workspace, code, proxy)
    assert (ran.output, ran.errors) == ("True b'6'\n", "")


def test_many_connections_at_once_are_all_served(workspace: Path, proxy: Path) -> None:
    code = (
        TALK
        + f"""
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(32) as pool:
    answers = list(pool.map(said, (b"%d" % number for number in range({MANY}))))
print(answers == [b"%d" % number for number in range({MANY})])
"""
    )
    ran = python(workspace, code, proxy, seconds=120)
    assert (ran.output, ran.errors) == ("True\n", "")


def test_idle_connections_keep_others_waiting_and_no_process_alive(workspace: Path, proxy: Path) -> None:
    code = TALK + (
        "idle = [socket.create_connection(('127.0.0.1', PORT)) for _ in range(300)]\n"
        "for one in idle: one.close()\n"
        "print(said(b'still there'))"
    )
    assert python(workspace, code, proxy).output == "b'still there'\n"


OTHER_WAYS = """
import os, socket
for host in ("192.0.2.1", "2001:db8::1"):
    try:
        socket.create_connection((host, 80), 2)
    except OSError as error:
        print(os.strerror(error.errno))
try:
    socket.getaddrinfo("example.org", 443)
except OSError:
    print("no names")
print(sorted(name for _, name in socket.if_nameindex()))
print(os.environ["https_proxy"], os.environ["NO_PROXY"])
"""


def test_there_is_no_other_way_out(workspace: Path, proxy: Path) -> None:
    out = ["Network is unreachable"] * 2 + ["no names", "['lo']"]
    ran = python(workspace, OTHER_WAYS, proxy)
    assert ran.output.splitlines()[:4] == out, ran.errors
    assert ran.output.splitlines()[4] == f"http://127.0.0.1:{PORT} localhost,127.0.0.1,::1"


def test_without_a_proxy_nothing_listens_and_no_variable_names_one(workspace: Path) -> None:
    code = "import os, socket\nprint('https_proxy' in os.environ, socket.socket().connect_ex(('127.0.0.1', PORT)))"
    assert python(workspace, code, None).output == "False 111\n"


def test_a_proxy_that_is_gone_ends_the_connection(workspace: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.touch()
    code = TALK + "try:\n    print(said(b'x'))\nexcept OSError:\n    print('closed')"
    assert python(workspace, code, gone).output in ("b''\n", "closed\n")


def test_the_programs_own_servers_stay_within_the_sandbox(workspace: Path, proxy: Path) -> None:
    code = (
        "import socket\nserver = socket.create_server(('127.0.0.1', 8000))\n"
        "client = socket.create_connection(('127.0.0.1', 8000))\n"
        "server.accept()[0].send(b'hello')\nprint(client.recv(9))"
    )
    assert python(workspace, code, proxy).output == "b'hello'\n"
