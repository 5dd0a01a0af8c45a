"""Completion of tool calls: ends a call within the tools' grammar before the room for tokens runs out."""

from __future__ import annotations

from engine.formats.grammar.gbnf.ending import Endings, Places
from engine.local.model.tokenizer import Tokenizer

# Before there are so few tokens left, nothing is followed: the end of a call is shorter.
WATCHED = 256
# A character that is cut in two takes at most so many tokens more.
_CHARACTER = 3


class GrammarCompletion:
    """Follows the text of calls token by token and knows their shortest completion."""

    def __init__(self, gbnf: str, root: str, tokenizer: Tokenizer) -> None:
        self._gbnf, self._root, self._tokenizer = gbnf, root, tokenizer
        self._unread: list[bytes] = []
        self._endings: Endings | None = None
        self._places: Places = frozenset()
        self._half = b""  # of a character

    def read(self, piece: bytes) -> None:
        """Follow one more token."""
        self._unread.append(piece)

    def before(self, piece: bytes, room: int) -> list[int] | None:
        """The tokens that complete the calls now, if their completion would not fit into `room` tokens
        after `piece`, which has not been read yet; None if it fits, or if nothing completes them."""
        if room > WATCHED:
            return None
        self._catch_up()
        half, places = self._followed(self._half, self._places, piece)
        end = self._end(places)
        if end is None or self._fits(end, room - (_CHARACTER if half else 0)):
            return None
        ending = None if self._half else self._end(self._places)
        if ending is None:
            return None
        tokens = self._tokenizer.marker(ending) if ending else []
        return tokens if len(tokens) <= room + 1 else None

    def _catch_up(self) -> None:
        if self._endings is None:
            try:
                self._endings = Endings(self._gbnf, self._root)
            except ValueError:
                return
            self._places = self._endings.start
        for piece in self._unread:
            self._half, self._places = self._followed(self._half, self._places, piece)
        self._unread.clear()

    def _followed(self, half: bytes, places: Places, piece: bytes) -> tuple[bytes, Places]:
        data = half + piece
        try:
            text, half = data.decode(), b""
        except UnicodeDecodeError as error:
            text, half = data[: error.start].decode(), data[error.start :]
        return half, self._endings.after(places, text) if self._endings else places

    def _end(self, places: Places) -> str | None:
        return self._endings.shortest(places) if self._endings else None

    def _fits(self, end: str, room: int) -> bool:
        # No text has more tokens than bytes.
        return len(end.encode()) <= room or len(self._tokenizer.marker(end)) <= room
