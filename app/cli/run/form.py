"""Form of a tool server in the terminal: one field after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.permissions.values import Decision
from app.cli.output import Output
from app.cli.printable import printable
from app.language import Language
from app.messages import localized
from app.services.connections.form_values import Field, Problem, chosen, entered, fields_of

TRIES = 3
Line = Callable[[str], str | None]
_YES, _NO = ("y", "yes", "true", "1", "네", "예"), ("n", "no", "false", "0", "아니요")


def fill_in(schema: dict[str, Any], read: Line, output: Output) -> Decision | None:
    """Ask for each field.

    Nothing for one that is needed and has no default declines the whole; None when nobody answers. What is
    left out gets its default where the form is sent.
    """
    content: dict[str, Any] = {}
    for field in fields_of(schema):
        for attempt in range(TRIES):
            line = read(_prompt(field, output.language))
            if line is None:
                return None
            if not line.strip():
                if field.required and field.default is None:
                    return Decision(allow=False)
                break
            value, problem = _value(field, line.strip())
            if problem is None:
                content[field.name] = value
                break
            if attempt == TRIES - 1:
                return Decision(allow=False)
            output.note(f"  {localized('cli.form.again', output.language)}")
    return Decision(allow=True, content=content)


def _prompt(field: Field, language: Language) -> str:
    notes = []
    if field.description and field.description != field.label:
        notes.append(field.description)
    if field.choices:
        notes.append(", ".join(_shown(*choice) for choice in field.choices))
    if field.kind == "choices":
        notes.append(localized("cli.form.several", language))
    if field.kind == "switch":
        notes.append(localized("cli.form.yes_no", language))
    if field.default is not None:
        value = ", ".join(map(str, field.default)) if isinstance(field.default, list) else str(field.default)
        notes.append(localized("cli.form.enter", language, value=value))
    else:
        notes.append(localized(f"cli.form.{'decline' if field.required else 'optional'}", language))
    return printable(f"  {field.label} ({'; '.join(notes)}): ")


def _shown(value: str, words: str) -> str:
    return value if value == words else f"{value} = {words}"


def _value(field: Field, text: str) -> tuple[Any, Problem | None]:
    if field.kind == "switch":
        known = text.casefold() in (*_YES, *_NO)
        return text.casefold() in _YES, None if known else Problem("missing")
    if field.kind == "choice":
        value = _choice(field, text)
        return value, Problem("missing") if value is None else None
    if field.kind == "choices":
        values = [_choice(field, part) for part in text.split(",") if part.strip()]
        if None in values:
            return None, Problem("missing")
        return chosen(field, [value for value in values if value is not None])
    return entered(field, text)


def _choice(field: Field, text: str) -> str | None:
    """The chosen value, given by value or label."""
    wanted = text.strip().casefold()
    for value, words in field.choices:
        if wanted in (value.casefold(), words.casefold()):
            return value
    return None
