"""Finding in one conversation: counted on the shown branch, as its reader sees the text."""

from __future__ import annotations

import pytest

from app.store.plain_text import pattern, plain
from app.store.store import Store
from engine.errors import UserError


def test_what_is_found_is_counted_on_the_shown_branch_in_its_order(store: Store) -> None:
    id = store.conversations.create().id
    first = store.messages.add(id, None, "user", "Whale, whale and **whale**").id
    hidden = store.messages.add(id, first, "assistant", "whale").id
    shown = store.messages.add(id, first, "assistant", "## A wh**a**le\n\nWHALE", reasoning="a whale?").id
    last = store.messages.add(id, shown, "user", "고래 이야기").id
    assert store.messages.find(id, ["whale"]) == [(first, 3), (shown, 3)]
    assert store.messages.find(id, ["고래"]) == [(last, 1)]
    store.messages.show(hidden)
    assert store.messages.find(id, ["whale"]) == [(first, 3), (hidden, 1)]


def test_a_phrase_is_found_across_markup_and_the_ends_of_lines(store: Store) -> None:
    id = store.conversations.create().id
    text = "a **bold\nmove** it is\n\n```c\nint **p;\n```"
    answer = store.messages.add(id, None, "assistant", text).id
    assert store.messages.find(id, ["bold move it"]) == [(answer, 1)]
    assert store.messages.find(id, ["int **p"]) == [(answer, 1)]
    assert store.messages.find(id, ["**bold"]) == []
    assert store.messages.find(id, ["bold it", "move"]) == [(answer, 1)]


def test_a_conversation_that_is_not_there_is_an_error(store: Store) -> None:
    with pytest.raises(UserError) as error:
        store.messages.find(99, ["x"])
    assert error.value.code == "store.no_conversation"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# One\n\nTwo", "One\n\nTwo"),
        ("*a* **b** ***c*** __d__ ~~e~~ 2 * 3", "a b c d e 2 * 3"),
        ("snake_case and _this_", "snake_case and this"),
        ("`**kept**` \\*kept\\*", "**kept** *kept*"),
        ("$a_1^2$ and \\(b*c\\) for $5", "a_1^2 and b*c for $5"),
        ("[words](https://a.b/c_(d)) ![picture](x.png) <https://e.f>", "words picture https://e.f"),
        ("> quoted\n> - item\n- [x] done", "quoted\nitem\ndone"),
        ("A &amp; B &lt;tag&gt;", "A & B <tag>"),
        ("~~~\n# no head\n~~~\nafter", "# no head\nafter"),
        ("```py\nopen", "open"),
    ],
)
def test_markup_is_left_out_and_nothing_else(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_a_pattern_matches_the_longest_phrase_in_any_case() -> None:
    assert [found[0] for found in pattern(["a", "ab c"]).finditer("AB\n c a É")] == ["AB\n c", "a"]
    assert pattern(["été"]).search("ÉTÉ")
