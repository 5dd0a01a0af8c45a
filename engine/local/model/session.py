"""Session: a loaded model's handles, chat format, and the sequences of its context.

All sequences share the context's cells, or have as many each. Texts of prompts and answers are remembered with their
tokens, so that a follow-up continues from the model's own tokens instead of tokenizing its answer anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from engine.api import GenerateRequest, ModelFacts
from engine.errors import ErrorInfo, UserError
from engine.formats import ChatFormat, Prompt
from engine.formats.picture_marks import marked, with_pictures
from engine.local import native
from engine.local.model import checkpoints
from engine.local.model.expert_caching import ExpertCaching
from engine.local.model.raw_prompts import raw_tokens
from engine.local.model.sequences import Sequence, TokenizedTexts
from engine.local.model.state_form import StateData, form_of, in_form
from engine.local.model.step_threads import StepThreads
from engine.local.model.tokenizer import Tokenizer
from engine.local.native import prediction
from engine.local.native.projector import Encoded
from engine.local.native.routing import ExpertWatch
from engine.local.pictures.sight import Sight
from engine.local.speculative.draft_model import DraftModel
from engine.local.speculative.prediction_head import PredictionHead
from engine.placement.outgrowing import Planned
from engine.placement.plan import Placement, Plan
from engine.placement.slots.disk_floor import states_limit
from engine.values import LEAST_LOGPROB, TokenLogprob


class Decoded:
    """The results of a step."""

    OK = 0
    NO_ROOM = 1
    ABORTED = 2


# Makes a context as a placement says, its cells divided or not; 0 when its memory could not be had.
OpenContext = Callable[[Placement, ExpertWatch | None, bool], int]
# Beside other files there is room for an answer of so many tokens, where the request does not say.
_ANSWER = 256
# So many conversations' texts are remembered.
_REMEMBERED = 32


class Session:
    """Owns the model, its context, its expert cache, its head and its draft model; `close` frees all.

    `open_context` makes a context like the one given; `experts` are the model's per layer, 0 for a dense one.
    The context was made with `threads.most`, `watch` is what it reports to. `planned` is what the plan was made of.
    """

    def __init__(
        self,
        model: int,
        context: int,
        chat_format: ChatFormat,
        facts: ModelFacts,
        placement: Placement,
        open_context: OpenContext,
        threads: StepThreads,
        experts: int,
        watch: ExpertWatch | None,
        draft_model: DraftModel | None,
        caching: ExpertCaching | None,
        sight: Sight | None = None,
        head: PredictionHead | None = None,
        tokenizer: Tokenizer | None = None,
        huge_pages: native.HugePages | None = None,
        planned: Planned | None = None,
    ) -> None:
        self._model, self._context = model, context
        self._placement, self.planned = placement, planned
        self._open_context, self._experts = open_context, experts
        self._threads = threads
        self._used_threads = threads.most
        self.watch = watch
        self.draft_model = draft_model
        self.caching = caching
        self.sight = sight
        self.head = head
        self._huge_pages = huge_pages
        self._leaves_rows = False
        self.vocab = native.vocabulary(model)
        self.tokenizer = tokenizer or Tokenizer(self.vocab)
        self.format = chat_format
        self.facts = facts
        self.ubatch = placement.ubatch
        self.context_length = facts.context
        # So many rows of a step may be drawn from.
        self.outputs = placement.outputs or placement.ubatch
        self.cells = max(facts.context, placement.ubatch)
        self.batch = native.Batch(placement.ubatch)
        self.memory = native.memory_kind(model)._replace(rollback=placement.rollback)
        self._count = placement.sequences
        self._cells_of_each = native.cells_of_each(placement)
        self.is_divided = False
        # Whether a state is nothing but keys and values of each token.
        self.is_plain = self.memory.keeps_every_token and native.is_plain(context, 0)
        self.may_divide = (
            self._count > 1
            and self._count * self._cells_of_each >= placement.ubatch
            and head is None
            and self.is_plain
        )
        self.sequences = self._new_sequences()
        # What conversations said, the newest last. Replaced as a whole, as other threads read it.
        self._said: dict[str, TokenizedTexts] = {}
        # Texts of cached states with which a text begins.
        self.kept_texts: Callable[[str], TokenizedTexts] = lambda _: ()
        # Seconds spent in llama.cpp, on steps and on drawing from them.
        self.computing_s = self.sampling_s = 0.0

    @property
    def model(self) -> int:
        """The model's handle."""
        return self._model

    @property
    def handle(self) -> int:
        """The context's handle, for the sampler."""
        return self._context

    @property
    def computes_masked(self) -> bool:
        """Whether a step computes what its rows are kept from seeing, as plain attention does."""
        return self._placement.attention == "plain"

    @property
    def room(self) -> int:
        """The tokens that one sequence has room for while the others are empty."""
        return self._cells_of_each if self.is_divided else self.cells

    @property
    def divided_room(self) -> int:
        """`room` where the cells are divided."""
        return self._cells_of_each

    def render(self, request: GenerateRequest) -> Prompt:
        """The prompt of a request, with its pictures; with `score` that of the answer that it ends with. From any
        thread. Raises UserError `template.*`, `picture.*`, `projector.*`."""
        messages, sign = marked(request.messages)
        if sign and self.sight is None:
            raise UserError("picture.not_seen", name=self.facts.name)
        tools = list(request.tools)
        if request.score:
            prompt = self.format.answered(messages, tools, request.reasoning)
        else:
            prompt = self.format.render(
                messages, tools=tools, reasoning=request.reasoning, continue_last=request.continue_last
            )
        if self.sight is None:
            return prompt
        return with_pictures(prompt, sign, request.messages, self.sight.tokens)

    def prompt(self, request: GenerateRequest) -> tuple[Prompt, list[int]]:
        """The prompt of a request and its tokens. From any thread. Raises UserError as `render` and `raw_tokens`."""
        if request.prompt is not None:
            room = self.context_length - (request.max_tokens or _ANSWER)
            tokens = raw_tokens(self.tokenizer, self.vocab, request.prompt, self.facts.name, room)
            return Prompt("", is_raw=True), tokens
        prompt = self.render(request)
        return prompt, self.encode(prompt)

    def encode(self, prompt: Prompt) -> list[int]:
        """Tokenize the prompt, reusing remembered tokens for its known prefix. From any thread."""
        longest: tuple[str, tuple[int, ...]] = ("", ())
        for said in (*self._said.values(), self.kept_texts(prompt.text)):
            for text, tokens in said:
                if len(text) > len(longest[0]) and prompt.text.startswith(text):
                    rest = prompt.text[len(text) :]
                    if not rest or self.tokenizer.starts_with_control(rest):
                        longest = (text, tokens)
        if longest[0]:
            return [*longest[1], *self.tokenizer.encode_from(prompt, len(longest[0]))]
        return self.tokenizer.encode(prompt)

    def remember(
        self, owner: str, prompt: Prompt, length: int, tokens: list[int], answer: str | None
    ) -> TokenizedTexts:
        """Remember `tokens`: a prompt of so many tokens and its answer, None if it ends within a character.
        `owner` is the conversation, whose earlier text is forgotten.

        A template may render that answer differently. A follow-up then still continues from where the
        answer's turn begins, with the older answers' own tokens.
        """
        said = [] if answer is None else [(prompt.text + answer, tuple(tokens))]
        turn = self.tokenizer.last_control(prompt, tokens[:length])
        if turn is not None:
            said.append((prompt.text[: turn[0]], tuple(tokens[: turn[1]])))
        remembered = {name: each for name, each in self._said.items() if name != owner}
        while len(remembered) >= _REMEMBERED:
            del remembered[next(iter(remembered))]
        remembered[owner] = tuple(said)
        self._said = remembered
        return tuple(said)

    def disown(self, owner: str) -> None:
        """Forget the texts of a conversation, "": of all."""
        self._said = {name: each for name, each in self._said.items() if owner not in ("", name)}

    def decode(self, *, answers: int) -> int:
        """Run the rows of `batch`. `answers`: decode-only rows of so many answers and their drafts; 0 if
        prompts are prefilled too. Decode steps without drafts also pace the threads."""
        rows = self.batch.rows
        started = time.perf_counter()
        threads = self._threads
        self._use_threads(threads.answering(answers, started) if answers else threads.reading(started))
        code = self.batch.decode(self._context)
        if code == Decoded.OK:
            native.synchronize(self._context)  # a device may still compute
        elapsed = time.perf_counter() - started
        self.computing_s += elapsed
        if rows == answers and code == Decoded.OK:
            threads.after(rows, elapsed, started + elapsed)
        return code

    def read_picture(
        self, encoded: Encoded, rows: range, sequence: Sequence, start: int, *, drawn: bool
    ) -> int:
        """Run some rows of a picture that begins at position `start`; the result as that of `decode`."""
        started = time.perf_counter()
        self._use_threads(self._threads.reading(started))
        part = slice(rows.start, rows.stop)
        places = encoded.places[:, part] + start * encoded.steps[:, part]
        native.see_each_other(self._context, encoded.is_whole)
        code = native.decode_rows(self._context, sequence.number, encoded.rows[part], places, drawn=drawn)
        native.see_each_other(self._context, False)
        if code == Decoded.OK:
            native.synchronize(self._context)
        self.computing_s += time.perf_counter() - started
        return code

    def leave_hidden_rows(self, on: bool) -> None:
        """Whether the next steps leave hidden rows behind."""
        if on != self._leaves_rows:
            self._leaves_rows = on
            prediction.tell_hidden_rows(self._context, on)

    def hidden_rows(self, first: int, count: int) -> prediction.Rows:
        """The hidden rows of these rows of the last step, which left them behind; to be used before the next one."""
        return prediction.hidden_rows(self._context, first, count, prediction.hidden_width(self._model))

    def logprob(self, row: int, token: int, top: int) -> TokenLogprob:
        """`token` in the place after row `row` of the last batch, with the `top` likeliest in that place.

        The row must be one with logits, and the batch the last that was computed.
        """
        started = time.perf_counter()
        found = native.logprobs(self._context, row, native.vocabulary_size(self.vocab), token, top)
        itself, *likeliest = (
            TokenLogprob(each, self.tokenizer.piece(each), value if value > LEAST_LOGPROB else LEAST_LOGPROB)
            for each, value in found
        )
        self.sampling_s += time.perf_counter() - started
        return msgspec.structs.replace(itself, top=tuple(likeliest))

    def failure(self, code: int) -> ErrorInfo:
        """Why a step failed that ended with `code`."""
        found = self.caching.failure() if self.caching is not None else None
        return found or ErrorInfo("engine.decode_failed", {"status": code})

    def forget(self) -> None:
        """Empty the memory after a failure that leaves its state unknown."""
        native.forget_all(self._context)
        if self.head is not None:
            self.head.forget()
        for sequence in self.sequences:
            sequence.clear()

    def changes_watch(self, on: bool) -> bool:
        """Whether `watch_experts` needs a new context."""
        return bool(self._experts) and on != (self.watch is not None)

    def watch_experts(self, on: bool) -> None:
        """Count the experts that fire in `watch`, or stop; a change empties the memory.

        llama.cpp takes the callback only when a context is made. Raises UserError `engine.context_memory` when
        no context could be had again; then only `close` is left.
        """
        if not self.changes_watch(on):
            return
        self.watch = ExpertWatch(native.layer_count(self._model), self._experts) if on else None
        self._renew()

    def divide(self, on: bool) -> bool:
        """Give each sequence cells of its own, or let all share them; a change empties the memory. Whether there was
        one: shared cells remain where divided ones cannot be had, and then for good.

        With cells of its own an answer does not pass over those of the others in each step. Raises as
        `watch_experts`.
        """
        if on == self.is_divided or (on and not self.may_divide):
            return False
        self.is_divided = on
        try:
            self._renew()
        except UserError:
            if not on:
                raise
            self.is_divided = self.may_divide = False
            self._renew()
        return self.is_divided is on

    def attend(self, plan: Plan) -> None:
        """Compute attention as another plan says that differs by nothing else, which is then that of `facts`; the
        memory is emptied. Where there is none for it, all stays as it was. Raises as `watch_experts`."""
        before, self._placement = self._placement, plan.placement
        try:
            self._renew()
        except UserError:
            self._placement = before
            self._renew()
        else:
            self.facts = msgspec.structs.replace(self.facts, plan=plan)

    def state_bytes(self, tokens: int) -> int:
        """What a state of so many tokens takes, by what all cells take."""
        plan = self.facts.plan
        context = sum(size.context for size in plan.bytes.values()) if plan else 0
        return context * tokens // self.cells

    def readable(self, state: StateData) -> StateData:
        """A kept state in the form that this context reads."""
        return in_form(state, form_of(self._placement)) if self.is_plain else state

    def _renew(self) -> None:
        """Make the context anew, as the placement, `watch` and `is_divided` say. Raises UserError
        `engine.context_memory`."""
        native.free_context(self._context)
        self._context = self._open_context(self._placement, self.watch, self.is_divided)
        self._leaves_rows = False
        if self.head is not None:
            self.head.forget()
        self._threads.forget()
        self._used_threads = self._threads.most
        self.sequences = self._new_sequences()
        if not self._context:
            raise UserError("engine.context_memory", context=self.context_length)

    @property
    def settles(self) -> bool:
        """Whether weights are still to be moved to where they are read faster."""
        return self._huge_pages is not None and not self._huge_pages.is_done

    def settle(self) -> None:
        """Move some of them, for some milliseconds, between steps."""
        if self._huge_pages is not None:
            self._huge_pages.move()

    def close(self) -> None:
        if self._huge_pages is not None:
            self._huge_pages.close()
        if self.sight is not None:
            self.sight.close()
        if self.draft_model is not None:
            self.draft_model.close()
        if self.head is not None:
            self.head.close()
        native.free_context(self._context)
        if self.caching is not None:
            self.caching.close()
        native.free_model(self._model)

    def _new_sequences(self) -> list[Sequence]:
        room, numbers = states_limit(self.facts.plan, checkpoints.room()) // self._count, range(self._count)
        streams = self._count if self.is_divided else 1
        if self.head is None:
            return [Sequence(self._context, number, self.memory, room, streams) for number in numbers]
        cut = self.head.cut
        return [Sequence(self._context, number, self.memory, room, streams, cut) for number in numbers]

    def _use_threads(self, threads: int) -> None:
        if threads != self._used_threads:
            self._used_threads = threads
            native.set_threads(self._context, decode=threads, prefill=threads)
            if self.head is not None:
                self.head.use_threads(threads)
