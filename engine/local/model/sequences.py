"""One sequence of a context: its tokens, and how far it can be truncated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Sequence as Tokens

from engine.local import native
from engine.local.free_memory import has_memory_for
from engine.local.model.checkpoints import SPACING, Checkpoint, Checkpoints
from engine.local.pictures.units import Unit, units

# Texts of prompts and answers with the tokens they stand for.
TokenizedTexts = tuple[tuple[str, tuple[int, ...]], ...]


def common_length(one: list[int], other: list[int]) -> int:
    """The length of the common prefix of two token lists."""
    limit = min(len(one), len(other))
    if one[:limit] == other[:limit]:
        return limit
    low, high = 0, limit  # equal up to `low`, different somewhere up to `high`
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


class Sequence:
    """Sequence `number` of a context. `tokens` are exactly what its memory holds.

    `conversation` owns them, `said` are their texts, `used` the monotonic time of last use, `taken` whether
    an answer runs in it, `is_forgotten` whether its conversation was deleted since. `context` is the handle;
    a new context makes new sequences. `memory` describes its memory, `checkpoint_bytes` limits its
    checkpoints, `streams` is the number of parts that the context's cells are divided into. `on_cut` is told its
    number and the tokens left whenever it holds fewer, or others.
    """

    def __init__(
        self,
        context: int,
        number: int,
        memory: native.MemoryKind | None = None,
        checkpoint_bytes: int = 0,
        streams: int = 1,
        on_cut: Callable[[int, int], None] = lambda number, length: None,
    ) -> None:
        self._context, self._on_cut = context, on_cut
        self._streams = streams
        self.number = number
        self._memory = memory or native.MemoryKind()
        self._checkpoints = Checkpoints(checkpoint_bytes)
        self._stops: tuple[int, ...] = ()
        self._is_rolled_back = False  # since its last step
        self.tokens: list[int] = []
        self._pictures: list[Unit] = []
        self.conversation = ""
        self.said: TokenizedTexts = ()
        self.used = 0.0
        self.taken = False
        self.is_forgotten = False

    def __len__(self) -> int:
        return len(self.tokens)

    def reach(self, length: int) -> int:
        """The tokens that `step_back(length)` would leave."""
        length = self._outside_pictures(min(length, len(self.tokens)))
        if length == len(self.tokens) or self._can_cut(length):
            return length
        checkpoint = self._checkpoints.longest(length)
        return checkpoint.length if checkpoint else 0

    def extend(self, tokens: list[int]) -> None:
        """Note what a step has added: tokens, or rows of one picture."""
        place = len(self.tokens)
        self._is_rolled_back = False
        if tokens and tokens[0] < 0 and not (self._pictures and place < self._pictures[-1].end):
            self._pictures += (unit._replace(start=place) for unit in units(tokens))
        self.tokens += tokens

    def position(self, length: int) -> int:
        """The position of what follows the first `length` tokens: a picture may take fewer than it has rows."""
        return length - sum(each.rows - each.positions for each in self._pictures if each.end <= length)

    def step_back(self, length: int) -> int:
        """Truncate to `length` tokens, fewer where the memory cannot or a picture would be cut; the tokens left."""
        length = self._outside_pictures(min(length, len(self.tokens)))
        if length == len(self.tokens):
            return length
        if self._can_cut(length) and self._forget_from(length):
            self._shorten(length)
            return length
        return self.fall_back(length)

    def take_back(self, drafts: int) -> int:
        """Truncate by drafts of the last step; the tokens left, fewer where the memory cannot do without them."""
        length = len(self.tokens) - drafts
        rolls_back = self._memory.recurrent and 0 < drafts <= self._memory.rollback
        if rolls_back and self._forget_from(length):
            self._shorten(length)
            self._is_rolled_back = True
            return length
        return self.step_back(length)

    def fall_back(self, length: int) -> int:
        """Restore the longest checkpoint of at most `length` tokens; the tokens left."""
        checkpoint = self._checkpoints.longest(length)
        if checkpoint is None or not self._bring_back(checkpoint):
            native.forget_sequence(self._context, self.number)
            self._shorten(0)
            return 0
        self._shorten(checkpoint.length)
        self._is_rolled_back = False
        return checkpoint.length

    def settle(self) -> int:
        """Truncate to `tokens` or fewer after an aborted step; the tokens left."""
        length = self.step_back(len(self.tokens))  # without a part of a picture
        if self._ends_at(length):
            return length
        if (
            native.length_of(self._context, self.number) > self.position(length)
            and length > 0
            and self._can_cut(length)
            and self._forget_from(length)
        ):
            return length
        return self.fall_back(length)

    def copy(self, source: Sequence, length: int) -> None:
        """Share the first `length` tokens of another sequence, as far as its `reach`, without recomputing."""
        self.clear()
        length = source.reach(length)
        if self._streams > 1:  # llama.cpp would copy all cells, and that with the next step
            if self.write(source.tokens, source.read()):
                self.step_back(length)
            return
        # llama.cpp goes back to the kept state with the next step, and of the sequence that it was told of alone.
        whole = (length == len(source) and not source._is_rolled_back) or source._can_cut(length)
        native.copy_sequence(self._context, source.number, self.number, source.position(length))
        self._checkpoints.adopt(each for each in source._checkpoints.all if each.length <= length)
        self.tokens = source.tokens[:length]
        self._pictures = [each for each in source._pictures if each.start < length]
        if not whole:
            self.fall_back(length)

    def trade_places(self, empty: Sequence) -> None:
        """Move to the place of an empty sequence, which gets the one of this; emptied where that fails."""
        data = self.read()
        native.forget_sequence(self._context, self.number)
        self.number, empty.number = empty.number, self.number
        if not (data and self._write(data) and self._ends_at(len(self.tokens))):
            self.fall_back(0)

    # --- checkpoints ---

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The checkpoints to store with `read`, so that the sequence can step back after `write`."""
        return self._checkpoints.all

    def stop_at(self, lengths: tuple[int, ...]) -> None:
        """Take checkpoints at these lengths; at once at the present one."""
        self._stops = () if self._memory.keeps_every_token else lengths
        self.mark()

    def before_stop(self, rows: int) -> int:
        """How many of the next tokens may be computed before a checkpoint is due."""
        held = len(self.tokens)
        return min([rows, *(stop - held for stop in self._stops if stop > held)])

    def mark(self) -> None:
        """Take a checkpoint if one is due here."""
        held = len(self.tokens)
        if held not in self._stops or self._outside_pictures(held) != held:
            return
        newest = self._checkpoints.lengths[-1:]
        if newest and held - newest[0] < (SPACING if held == self._stops[0] else 1):
            return
        size = native.state_size(self._context, self.number, partial=True)
        if not self._memory.recurrent and size >= native.state_size(self._context, self.number):
            return  # what has a window is not kept apart: this would be a copy of everything
        data = native.read_state(self._context, self.number, partial=True)
        if data:
            self._checkpoints.add(Checkpoint(held, data))

    def _can_cut(self, length: int) -> bool:
        """Whether everything that tokens up to `length` need is still there."""
        if self._memory.keeps_every_token:
            return length > 0
        if self._memory.recurrent or length <= 0:
            return False
        # The next token, at position `length`, sees a window that ends with itself.
        place = self.position(length)
        return native.first_of(self._context, self.number) <= max(0, place + 1 - self._memory.window)

    def _outside_pictures(self, length: int) -> int:
        """`length`, or where the picture begins in which it lies."""
        return next((each.start for each in self._pictures if each.start < length < each.end), length)

    def _forget_from(self, length: int) -> bool:
        return native.forget_from(self._context, self.position(length), self.number)

    def _ends_at(self, length: int) -> bool:
        """Whether the memory ends with the first `length` tokens. The rows of a picture may all have the position of
        its first."""
        found = native.length_of(self._context, self.number)
        last = next((each for each in self._pictures if each.end == length), None)
        return found == self.position(length) or (last is not None and found == self.position(last.start) + 1)

    def _bring_back(self, checkpoint: Checkpoint) -> bool:
        return (
            native.write_state(self._context, self.number, checkpoint.data, partial=True)
            and self._forget_from(checkpoint.length)
            and self._ends_at(checkpoint.length)
        )

    def _shorten(self, length: int) -> None:
        self._on_cut(self.number, length)
        del self.tokens[length:]
        self._pictures = [each for each in self._pictures if each.start < length]
        self._checkpoints.cut(length)

    # --- kept outside the context ---

    def read(self) -> bytearray:
        """Serialize the sequence's state for `write`; empty on failure, and where there is no memory for it."""
        if not has_memory_for(native.state_size(self._context, self.number)):
            return bytearray()
        return native.read_state(self._context, self.number, streams=self._streams)

    def write(
        self,
        tokens: Tokens[int],
        data: bytes | bytearray | memoryview,
        checkpoints: Iterable[tuple[int, bytes | bytearray | memoryview]] = (),
    ) -> bool:
        """Restore the state of these tokens; False if that fails, leaving it empty."""
        self.clear()
        self.tokens = list(tokens)
        self._pictures = units(self.tokens)
        if not self._write(data) or not self._ends_at(len(tokens)):
            self.clear()
            return False
        self._checkpoints.adopt(Checkpoint(*each) for each in checkpoints)
        return True

    def _write(self, data: bytes | bytearray | memoryview) -> bool:
        return native.write_state(self._context, self.number, data, streams=self._streams)

    def clear(self) -> None:
        """Empty it and disown it."""
        native.forget_sequence(self._context, self.number)
        self._on_cut(self.number, 0)
        self.tokens, self.conversation, self.said, self.is_forgotten = [], "", (), False
        self._pictures = []
        self._checkpoints.adopt(())
        self._stops = ()
        self._is_rolled_back = False
