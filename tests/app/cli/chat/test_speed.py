"""The line of measures under an answer in the terminal."""

from app.cli.speed import speed_line
from app.store.records import Message
from engine.errors import ErrorInfo
from engine.values import Timings, Usage

EDITED = ErrorInfo("reuse.edited", {"turn": 4, "tokens": 3100})


def answer(usage: Usage) -> Message:
    return Message(
        2, 1, 1, "assistant", "Hi", "", "done", 0.0, usage=usage, timings=Timings(0, 0.42, 0, 38.4)
    )


def test_only_what_was_measured_is_told() -> None:
    assert speed_line(answer(Usage(2000, 1204))) == "38 tok/s · first token 0.4 s · 1,204 tokens reused"
    assert speed_line(answer(Usage(2000))) == "38 tok/s · first token 0.4 s"


def test_why_much_was_read_again_stands_last_in_the_language_of_the_user() -> None:
    line = speed_line(answer(Usage(4000, 900, recomputed=EDITED)))
    assert line.endswith("· 3,100 tokens read again because turn 4 was changed.")
    assert speed_line(answer(Usage(4000, 900, recomputed=EDITED)), "ko").endswith(
        "바뀌어 3,100토큰을 다시 읽습니다."
    )
    assert "again" not in speed_line(answer(Usage(4000, 3500, recomputed=EDITED)))
