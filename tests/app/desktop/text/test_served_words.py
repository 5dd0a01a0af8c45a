"""What other programs get, in a line."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.text.served_words import served_words


@pytest.mark.parametrize(
    ("answers", "waiting", "speed", "words"),
    [
        (0, 0, 41.0, ""),
        (1, 0, 0.0, "1 answer"),
        (2, 1, 41.2, "2 answers · 1 waits · 41 tok/s"),
        (0, 3, 0.0, "0 answers · 3 wait"),
    ],
)
def test_the_line(qtbot: QtBot, answers: int, waiting: int, speed: float, words: str) -> None:
    assert served_words(answers, waiting, speed) == words


def test_the_line_in_korean(qtbot: QtBot) -> None:
    languages.choose("ko")
    assert served_words(2, 1, 41.2) == "답변 2개 · 1개 대기 중 · 초당 41토큰"
