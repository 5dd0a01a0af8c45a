"""One answer: render, tokenise, prefill, sample, parse; told in events as it goes."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable

import msgspec

from engine.api import (
    Delta,
    ExpertsFired,
    Finished,
    FinishReason,
    GenerateRequest,
    PrefillProgress,
    Timings,
    ToolCall,
    ToolCalled,
    Usage,
)
from engine.errors import ErrorInfo, UserError
from engine.formats import (
    AssistantMessage,
    ContentDelta,
    ParsedDelta,
    Prompt,
    ReasoningDelta,
    ReplyParser,
    ToolCallFinished,
    ToolGrammar,
)
from engine.local import native, sampling
from engine.local.native.grammar import GrammarSampler
from engine.local.session import Decoded, Session
from engine.local.stop_strings import StopStrings
from engine.local.tool_gate import ToolGate

# Reasoning over its budget may still come to the end of a line or sentence, for so many tokens.
BUDGET_GRACE = 16
_BOUNDARIES = ("\n", ".", "!", "?", "。")

# While experts are watched, what fired is told this often.
EXPERTS_INTERVAL = 1.0

Emit = Callable[[PrefillProgress | Delta | ToolCalled | ExpertsFired], None]


class Generation:
    """Runs one request on a session. `arrived` is the monotonic time of the request. `answer_now`: whether the
    reasoning shall end, as soon as it may.
    """

    def __init__(
        self,
        session: Session,
        request: GenerateRequest,
        abort: native.AbortFlag,
        emit: Emit,
        on_step: Callable[[], None],
        arrived: float,
        answer_now: Callable[[], bool] = lambda: False,
    ) -> None:
        self._session = session
        self._request = request
        self._abort = abort
        self._emit = emit
        self._on_step = on_step
        self._arrived = arrived
        self._answer_now = answer_now
        self._stops = StopStrings(request.stop)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._raw: list[str] = []
        self._budget: int | None = None
        self._cuts = False  # whether the end of a call was written for the model
        self._reasoned = False  # whether any text of reasoning came
        self._experts_told = time.monotonic()
        self._tool_calls: list[ToolCall] = []
        self._notices: tuple[ErrorInfo, ...] = ()
        self._prompt_tokens = self._cached = self._completion = self._reasoning = 0
        self._prefill_s = self._ttft_s = self._decode_s = self._reasoning_s = 0.0

    def run(self) -> Finished:
        """The end of the answer, whatever it is: errors for people come back inside it."""
        if self._session.watch is not None:
            self._session.watch.take()  # of an answer that failed
        failure: UserError | None = None
        try:
            reason = self._answer()
        except UserError as error:
            reason, failure = "error", error
        self._tell_experts()
        return self._finished(reason, failure)

    def _answer(self) -> FinishReason:
        request, session = self._request, self._session
        sampling.check(request.sampling)
        grammar = ToolGrammar()
        if request.tools:
            grammar = session.format.tool_grammar(request.tools, request.tool_choice)
        prompt = session.format.render(
            request.messages,
            tools=list(request.tools),
            reasoning=request.reasoning,
            continue_last=request.continue_last,
        )
        self._budget = prompt.reasoning_budget
        tokens = session.encode(prompt)
        self._prompt_tokens = len(tokens)
        if not tokens:
            raise UserError("engine.empty_prompt")
        if len(tokens) >= session.context_length:
            raise UserError("engine.context_overflow", needed=len(tokens), available=session.context_length)
        if not self._prefill(tokens):
            return "cancelled"
        values = sampling.resolve(request.sampling, session.recommended)
        chain = sampling.build_chain(values, session.vocab)
        try:
            for token in tokens[-sampling.PENALTY_WINDOW :]:
                chain.accept(token)
            parser = session.format.parser(prompt)
            gate = self._gate(grammar, chain, prompt)
            try:
                reason = self._sample(chain, parser, gate)
            finally:
                gate.close()
            self._end_text(parser)
            self._notices = self._noticed(parser.finish(), reason)
        finally:
            chain.close()
        in_character = bool(self._decoder.getstate()[0])
        session.remember(prompt, self._prompt_tokens, None if in_character else "".join(self._raw))
        return reason

    def _gate(self, grammar: ToolGrammar, chain: native.SamplerChain, prompt: Prompt) -> ToolGate:
        """What holds the reply to the grammar of its tools."""
        session = self._session
        trigger = session.format.dialect.trigger
        return ToolGate(
            grammar,
            session.vocab,
            session.tokenizer,
            GrammarSampler(chain, session.vocab),
            session.format.markers.opening,
            trigger if trigger and prompt.text.rstrip().endswith(trigger) else "",
        )

    def _prefill(self, tokens: list[int]) -> bool:
        """Bring the prompt into memory; False when aborted."""
        session, id = self._session, self._request.id
        total = len(tokens)
        done = self._cached = session.reuse(tokens)
        self._emit(PrefillProgress(id, done, total, self._cached))
        started = time.monotonic()
        while done < total:
            chunk = tokens[done : done + session.ubatch]
            if self._abort.is_set or not self._step(chunk):
                return False
            done += len(chunk)
            self._emit(PrefillProgress(id, done, total, self._cached))
        self._prefill_s = time.monotonic() - started
        return True

    def _step(self, tokens: list[int]) -> bool:
        """Decode; False when aborted. Raises UserError when llama.cpp could not."""
        code = self._session.step(tokens)
        self._on_step()
        if time.monotonic() - self._experts_told >= EXPERTS_INTERVAL:
            self._tell_experts()
        if code == Decoded.ABORTED:
            return False
        if code != Decoded.OK:
            raise UserError("engine.decode_failed", status=code)
        return True

    def _tell_experts(self) -> None:
        """What fired since it was last told."""
        now = time.monotonic()
        elapsed, self._experts_told = now - self._experts_told, now
        if self._session.watch is None:
            return
        fired = self._session.watch.take()
        if fired.tokens:
            share = fired.seconds / elapsed if elapsed > 0 else 0.0
            self._emit(ExpertsFired(self._request.id, fired.tokens, fired.counts, share))

    def _sample(self, chain: native.SamplerChain, parser: ReplyParser, gate: ToolGate) -> FinishReason:
        session, tokenizer = self._session, self._session.tokenizer
        room = session.context_length - session.decoded
        limit = min(self._request.max_tokens or room, room)
        first = 0.0
        if self._is_to_be_closed(parser):  # the answer was wanted before it began
            closing = self._closed(chain, parser, limit, 0.0)
            if closing and (self._abort.is_set or not self._step(closing)):
                return "cancelled"
        while True:
            within = gate.sample(session.handle, reasons=parser.in_reasoning)
            token = chain.sample(session.handle) if within is None else within
            now = time.monotonic()
            if not first:
                first = now
                self._ttft_s = now - self._arrived
            self._decode_s = now - first
            if tokenizer.is_end(token):
                return "stop"
            end_of_calls = gate.closing(token, limit - self._completion - 1)
            if end_of_calls is not None:
                self._end_calls(parser, end_of_calls, now - first)
                return "length"
            self._completion += 1
            session.tokens.append(token)
            self._show(parser, tokenizer.piece(token), now - first)
            gate.saw(token, reasons=parser.in_reasoning)
            if self._stops.hit:
                return "stop"
            if self._completion >= limit:
                return "length"
            step = [token]
            if self._is_to_be_closed(parser):
                step += self._closed(chain, parser, limit, now - first)
            if self._abort.is_set or not self._step(step):
                return "cancelled"

    def _is_to_be_closed(self, parser: ReplyParser) -> bool:
        """Whether the reasoning is to be closed here: the answer is wanted now or the budget is spent, and
        neither a character nor a mark is cut in two.
        """
        if not parser.in_reasoning or parser.is_within_mark or self._decoder.getstate()[0]:
            return False
        if self._answer_now():
            return True
        if self._budget is None or self._reasoning < self._budget:
            return False
        ends = self._raw[-1].rstrip(" ").endswith(_BOUNDARIES)
        return ends or self._reasoning >= self._budget + BUDGET_GRACE

    def _closed(
        self, chain: native.SamplerChain, parser: ReplyParser, limit: int, elapsed: float
    ) -> list[int]:
        """The tokens that close the reasoning as the template does, taken as if the model had drawn them."""
        session, tokenizer = self._session, self._session.tokenizer
        closing = tokenizer.marker(session.format.markers.block("", closed=True))
        if self._completion + len(closing) >= limit:
            return []  # the answer ends before it could begin
        for token in closing:
            chain.accept(token)
            self._completion += 1
            session.tokens.append(token)
            self._show(parser, tokenizer.piece(token), elapsed)
        return closing

    def _end_calls(self, parser: ReplyParser, closing: list[int], elapsed: float) -> None:
        """Write the end of the calls, for which there would be no room any more."""
        self._cuts = bool(closing)
        for token in closing:
            self._completion += 1
            self._session.tokens.append(token)
            self._show(parser, self._session.tokenizer.piece(token), elapsed)

    def _show(self, parser: ReplyParser, data: bytes, elapsed: float) -> None:
        text = self._decoder.decode(data)
        self._raw.append(text)
        reasons = parser.in_reasoning
        for delta in parser.feed(text):
            self._emit_delta(delta)
        if reasons:
            self._reasoning += 1
            self._reasoning_s = elapsed

    def _emit_delta(self, delta: ParsedDelta) -> None:
        id = self._request.id
        if isinstance(delta, ReasoningDelta):
            self._reasoned = True
            self._emit(Delta(id, "reasoning", delta.text))
            return
        if isinstance(delta, ToolCallFinished):
            call = msgspec.structs.replace(delta.call, cut=True) if self._cuts else delta.call
            self._tool_calls.append(call)
            self._emit(ToolCalled(id, call))
        if not isinstance(delta, ContentDelta):
            return
        text = self._stops.feed(delta.text)
        if text:
            self._emit(Delta(id, "content", text))

    def _end_text(self, parser: ReplyParser) -> None:
        """Show what was held back: half a character, half a marker, half a stop string."""
        for delta in parser.feed(self._decoder.decode(b"", final=False)):
            self._emit_delta(delta)
        for delta in parser.flush():
            self._emit_delta(delta)
        held = self._stops.finish()
        if held:
            self._emit(Delta(self._request.id, "content", held))

    def _noticed(self, reply: AssistantMessage, reason: FinishReason) -> tuple[ErrorInfo, ...]:
        """What the user should know of the reply besides its text."""
        notices = []
        if self._reasoned and self._is_told_off():
            notices.append(ErrorInfo("reasoning.ignored_off"))
        if self._cuts or (reason in ("stop", "length") and reply.truncated_in == "tool_call"):
            notices.append(ErrorInfo("tools.cut_in_call"))
        elif reason in ("stop", "length") and reply.truncated_in:
            notices.append(ErrorInfo("reasoning.cut_in_thought"))
        return tuple(notices)

    def _is_told_off(self) -> bool:
        """Whether the model was told not to reason: by the request, or by the default that its template has."""
        choice = str(self._request.reasoning).strip().lower()
        control = self._session.format.reasoning
        if choice == "auto":
            return control.kind != "none" and control.default == "off"
        return choice == "off" or (choice.isdecimal() and int(choice) == 0)

    def _finished(self, reason: FinishReason, error: UserError | None = None) -> Finished:
        read = self._prompt_tokens - self._cached
        usage = Usage(self._prompt_tokens, self._cached, self._completion, self._reasoning)
        timings = Timings(
            load_s=self._session.facts.load_s,
            ttft_s=self._ttft_s,
            prefill_tps=read / self._prefill_s if self._prefill_s > 0 else 0.0,
            decode_tps=(self._completion - 1) / self._decode_s if self._decode_s > 0 else 0.0,
            reasoning_s=self._reasoning_s,
        )
        info = error.info if error else None
        calls = tuple(self._tool_calls)
        return Finished(self._request.id, reason, usage, timings, info, calls, self._notices)
