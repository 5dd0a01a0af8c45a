"""Coterie's own JSON: what is written is read again, whole or not."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.budget import Budget
from agents.events import RunStarted
from app.services.chat.exchange.coterie_json import is_coterie, read_coterie, write_coterie
from app.services.chat.exchange.values import UnreadChat
from app.store.records import (
    Attachment,
    ChatOptions,
    ChatTools,
    CompactionPoint,
    Conversation,
    Message,
    Project,
    ProjectOptions,
    Source,
    WholeChat,
)
from app.store.store import Store
from app.store.whole_chats import identity
from engine.errors import ErrorInfo, UserError
from engine.values import Sampling, Timings, ToolCall, Usage
from tests.support.chats.whole_chats import talk, told


def written(*chats: WholeChat, projects: tuple[Project, ...] = ()) -> bytes:
    file = io.BytesIO()
    write_coterie(file, projects, chats)
    return file.getvalue()


def read(document: bytes) -> list[WholeChat | UnreadChat]:
    return list(read_coterie(io.BytesIO(document)).chats)


def chat(**fields: Any) -> WholeChat:
    given = Conversation(7, "A walk", "user", False, 1.0, 2.0, None, 2, "", ChatOptions(), **fields)
    return WholeChat(
        given,
        (
            Message(1, 7, None, "user", "q", "", "done", 1.0),
            Message(2, 7, 1, "assistant", "a", "", "done", 2.0),
        ),
        (1, 2),
    )


def test_all_chats_are_equal_in_an_empty_data_folder(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "a" / "coterie.db", tmp_path / "a" / "backups") as here,
        Store.open(tmp_path / "b" / "coterie.db", tmp_path / "b" / "backups") as there,
    ):
        ids = [talk(here) for _ in range(3)]
        here.conversations.set(ids[1], pinned=True, archived=True, draft="unsent", queued=("next", "다음"))
        whole = [here.whole_chats.get(id) for id in ids]
        (tmp_path / "chats.json").write_bytes(written(*whole))
        with (tmp_path / "chats.json").open("rb") as file:
            for one in read_coterie(file).chats:
                assert isinstance(one, WholeChat)
                there.whole_chats.add(one)
        added = [there.whole_chats.get(c.id) for c in reversed(there.conversations.all())]
        assert sorted(map(repr, map(told, added))) == sorted(map(repr, map(told, whole)))


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
times = st.floats(0, 2e10)
plain = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | words
calls = st.lists(
    st.builds(ToolCall, words, words, words | st.dictionaries(words, plain, max_size=3)), max_size=2
).map(tuple)
infos = st.builds(ErrorInfo, words, st.dictionaries(words, st.integers(0, 9) | words, max_size=2))

CONTENTS = {hashlib.sha256(content).hexdigest(): content for content in (b"\0\xff", b"text", "글".encode())}
attachments = st.lists(
    st.builds(
        Attachment,
        words,
        st.sampled_from(["pdf", "csv", "picture"]),
        st.integers(0, 2**40),
        st.sampled_from(["", *CONTENTS]),
        st.sampled_from(["", *CONTENTS]),
        st.sampled_from(["whole", "refused"]),
        st.none() | infos,
        st.integers(0, 2**40),
        st.booleans(),
        *[st.integers(0, 100)] * 3,
    ).filter(
        lambda each: each.kind != "picture" or bool(each.sha256) or not each.text
    ),  # pixels are of a picture
    max_size=2,
).map(tuple)

sources = st.lists(
    st.builds(
        Source,
        st.integers(0, 99),
        words,
        words,
        *[st.just("")] * 2,
        st.integers(0, 99),
        words,
        *[st.integers(0, 2**40)] * 2,
    ),
    max_size=2,
).map(tuple)


@st.composite
def any_chat(draw: st.DrawFn) -> WholeChat:
    messages = tuple(
        Message(
            number,
            3,
            None if number == 1 or not (above := draw(st.integers(0, number - 1))) else above,
            draw(st.sampled_from(["user", "assistant"])),
            draw(words),
            draw(words),
            draw(st.sampled_from(["done", "length", "stopped", "failed"])),
            draw(times),
            draw(words),
            draw(st.none() | infos),
            draw(st.none() | st.builds(Usage, *[st.integers(0, 2**40)] * 4)),
            draw(st.none() | st.builds(Timings, *[times] * 4)),
            tool_calls=draw(calls),
            notices=draw(st.lists(infos, max_size=2).map(tuple)),
            better=draw(st.booleans()),
            attachments=draw(attachments),
            sources=draw(sources),
        )
        for number in range(1, draw(st.integers(0, 6)) + 1)
    )
    ids = [message.id for message in messages]
    options = ChatOptions(
        draw(st.none() | words),
        Sampling(draw(st.none() | st.floats(0, 10)), seed=draw(st.none() | st.integers(0, 2**32 - 1))),
        draw(st.sampled_from([None, "on", "off", 512])),
        tools=draw(st.none() | st.builds(ChatTools, words, st.sampled_from(["read", "ask"]))),
        model=draw(st.none() | words),
    )
    given = Conversation(
        3,
        draw(words),
        "auto",
        draw(st.booleans()),
        draw(times),
        draw(times),
        None,
        draw(st.sampled_from(ids)) if ids else None,
        draw(words),
        options,
        archived=draw(st.booleans()),
        source=draw(words.filter(bool)),
        queued=draw(st.lists(words, max_size=2).map(tuple)),
        attachments=draw(attachments),
    )
    cuts = tuple(
        CompactionPoint(n, 3, first, draw(times), 5, "m", draw(words)) for n, first in enumerate(ids[:2], 1)
    )
    named = {name for owner in (given, *messages) for each in owner.attachments for name in each.contents}
    held = {name: content for name, content in CONTENTS.items() if name in named}
    return WholeChat(given, messages, tuple(draw(st.permutations(ids))), cuts, contents=held)


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(chats=st.lists(any_chat(), max_size=4))
def test_any_chats_are_read_as_they_were_written(chats: list[WholeChat]) -> None:
    document = written(*chats)
    assert is_coterie(document)
    assert read(document) == chats
    anew = json.dumps(json.loads(document), indent=2).encode("utf-8-sig")
    assert is_coterie(anew)
    assert read(anew) == chats


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_of_a_file_that_was_cut_the_whole_chats_are_read(data: st.DataObject) -> None:
    chats = [chat(source=f"s{number}") for number in range(4)]
    document = written(*chats)
    end = data.draw(st.integers(0, len(document) - len(b"]}\n") - 1))
    try:
        found = read(document[:end])
    except UserError as error:
        assert error.code == "exchange.not_whole"
        assert end < document.index(b"\n")
        return
    assert found == [*chats[: len(found) - 1], UnreadChat("", ErrorInfo("exchange.not_whole"))]
    assert len(found) > document[:end].count(b",\n")


def test_projects_come_with_their_chats() -> None:
    project = Project(5, "Trips", 1.0, None, ProjectOptions("Be brief", "starter"))
    document = written(chat(project=5, source="s"), projects=(project,))
    assert read_coterie(io.BytesIO(document)).projects == (project,)
    (found,) = read(document)
    assert isinstance(found, WholeChat) and found.conversation.project == 5


def test_a_chat_is_known_by_where_it_comes_from() -> None:
    (begun_here, imported) = read(written(chat(), chat(source="elsewhere:1")))
    assert isinstance(begun_here, WholeChat) and isinstance(imported, WholeChat)
    assert begun_here.conversation.source == identity(chat().conversation)
    assert imported.conversation.source == "elsewhere:1"


def test_a_newer_version_is_refused_and_so_is_what_is_no_document() -> None:
    newer = written(chat()).replace(b'"version":1', b'"version":2').replace(b'"projects"', b'"folders"')
    with pytest.raises(UserError, match="newer_version"):
        read(newer)
    for bad in (b"", b"{", b'{"coterie":"models","version":1}', b"[" * 100_000, b"\xff\xfe\x00"):
        with pytest.raises(UserError, match="not_whole"):
            read(bad)
        assert not is_coterie(bad)


def changed(**fields: Any) -> bytes:
    """A document whose chat has other fields, written by somebody else."""
    document = json.loads(written(chat()))
    (one,) = document["chats"]
    for path, value in fields.items():
        part = one
        *above, last = [int(name) if name.isdigit() else name for name in path.split("__")]
        for name in above:
            part = part[name]
        part[last] = value
    return json.dumps(document).encode()


def deep(levels: int) -> object:
    value: object = 0
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "bad",
    [
        {"messages__0__parent": 2, "messages__1__parent": 1},
        {"messages__1__parent": 2},
        {"messages__1__parent": 9},
        {"messages__1__id": 1},
        {"messages__1__role": "nobody"},
        {"messages__1__created": 1e300},
        {"messages": []},
        {"shown": [1, 1]},
        {"shown": [8]},
        {"conversation__leaf": 12},
        {"conversation__leaf": None},
        {"conversation__created": -1},
        {"messages__1__tool_calls": [{"id": "c", "name": "n", "arguments": {"a": deep(300)}}]},
        {"cuts": [{"id": 1, "conversation": 7, "first": 99}]},
        {"cuts": [{"id": 1, "conversation": 7, "first": 1, "tokens": 2**63}]},
        {"cuts": [{"id": 1, "conversation": 7, "first": 1, "tokens": -1}]},
    ],
)
def test_a_chat_that_does_not_hold_together_is_told_by_its_title(bad: dict[str, object]) -> None:
    assert read(changed(**bad)) == [UnreadChat("A walk", ErrorInfo("exchange.bad_chat"))]


def test_what_is_as_deep_as_a_chat_may_be_can_be_stored(tmp_path: Path) -> None:
    calls = [{"id": "c", "name": "n", "arguments": {"a": deep(99)}}]
    (found,) = read(changed(messages__1__tool_calls=calls))
    assert isinstance(found, WholeChat)
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as store:
        added = store.whole_chats.get(store.whole_chats.add(found).id)
    assert added.messages[1].tool_calls == found.messages[1].tool_calls


def test_a_damaged_chat_leaves_the_others(tmp_path: Path) -> None:
    first, second = chat(source="one"), chat(source="two")
    document = written(first, chat(source="bad"), second).splitlines(keepends=True)
    document[2] = document[2].replace(b'"role":"user"', b'"role":7')
    assert read(b"".join(document)) == [first, UnreadChat("A walk", ErrorInfo("exchange.bad_chat")), second]
    document[2] = b'{"conversation":' + b"[" * 200_000 + b",\n"
    assert read(b"".join(document)) == [first, UnreadChat("", ErrorInfo("exchange.bad_chat")), second]


def test_contents_are_what_their_names_say_and_none_is_of_another_chat(tmp_path: Path) -> None:
    secret, own = (Attachment(n, "text", 4, text=hashlib.sha256(n.encode()).hexdigest()) for n in "so")
    whole = chat(attachments=(secret, own))
    asked = msgspec.structs.replace(whole.messages[0], attachments=(own, secret))
    whole = msgspec.structs.replace(whole, messages=(asked, whole.messages[1]), contents={own.text: b"o"})
    (found,) = read(written(whole))
    assert isinstance(found, WholeChat)
    less = msgspec.structs.replace(secret, text="")
    assert found.conversation.attachments == (less, own) and found.messages[0].attachments == (own, less)
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as store:
        kept = store.whole_chats.add(found)
        assert store.contents.text(kept.id, own) == "o"
    cited = (Source(1, "n", "t", own.text, "/etc/passwd"), Source(2, "n", "t", secret.text))
    asked = msgspec.structs.replace(asked, sources=cited)
    (found,) = read(written(msgspec.structs.replace(whole, messages=(asked, whole.messages[1]))))
    assert isinstance(found, WholeChat)
    assert found.messages[0].sources == (Source(1, "n", "t", own.text), Source(2, "n", "t"))
    lie = msgspec.structs.replace(whole, contents={secret.text: b"another"})
    assert read(written(lie)) == [UnreadChat("A walk", ErrorInfo("exchange.bad_chat"))]


def test_no_file_has_a_collection_searched(tmp_path: Path) -> None:
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as store:
        whole = store.whole_chats.get(talk(store))
    options = ChatOptions(collection="Contracts")
    replace = msgspec.structs.replace
    given = replace(whole, conversation=replace(whole.conversation, options=options))
    project = Project(1, "p", 1.0, None, ProjectOptions(collection="Contracts"))
    document = read_coterie(io.BytesIO(written(given, projects=(project,))))
    (found,) = document.chats
    assert isinstance(found, WholeChat)
    assert found.conversation.options.collection is None
    assert [each.options.collection for each in document.projects] == [""]


def test_no_file_lets_tools_act_unasked(tmp_path: Path) -> None:
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as store:
        whole = store.whole_chats.get(talk(store))
    options = ChatOptions(tools=ChatTools("/home", "all-in-sandbox"))
    run = whole.runs[0]
    begun = RunStarted("t", "/home", "m", "workspace", Budget(), (), "", 100)
    entry = msgspec.structs.replace(run.entries[0], event=begun)
    replace = msgspec.structs.replace
    given = replace(
        whole,
        conversation=replace(whole.conversation, options=options),
        runs=(replace(run, record=replace(run.record, mode="workspace"), entries=(entry,)),),
    )
    project = Project(1, "p", 1.0, None, ProjectOptions(tools=ChatTools("/home", "workspace")))
    document = read_coterie(io.BytesIO(written(given, projects=(project,))))
    (found,) = document.chats
    assert isinstance(found, WholeChat)
    assert found.conversation.options.tools == ChatTools("/home", "ask")
    assert found.runs[0].record.mode == "ask"
    event = found.runs[0].entries[0].event
    assert isinstance(event, RunStarted) and event.mode == "ask"
    assert document.projects[0].options.tools == ChatTools("/home", "ask")
