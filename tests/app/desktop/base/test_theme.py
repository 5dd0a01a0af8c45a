"""Contrast after WCAG 2.1: 4.5 to 1 for text, 3 to 1 for what a control is recognised by; 7 to 1 for text where the
contrast is high."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.desktop.base.prompt_edit import PromptEdit
from app.desktop.base.style import grounds, hover, mixed, style_sheet
from app.desktop.base.theme import Theme, Themes, load_theme, themes
from app.desktop.chat.answer_views.token_box import ground as token_ground
from app.desktop.markdown.highlight import spans
from app.desktop.placement.colors import device_colour, part_colour
from engine.placement.plan import RAM, Device, Machine

GROUNDS = ("background", "rail", "sidebar", "card", "user_bubble", "code")


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=["light", "dark", "light-contrast", "dark-contrast"])
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def least(theme: Theme) -> float:
    """The contrast that text must have."""
    return 7 if theme.name.endswith("-contrast") else 4.5


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21.0


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["text", "muted", "accent"])
def test_text_can_be_read_on_every_ground(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= least(theme)


@pytest.mark.parametrize("text", ["text", "accent"])
def test_text_can_be_read_on_what_is_chosen(theme: Theme, text: str) -> None:
    assert contrast(getattr(theme, text), theme.accent_soft) >= least(theme)


@pytest.mark.parametrize("kind", ["", "field", "composer"])
def test_what_a_field_says_while_it_is_empty_can_be_read(
    qtbot: QtBot, looks: Callable[[], None], kind: str
) -> None:
    field = PromptEdit() if kind else QLineEdit()
    qtbot.addWidget(field)
    field.setProperty("kind", kind)
    field.ensurePolished()
    said = field.palette().color(QPalette.ColorRole.PlaceholderText)
    assert (said.name().upper(), said.alpha()) == (themes.current.muted, 255)


@pytest.mark.parametrize("depth", [0.0, 0.5, 1.0])
def test_the_text_of_a_token_can_be_read_on_its_shade(theme: Theme, depth: float) -> None:
    assert contrast(theme.text, token_ground(theme, depth)) >= least(theme)


def test_the_shade_of_a_token_that_was_unlikely_is_seen(theme: Theme) -> None:
    assert contrast(token_ground(theme, 0.0), token_ground(theme, 1.0)) >= 1.5


def test_text_can_be_read_on_the_accent(theme: Theme) -> None:
    assert contrast(theme.on_accent, theme.accent) >= least(theme)


@pytest.mark.parametrize("text", ["warning", "bad", "good"])
def test_messages_can_be_read(theme: Theme, text: str) -> None:
    for ground in ("background", "card"):
        assert contrast(getattr(theme, text), getattr(theme, ground)) >= least(theme)


@pytest.mark.parametrize("tone", ["accent", "quiet", "warning"])
def test_the_words_of_a_chip_can_be_read(theme: Theme, tone: str) -> None:
    assert contrast(*grounds(theme, tone)) >= least(theme)


@pytest.mark.parametrize("device", ["gpu", "worker", "ram"])
def test_neighbouring_parts_of_a_bar_are_told_apart(theme: Theme, device: str) -> None:
    base = getattr(theme, device)
    shades = [part_colour(base, part) for part in ("dense", "experts", "context", "compute")]
    for first, second in pairwise(shades):
        assert contrast(first, second) >= 1.2
    assert contrast(part_colour(base, "compute"), theme.line) >= 1.1


def test_devices_are_told_apart_where_they_meet_in_the_strip(theme: Theme) -> None:
    devices = tuple(
        Device(name, "rpc" if name.startswith("RPC") else "gpu", "", 1, 1)
        for name in ("CUDA0", "CUDA1", "RPC0")
    )
    machine = Machine(Device(RAM, "cpu", "", 1, 1), devices)
    colours = [device_colour(theme, machine, name) for name in ("CUDA0", "CUDA1", "RPC0", RAM)]
    assert len(set(colours)) == 4
    assert contrast(colours[0], colours[1]) >= 1.3
    for colour in colours[0], colours[2]:
        assert contrast(colour, theme.card) >= 3


@pytest.fixture(params=["light-contrast", "dark-contrast"])
def high(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def test_with_high_contrast_every_outline_can_be_seen(high: Theme) -> None:
    for ground in (*GROUNDS, "text"):
        assert contrast(high.line, getattr(high, ground)) >= 3
    assert contrast(high.accent, high.line) >= 3, "how far a bar is filled"


def test_with_high_contrast_words_can_be_read_wherever_the_pointer_is(high: Theme) -> None:
    for text in ("text", "muted", "accent"):
        for ground in (hover(high), high.accent_soft):
            assert contrast(getattr(high, text), ground) >= 7
    for tone in ("warning", "bad", "accent"):  # banners
        for text in ("text", "muted"):
            assert contrast(getattr(high, text), mixed(high.background, getattr(high, tone), 0.094)) >= 7
    assert contrast(high.on_accent, high.warning) >= 7
    for ground in GROUNDS:  # what cannot be pressed
        assert contrast(high.faint, getattr(high, ground)) >= 4.5


def test_with_high_contrast_code_can_be_read(high: Theme) -> None:
    for language, code in (
        ("python", "def f(x):\n    return 'a' + 1  # one\n"),
        ("html", "<a href='b'>c</a>"),
    ):
        found = [span for line in spans(code, language, high.code_style) for span in line]
        assert found and all(span.colour == "" or contrast(span.colour, high.code) >= 7 for span in found)


def test_high_contrast_follows_the_system_unless_it_is_chosen(looks: Callable[[], None]) -> None:
    asked = False
    followed = Themes(lambda: asked)
    followed.choose("dark")
    assert followed.current.name == "dark"
    asked = True
    followed.system_changed()
    assert followed.current.name == "dark-contrast"
    followed.choose("light", 1.0, "standard")
    assert followed.current.name == "light"
    asked = False
    followed.choose("light", 1.0, "high")
    assert followed.current.name == "light-contrast"


def test_the_focus_ring_stands_out(theme: Theme) -> None:
    for ground in GROUNDS:
        assert contrast(theme.accent, getattr(theme, ground)) >= 3


def test_fields_are_recognised_by_their_outlines(theme: Theme) -> None:
    for ground in GROUNDS:
        assert contrast(theme.edge, getattr(theme, ground)) >= 3


def test_only_what_cannot_be_pressed_is_faint(theme: Theme) -> None:
    pale = [rule for rule in style_sheet(theme).split("}") if f" color: {theme.faint}" in rule]
    assert pale and all(":disabled" in rule for rule in pale)


def test_measures_follow_the_text_size() -> None:
    assert load_theme("light", 1.5).px(34) == 51
    assert load_theme("light", 0.5).px(1) == 1
