"""Many conversations, disturbed at any moment: each answer that ends by itself is what the model says to it alone."""

from __future__ import annotations

import random

import pytest

from engine.activity import Activity
from engine.api import Delta, Finished, GenerateRequest, LoadRequest, Measured, PrefillProgress
from engine.local import native
from engine.local.client import LocalEngine
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.loading import open_session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.scheduling.scheduler import Scheduler
from engine.placement.plan import PlacementOptions
from engine.values import Message, Sampling
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

TEXT = "sea boat hill stone river garden light winter bread letter road bird window paper green old"
WORDS = TEXT.split(" ")
CHATS = ("a", "b", "c", "d", "e", "")
CONTEXT = 512


class Disturbed:
    """An engine whose conversations are asked, stopped, brought to the front and forgotten by chance."""

    def __init__(self, engine: LocalEngine, told: Recorder, seed: int) -> None:
        self.engine, self.told = engine, told
        self.chance = random.Random(seed)
        self.asked: dict[int, GenerateRequest] = {}
        self.aborted: set[int] = set()
        self.busy: dict[str, int] = {}
        self.said: dict[str, tuple[Message, ...]] = {}
        self.text: dict[int, str] = {}
        self.ended: dict[int, Finished] = {}
        self.progress: dict[int, list[int]] = {}

    def act(self) -> None:
        kind = self.chance.choices(("ask", "stop", "front", "forget", "wait"), (9, 2, 2, 1, 5))[0]
        chat = self.chance.choice(CHATS)
        if kind == "ask" and (not chat or chat not in self.busy):
            self._ask(chat)
        elif kind == "stop" and self.asked:
            id = self.chance.choice(sorted(self.asked))
            self.aborted.add(id)
            self.engine.abort(id)
        elif kind == "front":
            self.engine.set_priority(chat)
        elif kind == "forget" and chat:
            self.engine.forget(chat)
        elif kind == "wait":
            for _ in range(self.chance.randint(1, 12)):
                if self.busy or any(id not in self.ended for id in self.asked):
                    self.take(self.told.next(Delta, Finished, PrefillProgress))

    def take(self, event: Delta | Finished | PrefillProgress) -> None:
        assert event.id not in self.ended, "nothing comes behind the end"
        if isinstance(event, PrefillProgress):
            self.progress.setdefault(event.id, []).append(event.done)
        elif isinstance(event, Delta):
            self.text[event.id] += event.text
        else:
            self.ended[event.id] = event
            chat = self.asked[event.id].conversation
            self.busy.pop(chat, None)
            if chat and event.reason == "length" and self.chance.random() < 0.6:
                self.said[chat] = (*self.asked[event.id].messages, Message("assistant", self.text[event.id]))

    def _ask(self, chat: str) -> None:
        id = len(self.asked) + 1
        count = self.chance.choice((3, 12, 60, 150))
        before = self.said.get(chat, ()) if sum(len(m.content) for m in self.said.get(chat, ())) < 500 else ()
        shared = "Here is a list of words: " + TEXT if self.chance.random() < 0.5 else f"{id}."
        words = " ".join(self.chance.choices(WORDS, k=count))
        messages = (*before, Message("user", f"{shared} {words}. Write a story."))
        request = GenerateRequest(
            id, messages, Sampling(0.0, seed=1), max_tokens=self.chance.choice((3, 8, 14)), conversation=chat
        )
        self.asked[id], self.text[id] = request, ""
        if chat:
            self.busy[chat] = id
        self.engine.generate(request)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))])
def test_whatever_happens_beside_it_an_answer_is_its_own_and_ends_once(
    engine: LocalEngine, told: Recorder, seed: int
) -> None:
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(CONTEXT, streams=3)))
    run = Disturbed(engine, told, seed)
    for _ in range(34):
        run.act()
    engine.set_priority("")
    while len(run.ended) < len(run.asked):
        run.take(told.next(Delta, Finished, PrefillProgress))
    assert len(run.asked) > 6
    for id, end in run.ended.items():
        assert end.error is None, (id, end)
        assert run.progress.get(id, []) == sorted(run.progress.get(id, []))
        if end.reason == "cancelled":
            assert id in run.aborted
            continue
        assert end.usage.completion_tokens == run.asked[id].max_tokens or end.reason == "stop"
        assert end.usage.prompt_tokens in run.progress[id], "all of it was read"
        assert judge().worst(run.asked[id].messages, run.text[id]) < CLOSE, id
    rest = told.next(Activity)
    assert (rest.answering, rest.waiting) == (0, 0) and rest.cells_used <= rest.cells


def test_prompts_as_long_as_the_context_are_answered_beside_others_as_far_as_it_goes(
    engine: LocalEngine, told: Recorder
) -> None:
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(CONTEXT)))
    engine.measure(ask(90, "sea"))
    frame = told.next(Measured).prompt - 1
    engine.generate(ask(1, "Tell me a story.", max_tokens=60))
    told.next(Delta)
    for id, length in ((2, CONTEXT - 1), (3, CONTEXT - 3), (4, CONTEXT)):
        engine.generate(ask(id, "sea" + " sea" * (length - frame - 1)))
    ends = {id: told.finish(id)[1] for id in (1, 2, 3, 4)}
    assert ends[4].error is not None and ends[4].error.code == "engine.context_overflow"
    assert (ends[1].error, ends[1].usage.completion_tokens) == (None, 60)
    assert ends[2].usage.prompt_tokens == CONTEXT - 1 and ends[3].usage.prompt_tokens == CONTEXT - 3
    for id, room in ((2, 1), (3, 3)):
        assert ends[id].error is None
        assert ends[id].reason == "stop" or ends[id].usage.completion_tokens == room


def test_nothing_is_kept_of_a_conversation_that_is_forgotten_while_its_answer_waits() -> None:
    native.start()
    request = LoadRequest(str(starter_model()), PlacementOptions(CONTEXT))
    session = open_session(request, native.AbortFlag(), lambda _: True, None)
    states, cancellation, ended = PromptCache(None, "", 10**9, 0), Cancellation(), []
    scheduler = Scheduler(session, states, cancellation, lambda _: None, ended.append)
    for id, reason in ((1, "length"), (2, "cancelled")):
        asked = ask(id, " ".join(WORDS * 6), max_tokens=6, conversation="gone")
        cancellation.opened(id)
        generation = Generation(session, asked, lambda _: None, 0.0)
        generation.prepare()
        scheduler.submit(Prepared(asked, generation, None))
        while len(generation.tokens) < generation.prompt_length + 2:
            scheduler.step()
        scheduler.admission.preempt(scheduler.admission.active[0], 0.0)
        assert states.ram_bytes > 0
        scheduler.forget("gone")
        if reason == "cancelled":
            cancellation.abort(id)
        while not scheduler.is_idle:
            scheduler.step()
        assert ended.pop().reason == reason
        assert states.ram_bytes == 0 and states.texts() == ()
        assert not any(map(len, session.sequences)) and not session._said
    scheduler.close(0.0)
    session.close()
