"""Where tokens stand in their text, and how what is known of them reads."""

from __future__ import annotations

import pytest

from app.desktop.base.utf16 import utf16_length
from app.desktop.chat.answer_views.shown_tokens import ShownTokens, percent, shade, visible
from app.services.chat.probabilities import AnswerProbabilities, TokenPiece


def shown(*texts: str) -> ShownTokens:
    found = tuple(TokenPiece(text, 0.5) for text in texts)
    return ShownTokens(AnswerProbabilities(found, len(found), "A model"))


def test_each_place_belongs_to_one_token_also_behind_characters_that_take_two() -> None:
    tokens = shown("a", " 🌊", "바다", "!")
    assert tokens.text == "a 🌊바다!"
    assert [tokens.span(index) for index in range(4)] == [(0, 1), (1, 4), (4, 6), (6, 7)]
    assert [tokens.at(place) for place in range(-1, 8)] == [None, 0, 1, 1, 1, 2, 2, 3, None]
    assert list(tokens.between(2, 5)) == [1, 2] and list(tokens.between(0, 7)) == [0, 1, 2, 3]


def test_a_token_without_text_takes_no_place_and_moves_no_other() -> None:
    tokens = shown("a", "", "b")
    assert tokens.span(1) == (1, 1)
    assert (tokens.at(0), tokens.at(1)) == (0, 2)


@pytest.mark.parametrize("hostile", ["\r", "\x00", "\u2028", "\u2029", "\ufdd0", "\ufdd1"])
def test_what_a_document_would_take_for_a_mark_of_its_own_is_shown_as_a_character(hostile: str) -> None:
    tokens = shown("a", hostile, "b")
    assert hostile not in tokens.text and utf16_length(tokens.text) == 3 == tokens.end


def test_nothing_is_shaded_that_was_certain_and_the_less_likely_the_deeper() -> None:
    depths = [shade(probability) for probability in (1.0, 0.9, 0.5, 0.1, 0.01)]
    assert depths[0] == 0.0 and depths[-1] == 1.0
    assert depths == sorted(depths)
    assert shade(0.0) == shade(1e-12) == 1.0


def test_a_probability_is_never_rounded_to_certainty_or_to_nothing() -> None:
    assert [percent(share) for share in (1.0, 0.99999, 0.5, 0.00049, 0.0)] == [
        *("100.0%", ">99.9%", "50.0%", "<0.1%", "0.0%"),
    ]


def test_white_space_around_a_token_is_seen() -> None:
    assert (visible(" the"), visible("\n\n"), visible("a b"), visible("\tx\n")) == (
        "·the",
        "↵↵",
        "a b",
        "⇥x↵",
    )
