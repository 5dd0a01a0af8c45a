from __future__ import annotations

from pathlib import Path

from app.services.chat.answers import Answer
from app.services.models.events import TextDelta
from app.services.services import open_services
from tests.app.desktop.chat.conversations import message
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening


def test_the_text_is_given_as_it_was_after_so_many_pieces() -> None:
    answer = Answer(message(1, "assistant", "Once ", "streaming"))
    for piece in (("hm", ""), ("", "upon "), ("", "a time")):
        answer.append(*piece)
    assert answer.text_after(0) == ("", "Once ")
    assert answer.text_after(2) == ("hm", "Once upon ")
    assert answer.text_after(3) == answer.text_after(9) == ("hm", "Once upon a time")
    answer.restart()
    answer.append("", "Twice")
    assert answer.text_after(0) == ("", "") and answer.text_after(1) == ("", "Twice")


def test_what_was_told_of_an_answer_is_its_text_after_as_many_pieces(coterie_home: Path) -> None:
    """So who comes in the middle of an answer can go on with the next delta."""
    services = open_services(coterie_home, make_engine=lambda listener: ScriptedEngine(listener, pace=0.3))
    try:
        told = Listening(services)
        answer = services.asking.send(services.conversations.create().id, "Hello")
        heard, pieces = "", 0
        while pieces < 2:
            delta = told.next(TextDelta, lambda event: event.owner.message == answer.id)
            heard, pieces = heard + delta.content, pieces + delta.pieces
            assert services.answers.text_after(answer.id, pieces) == ("", heard)
        assert told.finished(answer.id).content.startswith(heard)
        assert services.answers.text_after(answer.id, pieces) is None
    finally:
        services.close()
