from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formats import AssistantMessage, ChatFormat, ContentDelta, Prompt, ReasoningDelta, ReplyParser
from engine.formats.learn.markers import ReasoningMarkers
from tests.engine.formats import templates
from tests.support.counting import assert_linear

PLAIN = ReasoningMarkers()
CHANNELS = ChatFormat.from_template(templates.CHANNELS).markers
PARTS = st.sampled_from(
    [
        *("<think>", "</think>", "<", "</th", "think>", "\n", "\n\n", " ", "a", "word", "<|end|>", "한"),
        *("<|channel|>", CHANNELS.opening, CHANNELS.answer_opening, CHANNELS.early_answer_opening),
    ]
)
REPLIES = st.lists(PARTS, max_size=14).map("".join)


def parse(
    pieces: list[str], markers: ReasoningMarkers = PLAIN, *, opens: bool = False
) -> tuple[AssistantMessage, str, str]:
    """The message, and what was shown of reasoning and answer on the way."""
    parser = ReplyParser(markers, Prompt("", opens_reasoning=opens))
    deltas = [delta for piece in pieces for delta in parser.feed(piece)] + parser.flush()
    shown = [
        "".join(d.text for d in deltas if isinstance(d, kind)) for kind in (ReasoningDelta, ContentDelta)
    ]
    return parser.finish(), shown[0], shown[1]


@given(REPLIES, st.data(), st.sampled_from([PLAIN, CHANNELS]), st.booleans())
def test_the_result_does_not_depend_on_the_cuts(
    reply: str, data: st.DataObject, markers: ReasoningMarkers, opens: bool
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    whole = parse([reply], markers, opens=opens)
    assert parse(pieces, markers, opens=opens) == whole
    assert parse(list(reply), markers, opens=opens) == whole
    assert (whole[0].reasoning, whole[0].content) == whole[1:]


@given(REPLIES, st.booleans())
def test_no_visible_character_is_lost(reply: str, opens: bool) -> None:
    message, _, _ = parse([reply], opens=opens)
    # Characters that no marker has.
    kept = [character for character in message.reasoning + message.content if character in "wd한"]
    assert kept == [character for character in reply if character in "wd한"]


def test_reasoning_and_answer_are_told_apart() -> None:
    message, _, _ = parse(["<think>\nFirst.\n\nThen.\n</think>\n\nYes.\n"])
    assert message == AssistantMessage("First.\n\nThen.", "Yes.\n")


def test_a_reply_that_starts_inside_needs_no_opening_tag() -> None:
    assert parse(["Hm.</think>Yes."], opens=True)[0] == AssistantMessage("Hm.", "Yes.")
    assert parse(["<think>Hm.</think>Yes."], opens=True)[0] == AssistantMessage("Hm.", "Yes.")


def test_a_tag_later_in_the_answer_is_text() -> None:
    text = "Write <think> and </think> around it."
    assert parse([text])[0] == AssistantMessage("", text)


def test_only_the_first_end_closes() -> None:
    assert parse(["<think>a</think>b</think>c"])[0] == AssistantMessage("a", "b</think>c")


def test_text_that_ends_inside_the_reasoning_is_flagged() -> None:
    message, shown, _ = parse(["<think>so </thi"])
    assert message == AssistantMessage("so </thi", truncated_in="reasoning")
    assert shown == "so </thi"


def test_a_marker_split_over_pieces_is_never_shown() -> None:
    parser = ReplyParser(PLAIN, Prompt(""))
    assert parser.feed(" <th") == []
    assert parser.feed("ink>a\n</thi") == [ReasoningDelta("a")]
    assert parser.feed("nk>\n") == []
    assert parser.feed("\nb") == [ContentDelta("b")]


def test_an_empty_block_is_no_reasoning() -> None:
    assert parse(["<think>\n\n</think>\n\nYes"])[0] == AssistantMessage("", "Yes")


def test_the_indent_of_the_first_line_is_kept() -> None:
    assert parse(["<think>a</think>\n\n    code"])[0].content == "    code"
    assert parse([" Hello"])[0].content == " Hello"


@pytest.mark.parametrize("opening", [CHANNELS.answer_opening, CHANNELS.early_answer_opening])
def test_channels_are_taken_off(opening: str) -> None:
    assert parse([f"{opening}Yes."], CHANNELS)[0] == AssistantMessage("", "Yes.")
    reply = f"<|channel|>analysis<|message|>Hm.<|end|>{CHANNELS.answer_opening}Yes."
    assert parse([reply], CHANNELS)[0] == AssistantMessage("Hm.", "Yes.")


@pytest.mark.parametrize("unit", ["\n", "<", "</think", "a ", "<think>"])
@pytest.mark.parametrize("opens", [True, False])
def test_time_grows_with_the_length_only(unit: str, opens: bool) -> None:
    def parsed(count: int) -> None:
        parser = ReplyParser(PLAIN, Prompt("", opens_reasoning=opens))
        for _ in range(count):
            parser.feed(unit)
        parser.finish()

    assert_linear(lambda: parsed(12_500), lambda: parsed(50_000))
