"""Why a prompt is read again."""

import pytest

from engine.api import GenerateRequest
from engine.errors import ErrorInfo
from engine.local.prompt_cache.cache_miss import FEWEST, CacheMisses
from engine.values import Message

SYSTEM = Message("system", "You are brief.")
TURNS = (SYSTEM, Message("user", "one"), Message("assistant", "1"), Message("user", "two"))
BEFORE = list(range(1000))
DIFFERENT = [*BEFORE[:100], *range(5000, 6000)]


def request(*messages: Message, **options: object) -> GenerateRequest:
    return GenerateRequest(1, messages, conversation="c", **options)  # type: ignore[arg-type]


def known() -> CacheMisses:
    recomputing = CacheMisses()
    recomputing.note(request(*TURNS), BEFORE)
    return recomputing


def test_a_follow_up_that_goes_on_needs_no_word() -> None:
    follow_up = request(*TURNS, Message("assistant", "2"), Message("user", "three"))
    assert known().why(follow_up, [*BEFORE, *range(2000, 2500)], 1000) is None


def test_an_edited_turn_is_named() -> None:
    edited = request(SYSTEM, Message("user", "one"), Message("assistant", "1"), Message("user", "2!"))
    assert known().why(edited, DIFFERENT, 100) == ErrorInfo("reuse.edited", {"turn": 2, "tokens": 900})


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (request(Message("system", "Be long."), *TURNS[1:]), "reuse.instructions"),
        (request(*TURNS, tools=({"type": "function"},)), "reuse.tools"),
        (request(*TURNS, reasoning="high"), "reuse.reasoning"),
        (request(*TURNS), "reuse.template"),
    ],
)
def test_what_changed_the_prompt_is_named(now: GenerateRequest, code: str) -> None:
    assert known().why(now, DIFFERENT, 100) == ErrorInfo(code, {"tokens": 900})


def test_what_was_in_memory_and_could_not_be_cut_is_told_apart_from_what_was_not_there() -> None:
    recomputing = known()
    assert recomputing.why(request(*TURNS), BEFORE, 0, steps_back=False) == ErrorInfo(
        "reuse.cannot_step_back", {"tokens": 1000}
    )
    assert recomputing.why(request(*TURNS), BEFORE, 0) == ErrorInfo("reuse.not_kept", {"tokens": 1000})


def test_a_few_tokens_are_not_worth_a_word() -> None:
    assert known().why(request(*TURNS), DIFFERENT[:160], 160 - FEWEST + 1) is None


def test_a_conversation_seen_for_the_first_time_is_read_again_only_when_it_has_answers() -> None:
    recomputing = CacheMisses()
    assert recomputing.why(request(Message("user", "one")), BEFORE, 0) is None
    # The last question, some 140 of the 1000 tokens by its length, would have been read in any case.
    assert recomputing.why(request(*TURNS), BEFORE, 0) == ErrorInfo("reuse.not_kept", {"tokens": 857})
    assert recomputing.why(request(*TURNS), BEFORE, 800) is None


def test_a_forgotten_conversation_is_a_new_one() -> None:
    recomputing = known()
    recomputing.forget("c")
    assert recomputing.why(request(Message("user", "one")), BEFORE, 0) is None
