"""Formulas are drawn, bounded, and stand on the baseline."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from app.desktop.chat.markdown import Formula
from app.desktop.chat.maths import MAX_LENGTH, FormulaError, Formulas, Place, Request, draw, paint


def request(tex: str, *, display: bool = False) -> Request:
    return Request(Formula(tex, display), 15, "#ff0000")


def ink_rows(image: QImage) -> list[int]:
    return [
        y
        for y in range(image.height())
        if any(image.pixelColor(x, y).alpha() > 60 for x in range(image.width()))
    ]


def test_a_formula_is_drawn_in_the_colour_asked_for():
    image = paint(draw(request(r"\frac{a}{b}", display=True)), Place(ratio=2.0))
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


def test_an_inline_formula_stands_on_the_baseline():
    x_height = 8.0
    # A letter without a descender ends on the baseline: (height + x_height / 2) / 2 from the top.
    image = paint(draw(request("x")), Place(x_height, 4.0))
    height = image.deviceIndependentSize().height()
    baseline = (height + x_height / 2) / 2
    assert max(ink_rows(image)) / 4.0 == pytest.approx(baseline, abs=0.8)


def test_a_wide_formula_is_made_to_fit():
    image = paint(draw(request("+".join("abcdefgh" * 8), display=True)), Place(max_width=300))
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
