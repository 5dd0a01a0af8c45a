"""The kind of an installation is read from its file, and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.installation import facts
from app.installation.facts import Installation, program, read
from app.version import VERSION


def test_a_clone_has_no_file(tmp_path: Path) -> None:
    assert read(tmp_path) == Installation("source", VERSION, root=tmp_path)


def test_a_tool_of_uv_has_its_receipt(tmp_path: Path) -> None:
    (tmp_path / "uv-receipt.toml").touch()
    assert read(tmp_path).kind == "uv"


def test_a_package_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "installation.toml").write_text(
        'kind = "appimage"\nversion = "0.3.0b1"\nchannel = "beta"\ncommit = "0a1b"\n'
        'updates = "https://example.org/coterie"\nkeys = ["abc"]\n'
    )
    assert read(tmp_path) == Installation(
        "appimage", "0.3.0b1", "beta", "0a1b", "https://example.org/coterie", ("abc",), tmp_path
    )


@pytest.mark.parametrize(
    "text", ["", "kind = ", 'kind = "tape"', 'kind = "deb"\nchannel = "nightly"', "keys = 3"]
)
def test_a_file_that_cannot_be_used_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "installation.toml").write_text(text)
    assert read(tmp_path) == Installation(root=tmp_path)


def test_an_appimage_is_started_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "installation", lambda: Installation("appimage"))
    assert program({"APPIMAGE": "/home/me/Coterie.AppImage"}) == ("/home/me/Coterie.AppImage",)
    assert program({})[1:] == ("-m", "app")
