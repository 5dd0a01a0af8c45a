"""The strip gives its sentence room."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.widgets.banner import WORDS, Banner, BannerAction
from tests.support.window.pressing import button
from tests.support.window.reading import label

pytestmark = pytest.mark.usefixtures("looks")

WENT_AWAY = "The worker 192.168.0.7:50052 went away. The text so far is kept."


def test_buttons_go_under_a_sentence_that_has_no_room_beside_them(qtbot: QtBot) -> None:
    strip = Banner()
    qtbot.addWidget(strip)
    actions = [
        BannerAction(text, lambda: None) for text in ("Reload without it", "Try again", "Show the log")
    ]
    strip.say(WENT_AWAY, actions, "bad")
    for width, under in ((1000, False), (500, True), (1000, False)):
        strip.resize(width, strip.heightForWidth(width))
        strip.layout().activate()
        first, last = button(strip, "Reload without it"), button(strip, "Show the log")
        sentence = label(strip, WENT_AWAY)
        assert (first.y() >= sentence.geometry().bottom()) == under
        assert sentence.width() >= WORDS
        assert last.geometry().right() < width
