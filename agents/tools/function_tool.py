"""`@tool`: a Python function with type hints and a docstring becomes a tool.

    @tool(facts=ToolFacts(read_only=True, destructive=False))
    def word_count(text: str) -> int:
        \"\"\"Count the words of a text.

        Args:
            text: Any text.
        \"\"\"
        return len(text.split())

A parameter annotated with `ToolContext` gets what the tool may use and is not in the schema. The function returns an
`Outcome`, a text, or any value that JSON can hold. Trouble that the model can act on is raised as `ToolTrouble`.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from typing import Any, overload

import msgspec

from agents.api import Outcome, ToolContext
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import Effects, ToolFacts
from agents.tools.signature import Signature, ToolDefinitionError, read_signature
from engine.text import clean_text

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

# Computes the effects of a call from its arguments, defaults filled in.
EffectsOf = Callable[[dict[str, Any], ToolContext], Effects]


def reads_everything(_: dict[str, Any], __: ToolContext) -> Effects:
    """`effects` of a tool that looks through the whole workspace."""
    return Effects("read", reads=(".",))


class ToolTrouble(Exception):
    """An error, in words that help the model to do better."""


class FunctionTool:
    """A tool made of a function. Calling it calls the function."""

    server = ""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str = "",
        facts: ToolFacts | None = None,
        effects: EffectsOf | None = None,
    ) -> None:
        self.function = function
        self.name = name or function.__name__
        self.facts = facts or ToolFacts()
        self.signature: Signature = read_signature(function)
        self._effects = effects
        if not _NAME.fullmatch(self.name):
            raise ToolDefinitionError(
                f"{self.name!r} is no name for a tool: letters, digits, '_' and '-', up to 64."
            )
        for each in (*self.facts.paths, *self.facts.volatile):
            if each not in self.signature.types:
                raise ToolDefinitionError(
                    f"{self.name}: the facts name {each}, which the function does not take."
                )

    @property
    def description(self) -> str:
        return self.signature.description

    @property
    def parameters(self) -> dict[str, Any]:
        return self.signature.parameters

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.function(*arguments, **named)

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        """The effects of the call.

        A refused path counts as outside the workspace, so that it needs approval.
        """
        filled = {**self.signature.defaults, **arguments}
        try:
            if self._effects is not None:
                return self._effects(filled, context)
            paths = tuple(
                context.workspace.real(context.workspace.relative(str(filled[each])))
                for each in self.facts.paths
            )
        except PathRefused as refused:
            return Effects("read" if self.facts.read_only else "files", outside=(refused.path,))
        except OSError:
            # The call itself will report the error; it changes nothing.
            return Effects("read" if self.facts.read_only else "files")
        if self.facts.read_only and not self.facts.network:
            return Effects("read", reads=paths)
        return Effects("network" if self.facts.network else "other", writes=paths)

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        try:
            found = self.function(**self._typed(arguments, context))
        except PathRefused as refused:
            return Outcome(str(refused), "error")
        except ToolTrouble as trouble:
            return Outcome(clean_text(str(trouble)), "error")
        except OSError as error:
            return Outcome(clean_text(os_trouble(error)), "error")
        return self._outcome(found)

    def _typed(self, arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
        """Convert the arguments to the function's types."""
        typed: dict[str, Any] = {}
        for name, value in arguments.items():
            if name not in self.signature.types:
                raise ToolTrouble(f"{self.name} takes no argument '{name}'.")
            try:
                typed[name] = msgspec.convert(value, self.signature.types[name], str_keys=True)
            except msgspec.ValidationError as error:
                raise ToolTrouble(f"The argument '{name}' is not right: {error}.") from error
        missing = self.signature.types.keys() - typed.keys() - self.signature.defaults.keys()
        if missing:
            raise ToolTrouble(f"{self.name} also needs: {', '.join(sorted(missing))}.")
        if self.signature.context:
            typed[self.signature.context] = context
        return typed

    def _outcome(self, found: Any) -> Outcome:
        if isinstance(found, Outcome):
            clean = clean_text(found.text)
            return found if clean == found.text else msgspec.structs.replace(found, text=clean)
        text = found if isinstance(found, str) else "Done." if found is None else _as_json(found)
        return Outcome(clean_text(text), untrusted=self.facts.untrusted)


@overload
def tool(function: Callable[..., Any], /) -> FunctionTool: ...


@overload
def tool(
    *, name: str = "", facts: ToolFacts | None = None, effects: EffectsOf | None = None
) -> Callable[[Callable[..., Any]], FunctionTool]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str = "",
    facts: ToolFacts | None = None,
    effects: EffectsOf | None = None,
) -> FunctionTool | Callable[[Callable[..., Any]], FunctionTool]:
    """Make a tool of a function. Without facts the strictest are assumed.

    Raises ToolDefinitionError when its parameters have no type hints, or it has no docstring.
    """
    if function is not None:
        return FunctionTool(function)
    return lambda each: FunctionTool(each, name=name, facts=facts, effects=effects)


def os_trouble(error: OSError) -> str:
    """An OSError in plain words, without a path from outside the workspace."""
    place = (
        f"'{error.filename}'"
        if isinstance(error.filename, str) and not error.filename.startswith("/")
        else "it"
    )
    words = {
        errno.ENOENT: f"There is no {place}." if place != "it" else "There is no such file.",
        errno.ENOTDIR: "A part of the path is a file, not a folder.",
        errno.EISDIR: "That is a folder, not a file.",
        errno.EACCES: f"The system does not let {place} be opened.",
        errno.EPERM: f"The system does not allow that for {place}.",
        errno.EEXIST: f"There is already something at {place}.",
        errno.ENOSPC: "The disk is full.",
        errno.ELOOP: "That became a link while it was opened; nothing was done.",
        errno.ENOTEMPTY: "The folder is not empty.",
        errno.EROFS: "That place is read-only.",
        errno.ENAMETOOLONG: "The name is too long for this disk.",
    }
    return words.get(error.errno or 0, str(error.strerror or error) + ".")


def _as_json(found: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
