"""Search: Korean of two syllables, plain text only, the snippet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.store.records import Attachment
from app.store.search import excerpt
from app.store.store import Store


@pytest.fixture
def find(store: Store) -> Callable[[str], list[str]]:
    """Finds messages of conversations with one message each; gives the snippets."""
    return lambda query: sorted(hit.snippet for hit in store.conversations.search(query))


def say(store: Store, *texts: str) -> list[int]:
    ids = []
    for text in texts:
        ids.append(store.conversations.create().id)
        store.messages.add(ids[-1], None, "user", text)
    return ids


@pytest.mark.parametrize("query", ["특수", "특", "특수검색어", "수검색"])
def test_korean_of_any_length_is_found(store: Store, find: Callable[[str], list[str]], query: str) -> None:
    say(store, "오늘은 특수검색어를 씁니다", "보통의 문장입니다")
    assert find(query) == ["오늘은 특수검색어를 씁니다"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("100%", ["100% sure"]),
        ("%", ["100% sure"]),
        ("_", ["snake_case"]),
        ("e_c", ["snake_case"]),
        ("\\", ["back\\slash"]),
        ("/", ["and/or"]),
        ('"quo', ['a "quoted" word']),
        ('"', ['a "quoted" word']),
        ("NOT", []),
        ("snake* ", []),
        ("content:sure", []),
        ("sure OR snake", []),
        ("(sure)", []),
        ("^100", []),
        ("'", []),
        ("{", []),
    ],
)
def test_the_query_is_plain_text(
    store: Store, find: Callable[[str], list[str]], query: str, found: list[str]
) -> None:
    say(store, "100% sure", "snake_case", "back\\slash", "and/or", 'a "quoted" word')
    assert find(query) == found


def test_every_word_must_occur_in_any_order_and_case(store: Store, find: Callable[[str], list[str]]) -> None:
    say(store, "The Docker port is open", "the port alone", "École d'été")
    assert find("port docker") == ["The Docker port is open"]
    assert find("PORT is") == ["The Docker port is open"]
    assert find("école") == ["École d'été"]
    assert find("") == find("   ") == []


def test_titles_are_found_first_and_have_no_snippet(store: Store) -> None:
    titled, said = say(store, "nothing here", "about whales")
    store.conversations.rename(titled, "Ünited WHALES 고래", "user")
    assert [(hit.conversation.id, hit.snippet) for hit in store.conversations.search("whales")] == [
        (titled, ""),
        (said, "about whales"),
    ]
    assert [hit.conversation.id for hit in store.conversations.search("고래")] == [titled]
    assert [hit.conversation.id for hit in store.conversations.search("üNITED")] == [titled]


def test_one_hit_a_conversation_from_its_newest_match_on_the_shown_branch_before_a_hidden_one(
    store: Store,
) -> None:
    (id,) = say(store, "walrus one")
    first = store.messages.path(id)[0]
    hidden = store.messages.add(id, first, "assistant", "walrus two").id
    otter = store.messages.add(id, hidden, "user", "hidden otter").id
    store.messages.add(id, first, "assistant", "shown")
    assert [(hit.snippet, hit.message) for hit in store.conversations.search("walrus")] == [
        ("walrus one", first)
    ]
    assert [(hit.snippet, hit.message) for hit in store.conversations.search("otter")] == [
        ("hidden otter", otter)
    ]
    store.messages.show(hidden)
    assert [hit.message for hit in store.conversations.search("walrus")] == [hidden]


def test_the_trash_is_not_searched_and_the_limit_holds(store: Store) -> None:
    ids = say(store, *(f"lemur {number}" for number in range(5)))
    store.conversations.delete(ids[-1])
    assert [hit.conversation.id for hit in store.conversations.search("lemur", limit=3)] == ids[3:0:-1]


def test_a_streaming_answer_is_found_once_it_has_ended(store: Store) -> None:
    (id,) = say(store, "question")
    answer = store.messages.add(id, None, "assistant", "", state="streaming")
    store.messages.save(answer.id, "a platypus", "")
    assert store.conversations.search("platypus") == []
    store.messages.finish(answer.id, "a platypus appears", "", "done")
    assert [hit.snippet for hit in store.conversations.search("platypus")] == ["a platypus appears"]


def test_the_snippet_has_the_match_in_it_near_its_beginning() -> None:
    text = "x" * 500 + " the\n\nNeedle\tis here " + "y" * 500
    cut, marks = excerpt(text, ["needle"])
    assert "the Needle is here" in cut
    assert cut.startswith("…") and cut.endswith("…")
    assert len(cut) < 200
    assert [cut[start:end] for start, end in marks] == ["Needle"] and marks[0][0] < 30
    assert excerpt("short", ["short"]) == ("short", ((0, 5),))


def test_the_snippet_has_no_markup_and_every_word_is_marked() -> None:
    table = "| one | two |\n|---|:--|\n| 특수 | BOLD |"
    text = f"## Head\n\n- a **bold** `x_1` and $$a^2$$\n\n{table}\n\n```py\ncode\n```"
    cut, marks = excerpt(text, ["bold", "특수"])
    assert cut == "Head a bold x_1 and a^2 one two 특수 BOLD code"
    assert [cut[start:end] for start, end in marks] == ["bold", "특수", "BOLD"]


def test_a_word_of_an_address_is_found_though_the_text_does_not_show_it() -> None:
    cut, marks = excerpt("see [the page](https://example.org/needle)", ["needle"])
    assert [cut[start:end] for start, end in marks] == ["needle"]


def test_a_chat_is_found_by_the_name_of_a_file(store: Store) -> None:
    by_name, by_words, other, gone = say(store, "look", "the lease", "look", "look")
    for chat, name in ((by_name, "임대차 *Lease* 2026.PDF"), (other, "cats.pdf"), (gone, "lease.pdf")):
        attached = (Attachment("first.txt", "text", 1), Attachment(name, "pdf", 1))
        store.messages.add(chat, None, "user", "look", attachments=attached)
    store.conversations.delete(gone)
    by = {hit.conversation.id: hit for hit in store.conversations.search("lease")}
    assert by.keys() == {by_name, by_words}
    hit = by[by_name]
    assert hit.snippet == "임대차 *Lease* 2026.PDF" and hit.marks == ((5, 10),)
    assert hit.message is not None and store.messages.get(hit.message).attachments[1].name == hit.snippet
    assert [hit.conversation.id for hit in store.conversations.search("차 pdf")] == [by_name]
    assert store.conversations.search("sha256") == [] == store.conversations.search("whole")


def test_messages_without_files_are_not_read_for_names(store: Store) -> None:
    with store.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT attachments FROM message WHERE message.attachments <> '[]'"
        )
        assert "message_attached" in str(plan.fetchall())
