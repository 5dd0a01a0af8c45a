"""Hard rails: commands that no grant allows. Some need approval each time, some are never carried out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from agents.permissions.command import Command, is_written
from agents.permissions.path_rules import is_protected
from agents.permissions.review import Rail
from agents.permissions.shell_programs import (
    DISK,
    DISK_TOOLS,
    FETCHERS,
    INTERPRETERS,
    PYTHONS,
    RAISERS,
    SHELLS,
)

# Only read what they name; they may be given a disk or a protected path.
_LOOKING = frozenset(
    {"ls", "cat", "stat", "lsblk", "blkid", "file", "head", "tail", "grep", "test", "[", "diff", "wc"}
)
_HOME = re.compile(r"(~\w*|\$HOME|\$\{HOME\}|/home(/[^/]+)?|/root|/Users(/[^/]+)?)$")
_SYSTEM = re.compile(
    r"/(bin|boot|dev|etc|lib\w*|opt|proc|root|sbin|srv|sys|usr|var|home|mnt|media|Users|System|Library)?$"
)
_EXECUTED = re.compile(r"(?i)\.git/+(\./+)*(hooks(/|$)|config$)")
_GIT_STEERING = re.compile(
    r"(?i)(core\.(hookspath|fsmonitor|sshcommand|editor|pager|askpass)|alias\.|filter\.|credential\.|\.textconv"
    r"|diff\..*command|merge\..*driver|gpg\.|uploadpack|receivepack|^--exec)"
)
# The fork bomb, whatever its name: f(){ f|f& };f. The name is bounded to keep the search fast.
_BOMB = re.compile(r"([\w:.@!]{1,40})\(\)\{+\(?\1\|\1&\)?;?\}+;?\1")


def rail_of(
    commands: Sequence[Command], functions: Iterable[tuple[str, bool]], text: str, workspace: str
) -> tuple[Rail | None, str]:
    """The rail that a command line violates, and why, in words for the model. "deny" comes before "ask"."""
    found: list[tuple[Rail, str]] = []
    if any(bomb for _, bomb in functions) or ("()" in text and _BOMB.search(re.sub(r"\s+", "", text))):
        found.append(("deny", "starting processes without end"))
    for command in commands:
        found.extend(_met(command, workspace))
    found.extend(_ran_what_was_fetched(commands))
    return next((rail for rail in found if rail[0] == "deny"), found[0] if found else (None, ""))


def _met(command: Command, workspace: str) -> Iterable[tuple[Rail, str]]:
    name, texts = command.name, command.texts
    written = [redirect.target.text for redirect in command.simple.redirects if is_written(redirect)]
    named = [*texts, *(text.partition("=")[2] for text in texts if "=" in text)]
    disk = any(DISK.match(text) for text in named) and name not in _LOOKING
    if disk or DISK_TOOLS.match(name) or any(DISK.match(text) for text in written):
        yield "deny", "writing to a disk past its files"
    if name in RAISERS:
        yield "ask", "taking on another user's rights"
    if name in ("rm", "find", "shred", "rimraf", "chmod", "chown", "mv"):
        yield from _catastrophe(name, texts, workspace)
    if command.fetched and (
        name in SHELLS or name in INTERPRETERS or PYTHONS.match(name) or name in _SOURCING
    ):
        yield "ask", "running what comes from the network"
    if any(_protected(text, workspace) and _EXECUTED.search(text) for text in written):
        yield "deny", "writing to what makes Git run programs"
    if any(_protected(text, workspace) for text in (written if name in _LOOKING else (*written, *named))):
        yield "ask", "changing Git's own files"
    if name == "git" and any(_GIT_STEERING.search(text) for text in texts):
        yield "ask", "changing what makes Git run programs"


_SOURCING = frozenset({"eval", ".", "source", "xargs", "env", "sudo", "exec", "nohup"})


def _catastrophe(name: str, texts: Sequence[str], workspace: str) -> Iterable[tuple[Rail, str]]:
    """Whether it deletes the system, a home folder or the workspace as a whole."""
    if not _deep(name, texts):
        return
    for text in texts[:-1] if name == "mv" else texts:
        if text.startswith("-") and len(text) > 1:
            if name == "find":
                break
            continue
        place = _placed(text, workspace)
        if place is None:
            continue
        if place == "/" or _SYSTEM.fullmatch(place) or _HOME.fullmatch(place):
            yield "deny", "taking away the system's or a person's folders"
        elif (place == workspace or workspace.startswith(place + "/")) and (
            name in ("rm", "rimraf", "shred") or (name == "find" and _unfiltered(texts))
        ):
            yield "ask", "taking away the whole workspace"


def _deep(name: str, texts: Sequence[str]) -> bool:
    if name == "find":
        return "-delete" in texts or any(text in ("-exec", "-execdir") for text in texts)
    if name in ("chmod", "chown"):
        return any(re.fullmatch(r"-\w*R\w*|--recursive", text) for text in texts)
    if name == "rm":
        return any(re.fullmatch(r"-\w*[rR]\w*|--recursive|--dir", text) for text in texts)
    return True


def _unfiltered(texts: Sequence[str]) -> bool:
    return not any(
        re.match(r"-(i?name|i?path|i?regex|type|size|m?time|mmin|newer|empty)", text) for text in texts
    )


def _placed(text: str, workspace: str) -> str | None:
    """The folder that a word names as a whole, including through "*"; None for anything else."""
    text = re.sub(r"(/|^)(\.?\*|\{\*,\.\*\}|\.\[\^?!?\.\]\*)$", r"\1", text) or "."
    if _HOME.fullmatch(text.rstrip("/")):
        return text.rstrip("/")
    text = re.sub(r"^\"?(\$PWD|\$\{PWD\}|\$\(pwd\)|`pwd`)\"?(?=/|$)", ".", text)
    text = text.strip('"')
    if _HOME.fullmatch(text.rstrip("/")) and text.rstrip("/"):
        return text.rstrip("/")
    if not text or text.startswith(("~", "$")):
        return None
    place = posixpath.normpath(posixpath.join(workspace, text))
    return "/" if place == "//" else place


def _protected(text: str, workspace: str) -> bool:
    if not text or text.startswith("-"):
        return False
    place = posixpath.normpath(posixpath.join(workspace, text))
    if place.startswith(workspace + "/"):
        place = place[len(workspace) + 1 :]
    return is_protected(place)


def _ran_what_was_fetched(commands: Sequence[Command]) -> Iterable[tuple[Rail, str]]:
    """A file that one command downloads and a later one runs: "curl -o x URL; sh x"."""
    fetched: set[str] = set()
    for command in commands:
        texts = command.texts
        if command.name in FETCHERS:
            fetched.update(redirect.target.text for redirect in command.simple.redirects)
            for place, text in enumerate(texts):
                if text in ("-o", "-O", "--output", "--output-document") and place + 1 < len(texts):
                    fetched.add(texts[place + 1])
                elif re.match(r"-o.|--output(-document)?=", text):
                    fetched.add(re.sub(r"^(-o|--output(-document)?=)", "", text))
            fetched.update(posixpath.basename(text.partition("?")[0]) for text in texts if "://" in text)
            continue
        ran = [command.words[0].text] if command.words and command.words[0].known else []
        if command.name in SHELLS or command.name in INTERPRETERS or PYTHONS.match(command.name):
            ran.extend(texts)
        elif command.name in (".", "source"):
            ran.extend(texts[:1])
        if any(posixpath.normpath(text) in fetched for text in ran if text):
            yield "ask", "running what comes from the network"
