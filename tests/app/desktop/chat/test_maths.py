"""Formulas are drawn, bounded, and stand on the baseline."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QTextDocument

from app.desktop.chat.markdown import Formula
from app.desktop.chat.maths import MAX_LENGTH, FormulaError, Formulas, Line, Place, Request, draw, paint
from app.desktop.theme import load_theme


def request(tex: str, *, display: bool = False) -> Request:
    return Request(Formula(tex, display), 15, "#ff0000")


def test_a_formula_is_drawn_in_the_colour_asked_for():
    image = paint(draw(request(r"\frac{a}{b}", display=True)), Place(ratio=2.0)).image
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


@pytest.mark.parametrize("tex", ["x", "x^2", r"x\sqrt{x}", r"x_{\frac{x}{x}}", r"x+\frac{x}{x}", "x_j"])
def test_an_inline_formula_stands_on_the_baseline(qapp, tex: str):
    """Draws a line of text with the formula in it and compares where their letters end."""
    scale = 4.0
    font = load_theme("light").font(14)
    metrics = QFontMetricsF(font)
    drawn = paint(
        draw(request(tex)), Place(Line(metrics.ascent(), metrics.descent(), metrics.xHeight()), scale)
    )
    document = QTextDocument()
    document.setDefaultFont(font)
    document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl("formula"), drawn.image)
    width, height = drawn.image.deviceIndependentSize().toTuple()
    document.setHtml(
        f'<p style="line-height: 22px">x<img src="formula" width="{width}" height="{height}"'
        f' style="vertical-align: {drawn.alignment}">x</p>'
    )
    picture = QImage(800, 400, QImage.Format.Format_RGB32)
    picture.fill(QColor("#ffffff"))
    painter = QPainter(picture)
    painter.scale(scale, scale)
    document.drawContents(painter)
    painter.end()

    def lowest(red: bool) -> int:
        """The lowest row of the first letter in black, or in the formula's red."""
        rows: dict[int, list[int]] = {}
        for x in range(picture.width()):
            for y in range(picture.height()):
                colour = picture.pixelColor(x, y)
                if colour.green() < 120 and (colour.red() > 180) == red:
                    rows.setdefault(x, []).append(y)
        start = min(rows)
        return max(max(rows[x]) for x in rows if start <= x < start + 5 * scale)

    assert lowest(red=True) == pytest.approx(lowest(red=False), abs=scale)


def test_a_wide_formula_is_made_to_fit():
    image = paint(draw(request("+".join("abcdefgh" * 8), display=True)), Place(max_width=300)).image
    assert image.deviceIndependentSize().width() <= 300


def test_drawings_come_later_and_stay(qtbot):
    formulas = Formulas()
    wanted, broken = request("x+y"), request(r"\frac{")
    assert formulas.drawing(broken) is None
    with qtbot.waitSignal(formulas.drawn, timeout=5000):
        assert formulas.drawing(wanted) is None
        assert formulas.pending(wanted)
    assert formulas.drawing(wanted) is not None
    assert formulas.drawing(broken) is None and not formulas.pending(broken)
