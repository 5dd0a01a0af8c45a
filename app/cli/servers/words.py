"""Text of `coterie servers`, in English and Korean."""

from __future__ import annotations

import shlex

from app.cli.output import Output
from app.cli.printable import printable
from app.language import Language
from app.messages import localized
from app.services.connections.server_values import Server, ServerTool


def word(name: str, language: Language, /, **values: object) -> str:
    return localized(f"tool_server.{name}", language, **values)


def state_word(server: Server, language: Language) -> str:
    """The state in one or two words."""
    if not server.enabled:
        return word("off", language)
    if not server.consented:
        return word("consent", language)
    return word("idle" if server.state == "off" else server.state, language)


def card(server: Server, language: Language) -> list[str]:
    """All that a person consents to, the whole command included, and its warnings."""
    spec = server.spec
    lines: list[str] = []

    def say(name: str, /, **values: object) -> None:
        lines.append(word(name, language, **_printable(values)))

    if spec.remote:
        say("reaches", name=spec.name)
        lines.append(f"    {printable(spec.url)}")
    else:
        say("runs", name=spec.name)
        lines.append(f"    {printable(shlex.join(spec.command))}")
        if spec.cwd:
            say("folder", path=spec.cwd)
    if names := [*spec.env, *spec.secret_env]:
        say("variables", names=", ".join(names))
    if names := [*spec.headers, *spec.secret_headers]:
        say("headers", names=", ".join(names))
    if not spec.remote:
        say(f"workspace_{spec.workspace}")
        say("network_on" if spec.network else "network_off")
        if spec.readable:
            say("readable", paths=", ".join(spec.readable))
        if spec.writable:
            say("writable", paths=", ".join(spec.writable))
    if spec.trusted:
        say("trusted")
    lines += [f"! {word(f'warn_{warning}', language)}" for warning in server.warnings]
    if server.missing:
        say("missing", names=", ".join(server.missing), name=spec.name)
    return lines


def tool_line(tool: ServerTool, language: Language) -> str:
    """A tool: its name, the beginning of its description, and its state."""
    notes = [] if tool.status == "accepted" else [word(tool.status, language)]
    notes += [word("hides", language)] if tool.hides else []
    said = "; ".join(notes)
    first = printable(tool.description.strip().splitlines()[0]) if tool.description.strip() else ""
    return f"  {printable(tool.name)}  {first[:100]}" + (f"  ({said})" if said else "")


def say(output: Output, name: str, /, **values: object) -> None:
    """Print a message of this table."""
    output.text(word(name, output.language, **_printable(values)))


def _printable(values: dict[str, object]) -> dict[str, object]:
    return {name: printable(value) if isinstance(value, str) else value for name, value in values.items()}
