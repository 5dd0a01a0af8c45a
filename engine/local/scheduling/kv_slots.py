"""KV slots: gives each answer a sequence with the longest reusable prefix of its prompt.

The prefix is in an idle sequence (continue it), in a busy or foreign one (copy it), or in the prompt cache
(restore it). Recomputing takes longest.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from engine.local.model.sequences import Sequence, TokenizedTexts, common_length
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.prompt_cache.values import FoundState

# Fewer tokens than these are recomputed rather than copied or cached.
WORTH_KEEPING = 64
# A sequence idle for so long is evicted while others run: each token in memory costs every step a little.
REST_S = 2.0
# Before anything was read, a token is taken to take this long.
ASSUMED_READ_S = 0.005


class Found(NamedTuple):
    """A reusable prefix: its length and where it is. `seconds`: until the rest of the prompt is prefilled
    too."""

    length: int
    seconds: float
    source: Sequence | FoundState | None


class SlotManager:
    """Owns the contents of a session's sequences. Used by one thread."""

    def __init__(self, session: Session, states: PromptCache) -> None:
        self._session, self._states = session, states
        self.read_s = 0.0  # seconds that reading one token takes, as measured last

    @property
    def free(self) -> int:
        """The number of free slots."""
        return sum(not sequence.taken for sequence in self._session.sequences)

    @property
    def cells_used(self) -> int:
        """Tokens in memory; shared ones count for each sequence, at most all cells."""
        return min(sum(map(len, self._session.sequences)), self._session.cells)

    def place(self, tokens: list[int], conversation: str) -> tuple[Sequence, bool]:
        """Assign a sequence with as many of `tokens` as can be reused, except the last, which is always
        computed. Requires a `free` slot.

        Also returns whether the conversation's memory could be truncated where it differs.
        """
        limit = len(tokens) - 1
        found = self._in_memory(tokens, limit)
        kept = self._kept(tokens, limit)
        steps_back = self._steps_back(tokens, conversation, kept)
        sequence = (
            self._brought_back(kept, limit, conversation) if kept and kept.seconds < found.seconds else None
        )
        if sequence is None:
            sequence = self._gone_on_from(found, conversation)
        sequence.taken, sequence.conversation, sequence.used = True, conversation, time.monotonic()
        return sequence, steps_back

    def is_near(self, tokens: list[int]) -> bool:
        """Whether `place` need not wait for the disk; if it would, the state is read in the background."""
        limit = len(tokens) - 1
        kept = self._kept(tokens, limit)
        if kept is None or not isinstance(kept.source, FoundState) or not kept.source.on_disk:
            return True
        return kept.seconds >= self._in_memory(tokens, limit).seconds or self._states.bring_near(kept.source)

    def release(self, sequence: Sequence, said: TokenizedTexts) -> None:
        """Free the slot of an ended answer; its contents stay until the slot is needed, unless the
        conversation was forgotten."""
        sequence.taken, sequence.said, sequence.used = False, said, time.monotonic()
        if sequence.is_forgotten:
            self._session.disown(sequence.conversation)
            sequence.clear()

    def evict(self, sequence: Sequence) -> None:
        """Move a sequence's state to the prompt cache and empty it."""
        sequence.step_back(len(sequence))  # a picture is kept whole or not at all
        if len(sequence) >= WORTH_KEEPING and not sequence.is_forgotten:
            data = sequence.read()
            if data:
                self._states.keep(
                    sequence.conversation, sequence.tokens, sequence.said, data, sequence.checkpoints
                )
        sequence.clear()
        sequence.taken = False

    def make_room(self) -> bool:
        """Evict the least recently used idle sequence; False if there is none."""
        resting = [each for each in self._session.sequences if not each.taken and len(each)]
        if not resting:
            return False
        self.evict(min(resting, key=lambda each: each.used))
        return True

    def evict_idle(self, *, at_once: bool = False) -> None:
        """Evict sequences that have been idle for a while, or all idle ones."""
        before = time.monotonic() - (0.0 if at_once else REST_S)
        for sequence in self._session.sequences:
            if not sequence.taken and len(sequence) and sequence.used <= before:
                self.evict(sequence)

    def close_gaps(self) -> None:
        """Have running answers in sequences next to each other: where the cells are divided, llama.cpp computes those
        on either side of a gap one after the other."""
        while len(taken := [each for each in self._session.sequences if each.taken]) > 1:
            taken.sort(key=lambda each: each.number)
            numbers = range(taken[0].number, taken[-1].number)
            between = [each for each in self._session.sequences if not each.taken and each.number in numbers]
            if not between:
                return
            self.evict(between[0])
            min(taken[0], taken[-1], key=len).trade_places(between[0])

    def evict_all(self) -> None:
        for sequence in self._session.sequences:
            if len(sequence):
                self.evict(sequence)

    def forget(self, conversation: str) -> None:
        """Drop a conversation's state, "": all. What a running answer holds goes when it ends."""
        for sequence in self._session.sequences:
            if conversation in ("", sequence.conversation):
                sequence.is_forgotten = True
                if not sequence.taken:
                    sequence.clear()
        self._states.forget(conversation)
        self._session.disown(conversation)

    def _seconds(self, tokens: int) -> float:
        return tokens * (self.read_s or ASSUMED_READ_S)

    def _steps_back(self, tokens: list[int], conversation: str, kept: Found | None) -> bool:
        """Whether the conversation's state can be truncated where `tokens` differ from it."""
        if kept and isinstance(kept.source, FoundState) and kept.source.length - kept.length >= WORTH_KEEPING:
            return False
        return not any(
            each.conversation == conversation
            and not each.taken
            and (common := common_length(each.tokens, tokens)) - each.reach(common) >= WORTH_KEEPING
            for each in self._session.sequences
        )

    def _in_memory(self, tokens: list[int], limit: int) -> Found:
        best = Found(0, self._seconds(len(tokens)), None)
        for each in self._session.sequences:
            common = min(common_length(each.tokens, tokens), limit)
            length = each.reach(common)
            seconds = self._seconds(len(tokens) - length)
            # Where two hold as much, the one that can be gone on in is better.
            if length and (seconds < best.seconds or (seconds == best.seconds and not each.taken)):
                best = Found(length, seconds, each)
        return best

    def _kept(self, tokens: list[int], limit: int) -> Found | None:
        kept = self._states.find(tokens, self._session.room)
        if kept is None:
            return None
        length = min(kept.length, limit)
        if length < len(kept.tokens) and not self._session.memory.keeps_every_token:
            length = max((position for position in kept.positions if position <= length), default=0)
        return Found(length, kept.seconds + self._seconds(len(tokens) - length), kept)

    def _brought_back(self, found: Found, limit: int, conversation: str) -> Sequence | None:
        """A sequence with a restored state; None if the state turned out unusable."""
        kept = found.source
        assert isinstance(kept, FoundState)
        taken = self._states.fetch(kept, conversation)
        if taken is None:
            return None
        sequence = self._emptied(conversation)
        started = time.perf_counter()
        data = self._session.readable(taken.data)
        while not sequence.write(kept.tokens, data, taken.partials):
            if not self.make_room():
                if not any(each.taken for each in self._session.sequences):  # with all the room that there is
                    self._states.discard(kept)
                return None
            started = time.perf_counter()
        self._states.restored(kept, time.perf_counter() - started)
        sequence.step_back(min(kept.length, limit))
        return sequence

    def _gone_on_from(self, found: Found, conversation: str) -> Sequence:
        source = found.source
        if not isinstance(source, Sequence):
            return self._emptied(conversation)
        lost = len(source) - found.length
        if not source.taken and (source.conversation == conversation != "" or lost < WORTH_KEEPING):
            source.step_back(found.length)
            if source.conversation != conversation:
                source.said = ()  # which has words of the other conversation
            return source
        others = [each for each in self._session.sequences if not each.taken and each is not source]
        if not others:  # it is the only one at rest
            if len(source) >= WORTH_KEEPING and (data := source.read()):
                self._states.keep(source.conversation, source.tokens, source.said, data, source.checkpoints)
            source.step_back(found.length)
            source.said = ()
            return source
        target = self._emptied(conversation, but=source)
        target.copy(source, found.length)
        return target

    def _emptied(self, conversation: str, but: Sequence | None = None) -> Sequence:
        """An idle sequence, emptied: the conversation's own, an empty one, or the least recently used."""
        resting = [each for each in self._session.sequences if not each.taken and each is not but]
        own = [each for each in resting if conversation and each.conversation == conversation]
        chosen = own[0] if own else min(resting, key=lambda each: (len(each) > 0, each.used))
        self.evict(chosen)
        return chosen
