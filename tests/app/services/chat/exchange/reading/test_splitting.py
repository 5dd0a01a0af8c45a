"""The elements of JSON of any size, whole or broken, wherever its pieces are cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.services.chat.exchange.reading.splitting import Element, decoded_text, elements
from engine.errors import UserError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
containers = st.lists(json_values, max_size=4) | st.dictionaries(st.text(), json_values, max_size=4)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def values(data: bytes, size: int = 1 << 20) -> list[Any]:
    return [element.value() for element in elements(pieces(data, size))]


@given(st.lists(containers, max_size=5), st.integers(1, 9), st.sampled_from([None, 2]), st.booleans())
def test_an_array_gives_its_elements_wherever_it_is_cut(
    given: list[Any], size: int, indent: int | None, plain: bool
) -> None:
    text = json.dumps(given, indent=indent, ensure_ascii=plain)
    data = text.encode("utf-8", "replace")
    assert values(data, size) == json.loads(data)


@pytest.mark.long
@given(st.lists(st.dictionaries(st.text(), json_values), min_size=1, max_size=4), st.integers(1, 9))
def test_lines_give_their_values(given: list[Any], size: int) -> None:
    data = "".join(json.dumps(value) + "\n" for value in given).encode()
    assert values(data, size) == json.loads(json.dumps(given))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_other_encodings_are_read(encoding: str, size: int) -> None:
    data = '[{"title": "차 🍵"}]'.encode(encoding)
    assert values(data, size) == [{"title": "차 🍵"}]


def test_bytes_of_another_encoding_keep_nobody_from_the_rest() -> None:
    assert values('[{"title": "Café"}]'.encode("latin-1")) == [{"title": "Caf\ufffd"}]


def read_or_told(data: bytes, size: int) -> list[Any]:
    """Each element of any bytes, or the UserError that is told of it, or of all that follows."""
    found: list[Any] = []
    try:
        for element in elements(pieces(data, size)):
            assert isinstance(element.title(), str)
            try:
                found.append(element.value())
            except UserError as error:
                found.append(error)
    except UserError as error:
        found.append(error)
    return found


def is_an_element_or_a_sentence(found: Any) -> bool:
    return (
        found.code.startswith("exchange.") if isinstance(found, UserError) else isinstance(found, dict | list)
    )


@given(st.binary(max_size=200), st.integers(1, 50))
@example(b'["', 1)
@example(b'[{"a":"\\', 3)
@example(b"]}{[", 1)
def test_any_bytes_give_elements_or_one_sentence(data: bytes, size: int) -> None:
    assert all(map(is_an_element_or_a_sentence, read_or_told(data, size)))


@given(st.text('[]{}",:\\ab1 ', max_size=60), st.integers(1, 20))
def test_what_looks_like_json_gives_elements_or_one_sentence(text: str, size: int) -> None:
    assert all(map(is_an_element_or_a_sentence, read_or_told(text.encode(), size)))


def reasons(data: bytes, **limits: int) -> list[tuple[str, str]]:
    return [
        (element.title(), element.reason.code if element.reason else "")
        for element in elements(pieces(data, 7), **limits)
    ]


def test_a_cut_element_is_told_and_those_before_it_are_there() -> None:
    data = b'[{"title": "one"}, {"title": "two \\"b\\"", "x": [1, 2'
    assert reasons(data) == [("one", ""), ('two "b"', "exchange.cut_chat")]


def test_an_element_that_is_too_large_is_passed_over() -> None:
    large = {"title": "large", "text": "x" * 5000}
    data = json.dumps([{"title": "one"}, large, {"title": "two"}]).encode()
    assert reasons(data, most_bytes=1000) == [("one", ""), ("large", "exchange.chat_too_large"), ("two", "")]


def test_an_element_that_nests_too_deep_is_passed_over() -> None:
    deep = b'{"title": "deep", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert reasons(b"[" + deep + b', {"title": "two"}]') == [("deep", "exchange.bad_chat"), ("two", "")]


def test_a_broken_element_keeps_nobody_from_the_next() -> None:
    found = list(elements([b'[{"title": "a", oops}, {"title": "b"}]']))
    with pytest.raises(UserError, match=r"exchange\.bad_chat"):
        found[0].value()
    assert (found[0].title(), found[1].value()) == ("a", {"title": "b"})


def test_numbers_that_json_does_not_know_are_none() -> None:
    assert values(b'[{"a": NaN, "b": -Infinity, "c": 1e999, "d": "\\ud800x"}]') == [
        {"a": None, "b": None, "c": None, "d": "\ufffdx"}
    ]


@pytest.mark.parametrize("data", [b"", b" \n", b"hello", b"\x89PNG\r\n", b"<html>", b"\xff\xfe", b"12"])
def test_what_is_not_json_is_told(data: bytes) -> None:
    with pytest.raises(UserError, match=r"exchange\.not_chats"):
        list(elements([data]))


@given(json_values)
def test_json_within_a_text_is_decoded(value: Any) -> None:
    text = json.dumps(value)
    assert decoded_text(text) == json.loads(text)


def test_json_within_a_text_that_nests_too_deep_is_none() -> None:
    assert decoded_text("[" * 10_000 + "]" * 10_000) is None
    assert decoded_text("{} {}") is None
    assert decoded_text("nothing") is None


def test_elements_are_told_apart() -> None:
    assert list(elements([b'[1, {"a": "]"}, null, [2]]'])) == [Element(b'{"a": "]"}'), Element(b"[2]")]
