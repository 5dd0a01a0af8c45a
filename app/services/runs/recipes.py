"""Recipes: a task with parameters, tools and budgets, as a file.

Ours are in two languages, a user's in one.

A recipe never grants anything: its mode is where a run begins, and the user sees it before the start.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

import resources
from agents.budget import Budget
from agents.events import Mode
from app.messages import localized
from app.services.guidance.skills import Skills
from app.services.runs.values import Recipe
from app.services.settings.toml_file import TomlFile
from engine.errors import UserError
from engine.text import clean_text

OURS = resources.FOLDER / "recipes"
# Display order of ours: first what most people would try first.
ORDER = (
    "summarise-documents",
    "ask-documents",
    "tidy-folder",
    "table-from-documents",
    "translate-document",
    "explain-project",
)
# What the library of prompts holds, in the order in which it is shown.
PROMPTS = (
    "summarize",
    "translate",
    "improve-writing",
    "explain-simply",
    "answer-email",
    "brainstorm",
    "weigh-decision",
    "review-code",
)
MOST_BYTES = 200_000
# Of a prompt that is only a text: its file's name is the title.
TEXTS = (".md", ".txt")
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
Language = Literal["en", "ko"]


class _Parameter(msgspec.Struct, frozen=True):
    name: str
    en: str = ""
    ko: str = ""
    default_en: str = ""
    default_ko: str = ""


class _Words(msgspec.Struct, frozen=True):
    title: str = ""
    description: str = ""
    task: str = ""


class _File(msgspec.Struct, frozen=True):
    mode: Mode = "ask"
    tools: tuple[str, ...] | None = None
    budget: Budget = Budget()
    plan: bool = False
    parameters: tuple[_Parameter, ...] = ()
    en: _Words = _Words()
    ko: _Words = _Words()


def prompt_library(home: Path, language: Callable[[], Language]) -> Recipes:
    """Prompts for chats: ours, and the user's own in the folder `prompts` of `home`."""
    return Recipes(home / "prompts", language, resources.FOLDER / "prompts", PROMPTS)


class Recipes:
    """Built-in recipes, and the user's own in `folder`, which need not exist; in the user's language."""

    def __init__(
        self,
        folder: Path,
        language: Callable[[], Language],
        ours: Path = OURS,
        order: Sequence[str] = ORDER,
        skills: Skills | None = None,
    ) -> None:
        """`order` names the built-in ones, which lie in `ours`; `skills` stand among the user's own."""
        self._folder, self._language, self._skills = folder, language, skills
        self._ours, self._order = ours, order

    def all(self) -> tuple[Recipe, ...]:
        """The user's own first, by title, then the built-in ones.

        Invalid files are left out; `refused` names them, `get` says why.
        """
        language = self._language()
        own = [recipe for path in self._own_files() if (recipe := _readable(path, language))]
        own += self._of_skills({recipe.id for recipe in own} | set(self._order))
        own.sort(key=lambda recipe: recipe.title.casefold())
        ours = [_read(self._ours / f"{name}.toml", name, language, own=False) for name in self._order]
        return (*own, *ours)

    def refused(self) -> tuple[str, ...]:
        """The names of the user's own files that `all` leaves out."""
        language = self._language()
        return tuple(path.name for path in self._own_files() if _readable(path, language) is None)

    def get(self, id: str) -> Recipe:
        """One by its id, or from a file by its path. Raises UserError `recipe.missing`, `recipe.bad`."""
        language = self._language()
        if id in self._order:
            return _read(self._ours / f"{id}.toml", id, language, own=False)
        path = Path(id).expanduser() if id.endswith(".toml") else self._folder / f"{_stem(id)}.toml"
        if not path.is_file():
            if found := next((each for each in self._of_skills(()) if each.id == id), None):
                return found
            raise UserError("recipe.missing", name=id)
        return _read(path, path.stem, language, own=True)

    def save(self, recipe: Recipe) -> Recipe:
        """Save the user's recipe under its id, or one derived from its title.

        Raises UserError `recipe.bad`, `recipe.not_saved`.
        """
        language = self._language()
        title, task = clean_text(recipe.title).strip(), clean_text(recipe.task).strip()
        if not title or not task:
            raise UserError("recipe.bad", name=title or recipe.id, detail="title, task")
        id = recipe.id if recipe.own and recipe.id else self._free_id(title)
        document: dict[str, Any] = {"mode": recipe.mode}
        if recipe.tools is not None:
            document["tools"] = list(recipe.tools)
        changed = {k: v for k, v in msgspec.to_builtins(recipe.budget).items() if v != getattr(Budget(), k)}
        if changed:
            document["budget"] = changed
        if recipe.plan:
            document["plan"] = True
        document[language] = {"title": title, "description": clean_text(recipe.description), "task": task}
        document["parameters"] = [
            {"name": name, language: label, f"default_{language}": default}
            for name, label, default in recipe.parameters
        ]
        try:
            TomlFile(self._folder / f"{id}.toml").write(document)
        except OSError as error:
            detail = error.strerror or str(error)
            raise UserError("recipe.not_saved", folder=str(self._folder), detail=detail) from error
        return self.get(id)

    def delete(self, id: str) -> None:
        """Remove the user's recipe, or skill, as `Skills.remove` does. Raises UserError `recipe.missing`."""
        if self._skills is not None and any(each.id == id for each in self._of_skills(self._own_ids())):
            self._skills.remove(id)
            return
        path = self._folder / f"{_stem(id)}.toml"
        try:
            path.unlink()
        except OSError as error:
            raise UserError("recipe.missing", name=id) from error

    def _of_skills(self, taken: Collection[str]) -> list[Recipe]:
        """The person's skills, each as a task that uses it, but for those whose names are `taken`."""
        language = self._language()
        return [
            Recipe(
                id=skill.name,
                title=skill.name,
                description=skill.description,
                task=localized("run.use_skill", language, name=skill.name),
                own=True,
                skill=skill.name,
            )
            for skill in (self._skills.own() if self._skills is not None else ())
            if skill.name not in taken
        ]

    def _own_files(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix in (".toml", *TEXTS))
        except OSError:
            return []

    def _own_ids(self) -> set[str]:
        return {path.stem for path in self._own_files()} | set(self._order)

    def _free_id(self, title: str) -> str:
        stem, number = _stem(title), 1
        taken = self._own_ids() | {each.id for each in self._of_skills(())}
        id = stem
        while id in taken:
            number += 1
            id = f"{stem}-{number}"
        return id


def filled(recipe: Recipe, values: dict[str, str]) -> str:
    """The task with its parameters filled in; a missing one has its default.

    Raises UserError `recipe.unknown_parameter` for a name that the recipe lacks, `recipe.empty_parameter` for
    one that has neither value nor default.
    """
    known = {name: (label, default) for name, label, default in recipe.parameters}
    for name in values:
        if name not in known:
            raise UserError("recipe.unknown_parameter", name=name, known=", ".join(known) or "-")
    chosen = {name: values.get(name, "").strip() or default for name, (_, default) in known.items()}
    for name, value in chosen.items():
        if not value:
            raise UserError("recipe.empty_parameter", name=known[name][0] or name)
    return _PLACE.sub(lambda match: chosen.get(match[1], match[0]), recipe.task).strip()


def with_blanks(recipe: Recipe) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The task with each parameter's default, or its label in brackets, in its place; and where those stand, from and
    to."""
    known = {name: default or f"[{label}]" for name, label, default in recipe.parameters}
    pieces: list[str] = []
    blanks: list[tuple[int, int]] = []
    at = length = 0
    for match in _PLACE.finditer(recipe.task):
        if (blank := known.get(match[1])) is None:
            continue
        before = recipe.task[at : match.start()]
        length += len(before)
        blanks.append((length, length + len(blank)))
        pieces += (before, blank)
        length, at = length + len(blank), match.end()
    return "".join((*pieces, recipe.task[at:])), tuple(blanks)


def _readable(path: Path, language: Language) -> Recipe | None:
    try:
        return _read(path, path.stem, language, own=True)
    except UserError:
        return None


def _read(path: Path, id: str, language: Language, *, own: bool) -> Recipe:
    """Raises UserError `recipe.bad`."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise UserError("recipe.bad", name=path.name, detail=f"> {MOST_BYTES:,} bytes")
        text = data.decode("utf-8-sig")
        given = _text_file(text) if path.suffix in TEXTS else msgspec.convert(tomllib.loads(text), _File)
    except (OSError, ValueError, RecursionError) as error:  # msgspec's and tomllib's are ValueErrors
        raise UserError("recipe.bad", name=path.name, detail=str(error)[:200]) from error
    # A user's recipe has one language; its text in the other is better than none.
    words = [getattr(given, language), given.en, given.ko]
    chosen = next((each for each in words if each.task.strip()), None)
    if chosen is None:
        raise UserError("recipe.bad", name=path.name, detail="task")
    parameters = tuple(
        (
            each.name,
            getattr(each, language) or each.en or each.ko or each.name,
            getattr(each, f"default_{language}") or each.default_en or each.default_ko,
        )
        for each in given.parameters
    )
    return Recipe(
        id=id,
        title=chosen.title.strip() or path.stem,
        description=chosen.description.strip(),
        task=chosen.task.strip(),
        parameters=parameters,
        tools=given.tools,
        mode=given.mode,
        budget=given.budget,
        own=own,
        plan=given.plan,
    )


def _text_file(text: str) -> _File:
    """A prompt that is only a text. Raises ValueError for one that is not."""
    if "\0" in text:
        raise ValueError("not a text")
    return _File(en=_Words(task=text))


def _stem(title: str) -> str:
    """A file name that is valid on every system."""
    stem = re.sub(r"[^\w-]+", "-", title.casefold(), flags=re.UNICODE).strip("-_")[:60]
    return stem or "recipe"
