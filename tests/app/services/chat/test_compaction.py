"""Room for a conversation that fills the context: what is offered, and what a choice does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.chat.compaction import first_that_fits, summary_room
from app.services.chat.compaction_values import CompactionOptions, room_to_answer
from app.services.chat.events import BranchShown, SummaryDelta, SummaryEnded, SummaryStarted
from app.services.models.fullness import is_full, is_refused
from app.services.services import open_services
from app.store.records import ChatOptions, Message, ProjectOptions
from engine.api import GenerateRequest, Listener
from engine.errors import ErrorInfo, UserError
from engine.values import Message as Said
from engine.values import Usage
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

CONTEXT = 400
# A token for each four characters, as the scripted engine counts; 25 tokens each.
LONG = "words and " * 10


class House:
    """Services over an engine of `CONTEXT` tokens that answers what `reply` says."""

    def __init__(self, home: Path) -> None:
        self.reply: Callable[[GenerateRequest], tuple[str, ...]] = lambda _: (LONG,)
        self.engine: ScriptedEngine

        def make(listener: Listener) -> ScriptedEngine:
            self.engine = ScriptedEngine(listener, lambda request: self.reply(request), counts=True)
            return self.engine

        self.services = open_services(home, make_engine=make)
        self.services.settings.change(context=CONTEXT)
        self.told = Listening(self.services)
        self.services.models.use("starter", remember=False)
        self.told.model("ready")
        self.id = self.services.conversations.create(ChatOptions()).id

    def say(self, text: str = LONG) -> Message:
        return self.told.finished(self.services.asking.send(self.id, text).id)

    def fill(self) -> Message:
        """Talk until an answer is refused; returns that one."""
        while not is_refused(message := self.say()):
            assert len(self.services.conversations.path(self.id)) < 40
        return message

    def look(self) -> CompactionOptions:
        return self.services.compactor.look(self.id)

    def asked(self) -> str:
        """All that the model was given with the last request."""
        return "\n".join(message.content for message in self.engine.requests[-1].messages)


@pytest.fixture
def house(coterie_home: Path) -> Iterator[House]:
    house = House(coterie_home)
    yield house
    house.services.close()


def test_a_full_conversation_offers_to_leave_out_enough_for_several_turns(house: House) -> None:
    refused = house.fill()
    room = house.look()
    assert (room.leaf, room.context, room.waits, room.problem) == (refused.id, CONTEXT, True, None)
    assert room.needed >= CONTEXT
    assert room.after <= CONTEXT // 2
    path = house.services.conversations.path(house.id)
    assert path.index(room.first) == room.messages
    assert house.services.store.messages.get(room.first).role == "user"
    assert _LEAST <= room.summary < room.needed - room.after
    assert house.services.conversations.get(house.id).leaf == refused.id  # nothing was done


_LEAST = 32


def test_left_out_messages_stay_in_the_chat_and_the_question_is_answered_in_its_place(house: House) -> None:
    refused = house.fill()
    path = house.services.conversations.path(house.id)
    room = house.look()
    cut = house.services.compactor.leave_out(room)
    assert house.told.next(BranchShown).conversation == house.id
    answer = house.services.compactor.answer(room)
    assert answer is not None and answer.id == refused.id
    assert house.told.finished(refused.id).state == "done"
    assert house.services.conversations.path(house.id) == path
    assert len(house.engine.requests[-1].messages) == len(path) - 1 - room.messages
    assert house.services.compactor.cut(house.id, path) == cut and cut.tokens == room.after
    # Several turns fit before the next choice, and none of them changes the beginning of the prompt.
    for _ in range(2):
        assert house.say().state == "done"
        assert house.engine.requests[-1].messages[0] == house.engine.requests[-2].messages[0]


def test_what_is_read_again_after_a_choice_is_not_told_as_an_edit(house: House) -> None:
    house.engine.usage = Usage(recomputed=ErrorInfo("reuse.edited", {"turn": 1, "tokens": 300}))
    house.fill()
    room = house.look()
    house.services.compactor.leave_out(room)
    house.services.compactor.answer(room)
    codes = []
    for message in (house.told.finished(room.leaf), house.say()):
        assert message.usage is not None and message.usage.recomputed is not None
        codes.append(message.usage.recomputed.code)
    assert codes == ["reuse.cut", "reuse.edited"]


def test_what_is_left_out_comes_back_when_the_choice_is_taken_back(house: House) -> None:
    house.fill()
    room = house.look()
    cut = house.services.compactor.leave_out(room)
    house.services.compactor.take_back(cut)
    assert house.look() == room
    house.services.compactor.put_back(cut)
    assert house.look().needed == room.after


def test_an_answer_that_fills_the_context_says_so_and_goes_on_after_the_choice(house: House) -> None:
    for _ in range(5):
        house.say()
    house.reply = lambda _: ("more",) * CONTEXT
    answer = house.say()
    assert is_full(answer) and not is_refused(answer)
    room = house.look()
    assert room.waits and room.messages > 0
    house.services.compactor.leave_out(room)
    house.reply = lambda _: (" at last.",)
    house.services.compactor.answer(room)
    whole = house.told.finished(answer.id)
    assert (whole.state, whole.content) == ("done", answer.content + " at last.")
    assert not is_full(whole)


def test_an_answer_that_fills_the_context_alone_cannot_go_on(house: House) -> None:
    house.say("Ready?")
    house.reply = lambda _: ("more",) * CONTEXT
    answer = house.say()
    assert answer.state == "length" and is_full(answer) and not is_refused(answer)
    assert [notice.code for notice in answer.notices] == ["chat.context_full"]
    room = house.look()
    assert room.first == 0 and room.problem is not None and room.problem.code == "chat.answer_too_long"
    # The next question can be answered: what is before it is then left out.
    house.reply = lambda _: ("Yes.",)
    assert is_refused(house.say("Done?"))
    room = house.look()
    house.services.compactor.leave_out(room)
    house.services.compactor.answer(room)
    assert house.told.finished(room.leaf).content == "Yes."
    assert house.asked() == "Done?"


def test_an_answer_cut_off_by_its_own_limit_is_not_full(house: House) -> None:
    conversation = house.services.conversations.create(ChatOptions(max_tokens=1)).id
    answer = house.told.finished(house.services.asking.send(conversation, "Hello").id)
    assert answer.state == "length" and not is_full(answer)


def test_a_question_that_alone_is_too_long_is_told_so(house: House) -> None:
    house.say()
    assert is_refused(house.say("far too long " * 200))
    room = house.look()
    assert room.first == 0 and room.problem is not None and room.problem.code == "chat.question_too_long"
    assert int(room.problem.params["tokens"]) > CONTEXT


def test_a_summary_stands_for_what_is_left_out_and_can_be_edited_and_taken_back(house: House) -> None:
    house.fill()
    room = house.look()
    cut = house.services.compactor.summarise(room, "They spoke of words.\n", "starter")
    assert (cut.summary, cut.model, cut.first) == ("They spoke of words.", "starter", room.first)
    house.services.compactor.answer(room)
    house.told.finished(room.leaf)
    assert "They spoke of words." in house.asked()
    edited = house.services.compactor.edit_summary(cut, "They spoke of ships.")
    house.say("And?")
    assert "ships" in house.asked() and "spoke of words" not in house.asked()
    assert house.services.compactor.edit_summary(edited, "They spoke of ships. ") == edited
    house.services.compactor.take_back(edited)
    assert house.look().needed > CONTEXT


@pytest.mark.parametrize(
    ("text", "code"), [(" \n", "chat.summary_empty"), (LONG * 20, "chat.summary_too_long")]
)
def test_a_summary_that_is_empty_or_too_long_is_refused_and_nothing_changes(
    house: House, text: str, code: str
) -> None:
    house.fill()
    room = house.look()
    with pytest.raises(UserError) as caught:
        house.services.compactor.summarise(room, text)
    assert caught.value.code == code
    assert house.look() == room


def test_an_edit_of_a_turn_that_a_summary_covers_puts_the_summary_out_of_use(house: House) -> None:
    house.fill()
    room = house.look()
    house.services.compactor.summarise(room, "They spoke of words.")
    question = house.services.conversations.path(house.id)[0]
    edited = house.services.asking.edit(question, "Something else?")
    house.told.finished(edited.id)
    assert house.asked() == "Something else?"
    house.services.conversations.show_sibling(house.services.conversations.path(house.id)[0], -1)
    assert house.look().needed < CONTEXT


def test_of_two_choices_for_one_moment_only_the_first_counts(house: House) -> None:
    house.fill()
    room = house.look()
    cut = house.services.compactor.leave_out(room)
    assert house.services.compactor.leave_out(room) == cut
    house.services.compactor.answer(room)
    house.told.finished(room.leaf)
    house.say("And?")
    with pytest.raises(UserError) as caught:
        house.services.compactor.leave_out(room)
    assert caught.value.code == "chat.moved_on"


def test_a_new_conversation_answers_the_question_that_waited_and_knows_where_it_came_from(
    house: House,
) -> None:
    house.fill()
    begun = house.services.compactor.begin_anew(house.id, "half a th")
    assert (begun.origin, begun.draft) == (house.id, "half a th")
    path = house.services.conversations.path(begun.id)
    assert house.told.finished(path[-1]).state == "done"
    assert house.services.conversations.messages(path)[0].content == LONG
    assert len(house.engine.requests[-1].messages) == 1


def test_a_new_conversation_begins_with_the_draft_where_nothing_waited(house: House) -> None:
    house.say("One?")
    begun = house.services.compactor.begin_anew(house.id, "half a th")
    assert (begun.draft, begun.leaf) == ("half a th", None)
    assert house.services.compactor.begin_anew(house.id).draft == ""
    house.reply = lambda _: ("more",) * CONTEXT
    house.say("Two?")
    assert house.services.compactor.begin_anew(house.id).draft == "Two?"


def test_a_summary_is_written_by_the_model_behind_the_turns_it_stands_for(house: House) -> None:
    house.fill()
    room = house.look()
    house.reply = lambda _: ("They spoke ", "of words.")
    house.services.summaries.begin(room)
    house.told.next(SummaryStarted)
    house.told.next(SummaryDelta)
    ended = house.told.next(SummaryEnded)
    assert (ended.conversation, ended.text, ended.error) == (house.id, "They spoke of words.", None)
    draft = house.services.summaries.draft(house.id)
    assert draft is not None and draft.ended and draft.room == room
    request = house.engine.requests[-1]
    assert request.reasoning == "off" and request.max_tokens == room.summary
    assert "Summarise" in request.messages[-1].content
    assert (
        house.services.store.compaction_points.active(house.id) == []
    )  # nobody has said yet that it is to be used
    house.services.summaries.drop(house.id)
    assert house.services.summaries.draft(house.id) is None


def test_a_summary_of_a_chat_in_a_project_begins_as_its_prompts_do(house: House) -> None:
    project = house.services.projects.create("Sea", ProjectOptions(instructions="Be brief"))
    house.id = house.services.conversations.create(project=project.id).id
    house.say()
    house.fill()
    house.services.summaries.begin(house.look())
    house.told.next(SummaryEnded)
    asked = house.engine.requests[0]
    summed = next(r for r in house.engine.requests if "Summarise" in r.messages[-1].content)
    assert summed.messages[:2] == asked.messages == (Said("system", "Be brief"), Said("user", LONG))


def test_a_summary_can_be_stopped_and_keeps_what_was_written(house: House) -> None:
    house.fill()
    room = house.look()
    house.reply = lambda _: ("They spoke. ",) * 200
    house.engine.pace = 0.01
    house.services.summaries.begin(room)
    house.told.next(SummaryDelta)
    house.services.summaries.stop(house.id)
    ended = house.told.next(SummaryEnded)
    assert ended.error is None and 0 < len(ended.text) < 200 * 12


def test_a_summary_is_dropped_where_the_chat_goes_on_or_is_deleted(house: House) -> None:
    house.fill()
    for go_on in (lambda: house.say("Never mind."), lambda: house.services.conversations.delete(house.id)):
        house.services.summaries.begin(house.look())
        house.told.next(SummaryEnded)
        go_on()
        assert house.services.summaries.draft(house.id) is None


def test_a_summary_by_a_model_that_is_gone_meanwhile_fails_and_the_other_choices_work(house: House) -> None:
    house.fill()
    room = house.look()
    with house.services.models.unloaded():
        house.services.summaries.begin(room)
        ended = house.told.next(SummaryEnded)
        assert ended.error is not None and ended.error.code == "model.not_ready"
        house.services.compactor.leave_out(room)
    house.services.compactor.answer(room)
    assert house.told.finished(room.leaf).state == "done"


def test_a_model_that_writes_nothing_is_told_as_such(house: House) -> None:
    house.fill()
    house.reply = lambda _: ("  ",)
    house.services.summaries.begin(house.look())
    ended = house.told.next(SummaryEnded)
    assert ended.error is not None and ended.error.code == "chat.summary_empty"


def test_more_than_fits_is_summed_up_part_by_part(house: House) -> None:
    house.reply = lambda _: ("ok",)
    for number in range(12):
        house.say(f"Number {number}: {LONG}")
    house.services.models.use("starter", context=256, remember=False)
    house.told.model("loading")
    house.told.model("ready")
    assert is_refused(house.say("And now?"))
    room = house.look()
    before = len(house.engine.requests)
    house.reply = lambda request: (f"Sum {len(house.engine.requests) - before}.",)
    house.services.summaries.begin(room)
    ended = house.told.next(SummaryEnded)
    parts = house.engine.requests[before:]
    assert len(parts) > 1 and ended.text == f"Sum {len(parts)}."
    given = ["\n".join(m.content for m in request.messages) for request in parts]
    assert "Sum 1." in given[1] and "Number 0" in given[0] and "Number 0" not in given[1]
    assert all(f"Number {n}:" in "".join(given) for n in range((room.messages + 1) // 2))


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(0, 1000))
def test_the_first_cut_that_fits_is_found(sizes: list[int], goal: int) -> None:
    falling = sorted(sizes, reverse=True)
    found = first_that_fits(range(len(falling)), lambda n: falling[n], goal)
    fitting = [n for n, size in enumerate(falling) if size <= goal]
    assert found == (fitting[0] if fitting else len(falling) - 1)


@given(st.integers(64, 200_000), st.integers(0, 200_000), st.integers(0, 200_000))
def test_a_summary_leaves_room_for_an_answer_and_is_shorter_than_what_it_stands_for(
    context: int, after: int, gone: int
) -> None:
    summary = summary_room(context, after, gone)
    assert summary == 0 or (
        summary <= gone // 2 and after + summary + room_to_answer(context) <= context and summary >= 32
    )
