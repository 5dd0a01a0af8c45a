"""From a branch of stored messages to the messages of a request."""

from hypothesis import given
from hypothesis import strategies as st

from app.services.prompting import TITLE_LENGTH, request_messages, title_from
from app.store.records import Message
from engine.api import Message as Turn


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


def test_an_answer_that_failed_is_left_out_and_the_questions_around_it_are_joined() -> None:
    path = [message("user", "One"), message("assistant", ""), message("user", "Two")]
    assert request_messages(path, " ") == (Turn("user", "One\n\nTwo"),)


def test_the_answer_to_continue_stays_even_when_only_its_reasoning_was_written() -> None:
    path = [message("user", "One"), message("assistant", "", "thinking")]
    assert request_messages(path, "", continue_last=True)[-1] == Turn("assistant", "", "thinking")


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
