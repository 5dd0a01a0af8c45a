"""The embedding model that set-up makes: it finds what is meant, in and across English and Korean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.embedding.client import LocalEmbedder
from engine.embedding.included import included_model
from engine.embedding.vector_file import VectorFile

pytestmark = pytest.mark.model

# Each question is answered by the passage in the same place.
ENGLISH = [
    "Seoul is the capital of South Korea and its largest city.",
    "Payment of an invoice is due within thirty days of its date.",
    "A cat sleeps between twelve and sixteen hours a day.",
    "The warranty does not cover damage caused by water.",
    "Water boils at a lower temperature high up in the mountains.",
    "The meeting was moved from Tuesday to Thursday afternoon.",
]
KOREAN = [
    "서울은 대한민국의 수도이자 가장 큰 도시이다.",
    "송장 대금은 발행일로부터 30일 이내에 지급해야 한다.",
    "고양이는 하루에 열두 시간에서 열여섯 시간을 잔다.",
    "물로 인한 손상은 보증 대상이 아니다.",
    "높은 산에서는 물이 더 낮은 온도에서 끓는다.",
    "회의는 화요일에서 목요일 오후로 옮겨졌다.",
]
QUESTIONS_ENGLISH = [
    "what is the capital of Korea",
    "when do I have to pay the bill",
    "how long do cats sleep",
    "is a phone that fell into water covered by the guarantee",
    "why does cooking take longer at high altitude",
    "when is the meeting now",
]
QUESTIONS_KOREAN = [
    "대한민국의 수도는 어디인가요?",
    "송장 대금은 언제까지 내야 하나요?",
    "고양이는 하루에 몇 시간 자나요?",
    "물에 빠뜨린 것도 보증이 되나요?",
    "산에서는 왜 물이 일찍 끓나요?",
    "회의가 언제로 바뀌었나요?",
]


@pytest.fixture(scope="module")
def embedder() -> Iterator[LocalEmbedder]:
    path = included_model()
    if path is None:
        pytest.skip("set-up could not make the embedding model")
    embedder = LocalEmbedder(path)
    embedder.embed(["a"], query=True)  # the host stays for all tests
    yield embedder
    embedder.close()


@pytest.mark.parametrize(
    ("questions", "passages", "least"),
    [
        (QUESTIONS_ENGLISH, ENGLISH, 6),
        (QUESTIONS_KOREAN, KOREAN, 6),
        (QUESTIONS_KOREAN, ENGLISH, 5),
        (QUESTIONS_ENGLISH, KOREAN, 5),
    ],
    ids=["en-en", "ko-ko", "ko-en", "en-ko"],
)
def test_a_question_finds_the_passage_that_answers_it(
    embedder: LocalEmbedder, questions: list[str], passages: list[str], least: int
) -> None:
    similarities = embedder.embed(questions, query=True) @ embedder.embed(passages, query=False).T
    assert (similarities.argmax(1) == np.arange(len(questions))).sum() >= least, similarities.round(3)


def test_other_spellings_of_the_same_characters_are_the_same_text(embedder: LocalEmbedder) -> None:
    plain, wide, apart = embedder.embed(
        [
            "ABC 서울 123",
            "\uff21\uff22\uff23\u3000서울\n\n\uff11\uff12\uff13",
            "ABC \u1109\u1165\u110b\u116e\u11af 123",
        ],
        query=False,
    )
    assert plain @ wide > 0.9999 and plain @ apart > 0.9999


def test_a_meaning_lies_nearer_in_another_language_than_another_meaning(embedder: LocalEmbedder) -> None:
    english, korean = embedder.embed(ENGLISH, query=False), embedder.embed(KOREAN, query=False)
    similarities = english @ korean.T
    assert (similarities.argmax(1) == np.arange(len(ENGLISH))).all()


def test_what_lies_near_any_question_does_not_stand_before_its_answer(
    embedder: LocalEmbedder, tmp_path: Path
) -> None:
    tables = [
        f"|      | `{name} <https://example.org/en/stable/api.html#{name}>`_,      |"
        for name in (
            "pairwise",
            "windowed",
            "peekable",
            "flatten",
            "chunked",
            "unzip",
            "prepend",
            "all_equal",
        )
        for _ in range(2)
    ]
    questions = embedder.embed(QUESTIONS_KOREAN, query=True)
    vectors = embedder.embed(ENGLISH + tables, query=False)
    plain = (questions @ vectors.T).argmax(1)
    assert (plain >= len(ENGLISH)).any()
    file = VectorFile(tmp_path / "a.vectors", embedder.width, embedder.digest)
    file.add(range(len(vectors)), vectors)
    first = [file.search(question, 1)[0].id for question in questions]
    file.close()
    assert all(id < len(ENGLISH) for id in first)
    assert sum(np.array(first) == np.arange(len(questions))) >= 5, first
