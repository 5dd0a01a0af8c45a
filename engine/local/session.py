"""A loaded model: its handles, its format, and what its context holds right now.

The context is one sequence. `tokens` are the tokens it stands for and `decoded` how many of them are in
memory (the last sampled token is not, until the next step). As long as they are exactly a prompt and its answer,
what they say is remembered: then a follow-up goes on from the model's own tokens instead of reading its answer again
in another cut.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from engine.api import ModelFacts, Sampling
from engine.errors import UserError
from engine.formats import ChatFormat, Prompt
from engine.local import native
from engine.local.drafting.draft_model import DraftModel
from engine.local.native.routing import ExpertWatch
from engine.local.pacing import ThreadPacer
from engine.local.tokenizer import Tokenizer


class Decoded:
    """Results of a step."""

    OK = 0
    NO_ROOM = 1
    ABORTED = 2


# Makes a context as the session was opened with; 0 when its memory could not be had.
OpenContext = Callable[[ExpertWatch | None], int]


class Session:
    """Owns the model, its context, and the model that guesses ahead; `close` frees all. `ubatch` is the most tokens
    that a step takes.

    `open_context` makes a context like the one given; `experts` are the model's per layer, 0 for a dense one.
    `threads` are what the context was made with, `watch` is what it reports to.
    """

    def __init__(
        self,
        model: int,
        context: int,
        chat_format: ChatFormat,
        facts: ModelFacts,
        recommended: Sampling,
        ubatch: int,
        open_context: OpenContext,
        threads: int,
        experts: int = 0,
        watch: ExpertWatch | None = None,
        draft_model: DraftModel | None = None,
    ) -> None:
        self._model, self._context = model, context
        self._open_context, self._experts = open_context, experts
        self._threads, self._pacer = threads, ThreadPacer(threads)
        self.watch = watch
        self.draft_model = draft_model
        self.vocab = native.vocabulary(model)
        self.tokenizer = Tokenizer(self.vocab)
        self.format = chat_format
        self.facts = facts
        self.recommended = recommended
        self.ubatch = ubatch
        self.context_length = facts.context
        self.tokens: list[int] = []
        self.decoded = 0
        # What `tokens` say, and what those before the answer's turn do: one value, as another thread counts by it.
        self._said: tuple[tuple[str, tuple[int, ...]], ...] = ()
        # Seconds spent in llama.cpp's decode, for those who measure.
        self.computing_s = 0.0

    @property
    def model(self) -> int:
        """The model's handle."""
        return self._model

    @property
    def handle(self) -> int:
        """The context's handle, for the sampler."""
        return self._context

    def encode(self, prompt: Prompt) -> list[int]:
        """The prompt's tokens, going on from the tokens in memory where the text allows it. From any thread."""
        for text, tokens in self._said:
            if prompt.text.startswith(text):
                rest = prompt.text[len(text) :]
                if not rest or self.tokenizer.starts_with_control(rest):
                    return [*tokens, *self.tokenizer.encode_from(prompt, len(text))]
        return self.tokenizer.encode(prompt)

    def remember(self, prompt: Prompt, length: int, answer: str | None) -> None:
        """The tokens in memory, and those behind them, are a prompt of so many tokens and its answer, None for one
        that ends within a character.

        A template may write that answer otherwise than the model did. Then a follow-up still goes on from where the
        answer's turn begins, with the older answers as the model cut them.
        """
        said = [] if answer is None else [(prompt.text + answer, tuple(self.tokens))]
        turn = self.tokenizer.last_control(prompt, self.tokens[:length])
        if turn is not None:
            said.append((prompt.text[: turn[0]], tuple(self.tokens[: turn[1]])))
        self._said = tuple(said)

    def reuse(self, tokens: Sequence[int]) -> int:
        """Keep the longest common prefix with `tokens` in memory, at most all but the last one; its length."""
        limit = min(self.decoded, len(tokens) - 1)
        kept = 0
        while kept < limit and self.tokens[kept] == tokens[kept]:
            kept += 1
        if kept < self.decoded:
            kept = self._truncate(kept)
        self.tokens = list(tokens[:kept])
        self.decoded = kept
        self._said = ()
        return kept

    def step(self, tokens: Sequence[int]) -> int:
        """Decode `tokens` behind what is in memory; after anything but `Decoded.OK` they are not in memory."""
        started = time.perf_counter()
        code = native.decode(self._context, tokens)
        elapsed = time.perf_counter() - started
        self.computing_s += elapsed
        if len(tokens) == 1:
            self._pace(elapsed)
        if code == Decoded.OK:
            self.tokens[self.decoded :] = tokens
            self.decoded += len(tokens)
        else:
            self.decoded = self._truncate(self.decoded)
            del self.tokens[self.decoded :]
        return code

    def forget(self) -> None:
        """Empty the memory, after something went wrong in a way that says nothing about its state."""
        native.forget_all(self._context)
        self.tokens, self.decoded, self._said = [], 0, ()

    def watch_experts(self, on: bool) -> None:
        """Count the experts that fire in `watch`, or stop it; the memory is emptied where that changes.

        llama.cpp takes the callback only when a context is made. Raises UserError `engine.context_memory` when
        no context could be had again; then only `close` is left.
        """
        if not self._experts or on == (self.watch is not None):
            return
        native.free_context(self._context)
        self.tokens, self.decoded, self._said = [], 0, ()
        self.watch = ExpertWatch(native.layer_count(self._model), self._experts) if on else None
        self._context = self._open_context(self.watch)
        self._pacer = ThreadPacer(self._threads)
        if not self._context:
            raise UserError("engine.context_memory", context=self.context_length)

    def close(self) -> None:
        if self.draft_model is not None:
            self.draft_model.close()
        native.free_context(self._context)
        native.free_model(self._model)

    def _pace(self, step_s: float) -> None:
        before = self._pacer.threads
        if self._pacer.after_step(step_s) != before:
            native.set_threads(self._context, decode=self._pacer.threads, prefill=self._threads)

    def _truncate(self, length: int) -> int:
        """Forget what lies behind `length`. Recurrent memory cannot step back: then everything is forgotten."""
        if native.forget_from(self._context, length):
            return length
        native.forget_all(self._context)
        return 0
