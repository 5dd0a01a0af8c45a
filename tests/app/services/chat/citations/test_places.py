"""Places in documents: kept and told to models as labels, told to people in their language."""

from __future__ import annotations

import pytest

from agents.tools.documents.places import Place, numbered, place_of
from app.services.chat.citations.places import part, place

PLACES = [
    (numbered("page", 3), "page 3", "page 3", "3쪽"),
    (Place("page", 3, 5), "page 3–5", "page 3–5", "3–5쪽"),
    (numbered("slide", 2), "slide 2", "slide 2", "슬라이드 2"),
    (numbered("chapter", 4), "chapter 4", "chapter 4", "4장"),
    (Place("sheet", name="2026, plan"), "sheet 2026, plan", "sheet 2026, plan", "시트 2026, plan"),
    (
        Place("sheet", name="A", rows=(2, 201)),
        "sheet A, rows 2-201",
        "sheet A, rows 2 to 201",
        "시트 A, 2~201행",
    ),
    (Place(rows=(2, 201)), "rows 2-201", "rows 2 to 201", "2~201행"),
]


@pytest.mark.parametrize(("at", "label", "english", "korean"), PLACES)
def test_a_place_is_read_from_its_label_and_told_in_both_languages(
    at: Place, label: str, english: str, korean: str
) -> None:
    assert (at.label, place_of(label)) == (label, at)
    assert (part(label, "en"), part(label, "ko")) == (english, korean)


def test_other_labels_and_several_parts_are_told_too() -> None:
    assert place_of("") is None and place_of("left out") is None and place_of("page x") is None
    assert part("left out", "ko") == "left out"
    assert part("sheet A – sheet B", "ko") == "시트 A – 시트 B"
    assert part("a – b", "ko") == "a – b", "that is no place, but some name"
    assert place("my\nfile.csv", "rows 2-201", "ko") == "my file.csv, 2~201행"
    assert place("file.txt", "", "ko") == "file.txt"


@pytest.mark.parametrize(
    ("first", "last", "both"),
    [
        ("page 1", "page 3", "page 1–3"),
        ("rows 2-201", "rows 202-401", "rows 2-401"),
        ("sheet A, rows 2-201", "sheet A, rows 202-300", "sheet A, rows 2-300"),
        ("sheet A", "sheet A", "sheet A"),
        ("sheet A", "sheet B", ""),
        ("page 1", "slide 2", ""),
    ],
)
def test_two_places_are_one_where_one_can_say_both(first: str, last: str, both: str) -> None:
    one, other = place_of(first), place_of(last)
    assert one is not None and other is not None
    joined = one.up_to(other)
    assert ("" if joined is None else joined.label) == both
