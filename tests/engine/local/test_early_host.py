"""A host that is started before it is known what it loads: taken for the first load, or gone."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from engine.api import Loaded, LoadRequest
from engine.local import early_host, protocol
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.starter import starter_model
from tests.support.waiting import wait_until

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def none_is_left() -> Iterator[None]:
    yield
    early_host.end()


def request(context: int = 1024) -> LoadRequest:
    return LoadRequest(str(starter_model()), PlacementOptions(context))


def started() -> psutil.Process:
    before = set(psutil.Process().children())
    early_host.start()
    found: list[psutil.Process] = []

    def is_found() -> bool:
        found[:] = [child for child in set(psutil.Process().children()) - before if is_host(child)]
        return bool(found)

    # Between fork and exec a child still has this process's own words.
    wait_until(is_found)
    (new,) = found
    return new


def is_host(child: psutil.Process) -> bool:
    return any("spawn_main" in word for word in child.cmdline())


def test_the_first_load_takes_it(engine: LocalEngine, told: Recorder) -> None:
    early = started()
    engine.load(request())
    assert told.next(Loaded).model.context == 1024
    assert engine.host_pid == early.pid
    assert told.answer(engine, ask(1, "Say hello.", max_tokens=2))[1].error is None
    engine.load(request(512))
    told.next(Loaded)
    assert engine.host_pid != early.pid and not early.is_running()


def test_what_it_was_given_ahead_is_loaded_once(engine: LocalEngine, told: Recorder) -> None:
    early = started()
    early_host.begin(protocol.encode(protocol.Load(request())))
    early_host.begin(protocol.encode(protocol.Load(request(512))))
    engine.load(request())
    assert told.answer(engine, ask(1, "Say hello.", max_tokens=2))[1].error is None
    assert [event.model.context for event in told.seen if isinstance(event, Loaded)] == [1024]
    assert engine.host_pid == early.pid


def test_one_that_loads_something_else_makes_way(engine: LocalEngine, told: Recorder) -> None:
    early = started()
    early_host.begin(protocol.encode(protocol.Load(request(512))))
    engine.load(request())
    assert told.next(Loaded).model.context == 1024
    assert engine.host_pid != early.pid and not early.is_running()


def test_one_that_died_is_replaced(engine: LocalEngine, told: Recorder) -> None:
    early = started()
    early.kill()
    os.waitid(os.P_PID, early.pid, os.WEXITED | os.WNOWAIT)
    early_host.begin(protocol.encode(protocol.Load(request())))
    engine.load(request())
    assert told.next(Loaded).model.context == 1024


def test_nobody_s_ends_with_the_engine(engine: LocalEngine) -> None:
    early = started()
    engine.unload()
    assert not early.is_running()
    early = started()
    engine.close()
    assert not early.is_running()
    assert early_host.taken(b"") is None


PROBE = """
from multiprocessing import resource_tracker
from engine.local import early_host

early_host.start()
print(early_host._waiting.process.is_alive(), resource_tracker._resource_tracker._pid)
early_host.end()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no tracker")
def test_nothing_but_the_host_is_started() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("True None", "")
