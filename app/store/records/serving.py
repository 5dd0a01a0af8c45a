"""Keys of other programs, and what was used on a day."""

from __future__ import annotations

from typing import Literal

import msgspec

# What a key of the local server allows: asking a loaded model, having models loaded, downloads, Coterie's tools.
KeyRight = Literal["ask", "load", "download", "tools"]


class ServerKey(msgspec.Struct, frozen=True):
    """A key of the local server by its name. Only its SHA-256 is kept, and its beginning, by which a person knows it
    again. `expires` None: never."""

    name: str
    prefix: str
    sha256: str
    rights: tuple[KeyRight, ...]
    created: float
    used: float = 0.0
    expires: float | None = None


class KeyTokens(msgspec.Struct, frozen=True):
    """Tokens of a key: `read` of prompts, of which `cached` were reused, and `written` in answers."""

    read: int = 0
    cached: int = 0
    written: int = 0


# Who has a model answer: a person in a chat, a run, a program by the local server.
Use = Literal["chat", "run", "server"]
# What tells apart what is summed.
USAGE_KEY = ("day", "use", "key", "model")


class UsageDay(msgspec.Struct, frozen=True):
    """What answers of `model` took on a day, "2026-11-29" by this computer's clock, or in a longer time.

    `key` is the name of the key of the local server that asked, "" for none; `remote`: the model is elsewhere. Tokens
    as of `Usage`: `read` of prompts, `cached` of these, `written`, `reasoning` of these. `seconds` were spent on
    reading and writing. `joules` took `measured` of the `answers`, counted by the counters `domains`, "" for none; of
    these, `prompt_joules` took `measured_read` tokens that were not reused, and `answer_joules` `measured_written`.
    """

    day: str
    use: Use = "chat"
    key: str = ""
    model: str = ""
    remote: bool = False
    answers: int = 0
    read: int = 0
    cached: int = 0
    written: int = 0
    reasoning: int = 0
    seconds: float = 0.0
    joules: float = 0.0
    measured: int = 0
    domains: str = ""
    prompt_joules: float = 0.0
    answer_joules: float = 0.0
    measured_read: int = 0
    measured_written: int = 0

    @property
    def joules_read(self) -> float | None:
        """Joules for each token read anew; None where it was not measured."""
        return self.prompt_joules / self.measured_read if self.measured_read else None

    @property
    def joules_written(self) -> float | None:
        """Joules for each token written; None where it was not measured."""
        return self.answer_joules / self.measured_written if self.measured_written else None

    def plus(self, other: UsageDay) -> UsageDay:
        """This with what `other` took added."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in USAGE_SUMS}
        return msgspec.structs.replace(self, **sums, domains=self.domains or other.domains)


USAGE_SUMS = (
    "answers",
    "read",
    "cached",
    "written",
    "reasoning",
    "seconds",
    "joules",
    "measured",
    "prompt_joules",
    "answer_joules",
    "measured_read",
    "measured_written",
)
