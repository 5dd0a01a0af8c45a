"""Whatever a run has gathered, what the model is asked fits, and is what the journal says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.api import ModelRequest, ModelResponse
from agents.budget import Budget
from agents.context.budget import shares
from agents.context.fitting import Fitted, fit
from agents.context.history import History
from agents.context.rendering import rendered
from agents.context.results import result_text
from agents.context.token_counter import Meter
from agents.context.token_counts import weigh
from agents.events import ContextTrimmed, RunEvent, RunResumed
from engine.errors import UserError
from engine.values import Message, Usage
from tests.support.agents.counting import ByteBrain, StarterBrain
from tests.support.agents.journals import ListJournal
from tests.support.agents.made_runs import NamedTool, called, result, started, step, steps, turn

pytestmark = pytest.mark.long

TOOLS = (
    NamedTool("read_file", "Read a file.", path="Which."),
    NamedTool("write_file", "Write a file.", path="Which."),
)
LOREM = "The quick brown fox jumps over the lazy dog; 42 times in all.\n"


def fitted(
    events: list[RunEvent], context: int = 4096, chat_model: ByteBrain | StarterBrain | None = None
) -> Fitted:
    return fit(History.of(events), Meter(chat_model or ByteBrain(context)), TOOLS, ListJournal(), context)


def reasons(fitted: Fitted) -> list[str]:
    return [trim.reason for trim in fitted.trims]


def text_of(messages: tuple[Message, ...]) -> str:
    return "\n".join(message.content for message in messages)


def test_a_short_run_is_left_alone_and_the_parts_add_up() -> None:
    made = fitted([started(), *steps(2)])
    assert made.trims == () and made.messages == rendered(History.of([started(), *steps(2)]))
    assert sum(part.tokens for part in made.parts) == 4096
    assert {part.name: part.count for part in made.parts} == {
        "system": 1,
        "tools": 2,
        "task": 1,
        "turns": 2,
        "results": 2,
        "reserve": 1,
    }
    assert made.max_tokens == 4096 - made.tokens


def test_old_results_are_shortened_first_and_the_newest_stays_whole() -> None:
    made = fitted([started(), *steps(8, LOREM * 25)])
    assert reasons(made) == ["results"] and made.tokens <= shares(4096).room
    whole = [
        message for message in made.messages if message.role == "tool" and "left out" not in message.content
    ]
    assert made.messages[-1] in whole
    # Those that stayed whole are the last ones.
    brought = [message for message in made.messages if message.role == "tool"]
    assert brought[-len(whole) :] == whole
    assert 'read_result(handle="r1", offset=' in text_of(made.messages)


def test_the_trims_taken_in_give_the_very_messages_that_were_counted() -> None:
    history = History.of(
        [started(), *steps(40, LOREM * 15, content="I look further.", reasoning="Hm. " * 60)]
    )
    chat_model = ByteBrain()
    made = fit(history, Meter(chat_model), TOOLS, ListJournal(), 4096)
    assert reasons(made) == ["results", "reasoning", "turns"]
    assert rendered(history.after(made.trims)) == made.messages
    assert [t.after_tokens for t in made.trims][-1] == made.tokens <= shares(4096).low * 1.15
    again = fit(history.after(made.trims), Meter(chat_model), TOOLS, ListJournal(), 4096)
    assert again.trims == () and again.tokens == made.tokens


def test_old_turns_become_lines_that_name_calls_and_results() -> None:
    made = fitted([started(), *steps(60, "three files", content="Next.")], 2048)
    opening = made.messages[1].content
    assert opening.startswith("Tidy the folder.\n\n[text from your older steps")
    assert 'read_file(path="c' in opening and "-> ok: three files" in opening
    assert opening.count("\n") < 60 and "calls (read_file" in opening


def test_words_of_the_user_are_never_trimmed() -> None:
    events = [
        started("First wish."),
        *steps(30, LOREM * 9),
        RunResumed(Budget(), "Second wish."),
        *steps(30, LOREM * 9),
    ]
    text = text_of(fitted(events, 2048).messages)
    assert "First wish." in text and "Second wish." in text


def test_fifty_calls_of_one_turn_fit_into_a_small_context() -> None:
    names = [f"c{number}" for number in range(50)]
    events = [
        started(),
        turn(1, calls=names),
        *(called(1, n) for n in names),
        *(result(n, LOREM * 20) for n in names),
    ]
    for context in (2048, 4096, 8192):
        made = fitted(events, context)
        assert made.tokens <= shares(context).room
        calls = [call.id for message in made.messages for call in message.tool_calls]
        assert [message.tool_call_id for message in made.messages if message.role == "tool"] == calls


def test_a_task_longer_than_its_share_is_refused_with_the_numbers() -> None:
    with pytest.raises(UserError) as refused:
        fitted([started(LOREM * 300)])
    assert refused.value.code == "run.task_too_long"
    assert refused.value.params["tokens"] > 4000 > refused.value.params["room"] > 1000


def test_a_context_that_cannot_hold_the_beginning_is_refused_with_the_numbers() -> None:
    with pytest.raises(UserError) as refused:
        fitted([started(system=LOREM * 300)])
    assert refused.value.code == "run.context_too_small"
    assert refused.value.params["needed"] > refused.value.params["room"] == shares(4096).room


def test_the_beginning_of_the_prompt_keeps_its_bytes_from_step_to_step() -> None:
    """What was sent is the beginning of what is sent next, but after the few turns in which something is trimmed."""
    chat_model, journal = StarterBrain(), ListJournal()
    meter, history, last, changed = Meter(chat_model), History.of([started()]), "", 0
    for number in range(1, 41):
        made = fit(history, meter, TOOLS, journal, 4096)
        for trim in made.trims:
            history.add(trim)
        prompt = chat_model.format.render(made.messages, made.tools).text
        system = prompt.split("<|im_end|>", 1)[0]
        assert not last or system == last.split("<|im_end|>", 1)[0]
        stem = last.removesuffix("<|im_start|>assistant\n")
        changed += not prompt.startswith(stem)
        assert prompt.startswith(stem) or made.trims
        last = prompt
        for event in step(number, LOREM * 12):
            history.add(event)
    assert 0 < changed < 12


@pytest.mark.model
@pytest.mark.parametrize("context", [2048, 4096, 131072])
def test_with_the_starters_tokens_a_result_of_200_kb_fits_and_so_does_what_follows(context: int) -> None:
    chat_model, journal = StarterBrain(context), ListJournal()
    meter, history = Meter(chat_model), History.of([started()])
    for number in range(1, 31 if context < 8192 else 12):
        text = "".join(f"{number} {line}: {LOREM}" for line in range(3000))
        shown = result_text(text, meter, context, journal)
        for event in step(number, shown.text, handle=shown.handle, untrusted=True):
            history.add(event)
        made = fit(history, meter, TOOLS, journal, context)
        for trim in made.trims:
            history.add(trim)
        assert (
            chat_model.prompt(ModelRequest(made.messages, made.tools)) == made.tokens <= shares(context).room
        )
        assert made.max_tokens >= min(context - made.tokens, shares(context).answer)
        assert rendered(history) == made.messages


RUN = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.integers(0, 3000),
        st.sampled_from(["x", "단어 ", "word ", "line\n", "{}[]"]),
        st.integers(0, 400),
        st.sampled_from(["", "Why? ", "m" * 40]),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(RUN, st.sampled_from([1024, 2048, 4096, 16384]))
def test_any_run_fits_and_no_call_is_parted_from_its_result(
    run: list[tuple[int, int, str, int, str]], context: int
) -> None:
    meter, journal, history = Meter(ByteBrain(context)), ListJournal(), History.of([started()])
    for number, (calls, length, text, said, reasoning) in enumerate(run, 1):
        names = [f"{number}-{place}" for place in range(calls)]
        events = [turn(number, "s" * said, names, reasoning * 20), *(called(number, name) for name in names)]
        for event in events:
            history.add(event)
        for name in names:
            shown = result_text(text * length, meter, context, journal)
            assert meter.texts([shown.text])[0] <= shares(context).result
            history.add(result(name, shown.text, handle=shown.handle))
        made = fit(history, meter, TOOLS, journal, context)
        for trim in made.trims:
            history.add(trim)
        assert rendered(history) == made.messages
        assert made.tokens <= shares(context).room and made.max_tokens >= 1
        assert made.tokens == weigh(history, meter, made.tools).prompt
        calls_shown = [call.id for message in made.messages for call in message.tool_calls]
        assert calls_shown == [message.tool_call_id for message in made.messages if message.role == "tool"]


def test_a_long_run_does_not_measure_old_texts_again() -> None:
    chat_model, journal = ByteBrain(32768), ListJournal()
    meter, history = Meter(chat_model), History.of([started()])
    for number in range(1, 201):
        for event in step(number, f"{number}: {LOREM * 10}"):
            history.add(event)
        made = fit(history, meter, TOOLS, journal, 32768)
        for trim in made.trims:
            history.add(trim)
    sizes = [len(texts) for _, texts in chat_model.measured]
    assert sum(size <= 3 for size in sizes) > len(sizes) * 0.9
    texts = [text for _, texts in chat_model.measured for text in texts]
    assert len(texts) == len(set(texts))
    assert len(chat_model.measured) < 260


def test_a_summary_by_the_model_stands_for_turns_when_lines_do_not_hold_them() -> None:
    told = "Found: a.txt has the total 42. " * 4
    chat_model = ByteBrain(8192, [ModelResponse(told, usage=Usage(900, 0, 60))])
    events = [started("Find the total."), *steps(120, LOREM * 9, content="I look further. " * 6)]
    made = fitted(events, 8192, chat_model)
    trim = next(trim for trim in made.trims if trim.reason == "turns")
    assert (trim.by_model, trim.text, trim.usage.completion_tokens) == (True, told.strip(), 60)
    assert told.strip() in made.messages[1].content
    (asked,) = chat_model.asked
    assert chat_model.prompt(asked) + asked.max_tokens <= 8192 and asked.tools == ()
    # The next lines go on from it.
    later = History.of([*events, *made.trims, *(e for n in range(121, 200) for e in step(n, LOREM * 9))])
    again = fit(later, Meter(ByteBrain(8192)), TOOLS, ListJournal(), 8192)
    assert told.strip() in again.messages[1].content and not again.trims[-1].by_model


@pytest.mark.parametrize(
    "answer", [ModelResponse(), ModelResponse("x" * 90_000), ModelResponse("Well", finish_reason="cancelled")]
)
def test_without_a_useful_summary_the_lines_stand(answer: ModelResponse) -> None:
    chat_model = ByteBrain(8192, [answer])
    made = fitted([started(), *steps(120, LOREM * 9, content="I look. " * 9)], 8192, chat_model)
    trim = next(trim for trim in made.trims if trim.reason == "turns")
    assert chat_model.asked and not trim.by_model and "calls (read_file" in trim.text


def test_the_repeats_of_a_loop_are_no_longer_counted() -> None:
    before = fitted([started(), *steps(6)])
    after = fitted([started(), *steps(6), ContextTrimmed("loop", calls=("c3", "c4", "c5"))])
    assert after.tokens < before.tokens
