"""Static review of a shell command."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from agents.permissions.command import Command, is_written
from agents.permissions.python_review import review_python
from agents.permissions.review import Review, Runs
from agents.permissions.shell_hosts import reach_of
from agents.permissions.shell_programs import (
    FETCHERS,
    HARMLESS,
    INTERPRETERS,
    PYTHONS,
    QUIET,
    by_arguments,
    by_network,
    least_words,
    local_first,
    removes,
)
from agents.permissions.shell_rails import rail_of
from agents.permissions.shell_script import Script, Simple, Word, read_script
from agents.permissions.shell_unwrap import inner_of

_DEEPEST = 6
# Variables that change which program runs, or what it loads.
STEERING = re.compile(
    r"(PATH|IFS|ENV|BASH_\w+|SHELLOPTS|PROMPT_COMMAND|PS\d|LD_\w+|DYLD_\w+|GIT_\w+|PYTHON\w+|PERL\w+|RUBY\w+|NODE_\w+"
    r"|EDITOR|VISUAL|PAGER|BROWSER|SHELL|HOME|CDPATH|JAVA_\w*|MAKEFLAGS|npm_\w+|CC|CXX|\w*_COMMAND|\w*PRELOAD\w*)$"
)
# Variables that a granted command may be given.
_HARMLESS_NAMES = re.compile(r"(LANG|LC_\w+|TZ|TERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR|CI)$")


def review_shell(command: str, workspace: str) -> Review:
    """Review a command line in the workspace (an absolute path). Never raises."""
    reading = _Reading(workspace)
    reading.script(read_script(command), 0)
    rail, why = rail_of(reading.commands, reading.functions, command, workspace)
    runs = tuple(reading.runs) if reading.readable and reading.grantable else ()
    return Review(
        readable=reading.readable,
        destructive=reading.destructive,
        network=reading.network,
        hosts=tuple(dict.fromkeys(reading.hosts)),
        raw=reading.raw,
        by_remote=reading.by_remote,
        rail=rail,
        why=why,
        runs=runs,
        harmless=reading.readable and reading.harmless and bool(reading.commands),
    )


class _Reading:
    """Collects findings over all commands of a script and of the scripts in it."""

    def __init__(self, workspace: str) -> None:
        self._workspace = workspace
        self.commands: list[Command] = []
        self.functions: list[tuple[str, bool]] = []
        self.readable = True
        self.grantable = True
        self.harmless = True
        self.destructive = False
        self.network = False
        self.raw = self.by_remote = False
        self.hosts: list[str] = []
        self.runs: list[Runs] = []

    def script(self, script: Script, depth: int) -> None:
        self.functions.extend(script.functions)
        if not script.readable or depth > _DEEPEST:
            self.readable = False
        if depth > _DEEPEST:
            return
        fetching = {place for place, simple in enumerate(script.commands) if _fetches(simple.words)}
        for simple in script.commands:
            fetched = bool(fetching.intersection(_all_feeding(script, simple)))
            self._names(name for name, _ in simple.assignments)
            self._redirects(simple)
            self._run(simple, simple.words, fetched, depth)

    def _names(self, names: Iterable[str]) -> None:
        for name in names:
            if STEERING.match(name):
                self.readable = False
            if not _HARMLESS_NAMES.match(name):
                self.grantable = False
            self.harmless = False

    def _redirects(self, simple: Simple) -> None:
        for redirect in simple.redirects:
            if not redirect.target.known:
                self.readable = False
            if redirect.target.text.startswith(("/dev/tcp/", "/dev/udp/")):
                self.network = self.raw = True
                self.grantable = self.harmless = False
            if is_written(redirect):
                self.grantable = self.harmless = False

    def _run(self, simple: Simple, words: tuple[Word, ...], fetched: bool, depth: int) -> None:
        self.commands.append(Command(simple, words, fetched))
        if not words:
            return
        name = words[0].text.rpartition("/")[2]
        if not words[0].known or words[0].pattern or not name:
            self.readable = self.harmless = False
            return
        own = (Word(name), *words[1:])
        inner = inner_of(own)
        if inner is None:
            self._own(simple, words, own)
            return
        self.harmless = self.harmless and bool(inner.commands)
        self._names(inner.names)
        if not inner.readable:
            self.readable = False
        if inner.script is not None:
            self.script(read_script(inner.script), depth + 1)
        if name == "find" and removes([word.text for word in own]):
            self.destructive = True
        for each in inner.commands:
            if depth >= _DEEPEST:
                self.readable = False
            else:
                self._run(simple, each, fetched, depth + 1)

    def _own(self, simple: Simple, words: tuple[Word, ...], own: tuple[Word, ...]) -> None:
        """A command that runs itself and nothing else."""
        name = own[0].text
        texts = [word.text for word in own]
        if by_arguments(name) and any(not word.known or _anything(word) for word in own[1:]):
            self.readable = False
        if _runs_text(simple, own):
            self.readable = False
        code = _python_code(simple, own)
        if code is not None:
            inside = review_python(code)
            self.readable = self.readable and inside.readable
            self.destructive = self.destructive or inside.destructive
            self.network = self.network or inside.network
            self.raw = self.raw or inside.raw
        self.destructive = self.destructive or removes(texts)
        network = by_network(texts)
        if network or name in FETCHERS:
            reach = reach_of(own)
            self.raw, self.by_remote = self.raw or reach.raw, self.by_remote or reach.by_remote
            if network and not local_first(texts):
                self.network = True
                self.hosts += reach.hosts
        self.harmless = self.harmless and name in HARMLESS and "/" not in words[0].text
        if name in QUIET and "/" not in words[0].text:
            return
        known = tuple(word.text for word in itertools.takewhile(lambda word: word.known, words))
        least = least_words((name, *known[1:]))
        if not least or least > len(known) or any(_unfit(word) for word in known[:least]) or name in FETCHERS:
            self.grantable = False
        else:
            self.runs.append(Runs(known, least, network))


def _unfit(word: str) -> bool:
    """Whether a word cannot stand in the pattern of a grant."""
    return not re.fullmatch(r"[\w@%+./:=-]+", word)


def _anything(word: Word) -> bool:
    """Whether a glob may expand to any word, an option among them."""
    return word.pattern and (word.text.startswith("-") or not re.search(r"\w", word.text))


def _all_feeding(script: Script, simple: Simple) -> set[int]:
    found: set[int] = set()
    waiting = list(simple.fed_by)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting.extend(script.commands[place].fed_by)
    return found


def _fetches(words: Sequence[Word]) -> bool:
    return any(word.text.rpartition("/")[2] in FETCHERS for word in words)


def _runs_text(simple: Simple, words: Sequence[Word]) -> bool:
    """Whether a program runs code that is not reviewed: given with an option, or on its stdin."""
    name, texts = words[0].text, [word.text for word in words[1:]]
    if name in INTERPRETERS:
        options = INTERPRETERS[name]
        given = any(text in options or _clustered(text, options) for text in texts)
        return given or not any(not text.startswith("-") for text in texts)
    if name in ("awk", "gawk", "mawk", "nawk"):
        program = next((text for text in texts if not text.startswith("-")), "")
        return "-f" not in texts and bool(re.search(r"system|getline|[|>@]", program))
    if name in ("sed", "gsed"):
        return any(
            re.search(r"(^|[;{}\n$/\d!])\s*e(\s|$)|/[gpiImM\d]*e[gpiImM\d]*\s*($|[;}\n])", t) for t in texts
        )
    if name in (".", "source"):
        return not texts or texts[0].startswith(("/dev/", "/proc/"))
    if PYTHONS.match(name):
        return _python_code(simple, words) is None and not _python_file(texts)
    return False


def _clustered(text: str, options: Sequence[str]) -> bool:
    """Whether one of the one-letter options is in a cluster such as "-ne" or has its value attached."""
    letters = {option[1] for option in options if re.fullmatch(r"-\w", option)}
    return bool(re.match(r"-\w", text)) and not text.startswith("--") and bool(letters.intersection(text[1:]))


def _python_file(texts: Sequence[str]) -> bool:
    """Whether Python runs a file or a module, or only prints its version."""
    for text in texts:
        if not text.startswith("-"):
            return text not in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
        if text in ("-m", "-V", "--version", "-h", "--help"):
            return True
        if text == "-" or "c" in text[1:]:
            return False
    return False


def _python_code(simple: Simple, words: Sequence[Word]) -> str | None:
    """The program that Python gets on its command line or in a here-document."""
    if not PYTHONS.match(words[0].text):
        return None
    rest = list(words[1:])
    while rest and rest[0].text.startswith("-") and rest[0].text not in ("-", "-m"):
        option = rest.pop(0)
        if option.text.endswith("c") and not option.text.startswith("--") and rest:
            return rest[0].text if rest[0].known else None
        if option.text in ("-W", "-X") and rest:
            rest.pop(0)
    if (not rest or rest[0].text == "-") and simple.given is not None and simple.given.known:
        return simple.given.text
    return None
