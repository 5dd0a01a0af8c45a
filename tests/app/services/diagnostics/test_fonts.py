"""Whether emoji can be drawn: by fontconfig where it is, by the fonts' files where it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.services.diagnostics import fonts

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="other systems bring such a font"),
]


def fontconfig(folder: Path, words: str, code: int = 0) -> None:
    program = folder / "fc-list"
    program.write_text(f"#!/bin/sh\nprintf '{words}'\nexit {code}\n")
    program.chmod(0o755)


def test_fontconfig_says_whether_a_font_has_the_faces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    fontconfig(tmp_path, "Noto Color Emoji")
    assert fonts.has_emoji()
    fontconfig(tmp_path, "")
    assert not fonts.has_emoji()


@pytest.mark.parametrize("broken", [True, False])
def test_without_fontconfig_the_files_of_fonts_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(fonts, "folders", lambda: [tmp_path / "none", tmp_path / "fonts"])
    if broken:
        fontconfig(tmp_path, "", 1)
    (tmp_path / "fonts" / "noto").mkdir(parents=True)
    assert not fonts.has_emoji()
    (tmp_path / "fonts" / "noto" / "NotoColorEmoji.ttf").touch()
    assert fonts.has_emoji()
