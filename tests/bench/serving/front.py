"""How long the conversation in front waits for its first word while runs keep the engine busy."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from tests.bench.serving.bench_bed import ROUNDS, Bed
from tests.bench.serving.goals import Row
from tests.bench.serving.ours import Ours
from tests.bench.serving.server import Server
from tests.bench.serving.texts import story

_CONTEXT = 8192
RUNS = 3
# A question with a page of text, and what a run reads of a tool's result and writes about it.
_ASKED_WORDS, _RESULT_WORDS, _RUN_TOKENS = 200, 250, 64
_LONG_ANSWER = 400


def measure(bed: Bed) -> list[Row]:
    """Alone, beside three answers that are being written, and beside three runs that read and write in turns."""
    alone, writing, working = [], [], []
    theirs_alone, theirs_writing = [], []
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Ours(bed.model, _CONTEXT))
        server = bed.server and stack.enter_context(
            Server(bed.server, bed.model, _CONTEXT, RUNS + 1, bed.threads)
        )
        ours.set_priority("front")

        def ask_ours() -> float:
            return ours.answer(story(_ASKED_WORDS), "front", 8).first_s

        for _ in range(ROUNDS):
            alone.append(ask_ours())
            with _writers(lambda: ours.answer(story(), "", _LONG_ANSWER)):
                writing.append(ask_ours())
            with _writers(lambda: ours.answer(story(_RESULT_WORDS), "", _RUN_TOKENS)):
                working.append(ask_ours())
            if server:
                theirs_alone.append(server.answer(story(_ASKED_WORDS), 8).first_s)
                with _writers(lambda: server.answer(story(), _LONG_ANSWER)):
                    theirs_writing.append(server.answer(story(_ASKED_WORDS), 8).first_s)
    rows = [
        Row("first token beside three answers, to alone", "s", writing, alone, 1.5, at_least=False),
        Row("first token beside three runs, to alone", "s", working, alone, 1.5, at_least=False),
    ]
    if server:
        rows.append(Row("the same of llama-server, three answers", "s", theirs_writing, theirs_alone))
    return rows


@contextlib.contextmanager
def _writers(answer: Callable[[], object]) -> Iterator[None]:
    """Three threads that ask for one answer after the other, well under way when this begins."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            answer()

    threads = [threading.Thread(target=work, name=f"run-{number}") for number in range(RUNS)]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    yield
    stop.set()
    for thread in threads:
        thread.join()
