"""Servers as runs use them: real ones, and ones that misbehave."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from agents.mcp.definitions import offered
from agents.mcp.host import Host, ServerTool, server_tools
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import ApprovalRequest, Decision
from engine.errors import UserError
from tests.agents.mcp.conftest import BIN, Faulty
from tests.support.agents.here import here_in
from tests.support.agents.open_sandbox import OpenSandbox
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.process]

# How long a call is waited for where it is to run out of time: one that is answered takes less on a busy machine too.
PATIENCE_S = 2.0


def tools_of(host: Host, spec: ServerSpec, workspace: Path) -> dict[str, ServerTool]:
    link = host.link(spec, workspace)
    link.start()
    return {tool.name: tool for tool in server_tools(link, offered(spec.name, link.definitions))}


def test_a_real_servers_tools_are_called_from_a_thread(host: Host, workspace: Path) -> None:
    spec = ServerSpec("time", (str(BIN / "mcp-server-time"), "--local-timezone=Asia/Seoul"))
    tools = tools_of(host, spec, workspace)
    assert set(tools) == {"time_get_current_time", "time_convert_time"}
    arguments = {"source_timezone": "Asia/Seoul", "time": "09:00", "target_timezone": "UTC"}
    outcome = tools["time_convert_time"].run(arguments, here_in(workspace))
    assert (outcome.status, outcome.untrusted) == ("ok", True)
    assert json.loads(outcome.text)["target"]["timezone"] == "UTC"
    wrong = tools["time_convert_time"].run({**arguments, "source_timezone": "Nowhere/X"}, here_in(workspace))
    assert wrong.status == "error" and "Nowhere" in wrong.text


def test_a_server_that_crashes_says_so_and_is_started_again(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    tools = tools_of(host, faulty(), workspace)
    crashed = tools["faulty_crash"].run({}, here_in(workspace))
    assert crashed.status == "error" and "it breaks here" in crashed.text
    link = tools["faulty_crash"].link
    assert link.state == "failed"
    assert tools["faulty_echo"].run({"text": "안녕"}, here_in(workspace)).text == "안녕"


def test_a_server_that_ends_with_each_call_is_not_started_for_each(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    tools = tools_of(host, faulty(), workspace)
    link = tools["faulty_crash"].link
    for _ in range(2):
        assert tools["faulty_crash"].run({}, here_in(workspace)).status == "error"
    assert tools["faulty_echo"].run({"text": "안녕"}, here_in(workspace)).status == "error", "not at once"
    link.start(again=True)
    assert tools["faulty_echo"].run({"text": "안녕"}, here_in(workspace)).text == "안녕"


def test_a_server_that_was_killed_between_two_calls_answers_the_next(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    tools = tools_of(host, faulty(), workspace)
    for _ in range(3):
        number = int(tools["faulty_number"].run({}, here_in(workspace)).text)
        os.kill(number, signal.SIGKILL)
        wait_until(lambda: tools["faulty_number"].link.state == "failed")
        assert int(tools["faulty_number"].run({}, here_in(workspace)).text) != number


def test_last_words_are_those_of_the_process_that_ended(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty(), workspace)
    assert "it breaks here" in tools["faulty_crash"].run({}, here_in(workspace)).text
    assert "it breaks here" not in tools["faulty_end"].run({}, here_in(workspace)).text, "it said nothing"
    assert "it breaks here" in "\n".join(tools["faulty_end"].link.log.tail())


def test_tens_of_thousands_of_notifications_before_an_answer_are_taken(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    tools = tools_of(host, faulty("chatter"), workspace)
    assert tools["faulty_echo"].run({"text": "said"}, here_in(workspace)).text == "said"


def test_a_stalled_call_times_out_and_the_next_one_works(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty(timeout_s=PATIENCE_S), workspace)
    stalled = tools["faulty_count"].run({}, here_in(workspace))
    assert (stalled.status, "2 of 3: part 2" in stalled.text) == ("timeout", True)


def test_a_call_is_given_up_when_the_run_is_stopped(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty(), workspace)
    stopped = threading.Event()
    threading.Timer(0.2, stopped.set).start()
    outcome = tools["faulty_sleep"].run({}, here_in(workspace, cancelled=stopped.is_set))
    assert outcome.status == "interrupted"


def test_noise_between_the_messages_is_passed_over(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty("noise"), workspace)
    assert tools["faulty_echo"].run({"text": "heard"}, here_in(workspace)).text == "heard"


def test_endless_error_output_holds_up_nothing_and_its_end_is_kept(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    tools = tools_of(host, faulty("stderr"), workspace)
    assert tools["faulty_echo"].run({"text": "done"}, here_in(workspace)).text == "done"
    log = tools["faulty_echo"].link.log
    assert log.last_word().endswith("the end of it") or "the end of it" in log.tail(1)[0]
    assert sum(map(len, log.tail())) < 500_000


def test_a_pattern_for_results_is_not_searched(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty("pattern"), workspace)
    assert "aaaa!" in tools["faulty_slow"].run({}, here_in(workspace)).text


def test_who_gives_a_call_up_tells_the_server(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty(timeout_s=PATIENCE_S), workspace)
    outcome = tools["faulty_wait"].run({}, here_in(workspace))
    assert outcome.status == "timeout"
    assert tools["faulty_echo"].run({"text": "next"}, here_in(workspace)).text == "next"
    assert tools["faulty_wait"].link.log.last_word().startswith("cancelled ")


@pytest.mark.parametrize(("fault", "count"), [("pages", 2), ("endless_pages", 49)])
def test_all_pages_of_a_list_are_asked_for_but_not_without_end(
    host: Host, workspace: Path, faulty: Faulty, fault: str, count: int
) -> None:
    names = set(tools_of(host, faulty(fault), workspace))
    assert {f"faulty_tool{page}" for page in range(1, count + 1)} <= names
    assert "faulty_echo" in names and f"faulty_tool{count + 1}" not in names


def test_versions_are_agreed_on_or_the_server_is_told_as_unusable(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    old = host.link(faulty("oldest"), workspace)
    old.start()
    assert old.version == "2024-11-05"
    strange = host.link(faulty("unheard_of"), workspace)
    with pytest.raises(UserError) as caught:
        strange.start()
    assert caught.value.code == "mcp.nonsense" and "1999" in str(caught.value.params["detail"])


def test_a_huge_result_is_cut_and_what_is_binary_is_only_told(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    outcome = tools_of(host, faulty(), workspace)["faulty_huge"].run({}, here_in(workspace))
    assert outcome.status == "ok" and 4_000_000 < len(outcome.text) < 4_000_200
    assert "characters left out]" in outcome.text[-100:]


def test_no_tool_takes_the_name_of_another(host: Host, workspace: Path, faulty: Faulty) -> None:
    link = host.link(ServerSpec("read", faulty("shadow").command), workspace)
    link.start()
    names = [one.name for one in offered("read", link.definitions, {"read_file", "shell"})]
    assert len(set(names)) == len(names) == len(link.definitions)
    assert "read_file" not in names and "shell" not in names
    assert [name for name in names if name.startswith("read_a_b")] != ["read_a_b", "read_a_b"]


def test_a_page_that_must_be_visited_first_is_asked_for_and_the_call_made_once_more(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    tools = tools_of(host, faulty(), workspace)
    person = Person(Decision(True))
    assert tools["faulty_visit"].run({}, here_in(workspace, approver=person)).text == "visited"
    assert [(one.kind, one.subject) for one in person.asked] == [("url", "https://example.com/in")]
    refused = tools["faulty_visit"].run({}, here_in(workspace, approver=Person(Decision(False))))
    assert refused.status == "error" and "visit first" in refused.text


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("bad_result", "no valid answer"),
        ("long_line", "far more than can be read"),
        ("garbage", "no valid answer"),
    ],
)
def test_nonsense_harms_the_call_alone(
    host: Host, workspace: Path, faulty: Faulty, fault: str, words: str
) -> None:
    good = tools_of(host, ServerSpec("good", faulty().command), workspace)
    bad = tools_of(host, faulty(fault), workspace)
    outcome = bad["faulty_echo"].run({"text": "x"}, here_in(workspace))
    assert outcome.status == "error" and words in outcome.text
    assert good["good_echo"].run({"text": "still here"}, here_in(workspace)).text == "still here"


def test_a_flood_is_read_slowly_and_others_are_not_held_up(
    host: Host, workspace: Path, faulty: Faulty
) -> None:
    good = tools_of(host, ServerSpec("good", faulty().command), workspace)
    bad = tools_of(host, faulty("flood"), workspace)
    enough = threading.Event()
    here = here_in(workspace, cancelled=enough.is_set)
    outcomes: list[str] = []
    flooding = threading.Thread(
        target=lambda: outcomes.append(bad["faulty_echo"].run({"text": "x"}, here).status)
    )
    flooding.start()
    for _ in range(10):
        assert good["good_echo"].run({"text": "quick"}, here_in(workspace)).text == "quick"
    enough.set()
    flooding.join()
    assert outcomes == ["interrupted"], "it still came while the others were answered"


@pytest.mark.parametrize(
    ("fault", "code", "detail"),
    [("exit", "mcp.ended_saying", "no licence was found"), ("bad_list", "mcp.nonsense", "")],
)
def test_a_server_that_cannot_start_says_why_and_is_not_started_again(
    host: Host,
    workspace: Path,
    faulty: Faulty,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    code: str,
    detail: str,
) -> None:
    sandbox = OpenSandbox()
    monkeypatch.setattr(host, "_find_sandbox", lambda: sandbox)
    link = host.link(faulty(fault), workspace)
    with pytest.raises(UserError) as caught:
        link.start()
    assert caught.value.code == code and detail in str(caught.value.params["detail"])
    assert (link.state, link.error) == ("failed", caught.value.info)
    with pytest.raises(UserError):
        link.start()
    assert len(sandbox.asked) == 1


def test_a_server_that_says_nothing_is_not_waited_for(host: Host, workspace: Path, faulty: Faulty) -> None:
    link = host.link(faulty("silent", start_s=0.3), workspace)
    with pytest.raises(UserError) as caught:
        link.start()
    assert caught.value.code == "mcp.slow_start"


def test_a_start_that_hangs_holds_up_no_end(host: Host, workspace: Path, faulty: Faulty) -> None:
    link = host.link(faulty("silent", start_s=60.0), workspace)
    errors: list[str] = []

    def start() -> None:
        with pytest.raises(UserError) as caught:
            link.start()
        errors.append(caught.value.code)

    starting = threading.Thread(target=start)
    starting.start()
    while link.state != "starting":
        time.sleep(0.01)
    link.stop()
    starting.join()
    assert errors != ["mcp.slow_start"] and (len(errors), link.state) == (1, "off")


def test_a_slow_keyring_holds_up_no_other_server(tmp_path: Path, workspace: Path, faulty: Faulty) -> None:
    asked, answer = threading.Event(), threading.Event()

    def values(spec: ServerSpec) -> Values:
        if spec.name == "slow":
            asked.set()
            answer.wait(120)
        return Values()

    host = Host(OpenSandbox, tmp_path / "homes", values)
    try:
        good = tools_of(host, ServerSpec("good", faulty().command), workspace)
        slow = host.link(ServerSpec("slow", faulty().command), workspace)
        starting = threading.Thread(target=slow.start)
        starting.start()
        assert asked.wait(30)
        assert good["good_echo"].run({"text": "quick"}, here_in(workspace)).text == "quick"
        assert slow.state == "starting"
        answer.set()
        starting.join()
        assert slow.state == "ready"
    finally:
        answer.set()
        host.close()


def test_a_banner_before_the_first_message_does_no_harm(host: Host, workspace: Path, faulty: Faulty) -> None:
    assert tools_of(host, faulty("banner"), workspace)["faulty_fail"].run({}, here_in(workspace)).text == (
        "it did not work"
    )


def test_results_that_are_no_text_are_told(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty(), workspace)
    assert json.loads(tools["faulty_structured"].run({}, here_in(workspace)).text) == {"degrees": 21}
    assert (
        tools["faulty_picture"].run({}, here_in(workspace)).text == "[image: image/png, 3 bytes, not shown]"
    )


class Person:
    def __init__(self, decision: Decision | None) -> None:
        self.decision = decision
        self.asked: list[ApprovalRequest] = []

    def ask(self, request: ApprovalRequest) -> Decision | None:
        self.asked.append(request)
        time.sleep(PATIENCE_S + 0.2)
        return self.decision


@pytest.mark.parametrize(
    ("decision", "result"),
    [
        (Decision(True, content={"name": "Mina"}), {"action": "accept", "content": {"name": "Mina"}}),
        (Decision(True, content={"name": 3}), {"action": "cancel"}),
        (Decision(False), {"action": "decline"}),
        (None, {"action": "cancel"}),
    ],
)
def test_a_form_is_asked_of_the_person_behind_the_call_and_their_time_does_not_count(
    host: Host, workspace: Path, faulty: Faulty, decision: Decision | None, result: dict[str, object]
) -> None:
    tools = tools_of(host, faulty(timeout_s=PATIENCE_S), workspace)
    person = Person(decision)
    outcome = tools["faulty_ask"].run({}, here_in(workspace, approver=person, run=7, call="c3"))
    assert json.loads(outcome.text) == result
    request = person.asked[0]
    assert (request.kind, request.server, request.tool, request.run, request.call) == (
        ("form", "faulty", "ask", 7, "c3")
    )
    assert (request.message, request.schema and request.schema["required"]) == ("Who are you?", ["name"])


def test_a_link_is_shown_whole_and_never_opened(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty(), workspace)
    person = Person(Decision(True))
    outcome = tools["faulty_ask_url"].run({}, here_in(workspace, approver=person))
    assert json.loads(outcome.text) == {"action": "accept"}
    assert (person.asked[0].kind, person.asked[0].subject) == ("url", "https://example.com/login?x=1")


def test_nobody_is_asked_without_end_in_one_call(host: Host, workspace: Path, faulty: Faulty) -> None:
    class Declining:
        asked = 0

        def ask(self, request: ApprovalRequest) -> Decision:
            self.asked += 1
            return Decision(False)

    person = Declining()
    tools = tools_of(host, faulty(), workspace)
    outcome = tools["faulty_nag"].run({}, here_in(workspace, approver=person))
    assert person.asked == 20 and json.loads(outcome.text) == ["decline"] * 20 + ["cancel"] * 30


def test_without_anybody_to_ask_a_question_is_cancelled(host: Host, workspace: Path, faulty: Faulty) -> None:
    outcome = tools_of(host, faulty(), workspace)["faulty_ask"].run({}, here_in(workspace))
    assert json.loads(outcome.text) == {"action": "cancel"}


def test_a_tool_that_changes_during_a_run_is_refused(host: Host, workspace: Path, faulty: Faulty) -> None:
    tools = tools_of(host, faulty(), workspace)
    assert tools["faulty_change"].run({}, here_in(workspace)).text == "changed"
    end = time.monotonic() + 60
    while time.monotonic() < end:
        outcome = tools["faulty_echo"].run({"text": "x"}, here_in(workspace))
        if outcome.status == "error":
            break
        time.sleep(0.05)
    assert "has changed its tool echo" in outcome.text


def test_a_server_sees_nothing_of_our_environment(
    host: Host, workspace: Path, faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    tools = tools_of(host, faulty(env={"API_KEY": "k1"}), workspace)
    seen = json.loads(tools["faulty_environment"].run({}, here_in(workspace)).text)
    assert "HF_TOKEN" not in seen
    assert (seen["API_KEY"], Path(seen["XDG_CACHE_HOME"]).parent.name) == ("k1", "faulty")


def test_without_a_sandbox_no_command_is_started(tmp_path: Path, workspace: Path, faulty: Faulty) -> None:
    host = Host(lambda: None, tmp_path / "homes", lambda spec: Values())
    try:
        with pytest.raises(UserError) as caught:
            host.link(faulty(), workspace).start()
        assert caught.value.code == "mcp.no_sandbox"
    finally:
        host.close()
