"""Requests one turn of the model: fits its context, asks the model, and retries when the answer breaks off."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

import msgspec

from agents.api import ChatModel, ModelRequest, ModelResponse, NewText, Tool
from agents.context.fitting import Fitted, fit
from agents.context.token_counter import Meter
from agents.events import ModelTurn
from agents.run.loops import repeating_tail
from agents.run.record import Record
from engine.errors import ErrorInfo, UserError
from engine.values import Sampling

# Called with the step; from another thread.
OnText = Callable[[int, NewText], None]
# Delays before retries, seconds.
PAUSES = (0.5, 2.0)
# Retrying does not help: the key, the address or the request is wrong.
_HOPELESS = frozenset({"remote.key_refused", "remote.not_found", "remote.refused"})
# Errors of servers for a prompt longer than their context, whose length not all announce.
_TOO_LONG = re.compile(
    r"context (?:length|size|window)|(?:prompt|input|request) is too (?:long|large)|too many tokens|entity too large",
    re.IGNORECASE,
)
_TOO_LONG_CODES = frozenset({"remote.refused", "remote.server_failed", "remote.failed"})
# Then the prompt is reduced, at most this often and never below this; tokens.
_SHRINKS = 6
_LEAST_CONTEXT = 1024
# Maximum calls of a turn; a degenerate one may contain thousands.
MOST_CALLS = 64
# Characters between searches for a repeating tail.
_LOOK_EVERY = 200


class Turns:
    """Requests turns and records them.

    `tools` are those of the next one. `repeats` is True when the last one was given up because it said the same again
    and again.
    """

    def __init__(
        self,
        record: Record,
        chat_model: ChatModel,
        tools: Sequence[Tool],
        context: int,
        on_text: OnText,
        *,
        wait: Callable[[float], bool],
        pauses: Sequence[float] = PAUSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record, self._chat_model, self.tools, self._context = record, chat_model, tuple(tools), context
        self._on_text, self._wait, self._pauses, self._clock = on_text, wait, tuple(pauses), clock
        self.meter = Meter(chat_model)
        self.repeats = False
        # Calls of the last turn beyond the maximum.
        self.left_out = 0

    def next(
        self, given_up: Callable[[], bool], *, final: bool = False, seconds: float | None = None
    ) -> ModelTurn:
        """Request the next turn; what there is of it once `given_up` is true or `seconds` are over.

        A turn that broke off is retried twice, and one whose prompt was too long is retried with a shorter
        prompt; each try is in the journal. Raises what fitting raises, and UserError `store.*`.
        """
        end = None if seconds is None else self._clock() + seconds

        def over() -> bool:
            return given_up() or (end is not None and self._clock() >= end)

        for _ in range(_SHRINKS):
            turn = self._fitted(over, final)
            if not _was_too_long(turn.error) or self._context <= _LEAST_CONTEXT or over():
                break
            self._context = max(_LEAST_CONTEXT, self._context * 3 // 4)
        return turn

    def _fitted(self, over: Callable[[], bool], final: bool) -> ModelTurn:
        """Request a turn with the prompt that fits into the context."""
        choice = "none" if final else "auto"
        started = self._record.state.started
        reasoning = started.reasoning if started else "auto"
        sampling = started.sampling if started else Sampling()
        fitted = fit(
            self._record.history,
            self.meter,
            self.tools,
            self._record.journal,
            self._context,
            reasoning=reasoning,
            choice=choice,
            cancelled=over,
        )
        for trim in fitted.trims:
            self._record.append(trim)
        ask = ModelRequest(
            fitted.messages, fitted.tools, choice, sampling, reasoning, self._most(fitted, final)
        )
        for pause in (*self._pauses, None):
            turn = self._ask(ask, fitted, over, final)
            if turn.error is None or turn.error.code in _HOPELESS or _was_too_long(turn.error):
                break
            if over() or pause is None:
                break
            # A busy server may say how many seconds to wait.
            after = turn.error.params.get("after", 0)
            if self._wait(max(pause, float(after) if isinstance(after, int) else 0.0)):
                break
        return turn

    def _most(self, fitted: Fitted, final: bool) -> int:
        state = self._record.state
        most = fitted.max_tokens
        if state.started is not None and state.started.max_tokens:
            most = min(most, state.started.max_tokens)
        if final or not state.budget.tokens:
            return most
        return max(1, min(most, state.budget.tokens - state.used.tokens))

    def _ask(self, ask: ModelRequest, fitted: Fitted, over: Callable[[], bool], final: bool) -> ModelTurn:
        step = self._record.state.step + 1
        watch = _Watch(lambda new: self._on_text(step, new))
        try:
            turn = self._chat_model.stream(ask, watch.take, lambda: watch.repeats or over())
        except UserError as error:
            turn = ModelResponse(finish_reason="error", error=error.info)
        self.repeats = watch.repeats and turn.error is None
        if (
            turn.error is None
            and turn.finish_reason in ("cancelled", "error")
            and not self.repeats
            and not over()
        ):
            turn = msgspec.structs.replace(turn, error=ErrorInfo("run.turn_broke_off"))
        # A call that was cut off is not the one that the model meant.
        whole = tuple(call for call in turn.tool_calls if not call.cut)
        calls, notices = whole[:MOST_CALLS], turn.notices
        self.left_out = len(whole) - len(calls)
        if self.left_out:
            notices = (
                *notices,
                ErrorInfo("run.too_many_calls", {"count": len(whole), "taken": len(calls)}),
            )
        written = ModelTurn(
            step,
            turn.content,
            turn.reasoning,
            calls,
            "cancelled" if self.repeats else turn.finish_reason,
            turn.usage,
            turn.timings,
            fitted.parts,
            tuple(str(tool["function"]["name"]) for tool in fitted.tools),
            final,
            turn.error,
            notices,
        )
        # The journal's text may be cleaner than what came: surrogates and the like.
        event = self._record.append(written).event
        return event if isinstance(event, ModelTurn) else written


def _was_too_long(error: ErrorInfo | None) -> bool:
    if error is None or error.code not in _TOO_LONG_CODES:
        return False
    return bool(_TOO_LONG.search(str(error.params.get("detail", ""))))


class _Watch:
    """Passes text on as it is generated, and detects a repeating tail."""

    def __init__(self, on_text: Callable[[NewText], None]) -> None:
        self._on_text = on_text
        self._texts = {"reasoning": "", "content": ""}
        self._unseen = 0
        self.repeats = False

    def take(self, new: NewText) -> None:
        self._on_text(new)
        if new.channel == "arguments":
            return  # files may well repeat themselves
        channel, text = new.channel, new.text
        # Only the tail is searched, so no more is kept.
        self._texts[channel] = (self._texts[channel] + text)[-4096:]
        self._unseen += len(text)
        if self._unseen >= _LOOK_EVERY:
            self._unseen = 0
            self.repeats = self.repeats or repeating_tail(self._texts[channel])
