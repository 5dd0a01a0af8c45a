"""Any value at any place of a conversation: it is read, or refused in one sentence, and what is read is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services.chat.exchange.reading import jan
from app.services.chat.exchange.reading.foreign import line, thoughts_apart, time
from app.services.chat.exchange.reading.recognition import reader_of
from app.services.chat.exchange.reading.splitting import decoded
from app.services.chat.exchange.reading.tree import Foreign, Node, Said, whole_chat
from app.store.records import WholeChat
from app.store.store import Store
from engine.errors import UserError
from engine.values import ToolCall
from tests.support.chats import foreign_chats

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**70, -(2**200), 1e300, 10**18, -1, 0])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["q", "a1", "a2", "root", "<think>", "https://x", "\u202e", "data:", "\ud800", "[1]"])
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*path, key))


def changed(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], by)
    return copy


def read(value: Any) -> Foreign | None:
    """What a file with this value gives."""
    value = decoded(json.dumps(value).encode())
    if isinstance(value, dict) and "thread" in value:
        return jan.read(value["thread"], value["messages"])
    reader = reader_of(value)
    return None if reader is None else reader(value, "")


def threads() -> dict[str, Any]:
    thread, messages = foreign_chats.jan()
    return {"thread": thread, "messages": messages}


SAMPLES: list[Callable[[], Any]] = [
    foreign_chats.chatgpt,
    foreign_chats.chatgpt_2026,
    foreign_chats.claude,
    foreign_chats.open_webui,
    foreign_chats.lm_studio,
    foreign_chats.llama_ui,
    threads,
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as opened:
        yield opened


def stored(store: Store, foreign: Foreign | None) -> WholeChat | None:
    if foreign is None:
        return None
    try:
        chat = whole_chat(foreign, 5.0)
    except UserError:
        return None
    whole = store.whole_chats.get(store.whole_chats.add(chat).id)
    assert len(whole.messages) == len(chat.messages)
    assert 0 < whole.conversation.created < 2.0**33
    assert len(whole.conversation.title) <= 200
    return whole


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.__name__)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_value_at_any_place_is_read_or_refused(
    store: Store, sample: Callable[[], Any], data: st.DataObject
) -> None:
    value = sample()
    for _ in range(data.draw(st.integers(1, 3))):
        found = [path for path in places(value) if path[:1] != ("thread",) or len(path) > 1]
        path = data.draw(st.sampled_from([p for p in found if p not in ((), ("messages",))] or [()]))
        if sample is threads and len(path) == 2 and path[0] == "messages":
            continue  # a line of another type is no message before the reader sees it
        if path:
            value = changed(value, path, data.draw(anything))
    try:
        foreign = read(value)
    except UserError:
        return
    stored(store, foreign)


ids = st.sampled_from(["", *"abcdefgh"])
said = st.builds(
    Said,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    st.sampled_from(["", " ", "words"]),
    st.sampled_from(["", "thought"]),
    st.sampled_from([(), (ToolCall("1", "f", {}),)]),
    st.none() | st.floats(1, 2e9),
)
nodes = st.builds(
    Node, st.sampled_from("abcdefgh"), ids, st.lists(said, max_size=3).map(tuple), st.floats(0, 3)
)


@pytest.mark.long
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(nodes, max_size=8), ids)
def test_parents_in_circles_and_parents_that_are_missing_lose_nothing(
    store: Store, given: list[Node], shown: str
) -> None:
    whole = stored(store, Foreign("app", "", "", tuple(given), shown))
    kept = {node.id: node for node in reversed(given)}.values()
    told = sum(said.content == "words" for node in kept for said in node.said if said.role != "system")
    told_here = sum(m.content.count("words") for m in whole.messages if m.role != "system") if whole else 0
    assert told_here == told


def test_a_circle_of_parents_is_cut_where_it_closes() -> None:
    given = [
        Node("a", "c", (Said("user", "1", created=1.0),)),
        Node("b", "a", (Said("assistant", "2", created=2.0),)),
        Node("c", "b", (Said("user", "3", created=3.0),)),
        Node("d", "d", (Said("user", "4", created=1.0),)),
    ]
    chat = whole_chat(Foreign("app", "", "", tuple(given), "c"), 5.0)
    assert sorted(m.content for m in chat.messages) == ["1", "2", "3", "4"]
    assert chat.conversation.leaf is not None


@pytest.mark.long
def test_a_hundred_thousand_messages_in_a_chain_are_read_and_stored(store: Store) -> None:
    roles: tuple[Any, Any] = ("user", "assistant")
    given = [
        Node(str(n), str(n - 1), (Said(roles[n % 2], f"message {n}", created=n + 1.0),))
        for n in range(100_000)
    ]
    chat = whole_chat(Foreign("app", "long", "Long", tuple(given)), 5.0)
    added = store.whole_chats.add(chat)
    assert len(store.messages.path(added.id)) == 100_000


def test_an_answer_in_very_many_pieces_is_joined_in_reasonable_time() -> None:
    given = [Node(str(n), str(n - 1), (Said("assistant", "piece " * 5),)) for n in range(100_000)]
    chat = whole_chat(Foreign("app", "long", "Long", tuple(given)), 5.0)
    assert sum(m.content.count("piece") for m in chat.messages) == 500_000
    assert all(len(m.content) < 200_000 for m in chat.messages)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\x1b[31mb\x00\r\nc", "a [31mb c"),
        ("safe\u202egnp.exe\u2066", "safegnp.exe"),
        ("여행 👩‍👩‍👧 계획", "여행 👩‍👩‍👧 계획"),
        ("x" * 10_000, "x" * 200),
        (None, ""),
        (["a"], ""),
    ],
)
def test_a_title_is_one_line_of_text(title: Any, shown: str) -> None:
    assert line(title) == shown


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1_760_000_000, 1_760_000_000.0),
        (1_760_000_000_500, 1_760_000_000.5),
        ("1760000000.5", 1_760_000_000.5),
        ("2026-01-02T03:04:05Z", 1_767_323_045.0),
        ("2026-01-02T03:04:05", 1_767_323_045.0),
        (0, None),
        (-5, None),
        (True, None),
        (float("nan"), None),
        (10**400, None),
        (1e300, None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_is_in_seconds_or_unknown(value: Any, seconds: float | None) -> None:
    assert time(value) == seconds


def test_only_thoughts_at_the_start_are_taken_apart() -> None:
    assert thoughts_apart("\n<think>a</think>\n\nb") == ("a", "b")
    assert thoughts_apart("say <think>a</think>") == ("", "say <think>a</think>")
    assert thoughts_apart("<think>never closed") == ("", "<think>never closed")
