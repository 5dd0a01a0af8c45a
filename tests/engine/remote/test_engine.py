"""Answers of models elsewhere, over a scripted server on loopback."""

import threading
import time

import pytest

from engine.api import Delta, Finished, LoadFailed, LoadRequest, Measured, ToolCallDelta, ToolCalled
from engine.errors import UserError
from engine.remote.access import RemoteAccess
from engine.remote.engine import RemoteEngine
from engine.values import Message, Sampling, ToolCall
from tests.engine.remote.conftest import Connect, Connected, question
from tests.support.engines.recorder import Recorder
from tests.support.servers.openai_script import Call, Reply, call, in_order, say
from tests.support.servers.openai_server import OpenAiServer

TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Look",
        "parameters": {"type": "object", "properties": {"at": {"type": "string"}}},
    },
}


def asked(connected: Connected, **options: object) -> tuple[str, Finished]:
    connected.engine.generate(question(**options))  # type: ignore[arg-type]
    return connected.told.finish(1)


def told(connected: Connected, channel: str) -> str:
    return "".join(e.text for e in connected.told.seen if isinstance(e, Delta) and e.channel == channel)


def test_an_answer_streams_with_reasoning_usage_and_times(connect: Connect) -> None:
    connected = connect(in_order(say("Good morning", reasoning="The user greets", pace=0.002)))
    text, finished = asked(connected)
    assert text == "Good morning" and told(connected, "reasoning") == "The user greets"
    assert (finished.reason, finished.error) == ("stop", None)
    assert finished.usage.prompt_tokens > 0 and finished.usage.completion_tokens == 7
    assert finished.usage.reasoning_tokens == 4
    assert finished.timings.ttft_s > 0 and finished.timings.decode_tps > 0
    assert len([e for e in connected.told.seen if isinstance(e, Delta)]) > 2


def test_what_is_known_of_a_model_elsewhere_says_that_it_is_elsewhere(connect: Connect) -> None:
    connected = connect(kind="vllm", context=4096)
    facts = connected.facts()
    assert (facts.name, facts.path, facts.remote) == ("scripted", connected.server.model, True)
    assert facts.context == 4096 and connected.engine.state == "ready"
    assert connected.engine.model == facts


def test_only_a_server_that_says_it_is_ollama_is_posted_to_before_there_is_a_question(
    connect: Connect,
) -> None:
    connected = connect()
    assert connected.facts().context == 8192 and connected.server.posts == []
    connected = connect(kind="ollama", context=4096)
    assert connected.facts().context == 4096
    assert connected.server.posts == ["/api/show", "/api/generate"]


def test_an_answer_is_not_scored_elsewhere_and_nothing_is_sent(connect: Connect) -> None:
    connected = connect()
    connected.facts()
    with pytest.raises(UserError, match=r"probabilities\.elsewhere"):
        connected.engine.generate(question(score=True))
    assert connected.server.posts == []


def test_calls_come_one_by_one_whatever_way_the_server_cuts_them(connect: Connect) -> None:
    calls = (Call("look", {"at": "the “sea”, 바다"}), Call("look", {"at": "b"}), Call("look", {"at": "b"}))
    for index in (True, False):
        connected = connect(in_order(Reply("I look.", tool_calls=calls, call_index=index, piece=3)))
        text, finished = asked(connected, tools=(TOOL,))
        assert text == "I look."
        assert [(c.name, c.arguments) for c in finished.tool_calls] == [(c.name, c.arguments) for c in calls]
        assert len({c.id for c in finished.tool_calls}) == 3
        single = [e.call for e in connected.told.seen if isinstance(e, ToolCalled)]
        assert tuple(single) == finished.tool_calls


def test_arguments_that_are_no_json_come_as_the_text_they_are(connect: Connect) -> None:
    _, finished = asked(connect(in_order(call("look", '{"at": "a'))), tools=(TOOL,))
    assert finished.tool_calls[0].arguments == '{"at": "a' and finished.tool_calls[0].is_malformed
    _, finished = asked(connect(in_order(call("look", '{"at": "a', finish_reason="length"))), tools=(TOOL,))
    assert finished.reason == "length" and [n.code for n in finished.notices] == ["tools.cut_in_call"]


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "look", "arguments": {"at": "a"}}\n</tool_call>',
        '[TOOL_CALLS]look[ARGS]{"at": "a"}',
        '```json\n{"name": "look", "arguments": {"at": "a"}}\n```',
    ],
)
def test_a_call_that_the_server_left_in_the_text_is_a_call(connect: Connect, text: str) -> None:
    connected = connect(in_order(say(f"<think>so</think>\n{text}"), say(text)))
    content, finished = asked(connected, tools=(TOOL,))
    assert [(c.name, c.arguments) for c in finished.tool_calls] == [("look", {"at": "a"})]
    assert content.strip() == "" and told(connected, "reasoning") == "so"
    content, finished = asked(connected)
    assert not finished.tool_calls and content.strip() == text, "without tools it is text"


def test_a_call_that_is_told_and_left_in_the_text_is_one_call(connect: Connect) -> None:
    text = '<tool_call>\n{"name": "look", "arguments": {"at": "a"}}\n</tool_call>'
    _, finished = asked(connect(in_order(call("look", {"at": "a"}, content=text))), tools=(TOOL,))
    assert len(finished.tool_calls) == 1


def test_a_call_within_the_reasoning_is_reasoning(connect: Connect) -> None:
    text = '<tool_call>{"name": "look", "arguments": {"at": "a"}}</tool_call>'
    connected = connect(in_order(say("No.", reasoning=text), say(f"<think>{text}</think>No.")))
    for _ in range(2):
        content, finished = asked(connected, tools=(TOOL,))
        assert (content, finished.tool_calls) == ("No.", ())


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply("Half an answer", fault="drop", after=4), "remote.interrupted"),
        (Reply("Half an answer", fault="no_done", after=4), "remote.cut"),
        (Reply("Half an answer", fault="bad_json", after=4), "remote.garbled"),
        (Reply("Half an answer", fault="wrong_types", after=4), "remote.garbled"),
        (Reply("Half an answer", fault="stream_error", after=4), "remote.failed"),
        (Reply(fault="status", status=500), "remote.server_failed"),
        (Reply(fault="status", status=429), "remote.too_many"),
        (Reply(fault="status", status=401), "remote.key_refused"),
        (Reply(fault="status", status=404), "remote.not_found"),
        (Reply(fault="status", status=413), "remote.refused"),
        (Reply(fault="html", status=502), "remote.server_failed"),
        (Reply(fault="html", status=200), "remote.not_openai"),
        (Reply(fault="empty"), "remote.cut"),
    ],
)
def test_what_goes_wrong_is_told_and_the_text_stands(connect: Connect, reply: Reply, code: str) -> None:
    connected = connect(in_order(reply, say("Now.")))
    text, finished = asked(connected)
    assert finished.reason == "error" and finished.error is not None and finished.error.code == code
    assert text == ("Half an answer"[:8] if reply.content else "")
    assert asked(connected)[0] == "Now.", "the next answer is another one"


def test_an_answer_is_stopped_with_what_there_is_while_the_server_is_silent(connect: Connect) -> None:
    connected = connect(in_order(Reply("So far, and then", fault="stall", after=8), Reply("late", delay=600)))
    connected.engine.generate(question())
    connected.told.next(Delta)
    for id in (1, 2):
        connected.engine.abort(id)
        _, finished = connected.told.finish(id)
        assert finished.reason == "cancelled"
        if id == 1:
            connected.engine.generate(question(2))
            while len(connected.server.asked) < 2:
                time.sleep(0.005)
    until = time.monotonic() + 60
    while not connected.server.left and time.monotonic() < until:
        time.sleep(0.01)
    assert connected.server.left == [0], "the server is told by the end of the connection"


def test_answer_now_asks_anew_without_reasoning(connect: Connect) -> None:
    connected = connect(in_order(say("", reasoning="hm " * 400, pace=0.01), say("Quick.")))
    connected.engine.generate(question())
    connected.told.next(Delta)
    connected.engine.answer_now(1)
    text, finished = connected.told.finish(1)
    assert (text, finished.reason) == ("Quick.", "stop")
    assert connected.server.asked[1].body["reasoning_effort"] == "none"


def test_a_field_that_is_refused_is_left_out_from_then_on(connect: Connect) -> None:
    refusal = Reply(fault="status", status=400, message="Unsupported parameter: 'seed' is not supported")
    connected = connect(in_order(refusal, say("A"), say("B")))
    request = {"sampling": Sampling(temperature=0.5, seed=3)}
    assert [asked(connected, **request)[0] for _ in range(2)] == ["A", "B"]
    assert ["seed" in one.body for one in connected.server.asked] == [True, False, False]
    assert all(one.body["temperature"] == 0.5 for one in connected.server.asked)


def test_tools_that_a_server_does_not_take_are_described_in_words(connect: Connect) -> None:
    refusal = Reply(fault="status", status=400, message="library/gemma does not support tools")
    written = '<tool_call>\n{"name": "look", "arguments": {"at": "a"}}\n</tool_call>'
    connected = connect(in_order(refusal, say(written), say("Seen.")))
    _, finished = asked(connected, tools=(TOOL,))
    (made,) = finished.tool_calls
    history = (
        Message("user", "Hello"),
        Message("assistant", "", tool_calls=(ToolCall(made.id, "look", {"at": "a"}),)),
        Message("tool", "blue", tool_call_id=made.id, name="look"),
    )
    connected.engine.generate(question(2, tools=(TOOL,)).__class__(2, history, tools=(TOOL,)))
    assert connected.told.finish(2)[0] == "Seen."
    last = connected.server.asked[-1]
    assert "tools" not in last.body and '"name": "look"' in last.messages[0]["content"]
    assert [m["role"] for m in last.messages] == ["system", "user", "assistant", "user"]
    assert "<tool_call>" in last.messages[2]["content"] and "blue" in last.messages[3]["content"]


def test_a_key_is_sent_and_repeated_nowhere(connect: Connect) -> None:
    connected = connect(key="sk-secret", access=RemoteAccess(lambda: " sk-secret\n"))
    assert asked(connected)[1].error is None
    wrong = connect(key="sk-secret", access=RemoteAccess(lambda: "sk-wrong"))
    error = wrong.told.next(LoadFailed).error
    assert error.code == "remote.key_refused" and "sk-" not in str(error.params)
    assert "sk-" not in repr(RemoteAccess(lambda: "sk-secret"))


def test_a_server_that_is_not_there_is_told_when_it_is_loaded() -> None:
    told = Recorder()
    engine = RemoteEngine(told)
    with OpenAiServer() as server:
        name = server.model
    engine.load(LoadRequest(name))
    assert told.next(LoadFailed).error.code == "remote.unreachable"
    with pytest.raises(UserError, match=r"remote\.unreachable"):
        engine.generate(question())
    engine.close()
    with pytest.raises(UserError, match=r"engine\.no_model"):
        engine.generate(question())


def test_a_server_that_does_not_stream_is_read_whole(connect: Connect) -> None:
    from engine.remote.exchange import _chunks

    class Whole:
        kind = "application/json"

        def whole(self) -> bytes:
            return b'{"choices": [{"message": {"content": "all", "reasoning": "r"}}], "usage": {"prompt_tokens": 3}}'

    (chunk,) = _chunks(Whole(), "x")  # type: ignore[arg-type]
    assert (chunk.content, chunk.reasoning, chunk.finish_reason) == ("all", "r", "stop")


def test_what_is_asked_while_the_server_is_looked_for_is_answered_then(connect: Connect) -> None:
    connected = connect(in_order(say("Here.")))
    connected.engine.generate(question())
    connected.engine.measure(question(7))
    text, _ = connected.told.finish(1)  # one may come before the other
    earlier = [event for event in connected.told.seen if isinstance(event, Measured)]
    measured = earlier[0] if earlier else connected.told.next(Measured)
    assert measured.prompt > 0 and text == "Here."


def test_penalties_biases_and_the_wish_for_one_call_go_along(connect: Connect) -> None:
    connected = connect(in_order(Reply(tool_calls=(Call("look", {"at": "a"}), Call("look", {"at": "b"})))))
    _, finished = asked(
        connected,
        sampling=Sampling(presence_penalty=0.5, frequency_penalty=-1.5),
        logit_bias=((7, 2.5), (9, -100.0)),
        tools=(TOOL,),
        parallel_tool_calls=False,
    )
    body = connected.server.asked[0].body
    assert (body["presence_penalty"], body["frequency_penalty"]) == (0.5, -1.5)
    assert (body["logit_bias"], body["parallel_tool_calls"]) == ({"7": 2.5, "9": -100.0}, False)
    assert [call.arguments for call in finished.tool_calls] == [{"at": "a"}], "though the server made two"
    told = [event for event in connected.told.seen if isinstance(event, ToolCallDelta)]
    assert {event.call for event in told} == {finished.tool_calls[0].id}


def test_what_is_not_asked_for_is_not_sent(connect: Connect) -> None:
    connected = connect(in_order(say("Hello")))
    asked(connected, tools=(TOOL,))
    named = {"presence_penalty", "frequency_penalty", "logit_bias", "parallel_tool_calls"}
    assert not named & connected.server.asked[0].body.keys()


def test_the_stop_string_is_told_where_the_server_tells_it(connect: Connect) -> None:
    connected = connect(in_order(say("One", stop="###"), say("Two")))
    assert asked(connected, stop=("END", "###"))[1].stop == "###"
    assert asked(connected, stop=("END", "###"))[1].stop == ""


def test_a_schema_of_the_reply_goes_along_and_is_never_left_out(connect: Connect) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    refusal = Reply(fault="status", status=400, message="response_format is not supported")
    connected = connect(in_order(say("{}"), say("{}"), *[refusal] * 4))
    assert asked(connected, reply=schema)[0] == asked(connected, reply={"type": "object"})[0] == "{}"
    formats = [one.body["response_format"] for one in connected.server.asked]
    assert formats[0]["type"] == "json_schema" and formats[0]["json_schema"]["schema"] == schema
    assert formats[1] == {"type": "json_object"}
    assert asked(connected, reply=schema)[1].reason == "error", "a text would not do"


def test_an_answer_that_waits_for_a_load_ends_with_the_next_and_one_behind_that_is_answered() -> None:
    finding, goes_on = threading.Event(), threading.Event()

    def access_of(_: str) -> RemoteAccess:
        finding.set()
        goes_on.wait()
        return RemoteAccess()

    with OpenAiServer(in_order(say("Here."))) as server:
        told = Recorder()
        engine = RemoteEngine(told, access_of)
        for id in (1, 2):
            finding.clear()
            engine.load(LoadRequest(server.model))
            assert finding.wait(30)
            engine.generate(question(id))
        goes_on.set()
        ends = {id: told.finish(id) for id in (1, 2)}
        engine.close()
    assert (ends[1][1].reason, ends[1][1].error) == ("cancelled", None)
    assert (ends[2][0], ends[2][1].reason) == ("Here.", "stop")
