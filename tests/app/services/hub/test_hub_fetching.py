"""Downloads from a hub on loopback into the library, by the real client and the real transfer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.hub.downloads import Downloads
from app.services.hub.hub_fetching import HubFetching
from app.services.library.library import Library
from app.store.records import Download
from app.store.store import Store
from engine.errors import UserError
from engine.hub.access import HubAccess
from engine.hub.client import Hub as HubClient
from engine.hub.values import Repository
from tests.support.hub import Fault, Hub, HubRepo, MemoryContent
from tests.support.hub.contents import DiskContent
from tests.support.hub.models import tiny
from tests.support.library.library_models import open_library, open_store, put_split, settings_of
from tests.support.models.projectors import color_projector, write_merging_projector

PATIENCE = 300.0
ROOT = Path(__file__).parents[4]
REPO = "demo/Tiny-GGUF"
ID = f"{REPO}:Q8_0"
FILE = "tiny-Q8_0.gguf"
SIZE = 12 * 2**20


@pytest.fixture
def store(coterie_home: Path) -> Iterator[Store]:
    with open_store(coterie_home) as store:
        yield store


@pytest.fixture
def library(coterie_home: Path, store: Store) -> Library:
    return open_library(coterie_home, store)


@pytest.fixture
def hub(start_hub: Callable[..., Hub], tmp_path: Path) -> Hub:
    parts = put_split(tmp_path / "split", "tiny-Q4_0", 5)
    files = {f"Q4_0/{path.name}": MemoryContent(path.read_bytes()) for path in parts}
    return start_hub(HubRepo(REPO, {FILE: tiny(SIZE), **files}))


def downloads_of(library: Library, store: Store, address: str) -> Downloads:
    access = HubAccess(address)

    def repository(repo: str) -> Repository:
        with HubClient(access) as client:
            return client.repository(repo)

    fetching = HubFetching(lambda: access, library.parts, lambda: library.folder)
    return Downloads(store, settings_of(library), library, fetching, repository, settings_of(library).events)


@pytest.fixture
def downloads(library: Library, store: Store, hub: Hub) -> Iterator[Downloads]:
    downloads = downloads_of(library, store, hub.address)
    yield downloads
    downloads.close()


def test_a_model_comes_from_the_hub_and_can_be_verified(
    downloads: Downloads, library: Library, hub: Hub
) -> None:
    done = downloads.wait(downloads.add_named(ID).id)
    assert (done.state, done.error) == ("done", None)
    (model,) = library.models()
    assert (model.id, model.quantisation, model.managed) == (ID, "Q8_0", True)
    assert model.files[0].sha256 == hub.content(f"{REPO}/{FILE}").sha256
    assert library.verify(ID).ok
    assert library.disk().incoming == 0


def test_a_split_model_comes_whole(downloads: Downloads, library: Library) -> None:
    assert downloads.wait(downloads.add_named(f"{REPO}:Q4_0").id).state == "done"
    (model,) = library.models()
    assert [Path(file.path).name for file in model.files] == [
        "tiny-Q4_0-00001-of-00002.gguf",
        "tiny-Q4_0-00002-of-00002.gguf",
    ]
    assert model.files[0].origin_path == "Q4_0/tiny-Q4_0-00001-of-00002.gguf"
    assert library.verify(model.id).ok


def test_a_projector_comes_along_once_for_all_quantizations(
    downloads: Downloads, library: Library, hub: Hub
) -> None:
    eyes = "acme/eyes-GGUF"
    files = {f"eyes-{name}.gguf": tiny(300_000, 0, name) for name in ("Q4_0", "Q8_0")}
    hub.shelf.add(HubRepo(eyes, {**files, "mmproj-F16.gguf": DiskContent(color_projector())}))
    size = color_projector().stat().st_size
    asked = downloads.add_named(f"{eyes}:Q8_0")
    assert asked.bytes == files["eyes-Q8_0.gguf"].bytes + size
    assert downloads.wait(asked.id).error is None
    assert downloads.wait(downloads.add_named(f"{eyes}:Q4_0").id).state == "done"
    assert [(model.sees, len(model.files)) for model in library.models()] == [(True, 2), (True, 2)]
    assert hub.log.sent(f"{eyes}/mmproj-F16.gguf") == size
    assert library.verify(f"{eyes}:Q4_0").ok


def test_a_model_that_is_here_gets_its_projector_alone(
    downloads: Downloads, library: Library, hub: Hub
) -> None:
    eyes, projector = "acme/eyes-GGUF", DiskContent(color_projector())
    files = {"eyes-Q8_0.gguf": tiny(300_000)}
    hub.shelf.add(HubRepo(eyes, files))
    assert downloads.wait(downloads.add_named(f"{eyes}:Q8_0").id).state == "done"
    library.rename(f"{eyes}:Q8_0", "Mine")
    with pytest.raises(UserError, match=r"download\.already"):
        downloads.add_named(f"{eyes}:Q8_0")
    hub.shelf.add(HubRepo(eyes, files | {"mmproj-F16.gguf": projector}))
    hub.log.clear()
    done = downloads.wait(downloads.add_named(f"{eyes}:Q8_0").id)
    assert (done.state, done.error) == ("done", None)
    assert hub.log.sent(f"{eyes}/eyes-Q8_0.gguf") == 0
    model = library.get(f"{eyes}:Q8_0")
    assert (model.sees, model.name, len(model.files)) == (True, "Mine", 2)
    with pytest.raises(UserError, match=r"download\.already"):
        downloads.add_named(f"{eyes}:Q8_0")


def test_what_came_as_a_projector_and_is_another_models_is_told(
    downloads: Downloads, library: Library, hub: Hub, tmp_path: Path
) -> None:
    write_merging_projector(tmp_path / "other.gguf", 48)
    other = DiskContent(tmp_path / "other.gguf")
    hub.shelf.add(HubRepo("acme/eyes-GGUF", {"m-Q8_0.gguf": tiny(300_000), "mmproj.gguf": other}))
    done = downloads.wait(downloads.add_named("acme/eyes-GGUF:Q8_0").id)
    assert done.state == "done" and done.error is not None
    assert done.error.code == "projector.other_model" and done.error.params["model"] == "eyes"
    assert not library.get("acme/eyes-GGUF:Q8_0").sees


def test_repairing_fetches_the_bad_part_and_no_more(downloads: Downloads, library: Library, hub: Hub) -> None:
    downloads.wait(downloads.add_named(ID).id)
    path = Path(library.get(ID).path)
    data = bytearray(path.read_bytes())
    data[SIZE // 2] ^= 1
    path.write_bytes(bytes(data))
    (bad,) = library.verify(ID).bad
    assert bad.first <= SIZE // 2 <= bad.last
    hub.log.clear()
    mended = library.verify(ID, repair=True)
    assert mended.ok
    assert hub.log.sent(f"{REPO}/{FILE}") == bad.last - bad.first + 1
    assert library.get(ID).state == "ready"
    assert library.disk().incoming == 0


def test_what_the_hub_refuses_is_the_reason_of_the_failure(
    downloads: Downloads, library: Library, hub: Hub
) -> None:
    asked = downloads.add_named
    hub.fault(Fault("gated", f"{REPO}/{FILE}", on="any", times=0))
    failed = downloads.wait(asked(ID).id)
    assert failed.state == "failed"
    assert failed.error and failed.error.code == "hub.gated"
    hub.faults.clear()
    downloads.resume(failed.id)
    assert downloads.wait(failed.id).state == "done"


def test_a_download_is_paused_and_gone_on_with(downloads: Downloads, library: Library, hub: Hub) -> None:
    hub.fault(Fault("slow", f"{REPO}/{FILE}", rate=3 * 10**6, times=0))
    asked = downloads.add_named(ID)
    end = time.monotonic() + PATIENCE
    while hub.log.sent(f"{REPO}/{FILE}") < SIZE // 3 and time.monotonic() < end:
        time.sleep(0.01)
    paused = downloads.pause(asked.id)
    assert paused.state == "paused" and 0 < paused.received < SIZE
    assert library.disk().incoming >= paused.received
    hub.faults.clear()
    downloads.resume(asked.id)
    assert downloads.wait(asked.id).state == "done"
    assert library.verify(ID).ok


def test_files_that_a_crash_left_in_their_places_are_taken_without_fetching(
    downloads: Downloads, library: Library, store: Store, hub: Hub
) -> None:
    done = downloads.wait(downloads.add_named(ID).id)
    store.models.remove(ID)
    store.downloads.change(done.id, state="verifying", writer="999999:1.00:dead")
    hub.log.clear()
    assert library.models() == ()
    downloads.recover()
    assert downloads.wait(done.id).state == "done"
    assert library.get(ID).state == "ready"
    assert hub.log.sent(f"{REPO}/{FILE}") == 0


def test_without_a_hash_from_the_hub_the_same_holds_and_it_is_said(
    downloads: Downloads, library: Library, store: Store, hub: Hub
) -> None:
    hub.fault(Fault("no_hash", f"{REPO}/{FILE}"))
    done = downloads.wait(downloads.add_named(ID).id)
    assert done.state == "done"
    assert downloads.get(done.id).error and downloads.get(done.id).error.code == "download.no_hash"  # type: ignore[union-attr]
    store.models.remove(ID)
    store.downloads.change(done.id, state="running", writer="999999:1.00:dead")
    hub.log.clear()
    downloads.recover()
    assert downloads.wait(done.id).state == "done"
    assert hub.log.sent(f"{REPO}/{FILE}") == 0


KILLED = """
import sys
from pathlib import Path
from tests.app.services.hub.test_hub_fetching import ID, downloads_of
from tests.support.library.library_models import open_library, open_store, settings_of
home, address = Path(sys.argv[1]), sys.argv[2]
store = open_store(home)
downloads = downloads_of(open_library(home, store), store, address)
asked = downloads.add_named(ID)
print("asked", flush=True)
downloads.wait(asked.id)
"""


def test_a_killed_process_is_gone_on_from(
    library: Library, store: Store, hub: Hub, coterie_home: Path
) -> None:
    hub.fault(Fault("slow", f"{REPO}/{FILE}", rate=4 * 10**6, times=0))
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(coterie_home), hub.address],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    child.stdout.readline()
    end = time.monotonic() + PATIENCE
    while hub.log.sent(f"{REPO}/{FILE}") < SIZE // 2 and time.monotonic() < end:
        time.sleep(0.01)
    child.kill()
    child.wait()
    child.stdout.close()
    hub.faults.clear()
    downloads = downloads_of(library, store, hub.address)
    try:
        (left,) = downloads.all()
        assert left.state == "paused"
        (taken,) = downloads.recover()
        assert downloads.wait(taken.id).state == "done"
    finally:
        downloads.close()
    assert library.models()[0].state == "ready"
    assert library.verify(ID).ok


def test_while_offline_nothing_is_asked(library: Library, store: Store, hub: Hub) -> None:
    online, offline = HubAccess(hub.address), HubAccess(hub.address, offline=True)
    fetching = HubFetching(lambda: offline, library.parts, lambda: library.folder)

    def repository(repo: str) -> Repository:
        with HubClient(online) as client:
            return client.repository(repo)

    downloads = Downloads(
        store, settings_of(library), library, fetching, repository, settings_of(library).events
    )
    try:
        paused: Download = downloads.wait(downloads.add_named(ID).id)
    finally:
        downloads.close()
    assert paused.state == "paused"
    assert paused.error and paused.error.code == "hub.offline"
    assert not hub.log.of(f"{REPO}/{FILE}")
    with pytest.raises(UserError):
        downloads.get(99)
