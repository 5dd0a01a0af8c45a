"""What can be told of a command or a program by reading it."""

from __future__ import annotations

from typing import Literal

import msgspec

Rail = Literal["deny", "ask"]


class Runs(msgspec.Struct, frozen=True):
    """A simple command: the words that it begins with, as far as they are known, and how many of them say what it
    does (`git log --oneline`: 2). A grant names at least those. `network`: it does not work without."""

    words: tuple[str, ...]
    least: int
    network: bool = False


class Review(msgspec.Struct, frozen=True):
    """`readable` False: what runs is not told by the text (a command whose name is worked out, a program read from
    a pipe, a syntax that is not understood). `destructive`: something in it takes away what was there. `network`:
    something in it does not work without. `rail`: what no grant overrides, and `deny` what is never done;
    `why` is told to the model then.

    `runs` are the simple commands of a shell that need a grant; empty when no grant can match. `harmless`: nothing
    runs but what only reads and prints.
    """

    readable: bool = False
    destructive: bool = False
    network: bool = False
    rail: Rail | None = None
    why: str = ""
    runs: tuple[Runs, ...] = ()
    harmless: bool = False
