from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from app.desktop.base import icons
from app.desktop.base.icons import icon
from app.desktop.base.theme import themes

pytestmark = pytest.mark.usefixtures("looks")

ROOT = Path(__file__).resolve().parents[4]


def used_names() -> set[str]:
    """Names of icons that the sources ask for, as literals."""
    names: set[str] = set()
    for path in (ROOT / "app" / "desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("icon", "set_icon"):
                for argument in node.args[:2]:
                    for part in ast.walk(argument):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            names.add(part.value)
    return names - set(themes.current.__struct_fields__)


def test_every_icon_that_is_asked_for_is_there(qapp: object) -> None:
    names = used_names()
    assert len(names) > 8
    for name in names:
        assert not icon(name).isNull()


def test_no_icon_lies_there_unused() -> None:
    folder = ROOT / "resources" / "icons"
    sources = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "app" / "desktop").rglob("*.py"))
    unused = [p.name for p in folder.glob("*.svg") if f'"{p.stem}"' not in sources and p.stem != "coterie"]
    assert unused == []


def test_an_unknown_icon_is_an_error(qapp: object) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_an_icon_has_the_colour_of_the_theme_and_its_own_pixels_for_each_display(
    qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(icons, "_pixel_ratios", lambda: {1.0, 2.0})
    drawn = icon("square", "accent", 19)  # a size that no other test has cached
    for ratio in (1.0, 2.0):
        image = drawn.pixmap(QSize(19, 19), ratio).toImage()
        assert image.width() == 19 * ratio
        colours = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255
        }
        assert colours == {QColor(themes.current.accent).name()}
