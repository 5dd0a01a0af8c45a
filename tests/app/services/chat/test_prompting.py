"""From a branch of stored messages to the messages of a request."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.chat.prompting import (
    NOT_CARRIED_OUT,
    compaction_point_of,
    framed,
    request_messages,
    with_attachments,
)
from app.services.titles import TITLE_LENGTH, title_from
from app.store.records import Attachment, CompactionPoint, Message
from engine.values import Message as Turn
from engine.values import ToolCall
from tests.support.models.real_templates import real_formats

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def message(role: str, content: str, reasoning: str = "") -> Message:
    return Message(1, 1, None, role, content, reasoning, "done", 0.0)  # type: ignore[arg-type]


def test_a_branch_becomes_turns_with_the_system_prompt_first() -> None:
    path = [message("user", "Hi"), message("assistant", "Hello", "hm"), message("user", "Bye")]
    assert request_messages(path, "Be brief.") == (
        Turn("system", "Be brief."),
        Turn("user", "Hi"),
        Turn("assistant", "Hello", "hm"),
        Turn("user", "Bye"),
    )


def test_attachments_stand_in_front_of_the_words_but_refused_ones() -> None:
    texts = {
        "a": framed("a.txt", [("", "A")])[0],
        "b": framed("b.pdf", [("page 2", "B"), ("page 3", "C")], (2, 3))[0],
    }
    text, places = framed("b.pdf", [("page 2", "Bird"), ("", "C")])
    assert [text[first:last] for first, last in places] == ["Bird", "C"]
    attached = tuple(Attachment(name, "text", 1, text=name) for name in ("a", "b"))
    seen = Attachment("c.png", "picture", 1, state="refused")
    asked = msgspec.structs.replace(message("user", "Hi"), attachments=(*attached, seen))
    told = with_attachments([asked, message("assistant", "Hello")], lambda attachment: texts[attachment.text])
    first = 'File "a.txt":\nA\nEnd of file "a.txt".'
    second = 'File "b.pdf", only parts 2 to 3:\n[page 2]\nB\n\n[page 3]\nC\nEnd of file "b.pdf".'
    assert [m.content for m in told] == [f"{first}\n\n{second}\n\nHi", "Hello"]
    assert with_attachments(told, lambda _: "") == told


def test_an_answer_that_failed_is_left_out_and_the_questions_around_it_are_joined() -> None:
    path = [message("user", "One"), message("assistant", ""), message("user", "Two")]
    assert request_messages(path, " ") == (Turn("user", "One\n\nTwo"),)


def test_calls_go_back_with_a_result_even_when_nobody_carried_them_out() -> None:
    calls = (ToolCall("c1", "f", {"a": 1}), ToolCall("c2", "g", {}))
    called = msgspec.structs.replace(message("assistant", "", "hm"), tool_calls=calls)
    path = [message("user", "One"), called, message("user", "Two")]
    assert request_messages(path, "") == (
        Turn("user", "One"),
        Turn("assistant", "", "hm", calls),
        Turn("tool", NOT_CARRIED_OUT, tool_call_id="c1", name="f"),
        Turn("tool", NOT_CARRIED_OUT, tool_call_id="c2", name="g"),
        Turn("assistant", NOT_CARRIED_OUT),
        Turn("user", "Two"),
    )
    assert request_messages(path[:2], "", continue_last=True)[-1] == Turn("assistant", "", "hm", calls)


def test_stored_results_go_back_with_their_calls() -> None:
    calls = (ToolCall("c1", "f", {"a": 1}), ToolCall("c2", "g", {}))
    called = msgspec.structs.replace(message("assistant", ""), tool_calls=calls)
    path = [
        message("user", "One"),
        message("tool", "nobody asked"),
        called,
        message("tool", "1"),
        message("tool", "2"),
        message("tool", "more of 2"),
        message("assistant", "It is 1."),
        message("assistant", "And 2."),
        called,
        message("tool", "1"),
        message("user", "Two"),
    ]
    assert request_messages(path, "") == (
        Turn("user", "One"),
        Turn("assistant", "", "", calls),
        Turn("tool", "1", tool_call_id="c1", name="f"),
        Turn("tool", "2\n\nmore of 2", tool_call_id="c2", name="g"),
        Turn("assistant", "It is 1.\n\nAnd 2.", "", calls),
        Turn("tool", "1", tool_call_id="c1", name="f"),
        Turn("tool", NOT_CARRIED_OUT, tool_call_id="c2", name="g"),
        Turn("assistant", NOT_CARRIED_OUT),
        Turn("user", "Two"),
    )


@pytest.mark.long
def test_every_template_takes_back_calls_that_nobody_carried_out() -> None:
    calls = (ToolCall("c1", "get_weather", {"city": "Paris"}), ToolCall("c2", "", '{"ci'))
    answer = msgspec.structs.replace(message("assistant", ""), tool_calls=calls)
    path = [message("user", "Weather?"), answer, message("user", "Qx7later")]
    for name, chat_format in real_formats().items():
        for tools in ([TOOL], None):
            text = chat_format.render(request_messages(path, ""), tools=tools).text
            assert "Qx7later" in text and "Paris" in text, name


@pytest.mark.long
def test_every_template_takes_what_other_apps_left() -> None:
    calls = (ToolCall("toolu_01", "get_weather", {"city": "Paris"}), ToolCall("", "python", {"code": "x"}))
    answer = msgspec.structs.replace(message("assistant", "Let me see.", "hm"), tool_calls=calls)
    path = [
        message("assistant", "Hello!"),
        message("tool", "nobody asked"),
        message("user", "Weather?"),
        answer,
        *(message("tool", result) for result in ("sunny", "warm", "more")),
        message("assistant", "Sunny."),
        message("system", "Be kind."),
        answer,
        message("tool", "rain"),
        message("user", "Qx7later"),
    ]
    for name, chat_format in real_formats().items():
        text = chat_format.render(request_messages(path, "Be brief."), tools=[TOOL]).text
        assert "Qx7later" in text and "Paris" in text, name


def test_the_answer_to_continue_stays_even_when_only_its_reasoning_was_written() -> None:
    path = [message("user", "One"), message("assistant", "", "thinking")]
    assert request_messages(path, "", continue_last=True)[-1] == Turn("assistant", "", "thinking")


def numbered(*said: str) -> list[Message]:
    """Questions and answers in turn, with the ids 1, 2 and so on."""
    roles = ("user", "assistant")
    return [
        msgspec.structs.replace(message(roles[number % 2], text), id=number + 1)
        for number, text in enumerate(said)
    ]


def test_from_a_cut_on_the_model_sees_the_branch_and_before_it_only_the_instructions() -> None:
    path = numbered("One", "First", "Two", "Second", "Three")
    assert request_messages(path, "Be brief.", CompactionPoint(7, 1, 3)) == (
        Turn("system", "Be brief."),
        Turn("user", "Two"),
        Turn("assistant", "Second"),
        Turn("user", "Three"),
    )


def test_a_summary_stands_in_the_users_turn_in_front_of_the_first_words_that_are_seen() -> None:
    path = numbered("One", "First", "Two", "Second")
    told = request_messages(path, "", CompactionPoint(7, 1, 3, summary="They counted."), continue_last=True)
    assert [turn.role for turn in told] == ["user", "assistant"]
    assert "They counted." in told[0].content and told[0].content.endswith("Two")
    assert "One" not in told[0].content


def test_the_newest_cut_in_the_branch_counts_and_one_of_another_branch_does_not() -> None:
    cuts = [CompactionPoint(3, 1, 9), CompactionPoint(2, 1, 5), CompactionPoint(1, 1, 3)]
    assert compaction_point_of([1, 2, 3, 4, 5, 6], cuts) == cuts[1]
    # An edit of an early turn: other messages from there on.
    assert compaction_point_of([1, 10, 11], cuts) is None
    assert compaction_point_of([], cuts) is None


@pytest.mark.long
def test_every_template_takes_a_branch_that_begins_with_a_summary() -> None:
    path = numbered("One", "Go4gone", "Qx7later")
    cut = CompactionPoint(7, 1, 3, summary="Sy3before")
    for name, chat_format in real_formats().items():
        text = chat_format.render(request_messages(path, "", cut)).text
        assert "Sy3before" in text and "Qx7later" in text and "Go4gone" not in text, name


def test_a_title_is_the_first_line_of_text_cut_at_a_word() -> None:
    assert title_from("\n\n# Plans for May\nmore") == "Plans for May"
    long = title_from("Why can a mixture-of-experts model of thirty billion parameters run here?")
    assert long == "Why can a mixture-of-experts model of thirty…"
    assert title_from("가" * 80) == "가" * TITLE_LENGTH + "…"


@given(st.text())
def test_a_title_is_one_short_line_for_any_text(text: str) -> None:
    title = title_from(text)
    assert len(title) <= TITLE_LENGTH + 1
    assert len(title.splitlines()) <= 1
