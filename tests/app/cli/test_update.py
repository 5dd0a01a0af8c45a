"""`coterie update` over a release server on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.installation.facts import Installation
from app.installation.sites import FileSite
from app.services.updates import updating as service
from tests.support.command import Ran, here
from tests.support.library.releases import NEW, PUBLIC, Releases, appimage, manifest, serving, write_program


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Releases]:
    with serving(tmp_path / "releases") as server:
        yield server


@pytest.fixture
def installed(tmp_path: Path, server: Releases, monkeypatch: pytest.MonkeyPatch) -> FileSite:
    """An AppImage of version 0.1.0."""
    site = FileSite(write_program(tmp_path / "Coterie.AppImage", "0.1.0"))
    monkeypatch.setenv("APPIMAGE", str(site.file))
    is_kind(monkeypatch, appimage(address=server.address))
    return site


def is_kind(monkeypatch: pytest.MonkeyPatch, kind: Installation) -> None:
    monkeypatch.setattr(service, "installation", lambda: kind)


def update(*arguments: str) -> Ran:
    return here("update", *arguments)


def told(*arguments: str) -> dict[str, Any]:
    ran = update(*arguments, "--json")
    assert ran.code == 0, ran.err
    return ran.last


def test_a_clone_is_told_how_it_is_updated() -> None:
    assert told("--check")["how"].endswith("run `git pull`, then `make setup`.")
    assert update("--check").out.startswith("This copy of Coterie was set up from its source code.")
    assert update("--apply", "--json").last["error"]["code"] == "update.by_source"


def test_one_of_both_has_to_be_said() -> None:
    assert update().code == update("--check", "--apply").code == 2


def test_a_check_changes_nothing(installed: FileSite, server: Releases) -> None:
    file = write_program(server.folder / "new.AppImage", "0.2.0")
    server.publish_file("appimage", file, **NEW)
    assert told("--check") == {
        "kind": "appimage",
        "installed": "0.1.0",
        "channel": "stable",
        "state": "available",
        "available": "0.2.0",
        "bytes": file.stat().st_size,
        "notes": "Faster.",
        "applies": True,
        "how": "",
    }
    assert installed.read("trial") is None
    said = update("--check")
    assert (
        said.out
        == "Version 0.2.0 is available. Get it with `coterie update --apply`.\n\nWhat’s new:\nFaster.\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="the versions are scripts with a first line that runs them")
def test_apply_puts_it_in_place_once(installed: FileSite, server: Releases) -> None:
    server.publish_file("appimage", write_program(server.folder / "new.AppImage", "0.2.0"), **NEW)
    assert told("--apply")["state"] == "ready"
    assert installed.waiting("0.1.0") == "0.2.0"
    assert update("--apply").out == "Version 0.2.0 is in place and will be used from the next start.\n"
    assert told("--check")["state"] == "ready"


def test_what_is_current_is_said(installed: FileSite, server: Releases) -> None:
    server.publish(manifest(version="0.1.0", **NEW))
    assert told("--apply")["state"] == "current"
    assert update("--check").out == "Coterie 0.1.0 is the newest version.\n"


def test_a_package_is_only_told(server: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    is_kind(monkeypatch, Installation("deb", "0.1.0", keys=(PUBLIC,)))
    package = server.folder / "coterie_0.2.0_amd64.deb"
    package.write_bytes(b"package")
    server.publish_file("deb", package, **NEW)
    found = told("--check", "--from", server.address)
    assert (found["available"], found["applies"]) == ("0.2.0", False)
    assert found["how"].endswith("then install it with `sudo apt install ./coterie_0.2.0_amd64.deb`.")
    refused = update("--apply", "--from", server.address)
    assert refused.code == 1 and refused.sentence == found["how"]
    assert update("--check").sentence.endswith("Give the address: `coterie update --check --from URL`.")


def test_a_wrong_answer_is_told_in_one_sentence(installed: FileSite, server: Releases) -> None:
    (server.folder / "stable.release").write_bytes(b"hello")
    refused = update("--check", "--json")
    assert refused.code == 1 and refused.last["error"]["code"] == "update.signature"
    server.publish(manifest(notes={"en": "\x1b[2J"}, **NEW))
    assert update("--check").code == 0


def test_a_version_that_fell_back_is_told_once(installed: FileSite, server: Releases) -> None:
    server.publish(manifest(**NEW))
    installed.mark("fallen").write_text('["0.1.0", "0.2.0"]')
    assert (
        update("--check").err == "Version 0.2.0 failed to start twice, so 0.1.0 is back. Nothing was lost.\n"
    )
    assert update("--check").err == ""
