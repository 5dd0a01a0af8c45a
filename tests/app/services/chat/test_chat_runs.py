"""Answers of a chat with tools: carried out as runs, with what was said before, and as any other answer besides."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.api import ModelRequest, ModelResponse, NewText
from agents.context import prompts
from agents.events import RunFinished, RunStarted, ToolResult
from agents.permissions.values import ApprovalRequest, Decision
from agents.run.run import Run
from app.services.chat.events import AnswerRestarted, AnswerRun
from app.services.models.events import AnswerFinished, PromptProgress, TextDelta
from app.services.runs.events import RunAsks, RunChanged
from app.services.runs.values import RunSpec
from app.services.services import open_services
from app.store.records import ChatOptions, ChatTools, CompactionPoint, Message
from engine.api import Listener
from engine.errors import ErrorInfo, UserError
from engine.values import Sampling, ToolCall
from tests.support.agents.chatting import Chatting
from tests.support.agents.scripted_brain import broken, calls, says
from tests.support.agents.strange_notes import strange_note
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

WRITE = ("write_file", {"path": "notes.txt", "content": "hello\n"})


@pytest.fixture
def chatting(coterie_home: Path, tmp_path: Path) -> Iterator[Chatting]:
    made = Chatting(coterie_home, tmp_path / "work", says("Hello."))
    yield made
    made.close()


@pytest.fixture
def told(chatting: Chatting) -> Listening:
    return Listening(chatting.services)


@pytest.fixture
def ask(chatting: Chatting, told: Listening) -> Callable[..., Message]:
    """Say something and wait for the answer."""

    def say(chat: int, text: str, *replies: Any) -> Message:
        chatting.say(*replies)
        return told.finished(chatting.services.asking.send(chat, text).id)

    return say


def question(told: Listening) -> ApprovalRequest:
    asked = told.next(RunAsks, lambda event: event.request is not None).request
    assert asked is not None
    return asked


def test_an_answer_is_carried_out_with_tools_and_ends_with_the_models_last_words(
    chatting: Chatting, told: Listening, ask: Callable[..., Message]
) -> None:
    chat = chatting.chat()
    answer = ask(chat, "Make notes.txt", calls(WRITE, text="I write it."), says("It is there."))
    assert (answer.state, answer.content, answer.tool_calls) == ("done", "It is there.", ())
    assert (chatting.folder / "notes.txt").read_text() == "hello\n"
    assert answer.usage is not None and answer.usage.completion_tokens == 13
    conversations, runs = chatting.services.conversations, chatting.services.runs
    assert conversations.get(chat).title == "Make notes.txt"
    assert [hit.conversation.id for hit in conversations.search("is there")] == [chat]
    run = runs.get(answer.run)
    assert (run.state, run.conversation, run.task) == ("completed", chat, "Make notes.txt")
    assert run.model == conversations.get(chat).options.model, "whatever is chosen elsewhere before it begins"
    assert runs.all() == [], "it is found in its chat, and not among the runs"


def test_an_answer_plans_first_where_its_question_begins_with_the_command(
    chatting: Chatting, told: Listening
) -> None:
    chat, runs = chatting.chat(), chatting.services.runs
    plan = ("update_plan", {"items": [{"text": "Write notes.txt"}]})
    chatting.say(calls(plan), calls(WRITE), says("It is there."))
    answer = chatting.services.asking.send(chat, "/plan Make notes.txt")
    asked = question(told)
    assert (asked.kind, asked.steps) == ("plan", ("Write notes.txt",))
    assert not (chatting.folder / "notes.txt").exists()
    assert runs.decide(asked.run, asked.call, Decision(True))
    ended = told.finished(answer.id)
    assert ended.content == "It is there."
    assert ended.notices == (ErrorInfo("run.left", {"steps": "Write notes.txt"}),)
    assert runs.get(asked.run).task == "Make notes.txt"
    assert chatting.services.conversations.get(chat).title == "Make notes.txt"


def test_a_plan_that_is_asked_about_is_no_longer_the_text_of_the_answer(
    chatting: Chatting, told: Listening
) -> None:
    chatting.say(says("I take the dates from the names.\n\n1. Read\n2. Sort"), says("Sorted."))
    answer = chatting.services.asking.send(chatting.chat(), "/plan Sort")
    asked = question(told)
    assert asked.steps == ("Read", "Sort")
    assert any(isinstance(event, AnswerRestarted) for event in told.seen)
    assert chatting.services.answers.text_after(answer.id, 0) in (("", ""), None)
    assert chatting.services.runs.decide(asked.run, asked.call, Decision(True))
    assert told.finished(answer.id).content == "Sorted."


def test_a_plan_without_tools_is_refused_in_a_sentence(chatting: Chatting, told: Listening) -> None:
    chat = chatting.services.conversations.create().id
    answer = told.finished(chatting.services.asking.send(chat, "/plan Make notes.txt").id)
    assert answer.state == "failed" and answer.error == ErrorInfo("chat.plan_needs_tools")


def test_text_of_a_turn_with_calls_is_a_step_and_not_a_part_of_the_answer(
    chatting: Chatting, told: Listening, ask: Callable[..., Message]
) -> None:
    answer = ask(chatting.chat(), "Make notes.txt", calls(WRITE, text="I write it."), says("It is there."))
    of_answer = [e for e in told.seen if isinstance(e, TextDelta | AnswerRestarted | AnswerRun)]
    shown = [
        type(event).__name__ if not isinstance(event, TextDelta) else event.content for event in of_answer
    ]
    assert shown == ["AnswerRun", "I write it.", "AnswerRestarted", "It is there."]
    owners = {e.owner.message if isinstance(e, TextDelta) else e.message for e in of_answer}
    assert owners == {answer.id}


def test_later_answers_are_told_the_calls_and_results_of_earlier_ones(
    chatting: Chatting, ask: Callable[..., Message]
) -> None:
    (chatting.folder / "secret.txt").write_text("the word is heron\n")
    chat = chatting.chat()
    read = calls(("read_file", {"path": "secret.txt"}))
    ask(chat, "What is the word?", read, says("Heron."))
    ask(chat, "And backwards?", says("Noreh."))
    seen = chatting.chat_model.asks[-1].messages
    assert [message.role for message in seen] == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert seen[2].tool_calls[0].id == seen[3].tool_call_id
    assert "the word is heron" in seen[3].content and seen[3].content.startswith("[text from read_file]")
    assert [seen[1].content, seen[4].content, seen[5].content] == [
        "What is the word?",
        "Heron.",
        "And backwards?",
    ]


def strangers_words(chatting: Chatting, home: Path) -> ModelResponse:
    """A turn that brings in what the workspace doesn't vouch for: a note of who knows what run."""
    strange_note(home, chatting.folder, "words")
    return calls(("read_notes", {"name": "n"}))


def test_an_answer_is_told_a_summary_in_the_place_of_what_it_stands_for(
    chatting: Chatting, told: Listening, ask: Callable[..., Message], coterie_home: Path
) -> None:
    chat = chatting.chat()
    ask(chat, "Read it", strangers_words(chatting, coterie_home), says("Read."))
    asked = ask(chat, "And now?", says("Nothing."))
    assert asked.parent is not None

    def again(summary: str) -> tuple[list[str], bool]:
        """What is said to the model now, and whether its run is careful."""
        chatting.services.store.compaction_points.add(
            CompactionPoint(0, chat, asked.parent or 0, summary=summary)
        )
        chatting.say(says("Nothing."))
        answer = told.finished(chatting.services.asking.regenerate(asked.id).id)
        started = chatting.services.runs.entries(answer.run)[0].event
        assert isinstance(started, RunStarted)
        return [message.content for message in chatting.chat_model.asks[-1].messages[1:]], started.tainted

    # It was written of text that came from outside.
    (words,), tainted = again("A page was read.")
    assert "A page was read." in words and words.endswith("And now?") and tainted
    assert again("") == (["And now?"], False)


def test_what_came_from_outside_makes_the_following_answers_careful_too(
    chatting: Chatting, ask: Callable[..., Message], coterie_home: Path
) -> None:
    (chatting.folder / "own.txt").write_text("text\n")
    chat = chatting.chat()
    ask(chat, "Look at mine", calls(("read_file", {"path": "own.txt"}), ("list_files", {})), says("Seen."))
    reading = ask(chat, "Read it", strangers_words(chatting, coterie_home), says("Read."))
    after = ask(chat, "And now?", says("Nothing."))
    last = ask(chat, "And now?", says("Still nothing."))

    def tainted(answer: Message) -> bool:
        started = chatting.services.runs.entries(answer.run)[0].event
        return isinstance(started, RunStarted) and started.tainted

    assert [tainted(answer) for answer in (reading, after, last)] == [False, True, True]


def test_a_long_result_is_shortened_for_later_answers_and_can_still_be_read_whole(
    chatting: Chatting, ask: Callable[..., Message]
) -> None:
    lines = "".join(f"line {number}\n" for number in range(400))
    (chatting.folder / "long.txt").write_text(lines)
    chat = chatting.chat()
    ask(chat, "Read it", calls(("read_file", {"path": "long.txt"})), says("Read."))
    for _ in range(2):  # kept once, however often it is told
        ask(chat, "Line 200?", calls(("read_result", {"handle": "r1", "search": "line 200"})), says("Yes."))
    told = next(m.content for m in chatting.chat_model.asks[-1].messages if m.role == "tool")
    assert 1000 < len(told) < 2600 and 'read_result(handle="r1"' in told
    assert "line 399" in told and "line 200\n" not in told
    path = chatting.services.conversations.path(chat)
    last = chatting.services.conversations.messages(path)[-1]
    (result,) = [e.event for e in chatting.services.runs.entries(last.run) if isinstance(e.event, ToolResult)]
    assert result.status == "ok" and "line 200" in result.text
    with pytest.raises(UserError, match=r"run\.no_text"):
        chatting.services.runs.kept(last.run, "r2")


def test_what_the_user_took_back_is_told_to_the_next_answer(
    chatting: Chatting, ask: Callable[..., Message]
) -> None:
    chat = chatting.chat()
    answer = ask(chat, "Make notes.txt", calls(WRITE), says("It is there."))
    runs = chatting.services.runs
    runs.undo(answer.run, runs.undo_plan(answer.run))
    assert not (chatting.folder / "notes.txt").exists()
    ask(chat, "Is it there?", says("No."))
    spoken = "\n".join(message.content for message in chatting.chat_model.asks[-1].messages)
    assert prompts.undone(["notes.txt"]) in spoken


def test_a_call_that_needs_consent_asks_and_is_carried_out_once_allowed(
    chatting: Chatting, told: Listening
) -> None:
    chat = chatting.chat("ask")
    chatting.say(calls(WRITE), says("It is there."))
    answer = chatting.services.asking.send(chat, "Make notes.txt")
    asked = question(told)
    assert not (chatting.folder / "notes.txt").exists()
    assert chatting.services.runs.decide(asked.run, asked.call, Decision(allow=True))
    assert told.finished(answer.id).content == "It is there."
    assert (chatting.folder / "notes.txt").exists()


def test_a_chat_that_waits_for_consent_holds_up_no_other_chat(
    chatting: Chatting, told: Listening, ask: Callable[..., Message]
) -> None:
    chatting.say(calls(WRITE), says("It is there."))
    waiting = chatting.services.asking.send(chatting.chat("ask"), "Make notes.txt")
    asked = question(told)
    plain = chatting.services.conversations.create(ChatOptions()).id
    answered = told.finished(chatting.services.asking.send(plain, "Hi").id)
    assert answered.content == "Hello from the script."
    assert ask(chatting.chat(), "Hi", says("Hello.")).content == "Hello."
    assert waiting.conversation in chatting.services.answers.answering()
    chatting.say(says("Not then."))
    chatting.services.runs.decide(asked.run, asked.call, Decision(allow=False))
    assert told.finished(waiting.id).content == "Not then."


def test_stopping_while_it_asks_ends_the_answer_and_continuing_asks_again(
    chatting: Chatting, told: Listening
) -> None:
    chat = chatting.chat("ask")
    chatting.say(calls(WRITE), says("It is there."))
    answer = chatting.services.asking.send(chat, "Make notes.txt")
    question(told)
    chatting.services.answers.stop(chat)
    stopped = told.finished(answer.id)
    assert (stopped.state, stopped.error) == ("stopped", None)
    assert chatting.services.answers.answering() == set()
    chatting.say(calls(WRITE), says("It is there."))
    resumed = chatting.services.asking.continue_answer(answer.id)
    assert (resumed.state, resumed.run) == ("streaming", stopped.run)
    asked = question(told)
    chatting.services.runs.decide(asked.run, asked.call, Decision(allow=True))
    ended = told.finished(answer.id)
    assert (ended.state, ended.content, ended.run) == ("done", "It is there.", stopped.run)


def test_stopping_in_mid_text_keeps_it_and_continuing_writes_it_anew(
    chatting: Chatting, told: Listening
) -> None:
    chat = chatting.chat()
    real = chatting.chat_model.stream

    def turn(ask: ModelRequest, on_text: Any, cancelled: Callable[[], bool]) -> ModelResponse:
        def told_and_stopped(new: NewText) -> None:
            on_text(new)
            chatting.services.answers.stop(chat)

        return real(ask, told_and_stopped, cancelled)

    chatting.chat_model.stream = turn  # type: ignore[method-assign]
    chatting.say(says("a" * 50 + "b" * 50))
    answer = chatting.services.asking.send(chat, "Write")
    stopped = told.finished(answer.id)
    assert (stopped.state, stopped.content) == ("stopped", "a" * 50)
    chatting.chat_model.stream = real  # type: ignore[method-assign]
    chatting.say(says("All of it."))
    chatting.services.asking.continue_answer(answer.id)
    assert told.finished(answer.id).content == "All of it."


def test_another_answer_is_a_branch_with_a_run_of_its_own_that_does_not_see_the_first(
    chatting: Chatting, told: Listening, ask: Callable[..., Message]
) -> None:
    chat = chatting.chat()
    first = ask(chat, "Make notes.txt", calls(WRITE), says("First."))
    chatting.say(says("Second."))
    second = told.finished(chatting.services.asking.regenerate(first.id).id)
    assert (second.content, second.sibling, second.siblings) == ("Second.", 2, 2)
    assert second.run not in (0, first.run)
    assert [message.role for message in chatting.chat_model.asks[-1].messages] == ["system", "user"]
    chatting.services.conversations.show_sibling(second.id, -1)
    ask(chat, "And now?", says("Yes."))
    assert "First." in [message.content for message in chatting.chat_model.asks[-1].messages]
    edited = chatting.services.asking.edit(first.id, "Mine.")
    assert edited.run == 0


def test_with_tools_switched_off_the_next_answer_is_a_plain_one_that_sees_the_words(
    chatting: Chatting, told: Listening, ask: Callable[..., Message]
) -> None:
    chat = chatting.chat()
    ask(chat, "Make notes.txt", calls(WRITE), says("It is there."))
    chatting.services.conversations.change_options(chat, tools=None)
    answer = told.finished(chatting.services.asking.send(chat, "Thanks").id)
    assert (answer.content, answer.run) == ("Hello from the script.", 0)
    seen = [(m.role, m.content) for m in chatting.engines[0].requests[-1].messages]
    assert seen == [("user", "Make notes.txt"), ("assistant", "It is there."), ("user", "Thanks")]


def test_what_the_chat_sets_for_its_answers_counts_in_their_runs(
    chatting: Chatting, ask: Callable[..., Message]
) -> None:
    options = {"system_prompt": "Answer like a pirate.", "sampling": Sampling(seed=7), "max_tokens": 99}
    ask(chatting.chat(**options), "Hi", says("Arr."))
    (asked,) = chatting.chat_model.asks
    assert asked.messages[0].content.endswith("\n\nAnswer like a pirate.")
    assert (asked.sampling.seed, asked.max_tokens) == (7, 99)


def test_an_answer_that_reaches_its_length_ends_there_and_is_gone_on_with_where_it_stopped(
    chatting: Chatting, told: Listening, ask: Callable[..., Message]
) -> None:
    chat = chatting.chat(max_tokens=4)
    answer = ask(chat, "Tell me", calls(WRITE), says("Once upon", finish_reason="length"))
    assert (answer.state, answer.content) == ("length", "Once upon")
    again = [calls(("list_files", {}), text="I look."), says(" a time.")]
    chatting.say(*again)
    chatting.services.asking.continue_answer(answer.id)
    whole = told.finished(answer.id)
    assert (whole.state, whole.content) == ("done", "Once upon a time.")
    assert prompts.GO_ON_WRITING in [message.content for message in chatting.chat_model.asks[-2].messages]


def test_a_model_that_fails_ends_the_answer_with_the_reason_and_it_can_be_continued(
    chatting: Chatting, told: Listening, ask: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = Run.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "pauses", (0.0, 0.0))
    chat = chatting.chat()
    answer = ask(chat, "Make notes.txt", calls(WRITE), broken("engine.lost"))
    assert (answer.state, answer.error) == ("stopped", ErrorInfo("engine.lost"))
    chatting.say(says("It is there."))
    chatting.services.asking.continue_answer(answer.id)
    assert told.finished(answer.id).content == "It is there."


def test_a_folder_that_is_gone_fails_the_answer_and_not_the_chat(
    chatting: Chatting, told: Listening, ask: Callable[..., Message]
) -> None:
    chat = chatting.chat()
    chatting.folder.rmdir()
    answer = ask(chat, "Hi", says("Hello."))
    assert answer.state == "failed" and answer.error is not None
    assert (answer.error.code, answer.run) == ("run.no_workspace", 0)
    chatting.folder.mkdir()
    assert told.finished(chatting.services.asking.regenerate(answer.id).id).content == "Hello."


def test_closing_in_the_middle_leaves_a_stopped_answer_that_goes_on_in_the_next_process(
    coterie_home: Path, tmp_path: Path
) -> None:
    first = Chatting(coterie_home, tmp_path / "work", calls(WRITE), says("It is there."))
    told = Listening(first.services)
    answer = first.services.asking.send(first.chat("ask"), "Make notes.txt")
    question(told)
    first.close()
    second = Chatting(coterie_home, tmp_path / "work", says("It is there."))
    try:
        told = Listening(second.services)
        assert second.services.store.messages.get(answer.id).state == "stopped"
        second.services.asking.continue_answer(answer.id)
        asked = question(told)  # about the call that waited then
        second.services.runs.decide(asked.run, asked.call, Decision(allow=True))
        assert told.finished(answer.id).content == "It is there."
    finally:
        second.close()


def test_a_killed_process_leaves_a_stopped_answer_whose_run_goes_on_without_repeating_anything(
    coterie_home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "work"
    command = [sys.executable, "-m", "tests.support.agents.killed_chat", str(coterie_home), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        answer = int(child.stdout.readline())
        child.kill()
    (folder / "notes.txt").write_text("mine now\n")
    chatting = Chatting(coterie_home, folder, says("It is there."))
    try:
        services = chatting.services
        (stopped,) = services.answers.recover()
        assert (stopped.id, stopped.state, stopped.content) == (answer, "stopped", "It is th")
        before = services.runs.entries(stopped.run)
        assert [entry.kind for entry in before].count("tool_result") == 1
        told = Listening(services)
        services.asking.continue_answer(answer)
        done = told.finished(answer)
        assert (done.state, done.content, done.run) == ("done", "It is there.", stopped.run)
        after = services.runs.entries(stopped.run)
        assert after[: len(before)] == before
        assert [entry.kind for entry in after].count("tool_result") == 1
        assert (folder / "notes.txt").read_text() == "mine now\n"
    finally:
        chatting.close()


def test_the_engine_answers_chats_with_and_without_tools_one_after_the_other(
    coterie_home: Path, tmp_path: Path
) -> None:
    """Over the model in use: who waits for consent holds nobody up."""
    engines: list[ScriptedEngine] = []
    folder = tmp_path / "work"
    folder.mkdir()

    def make(listener: Listener) -> ScriptedEngine:
        engines.append(ScriptedEngine(listener, pace=0.01))
        return engines[-1]

    services = open_services(coterie_home, make_engine=make)
    try:
        services.runs._parts.sandbox = lambda: None  # type: ignore[method-assign]
        told = Listening(services)
        services.models.use("starter", remember=False)
        told.model("ready")
        tools = ChatTools(str(folder), "ask")
        engines[0].calls = (ToolCall("a", *WRITE),)
        asking = services.conversations.create(ChatOptions(tools=tools))
        waiting = services.asking.send(asking.id, "Make notes.txt")
        asked = question(told)
        engines[0].calls = ()
        others = [
            services.asking.send(services.conversations.create(options).id, "Hi").id
            for options in (ChatOptions(), ChatOptions(tools=tools), ChatOptions())
        ]
        run = services.runs.start(RunSpec("Say hi", str(folder)))
        ended = {told.next(AnswerFinished).message.id for _ in others}
        assert ended == set(others) and services.runs.join(run.id, 300)
        assert services.runs.get(run.id).state == "completed"
        assert services.answers.answering() == {asking.id}
        read = {event.owner.message for event in told.seen if isinstance(event, PromptProgress)}
        assert waiting.id in read, "the first prompt with tools is long: how far it is read is told"
        services.runs.decide(asked.run, asked.call, Decision(allow=True))
        assert told.finished(waiting.id).state == "done"
        assert (folder / "notes.txt").exists()
    finally:
        services.close()


def test_a_chat_of_any_length_fits_into_a_short_context(coterie_home: Path, tmp_path: Path) -> None:
    chatting = Chatting(coterie_home, tmp_path / "work")
    try:
        chatting.chat_model.context = 4096
        (chatting.folder / "long.txt").write_text("a line of a long file\n" * 300)
        told, chat = Listening(chatting.services), chatting.chat()
        for number in range(8):
            chatting.say(calls(("read_file", {"path": "long.txt"})), says(" ".join(map(str, range(400)))))
            answer = told.finished(chatting.services.asking.send(chat, f"Question {number}?").id)
            assert answer.state == "done", answer.error
        sizes = [chatting.chat_model.measure(ask).prompt for ask in chatting.chat_model.asks]
        assert max(sizes) < 4096 and sizes[-1] > 2000
        last = chatting.chat_model.asks[-1].messages
        assert "before the task" in last[1].content and "Question 7?" in last[-3].content
    finally:
        chatting.close()


def test_an_answer_whose_run_had_ended_when_the_process_died_gets_its_words(
    chatting: Chatting, ask: Callable[..., Message]
) -> None:
    answer = ask(chatting.chat(), "Make notes.txt", calls(WRITE), says("It is there."))
    store = chatting.services.store
    store.messages.resume(answer.id)
    store.messages.save(answer.id, "It is", "")
    store.database.writer = "another"  # as in the next process
    (recovered,) = chatting.services.answers.recover()
    assert (recovered.state, recovered.content) == ("done", "It is there.")


def test_runs_go_for_good_with_their_chat_and_files_of_others_stay_undoable(
    chatting: Chatting, ask: Callable[..., Message]
) -> None:
    (chatting.folder / "notes.txt").write_text("mine\n")
    kept = ask(chatting.chat(), "Make notes.txt", calls(WRITE), says("It is there."))
    gone = ask(chatting.chat(), "Hi", says("Hello."))
    services = chatting.services
    services.conversations.delete(gone.conversation)
    services.store.conversations.empty_trash(float("inf"))
    assert services.runs.empty_trash(0.0) == 1
    with pytest.raises(UserError, match=r"run\.missing"):
        services.runs.get(gone.run)
    services.runs.undo(kept.run, services.runs.undo_plan(kept.run))
    assert (chatting.folder / "notes.txt").read_text() == "mine\n"


def test_a_run_that_has_told_its_end_can_be_resumed_at_once(chatting: Chatting, told: Listening) -> None:
    """The window offers it as soon as it hears of the end."""
    chat = chatting.chat()
    resumed = threading.Event()

    def at_the_end(event: RunChanged) -> None:
        if event.run.state == "completed" and not resumed.is_set():
            resumed.set()
            threading.Thread(target=chatting.services.runs.resume, args=(event.run.id,)).start()

    chatting.services.events.subscribe(RunChanged, at_the_end)
    chatting.services.asking.send(chat, "Hi")
    told.next(RunChanged, lambda event: event.run.state == "completed")
    run = told.next(RunChanged, lambda event: event.run.state == "completed").run
    ends = [e for e in chatting.services.runs.entries(run.id) if isinstance(e.event, RunFinished)]
    assert len(ends) == 2
