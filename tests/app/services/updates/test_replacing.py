"""From the network to the next start: whatever goes wrong on the way, the version that is there stays."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import msgspec
import pytest

from app.installation.facts import Installation
from app.installation.sites import FileSite, FolderSite
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates import replacing
from app.services.updates.updating import Updates
from app.services.updates.values import UpdateChanged
from engine.errors import ErrorInfo, UserError
from engine.hub.transfer import Progress, Stopped, StopToken
from tests.app.services.updates.conftest import MakeUpdates
from tests.support.library.releases import DIES, NOW, PUBLIC, WORKS, Releases, manifest, write_program
from tests.support.library.small_disk import small_disk

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="the versions are scripts with a first line that runs them"
)
MIB = 2**20


def published(server: Releases, does: str = WORKS, *, padding: int = 0, **options: str) -> Path:
    """Version 0.2.0 as a file of the server."""
    file = write_program(server.folder / "Coterie-0.2.0.AppImage", "0.2.0", does, **options)
    with file.open("ab") as opened:
        opened.write(b"\n# " + os.urandom(padding).hex().encode())
    server.publish_file("appimage", file)
    return file


def looked(make: MakeUpdates) -> Updates:
    updates = make()
    updates.look()
    return updates


def refused(updates: Updates) -> str:
    with pytest.raises(UserError) as caught:
        updates.apply()
    return caught.value.code


def untouched(site: FileSite, *, kept: tuple[str, ...] = ()) -> bool:
    """Whether the old version is there, on no trial, and nothing lies about but what is `kept` to go on with."""
    left = (
        {path.name for path in site.folder.iterdir()}
        - {site.file.name}
        - {site.mark(name).name for name in kept}
    )
    return "'0.1.0'" in site.file.read_text() and site.read("trial") is None and not left


def test_a_new_version_takes_the_place_of_the_old_one(
    make: MakeUpdates, server: Releases, site: FileSite
) -> None:
    file = published(server)
    updates, phases = looked(make), list[str]()
    updates._events.subscribe(UpdateChanged, lambda event: phases.append(event.state.phase))
    assert updates.apply().phase == "ready"
    assert list(dict.fromkeys(phases)) == ["fetching", "trying", "ready"]
    assert site.file.read_bytes() == file.read_bytes()
    assert site.waiting("0.1.0") == "0.2.0" and make().state.phase == "ready"
    asked = len(server.asked)
    assert make().apply().phase == "ready" and len(server.asked) == asked
    started = subprocess.run(
        [str(site.file), "--version"], capture_output=True, text=True, check=True, timeout=100
    )
    assert started.stdout == "coterie 0.1.0\n"  # what plays it is of this version
    assert site.read("trial") is None
    assert {path.name for path in site.folder.iterdir()} == {site.file.name}


def test_a_download_that_is_cut_off_again_and_again_goes_on(make: MakeUpdates, server: Releases) -> None:
    published(server, padding=MIB)
    server.cut, server.cuts = MIB // 2, 3
    assert looked(make).apply().phase == "ready"


def test_a_download_that_ends_goes_on_the_next_time(
    make: MakeUpdates, server: Releases, site: FileSite
) -> None:
    published(server, padding=12 * MIB)
    server.cut, server.cuts = 12 * MIB, 10**6  # the second half does not come
    updates, stop = looked(make), StopToken()

    def end(now: Progress) -> None:
        if now.received >= 12 * MIB:
            stop.pause()

    with pytest.raises(Stopped):
        updates.apply(end, stop)
    assert untouched(site, kept=("download",)) and updates.state.phase == "found"
    server.cuts, first = 0, len(server.asked)
    assert make().apply().phase == "ready"
    assert "bytes=0-8388607" not in [
        asked for _, asked in server.asked[first:]
    ]  # what came is not asked for again


def test_a_server_that_is_gone_changes_nothing(make: MakeUpdates, server: Releases, site: FileSite) -> None:
    published(server)
    updates = looked(make)
    server.broken = 503
    assert refused(updates).startswith("download.")
    assert untouched(site, kept=("download",)) and updates.state.error is not None
    server.broken = 0
    assert updates.apply().phase == "ready" and updates.state.error is None


def test_another_file_than_was_signed_is_not_used(
    make: MakeUpdates, server: Releases, site: FileSite
) -> None:
    file = published(server)
    data = file.read_bytes()
    file.write_bytes(data[:-1] + b"!")
    updates = looked(make)
    assert refused(updates) == "update.wrong_file" and untouched(site, kept=("download",))
    file.write_bytes(data)
    assert updates.apply().phase == "ready"


@pytest.mark.parametrize(
    ("tested", "says"),
    [
        ("os._exit(3)", ""),
        ("sys.exit('no such library')", ""),
        ("pass", "0.3.0"),
        ("os.kill(os.getpid(), 9)", ""),
    ],
    ids=["ends", "fails", "another version", "killed"],
)
def test_a_version_that_does_not_start_is_not_put_in_place(
    make: MakeUpdates, server: Releases, site: FileSite, tested: str, says: str
) -> None:
    published(server, tested=tested, says=says)
    assert refused(looked(make)) == "update.dies" and untouched(site)


def test_a_version_that_hangs_is_ended(
    make: MakeUpdates, server: Releases, site: FileSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "TRYING_S", 0.3)
    published(server, tested="import subprocess; subprocess.run(['sleep', '1000'])")
    assert refused(looked(make)) == "update.dies" and untouched(site)


def test_what_is_no_program_is_told(make: MakeUpdates, server: Releases, site: FileSite) -> None:
    file = server.folder / "Coterie-0.2.0.AppImage"
    file.write_bytes(b"\x7fELF of another processor")
    server.publish_file("appimage", file)
    assert refused(looked(make)) == "update.dies" and untouched(site)


def test_a_version_that_dies_later_is_taken_back_and_not_offered_again(
    make: MakeUpdates, server: Releases, site: FileSite
) -> None:
    published(server, DIES)
    looked(make).apply()
    environment = {**os.environ, "COTERIE_HOME": str(site.folder / "home")}
    ended = [
        subprocess.run([str(site.file), "--version"], env=environment, check=False, timeout=100).returncode
        for _ in range(3)
    ]
    assert ended == [9, 9, 0] and "'0.1.0'" in site.file.read_text()
    updates = make()
    assert (updates.state.fallen, updates.state.phase, updates.state.quiet) == ("0.2.0", "found", True)
    updates.forget_fallen()
    assert make().state.fallen == "" and make().state.quiet
    server.publish(manifest(version="0.2.1", counter=3))
    assert not make().look().quiet


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    make: MakeUpdates, server: Releases, tmp_path: Path
) -> None:
    published(server, padding=4 * MIB)
    with small_disk(tmp_path / "disk", 4) as folder:
        site = FileSite(write_program(folder / "Coterie.AppImage", "0.1.0"))
        updates = make()
        updates._site = site
        updates.look()
        asked = len(server.asked)
        assert refused(updates) == "download.no_room" and len(server.asked) == asked
        assert untouched(site, kept=("download",))


@pytest.mark.parametrize("step", ["unpack", "_keep", "_put"])
def test_a_disk_that_fills_up_while_it_is_put_in_place_leaves_the_old_version(
    make: MakeUpdates, server: Releases, site: FileSite, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    published(server)
    updates = looked(make)
    with monkeypatch.context() as full:

        def refuse(*_: object) -> None:
            raise OSError(28, "No space left on device")

        full.setattr(FileSite, step, refuse)
        assert refused(updates) == "download.no_room"
    assert site.waiting("0.1.0") == "" and untouched(site, kept=("next",))
    assert updates.apply().phase == "ready"


def test_what_was_fetched_whole_is_not_fetched_again(
    make: MakeUpdates, server: Releases, site: FileSite
) -> None:
    file = published(server)
    updates, asked = looked(make), len(server.asked)
    site.incoming.write_bytes(file.read_bytes())  # the computer was switched off while it was tried
    assert updates.apply().phase == "ready" and len(server.asked) == asked


@pytest.mark.parametrize("change", [-1, 1], ids=["shorter", "longer"])
def test_a_file_of_another_length_is_not_used(
    make: MakeUpdates, server: Releases, site: FileSite, change: int
) -> None:
    file = published(server)
    data = file.read_bytes()
    file.write_bytes(data[:-1] if change < 0 else data + b"#")
    assert refused(looked(make)) == "update.wrong_file" and untouched(site, kept=("download",))


def test_offline_nothing_is_fetched(make: MakeUpdates, server: Releases, site: FileSite) -> None:
    published(server)
    updates, asked = looked(make), len(server.asked)
    make(offline=True)
    updates._settings.change(offline=True)
    assert refused(updates) == "update.offline" and len(server.asked) == asked and untouched(site)


def test_two_copies_in_one_folder_do_not_meet(make: MakeUpdates, server: Releases, site: FileSite) -> None:
    other = FileSite(write_program(site.folder / "Coterie (2).AppImage", "0.1.0"))
    published(server)
    looked(make).apply()
    assert site.waiting("0.1.0") == "0.2.0"
    assert other.read("trial") is None and "'0.1.0'" in other.file.read_text()
    assert other.go_back() is False and site.read("trial") is not None


def test_a_folder_that_cannot_be_written_to_is_told(
    make: MakeUpdates, server: Releases, site: FileSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(server)
    updates = looked(make)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with pytest.raises(UserError) as caught:
        updates.apply()
    assert caught.value.code == "update.read_only" and caught.value.params["folder"] == str(site.folder)
    assert untouched(site)


def test_two_updates_at_once_do_not_meet(make: MakeUpdates, server: Releases, site: FileSite) -> None:
    published(server)
    first, second = looked(make), make()
    told: list[str] = []

    def meanwhile(now: Progress) -> None:
        if not told:
            told.append(refused(second))

    assert first.apply(meanwhile).phase == "ready"
    assert told == ["update.elsewhere"] and site.waiting("0.1.0") == "0.2.0"
    # The window of the second says so, and its next try finds what the first has brought.
    assert second.state.phase == "found" and second.state.error == ErrorInfo("update.elsewhere")
    assert second.apply().phase == "ready" and second.state.error is None


def test_the_window_can_end_what_it_began(make: MakeUpdates, server: Releases, site: FileSite) -> None:
    published(server, padding=8 * MIB)
    server.cut, server.cuts = MIB, 10**6
    updates = looked(make)
    updates._events.subscribe(UpdateChanged, lambda event: event.state.received and updates.cancel())
    thread = threading.Thread(target=updates.begin)
    thread.start()
    thread.join(100)
    assert not thread.is_alive() and updates.state.phase == "found" and updates.state.error is None
    assert untouched(site, kept=("download",))


def test_nobody_is_asked_while_a_version_is_on_its_way(make: MakeUpdates, server: Releases) -> None:
    published(server)
    updates, told = looked(make), list[str]()
    updates._settings.change(updates="on")
    updates._file.change(lambda kept: msgspec.structs.replace(kept, looked=0.0))

    def look_too(event: UpdateChanged) -> None:
        updates.look_if_due()
        told.append(event.state.phase)

    updates._events.subscribe(UpdateChanged, look_too)
    updates.begin()
    assert "found" not in told and told[-1] == "ready"


def test_what_the_window_began_tells_why_it_failed(make: MakeUpdates, server: Releases) -> None:
    published(server, tested="os._exit(3)")
    updates = looked(make)
    updates.begin()
    assert updates.state.error is not None and updates.state.error.code == "update.dies"


def test_a_version_is_unpacked_beside_the_others(server: Releases, tmp_path: Path) -> None:
    import zipfile

    root = tmp_path / "Coterie"
    old = root / "app-0.1.0" / "python"
    old.mkdir(parents=True)
    (root / "current.txt").write_text("app-0.1.0")
    archive = server.folder / "Coterie-0.2.0.zip"
    program = write_program(tmp_path / "python3", "0.2.0").read_text().replace("sys.argv[1:]", "sys.argv[4:]")
    with zipfile.ZipFile(archive, "w") as file:
        entry = zipfile.ZipInfo("python/bin/python3")
        entry.external_attr = 0o755 << 16
        file.writestr(entry, program)
    server.publish_file("windows", archive)
    here = Installation("windows", "0.1.0", updates=server.address, keys=(PUBLIC,), root=old)
    site = FolderSite(root)
    settings = SettingsFile(tmp_path / "home" / "settings.toml")
    updates = Updates(tmp_path / "home", settings, EventBus(), here, site, NOW.timestamp)
    updates.look()
    assert updates.apply().phase == "ready"
    assert site.current().name == "app-0.2.0" and old.is_dir()
    assert site.go_back() and site.current().name == "app-0.1.0"
