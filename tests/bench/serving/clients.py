"""Eight clients of the local server at once, beside llama-server with its defaults and at its best here."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.bench.serving.answers import Answer, total_tps
from tests.bench.serving.bench_bed import ROUNDS, Bed
from tests.bench.serving.coterie_serve import CoterieServe
from tests.bench.serving.goals import Row
from tests.bench.serving.server import Server
from tests.bench.serving.texts import story

_CONTEXT = 8192
CLIENTS, _TOKENS = 8, 96
_SHORT_WORDS, _LONG_ANSWER = 12, 250
# Flash attention over a cache in RAM is what costs it most.
_BEST = ("-fa", "off")
_Ask = Callable[[str, int], Answer]


def measure(bed: Bed) -> list[Row]:
    """Tokens written per second by all together; then the first token of a short question beside seven answers."""
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(CoterieServe(bed.model, _CONTEXT))
        rivals: dict[str, Server] = {}
        if bed.server is not None:
            for name, settings in (("llama-server -np 8", ()), ("llama-server at its best", _BEST)):
                rivals[name] = stack.enter_context(
                    Server(bed.server, bed.model, _CONTEXT, CLIENTS, bed.threads, *settings)
                )
        pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        asks: dict[str, _Ask] = {"ours": ours.answer} | {name: one.answer for name, one in rivals.items()}
        speeds: dict[str, list[float]] = {name: [] for name in asks}
        firsts: dict[str, list[float]] = {name: [] for name in asks}
        shares = []
        for _ in range(ROUNDS):
            prompts = [story() for _ in range(CLIENTS)]
            for name, ask in asks.items():
                began, spent = time.monotonic(), ours.spent_s
                speeds[name].append(
                    total_tps(list(pool.map(lambda prompt, ask=ask: ask(prompt, _TOKENS), prompts)))
                )
                if name == "ours":
                    shares.append((ours.spent_s - spent) / (time.monotonic() - began))
                with _writing(ask):
                    firsts[name].append(ask(story(_SHORT_WORDS), 8).first_s)
    rows = [Row("processor time of the server beside its engine, of a core", "", shares)]
    for name in rivals:
        rows += [
            Row(f"eight clients beside {name}", "tok/s", speeds["ours"], speeds[name], 0.95),
            Row(
                f"first token beside seven answers, {name}",
                "s",
                firsts["ours"],
                firsts[name],
                1.2,
                at_least=False,
            ),
        ]
    return rows


@contextlib.contextmanager
def _writing(ask: _Ask) -> Iterator[None]:
    """Seven clients that get one long answer after the other, well under way when this begins."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            ask(story(), _LONG_ANSWER)

    threads = [threading.Thread(target=work, name=f"client-{number}") for number in range(CLIENTS - 1)]
    for thread in threads:
        thread.start()
    time.sleep(2.0)
    yield
    stop.set()
    for thread in threads:
        thread.join()
