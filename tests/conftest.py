"""What holds for every test: its own data folder, no screen, no keyring, and nothing left behind."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.hub.fixtures import hub, start_hub  # noqa: F401
from tests.support.leaks import Before

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# The same examples in every run, so that a red run means a change; HYPOTHESIS_PROFILE=explore draws new ones.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

ROOT = Path(__file__).resolve().parent.parent
FAILED = pytest.StashKey[bool]()


def pytest_collection_finish() -> None:
    # What importing made stays to the end: collecting garbage then looks only at what a test made.
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
    """
    before = Before.now([ROOT, Path.cwd(), system_temp])
    windows: frozenset[int] = frozenset()
    if "PySide6.QtCore" in sys.modules:
        from tests.support import qt_leaks

        windows = qt_leaks.windows()
    yield
    found: list[str] = []
    if "PySide6.QtCore" in sys.modules:
        from tests.support import qt_leaks

        found += qt_leaks.left(windows)
    found += before.left()
    if found and FAILED not in request.node.stash:
        pytest.fail("the test leaves behind:\n" + "\n".join(f"  {line}" for line in found), pytrace=False)
