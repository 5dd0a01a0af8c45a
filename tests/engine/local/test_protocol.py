"""What crosses the pipe comes back as it was sent, and nothing else is taken."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import Delta, Finished, GenerateRequest, LoadFailed, LoadProgress, LoadRequest, Measured
from engine.errors import ErrorInfo
from engine.local import protocol
from engine.placement.plan import PlacementOptions
from engine.values import ExpertsFired, Message, Timings, Usage

COMMANDS = [
    protocol.Load(LoadRequest("/models/a.gguf", PlacementOptions(4096), 2)),
    protocol.Generate(GenerateRequest(7, (Message("user", "안녕 🌊"),), reasoning=64, stop=("x",))),
    protocol.Measure(GenerateRequest(8, (Message("user", "어"),)), ("a", "")),
    protocol.Abort(7),
    protocol.CancelLoad(),
    protocol.SetPriority("7"),
    protocol.Forget("run-7"),
    protocol.LimitStates(10**9),
    protocol.WatchExperts(True),
    protocol.Ping(),
    protocol.Close(),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_survives_the_pipe(command: protocol.Command) -> None:
    assert protocol.decode_command(protocol.encode(command)) == command


def test_replies_survive_the_pipe_in_order() -> None:
    replies: list[protocol.Reply] = [
        protocol.Ready(),
        LoadProgress(0.5),
        Delta(1, "reasoning", "음…"),
        Measured(2, 40, (1, 0)),
        protocol.Pong(True, 9),
        ExpertsFired(1, 12, ((), (20, 4)), 0.06),
        LoadFailed(ErrorInfo("model.missing", {"path": "x"})),
        Finished(
            1, "error", Usage(3, 1, 2), Timings(ttft_s=0.2), ErrorInfo("engine.decode_failed", {"status": -3})
        ),
    ]
    assert protocol.decode_replies(protocol.encode(replies)) == replies


@given(st.binary(max_size=200))
def test_garbage_is_refused_with_a_decode_error(data: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        if protocol.decode_replies(data) == []:
            raise msgspec.DecodeError  # "[]" alone is a valid, empty list
