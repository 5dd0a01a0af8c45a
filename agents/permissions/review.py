"""Findings of a static review of a command or a program."""

from __future__ import annotations

from typing import Literal

import msgspec

Rail = Literal["deny", "ask"]


class Runs(msgspec.Struct, frozen=True):
    """A simple command: its first known words, and how many of them identify what it does (`git log
    --oneline`: 2).

    A grant names at least those. `network`: such a grant counts for it with the network, too.
    """

    words: tuple[str, ...]
    least: int
    network: bool = False


class Review(msgspec.Struct, frozen=True):
    """The result of a review. `readable` False: the text does not tell what runs (a computed command name, a
    program read from a pipe, unknown syntax).

    `destructive`: something in it takes away what was there. `network`: something in it does not work without, as far
    as is known: `hosts` are those that it will ask for, where that is foreseen, `by_remote` that it goes where the
    repository's settings say, and `raw` that a proxy for HTTP cannot lead it there. `rail`: what no grant overrides,
    and `deny` what is never done; `why` is told to the model then.

    `runs` are the simple commands of a shell that need a grant; empty when no grant can match. `harmless`:
    nothing runs but what only reads and prints.
    """

    readable: bool = False
    destructive: bool = False
    network: bool = False
    hosts: tuple[str, ...] = ()
    raw: bool = False
    by_remote: bool = False
    rail: Rail | None = None
    why: str = ""
    runs: tuple[Runs, ...] = ()
    harmless: bool = False
