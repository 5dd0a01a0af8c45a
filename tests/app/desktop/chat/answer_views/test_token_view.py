"""The view of an answer's tokens: what it says, what it tells of a token, and how it goes on long answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.chat.answer_views.shown_tokens import ShownTokens
from app.desktop.chat.answer_views.token_box import TokenText
from app.desktop.chat.answer_views.token_tip import spoken, tip_html
from app.desktop.chat.answer_views.token_view import TokenView
from app.services.chat.probabilities import AnswerProbabilities, TokenPiece
from engine.errors import UserError
from tests.app.desktop.chat.conversations import message
from tests.support.window.finding import find_all
from tests.support.window.pressing import button
from tests.support.window.reading import labels

pytestmark = pytest.mark.usefixtures("looks")

PIECES = (
    TokenPiece("The", 0.9, ((" A", 0.05),)),
    TokenPiece(" <b>sea</b>", 0.02, ((" sky", 0.6), (" sun", 0.2))),
    TokenPiece("바", 0.5, (("\\xeb", 0.1),), 2),
    TokenPiece("\n", 0.99),
    TokenPiece("End", 0.3),
)


def found(*pieces: TokenPiece, edited: bool = False) -> ShownTokens:
    count = sum(piece.tokens for piece in pieces)
    return ShownTokens(AnswerProbabilities(pieces, count, "A model", edited))


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[TokenView]:
    around = QWidget()
    qtbot.addWidget(around)
    view = TokenView(around, message(1, "assistant", "The sea"))
    around.resize(700, 500)
    view.resize(700, 500)
    around.show()
    yield view
    QToolTip.hideText()


def said(root: QWidget) -> str:
    """The sentences in sight."""
    return " ".join(labels(root))


def text_of(view: TokenView) -> TokenText:
    (text,) = find_all(view, kind=TokenText)
    return text


def test_it_says_how_far_the_answer_is_read_and_can_be_stopped(view: TokenView, qtbot: QtBot) -> None:
    assert "Getting the model ready" in said(view)
    view.show_progress((120, 1300))
    assert "Reading the answer again… 120 of 1,300 tokens" in said(view)
    with qtbot.waitSignal(view.left):
        button(view, "Stop reading the answer again").click()


def test_it_says_what_the_shades_mean_and_how_many_tokens_there_are(view: TokenView, qtbot: QtBot) -> None:
    view.show_tokens(found(*PIECES))
    assert "The deeper the color behind a word, the less sure the model was. 6 tokens." in said(view)
    assert text_of(view).toPlainText() == "The <b>sea</b>바\nEnd"
    view.show_tokens(found(PIECES[0], edited=True))
    assert "1 token. This answer was edited" in said(view)
    languages.choose("ko")
    qtbot.waitUntil(lambda: "1토큰입니다." in said(view))


def test_an_error_is_one_sentence_and_leads_back(view: TokenView, qtbot: QtBot) -> None:
    view.show_error(UserError("probabilities.elsewhere"))
    assert said(view).startswith("This answer comes from a model on another computer")
    assert not find_all(view, kind=TokenText)
    with qtbot.waitSignal(view.left):
        button(view, "Show the formatted answer").click()


def test_the_arrow_keys_go_from_token_to_token_and_tell_of_each(view: TokenView, qtbot: QtBot) -> None:
    view.show_tokens(found(*PIECES))
    text = text_of(view)
    seen = []
    for _ in range(len(PIECES) + 1):
        qtbot.keyClick(text, Qt.Key.Key_Right)
        seen.append(text.current)
        assert text.current is not None
        assert QToolTip.text() == tip_html(PIECES[text.current])
    assert seen == [0, 1, 2, 3, 4, 4]
    qtbot.keyClick(text, Qt.Key.Key_Home)
    assert text.current == 0
    qtbot.keyClick(text, Qt.Key.Key_End)
    qtbot.keyClick(text, Qt.Key.Key_Left)
    assert text.current == 3


def test_the_pointer_shows_the_token_under_it_and_none_beside_the_text(view: TokenView, qtbot: QtBot) -> None:
    view.show_tokens(found(*PIECES))
    view.repaint()
    text = text_of(view)
    middle = text.cursorRect().height() // 2
    letter = text.fontMetrics().horizontalAdvance("x")
    places = {0: letter, 1: 6 * letter}
    for index, x in places.items():
        qtbot.mouseMove(text.viewport(), QPoint(x, middle))
        qtbot.waitUntil(lambda index=index: text.current == index)
    qtbot.mouseMove(text.viewport(), QPoint(text.viewport().width() - 2, middle))
    qtbot.waitUntil(lambda: text.current is None)


def test_what_is_told_of_a_token_is_its_share_and_what_was_likely_instead() -> None:
    told = tip_html(PIECES[1])
    assert "&lt;b&gt;sea&lt;/b&gt;" in told and "<b>sea" not in told
    assert told.index("2.0%") < told.index("·sky") < told.index("60.0%") < told.index("·sun")
    assert spoken(PIECES[1]) == "·<b>sea</b>, 2.0%. Most likely instead: ·sky 60.0%, ·sun 20.0%"
    assert "2 tokens together" in tip_html(PIECES[2]) and "2 tokens together" in spoken(PIECES[2])


def test_of_thirty_thousand_tokens_those_that_are_seen_are_painted(
    view: TokenView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    pieces = tuple(TokenPiece(f" word{number}", 0.5) for number in range(30_000))
    tokens = found(*pieces)
    between = tokens.between

    def counted(start: int, end: int) -> Iterator[int]:
        for index in between(start, end):
            painted.append(index)
            yield index

    monkeypatch.setattr(tokens, "between", counted)
    view.show_tokens(tokens)
    view.fit(700)
    view.repaint()
    assert 0 < len(set(painted)) < 2_000
    text = text_of(view)
    qtbot.keyClick(text, Qt.Key.Key_End)
    assert text.current == 29_999 and "word29999" in QToolTip.text()
    painted.clear()
    view.repaint()
    assert 29_999 in painted, "it is brought into sight"


def test_an_answer_that_got_another_text_leaves_its_tokens(view: TokenView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.left):
        view.show_message(message(1, "assistant", "The sea"))
    with qtbot.waitSignal(view.left):
        view.show_message(message(1, "assistant", "The sky"))


def test_it_is_as_high_as_its_sentence_and_its_text(view: TokenView) -> None:
    view.height_changed.connect(lambda: view.setGeometry(0, 0, 500, view.fit(500)))
    view.height_changed.emit()
    view.show_tokens(found(*PIECES, edited=True))
    assert text_of(view).verticalScrollBar().maximum() == 0
    assert view.height() == view.fit(500)
