"""Downloads: their order, pausing, failing, several processes, and what a crash leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from app.services.events import ServiceEvent
from app.services.hub import download_run, download_watch
from app.services.hub.downloads import Downloads
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.library.events import LibraryChanged
from app.services.library.fetching import work_folder
from app.services.library.importing import destinations
from app.services.library.library import Library
from app.store.records import Download
from app.store.store import Store
from engine.errors import ErrorInfo, UserError
from engine.hub.transfer import StopToken
from engine.hub.values import HubFile, HubModel, Repository, Variant
from tests.support.library.fake_fetching import FakeFetching, repository, variant
from tests.support.library.library_models import model_bytes, open_library, open_store, settings_of

PATIENCE = 300.0
ROOT = Path(__file__).parents[4]
Q4, Q8 = "o/r-GGUF:Q4_0", "o/r-GGUF:Q8_0"


@pytest.fixture
def store(coterie_home: Path) -> Iterator[Store]:
    with open_store(coterie_home) as store:
        yield store


@pytest.fixture
def library(coterie_home: Path, store: Store) -> Library:
    return open_library(coterie_home, store)


@pytest.fixture
def fetching() -> FakeFetching:
    return FakeFetching()


Make = Callable[..., Downloads]


@pytest.fixture
def make(library: Library, store: Store, fetching: FakeFetching) -> Iterator[Make]:
    """Makes downloads as another process does that has the store; closed at the end of the test."""
    made: list[Downloads] = []

    def new(store: Store = store, library: Library = library, fetching: FakeFetching = fetching) -> Downloads:
        made.append(
            Downloads(store, settings_of(library), library, fetching, repository, settings_of(library).events)
        )
        return made[-1]

    yield new
    for downloads in made:
        downloads.close()


@pytest.fixture
def downloads(make: Make) -> Downloads:
    return make()


@pytest.fixture
def told(downloads: Downloads, library: Library) -> list[ServiceEvent]:
    events: list[ServiceEvent] = []
    settings_of(library).events.subscribe(ServiceEvent, events.append)
    return events


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        work()
    return caught.value.code


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def repositories(count: int) -> list[Repository]:
    return [repository(f"o/m{number}", variant("Q8_0")) for number in range(count)]


def add_all(downloads: Downloads, count: int) -> list[Download]:
    return [downloads.add(found, found.variants[0]) for found in repositories(count)]


def states(downloads: Downloads) -> list[str]:
    return [download.state for download in downloads.all()]


def seen(told: list[ServiceEvent], id: int) -> list[str]:
    found = [
        event.download.state
        for event in told
        if isinstance(event, DownloadChanged) and event.download.id == id
    ]
    return [state for number, state in enumerate(found) if number == 0 or found[number - 1] != state]


# --- one download ---


def test_a_download_ends_in_the_library(
    downloads: Downloads, library: Library, told: list[ServiceEvent]
) -> None:
    asked = downloads.add(repository(), variant("Q8_0"))
    done = downloads.wait(asked.id)
    assert (done.state, done.received, done.error, done.writer) == ("done", done.bytes, None, "")
    (model,) = library.models()
    assert (model.id, model.name, model.managed, model.origin) == (Q8, "r", True, "hub")
    assert (model.repo, model.commit, model.variant) == ("o/r-GGUF", "c" * 40, "Q8_0")
    assert Path(model.path) == library.folder / "o" / "r-GGUF" / "m-Q8_0.gguf"
    assert Path(model.path).read_bytes() == model_bytes(8)
    assert model.files[0].origin_path == "m-Q8_0.gguf" and model.verified > 0
    assert seen(told, asked.id) == ["queued", "running", "verifying", "done"]
    assert LibraryChanged() in told
    assert library.disk().incoming == 0


def test_a_name_is_enough(downloads: Downloads, library: Library) -> None:
    assert downloads.wait(downloads.add_named("o/r-GGUF:q8_0").id).model == Q8
    assert downloads.wait(downloads.add_named("o/r-GGUF/m-Q4_0.gguf").id).model == Q4
    with pytest.raises(UserError) as caught:
        downloads.add_named("o/r-GGUF:Q2_K")
    assert caught.value.code == "hub.no_variant"
    assert caught.value.params["choices"] == "Q4_0, Q8_0"
    assert code_of(lambda: downloads.add_named("o/r-GGUF")) == "hub.which_variant"
    assert code_of(lambda: downloads.add_named("no name")) == "hub.bad_name"


def test_what_is_here_or_on_its_way_is_not_fetched_twice(
    downloads: Downloads, library: Library, fetching: FakeFetching
) -> None:
    fetching.hold.set()
    asked = downloads.add(repository(), variant("Q8_0"))
    assert code_of(lambda: downloads.add(repository(), variant("Q8_0"))) == "download.already"
    fetching.hold.clear()
    downloads.wait(asked.id)
    assert code_of(lambda: downloads.add(repository(), variant("Q8_0"))) == "download.already"
    library.remove(Q8)
    assert code_of(lambda: downloads.add(repository(), variant("Q8_0"))) == "download.in_trash"
    library.empty_trash()
    assert downloads.wait(downloads.add(repository(), variant("Q8_0")).id).state == "done"
    assert len(fetching.started) == 2


def test_a_model_whose_files_were_deleted_by_hand_can_be_fetched_again(
    downloads: Downloads, library: Library
) -> None:
    downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    path = Path(library.get(Q8).path)
    path.unlink()
    library.rename(Q8, "Mine")
    assert downloads.wait(downloads.add(repository(), variant("Q8_0")).id).state == "done"
    assert (library.models()[0].state, library.models()[0].name) == ("ready", "Mine")
    path.write_bytes(model_bytes(4)[:-1])
    assert library.models()[0].state == "damaged"
    assert downloads.wait(downloads.add(repository(), variant("Q8_0")).id).state == "done"
    assert path.read_bytes() == model_bytes(8)
    library.remove(Q8)
    Path(library.trash()[0].path).unlink()
    assert downloads.wait(downloads.add(repository(), variant("Q8_0")).id).state == "done"


def test_a_file_of_the_users_is_never_overwritten(downloads: Downloads, library: Library) -> None:
    place = library.folder / "o" / "r-GGUF" / "m-Q8_0.gguf"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"mine")
    failed = downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    assert failed.error and failed.error.code == "download.in_the_way"
    assert place.read_bytes() == b"mine"


def test_progress_is_told_at_most_four_times_a_second(
    downloads: Downloads, told: list[ServiceEvent], fetching: FakeFetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.hub.transfer import Progress

    now = [1000.0]

    def arrive(download: Download, work: Path, progress: Callable[[Progress], None], stop: StopToken) -> None:
        for _ in range(600):
            progress(Progress(1000, download.bytes, 1000, 500.0))
            now[0] += 0.001

    monkeypatch.setattr(fetching, "_arrive", arrive)
    monkeypatch.setattr(download_run, "time", SimpleNamespace(monotonic=lambda: now[0]))
    asked = downloads.add(repository(), variant("Q8_0"))
    downloads.wait(asked.id)
    progress = [event for event in told if isinstance(event, DownloadProgress)]
    assert 2 <= len(progress) <= 4
    left = (asked.bytes - 1000) / 500
    assert progress[0] == DownloadProgress(asked.id, 1000, asked.bytes, 500.0, left)


def test_while_it_is_checked_progress_counts_what_was_read(
    downloads: Downloads, told: list[ServiceEvent], fetching: FakeFetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.hub.transfer import Progress

    monkeypatch.setattr(
        fetching, "_arrive", lambda one, _, progress, __: progress(Progress(one.bytes, one.bytes, 7, 7.0))
    )
    asked = downloads.add(repository(), variant("Q8_0"))
    done = downloads.wait(asked.id)
    assert done.received == asked.bytes
    (progress,) = [event for event in told if isinstance(event, DownloadProgress)]
    assert (progress.received, progress.total) == (7, asked.bytes)


def test_trouble_that_is_waited_out_is_told_while_it_runs(
    downloads: Downloads, told: list[ServiceEvent], fetching: FakeFetching
) -> None:
    fetching.hold.set()
    fetching.trouble[Q8] = UserError("download.stalled", host="h")
    asked = downloads.add(repository(), variant("Q8_0"))
    until(lambda: downloads.get(asked.id).error is not None)
    assert (downloads.get(asked.id).state, downloads.get(asked.id).error) == (
        "running",
        ErrorInfo("download.stalled", {"host": "h"}),
    )
    fetching.hold.clear()
    assert downloads.wait(asked.id).error is None


# --- order ---


def test_so_many_run_at_once_as_the_settings_say(
    downloads: Downloads, library: Library, fetching: FakeFetching
) -> None:
    fetching.hold.set()
    asked = add_all(downloads, 4)
    until(lambda: len(fetching.running) == 2)
    assert states(downloads) == ["running", "running", "queued", "queued"]
    settings_of(library).change(downloads_at_once=3)
    until(lambda: len(fetching.running) == 3)
    fetching.hold.clear()
    assert [downloads.wait(one.id).state for one in asked] == ["done"] * 4
    assert fetching.most == 3


def test_the_order_can_be_changed(
    downloads: Downloads, library: Library, fetching: FakeFetching, told: list[ServiceEvent]
) -> None:
    settings_of(library).change(downloads_at_once=1)
    fetching.hold.set()
    first, second, third, fourth = add_all(downloads, 4)
    downloads.move(fourth.id, second.id)
    downloads.move(second.id, None)
    assert [one.id for one in downloads.all()] == [first.id, fourth.id, third.id, second.id]
    fetching.hold.clear()
    for one in (first, second, third, fourth):
        downloads.wait(one.id)
    assert fetching.started == ["o/m0:Q8_0", "o/m3:Q8_0", "o/m2:Q8_0", "o/m1:Q8_0"]
    assert [one.id for one in downloads.all()] == [first.id, fourth.id, third.id, second.id]


def test_what_is_done_stands_last(downloads: Downloads, fetching: FakeFetching) -> None:
    done = downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    fetching.hold.set()
    running = downloads.add(repository(), variant("Q4_0", 4))
    assert [one.id for one in downloads.all()] == [running.id, done.id]
    downloads.forget(done.id)
    assert [one.id for one in downloads.all()] == [running.id]
    assert code_of(lambda: downloads.forget(running.id)) == "download.not_ended"
    assert code_of(lambda: downloads.get(done.id)) == "download.not_found"


# --- steering ---


def test_pausing_keeps_what_has_come_and_resuming_goes_on(
    downloads: Downloads, library: Library, fetching: FakeFetching, told: list[ServiceEvent]
) -> None:
    fetching.hold.set()
    asked = downloads.add(repository(), variant("Q8_0"))
    until(lambda: bool(fetching.running))
    paused = downloads.pause(asked.id)
    assert (paused.state, paused.received, paused.writer) == ("paused", asked.bytes // 2, "")
    assert library.disk().incoming > 0 and library.disk().leftover == 0
    assert downloads.pause(asked.id) == paused
    fetching.hold.clear()
    downloads.resume(asked.id)
    assert downloads.wait(asked.id).state == "done"
    assert seen(told, asked.id) == ["queued", "running", "paused", "queued", "running", "verifying", "done"]
    assert code_of(lambda: downloads.pause(asked.id)) == "download.ended"
    assert code_of(lambda: downloads.resume(asked.id)) == "download.ended"


def test_one_that_waits_is_paused_without_having_run(
    downloads: Downloads, library: Library, fetching: FakeFetching
) -> None:
    settings_of(library).change(downloads_at_once=1)
    fetching.hold.set()
    first, second = add_all(downloads, 2)
    assert downloads.pause(second.id).state == "paused"
    fetching.hold.clear()
    downloads.wait(first.id)
    assert fetching.started == [first.model]


def test_cancelling_leaves_nothing(downloads: Downloads, library: Library, fetching: FakeFetching) -> None:
    fetching.hold.set()
    running, paused, _ = add_all(downloads, 3)
    until(lambda: len(fetching.running) == 2)
    downloads.pause(paused.id)
    for one in (running, paused):
        cancelled = downloads.cancel(one.id)
        assert (cancelled.state, cancelled.received) == ("cancelled", 0)
        assert not work_folder(one, library.folder).exists()
    assert code_of(lambda: downloads.cancel(running.id)) == "download.ended"
    assert downloads.add(repositories(1)[0], variant("Q8_0")).id not in (running.id, paused.id)


def test_all_are_paused_and_resumed(downloads: Downloads, fetching: FakeFetching) -> None:
    fetching.hold.set()
    add_all(downloads, 4)
    until(lambda: len(fetching.running) == 2)
    downloads.pause_all()
    assert states(downloads) == ["paused"] * 4
    assert len(fetching.started) == 2
    fetching.hold.clear()
    downloads.resume_all()
    until(lambda: states(downloads) == ["done"] * 4)


def test_waiting_ends_with_its_token(downloads: Downloads, fetching: FakeFetching) -> None:
    fetching.hold.set()
    first, second = add_all(downloads, 2)
    stop = StopToken()
    stop.pause()
    assert downloads.wait(first.id, stop).state == "paused"
    stop.cancel()
    assert downloads.wait(second.id, stop).state == "cancelled"


# --- what goes wrong ---


def test_a_failure_is_kept_with_its_reason_and_can_be_gone_on_with(
    downloads: Downloads, library: Library, fetching: FakeFetching
) -> None:
    fetching.fail[Q8] = UserError("download.unreachable", host="h")
    failed = downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    assert (failed.state, failed.error) == ("failed", ErrorInfo("download.unreachable", {"host": "h"}))
    assert downloads.add(repository(), variant("Q8_0")).id == failed.id
    assert downloads.wait(failed.id).state == "done"


def test_forgetting_a_failed_one_deletes_what_it_had(
    downloads: Downloads, library: Library, fetching: FakeFetching
) -> None:
    fetching.fail[Q8] = UserError("download.unreachable", host="h")
    failed = downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    assert library.disk().incoming > 0
    downloads.forget(failed.id)
    assert (downloads.all(), library.disk().incoming) == ((), 0)


def test_a_mistake_of_ours_is_told_and_ends_the_one_download(
    downloads: Downloads, fetching: FakeFetching
) -> None:
    fetching.fail[Q8] = ZeroDivisionError("oops")
    failed = downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    assert failed.error and failed.error.code == "unknown"
    assert downloads.wait(downloads.add(repository(), variant("Q4_0", 4)).id).state == "done"


@pytest.mark.parametrize("code", ["download.no_room", "hub.offline"])
def test_a_full_disk_and_the_switch_pause_and_say_so(
    downloads: Downloads, fetching: FakeFetching, code: str
) -> None:
    fetching.fail[Q8] = UserError(code)
    paused = downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    assert paused.state == "paused"
    assert paused.error and paused.error.code == code


def test_the_offline_switch_pauses_what_runs_and_lets_it_go_on(
    downloads: Downloads, library: Library, fetching: FakeFetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_watch, "INTERVAL", 0.02)
    downloads.recover()
    fetching.hold.set()
    running, by_hand = add_all(downloads, 2)
    until(lambda: len(fetching.running) == 2)
    downloads.pause(by_hand.id)
    settings_of(library).change(offline=True)
    paused = downloads.wait(running.id)
    assert (paused.state, paused.error) == ("paused", ErrorInfo("hub.offline"))
    fetching.hold.clear()
    settings_of(library).change(offline=False)
    until(lambda: downloads.get(running.id).state == "done")
    assert downloads.get(by_hand.id).state == "paused"


def test_what_the_switch_paused_in_an_earlier_session_goes_on(
    make: Make, fetching: FakeFetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_watch, "INTERVAL", 0.02)
    fetching.fail[Q8] = UserError("hub.offline")
    before = make()
    asked = before.wait(before.add(repository(), variant("Q8_0")).id)
    before.close()
    after = make()
    after.recover()
    until(lambda: after.get(asked.id).state == "done")


def test_without_room_nothing_starts(
    downloads: Downloads, library: Library, fetching: FakeFetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = variant("Q8_0").bytes
    fetching.hold.set()
    monkeypatch.setattr(library, "room", lambda: (int(2.2 * size), 10 * size))
    first, second, third = repositories(3)
    downloads.add(first, first.variants[0])
    downloads.add(second, second.variants[0])
    with pytest.raises(UserError) as caught:
        downloads.add(third, third.variants[0])
    assert caught.value.code == "download.no_room"
    assert caught.value.params["have_bytes"] == int(2.2 * size)
    assert len(downloads.all()) == 2


def test_a_library_on_a_disk_that_is_gone_is_told(
    downloads: Downloads, library: Library, tmp_path: Path
) -> None:
    settings_of(library).change(library_folder=str(tmp_path / "unplugged"))
    assert code_of(lambda: downloads.add(repository(), variant("Q8_0"))) == "library.folder_gone"


def test_what_the_hub_has_changed_is_fetched_anew(downloads: Downloads, fetching: FakeFetching) -> None:
    fetching.fail[Q8] = UserError("download.changed", name="m")
    failed = downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    again = downloads.add(repository(), Variant("Q8_0", variant("Q8_0", 4).files))
    assert again.id != failed.id
    assert fetching.discarded == [Q8]
    assert downloads.wait(again.id).state == "done"


def test_a_store_that_refuses_for_a_while_loses_no_ending(
    downloads: Downloads, store: Store, fetching: FakeFetching, told: list[ServiceEvent]
) -> None:
    fetching.hold.set()
    asked = downloads.add(repository(), variant("Q8_0"))
    until(lambda: downloads.get(asked.id).state == "running" and bool(fetching.running))
    change = store.downloads.change

    def refuse(*_: Any, **__: Any) -> None:
        raise UserError("store.disk_full", folder="f")

    store.downloads.change = refuse  # type: ignore[method-assign]
    downloads._queue.stop(asked.id)
    until(lambda: not fetching.running)
    until(lambda: seen(told, asked.id)[-1] == "paused")
    store.downloads.change = change  # type: ignore[method-assign]
    assert downloads.all()[0].state == "paused"


# --- several processes ---


@pytest.fixture
def remote_servers(coterie_home: Path, downloads: Downloads) -> Iterator[subprocess.Popen[str]]:
    """Another process that fetches `o/m0:Q8_0` until a line comes, then ends it with a pause."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from app.services.hub.downloads import Downloads\n"
        "from tests.support.library.fake_fetching import FakeFetching, repository, variant\n"
        "from tests.support.library.library_models import open_library, open_store, settings_of\n"
        f"home = Path({str(coterie_home)!r})\n"
        "store = open_store(home)\n"
        "library = open_library(home, store)\n"
        "fetching = FakeFetching()\n"
        "fetching.hold.set()\n"
        "settings = settings_of(library)\n"
        "downloads = Downloads(store, settings, library, fetching, repository, settings.events)\n"
        "asked = downloads.add(repository('o/m0', variant('Q8_0')), variant('Q8_0'))\n"
        "while not fetching.running: pass\n"
        "print(asked.id, flush=True)\n"
        "if sys.stdin.readline() == 'go on\\n':\n"
        "    fetching.hold.clear()\n"
        "    downloads.wait(asked.id)\n"
        "downloads.close()\n"
        "store.close()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    yield child
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        assert pipe is not None
        pipe.close()


def their_id(child: subprocess.Popen[str]) -> int:
    assert child.stdout is not None
    return int(child.stdout.readline())


def say(child: subprocess.Popen[str], line: str) -> None:
    assert child.stdin is not None
    child.stdin.write(line + "\n")
    child.stdin.flush()


def test_what_another_process_fetches_is_shown_and_left_to_it(
    downloads: Downloads,
    library: Library,
    remote_servers: subprocess.Popen[str],
    told: list[ServiceEvent],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(download_watch, "INTERVAL", 0.05)
    downloads.recover()
    id = their_id(remote_servers)
    until(lambda: seen(told, id)[-1:] == ["running"])
    for steer in (downloads.pause, downloads.resume, downloads.cancel):
        assert code_of(lambda steer=steer: steer(id)) == "download.elsewhere"  # type: ignore[misc]
    assert code_of(lambda: downloads.add(repository("o/m0"), variant("Q8_0"))) == "download.elsewhere"
    assert code_of(lambda: library.move_to(tmp_path / "disk")) == "library.busy_elsewhere"
    assert downloads.recover() == ()
    told.clear()
    say(remote_servers, "go on")
    assert downloads.wait(id).state == "done"
    until(lambda: LibraryChanged() in told and seen(told, id)[-1:] == ["done"])
    assert library.get("o/m0:Q8_0").state == "ready"


def test_what_a_killed_process_left_is_paused_for_a_command_and_goes_on_in_the_window(
    downloads: Downloads, library: Library, remote_servers: subprocess.Popen[str], fetching: FakeFetching
) -> None:
    id = their_id(remote_servers)
    remote_servers.kill()
    remote_servers.wait()
    assert [(one.id, one.state, one.writer) for one in downloads.all()] == [(id, "paused", "")]
    assert downloads.wait(id).state == "paused"
    assert library.disk().leftover == 0
    (taken,) = downloads.recover()
    assert taken.id == id
    assert downloads.wait(id).state == "done"


def test_a_command_goes_on_with_what_a_killed_process_left(
    downloads: Downloads, remote_servers: subprocess.Popen[str]
) -> None:
    id = their_id(remote_servers)
    remote_servers.kill()
    remote_servers.wait()
    assert downloads.add(repository("o/m0"), variant("Q8_0")).id == id
    assert downloads.wait(id).state == "done"


def test_closing_keeps_what_has_come_for_the_next_start(
    make: Make, store: Store, coterie_home: Path, fetching: FakeFetching
) -> None:
    before = make()
    fetching.hold.set()
    first, second, third = add_all(before, 3)
    before.pause(third.id)
    until(lambda: len(fetching.running) == 2)
    before.close()
    store.close()
    with open_store(coterie_home) as later:
        library = open_library(coterie_home, later)
        fetching.hold.clear()
        after = make(later, library)
        assert {one.id for one in after.recover()} == {first.id, second.id}
        assert [after.wait(one.id).state for one in (first, second)] == ["done", "done"]
        assert after.get(third.id).state == "paused"
        after.close()


def test_what_ended_in_an_earlier_session_is_off_the_list(make: Make, fetching: FakeFetching) -> None:
    before = make()
    done, failed = repositories(2)
    before.wait(before.add(done, done.variants[0]).id)
    fetching.fail["o/m1:Q8_0"] = UserError("download.unreachable", host="h")
    before.wait(before.add(failed, failed.variants[0]).id)
    before.close()
    after = make()
    assert after.recover() == ()
    assert states(after) == ["failed"]


def test_killed_between_publishing_and_the_library_the_model_is_found(
    downloads: Downloads,
    library: Library,
    store: Store,
    fetching: FakeFetching,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its files are in their places, its row says that a dead process was fetching."""
    row = store.downloads.add(
        Download(
            id=0,
            model=Q8,
            repo="o/r-GGUF",
            commit="c" * 40,
            variant="Q8_0",
            files=downloads_files(),
            state="verifying",
            position=0.0,
            created=1.0,
            writer="999999:1.00:dead",
        )
    )
    (place,) = destinations(library.folder, row)
    place.parent.mkdir(parents=True)
    place.write_bytes(model_bytes(8))
    assert library.models() == ()  # not taken for a file of the user's
    downloads.recover()
    assert downloads.wait(row.id).state == "done"
    assert library.models()[0].managed


def downloads_files() -> tuple[Any, ...]:
    from app.store.records import DownloadFile

    return tuple(DownloadFile(file.path, file.bytes, file.sha256) for file in variant("Q8_0").files)


# --- the library moves ---


def test_downloads_rest_while_the_library_moves_and_go_on_in_the_new_place(
    downloads: Downloads, library: Library, fetching: FakeFetching, told: list[ServiceEvent], tmp_path: Path
) -> None:
    settings_of(library).change(downloads_at_once=1)
    fetching.hold.set()
    running, waiting = add_all(downloads, 2)
    until(lambda: bool(fetching.running))
    library.move_to(tmp_path / "disk")
    until(lambda: bool(fetching.running))
    assert work_folder(running, tmp_path / "disk").exists()
    fetching.hold.clear()
    for one in (running, waiting):
        assert downloads.wait(one.id).state == "done"
    assert all(Path(model.path).is_relative_to(tmp_path / "disk") for model in library.models())
    assert seen(told, running.id)[:4] == ["queued", "running", "queued", "running"]


# --- repairing ---


def test_what_rotted_is_fetched_again_and_named(
    downloads: Downloads, library: Library, fetching: FakeFetching
) -> None:
    downloads.wait(downloads.add(repository(), variant("Q8_0")).id)
    path = Path(library.get(Q8).path)
    data = bytearray(path.read_bytes())
    data[100_0] ^= 1
    path.write_bytes(bytes(data))
    assert not library.verify(Q8).ok
    assert library.get(Q8).state == "damaged"
    repair = fetching.repair

    def unreachable(*_: Any) -> None:
        raise UserError("download.unreachable", host="h")

    fetching.repair = unreachable  # type: ignore[method-assign]
    store_ready = library._store.models.change(Q8, state="ready")
    assert store_ready is not None
    assert code_of(lambda: library.verify(Q8, repair=True)) == "download.unreachable"
    assert library.get(Q8).state == "damaged"
    fetching.repair = repair  # type: ignore[method-assign]
    mended = library.verify("r", repair=True)
    assert mended.ok and fetching.repaired == [(path.name, 0)]
    assert library.get(Q8).state == "ready"
    assert path.read_bytes() == model_bytes(8)


def test_a_hub_without_hashes_is_told_and_kept(
    downloads: Downloads, library: Library, fetching: FakeFetching
) -> None:
    whole = variant("Q8_0")
    without = Variant("Q8_0", tuple(HubFile(file.path, file.bytes) for file in whole.files))
    fetch = fetching.fetch

    def with_notice(*arguments: Any, **more: Any) -> Any:
        notice = ErrorInfo("download.no_hash", {"name": "m"})
        return msgspec.structs.replace(fetch(*arguments, **more), notices=(notice,))

    fetching.fetch = with_notice  # type: ignore[method-assign]
    done = downloads.wait(downloads.add(Repository(HubModel("o/r-GGUF"), "c" * 40, (without,)), without).id)
    assert done.error is None or done.error.code == "download.no_hash"
    until(lambda: downloads.get(done.id).error is not None)
    assert library.get(Q8).files[0].sha256


def test_one_whose_start_the_store_refused_starts_once_it_does_not(
    downloads: Downloads, store: Store, fetching: FakeFetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_watch, "INTERVAL", 0.05)
    change, refused = store.downloads.change, list[int]()

    def refuse(id: int, *args: Any, **fields: Any) -> Download | None:
        if fields.get("state") == "running" and not refused:
            refused.append(id)
            raise UserError("store.disk_full", folder="f")
        return change(id, *args, **fields)

    monkeypatch.setattr(store.downloads, "change", refuse)
    downloads.recover()
    asked = downloads.add(repository(), variant("Q8_0"))
    until(lambda: downloads.get(asked.id).state == "done")
    assert refused == [asked.id]
