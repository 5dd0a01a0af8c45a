"""A simple shell command, as it finally runs."""

from __future__ import annotations

import msgspec

from agents.permissions.shell_script import Redirect, Simple, Word

_WRITES = frozenset({">", ">>", ">|", "&>", "&>>", "<>", ">&"})


class Command(msgspec.Struct, frozen=True):
    """A simple command: `words` without its wrappers; `simple` is what is written.

    `fetched`: something from the network comes into it.
    """

    simple: Simple
    words: tuple[Word, ...]
    fetched: bool = False

    @property
    def name(self) -> str:
        """The program without its folder; "" when it is not known."""
        return self.words[0].text.rpartition("/")[2] if self.words and self.words[0].known else ""

    @property
    def texts(self) -> list[str]:
        """The words after the name."""
        return [word.text for word in self.words[1:]]


def is_written(redirect: Redirect) -> bool:
    """Whether a redirection writes to a file."""
    target = redirect.target.text
    if redirect.operator not in _WRITES or target in ("/dev/null", "/dev/stdout", "/dev/stderr", "-"):
        return False
    return not (redirect.operator == ">&" and target.isdigit())
