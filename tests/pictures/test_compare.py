"""Which changes of a picture count."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.pictures.__main__ import LOOKS, REFERENCES
from tests.pictures.compare import difference, pixels, save_small, side_by_side
from tests.pictures.scenes import SCENES

pytestmark = pytest.mark.usefixtures("qapp")
SIZE = (1280, 800)


def drawn(text: str, *, at: float = 100.0, ink: str = "#202020") -> QImage:
    """A page of so many words as the window has, and `text` in its smallest size."""
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(QApplication.font())
    font.setPixelSize(12)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    for line in range(30):
        painter.drawText(20, 20 + 24 * line, "The same words on every line of the page")
    painter.drawText(QRect(600, 100, 400, 40), Qt.AlignmentFlag.AlignLeft, text)
    painter.setBrush(QColor("#3366CC"))
    painter.drawEllipse(QPoint(900, 300), 40.0 + at - 100.0, 40.0)
    painter.end()
    return image


def test_a_picture_is_like_itself() -> None:
    found = difference(drawn("Save"), drawn("Save"))
    assert found.share == 0.0 and not found.matters


def test_another_word_counts() -> None:
    assert difference(drawn("Save all"), drawn("Save now")).matters


def test_a_single_letter_counts() -> None:
    assert difference(drawn("Save all of it"), drawn("Save oll of it")).matters


def test_another_color_of_an_area_counts() -> None:
    before, after = drawn("Save"), drawn("Save")
    painter = QPainter(after)
    painter.fillRect(QRect(100, 600, 20, 20), QColor("#E0B0B0"))
    painter.end()
    assert difference(before, after).matters


def test_the_edge_of_a_shape_may_have_another_shade() -> None:
    assert not difference(drawn("Save", at=100.0), drawn("Save", at=100.15)).matters


def test_a_shade_that_nobody_sees_does_not_count() -> None:
    assert not difference(drawn("Save", ink="#202020"), drawn("Save", ink="#282828")).matters


def test_another_size_counts() -> None:
    before = drawn("Save")
    found = difference(before, before.scaled(1280, 900))
    assert found.share is None and found.matters


def test_what_is_kept_is_small_and_still_the_same(tmp_path: Path) -> None:
    image = drawn("Save")
    save_small(image, tmp_path / "small.png")
    image.save(str(tmp_path / "large.png"))
    kept = QImage(str(tmp_path / "small.png"))
    assert not difference(kept, image).matters
    assert (tmp_path / "small.png").stat().st_size < (tmp_path / "large.png").stat().st_size


def test_the_sheet_marks_what_differs() -> None:
    before, after = drawn("Save all"), drawn("Save now")
    sheet = side_by_side(before, after, difference(before, after))
    assert sheet.width() > 3 * before.width() and sheet.height() == before.height()
    third = pixels(sheet)[:, -before.width() :]
    assert ((third[..., 0] == 255) & (third[..., 1] == 0)).any()


def test_every_scene_has_a_reference_in_every_look() -> None:
    wanted = {f"{scene}-{theme}-{language}" for scene in SCENES for theme, language in LOOKS}
    assert {path.stem for path in REFERENCES.glob("*.png")} == wanted
