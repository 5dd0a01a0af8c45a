"""The strip gives its sentence room."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.widgets.banner import WORDS, Banner, BannerAction

pytestmark = pytest.mark.usefixtures("looks")


def test_buttons_go_under_a_sentence_that_has_no_room_beside_them(qtbot: QtBot) -> None:
    strip = Banner()
    qtbot.addWidget(strip)
    actions = [
        BannerAction(text, lambda: None) for text in ("Reload without it", "Try again", "Show the log")
    ]
    strip.say("The worker 192.168.0.7:50052 went away. The text so far is kept.", actions, "bad")
    for width, under in ((1000, False), (500, True), (1000, False)):
        strip.resize(width, strip.heightForWidth(width))
        strip.layout().activate()
        button = strip._buttons[0]
        assert (button.y() >= strip._text.geometry().bottom()) == under
        assert strip._text.width() >= WORDS
        assert strip._buttons[-1].geometry().right() < width
