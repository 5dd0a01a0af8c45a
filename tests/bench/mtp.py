"""Twenty mixed chats with the model's own head and without, by turns in one process: whether it ever costs time.

Usage: python -m tests.bench.mtp [CHATS [ANSWER_TOKENS [THREADS]]]
Prints each chat's speed with the head over that without, and of all together; at least 0.98 is the goal. Tokens count
over the whole time of a chat, its prompt included.
"""

from __future__ import annotations

import sys
import time

from engine.api import Finished, LoadRequest
from engine.local import native
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.loading import open_session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.scheduling.scheduler import Scheduler
from engine.local.speculative import StepCosts
from engine.placement.plan import Fallback, PlacementOptions
from engine.values import Usage
from tests.support.computing.mixed_chats import QUESTIONS
from tests.support.engines.recorder import ask
from tests.support.models.predicting import predicting_model

ANSWER_TOKENS = 96


class Chats:
    """A session whose chats come one after the other, with what it learns of its steps."""

    def __init__(self, threads: int, *fallbacks: Fallback) -> None:
        options = PlacementOptions(2048, fallbacks=fallbacks)
        request = LoadRequest(str(predicting_model()), options, threads=threads)
        self.session = open_session(request, native.AbortFlag(), lambda _: True, None)
        self.costs = StepCosts()
        self._ended: list[Finished] = []
        states = PromptCache(None, "", 0, 0)
        self._scheduler = Scheduler(
            self.session, states, Cancellation(), lambda _: None, self._ended.append, self.costs
        )
        self.begin()

    def answer(self, number: int, question: str, tokens: int) -> tuple[float, Usage]:
        """Tokens per second of one chat, and its usage."""
        request = ask(number, question, max_tokens=tokens)
        generation = Generation(self.session, request, lambda _: None, time.monotonic())
        started, computed = time.perf_counter(), time.process_time()
        generation.prepare()
        self._scheduler.submit(Prepared(request, generation, None))
        while not self._scheduler.is_idle:
            self._scheduler.step()
        seconds = time.perf_counter() - started
        usage = self._ended[-1].usage
        self._seconds += seconds
        self._processor_s += time.process_time() - computed
        self._tokens += usage.completion_tokens
        return usage.completion_tokens / seconds, usage

    def begin(self) -> None:
        self._seconds = self._processor_s = self._tokens = 0.0

    @property
    def tps(self) -> float:
        return self._tokens / self._seconds

    @property
    def processor_tps(self) -> float:
        """By the time of the processor: with one thread, what others compute meanwhile hardly changes it."""
        return self._tokens / self._processor_s


def compare(chats: int = len(QUESTIONS), tokens: int = ANSWER_TOKENS, threads: int = 0) -> None:
    native.start()
    own, bare = Chats(threads), Chats(threads, "without_mtp")
    for each in (own, bare):  # the first steps of a process are slow
        each.answer(0, QUESTIONS[-1], 8)
        each.begin()
    for number, question in enumerate(QUESTIONS[:chats], 1):
        order = (own, bare) if number % 2 else (bare, own)
        found = {each: each.answer(number, question, tokens) for each in order}
        usage = found[own][1]
        ratio = found[own][0] / found[bare][0]
        drafts = f"{usage.accepted_tokens} of {usage.drafted_tokens}"
        print(f"{ratio:5.2f}  {drafts:>10}  {question}", flush=True)
    ratio, computed = own.tps / bare.tps, own.processor_tps / bare.processor_tps
    print(f"{ratio:6.3f}  all; {computed:.3f} by the time of the processor")
    head, alone = own.session.head, own.costs.seconds(1)
    if head is not None:
        rows = ", ".join(f"{own.costs.seconds(count) / alone:.2f}" for count in (2, 3, 4, 8))
        step = f"{head.costs.seconds / alone:.2f}"
        print(f"of a step: one of 2, 3, 4, 8 rows takes {rows}; one of the head {step}")
    for each in (own, bare):
        each.session.close()


if __name__ == "__main__":
    compare(*map(int, sys.argv[1:]))
