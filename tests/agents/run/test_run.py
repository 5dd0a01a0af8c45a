"""A run over a scripted model ends with an answer, or stops for a reason that it tells."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from agents.api import ModelResponse
from agents.budget import Budget
from agents.events import (
    Approval,
    ContextTrimmed,
    ModelTurn,
    RunResumed,
    RunStarted,
    ToolCalled,
    ToolResult,
)
from agents.permissions.values import Decision, ToolFacts
from agents.run.prompts import STILL_SAME_TEXT
from agents.tools.files.read_file import read_file
from agents.tools.files.write_file import write_file
from engine.errors import ErrorInfo, UserError
from engine.values import ToolCall
from tests.support.agents.journals import ListJournal
from tests.support.agents.runs import Bench, ScriptedApprover, broken_orders, started
from tests.support.agents.scripted_brain import NotedTool, ScriptedBrain, broken, calls, says, schema


def results(bench: Bench) -> list[ToolResult]:
    return [event for event in bench.journal.events if isinstance(event, ToolResult)]


def turns(bench: Bench) -> list[ModelTurn]:
    return [event for event in bench.journal.events if isinstance(event, ModelTurn)]


def trims(bench: Bench) -> list[ContextTrimmed]:
    return [event for event in bench.journal.events if isinstance(event, ContextTrimmed)]


def looker(name: str = "look", answer: str = "seen") -> NotedTool:
    return NotedTool(name, answer, parameters=schema(["path"], path="string", page="integer"))


def test_a_task_is_done_with_tools_and_answered(tmp_path: Path) -> None:
    chat_model = ScriptedBrain(
        calls(("write_file", {"path": "notes.txt", "content": "hello\n"})),
        calls(("read_file", {"path": "notes.txt"})),
        says("I wrote notes.txt."),
    )
    bench = Bench(tmp_path, chat_model, (read_file, write_file), approver=ScriptedApprover(Decision(True)))
    told: list[tuple[int, str, str]] = []
    bench.options["on_text"] = lambda step, new: told.append((step, new.name, new.text))
    finished = bench.run().go(started())
    assert (finished.status, finished.reason, finished.answer) == (
        "completed",
        "answered",
        "I wrote notes.txt.",
    )
    assert finished.calls == 2 and finished.seconds > 0
    assert finished.tokens == sum(turn.usage.completion_tokens for turn in turns(bench)) > 0
    assert (bench.workspace / "notes.txt").read_text() == "hello\n"
    assert [result.status for result in results(bench)] == ["ok", "ok"]
    assert "hello" in results(bench)[1].text
    assert told == [
        (1, "write_file", '{"path": "notes.txt", "content": "hello\\n"}'),
        (2, "read_file", '{"path": "notes.txt"}'),
        (3, "", "I wrote notes.txt."),
    ]
    assert not broken_orders(bench.journal.log)


def test_what_a_start_leaves_open_is_filled_in(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(says("Hi."), context=4096), (looker(),))
    bench.run().go(started(mode="read"))
    first = bench.journal.events[0]
    assert isinstance(first, RunStarted)
    assert (first.model, first.context, first.tools, first.sandbox) == (
        "scripted",
        4096,
        ("look", "read_result"),
        "",
    )
    assert "folder" in first.system


def test_each_call_is_written_down_before_and_after(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(calls(("look", {"path": "a"})), says("Done.")), (looker(),))
    bench.run().go(started())
    assert bench.journal.kinds == [
        "run_started",
        "model_turn",
        "tool_call",
        "approval",
        "tool_result",
        "model_turn",
        "run_finished",
    ]


def test_malformed_json_is_told_to_the_model_which_can_do_better(tmp_path: Path) -> None:
    tool = looker()
    bench = Bench(
        tmp_path,
        ScriptedBrain(calls(("look", '{"path": ')), calls(("look", {"path": "a"})), says("Ok.")),
        (tool,),
    )
    assert bench.run().go(started()).status == "completed"
    assert [result.status for result in results(bench)] == ["error", "ok"]
    assert "not valid JSON" in results(bench)[0].text
    assert tool.done == [{"path": "a"}]
    assert "not valid JSON" in bench.chat_model.asks[1].messages[-1].content


def test_calls_that_cannot_be_carried_out_end_in_a_last_round(tmp_path: Path) -> None:
    bad = [calls((f"nothing_{n}", {})) for n in range(3)]
    bench = Bench(tmp_path, ScriptedBrain(*bad, says("I cannot do it.")), (looker(),))
    finished = bench.run().go(started())
    assert (finished.status, finished.reason, finished.answer) == ("stopped", "malformed", "I cannot do it.")
    assert bench.chat_model.asks[-1].choice == "none" and turns(bench)[-1].final
    assert [trim.reason for trim in trims(bench)] == ["final"]


def test_wrong_types_are_put_right_where_that_is_certain_and_told(tmp_path: Path) -> None:
    tool = looker()
    script = ScriptedBrain(
        calls(("look", {"path": "a", "page": "2"}), ("look", {"path": 3.5, "page": []})), says(".")
    )
    bench = Bench(tmp_path, script, (tool,))
    bench.run().go(started())
    assert tool.done == [{"path": "a", "page": 2}]
    assert "[The call was put right: page: string to integer]" in results(bench)[0].text
    assert "page: [] is not of type 'integer'" in results(bench)[1].text


def test_fifty_calls_in_a_turn_each_get_a_result_within_the_budget(tmp_path: Path) -> None:
    tool = looker()
    many = calls(*((("look", {"path": str(n)})) for n in range(50)))
    bench = Bench(tmp_path, ScriptedBrain(many, says("That is all.")), (tool,))
    finished = bench.run().go(started(budget=Budget(calls=20)))
    assert (finished.reason, finished.answer) == ("calls", "That is all.")
    assert [result.status for result in results(bench)] == ["ok"] * 20 + ["skipped"] * 30
    assert len(tool.done) == 20
    assert not broken_orders(bench.journal.log)


def test_of_thousands_of_calls_in_a_turn_some_are_taken_and_that_is_told(tmp_path: Path) -> None:
    many = calls(*((("look", {"path": str(n)})) for n in range(2000)))
    bench = Bench(tmp_path, ScriptedBrain(many, says("Ok.")), (looker(),))
    bench.run().go(started())
    assert len(results(bench)) == 64
    assert turns(bench)[0].notices[0].params == {"count": 2000, "taken": 64}
    assert "Only the first 64" in trims(bench)[0].text


def test_the_same_call_twice_in_a_turn_is_carried_out_once(tmp_path: Path) -> None:
    tool = looker()
    bench = Bench(tmp_path, ScriptedBrain(calls(*[("look", {"path": "a"})] * 3), says("Ok.")), (tool,))
    bench.run().go(started())
    assert [result.status for result in results(bench)] == ["ok", "skipped", "skipped"]
    assert len(tool.done) == 1


def test_an_empty_answer_is_asked_for_once_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(says(""), says("Here.")))
    assert bench.run().go(started()).answer == "Here."
    assert [trim.about for trim in trims(bench)] == ["empty"]


def test_two_empty_answers_end_the_run(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(says("", reasoning="Hm.")))
    finished = bench.run().go(started())
    assert (finished.status, finished.reason, finished.resumable) == ("stopped", "empty", True)
    assert "Think less" in trims(bench)[0].text


def test_a_turn_that_breaks_off_is_asked_for_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(broken(), broken(), says("Whole.")))
    assert bench.run().go(started()).answer == "Whole."
    assert [(turn.step, turn.error is None) for turn in turns(bench)] == [(1, False), (1, False), (1, True)]
    assert bench.chat_model.asks[2].messages == bench.chat_model.asks[0].messages


def test_a_turn_that_breaks_off_three_times_fails_and_can_be_resumed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(broken("remote.dropped")))
    finished = bench.run().go(started())
    assert (finished.status, finished.reason, finished.resumable) == ("failed", "model", True)
    assert finished.error == ErrorInfo("remote.dropped")
    bench.chat_model.replies = [says("Now it goes.")]
    assert bench.run().go(RunResumed(Budget())).status == "completed"


def test_calls_of_a_turn_that_broke_off_are_not_carried_out(tmp_path: Path) -> None:
    tool = looker()
    dropped = calls(("look", {"path": "a"}), finish_reason="error", error=ErrorInfo("remote.dropped"))
    bench = Bench(tmp_path, ScriptedBrain(dropped, says("Ok.")), (tool,))
    bench.run().go(started())
    assert not tool.done and not any(isinstance(event, ToolCalled) for event in bench.journal.events)


def test_a_model_that_is_not_there_fails_the_run(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(UserError("engine.no_model")))
    assert bench.run().go(started()).error == ErrorInfo("engine.no_model")

    class Gone(ScriptedBrain):
        def ready(self) -> int:
            raise UserError("model.missing", path="x")

    bench = Bench(tmp_path, Gone(says("")))
    assert bench.run().go(started()).reason == "model"
    assert bench.journal.kinds == ["run_started", "run_finished"]


def test_a_call_that_is_cut_off_is_told_so(tmp_path: Path) -> None:
    cut = says("", finish_reason="length", notices=(ErrorInfo("tools.cut_in_call"),))
    bench = Bench(tmp_path, ScriptedBrain(cut, says("Shorter.")))
    assert bench.run().go(started()).answer == "Shorter."
    assert "cut off" in trims(bench)[0].text


def cut_short(*before: tuple[str, dict[str, Any]]) -> ModelResponse:
    """A turn whose last call was ended by the engine, because there was no room for all of it."""
    turn = calls(*before, ("write", {"path": "half a na"}))
    made = (*turn.tool_calls[:-1], msgspec.structs.replace(turn.tool_calls[-1], cut=True))
    notices = (ErrorInfo("tools.cut_in_call"),)
    return msgspec.structs.replace(turn, tool_calls=made, finish_reason="length", notices=notices)


def test_a_call_that_was_ended_for_want_of_room_is_not_carried_out_though_it_fits(tmp_path: Path) -> None:
    tools = (looker(), looker("write"))
    bench = Bench(tmp_path, ScriptedBrain(cut_short(), says("Shorter.")), tools)
    assert bench.run().go(started()).answer == "Shorter."
    assert "cut off" in trims(bench)[0].text and not results(bench)
    (tmp_path / "two").mkdir()
    bench = Bench(tmp_path / "two", ScriptedBrain(cut_short(("look", {"path": "a"})), says("Done.")), tools)
    assert bench.run().go(started()).answer == "Done."
    assert [result.status for result in results(bench)] == ["ok"]
    assert trims(bench)[0].text.startswith("The last of your calls was cut off")


def test_calls_that_are_cut_off_again_and_again_end_in_a_last_round(tmp_path: Path) -> None:
    cut = says("", finish_reason="length", notices=(ErrorInfo("tools.cut_in_call"),))
    bench = Bench(tmp_path, ScriptedBrain(cut, cut, cut, says("I give up.")))
    finished = bench.run().go(started())
    assert (finished.reason, finished.answer) == ("malformed", "I give up.")


def test_an_answer_that_is_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(says("One, two", finish_reason="length"), says(", three.")))
    finished = bench.run().go(started())
    assert (finished.status, finished.answer) == ("completed", "One, two, three.")


def test_steps_end_in_a_last_round_without_tools(tmp_path: Path) -> None:
    script = [calls(("look", {"path": str(n)})) for n in range(3)]
    bench = Bench(tmp_path, ScriptedBrain(*script, says("So far.")), (looker(),))
    finished = bench.run().go(started(budget=Budget(steps=3)))
    assert (finished.status, finished.reason, finished.answer) == ("stopped", "steps", "So far.")
    assert len(results(bench)) == 3
    assert "All steps" in bench.chat_model.asks[-1].messages[-1].content


def test_a_last_round_that_calls_a_tool_carries_nothing_out(tmp_path: Path) -> None:
    tool = looker()
    bench = Bench(tmp_path, ScriptedBrain(calls(("look", {"path": "a"}), text="Looking.")), (tool,))
    finished = bench.run().go(started(budget=Budget(steps=1)))
    assert (finished.reason, finished.answer, len(tool.done)) == ("steps", "Looking.", 1)
    assert not broken_orders(bench.journal.log)


def test_tokens_end_in_a_last_round(tmp_path: Path) -> None:
    script = [calls(("look", {"path": str(n)})) for n in range(9)]
    bench = Bench(tmp_path, ScriptedBrain(*script, says("Out.")), (looker(),))
    assert bench.run().go(started(budget=Budget(tokens=30))).reason == "tokens"
    assert [ask.max_tokens for ask in bench.chat_model.asks[:3]] == [30, 20, 10]


def test_errors_in_a_row_end_in_a_last_round(tmp_path: Path) -> None:
    failing = NotedTool("look", RuntimeError("no"), parameters=schema(n="integer"))
    script = [calls(("look", {"n": n})) for n in range(9)]
    bench = Bench(tmp_path, ScriptedBrain(*script), (failing,))
    assert bench.run().go(started(budget=Budget(errors=4))).reason == "errors"
    assert len(failing.done) == 4


def test_time_ends_a_turn_and_the_run(tmp_path: Path) -> None:
    now = [0.0]

    def clock() -> float:
        return now[0]

    class Slow(ScriptedBrain):
        def stream(self, ask: Any, *given: Any) -> Any:
            now[0] += 600.0 if not self.asks else 0.0
            return super().stream(ask, *given)

    bench = Bench(tmp_path, Slow(says("Late."), slow=0.1), journal=ListJournal(clock), clock=clock)
    finished = bench.run().go(started(budget=Budget(seconds=60.0)))
    assert (finished.reason, finished.answer) == ("time", "Late.")
    assert [turn.finish_reason for turn in turns(bench)] == ["cancelled", "stop"]


def test_a_task_that_does_not_fit_fails_with_the_numbers(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(says("."), context=2048))
    finished = bench.run().go(started("word " * 9000))
    assert (finished.status, finished.reason) == ("failed", "context")
    assert finished.error is not None and finished.error.code == "run.task_too_long"


def test_a_long_result_enters_a_small_context_shortened_and_can_be_read_on(tmp_path: Path) -> None:
    long = "".join(f"line {n} of a long result\n" for n in range(8000))
    assert len(long) > 200_000
    script = ScriptedBrain(
        calls(("look", {"path": "a"})),
        calls(("read_result", {"handle": "r1", "offset": 4000})),
        says("Read."),
        context=4096,
    )
    bench = Bench(tmp_path, script, (looker(answer=long),))
    assert bench.run().go(started()).status == "completed"
    first, second = results(bench)
    assert first.handle == "r1" and bench.journal.kept("r1") == long and first.bytes == len(long)
    assert "read_result" in first.text and len(first.text) < 6000
    assert second.text.startswith(long[4000:4100])


def test_the_model_goes_while_a_result_is_counted_and_the_result_is_still_written(tmp_path: Path) -> None:
    class Going(ScriptedBrain):
        gone = False

        def measure(self, ask, texts=()):  # type: ignore[no-untyped-def]
            if self.gone:
                raise UserError("engine.lost")
            return super().measure(ask, texts)

    chat_model = Going(calls(("look", {"path": "a"})), says("."))

    def leave(arguments: dict[str, object], here: object) -> str:
        chat_model.gone = True
        return "much " * 4000

    tool = looker()
    tool.answer = leave
    bench = Bench(tmp_path, chat_model, (tool,))
    assert bench.run().go(started()).reason == "model"
    assert results(bench)[0].status == "ok" and results(bench)[0].handle == "r1"


def test_a_loop_is_nudged_then_taken_out_then_ended(tmp_path: Path) -> None:
    tool = looker()
    bench = Bench(tmp_path, ScriptedBrain(calls(("look", {"path": "a"}))), (tool,))
    finished = bench.run().go(started())
    assert (finished.status, finished.reason, finished.resumable) == ("stopped", "loop", True)
    assert [trim.reason for trim in trims(bench)] == ["nudge", "loop", "final"]
    assert trims(bench)[0].calls == ("c2", "c3") and trims(bench)[1].calls == ("c2", "c3", "c4")
    assert len(tool.done) == 6
    seen = [call.id for message in bench.chat_model.asks[4].messages for call in message.tool_calls]
    assert seen == ["c1"]


def test_a_loop_that_is_left_after_a_nudge_ends_well(tmp_path: Path) -> None:
    same = calls(("look", {"path": "a"}))
    bench = Bench(tmp_path, ScriptedBrain(same, same, same, says("I see.")), (looker(),))
    assert bench.run().go(started()).reason == "answered"
    assert "Do something else" in bench.chat_model.asks[-1].messages[-1].content


def test_two_calls_in_turn_are_a_loop(tmp_path: Path) -> None:
    a, b = calls(("look", {"path": "a"})), calls(("look", {"path": "b"}))
    bench = Bench(tmp_path, ScriptedBrain(*[a, b] * 8), (looker(),))
    assert bench.run().go(started()).reason == "loop"


def test_empty_calls_are_a_loop(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(calls(("look", {}))), (looker(),))
    assert bench.run().go(started(budget=Budget(malformed=0))).reason == "loop"
    assert "without the arguments" in trims(bench)[0].text


def test_a_polling_tool_may_be_asked_again(tmp_path: Path) -> None:
    poll = NotedTool("poll", facts=ToolFacts(read_only=True, polling=True))
    bench = Bench(tmp_path, ScriptedBrain(*[calls(("poll", {}))] * 9, says("There.")), (poll,))
    assert bench.run().go(started()).status == "completed" and not trims(bench)


def test_a_text_that_repeats_itself_is_given_up_early(tmp_path: Path) -> None:
    again = says("I will now do the task that was given to me, and I begin. " * 500)
    bench = Bench(tmp_path, ScriptedBrain(again, says("Sorry. Done.")))
    assert bench.run().go(started()).answer == "Sorry. Done."
    assert len(turns(bench)[0].content) < 1500 and turns(bench)[0].finish_reason == "cancelled"
    assert "again and again" in bench.chat_model.asks[1].messages[-1].content
    assert not any("begin" in message.content for message in bench.chat_model.asks[1].messages)


def test_a_model_that_only_repeats_itself_ends_the_run(tmp_path: Path) -> None:
    bench = Bench(
        tmp_path, ScriptedBrain(says("I will now do the task that was given to me, and I begin. " * 500))
    )
    assert bench.run().go(started(budget=Budget(steps=0))).reason == "loop"


def test_untrusted_results_taint_what_follows(tmp_path: Path) -> None:
    page = looker("page")
    page.facts = ToolFacts(read_only=True, destructive=False, untrusted=True)
    bench = Bench(tmp_path, ScriptedBrain(calls(("page", {"path": "a"})), says(".")), (page,))
    bench.run().go(started())
    assert bench.state().tainted and results(bench)[0].untrusted


def test_a_tool_that_cannot_tell_its_effects_is_an_error(tmp_path: Path) -> None:
    tool = looker()

    def fails(arguments: object, here: object) -> None:
        raise KeyError("x")

    tool.effects = fails  # type: ignore[assignment]
    bench = Bench(tmp_path, ScriptedBrain(calls(("look", {"path": "a"})), says(".")), (tool,))
    assert bench.run().go(started()).status == "completed"
    assert results(bench)[0].status == "error" and not tool.done


def test_ids_that_a_model_gives_twice_do_not_mix_results(tmp_path: Path) -> None:
    turn = calls()
    same = tuple(ToolCall("same", "look", {"path": path}) for path in "ab")
    turn = says("", tool_calls=same)
    bench = Bench(tmp_path, ScriptedBrain(turn, says(".")), (looker(),))
    bench.run().go(started())
    assert [result.call for result in results(bench)] == ["c1", "c2"]


def test_approvals_are_written_even_when_nobody_is_asked(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(calls(("look", {"path": "a"})), says(".")), (looker(),))
    bench.run().go(started())
    approvals = [event for event in bench.journal.events if isinstance(event, Approval)]
    assert [(approval.decision, approval.by) for approval in approvals] == [("allowed", "mode")]


def test_a_model_that_is_still_loading_does_not_hold_up_the_end(tmp_path: Path) -> None:
    loaded = threading.Event()

    class Loading(ScriptedBrain):
        def ready(self) -> int:
            loaded.wait()  # set once the run has ended
            return super().ready()

    bench = Bench(tmp_path, Loading(says("Loaded.")), (looker(),))
    run = bench.run()
    timer = threading.Timer(0.1, run.pause)
    timer.start()
    assert run.go(started()).reason == "paused"
    timer.join()
    loaded.set()
    # It is filled in once the model is there.
    assert bench.run().go(RunResumed(Budget())).answer == "Loaded."
    state = bench.state()
    assert state.started is not None and state.started.context == 16_384
    assert state.started.tools == ("look", "read_result")
    assert bench.chat_model.asks[0].messages[0].role == "system" and len(bench.chat_model.asks[0].tools) == 2


def test_a_file_that_the_turn_has_changed_meanwhile_is_read_again(tmp_path: Path) -> None:
    look = ("read_file", {"path": "a.txt"})
    write = [("write_file", {"path": "a.txt", "content": word}) for word in ("one", "two", "one")]
    chat_model = ScriptedBrain(calls(write[0], look, write[1], look, write[2], look, look), says("Done."))
    bench = Bench(tmp_path, chat_model, (read_file, write_file))
    bench.run().go(started())
    told = [(result.status, result.text) for result in results(bench)]
    assert [text for status, text in told if status == "ok" and len(text) == 3] == ["one", "two", "one"]
    assert [status for status, _ in told] == ["ok"] * 6 + ["skipped"]
    assert (bench.workspace / "a.txt").read_text() == "one"


def test_an_answer_that_is_gone_on_with_stays_whole_when_a_turn_breaks_off_between(tmp_path: Path) -> None:
    chat_model = ScriptedBrain(says("First, ", finish_reason="length"), broken(), says("then."))
    bench = Bench(tmp_path, chat_model)
    assert bench.run().go(started()).answer == "First, then."


def test_the_time_of_a_run_ends_a_tool_that_runs(tmp_path: Path) -> None:
    class Slow(NotedTool):
        def run(self, arguments: dict[str, Any], here: Any) -> Any:
            while not here.cancelled():  # nothing else ends it
                time.sleep(0.01)
            return super().run(arguments, here)

    slow = Slow("slow", facts=ToolFacts(read_only=True, timeout_s=600.0))
    bench = Bench(tmp_path, ScriptedBrain(calls(("slow", {})), says("No time.")), (slow,))
    finished = bench.run().go(started(budget=Budget(seconds=0.3)))
    assert (finished.reason, finished.answer) == ("time", "No time.")


def test_a_tool_is_not_waited_for_once_a_paused_run_is_hurried(tmp_path: Path) -> None:
    began = threading.Event()

    class Stuck(NotedTool):
        def run(self, arguments: dict[str, Any], here: Any) -> Any:
            began.set()
            while not here.cancelled():
                time.sleep(0.01)
            raise RuntimeError("gave up")

    stuck = Stuck("stuck", facts=ToolFacts(read_only=True, timeout_s=60.0))
    bench = Bench(tmp_path, ScriptedBrain(calls(("stuck", {})), says("x")), (stuck,))
    run, ended = bench.run(), []
    thread = threading.Thread(target=lambda: ended.append(run.go(started())))
    thread.start()
    assert began.wait(30)
    run.pause()
    thread.join(0.3)
    assert thread.is_alive()  # a tool that runs may finish
    run.hurry()
    thread.join(30)
    assert [(each.status, each.reason) for each in ended] == [("stopped", "paused")]
    assert [result.status for result in results(bench)] == ["interrupted"]


def test_the_same_words_behind_every_call_are_told_as_words_and_no_call_is_taken_out(tmp_path: Path) -> None:
    words = "I will now look at the next file, and then I will decide what has to be done with all of them."
    chat_model = ScriptedBrain(
        *(calls(("look", {"path": str(n)}), text=words) for n in range(12)), says("Done.")
    )
    bench = Bench(tmp_path, chat_model, (looker(),))
    assert bench.run().go(started()).reason == "loop"
    told = [trim for trim in trims(bench) if trim.reason in ("nudge", "loop")]
    assert [trim.calls for trim in told] == [(), ()]
    assert told[1].text == STILL_SAME_TEXT
