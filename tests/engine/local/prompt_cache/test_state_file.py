"""One state as a file: read as it was written, and not at all once a bit of it is another."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.local.prompt_cache import state_file
from engine.local.prompt_cache.entry import packed_texts, unpacked_texts
from engine.local.prompt_cache.folder import VERSION
from engine.local.prompt_cache.prefix import packed
from engine.local.prompt_cache.state_file import Header, Stopped, Unusable

MOST = 2**30
TOKENS = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=30)
ROWS = st.tuples(st.text(max_size=5), st.lists(st.integers(0, 9), max_size=5).map(tuple))


def written(place: Path, tokens: list[int], data: bytes = b"state", parts: tuple[bytes, ...] = ()) -> Header:
    row = packed(tokens)
    partials = tuple(enumerate(parts))
    header = state_file.header_of("model", row, packed_texts((("all", tuple(tokens)),), row), data, partials)
    state_file.write(place, header, data, parts, lambda: False)
    return header


def with_header(place: Path, header: Header, data: bytes) -> None:
    """A file whose checksums are right, whatever it says."""
    about = msgspec.msgpack.encode(header)
    start = state_file._START.pack(
        b"COTSTATE",
        VERSION,
        len(about),
        len(data),
        xxhash.xxh3_128_digest(about),
        xxhash.xxh3_128_digest(data),
    )
    place.write_bytes(start + about + data)


@settings(max_examples=40)
@given(TOKENS, st.lists(ROWS, max_size=4), st.binary(min_size=1), st.lists(st.binary(min_size=1), max_size=3))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    tokens: list[int],
    said: list[tuple[str, tuple[int, ...]]],
    data: bytes,
    parts: list[bytes],
) -> None:
    place = tmp_path_factory.mktemp("states") / "one.state"
    row = packed(tokens)
    partials = [(0, part) for part in parts]
    header = state_file.header_of("model", row, packed_texts(tuple(said), row), data, partials)
    state_file.write(place, header, data, parts, lambda: False)
    again, read, read_parts = state_file.read(place, MOST)
    assert again == state_file.read_header(place, MOST) == header
    assert (bytes(read), [bytes(part) for part in read_parts]) == (data, parts)
    assert state_file.tokens_in(again).tolist() == tokens
    assert unpacked_texts(state_file.said_in(again, state_file.tokens_in(again))) == tuple(said)


def test_no_bit_of_a_file_may_be_another(tmp_path: Path) -> None:
    place = tmp_path / "one.state"
    written(place, [1, 2], b"state", (b"part",))
    whole = place.read_bytes()
    for index in range(len(whole)):
        changed = bytearray(whole)
        changed[index] ^= 1 << index % 8
        place.write_bytes(changed)
        with pytest.raises(Unusable):
            state_file.read(place, MOST)


def test_a_file_that_was_cut_is_not_used(tmp_path: Path) -> None:
    place = tmp_path / "one.state"
    written(place, [1, 2])
    whole = place.read_bytes()
    for length in (*range(len(whole)), len(whole) + 1):
        place.write_bytes((whole + b"more")[:length])
        with pytest.raises(Unusable):
            state_file.read_header(place, MOST)


@pytest.mark.parametrize(
    "header",
    [
        Header("model", b"", (), 5, ()),
        Header("model", b"123", (), 5, ()),
        Header("model", b"1234", (), 4, ()),
        Header("model", b"1234", (), 2**62, ()),
        Header("model", b"1234", (), -1, ((0, 6),)),
        Header("model", b"1234", (), 6, ((0, -1),)),
        Header("model", b"1234", (), 4, ((2, 1),)),
        Header("model", b"1234", (), 3, ((1, 1), (0, 1))),
        Header("model", b"1234", (("text", 2),), 5, ()),
        Header("model", b"1234", (("text", -1),), 5, ()),
        Header("model", b"1234", (("text", b"12345"),), 5, ()),
    ],
)
def test_a_header_that_lies_is_not_believed(tmp_path: Path, header: Header) -> None:
    place = tmp_path / "one.state"
    with_header(place, Header("model", b"1234", (("text", 1),), 4, ((1, 1),)), b"state")
    state_file.read(place, MOST)
    with_header(place, header, b"state")
    with pytest.raises(Unusable):
        state_file.read(place, MOST)


def test_a_file_that_claims_more_than_there_can_be_takes_no_memory(tmp_path: Path) -> None:
    place = tmp_path / "one.state"
    place.write_bytes(state_file._START.pack(b"COTSTATE", VERSION, 0, 2**50, bytes(16), bytes(16)))
    with pytest.raises(Unusable):
        state_file.read(place, MOST)
    written(place, [1, 2])
    with pytest.raises(Unusable):
        state_file.read(place, place.stat().st_size - 1)


def test_a_header_of_another_shape_is_not_believed(tmp_path: Path) -> None:
    place = tmp_path / "one.state"
    for about in (b"", b"\xc1", msgspec.msgpack.encode([1, 2]), b"\x91" * 100_000):
        start = state_file._START.pack(
            b"COTSTATE", 1, len(about), 0, xxhash.xxh3_128_digest(about), xxhash.xxh3_128_digest(b"")
        )
        place.write_bytes(start + about)
        with pytest.raises(Unusable):
            state_file.read_header(place, MOST)


def test_what_is_not_wanted_any_more_leaves_nothing_behind(tmp_path: Path) -> None:
    row = packed([1])
    header = state_file.header_of("model", row, (), b"state", ())
    with pytest.raises(Stopped):
        state_file.write(tmp_path / "one.state", header, b"state", (), lambda: True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_read_a_file(tmp_path: Path) -> None:
    written(tmp_path / "one.state", [1])
    assert stat.S_IMODE((tmp_path / "one.state").stat().st_mode) == 0o600
