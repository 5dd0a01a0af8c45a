"""Whatever a model, a server, a disk or another program does, a run ends in a stated way and can go on."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from agents.budget import Budget
from agents.events import ContextTrimmed, ModelTurn, RunFinished, ToolResult
from agents.mcp.spec import ServerSpec
from agents.run.run import Run
from agents.sandbox.find import find_sandbox
from app.messages import messages
from app.services.runs.reasons import why_finished
from app.store.runs import Runs as StoredRuns
from app.store.store import Store
from engine.errors import UserError
from tests.support.agents.house import House, allow
from tests.support.agents.runs import broken_orders
from tests.support.library.small_disk import small_disk
from tests.support.servers.openai_script import (
    STREAM_END,
    Answer,
    Asked,
    Call,
    Reply,
    call,
    delta,
    in_order,
    say,
)
from tests.support.servers.openai_server import OpenAiServer, prompt_tokens

pytestmark = pytest.mark.long

sandboxed = pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
WRITE = call("write_file", {"path": "a.txt", "content": "hello"})
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn that broke off is asked for again at once."""
    options: dict[str, Any] = Run.__init__.__kwdefaults__  # type: ignore[assignment]
    monkeypatch.setitem(options, "pauses", (0.0, 0.0))


Begin = Callable[..., "Begun"]


class Begun:
    """A house over a scripted server, and its runs in one workspace."""

    def __init__(
        self, folder: Path, answer: Answer, *, context: int, home: Path | None, workspace: Path | None
    ) -> None:
        self.server = OpenAiServer(answer, kind="vllm", context=context)
        self.server.__enter__()
        self.workspace = workspace or folder / "workspace"
        self.workspace.mkdir(exist_ok=True)
        self.house = House(home or folder / "data", self.server.model, allow)

    def run(self, **wish: Any) -> RunFinished:
        """A run to its end, which is checked to be one that a person can be told of."""
        self.id = self.house.start("Do it.", self.workspace, **({"budget": Budget()} | wish))
        return self.ended()

    def resume(self, message: str = "") -> RunFinished:
        self.house.runs.resume(self.id, message)
        return self.ended()

    def ended(self) -> RunFinished:
        self.house.join(self.id, 60)
        finished = self.house.finished(self.id)
        assert broken_orders(self.house.entries(self.id)) == []
        assert finished.resumable and f"errors.{why_finished(finished).code}" in messages("en")
        record = self.house.runs.get(self.id)
        assert (record.state, record.reason) == (finished.status, finished.reason)
        return finished

    def results(self) -> list[tuple[str, str]]:
        return [(one.status, one.text) for one in self.house.events(self.id, ToolResult)]

    def statuses(self) -> list[str]:
        return [status for status, _ in self.results()]

    def close(self) -> None:
        self.house.close()
        self.server.__exit__(None, None, None)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    begun: list[Begun] = []

    def begin(
        answer: Answer, *, context: int = 16_384, home: Path | None = None, workspace: Path | None = None
    ) -> Begun:
        begun.append(Begun(tmp_path, answer, context=context, home=home, workspace=workspace))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


def many(count: int) -> Reply:
    """So many calls at once, each another."""
    return Reply(
        tool_calls=tuple(Call("write_file", {"path": f"f{n}.txt", "content": str(n)}) for n in range(count))
    )


def written(path: str) -> str:
    """A call as many models write it."""
    arguments = f'{{"path": "{path}", "content": "hello"}}'
    return f'<tool_call>{{"name": "write_file", "arguments": {arguments}}}</tool_call>'


# Of the rest many are tried with pieces alone, and all of them by `make test-agents`.
QUICK = {
    *("malformed", "wrong_types", "nested_too_deep", "empty_answer", "same_ids"),
    *("surrogates_and_nul", "dropped_in_a_call", "error_in_the_stream", "busy"),
    *(
        "same_call",
        "two_calls_in_turn",
        "same_text",
        "empty_answers",
        "thoughts_alone",
        "dropped",
        "server_errors",
    ),
}


def rows(table: Mapping[str, object]) -> list[Any]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.agents) for name in table]


MENDED: dict[str, tuple[Answer, list[str]]] = {
    "malformed": (in_order(call("write_file", '{"path": "a.txt", "content": "x'), WRITE), ["error", "ok"]),
    "unknown_tool": (in_order(call("frobnicate", {"x": 1}), WRITE), ["error", "ok"]),
    "wrong_types": (in_order(call("write_file", {"path": 5, "content": ["x"]}), WRITE), ["error", "ok"]),
    "missing_arguments": (in_order(call("write_file"), WRITE), ["error", "ok"]),
    "nested_too_deep": (in_order(call("write_file", DEEP, piece=20_000), WRITE), ["error", "ok"]),
    "no_name": (in_order(call("", {"path": "x"}), WRITE), ["error", "ok"]),
    "control_characters": (in_order(call("write\x00_\x1b[31mfile\n", {}), WRITE), ["error", "ok"]),
    "long_name": (in_order(call("x" * 100_000, {}), WRITE), ["error", "ok"]),
    "call_as_text": (in_order(say(written("a.txt"))), ["ok"]),
    "empty_answer": (in_order(Reply(), WRITE), ["ok"]),
    "thought_alone": (in_order(Reply(reasoning="Hm."), WRITE), ["ok"]),
    "same_ids": (
        in_order(
            Reply(
                tool_calls=(Call("list_files", {}, "same"), Call("date_time", {}, "same"), *WRITE.tool_calls)
            )
        ),
        ["ok", "ok", "ok"],
    ),
    "surrogates_and_nul": (
        in_order(call("write_file", '{"path": "s.txt", "content": "\\ud800 \\u0000 x"}'), WRITE),
        ["ok", "ok"],
    ),
    "invalid_utf8": (
        in_order(
            b'data: {"choices":[{"index":0,"delta":{"content":"a\xff\xfe\x00b"}}]}\n\n' + STREAM_END, WRITE
        ),
        ["ok"],
    ),
    "dropped_stream": (in_order(say("half of it", fault="drop", after=4), WRITE), ["ok"]),
    "dropped_in_a_call": (
        in_order(call("write_file", {"path": "no"}, fault="drop", content="xy", after=2), WRITE),
        ["ok"],
    ),
    "error_in_the_stream": (in_order(say("half", fault="stream_error", after=4), WRITE), ["ok"]),
    "no_end": (in_order(say("half", fault="no_done"), WRITE), ["ok"]),
    "not_json": (in_order(say("x", fault="bad_json"), WRITE), ["ok"]),
    "no_choice": (in_order(say("", fault="empty"), WRITE), ["ok"]),
    "busy": (in_order(Reply(fault="status", status=429, retry_after="0"), WRITE), ["ok"]),
    "server_error": (in_order(Reply(fault="status", status=500), WRITE), ["ok"]),
    "proxy_page": (in_order(Reply(fault="html", status=502), WRITE), ["ok"]),
}


@pytest.mark.parametrize("fault", rows(MENDED))
def test_a_fault_that_passes_is_got_over(begin: Begin, fault: str) -> None:
    answer, statuses = MENDED[fault]
    begun = begin(answer)
    finished = begun.run()
    assert (finished.status, finished.reason, finished.answer) == ("completed", "answered", "Done.")
    assert begun.statuses() == statuses
    assert (begun.workspace / "a.txt").read_text() == "hello"


THINKING = written("thought.txt")
COUNT = "import time; print(time.time_ns())"
TEXT = "Let me carefully read the file now in order to find out what is in it, and go on with the task then. "
ENDED: dict[str, tuple[Answer, str, str, str]] = {
    "malformed": (lambda a: call("write_file", f'{{"path": "a{a.number}'), "stopped", "malformed", ""),
    "unknown_tools": (lambda a: call(f"frob{a.number}"), "stopped", "malformed", ""),
    "failing_calls": (lambda a: call("read_file", {"path": f"n{a.number}"}), "stopped", "errors", ""),
    "empty_answers": (lambda a: Reply(), "stopped", "empty", ""),
    "thoughts_alone": (lambda a: Reply(reasoning=THINKING), "stopped", "empty", ""),
    "same_call": (lambda a: call("list_files"), "stopped", "loop", ""),
    "two_calls_in_turn": (
        lambda a: call("list_files", {"recursive": a.number % 2 == 0}),
        "stopped",
        "loop",
        "",
    ),
    "two_calls_one_counting": (
        lambda a: call("list_files") if a.number % 2 else call("python", {"code": COUNT}),
        "stopped",
        "loop",
        "",
    ),
    "same_text": (lambda a: say(TEXT * 100, piece=50), "stopped", "loop", ""),
    "same_text_each_turn": (
        lambda a: call("write_file", {"path": f"n{a.number}", "content": "x"}, content=TEXT, piece=50),
        "stopped",
        "loop",
        "",
    ),
    "steps": (lambda a: call("write_file", {"path": f"n{a.number}", "content": "x"}), "stopped", "steps", ""),
    "dropped": (lambda a: say("half", fault="drop", after=2), "failed", "model", "remote.interrupted"),
    "stream_errors": (lambda a: say("half", fault="stream_error"), "failed", "model", "remote.failed"),
    "busy": (lambda a: Reply(fault="status", status=429), "failed", "model", "remote.too_many"),
    "server_errors": (lambda a: Reply(fault="status", status=500), "failed", "model", "remote.server_failed"),
    "key_refused": (lambda a: Reply(fault="status", status=401), "failed", "model", "remote.key_refused"),
    "nonsense": (lambda a: say("x", fault="wrong_types"), "failed", "model", "remote.garbled"),
}


@pytest.mark.parametrize("fault", rows(ENDED))
def test_a_fault_that_stays_ends_the_run_with_its_reason_and_it_can_go_on(begin: Begin, fault: str) -> None:
    answer, status, reason, code = ENDED[fault]
    begun = begin(answer)
    finished = begun.run()
    assert (finished.status, finished.reason, finished.error.code if finished.error else "") == (
        status,
        reason,
        code,
    )
    assert not (begun.workspace / "thought.txt").exists()
    begun.server.answer = lambda asked: say("Done.")
    assert begun.resume("Go on.").reason == "answered"


def test_a_key_that_is_refused_is_not_tried_again(begin: Begin) -> None:
    begun = begin(in_order(WRITE, *[Reply(fault="status", status=401)] * 3))
    assert begun.run().reason == "model"
    assert len(begun.server.asked) == 2


def test_a_server_with_a_shorter_context_than_it_tells_is_sent_less(begin: Begin, tmp_path: Path) -> None:
    message = "This model's maximum context length is 3000 tokens. However, you requested more."
    read: list[int] = []

    def answer(asked: Asked) -> Reply:
        if prompt_tokens(asked.body) > 3000:
            return Reply(fault="status", status=400, message=message)
        count = len(read)  # not what it still sees: old steps are left out
        if count < 5:
            read.append(count)
            return call(
                "read_file",
                {"path": "long.txt", "first_line": 1 + 100 * count, "last_line": 100 + 100 * count},
            )
        return say("Read.")

    begun = begin(answer, context=8192)
    (begun.workspace / "long.txt").write_text("".join(f"line {n} of a long file\n" for n in range(1000)))
    assert begun.run().answer == "Read."
    assert begun.statuses() == ["ok"] * 5
    tries = begun.house.events(begun.id, ModelTurn)
    assert any(turn.error is not None and turn.error.code == "remote.refused" for turn in tries)


def test_a_busy_server_is_asked_again_when_it_says(begin: Begin) -> None:
    begun = begin(in_order(Reply(fault="status", status=429, retry_after="1"), WRITE))
    began = time.monotonic()
    assert begun.run().reason == "answered"
    assert time.monotonic() - began > 1
    tries = begun.house.events(begun.id, ModelTurn)
    assert tries[0].error is not None and tries[0].error.params["after"] == 1


def test_a_call_inside_a_thought_is_not_made(begin: Begin) -> None:
    begun = begin(in_order(Reply("I have thought about it.", reasoning=THINKING)))
    assert begun.run().answer == "I have thought about it."
    assert begun.results() == []


def test_fifty_calls_at_once_are_made_in_their_order(begin: Begin) -> None:
    begun = begin(in_order(many(50)))
    assert begun.run().status == "completed"
    assert begun.statuses() == ["ok"] * 50
    assert len(list(begun.workspace.iterdir())) == 50


@pytest.mark.agents
def test_of_a_hundred_thousand_calls_at_once_some_are_made_and_the_model_is_told(begin: Begin) -> None:
    told = [{"index": n, "function": {"name": "list_files", "arguments": "{}"}} for n in range(100_000)]
    begun = begin(in_order(delta(tool_calls=told) + STREAM_END))
    finished = begun.run()
    assert (finished.status, finished.reason) == ("stopped", "tokens")
    assert begun.statuses() == ["ok"] + ["skipped"] * 63


@pytest.mark.agents
def test_a_million_calls_in_one_message_are_got_over(begin: Begin) -> None:
    def block(first: int) -> bytes:
        fields = {"name": "list_files", "arguments": "{}"}
        return delta(
            tool_calls=[{"index": n, "id": f"x{n}", "function": fields} for n in range(first, first + 1000)]
        )

    begun = begin(in_order(b"".join(block(n) for n in range(0, 1_000_000, 1000)) + STREAM_END, WRITE))
    assert begun.run().resumable


@sandboxed
def test_a_result_of_200_kilobytes_fits_into_a_short_context_and_is_kept_whole(begin: Begin) -> None:
    printed = call("shell", {"command": "seq 1 34000"})
    begun = begin(in_order(printed, call("read_result", {"handle": "r1", "search": "17171"})), context=4096)
    assert begun.run().reason == "answered"
    long, found = begun.results()
    assert len(long[1]) < 8000 and "read_result" in long[1] and "34000" in long[1]
    assert "17171" in found[1]
    assert len(begun.house.runs.kept(begun.id, "r1")) > 190_000


@sandboxed
def test_a_short_context_and_thirty_tools_are_enough_for_a_task(begin: Begin, tmp_path: Path) -> None:
    faulty = Path(__file__).parents[3] / "support" / "agents" / "servers" / "faulty_server.py"
    begun = begin(in_order(WRITE, call("read_file", {"path": "a.txt"})), context=2048)
    servers = begun.house.services.servers
    for name in ("one", "two"):
        spec = ServerSpec(name, (sys.executable, str(faulty)), readable=(str(faulty),))
        servers.consent(name, servers.add(spec).digest)
    assert begun.run().reason == "answered"
    assert begun.statuses() == ["ok", "ok"]
    at_hand = begun.house.entries(begun.id)[0].event.tools
    assert len(at_hand) > 30
    assert max(turn.usage.prompt_tokens for turn in begun.house.events(begun.id, ModelTurn)) < 2048
    assert any(trim.reason == "tools" for trim in begun.house.events(begun.id, ContextTrimmed))


def test_an_answer_that_stalls_ends_with_the_time_and_can_be_paused(begin: Begin) -> None:
    begun = begin(lambda asked: say("half of it", fault="stall", after=2))
    begun.id = begun.house.start("Do it.", begun.workspace, budget=Budget(seconds=600))
    while not begun.server.asked:
        time.sleep(0.01)
    begun.house.runs.pause(begun.id)
    begun.house.join(begun.id, 30)
    assert begun.house.finished(begun.id).reason == "paused"
    begun.server.answer = in_order(*[say("half of it", fault="stall", after=2)] * 2)
    begun.house.runs.resume(begun.id, budget=Budget(seconds=0.5))
    begun.house.join(begun.id, 30)
    assert begun.house.finished(begun.id).reason == "time"


def during(happens: Mapping[int, Callable[[], object]], *calls: Reply) -> Answer:
    """The calls in turn; before those that `happens` numbers something is done."""

    def answer(asked: Asked) -> Reply:
        happens.get(asked.number, lambda: None)()
        return calls[asked.number] if asked.number < len(calls) else say("Done.")

    return answer


def mount(*command: str) -> None:
    subprocess.run(command, check=True)


def fill(file: Path) -> None:
    """Until there is no room for more."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as opened:
        while True:
            opened.write(b"x" * 4096)


EDIT = call("edit_file", {"path": "a.txt", "old_text": "hello", "new_text": "bye"})


@pytest.mark.parametrize("call_made", ["write_file", "shell", "read_file"])
def test_a_workspace_that_is_taken_away_ends_the_run_until_it_is_back(
    begin: Begin, tmp_path: Path, call_made: str
) -> None:
    workspace, away = tmp_path / "workspace", tmp_path / "away"
    arguments = {
        "write_file": {"path": "deep/b.txt", "content": "x"},
        "shell": {"command": "ls"},
        "read_file": {"path": "a.txt"},
    }
    begun = begin(during({1: lambda: workspace.rename(away)}, WRITE, call(call_made, arguments[call_made])))
    finished = begun.run()
    assert (finished.status, finished.reason) == ("failed", "workspace")
    assert finished.error is not None and finished.error.code == "run.workspace_gone"
    away.rename(workspace)
    assert begun.resume().reason == "answered"
    assert begun.statuses()[0] == "ok" and len(begun.statuses()) == 2


def test_a_link_in_place_of_the_workspace_leads_nowhere(begin: Begin, tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("hello")

    def swap() -> None:
        workspace.rename(tmp_path / "away")
        workspace.symlink_to(outside)

    begun = begin(during({1: swap}, WRITE, EDIT))
    assert begun.run().reason == "workspace"
    assert (outside / "a.txt").read_text() == "hello"


@pytest.mark.skipif(sys.platform != "linux", reason="disks are mounted")
def test_a_disk_that_is_taken_out_ends_the_run(begin: Begin, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        begun = begin(during({1: lambda: mount("umount", "-l", str(disk))}, WRITE, EDIT), workspace=disk)
        assert begun.run().reason == "workspace"
        assert list(disk.iterdir()) == []
        mount("mount", "-t", "tmpfs", "tmpfs", str(disk))


@sandboxed
@pytest.mark.skipif(sys.platform != "linux", reason="disks are mounted")
def test_a_disk_that_is_full_or_read_only_fails_calls_and_leaves_files_whole(
    begin: Begin, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        script = during(
            {
                2: lambda: fill(disk / "filling"),
                3: lambda: (disk / "filling").unlink(),
                4: lambda: mount("mount", "-o", "remount,ro", str(disk)),
            },
            WRITE,
            call("shell", {"command": "head -c 3000000 /dev/zero > big; rm -f big; false"}),
            call("edit_file", {"path": "a.txt", "old_text": "hello", "new_text": "y" * 60_000}, piece=5000),
            call("list_files"),
            EDIT,
        )
        begun = begin(script, workspace=disk, context=200_000)
        assert begun.run().reason == "answered"
        assert begun.statuses()[2:] == ["error", "ok", "error"]
        assert "full" in begun.results()[2][1] and "read-only" in begun.results()[4][1]
        assert (disk / "a.txt").read_text() == "hello"
        assert {path.name for path in disk.iterdir()} <= {"a.txt", "big"}
        mount("mount", "-o", "remount,rw", str(disk))


@pytest.mark.skipif(sys.platform != "linux", reason="disks are mounted")
def test_a_full_disk_under_our_own_data_ends_the_run_and_it_goes_on_when_there_is_room(
    begin: Begin, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 6) as disk:
        more = [
            call("write_file", {"path": f"g{n}.txt", "content": "z" * 20_000}, piece=5000) for n in range(10)
        ]
        begun = begin(during({1: lambda: fill(disk / "filling")}, WRITE, EDIT, *more), home=disk / "home")
        begun.id = begun.house.start("Do it.", begun.workspace)
        begun.house.join(begun.id, 60)
        before = begun.house.entries(begun.id)
        assert not isinstance(before[-1].event, RunFinished)
        (disk / "filling").unlink()
        begun.house.runs.resume(begun.id)
        assert begun.ended().reason == "answered"
        assert begun.house.entries(begun.id)[: len(before)] == before
        begun.close()


def test_a_store_that_another_program_holds_for_long_ends_the_run_and_it_goes_on_afterwards(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Store.open.__func__.__kwdefaults__, "busy_timeout", 0.1)  # type: ignore[attr-defined]
    holding: list[sqlite3.Connection] = []

    def hold() -> None:
        connection = sqlite3.connect(
            tmp_path / "data" / "coterie.db", isolation_level=None, check_same_thread=False
        )
        connection.execute("BEGIN IMMEDIATE")
        holding.append(connection)

    begun = begin(during({1: hold}, WRITE, EDIT))
    begun.id = begun.house.start("Do it.", begun.workspace)
    begun.house.join(begun.id, 60)
    holding[0].execute("ROLLBACK")
    holding[0].close()
    begun.house.runs.resume(begun.id)
    assert begun.ended().reason == "answered"
    assert (begun.workspace / "a.txt").read_text() in ("hello", "bye")


def test_a_run_whose_model_was_never_there_goes_on_with_the_tools_it_was_given_alone(
    coterie_home: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    house = House(coterie_home, "openai:http://127.0.0.1:9/v1#gone")
    with OpenAiServer(in_order(WRITE, say("I may not."))) as server, contextlib.closing(house):
        run = house.run("Do it", workspace, tools=("read_file",))
        assert (house.finished(run).status, house.finished(run).reason) == ("failed", "model")
        house.resume(run, model=server.model)
        assert house.finished(run).answer == "I may not."
        offered = {tool["function"]["name"] for tool in server.asked[0].body["tools"]}
        assert offered == {"read_file", "read_result"}
    assert not (workspace / "a.txt").exists()


def test_an_end_that_is_written_is_not_written_again_when_the_list_cannot_be_changed(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = begin(in_order(say("Done."), say("More.")))
    change, failed = StoredRuns.change, []

    def change_later(store: StoredRuns, id: int, *conditions: Any, **fields: Any) -> Any:
        if fields.get("state") == "completed" and not failed:
            failed.append(fields)
            raise UserError("store.locked")
        return change(store, id, *conditions, **fields)

    monkeypatch.setattr(StoredRuns, "change", change_later)
    finished = one.run()
    assert (finished.status, finished.answer) == ("completed", "Done.") and failed
    assert one.resume("And then?").answer == "More."


def test_a_run_that_goes_on_comes_out_of_the_trash(begin: Begin) -> None:
    one = begin(in_order(say("Done."), say("More.")))
    one.run()
    one.house.runs.delete(one.id)
    assert one.house.runs.all() == []
    assert one.resume("And then?").answer == "More."
    assert [run.id for run in one.house.runs.all()] == [one.id] and one.house.runs.trash() == []


def test_a_run_that_goes_on_with_another_model_is_listed_with_the_context_of_that(begin: Begin) -> None:
    one = begin(in_order(say("Done.")), context=16_384)
    one.run()
    assert one.house.runs.get(one.id).context == 16_384
    with OpenAiServer(in_order(say("More.")), kind="vllm", context=8192) as other:
        one.house.runs.resume(one.id, model=other.model)
        assert one.ended().answer == "More."
    assert one.house.runs.get(one.id).context == 8192
