"""Generation of one answer: renders, tokenizes, prefills, samples and parses; emits events."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.api import Finished, GenerateRequest, PrefillProgress, TokenLogprobs
from engine.errors import ErrorInfo, UserError
from engine.formats import AssistantMessage, Prompt, ToolGrammar
from engine.formats.grammar.gbnf.ending import Endings
from engine.local import native
from engine.local.generation import sampling
from engine.local.generation.grammar_trigger import GrammarTrigger, grammar_of
from engine.local.generation.next_message import opens_message
from engine.local.generation.repetition import REACH, repeats
from engine.local.generation.reply_text import Emit, ReplyText
from engine.local.model.sequences import TokenizedTexts
from engine.local.model.session import Session
from engine.local.native.grammar import GrammarSampler
from engine.local.pictures.units import Unit, units
from engine.values import FinishReason, Timings, Usage

# Reasoning over its budget may still come to the end of a line or sentence, for so many tokens.
BUDGET_GRACE = 16
# In tokens.
_REPETITION_EVERY = 64
_BOUNDARIES = ("\n", ".", "!", "?", "。")


class StepResult(NamedTuple):
    """The result of a step: why the answer ends, None while it goes on, and the number of accepted drafts."""

    reason: FinishReason | None
    accepted: int


class Generation:
    """One request from prompt to end; the scheduler runs its tokens.

    `prepare` on any thread, then `start` in a sequence, then `took` after each step, `finished` at the end and
    `close`. `arrived` is the monotonic time of the request. `answer_now`: whether the reasoning shall end, as soon as
    it may.
    """

    is_background = False

    def __init__(
        self,
        session: Session,
        request: GenerateRequest,
        emit: Emit,
        arrived: float,
        answer_now: Callable[[], bool] = lambda: False,
    ) -> None:
        self._session = session
        self.request = request
        self._emit = emit
        self.arrived = arrived
        self._answer_now = answer_now
        self._budget: int | None = None
        self._repeats = False
        self._held: list[int] = []  # an end token and what came behind it, while calls may still follow
        self._notices: tuple[ErrorInfo, ...] = ()
        self._grammar = ToolGrammar()
        self._calls: Endings | None = None
        self._prompt: Prompt | None = None
        self._chain: native.SamplerChain | None = None
        self._text: ReplyText | None = None
        self._gate: GrammarTrigger | None = None
        # The prompt and the answer so far; the last of them are not in memory until the next step.
        self.tokens: list[int] = []
        self.pictures: list[Unit] = []  # among the tokens
        self.prompt_length = self.cached = 0
        self.turn = 0  # where the answer's turn begins in `tokens`, where the memory needs to know
        self.recomputed: ErrorInfo | None = None
        self._limit = self._completion = 0
        self._drafted = self._accepted = 0
        self._started = self._read = self._first = self._last = 0.0  # monotonic times, 0.0: not yet
        self._reasoning_s = self._python_s = 0.0
        self._steps = self._streams = 0

    @property
    def is_reading(self) -> bool:
        """Whether the prompt is still being prefilled."""
        return not self._read

    @property
    def room(self) -> int:
        """The number of tokens that the answer may still have."""
        return self._limit - self._completion

    @property
    def reusable(self) -> list[int]:
        """The tokens of which all but the last may be in memory already."""
        return self.tokens

    def rows(self, held: int, most: int, outputs: int) -> tuple[int, int]:
        """How many of the next `most` tokens, `held` of which are in memory, a step with so many `outputs` takes, and
        how many of its last rows have logits."""
        return most, int(held + most == len(self.tokens))

    @property
    def may_draft(self) -> bool:
        """Whether tokens may be drafted: not while a grammar judges each of them, nor of what pictures say."""
        drafts = self.request.drafts and not self.pictures
        return drafts and self._gate is not None and not self._gate.is_active

    def prepare(self) -> None:
        """Render and tokenize the prompt. Raises UserError when the request cannot be answered."""
        request, session = self.request, self._session
        sampling.check(request.sampling)
        sampling.check_bias(request.logit_bias, native.vocabulary_size(session.vocab))
        prompt, tokens = session.prompt(request)
        self._grammar = grammar_of(session.format, request, prompt)
        self._calls = Endings(self._grammar.gbnf, self._grammar.calls) if self._grammar.calls else None
        self._prompt, self._budget = prompt, prompt.reasoning_budget
        self.prompt_length = len(tokens)
        if not tokens:
            raise UserError("engine.empty_prompt")
        if len(tokens) >= session.context_length:
            raise UserError("engine.context_overflow", needed=len(tokens), available=session.context_length)
        self.tokens, self.pictures = tokens, units(tokens)
        if not session.memory.keeps_every_token:
            turn = session.tokenizer.last_control(prompt, tokens)
            self.turn = turn[1] if turn else 0
        room = session.context_length - len(tokens)
        self._limit = min(request.max_tokens or room, room)

    def start(self, cached: int, recomputed: ErrorInfo | None, now: float) -> None:
        """Start in a KV slot with so many prompt tokens in memory."""
        if not self._started:
            self._started, self.cached, self.recomputed = now, cached, recomputed
        self.emit_progress(cached)

    def emit_progress(self, held: int) -> None:
        """Emit `PrefillProgress`; a resumed answer has emitted it before."""
        if self.is_reading:
            done = min(held, self.prompt_length)
            self.cached = min(self.cached, done)  # what was lost since then is read after all
            self._emit(
                PrefillProgress(self.request.id, done, self.prompt_length, self.cached, self.recomputed)
            )

    def took(self, rows: range, draft: Sequence[int] = ()) -> StepResult:
        """Take the results of a step whose `rows` of the batch may be sampled: first after the last of
        `tokens`, then after each of `draft`. Sampling goes on while the sampled token equals the drafted one,
        so the answer is the same as without drafts.

        While the answer goes on, the last of `tokens` is not in memory yet.
        """
        if self.is_reading and not self._begin():
            return StepResult(None, 0)
        for number, row in enumerate(rows):
            before = len(self.tokens)
            token = self._draw(row)
            self._emit_logprob(row, token)
            reason = self._take(token)
            if reason is not None or number == len(draft) or self.tokens[before:] != [draft[number]]:
                break
        self._drafted += len(draft)
        self._accepted += number
        return StepResult(reason, number)

    def spent(self, python_s: float, streams: int) -> None:
        """Account a decode step of so many answers that spent this long outside llama.cpp."""
        self._python_s += python_s
        self._steps += 1
        self._streams += streams

    def finished(self, reason: FinishReason, error: ErrorInfo | None = None) -> Finished:
        """The final event; text that was held back is emitted before."""
        text = self._text
        if text is not None:
            self._notices = self._noticed(text, text.finish(), reason)
        decode_s = self._last - self._first
        prefill_s = self._read - self._started if self._read else 0.0
        usage = Usage(
            self.prompt_length,
            self.cached,
            self._completion,
            text.reasoning if text else 0,
            self._drafted,
            self._accepted,
            self.recomputed,
        )
        timings = Timings(
            load_s=self._session.facts.load_s,
            ttft_s=self._first - self.arrived if self._first else 0.0,
            prefill_tps=(self.prompt_length - self.cached) / prefill_s if prefill_s > 0 else 0.0,
            decode_tps=(self._completion - 1) / decode_s if decode_s > 0 else 0.0,
            reasoning_s=self._reasoning_s,
            queue_s=max(0.0, self._started - self.arrived) if self._started else 0.0,
            prefill_s=prefill_s,
            decode_s=decode_s,
            python_s=self._python_s,
            batch=self._streams / self._steps if self._steps else 0.0,
        )
        calls, stop = (tuple(text.tool_calls), text.stop) if text else ((), "")
        return Finished(self.request.id, reason, usage, timings, error, calls, self._notices, stop)

    def said(self, owner: str) -> TokenizedTexts:
        """The texts of the tokens in memory at the end; remembered for follow-ups."""
        if self._prompt is None or self._prompt.is_raw or self._text is None:
            return ()
        tokens = self.tokens[: len(self.tokens) - len(self._held)]
        return self._session.remember(owner, self._prompt, self.prompt_length, tokens, self._text.whole())

    def close(self) -> None:
        """Free what llama.cpp holds for it."""
        if self._gate is not None:
            self._gate.close()
        if self._chain is not None:
            self._chain.close()
        self._gate = self._chain = None

    def _begin(self) -> bool:
        """Finish the prefill. False if more is to be prefilled before the first token is sampled."""
        session, prompt = self._session, self._prompt
        assert prompt is not None
        self._read = time.monotonic()
        chain = self._chain = sampling.build_chain(
            sampling.resolve(self.request.sampling, session.facts.sampling),
            session.vocab,
            self.request.logit_bias,
            self.tokens,
            session.context_length,
        )
        parser = session.format.parser(prompt)
        markers = session.format.markers
        text = self._text = ReplyText(
            self.request, parser, prompt.stops, self._emit, prompt.continued_content, markers, self._calls
        )
        trigger = session.format.dialect.trigger
        self._gate = GrammarTrigger(
            self._grammar,
            session.vocab,
            session.tokenizer,
            GrammarSampler(chain, session.vocab),
            "" if self._grammar.answer and not self._may_reason() else markers.opening,
            trigger if trigger and prompt.text.rstrip().endswith(trigger) else "",
            lambda: text.said,
        )
        # The answer was wanted before it began.
        return not (self._is_to_be_closed() and self._close_reasoning(0.0))

    def _draw(self, row: int) -> int:
        """Sample after a row of the last batch; the tools' grammar comes first."""
        session = self._session
        assert self._text is not None and self._gate is not None and self._chain is not None
        started = time.perf_counter()
        within = self._gate.sample(session.handle, reasons=self._text.in_reasoning, index=row)
        token = self._chain.sample(session.handle, row) if within is None else within
        session.sampling_s += time.perf_counter() - started
        return token

    def _emit_logprob(self, row: int, token: int) -> None:
        top = self.request.top_logprobs
        if top is not None and not self._session.tokenizer.is_end(token):
            self._emit(TokenLogprobs(self.request.id, (self._session.logprob(row, token, top),)))

    def _take(self, token: int) -> FinishReason | None:
        """Append a sampled token; the finish reason, None while the answer goes on."""
        text, gate = self._text, self._gate
        assert text is not None and gate is not None
        now = self._last = time.monotonic()
        if not self._first:
            self._first = now
        elapsed = now - self._first
        if self._grammar.answer and text.in_reasoning and self._session.tokenizer.is_end(token):
            return None if self._close_reasoning(elapsed) else "length"  # the document is still to come
        if self._is_end(token) or self._held:
            return self._hold(token, elapsed)
        end_of_calls = gate.closing(token, self._limit - self._completion - 1)
        if end_of_calls is not None:
            text.cuts = bool(end_of_calls) and not text.is_document
            for each in end_of_calls:
                self._write(each, elapsed)
            return "length"
        self._write(token, elapsed)
        gate.saw(token, reasons=text.in_reasoning)
        if text.is_over or self._goes_round(text):
            return "stop"
        if self._completion >= self._limit:
            return "length"
        if self._is_to_be_closed():
            self._close_reasoning(elapsed)
        return None

    def _is_end(self, token: int) -> bool:
        return self._session.tokenizer.is_end(token) and not self._ends_only_reasoning(token)

    def _ends_only_reasoning(self, token: int) -> bool:
        """Whether an end token closes a thought that is a message of its own, with the answer's behind it."""
        session, text = self._session, self._text
        assert text is not None
        closing = session.format.markers.closing
        return text.in_reasoning and session.tokenizer.piece(token) == closing.encode()

    def _hold(self, token: int, elapsed: float) -> FinishReason | None:
        """Hold an end token, and those behind it as long as they may open a message of calls: only where the template
        writes calls as a message of their own does a reply go on there.
        """
        prompt, gate = self._prompt, self._gate
        assert prompt is not None and gate is not None
        start = self._session.format.dialect.message_start if prompt.tools and not gate.is_active else ""
        held = [*self._held, token]
        opened = opens_message(map(self._session.tokenizer.piece, held), start)
        if opened is False or self._completion + len(held) >= self._limit:
            return "stop"
        self._held.append(token)
        self.tokens.append(token)
        if opened:
            self._held = []
            del self.tokens[-len(held) :]
            for each in held:
                self._write(each, elapsed)
                gate.saw(each, reasons=False)
        return None

    def _goes_round(self, text: ReplyText) -> bool:
        """Whether a model that never learned to end an answer says the same again and again."""
        if self._prompt is not None and self._prompt.stops and self._completion % _REPETITION_EVERY == 0:
            self._repeats = repeats(text.last(REACH))
        return self._repeats

    def _write(self, token: int, elapsed: float) -> None:
        self._completion += 1
        self.tokens.append(token)
        assert self._text is not None
        if self._text.in_reasoning:
            self._reasoning_s = elapsed
        self._text.show(self._session.tokenizer.piece(token))

    def _is_to_be_closed(self) -> bool:
        """Whether `answer_now` or a spent budget closes the reasoning here, between characters and marks."""
        text = self._text
        assert text is not None
        if not text.in_reasoning or not text.is_between_marks:
            return False
        if self._answer_now():
            return True
        if self._budget is None or text.reasoning < self._budget:
            return False
        ends = text.last(1).rstrip(" ").endswith(_BOUNDARIES)
        return ends or not self._budget or text.reasoning >= self._budget + BUDGET_GRACE

    def _close_reasoning(self, elapsed: float) -> bool:
        """Close the reasoning with the template's marker as if it were sampled; False without room."""
        session, chain = self._session, self._chain
        assert chain is not None
        closing = session.tokenizer.marker(session.format.markers.block("", closed=True))
        if self._completion + len(closing) >= self._limit:
            return False  # the answer ends before it could begin
        for token in closing:
            chain.accept(token)
            self._write(token, elapsed)
        return bool(closing)

    def _noticed(
        self, text: ReplyText, reply: AssistantMessage, reason: FinishReason
    ) -> tuple[ErrorInfo, ...]:
        """Notices about the reply besides its text."""
        notices = [ErrorInfo("answer.repeats")] if self._repeats else []
        if text.reasoned and self._reasoning_is_off():
            notices.append(ErrorInfo("reasoning.ignored_off"))
        if text.cuts or (reason in ("stop", "length") and reply.truncated_in == "tool_call"):
            notices.append(ErrorInfo("tools.cut_in_call"))
        elif reason in ("stop", "length") and reply.truncated_in:
            notices.append(ErrorInfo("reasoning.cut_in_thought"))
        return tuple(notices)

    def _may_reason(self) -> bool:
        is_raw = self._prompt is not None and self._prompt.is_raw
        return not is_raw and self._session.format.reasoning.kind != "none" and not self._reasoning_is_off()

    def _reasoning_is_off(self) -> bool:
        """Whether reasoning is off, by the request or by the template's default."""
        choice = str(self.request.reasoning).strip().lower()
        control = self._session.format.reasoning
        if choice == "auto":
            return control.kind != "none" and control.default == "off"
        return choice == "off" or (choice.isdecimal() and int(choice) == 0)
