"""Trims a prompt that is too long.

Order: old results are shortened, old reasoning is removed, old turns are summarized; only then are the newest
results shortened and the newest turns removed. A call and its result stay or go together. What the user said
always stays, unless it was said in a chat before the task: that is trimmed as turns are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.api import Journal
from agents.context.budget import Shares
from agents.context.history import History
from agents.context.items import Asked, Call, Said, Words
from agents.context.rendering import result_shown, summary_shown
from agents.context.results import handle_only, shortened_result
from agents.context.summary import pays, summarized
from agents.context.token_counter import Meter
from agents.context.turn_summary import digest
from agents.events import ContextTrimmed

# A result this short is hardly longer than its placeholder.
_SMALL = 60
# Tokens of a template's marks around a message.
_AROUND = 8


class Trimmer:
    """Makes one kind of trim at a time; `excess` is how many tokens have to go."""

    def __init__(self, meter: Meter, journal: Journal, share: Shares, cancelled: Callable[[], bool]) -> None:
        self._meter, self._journal, self._share, self._cancelled = meter, journal, share, cancelled

    def old_results(self, history: History, excess: int) -> ContextTrimmed | None:
        """Shorten results of all turns but the last, oldest first, until enough is gone."""
        calls = [call for turn in history.shown_turns[:-1] for call in turn.shown_calls]
        return self._results(history, calls, excess, most_trims=0)

    def old_reasoning(self, history: History, excess: int) -> ContextTrimmed | None:
        turns = history.shown_turns
        if len(turns) < 2 or not any(
            turn.reasoning and turn.number > history.unreasoned for turn in turns[:-1]
        ):
            return None
        return ContextTrimmed("reasoning", turns=turns[-2].number)

    def old_turns(self, history: History, excess: int) -> ContextTrimmed | None:
        """Remove the oldest turns until enough is gone; the last two stay."""
        return self._turns(history, history.shown[:-2], excess)

    def new_results(self, history: History, excess: int) -> ContextTrimmed | None:
        calls = [call for turn in history.shown_turns for call in turn.shown_calls]
        return self._results(history, calls, excess, most_trims=0)

    def new_turns(self, history: History, excess: int) -> ContextTrimmed | None:
        return self._turns(history, history.shown[:-1], excess)

    def all_results(self, history: History, excess: int) -> ContextTrimmed | None:
        """Replace all results by their handles."""
        calls = [call for turn in history.shown_turns for call in turn.shown_calls]
        return self._results(history, calls, excess, most_trims=1)

    def all_turns(self, history: History, excess: int) -> ContextTrimmed | None:
        return self._turns(history, history.shown, excess)

    def _results(
        self, history: History, calls: Sequence[Call], excess: int, most_trims: int
    ) -> ContextTrimmed | None:
        goal = self._share.shortened if most_trims == 0 else 0
        counts = self._meter.texts([result_shown(call, history.remote) for call in calls])
        chosen, texts, handles, saved = [], [], [], 0
        for call, tokens in zip(calls, counts, strict=True):
            if saved >= excess:
                break
            result = call.result
            if result is None or result.trims > most_trims or tokens <= max(_SMALL, goal * 5 // 4):
                continue
            handle = result.handle or self._journal.keep(result.text)
            whole = self._journal.kept(handle) if result.handle else result.text
            if goal:
                rate = len(result.text) / max(1, tokens)
                text = shortened_result(whole, goal, int(len(whole) / rate), handle)
            else:
                text = handle_only(len(whole), handle)
            chosen.append(call.call)
            texts.append(text)
            handles.append(handle)
            saved += tokens - (goal or _SMALL // 2)
        if not chosen:
            return None
        return ContextTrimmed("results", calls=tuple(chosen), texts=tuple(texts), handles=tuple(handles))

    def _turns(self, history: History, turns: Sequence[Said], excess: int) -> ContextTrimmed | None:
        if not turns:
            return None
        share = self._share
        standing = self._meter.texts([summary_shown(history)])[0]
        weights = self._weights(turns, history.remote)
        gone, count = 0, 0
        # The summary grows with what it covers, up to its share.
        while count < len(turns) and gone - max(0, min(share.summary, gone // 4) - standing) < excess:
            gone += weights[count]
            count += 1
        count = max(1, count)
        before = history.summary if history.summary_by_model else ""
        known = history.left_out if history.summary_by_model else 0
        fresh = history.said_after(known, turns[count - 1].number)
        lines = digest(fresh, self._meter, share.summary, before)
        last = turns[count - 1].number
        if not lines.is_whole and pays(share, gone):
            task = "\n".join(
                i.text for i in history.items if isinstance(i, Words) and i.kind in ("task", "user")
            )
            made = summarized(fresh, self._meter, share, task, before, self._cancelled)
            if made is not None:
                return ContextTrimmed("turns", turns=last, text=made.text, by_model=True, usage=made.usage)
        return ContextTrimmed("turns", turns=last, text=lines.text)

    def _weights(self, turns: Sequence[Said], remote: bool) -> list[int]:
        """Approximate tokens of each turn, with its calls and results."""
        texts = [_texts(turn, remote) for turn in turns]
        self._meter.texts([text for of_turn in texts for text in of_turn])
        return [sum(self._meter.texts(of_turn)) + _AROUND * len(of_turn) for of_turn in texts]


def _texts(turn: Said, remote: bool) -> list[str]:
    if isinstance(turn, Asked):
        return [turn.text]
    texts = [turn.content]
    for call in turn.shown_calls:
        texts += [f"{call.name} {call.arguments}", result_shown(call, remote)]
    return texts
