"""What answers cite: numbers are found where they are prose, quotations go with the numbers beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.tools.documents.reading import Part
from app.services.chat.citations.answer_marks import marks, quotations
from app.services.chat.citations.citations import Citations, citations_of
from app.store.records import Attachment, Source
from app.store.store import Store

LEASE = Source(
    1, "lease.pdf", "The rent is 500 euros. Cats are allowed, dogs are not.", part=3, label="page 3"
)
HOUSE = Source(2, "house.txt", "The house was built in 1930. It has three floors.")


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("It is 500 [1].", [(1,)]),
        ("It is 500[1][2], or [1, 2] and [2;3].", [(1,), (2,), (1, 2), (2, 3)]),
        ("See [1-3] and [ 2 ].", [(1, 2, 3), (2,)]),
        ("전각 ［1］ 괄호와 【2】", [(1,), (2,)]),
        ("`x[1]` and\n```python\nx[1]\n```\nand [2]", [(2,)]),
        ("~~~\n[1]\n", []),
        ("[1](https://example.org) and ![1](a.png)", []),
        (r"$a[1]$, \(b[1]\), \[c[1]\] and $$d[1]$$", []),
        (r"\[1] and [^1] and [a1] and [2023]", []),
        ("[9-3] is no range", [(9, 3)]),
    ],
)
def test_numbers_are_found_where_an_answer_cites(answer: str, numbers: list[tuple[int, ...]]) -> None:
    found = marks(answer)
    assert [mark.numbers for mark in found] == numbers
    assert all(answer[mark.first] in "[［【" and answer[mark.last - 1] in "]］】" for mark in found)


@pytest.mark.parametrize(
    ("answer", "quoted"),
    [
        ("“The rent is 500 euros” [1].", [("The rent is 500 euros", 1)]),
        (
            'It says "cats are allowed" [1] and "three floors" [2].',
            [("cats are allowed", 1), ("three floors", 2)],
        ),
        ("As [1] says, “cats are allowed”.", [("cats are allowed", 1)]),
        (
            "「고양이는 허용된다」[1]와 ‘강아지는 안 된다’[2]",
            [("고양이는 허용된다", 1), ("강아지는 안 된다", 2)],
        ),
        ('임대료는 "오백 유로이다"라고 한다 [1].', [("오백 유로이다", 1)]),
        ("“Cats are allowed [1].” And more.", [("Cats are allowed .", 1)]),
        ("> Cats are allowed,\n> dogs are not. [1]\n\nMore [2].", [("Cats are allowed, dogs are not.", 1)]),
        ("The lease [1] says:\n\n> Cats are allowed\n\nSo yes [2].", [("Cats are allowed", 1)]),
        ("> Cats are allowed\n\n— [2]", [("Cats are allowed", 2)]),
        ("> Cats are allowed\n\nThe house is old [2].", []),
        ("- “cats are allowed”\n- The house is old [2]", []),
        ('The “rent” [1] is a 5" and a 6" pipe [2].', []),
        ("It's John's and the cats' [1]", []),
        ("`“cats are allowed”` [1]", []),
    ],
)
def test_quotations_go_with_the_numbers_beside_them(answer: str, quoted: list[tuple[str, int]]) -> None:
    found = quotations(answer)
    assert [(each.text, each.marks[0].numbers[0]) for each in found] == quoted


def test_a_number_says_its_source_and_an_unknown_one_that_it_has_none() -> None:
    known, unknown = citations_of("It is 500 [1]. Or not [7].", [LEASE, HOUSE])
    assert (known.number, known.source, known.part, known.label) == (1, LEASE, 3, "page 3")
    assert (known.quote, known.found, known.first, known.last) == ("", True, 10, 13)
    assert (unknown.number, unknown.source, unknown.found) == (7, None, False)
    assert citations_of("It is [1].", []) == ()


def test_a_quotation_is_looked_for_in_the_sources_beside_it_alone() -> None:
    answer = "“It has three floors” [1][2], “cats are allowed” [2], “the rent is 600 euros” [1]."
    found = [(each.number, each.quote, each.found) for each in citations_of(answer, [LEASE, HOUSE])]
    assert found == [
        (1, "", True),
        (2, "It has three floors", True),
        (2, "cats are allowed", False),
        (1, "the rent is 600 euros", False),
    ]


words = st.lists(
    st.text("abcdeéß", min_size=2, max_size=6)
    | st.text("가나다라각낫", min_size=1, max_size=4)
    | st.from_regex(r"\A\d{1,4}\Z"),
    min_size=6,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(words, st.data())
def test_any_words_of_a_text_are_found_and_not_with_another_among_them(
    text: list[str], data: st.DataObject
) -> None:
    source = Source(1, "a.txt", " ".join(text))
    first = data.draw(st.integers(0, len(text) - 4))
    quote = text[first : first + data.draw(st.integers(4, 12))]
    breaks = data.draw(st.lists(st.sampled_from([" ", "\n", "  "]), min_size=12, max_size=12))
    told = "".join(word + gap for word, gap in zip(quote, breaks, strict=False)).strip()
    answer = "“{}” [1]"
    assert [each.found for each in citations_of(answer.format(told), [source])] in ([True], [])
    other = [*quote[:2], "x" + quote[2], *quote[3:]]
    assert not any(
        each.found for each in citations_of(answer.format(" ".join(other)), [source]) if each.quote
    )


@settings(max_examples=150, deadline=None)
@given(st.text('ab가\n >[]()1,2-“”"「」`$\\*…. #|~', max_size=80))
def test_nothing_in_an_answer_breaks_it(answer: str) -> None:
    for each in citations_of(answer, [LEASE, HOUSE]):
        assert answer[each.first] == "[" and answer[each.last - 1] == "]"
        assert 0 <= each.quote_first <= each.quote_last <= len(answer)


def test_a_whole_document_says_on_which_page_it_is() -> None:
    pages = [
        Part("page 1", "Cats are al-\nlowed.", 1),
        Part("page 2", "Dogs are", 2),
        Part("page 3", "not.", 3),
    ]
    whole = Source(4, "lease.pdf", sha256="a" * 64)
    answer = "“Cats are allowed” [4], “dogs are not” [4], “birds are free” [4]"
    found = citations_of(answer, [whole], lambda source: pages)
    assert [(each.found, each.part, each.label) for each in found] == [
        (True, 1, "page 1"),
        (True, 2, "page 2"),
        (False, 0, ""),
    ]


def test_answers_of_a_chat_cite_what_any_question_of_the_branch_was_given(tmp_path: Path) -> None:
    attached = Attachment("lease.pdf", "pdf", 1, "a" * 64, "b" * 64)
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as store:
        id = store.conversations.create().id
        add = store.messages.add
        first = add(
            id, None, "user", "?", attachments=[attached], sources=[Source(1, "lease.pdf", sha256="a" * 64)]
        )
        answer = add(id, first.id, "assistant", "“cats are allowed” [1]")
        later = add(id, answer.id, "user", "?", sources=[HOUSE])
        last = add(id, later.id, "assistant", "“Cats are allowed” [1] and “three floors” [2]")
        citations = Citations(store, lambda chat, each: [Part("page 5", "Cats are allowed.", 5)])
        assert [(each.number, each.found, each.part) for each in citations.of(last)] == [
            (1, True, 5),
            (2, True, 0),
        ]
        assert [each.found for each in citations.of(answer)] == [True]
        store.messages.show(first.id)
        other = add(id, first.id, "assistant", "“three floors” [2]")
        assert [each.source for each in citations.of(other)] == [None] and citations.of(last) == ()
