"""What is said of a tool server: pure functions of what the service knows, in the language that is on."""

from __future__ import annotations

import shlex
from typing import Literal

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.format import format_count
from app.messages import localized
from app.services.connections.server_values import Server, ServerTool
from app.services.settings.secrets import TokenPlace

Colour = Literal["good", "bad", "warning", "faint"]


def state_words(server: Server) -> tuple[str, Colour]:
    """The state in a few words, or the sentence of what failed, and the colour of its dot."""
    translate = QCoreApplication.translate
    offered = sum(tool.status == "accepted" for tool in server.tools)
    tools = translate("Servers", "1 tool")
    if offered != 1:
        tools = translate("Servers", "{count} tools").format(count=format_count(offered))
    if not server.consented:
        return translate("Servers", "Not started: needs your consent"), "warning"
    if not server.enabled:
        return translate("Servers", "Off"), "faint"
    if server.state == "starting":
        return translate("Servers", "Starting…"), "faint"
    if server.state == "failed" and server.error is not None:
        return languages.tell(server.error), "bad"
    if server.waiting:
        looked = translate("Servers", "{tools}, {count} to review")
        return looked.format(tools=tools, count=format_count(len(server.waiting))), "warning"
    if server.state == "ready":
        return translate("Servers", "Running, {tools}").format(tools=tools), "good"
    if server.tools:
        return translate("Servers", "On, {tools}. It starts when a run needs it.").format(tools=tools), "good"
    return translate("Servers", "On. It starts when a run needs it."), "good"


def what_runs(server: Server) -> str:
    """The whole command as a shell would take it, or the address."""
    spec = server.spec
    return spec.url if spec.remote else shlex.join(spec.command)


def variables(server: Server) -> tuple[str, ...]:
    """Each variable or header, with its value where that may be read by anybody."""
    spec, secret = server.spec, QCoreApplication.translate("Servers", "secret")
    plain, kept = (spec.headers, spec.secret_headers) if spec.remote else (spec.env, spec.secret_env)
    mark = ": " if spec.remote else "="
    return (
        *(f"{name}{mark}{value}" for name, value in plain.items()),
        *(f"{name} ({secret})" for name in kept),
    )


def introduction(server: Server) -> str:
    """What it means to agree, above the command."""
    translate = QCoreApplication.translate
    if server.spec.remote:
        return translate("Servers", "What a model sends to this server goes to this address:")
    return translate("Servers", "This runs a program on your computer. The whole command is:")


def rights(server: Server) -> tuple[str, ...]:
    """What the sandbox leaves a program, a sentence each."""
    spec, language = server.spec, languages.current
    if spec.remote:
        return ()
    said = [localized(f"tool_server.workspace_{spec.workspace}", language)]
    if spec.cwd:
        works = QCoreApplication.translate("Servers", "It works in the folder {path}.")
        said.append(works.format(path=spec.cwd))
    for name, paths in (("readable", spec.readable), ("writable", spec.writable)):
        if paths:
            said.append(localized(f"tool_server.{name}", language, paths=", ".join(paths)))
    said.append(localized(f"tool_server.network_{'on' if spec.network else 'off'}", language))
    return tuple(said)


def warnings(server: Server) -> tuple[str, ...]:
    """What to look at before one agrees, a sentence each."""
    return tuple(localized(f"tool_server.warn_{warning}", languages.current) for warning in server.warnings)


def place_words(place: TokenPlace) -> str:
    """Who keeps a secret."""
    translate = QCoreApplication.translate
    return {
        "keyring": translate("Servers", "Stored in the system keyring."),
        "session": translate("Servers", "Kept until Coterie quits: this system has no keyring."),
    }.get(place, translate("Servers", "No value yet."))


def tool_state(tool: ServerTool) -> tuple[str, Colour]:
    """What is to be known of a tool besides its words, "" for nothing."""
    translate = QCoreApplication.translate
    if tool.status == "unfit":
        why = {
            "large": translate("Servers", "Not available: the description of its input is too long"),
            "deep": translate("Servers", "Not available: its input is nested too deeply"),
            "remote": translate("Servers", "Not available: its description refers to another address"),
        }.get(tool.fault, translate("Servers", "Not available: the description of its input is invalid"))
        return why, "bad"
    said, colour = {
        "new": (translate("Servers", "New since you looked"), "warning"),
        "changed": (translate("Servers", "Changed since you agreed"), "warning"),
        "gone": (translate("Servers", "No longer there"), "faint"),
    }.get(tool.status, ("", "faint"))
    if tool.hides:
        hidden = translate("Servers", "hidden characters in its description")
        said = f"{said}; {hidden}" if said else hidden[:1].upper() + hidden[1:]
        colour = "warning"
    return said, colour  # type: ignore[return-value]
