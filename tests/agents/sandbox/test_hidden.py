"""Programs read what is mounted for them, and no key, password or token in it, by whatever path."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.api import Confinement, Limits, Ran, Sandbox
from agents.sandbox.secret_places import hidden_in, is_secret, secret_places, without
from agents.sandbox.toolchains import found_toolchains

pytestmark = [pytest.mark.long, pytest.mark.process]

_FOLDERS = (".aws", ".gnupg", ".kube", "gh", "git", "keyrings", ".mozilla", "google-chrome", "contexts")
_READ_ALL = """
import json, os, sys
found = []
for folder, names, files in os.walk(sys.argv[1], followlinks=True):
    for name in files:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read()
        except OSError:
            continue
        if b"CANA" + b"RY" in text:
            found.append(os.path.join(folder, name))
print(json.dumps(found))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home/person"
    folder.mkdir(parents=True)
    return folder


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(sandbox: Sandbox, workspace: Path, readable: Path, home: Path, argv: list[str]) -> Ran:
    confinement = Confinement(
        workspace, readable=(readable,), hidden=hidden_in([readable], secret_places(home))
    )
    return sandbox.run(argv, confinement, limits=Limits(seconds=300))


@pytest.fixture
def full_home(home: Path) -> Iterator[Path]:
    """A home with a secret in every known place; one of them is linked in, and links lead to others."""
    put(home / "dotfiles/ssh/id_ed25519", "CANARY")
    (home / ".ssh").symlink_to("dotfiles/ssh")
    for place in secret_places(Path("/")):
        path = home / str(place).lstrip("/")
        if place == Path("/.ssh") or path.exists() or not path.is_relative_to(home):
            continue
        put(path / "inner/file" if path.name in _FOLDERS else path, "CANARY")
    for name in ("project/.env", "project/.env.local", "project/deep/er/.npmrc", "project/key.p12"):
        put(home / name, "CANARY")
    put(home / "project/plain.txt", "to be read")
    os.link(home / ".netrc", home / "project/second_name")
    os.link(home / "dotfiles/ssh/id_ed25519", home / "project/deep/key")
    (home / "project/to_ssh").symlink_to(home / ".ssh")
    (home / "project/to_token").symlink_to(home / ".npmrc")
    yield home
    shutil.rmtree(home)


def test_no_secret_of_a_mounted_home_can_be_read(sandbox: Sandbox, workspace: Path, full_home: Path) -> None:
    (workspace / "to_ssh").symlink_to(full_home / "dotfiles/ssh")
    put(workspace / "read.py", _READ_ALL)
    for start in (full_home, workspace):
        ran = run(sandbox, workspace, full_home, full_home, ["/usr/bin/python3", "read.py", str(start)])
        assert json.loads(ran.output) == [], ran.errors
    ran = run(sandbox, workspace, full_home, full_home, ["cat", str(full_home / "project/plain.txt")])
    assert ran.output == "to be read"


def test_it_is_hidden_under_the_name_by_which_a_folder_was_given(
    sandbox: Sandbox, workspace: Path, tmp_path: Path, full_home: Path
) -> None:
    given = tmp_path / "given"
    given.symlink_to(full_home)
    script = f"cat {given}/.npmrc {given}/project/.env {given}/.aws/inner/file; ls {given}/project; exit 0"
    ran = run(sandbox, workspace, given, full_home, ["sh", "-c", script])
    assert "CANARY" not in ran.output
    assert sandbox.name == "landlock" or "plain.txt" in ran.output


def test_what_is_hidden_cannot_be_put_back_or_replaced(
    sandbox: Sandbox, workspace: Path, full_home: Path
) -> None:
    script = f"umount {full_home}/.netrc; mv {full_home}/.npmrc x; rm {full_home}/.npmrc; cp {full_home}/.npmrc y; "
    script += f"ln {full_home}/.netrc z; echo x >> {full_home}/.aws/new; cat {full_home}/.npmrc x y z; exit 0"
    ran = run(sandbox, workspace, full_home, full_home, ["sh", "-c", script])
    assert "CANARY" not in ran.output
    assert (full_home / ".npmrc").read_text() == "CANARY" and not (full_home / ".aws/new").exists()


def test_a_socket_in_a_toolchain_is_hidden(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".pyenv").mkdir()
    monkeypatch.chdir(home / ".pyenv")  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        assert hidden_in([home / ".pyenv"], ()) == (home / ".pyenv/s",)


def test_programs_of_a_toolchain_run_and_its_secrets_stay(
    sandbox: Sandbox, workspace: Path, home: Path
) -> None:
    bin = home / ".nvm/versions/node/v20.0.0/bin"
    put(bin / "node", "#!/bin/sh\necho own node\n")
    (bin / "node").chmod(0o755)
    put(bin.parent / "etc/npmrc", "CANARY")
    put(home / ".npmrc", "CANARY")
    found = found_toolchains(home, {"PATH": "/usr/bin"}, workspace)
    hidden = hidden_in(found.folders, secret_places(home))
    confinement = Confinement(workspace, programs=found.folders, hidden=(*hidden, *found.hidden))
    script = f'node; cat {bin.parent}/etc/npmrc {home}/.npmrc; echo x > {bin}/new; echo "$NVM_DIR"'
    ran = sandbox.run(["bash", "-c", script], confinement, environment=found.environment)
    assert ran.output == f"own node\n{home}/.nvm\n"
    assert not (bin / "new").exists()


def test_what_vanishes_meanwhile_keeps_nothing_from_running(
    sandbox: Sandbox, workspace: Path, home: Path
) -> None:
    (home / "folder").mkdir()
    confinement = Confinement(
        workspace,
        readable=(home / "folder", home / "gone"),
        programs=(home / "none",),
        hidden=(home / "folder/gone", home / "gone"),
    )
    assert sandbox.run(["echo", "runs"], confinement).output == "runs\n"


def test_a_visible_folder_may_lie_in_a_hidden_one(sandbox: Sandbox, workspace: Path, home: Path) -> None:
    put(home / "data/secret", "CANARY")
    put(home / "data/tables/table.csv", "a,b")
    confinement = Confinement(workspace, readable=(home, home / "data/tables"), hidden=(home / "data",))
    ran = sandbox.run(["sh", "-c", f"cat {home}/data/secret; cat {home}/data/tables/table.csv"], confinement)
    assert ran.output == "a,b"


def test_much_that_is_hidden_in_a_wide_folder_keeps_nothing_from_running(
    sandbox: Sandbox, workspace: Path, home: Path
) -> None:
    for number in range(1500):
        put(home / f"wide/{'a long name of a file ' * 5}{number}", "shown")
    put(home / "wide/.env", "CANARY")
    put(home / "wide/plain", "shown")
    ran = run(
        sandbox, workspace, home / "wide", home, ["sh", "-c", f"cat {home}/wide/plain {home}/wide/.env"]
    )
    assert ran.output == "shown"


def test_caches_outlive_a_command_and_their_surroundings_stay_hidden(
    sandbox: Sandbox, workspace: Path, home: Path
) -> None:
    caches = home / "data/cache/one"
    caches.mkdir(parents=True)
    put(home / "data/secret", "CANARY")
    confinement = Confinement(workspace, caches=(caches,), home={".gitconfig": "[user]"})
    script = f"cat ~/.gitconfig; cd {caches}; echo made > new; chmod 700 new; touch -d 2001-01-01 new; echo >> new2"
    ran = sandbox.run(["sh", "-c", f"{script}; cat ../../secret; echo x > ../other"], confinement)
    assert ran.output == "[user]"
    assert sandbox.run(["cat", str(caches / "new")], confinement).output == "made\n"
    assert (caches / "new").stat().st_mode & 0o777 == 0o700 and not (caches.parent / "other").exists()
    assert "CANARY" not in sandbox.run(["cat", str(caches / "new")], Confinement(workspace)).output
    assert "made" not in sandbox.run(["cat", str(caches / "new")], Confinement(workspace)).output


def test_a_folder_is_divided_around_what_is_hidden(home: Path) -> None:
    put(home / "a/b/secret", "")
    put(home / "a/b/plain", "")
    put(home / "c/file", "")
    (home / "link").symlink_to("a/b/secret")
    shown, around = without(home, [home / "a/b/secret"])
    assert sorted(shown) == [home / "a/b/plain", home / "c"]
    assert around == [home, home / "a", home / "a/b"]
    assert without(home, [home]) == ([], []) and without(home, []) == ([home], [])


def test_a_path_in_a_secret_place_is_told(home: Path) -> None:
    (home / ".ssh/keys").mkdir(parents=True)
    (home / "link").symlink_to(".ssh/keys")
    places = secret_places(home)
    assert is_secret(home / ".ssh", places) and is_secret(home / "link", places)
    assert not is_secret(home / "work", places)
    assert os.fspath(home / ".aws") in map(os.fspath, places)
