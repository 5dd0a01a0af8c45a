"""Which part is whose, whatever the streams do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.hub.transfer.part_map import Claim, PartMap


def indices(claims: list[Claim]) -> list[int]:
    return [index for claim in claims for index in range(claim.index, claim.end)]


@given(
    st.integers(0, 400),
    st.integers(1, 40),
    st.sets(st.integers(0, 50)),
    st.lists(
        st.sampled_from(["claim", "steal", "finish", "half", "give_back", "take", "reopen"]), max_size=60
    ),
    st.randoms(use_true_random=False),
)
def test_every_part_is_fetched_by_one_stream_at_a_time(
    size: int, part_bytes: int, done: set[int], steps: list[str], chance: object
) -> None:
    parts = PartMap(size, part_bytes)
    for index in done & set(range(parts.count)):
        parts.set_done(index)
    held: list[Claim] = []
    choose = chance.choice  # type: ignore[attr-defined]
    for step in steps:
        if (step == "claim" and (claim := parts.claim(4))) or (step == "steal" and (claim := parts.steal(0))):
            held.append(claim)
        elif step == "take" and parts.count and (claim := parts.take(choose(range(parts.count)))):
            assert claim.have == 0
            held.append(claim)
        elif step == "reopen" and parts.count:
            parts.reopen(choose(range(parts.count)))
        elif held and step in ("finish", "half", "give_back"):
            claim = choose(held)
            if step == "half":
                claim.have = parts.bytes_of(claim.index) // 2
            elif step == "give_back":
                parts.give_back(claim)
                held.remove(claim)
            elif not parts.finish(claim):
                held.remove(claim)
        taken = indices(held)
        assert len(taken) == len(set(taken))
        assert not any(parts.is_done(index) for index in taken)
        assert 0 <= parts.received <= size
    for claim in held:
        parts.give_back(claim)
    while (claim := parts.claim(3)) is not None:
        while parts.finish(claim):
            pass
    assert parts.complete
    assert parts.received == size
    assert not parts.lacking
    assert parts.missing_parts == 0


def test_a_claim_that_is_given_back_keeps_what_it_has() -> None:
    parts = PartMap(100, 10)
    claim = parts.claim(3)
    assert claim is not None
    claim.have = 4
    claim.hasher.update(b"four")
    parts.give_back(claim)
    parts.give_back(claim)
    again = parts.claim(8)
    assert again is claim
    assert (again.have, parts.received, again.end) == (4, 4, 3)


def test_half_of_what_a_slow_stream_has_not_begun_is_taken_over() -> None:
    now = 0.0
    parts = PartMap(200, 10, lambda: now)
    slow, fast = parts.claim(10), parts.claim(10)
    assert slow is not None
    assert fast is not None
    now = 4.0
    slow.have = 5
    for _ in range(8):
        parts.finish(fast)
    assert parts.steal(200) is None
    stolen = parts.steal(3)
    assert stolen is not None
    assert (slow.index, slow.end, stolen.index, stolen.end) == (0, 5, 5, 10)
    assert parts.end_of(slow) == 50


def test_a_stream_that_will_be_done_soon_keeps_what_it_has() -> None:
    now = 0.0
    parts = PartMap(100, 10, lambda: now)
    claim = parts.claim(10)
    assert claim is not None
    for _ in range(5):
        parts.finish(claim)
    now = 2.0
    assert parts.steal(3) is None


def test_a_stream_that_has_only_begun_keeps_what_it_has() -> None:
    now = 0.0
    parts = PartMap(100, 10, lambda: now)
    claim = parts.claim(10)
    now = 1.4
    assert parts.steal(3) is None
    now = 1.6
    assert parts.steal(3) is not None
    assert claim is not None


def test_a_part_under_way_is_not_taken_over() -> None:
    parts = PartMap(10, 10)
    assert parts.claim(1)
    assert parts.steal(0) is None


def test_a_file_of_nothing_is_complete() -> None:
    parts = PartMap(0, 10)
    assert parts.complete
    assert parts.claim(1) is None


def test_the_numbers_of_very_large_files_are_right() -> None:
    size = 2**40 + 5
    parts = PartMap(size, 8 * 2**20)
    assert parts.count == 131_073
    assert parts.span(131_072) == (2**40, size)
    for index in range(131_072):
        parts.set_done(index)
    claim = parts.claim(8)
    assert claim is not None
    assert (claim.index, claim.end, parts.received) == (131_072, 131_073, 2**40)


@pytest.mark.parametrize(("size", "part_bytes"), [(-1, 10), (10, 0), (10, -1)])
def test_sizes_that_are_none_are_refused(size: int, part_bytes: int) -> None:
    with pytest.raises(ValueError, match="bytes in parts"):
        PartMap(size, part_bytes)
