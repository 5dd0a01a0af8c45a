"""Names, files, tokens, disks and streams as they should not be: one sentence, nothing outside the library."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.models import tiny
from tests.support.hub.shelves import TRICKY_PATHS, TRICKY_REPO, tricky_repository
from tests.support.library.small_disk import small_disk
from tests.support.permissions import bound_by_permissions

pytestmark = pytest.mark.long

REPO = "demo/Tiny-GGUF"
NAME = f"{REPO}:Q8_0"
FILE = f"{REPO}/Tiny-Q8_0.gguf"
TOKEN = "hf_a7secret9that4nobody2may1see"


@pytest.fixture
def shelf(hub: Hub) -> Hub:
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(20_000_000)}))
    return hub


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


# Names


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "nothing",
        "../../etc/passwd",
        "/etc/passwd",
        "demo/../../x:Q8_0",
        "demo/Tiny-GGUF:",
        "demo/Tiny-GGUF:../Q8_0",
        "demo/Tiny-GGUF/../../x.gguf",
        "demo/Tiny-GGUF/Tiny-Q8_0.txt",
        "C:\\models\\x.gguf",
        "demo//Tiny-GGUF:Q8_0",
        "a" * 3000 + "/b:Q8_0",
        "demo/Tiny-GGUF:Q8_0\nX-Header: 1",
        "demo/Tiny\x1b[31m-GGUF:Q8_0",
        os.fsdecode(b"demo/\xff:Q8_0"),
        "데모/모델:Q8_0",
        "-",
    ],
)
def test_a_name_that_is_none_is_told_and_asks_nobody(command: Command, shelf: Hub, name: str) -> None:
    for verb in ("pull", "show"):
        ran = command.here("models", verb, "--json", "--", name)
        assert ran.code == 1
        assert ran.last["error"]["message"] == ran.sentence
        assert "\x1b" not in ran.err
    assert len(shelf.log) == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("demo/Nothing-GGUF:Q8_0", "hub.not_found"),
        (f"{REPO}:Q1_0", "hub.no_variant"),
        (f"{REPO}/Other.gguf", "hub.no_variant"),
    ],
)
def test_what_the_hub_does_not_have_is_told(command: Command, shelf: Hub, name: str, code: str) -> None:
    ran = command.here("models", "pull", name, "--json")
    assert ran.code == 1 and ran.last["error"]["code"] == code
    assert ran.last["error"]["message"] == ran.sentence


def test_names_of_files_stay_inside_the_library(command: Command, hub: Hub, tmp_path: Path) -> None:
    hub.shelf.add(tricky_repository())
    outside = files_below(tmp_path)
    shown = command.here("models", "show", TRICKY_REPO, "--json").last
    usable = {variant["name"]: variant for variant in shown["variants"]}
    assert len(usable) + len(shown["left_out"]) == len([p for p in TRICKY_PATHS if p.endswith(".gguf")])
    places = set()
    for variant in usable.values():
        ran = command.here("models", "pull", variant["id"], "--json")
        assert ran.code == 0, ran.err
        path = Path(ran.last["path"])
        assert path.resolve().is_relative_to(command.library.resolve())
        assert not path.is_symlink() and path.stat().st_size == variant["bytes"]
        places.add(path)
    assert len(places) == len(usable), "no two share a place"
    for path in files_below(tmp_path) - outside:
        assert path.is_relative_to(command.home)
    listed = [model["id"] for model in command.here("models", "list", "--json").objects]
    assert sorted(listed) == sorted(variant["id"] for variant in usable.values())


# Tokens


def test_the_token_goes_to_the_hub_alone_and_is_written_nowhere(
    start_hub, coterie_home: Path, tmp_path: Path
) -> None:
    hub = start_hub(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(20_000_000)}, private=True), second_host=True)
    hub.account(TOKEN)
    hub.fault(Fault("slow", rate=8_000_000, times=0))
    command = Command(coterie_home, hub.address, HF_TOKEN=TOKEN)
    with command.start("models", "pull", NAME, "--json") as process:
        while not hub.log.sent(FILE) and process.poll() is None:
            time.sleep(0.01)
        for what in ("cmdline", "environ"):
            # The first environment of a process cannot be taken back; of its children it can.
            told = Path(f"/proc/{process.pid}/{what}").read_bytes() if sys.platform == "linux" else b""
            assert what == "environ" or TOKEN.encode() not in told
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert TOKEN not in out + err
    hosts = {one.host: one.authorization for one in hub.log if one.method == "GET" and one.sent}
    assert hosts == {"second": ""}
    assert {one.authorization for one in hub.log if one.host == "hub"} == {f"Bearer {TOKEN}"}
    refused = command.here("models", "search", "--json", HF_TOKEN=TOKEN[:-1] + "x")
    assert refused.code == 1 and refused.last["error"]["code"] == "hub.bad_token"
    assert TOKEN[:-1] not in refused.out + refused.err
    for path in files_below(tmp_path):
        data = path.read_bytes()
        assert TOKEN.encode() not in data and TOKEN[:-1].encode() not in data, path


@pytest.mark.parametrize("token", ["hf_with space", "hf_\nX-Evil: 1", "hf_é", "x" * 100_000])
def test_a_token_that_is_none_is_told_without_being_shown(command: Command, shelf: Hub, token: str) -> None:
    ran = command.here("models", "pull", NAME, "--json", HF_TOKEN=token)
    assert ran.code == 1 and ran.last["error"]["code"] == "hub.bad_token"
    assert ran.last["error"]["message"] == ran.sentence
    assert token not in ran.err
    assert len(shelf.log) == 0


# The way there


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        ("nonsense", "hub.bad_endpoint"),
        ("ftp://example.invalid", "hub.bad_endpoint"),
        ("http://user:secret@127.0.0.1:1", "hub.bad_endpoint"),
        ("http://127.0.0.1:1", "hub.unreachable"),
        ("https://127.0.0.1:1", "hub.unreachable"),
        ("http://nobody.invalid", "hub.unreachable"),
    ],
)
def test_a_hub_that_cannot_be_reached_is_told(coterie_home: Path, endpoint: str, code: str) -> None:
    command = Command(coterie_home, endpoint)
    for verb, name in (("search", "x"), ("pull", NAME), ("show", REPO)):
        ran = command.here("models", verb, name, "--json")
        assert ran.code == 1 and ran.last["error"]["code"] == code
        assert ran.last["error"]["message"] == ran.sentence
        assert "secret" not in ran.err


# Streams


@pytest.mark.parametrize("output", ["| head -c 1", "> /dev/full", ">&-"])
def test_output_that_nobody_takes_pauses_the_download(command: Command, shelf: Hub, output: str) -> None:
    shelf.fault(Fault("slow", rate=4_000_000, times=0))
    line = f'"{sys.executable}" -m app models pull {NAME} --json {output}'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        capture_output=True,
        text=True,
        timeout=300,
        env=command.environment,
        cwd=Path(__file__).resolve().parents[4],
        check=False,
    )
    assert "Traceback" not in done.stderr
    if output == ">&-":  # where nothing is open nothing fails
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0 and "output" in done.stderr
    (paused,) = command.here("models", "list", "--downloads", "--json").objects
    assert paused["state"] == "paused"


# Disks


def test_a_disk_that_is_too_small_is_told_before_a_byte_is_fetched(command: Command, shelf: Hub) -> None:
    with small_disk(command.home / "models", 10):
        ran = command.here("models", "pull", NAME, "--json")
        assert ran.code == 1 and ran.last["error"]["code"] == "download.no_room"
        assert ran.last["error"]["message"] == ran.sentence
        assert "MB" in ran.sentence
    assert shelf.log.sent(FILE) == 0


def test_a_disk_that_fills_up_on_the_way_keeps_what_has_come(command: Command, hub: Hub) -> None:
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(40_000_000)}))
    hub.fault(Fault("slow", rate=8_000_000, times=0))
    with small_disk(command.home / "models", 100) as disk:
        with command.start("models", "pull", NAME, "--json") as process:
            while hub.log.sent(FILE) < 10_000_000 and process.poll() is None:
                time.sleep(0.01)
            filler = disk / "filler"
            with filler.open("wb") as file:
                try:
                    while True:
                        file.write(bytes(2**20))
                        file.flush()
                except OSError:
                    pass
            out, err = process.communicate(timeout=300)
        assert process.returncode == 1, out
        assert "Traceback" not in err and "Free up space" in err
        filler.unlink()
        hub.faults.clear()
        again = command.here("models", "pull", NAME, "--json")
        assert again.code == 0, again.err
        assert Path(again.last["path"]).read_bytes() == hub.content(FILE).read(0, 10**9)


@pytest.mark.parametrize("kind", ["file", "gone"])
def test_a_library_folder_that_is_none_is_told(
    command: Command, shelf: Hub, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "library"
    if kind == "file":
        folder.write_text("not a folder")
    command.home.mkdir(parents=True, exist_ok=True)
    (command.home / "settings.toml").write_text(f"library_folder = {str(folder)!r}\n")
    ran = command.here("models", "pull", NAME, "--json")
    assert ran.code == 1 and ran.last["error"]["code"].startswith("library.")
    assert ran.last["error"]["message"] == ran.sentence
    assert command.here("models", "list").code == 0


def test_a_data_folder_that_cannot_be_written_is_told(hub: Hub, tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("")
    for arguments in (("list",), ("pull", NAME), ("import", "/nothing"), ("trash",)):
        ran = Command(home, hub.address).here("models", *arguments, "--json")
        assert ran.code == 1
        assert ran.last["error"]["message"] == ran.sentence


def test_folders_that_may_not_be_written_are_told(command: Command, shelf: Hub, tmp_path: Path) -> None:
    library, closed = tmp_path / "library", tmp_path / "closed"
    library.mkdir()
    closed.mkdir(mode=0o700)
    tmp_path.chmod(0o777)
    for folder in tmp_path.parents:
        if not folder.stat().st_mode & 0o001:  # nobody could pass through
            folder.chmod(0o711)
    command.home.mkdir(mode=0o777)
    command.home.chmod(0o777)
    (command.home / "settings.toml").write_text(f"library_folder = {str(library)!r}\n")
    library.chmod(0o555)
    with bound_by_permissions():
        ran = command.here("models", "pull", NAME, "--json")
        assert ran.code == 1
        assert ran.last["error"]["code"] in ("library.not_writable", "download.cannot_write")
        assert ran.last["error"]["message"] == ran.sentence
        refused = Command(closed / "home", shelf.address).here("models", "list", "--json")
        assert refused.code == 1 and refused.last["error"]["message"] == refused.sentence
        unread = command.here("models", "import", str(closed / "x.gguf"), "--json")
        assert unread.code == 1 and unread.last["error"]["message"] == unread.sentence
    assert shelf.log.sent(FILE) == 0
