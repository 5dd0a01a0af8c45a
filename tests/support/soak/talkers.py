"""Threads that talk to an engine as people and runs do: at random, impatiently, several at once."""

from __future__ import annotations

import itertools
import random
import threading
import time

from engine.api import GenerateRequest
from engine.errors import UserError
from engine.local.client import LocalEngine
from engine.values import Message, Sampling
from tests.support.soak.ledger import Entry, Ledger

PATIENCE = 300.0
_WORDS = (
    *("harbour", "boat", "wind", "children", "colour", "engine", "bread", "letter", "river", "stone", "lamp"),
    *(
        "tell",
        "why",
        "does",
        "the",
        "of",
        "and",
        "a",
        "slowly",
        "write",
        "about",
        "in",
        "long",
        "two",
        "blue",
    ),
)
# A conversation that has become longer than so many tokens is left for a new one.
LONGEST = 1200


class Talker(threading.Thread):
    """Goes from conversation to conversation until `stop` is set.

    In half of the conversations the turns of the assistant are written by the talker and not taken from the answers,
    so that a prompt's tokens do not depend on what was answered before.
    """

    def __init__(
        self,
        number: int,
        seed: int,
        engine: LocalEngine,
        ledger: Ledger,
        ids: itertools.count[int],
        longest: int = LONGEST,
    ) -> None:
        super().__init__(name=f"talker-{number}")
        self._longest = longest
        self._engine, self._ledger, self._ids = engine, ledger, ids
        self._random = random.Random(f"{seed} {number}")
        self._conversations = 0
        self.stop = threading.Event()
        self.failure: BaseException | None = None
        self._begin()

    def _begin(self) -> None:
        self._conversations += 1
        self._conversation = f"{self.name}-{self._conversations}"
        self._scripted = self._random.random() < 0.5
        self._messages: tuple[Message, ...] = ()

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self._turn()
        except BaseException as error:
            self.failure = error

    def _turn(self) -> None:
        chance = self._random
        if chance.random() < 0.1:
            self._engine.set_priority(chance.choice((self._conversation, "")))
        self._messages += (Message("user", self._words(chance.choice((3, 10, 40, 150)))),)
        waited = [self._ask(self._messages, self._conversation)]
        if chance.random() < 0.2:  # a question of its own beside the conversation
            waited.append(self._ask((Message("user", self._words(8)),), ""))
        asked = [entry for entry in waited if entry]
        for entry in asked:
            self._bother(entry)
        for entry in asked:
            if not entry.done.wait(PATIENCE):
                raise TimeoutError(f"request {entry.request.id} was not answered")
        if asked and asked[0].request.conversation:
            self._go_on(asked[0])
        for entry in asked:
            self._ledger.done_with(entry)

    def _ask(self, messages: tuple[Message, ...], conversation: str) -> Entry | None:
        chance = self._random
        greedy = chance.random() < 0.7
        sampling = Sampling(
            temperature=0.0 if greedy else 0.9, repeat_penalty=1.0, seed=chance.randrange(1000)
        )
        request = GenerateRequest(
            next(self._ids),
            messages,
            sampling,
            max_tokens=chance.choice((1, 4, 12, 32, 48)),
            conversation=conversation,
            drafts=chance.random() < 0.8,
        )
        entry = self._ledger.asked(request)
        entry.comparable = greedy and (self._scripted or len(messages) == 1)
        try:
            self._engine.generate(request)
        except UserError:
            self._ledger.was_refused(request.id)
            time.sleep(0.2)
            return None
        return entry

    def _bother(self, entry: Entry) -> None:
        chance, id = self._random, entry.request.id
        what = chance.random()
        if what < 0.2:
            entry.harmed = True
            entry.done.wait(chance.choice((0.0, 0.05, 0.5, 2.0)))
            self._engine.abort(id)
        elif what < 0.3:
            self._engine.answer_now(id)

    def _go_on(self, entry: Entry) -> None:
        chance = self._random
        text = "".join(entry.text)
        if self._scripted:
            text = self._words(chance.choice((2, 12, 40)))
        self._messages += (Message("assistant", text or "..."),)
        length = entry.end.usage.prompt_tokens if entry.end else 0
        if length > self._longest or chance.random() < 0.15:
            if chance.random() < 0.5:
                self._engine.forget(self._conversation)
            self._begin()

    def _words(self, count: int) -> str:
        return " ".join(self._random.choice(_WORDS) for _ in range(count)) + "."
