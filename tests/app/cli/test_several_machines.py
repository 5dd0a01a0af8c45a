"""Models that outgrow one machine: servers behind a balancer of which one dies, and a server with RPC workers."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import pytest

from tests.app.cli.test_serve import serving
from tests.bench.rivals import rival
from tests.support.command import Command
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.models.starter import starter_model
from tests.support.servers.balancer import balanced
from tests.support.servers.free_port import free_port

pytestmark = [pytest.mark.process, pytest.mark.long]
PATIENCE_S = 300.0
QUESTION = "Write a long story about a fox and a hen."


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_when_one_of_two_servers_dies_the_answer_ends_in_a_sentence_and_the_other_goes_on(
    tmp_path: Path,
) -> None:
    client = Command(tmp_path / "client")
    with contextlib.ExitStack() as opened:
        balancer = opened.enter_context(balanced())
        options = ("--no-key", "--model", "starter", "--allow-host", f"127.0.0.1:{balancer.port}")
        servers = {}
        # Whoever is killed leaves here what it had open.
        left = opened.enter_context(TemporaryDirectory())
        for name in ("one", "two"):
            process, told = opened.enter_context(serving(Command(tmp_path / name, TMPDIR=left), *options))
            servers[port_of(told["address"])] = process
        balancer.ports += servers
        model = f"openai:http://127.0.0.1:{balancer.port}/v1#starter"
        with client.start("chat", QUESTION, "--model", model, "--temperature", "0") as asking:
            assert asking.stdout is not None and asking.stderr is not None
            said = asking.stdout.read(20)
            assert len(said) == 20, asking.stderr.read()
            died = servers[balancer.served[-1]]
            died.kill()
            rest, problem = asking.communicate(timeout=PATIENCE_S)
        assert asking.returncode == 1 and problem.strip(), (said + rest, problem)
        assert "Traceback" not in problem
        for _ in range(2):
            ran = client.run("chat", "Say hello.", "--model", model, "--max-tokens", "8", "--json")
            assert ran.code == 0 and ran.last["content"]
        died.wait()


@contextlib.contextmanager
def llama_server(*arguments: str) -> Iterator[int]:
    """llama.cpp's server on a free port, ready to answer."""
    program = rival("llama-server")
    if program is None:
        pytest.skip("llama-server isn't built: `make rivals` builds it")
    port = free_port()
    command = [str(program), "--host", "127.0.0.1", "--port", str(port), "-c", "512", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + PATIENCE_S
            while True:
                assert process.poll() is None and time.monotonic() < until
                with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/health"):
                    break
                time.sleep(0.1)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def test_a_server_whose_model_lies_on_two_workers_answers(tmp_path: Path) -> None:
    if rival("llama-server") is None:
        pytest.skip("llama-server isn't built: `make rivals` builds it")
    client = Command(tmp_path / "client")
    with rpc_worker() as first, rpc_worker() as second:
        workers = f"{first.address},{second.address}"
        with llama_server("-m", str(starter_model()), "--rpc", workers, "-ngl", "99") as port:
            model = f"openai:http://127.0.0.1:{port}/v1#starter"
            question = ("Tell me a long story about the sea.", "--temperature", "0", "--max-tokens", "8")
            ran = client.run("chat", *question, "--model", model, "--json")
            assert ran.code == 0 and ran.last["content"]
            assert ran.last["usage"]["completion_tokens"] == 8
