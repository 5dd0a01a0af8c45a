"""Finding text, counted as Qt counts."""

from __future__ import annotations

from app.desktop.chat.find.places import find_all, nearest
from app.store.plain_text import pattern


def test_any_case_and_every_place():
    assert find_all("Ab ab AB", pattern(["ab"])) == [(0, 2), (3, 5), (6, 8)]
    assert find_all("a.c abc", pattern(["a.c"])) == [(0, 3)]


def test_characters_beyond_the_basic_plane_count_twice():
    assert find_all("😀 가 😀 가", pattern(["가"])) == [(3, 4), (8, 9)]
    assert find_all("a😀a", pattern(["😀"])) == [(1, 3)]


def test_stepping_goes_around_the_ends():
    places = [(2, 3), (5, 6)]
    assert nearest(places, 3, forward=True) == 1
    assert nearest(places, 6, forward=True) == 0
    assert nearest(places, 5, forward=False) == 0
    assert nearest(places, 1, forward=False) == 1
    assert nearest([], 0, forward=True) == -1
