"""Formulas are drawn, bounded, and stand on the baseline."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocument, QTextFormat

from app.desktop.base.theme import load_theme
from app.desktop.markdown.formula_object import FormulaObject
from app.desktop.markdown.maths import Formulas, Place, paint
from app.markdown.formulas import MAX_LENGTH, FormulaError, Request, draw
from app.markdown.markdown import Formula


def request(tex: str, *, display: bool = False) -> Request:
    return Request(Formula(tex, display), 15, "#ff0000")


def test_a_formula_is_drawn_in_the_colour_asked_for():
    image = paint(draw(request(r"\frac{a}{b}", display=True)), Place(2.0)).image
    colours = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {"#ff0000"}


@pytest.mark.parametrize(
    "tex", [r"\frac{a", "", "  ", "{" * 100 + "}" * 100, "x" * (MAX_LENGTH + 1), r"\left(" * 50]
)
def test_what_is_no_formula_or_too_much_of_one_is_refused(tex: str):
    with pytest.raises(FormulaError):
        draw(request(tex))


def lowest(picture: QImage, colour: str, columns: float) -> int:
    """The lowest row of a colour within so many columns from where it starts."""
    rows: dict[int, int] = {}
    for x in range(picture.width()):
        for y in range(picture.height()):
            if picture.pixelColor(x, y).name() == colour:
                rows[x] = y
    return max(row for x, row in rows.items() if x < min(rows) + columns)


@pytest.mark.parametrize("beside", ["", r"\frac{a}{b}", r"\sum_{i=1}^n"])
@pytest.mark.parametrize("tex", ["x", "x^2", r"x\sqrt{x}", r"x_{\frac{x}{x}}", r"x+\frac{x}{x}", "x_j"])
def test_an_inline_formula_stands_on_the_baseline(qapp, tex: str, beside: str):
    """Draws a line of text with formulas in it and compares where their letters end."""
    scale = 4.0
    document = QTextDocument()
    document.setDefaultFont(load_theme("light").font(14))
    handler = FormulaObject(document)
    document.documentLayout().registerHandler(QTextFormat.ObjectTypes.ImageObject.value, handler)
    shown = handler.add(paint(draw(request(tex)), Place(scale)), document)
    if beside:
        other = Request(Formula(beside), 15, "#00ff00")
        shown += handler.add(paint(draw(other), Place(scale)), document)
    document.setHtml(f'<p style="line-height: 22px; color: #000000">x{shown}</p>')
    picture = QImage(360, 160, QImage.Format.Format_RGB32)
    picture.fill(QColor("#ffffff"))
    painter = QPainter(picture)
    painter.scale(scale, scale)
    document.drawContents(painter)
    painter.end()
    # The first letter of the formula against the letter of the text before it.
    formula, text = lowest(picture, "#ff0000", 5 * scale), lowest(picture, "#000000", 5 * scale)
    assert formula == pytest.approx(text, abs=scale)


def test_a_wide_formula_is_made_to_fit():
    image = paint(draw(request("+".join("abcdefgh" * 8), display=True)), Place(max_width=300))
    assert image.width <= 300


def test_drawings_come_later_and_stay(qtbot):
    formulas = Formulas()
    wanted, broken = request("x+y"), request(r"\frac{")
    assert formulas.drawing(broken) is None
    with qtbot.waitSignal(formulas.drawn, timeout=300_000):
        assert formulas.drawing(wanted) is None
        assert formulas.pending(wanted)
    assert formulas.drawing(wanted) is not None
    assert formulas.drawing(broken) is None and not formulas.pending(broken)
