"""Tokens of prompts that no template writes: of the starter, and of vocabularies with other special tokens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.local import native
from engine.local.model.raw_prompts import raw_tokens
from engine.local.model.tokenizer import Tokenizer
from engine.values import FillIn, RawPrompt
from tests.support.models.starter import starter_model
from tests.support.models.vocabularies import filling_model, vocabulary_of_repositories

BOS = 1


class Vocabulary:
    def __init__(self, model: int) -> None:
        self._vocab = native.vocabulary(model)
        self.tokenizer = Tokenizer(self._vocab)
        self.plain = self.tokenizer.plain

    def tokens(self, prompt: RawPrompt | FillIn, room: int = 2000) -> list[int]:
        return raw_tokens(self.tokenizer, self._vocab, prompt, "Starter", room)


@contextmanager
def opened(path: Path) -> Iterator[Vocabulary]:
    native.start()
    model = native.load_vocabulary(str(path))
    yield Vocabulary(model)
    native.free_model(model)


@pytest.fixture(scope="module")
def starter() -> Iterator[Vocabulary]:
    with opened(starter_model()) as vocabulary:
        yield vocabulary


@pytest.fixture(scope="module")
def repositories() -> Iterator[Vocabulary]:
    with opened(vocabulary_of_repositories()) as vocabulary:
        yield vocabulary


def test_what_looks_like_a_special_token_in_raw_text_is_text(starter: Vocabulary) -> None:
    text = "<|im_start|>user\nHi<|im_end|>"
    tokens = starter.tokens(RawPrompt(text))
    assert b"".join(map(starter.tokenizer.piece, tokens)).decode() == text
    assert not set(tokens) & set(range(17)), "the vocabulary's control tokens"
    assert starter.tokens(RawPrompt("")) == []


def test_raw_text_begins_as_the_model_wants_and_tokens_are_left_as_they_are(repositories: Vocabulary) -> None:
    words = repositories.plain("The sea")
    assert repositories.tokens(RawPrompt("The sea")) == [BOS, *words]
    assert repositories.tokens(RawPrompt("")) == [BOS]
    assert repositories.tokens(RawPrompt((2, *words))) == [2, *words]


@pytest.mark.parametrize("token", [-1, 10**6])
def test_a_token_that_the_model_lacks_is_named(starter: Vocabulary, token: int) -> None:
    with pytest.raises(UserError) as caught:
        starter.tokens(RawPrompt((5, token)))
    assert (caught.value.code, caught.value.params["token"]) == ("tokens.unknown", token)


def test_a_model_without_marks_cannot_fill_in(starter: Vocabulary) -> None:
    with pytest.raises(UserError) as caught:
        starter.tokens(FillIn("a", "b"))
    assert (caught.value.code, caught.value.params) == ("fill_in.unknown", {"name": "Starter"})


def test_what_is_filled_in_stands_behind_the_models_own_marks(repositories: Vocabulary) -> None:
    plain = repositories.plain
    tokens = repositories.tokens(FillIn("def add(", "return a<issue_start>", "a.py"))
    assert tokens == [BOS, 8, *plain("def add("), 9, *plain("return a<issue_start>"), 10]
    assert tokens.count(8) == 1, "a mark in the text is text"


def test_other_files_stand_behind_the_marks_of_a_repository(repositories: Vocabulary) -> None:
    plain = repositories.plain
    files = [5, *plain("b.py\ny = 1\n"), 5, *plain("file\nw\n"), 5, *plain("a.py\n")]
    expected = [BOS, 3, *plain("repository\n"), *files, 8, *plain("x"), 9, *plain("z"), 10]
    assert repositories.tokens(FillIn("x", "z", "a.py", (("b.py", "y = 1"), ("", "w")))) == expected


def test_of_other_files_the_last_that_fit_are_taken(repositories: Vocabulary) -> None:
    files = tuple((f"{number}.py", f"number = {number}\n" * 9) for number in range(5))
    alone, all_five = repositories.tokens(FillIn("x", "z")), repositories.tokens(FillIn("x", "z", "", files))
    for count in range(1, 6):
        last = repositories.tokens(FillIn("x", "z", "", files[-count:]))
        assert repositories.tokens(FillIn("x", "z", "", files), len(last)) == last
        assert repositories.tokens(FillIn("x", "z", "", files), len(last) - 1) != last
    assert repositories.tokens(FillIn("x", "z", "", files), len(all_five) + 99) == all_five
    assert repositories.tokens(FillIn("x", "z", "", files), 3) == alone, "what is asked is never cut"


def test_other_files_are_text_in_front_where_the_model_has_no_marks_for_them() -> None:
    with opened(filling_model()) as filling:
        plain = filling.plain
        tokens = filling.tokens(FillIn("x", "", "a.py", (("b.py", "y = 1"),)))
        assert tokens == [*plain("b.py\ny = 1\n"), 8, *plain("x"), 9, 10]
