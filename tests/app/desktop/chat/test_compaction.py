"""A chat that fills the context: what is offered at its end, and what a choice does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt

from app.desktop.chat.compaction.compaction_card import RoomCard
from app.desktop.chat.compaction.compaction_marker import CutLine, OriginLine
from tests.app.desktop.conftest import Running
from tests.support.window.chat import answer, editor, ending
from tests.support.window.chat_windows import open_chat, opened
from tests.support.window.main_window import tokens_in_use
from tests.support.window.pressing import press
from tests.support.window.reading import labels, text_called

CONTEXT = 400
# 25 tokens, as the scripted engine counts.
LONG = ("words and " * 10).strip() + "."


def begin(make_desktop: Callable[..., Running], turns: int) -> Running:
    """A chat of so many turns that is open, of 50 tokens each, and a model of `CONTEXT` tokens that is loaded."""
    running = make_desktop(answer=lambda _: (LONG,), counts=True, settings={"context": CONTEXT}).ready()
    store = running.services.store
    id = running.services.conversations.create().id
    running.services.conversations.rename(id, "Words")
    leaf = None
    for _ in range(turns):
        for role in ("user", "assistant"):
            leaf = store.messages.add(id, leaf, role, LONG).id  # type: ignore[arg-type]
    running.window.chat.shown.open(id)
    running.until(lambda: len(running.window.chat.transcript.ids) == 2 * turns)
    return running


def ask(running: Running) -> None:
    edit = running.window.chat.composer.edit
    edit.setPlainText(LONG)
    running.qtbot.keyClick(edit, Qt.Key.Key_Return)


@pytest.fixture
def full(make_desktop: Callable[..., Running]) -> Running:
    """A chat whose last question was not answered for want of room."""
    running = begin(make_desktop, 8)
    ask(running)
    running.until(lambda: running.window.chat.room.card is not None and card(running).state == "choices")
    return running


def card(running: Running) -> RoomCard:
    found = running.window.chat.room.card
    assert found is not None
    return found


def shown(running: Running) -> list[str]:
    return [choice for choice, row in card(running).rows.items() if row.isVisible()]


def lines(running: Running, kind: type[CutLine] | type[OriginLine] = CutLine) -> list[CutLine | OriginLine]:
    return [line for line in running.window.chat.transcript.column.findChildren(kind) if line.isVisible()]


def test_a_full_chat_offers_what_can_be_done_with_its_numbers(full: Running) -> None:
    assert shown(full) == ["summarise", "leave_out", "anew", "larger"]
    room = card(full).room
    assert room is not None
    about = card(full).rows["leave_out"].accessibleDescription()
    assert f"first {room.messages} messages" in about and f"{CONTEXT - room.after} of {CONTEXT}" in about
    assert not full.window.chat.room.strip.isVisible()
    # It is told once: the answer's own strip is away.
    assert ending(answer(full.window.chat.transcript, room.leaf)) is None


def test_the_offer_is_reached_by_enter_and_seen_from_its_beginning_in_a_small_window(full: Running) -> None:
    edit = full.window.chat.composer.edit
    edit.setFocus()
    full.qtbot.keyClick(edit, Qt.Key.Key_Return)
    full.until(card(full).rows["summarise"].hasFocus)
    full.window.resize(700, 460)
    transcript = full.window.chat.transcript
    full.until(lambda: card(full).height() > transcript.height())
    full.until(lambda: 0 <= card(full).mapTo(transcript, QPoint(0, 0)).y() < 40)


def test_leaving_out_answers_the_question_and_marks_from_where_on_the_model_sees(full: Running) -> None:
    room = card(full).room
    assert room is not None
    path = full.window.chat.transcript.ids
    full.qtbot.mouseClick(card(full).rows["leave_out"], Qt.MouseButton.LeftButton)
    full.until(lambda: full.services.store.messages.get(room.leaf).state == "done")
    full.until(lambda: len(lines(full)) == 1)
    assert full.window.chat.room.card is None
    assert full.window.chat.transcript.ids == path
    (line,) = lines(full)
    assert f"does not see the {room.messages} messages above" in line.accessibleName()
    assert full.window.toast.isVisible()
    full.window.toast.undo()
    full.until(lambda: not lines(full))
    assert full.services.store.compaction_points.active(room.conversation) == []


def test_a_summary_is_looked_at_changed_and_used(full: Running) -> None:
    full.engine.answer = lambda _: ("They spoke ", "of words.")
    room = card(full).room
    assert room is not None
    full.qtbot.mouseClick(card(full).rows["summarise"], Qt.MouseButton.LeftButton)
    full.until(lambda: card(full).state == "review")
    summary = editor(card(full), "Summary")
    assert summary.toPlainText() == "They spoke of words."
    assert full.services.store.compaction_points.active(room.conversation) == []
    summary.setPlainText("They spoke of ships.")
    full.qtbot.keyClick(summary, Qt.Key.Key_Return)
    full.until(lambda: full.services.store.messages.get(room.leaf).state == "done")
    full.until(lambda: len(lines(full)) == 1)
    assert "They spoke of ships." in full.engine.requests[-1].messages[0].content
    (line,) = lines(full)
    assert isinstance(line, CutLine)
    press(line, "Show summary")
    assert text_called(line, "Summary") == "They spoke of ships."
    press(line, "Undo")
    full.until(lambda: not lines(full))


def test_a_summary_that_is_discarded_or_empty_leaves_the_choices(full: Running) -> None:
    full.engine.answer = lambda _: ("They spoke.",)
    full.qtbot.mouseClick(card(full).rows["summarise"], Qt.MouseButton.LeftButton)
    full.until(lambda: card(full).state == "review")
    full.qtbot.keyClick(editor(card(full), "Summary"), Qt.Key.Key_Escape)
    full.until(lambda: card(full).state == "choices")
    full.engine.answer = lambda _: (" ",)
    full.qtbot.mouseClick(card(full).rows["summarise"], Qt.MouseButton.LeftButton)
    full.until(lambda: any("is empty" in words for words in labels(card(full))))
    assert shown(full) == ["summarise", "leave_out", "anew", "larger"]


def test_a_new_chat_answers_the_question_and_leads_back(full: Running) -> None:
    old = full.window.chat.shown.now.conversation
    assert old is not None
    full.qtbot.mouseClick(card(full).rows["anew"], Qt.MouseButton.LeftButton)
    full.until(
        lambda: (
            full.window.chat.shown.now.conversation not in (None, old) and len(lines(full, OriginLine)) == 1
        )
    )
    assert full.services.store.messages.get(full.window.chat.transcript.ids[0]).content == LONG
    (line,) = lines(full, OriginLine)
    press(line, re.compile("^Open “"))
    full.until(lambda: full.window.chat.shown.now.id == old.id)
    full.until(lambda: full.window.chat.room.card is not None and card(full).state == "choices")


def test_the_next_message_takes_the_offer_away_and_it_comes_again_where_that_does_not_fit(
    full: Running,
) -> None:
    before = card(full)
    ask(full)
    full.until(lambda: full.window.chat.room.card not in (None, before) and card(full).state == "choices")
    assert card(full).room is not None and full.window.chat.transcript.ids[-1] == card(full).room.leaf  # type: ignore[union-attr]


def test_the_offer_waits_for_a_model_that_loads_and_is_the_answer_where_it_can_read_more(
    full: Running,
) -> None:
    full.engine.hold.set()
    full.services.models.use("starter", context=8192, remember=False)
    full.until(lambda: full.services.models.state.state == "loading")
    chat = full.window.chat
    assert chat.shown.now.conversation is not None
    chat.room.measure(chat.shown.now.conversation.id, chat.transcript.ids)
    full.until(lambda: card(full).state == "loading")
    assert shown(full) == []
    full.engine.hold.clear()
    full.until(lambda: shown(full) == ["answer"])
    leaf = full.window.chat.transcript.ids[-1]
    full.qtbot.mouseClick(card(full).rows["answer"], Qt.MouseButton.LeftButton)
    full.until(lambda: full.services.store.messages.get(leaf).state == "done")
    full.until(lambda: full.window.chat.room.card is None)


def test_who_makes_room_in_good_time_is_warned_once(make_desktop: Callable[..., Running]) -> None:
    running = begin(make_desktop, 7)
    chat = running.window.chat
    assert not chat.room.strip.isVisible()
    ask(running)
    running.until(chat.room.strip.isVisible)
    assert chat.room.card is None
    press(chat.room.strip, "Free up space…")
    running.until(lambda: card(running).state == "choices")
    assert any("soon" in words for words in labels(card(running))) and not chat.room.strip.isVisible()
    path = chat.transcript.ids
    running.qtbot.mouseClick(card(running).rows["leave_out"], Qt.MouseButton.LeftButton)
    running.until(lambda: len(lines(running)) == 1)
    assert chat.room.card is None and chat.transcript.ids == path  # nothing waited for an answer
    running.until(lambda: not chat.room.strip.isVisible() and tokens_in_use(chat.header) <= CONTEXT // 2 + 40)


def test_what_is_chosen_in_one_window_is_offered_no_more_in_the_other(full: Running) -> None:
    full.engine.answer = lambda _: ("They spoke.",)
    there = opened(full, open_chat(full)).chat.room
    full.until(lambda: there.card is not None and there.card.state == "choices")
    full.qtbot.mouseClick(card(full).rows["summarise"], Qt.MouseButton.LeftButton)
    full.until(lambda: card(full).state == "review")
    assert there.card is not None
    full.until(lambda: there.card.state == "review")
    full.qtbot.keyClick(editor(there.card, "Summary"), Qt.Key.Key_Escape)
    full.until(lambda: card(full).state == there.card.state == "choices")
    full.qtbot.mouseClick(there.card.rows["leave_out"], Qt.MouseButton.LeftButton)
    full.until(lambda: there.card is None and full.window.chat.room.card is None)
    full.until(lambda: not full.services.answers.answering() and len(lines(full)) == 1)


def test_a_summary_that_one_window_uses_is_not_looked_at_in_the_other(
    make_desktop: Callable[..., Running],
) -> None:
    running = begin(make_desktop, 7)
    ask(running)
    running.until(running.window.chat.room.strip.isVisible)
    running.engine.answer = lambda _: ("They spoke.",)
    there = opened(running, open_chat(running))
    press(running.window.chat.room.strip, "Free up space…")
    running.until(lambda: card(running).state == "choices")
    running.qtbot.mouseClick(card(running).rows["summarise"], Qt.MouseButton.LeftButton)
    running.until(lambda: card(running).state == "review")
    there.chat.room.measure(there.conversation, there.chat.transcript.ids)
    running.until(lambda: there.chat.room.card is not None and there.chat.room.card.state == "review")
    running.qtbot.keyClick(editor(card(running), "Summary"), Qt.Key.Key_Return)
    running.until(lambda: there.chat.room.card is None and running.window.chat.room.card is None)
