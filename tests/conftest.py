"""What holds for every test: its own data folder, no screen, no keyring, and nothing left behind."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support import fast
from tests.support.caches import cache_folder
from tests.support.chats import prepared_store
from tests.support.hub.fixtures import hub, start_hub  # noqa: F401
from tests.support.leaks import Before
from tests.support.turns import Turns

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
# All threads of an engine hold each other up when one of them shares its core, with another test or whatever else
# runs: an answer then takes twenty times as long. Read when the engine's library is loaded, so it is set before.
os.environ["OMP_THREAD_LIMIT"] = "1"
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    # Hundreds of processes are started, and each would compile all of its modules again.
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(cache_folder("bytecode"))
    sys.dont_write_bytecode = False

# The same examples in every run, so that a red run means a change; HYPOTHESIS_PROFILE=explore draws new
# ones, and more.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

ROOT = Path(__file__).resolve().parent.parent
FAILED = pytest.StashKey[bool]()
FILE = pytest.StashKey[Path]()
TURNS = pytest.StashKey[Turns]()
TURNS_FOLDER = pytest.StashKey[str]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Comes where tests are handed out to workers, before each worker starts."""
    if TURNS_FOLDER not in node.config.stash:
        node.config.stash[TURNS_FOLDER] = tempfile.mkdtemp(prefix="coterie-turns-")
    node.workerinput["turns"] = node.config.stash[TURNS_FOLDER]


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        config.stash[TURNS] = Turns(Path(config.workerinput["turns"]))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m fast` other files are not even imported: that alone takes longer than many tests."""
    named = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    only_fast = config.getoption("markexpr") == "fast"
    return True if named and only_fast and not fast.is_fast_file(collection_path) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """What is imported and collected stays: nothing of it is garbage yet, and looking for some takes long."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if fast.is_fast(item):
            item.add_marker("fast")


def pytest_unconfigure(config: pytest.Config) -> None:
    if TURNS in config.stash:
        config.stash[TURNS].close()
    if TURNS_FOLDER in config.stash:
        shutil.rmtree(config.stash[TURNS_FOLDER], ignore_errors=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[bool]:
    """An engine of a process that a test starts computes with one thread unless the test runs alone."""
    alone = item.get_closest_marker("alone") is not None
    prepared_store.turn_on()
    _set_apart_what_stays(item)
    turns = item.config.stash.get(TURNS, None)
    turn = turns.taken(alone=alone) if turns else contextlib.nullcontext()
    with turn, pytest.MonkeyPatch.context() as patch:
        if alone:
            patch.delenv("OMP_THREAD_LIMIT")
        return (yield)


def _set_apart_what_stays(item: pytest.Item) -> None:
    """What is there before a file's first test, imported, cached or reported, stays to the end: collecting garbage
    then looks only at what the tests of the file made, instead of at more and more.
    """
    if item.config.stash.get(FILE, None) != item.path:
        item.config.stash[FILE] = item.path
        gc.collect()
        gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(autouse=True, scope="session")
def system_temp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A system temp folder of this run's own: what appears in it was made by a test and by nobody else.

    Its path is short because sockets are made there, and their paths may have some hundred bytes.
    """
    tmp_path_factory.getbasetemp()  # pytest's own place stays where a person looks for it
    folder = Path(tempfile.mkdtemp(prefix="coterie-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def fast_tests_start_no_process(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    started: list[object] = []

    def refuse(self: object, command: object = None, *rest: object, **options: object) -> None:
        started.append(command or self)
        raise AssertionError(f"a fast test starts {command or self}")

    if request.node.get_closest_marker("fast"):
        monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
        monkeypatch.setattr(BaseProcess, "start", refuse)
    yield
    if started:
        pytest.fail(f"mark it with pytest.mark.process: it starts {started[0]}", pytrace=False)


@pytest.fixture(autouse=True)
def coterie_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test: empty, and not made yet."""
    home = tmp_path / "home"
    monkeypatch.setenv("COTERIE_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def nothing_left_behind(
    request: pytest.FixtureRequest, coterie_home: Path, system_temp: Path
) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process, a file, a window, a ticking timer.

    A test that failed already is only cleaned up after: its traceback holds on to whatever it was using.
    A fast test has no window, and what is collected for those that have takes longer than most fast tests.
    """
    before = Before.now([ROOT, Path.cwd(), system_temp])
    windows: frozenset[int] = frozenset()
    may_use_qt = request.node.get_closest_marker("fast") is None
    if may_use_qt and "PySide6.QtCore" in sys.modules:
        from tests.support import qt_leaks

        windows = qt_leaks.windows()
    yield
    found: list[str] = []
    if may_use_qt and "PySide6.QtCore" in sys.modules:
        from tests.support import qt_leaks

        found += qt_leaks.left(windows)
    found += before.left()
    if found and FAILED not in request.node.stash:
        pytest.fail("the test leaves behind:\n" + "\n".join(f"  {line}" for line in found), pytrace=False)
