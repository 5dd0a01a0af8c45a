"""Signing a release: what the command writes is what an installation believes, and it refuses to go back."""

from __future__ import annotations

import base64
import stat
import zipfile
from pathlib import Path

import pytest

from app.services.updates.manifest import verified
from installer.release import ROOT, files_in, main


@pytest.fixture
def key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The file of a private key; its public half was printed."""
    assert main(["key", str(tmp_path / "release.key")]) == 0
    return tmp_path / "release.key"


def sign(key: Path, *options: str) -> int:
    return main(["sign", "--key", str(key), "--out", str(key.parent), *options])


def test_a_signed_release_is_believed_by_its_public_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, notes, file = tmp_path / "release.key", tmp_path / "notes.md", tmp_path / "Coterie.AppImage"
    assert main(["key", str(key)]) == 0
    public = base64.b64decode(capsys.readouterr().out)
    notes.write_text("Faster.\n")
    file.write_bytes(b"program")
    assert sign(key, "--version", "0.2.0", "--notes", str(notes), f"appimage-x86_64={file}") == 0
    manifest = verified((tmp_path / "stable.release").read_bytes(), [public])
    assert (manifest.version, manifest.counter, manifest.notes) == ("0.2.0", 1, {"en": "Faster."})
    assert manifest.files["appimage-x86_64"].bytes == 7 and (manifest.expires - manifest.made).days == 30


def test_a_key_is_for_its_owner_and_never_in_the_project(
    key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert main(["key", str(key)]) == main(["key", str(ROOT / "release.key")]) == 1
    assert "must not lie in the project" in capsys.readouterr().err
    assert not (ROOT / "release.key").exists()


def test_there_is_no_way_back(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        sign(key, "--version", "0.2.0") == sign(key, "--version", "0.2.0") == 0
    )  # once more before it expires
    assert sign(key, "--version", "0.1.9") == sign(key, "--version", "0.3.0", "--counter", "2") == 1
    told = capsys.readouterr().err
    assert "would be a way back" in told and "The last one was 2" in told.replace("the last", "The last")


def test_what_an_archive_takes_is_told(key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "Coterie.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", b"0" * 10_000)
    assert sign(key, "--version", "0.2.0", f"windows-x86_64={archive}") == 0
    assert b'"unpacked":10000' in (tmp_path / "stable.release").read_bytes()


def test_the_files_of_a_folder_are_known_by_their_names(
    key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {
        "Coterie-0.2.0-x86_64.AppImage": "appimage-x86_64",
        "coterie_0.2.0_amd64.deb": "deb-x86_64",
        "Coterie-0.2.0-arm64.dmg": "macos-aarch64",
    }
    archives = {
        "Coterie-0.2.0-windows-x86_64.zip": "windows-x86_64",
        "coterie-cuda-0.3.36-linux-x86_64.zip": "cuda-0.3.36-linux-x86_64",
        "coterie-cuda-libraries-0.3.36-linux-x86_64.zip": "cuda-libraries-0.3.36-linux-x86_64",
    }
    for name in (*names, "coterie-0.2.0-py3-none-any.whl", "SHA256SUMS"):
        (key.parent / name).write_text(name)
    for name in archives:
        with zipfile.ZipFile(key.parent / name, "w") as file:
            file.writestr("a", name)
    assert {kind: path.name for kind, path in files_in(key.parent).items()} == {
        kind: name for name, kind in (names | archives).items()
    }
    assert sign(key, "--version", "0.2.0") == 0
    assert b"cuda-libraries-0.3.36-linux-x86_64" in (key.parent / "stable.release").read_bytes()
    (key.parent / "coterie_0.1.0_amd64.deb").write_text("left from before")
    assert sign(key, "--version", "0.2.1") == 1 and "both for deb-x86_64" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ("--version", "two"),
        ("--version", "0.2.0", "no_kind"),
        ("--version", "0.2.0", "appimage-x86_64=/nowhere"),
        ("--version", "0.2.0", "--notes", "/nowhere"),
        ("--version", "0.2.0", "--key", "/nowhere"),
    ],
)
def test_what_cannot_be_released_is_told(
    key: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign(key, *options) == 1
    assert capsys.readouterr().err.count("\n") == 1 and not (key.parent / "stable.release").exists()
