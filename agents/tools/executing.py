"""The tools `shell` and `python`: run a command line or a program in the sandbox."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from agents.api import (
    BackgroundCommand,
    Confinement,
    Limits,
    Outcome,
    Passed,
    Ran,
    Surroundings,
    ToolContext,
)
from agents.permissions.values import Effects, ToolFacts
from agents.sandbox.inside.plan import SHELL, STATE
from agents.sandbox.visible import interpreter
from agents.tools.unseen import unseen
from engine.errors import UserError

log = logging.getLogger(__name__)
_MOST_SECONDS = 600.0
# One argument of a program has at most 128 KiB on Linux.
_MOST_BYTES = 60_000
# Without the network, package managers say so at once; else they would try again for a minute.
_OFFLINE = {
    "npm_config_offline": "true",
    "UV_OFFLINE": "1",
    "CARGO_NET_OFFLINE": "true",
    "GOPROXY": "off",
    "PIP_RETRIES": "0",
}
# Where every host is refused, some would try again for ten seconds.
_REFUSED = {"PIP_RETRIES": "0", "CARGO_NET_RETRY": "0", "UV_HTTP_RETRIES": "0"}
# Programs that look for newer versions of themselves, or tell how they are used, would have a person asked for hosts
# that no command named.
_ON_TASK = {
    "npm_config_update_notifier": "false",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "DO_NOT_TRACK": "1",
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "NEXT_TELEMETRY_DISABLED": "1",
    "GOTELEMETRY": "off",
}
_MOST_IN_BACKGROUND = 8
_AT_FIRST = 1.0  # seconds in which a command in the background shows whether it goes on


class Executing(msgspec.Struct, frozen=True):
    """A tool that runs code the model writes.

    `written` is the name of the parameter that holds it, `noun` what it is called; `argv` gives the program
    that runs it. `goes_on`: it can be left running in the background.
    """

    name: Literal["shell", "python"]
    description: str
    written: str
    noun: str
    argv: Callable[[str], list[str]]
    facts: ToolFacts = ToolFacts(
        anywhere=True,
        volatile=("timeout",),
        untrusted=True,
        own=True,
        timeout_s=_MOST_SECONDS,
        most_bytes=1_000_000,
    )
    server: str = ""
    goes_on: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """See `Tool.parameters`."""
        background = {
            "type": "boolean",
            "description": "Leave it running, such as a server.",
            "default": False,
        }
        return {
            "type": "object",
            "properties": {
                self.written: {"type": "string", "description": f"The {self.noun}."},
                "timeout": {
                    "type": "integer",
                    "description": "Seconds until it is stopped.",
                    "minimum": 1,
                    "maximum": int(_MOST_SECONDS),
                    "default": 60,
                },
                "network": {
                    "type": "boolean",
                    "description": f"Whether the {self.noun.split()[0]} needs the internet.",
                    "default": False,
                },
            }
            | ({"background": background} if self.goes_on else {}),
            "required": [self.written],
            "additionalProperties": False,
        }

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        """The exact code; its effects on files are unknown."""
        return Effects(
            kind=self.name,
            command=str(arguments.get(self.written, "")),
            network=bool(arguments.get("network", False)),
        )

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        """Run it in the sandbox."""
        written = str(arguments[self.written])
        refused = _refused(written, context, self.noun)
        if refused or context.sandbox is None:
            return Outcome(refused, status="error")
        surroundings, proxy = context.surroundings(), _proxy(context)
        confinement = Confinement(
            context.workspace.root,
            released=context.released,
            readable=(*context.attachments, *context.skills, *context.readable),
            programs=surroundings.programs,
            hidden=surroundings.hidden,
            caches=surroundings.caches,
            home=surroundings.home,
            network=context.network,
            proxy=proxy,
        )
        passed, wanted = Passed(), bool(arguments.get("network", False))
        notices: tuple[str, ...] = ()
        try:
            if arguments.get("background"):
                told, code = self._started(written, confinement, surroundings, context), 0
            else:
                limits = Limits(seconds=min(float(arguments.get("timeout", 60)), _MOST_SECONDS))
                ran, notices = self._ran(written, confinement, surroundings, context, limits)
                missed = unseen(written, ran, confinement, context.allowable)
                told, code = msgspec.structs.replace(outcome(ran), unseen=missed), ran.code
        except UserError as error:
            return Outcome(f"Not run: the sandbox could not start it ({error}).", status="error")
        finally:
            if context.gate is not None and proxy:
                passed = context.gate.end()
        told = msgspec.structs.replace(told, text="\n".join((told.text, *notices)))
        return with_passed(told, passed, asks=bool(code) or wanted)

    def _ran(
        self,
        written: str,
        confinement: Confinement,
        surroundings: Surroundings,
        context: ToolContext,
        limits: Limits,
    ) -> tuple[Ran, tuple[str, ...]]:
        argv, added = self.argv(written), _variables(context, confinement)
        if context.commands is not None:
            return context.commands.run(
                argv,
                confinement,
                environment=surroundings.environment,
                added=added,
                call=context.call,
                limits=limits,
                cancelled=context.cancelled,
            )
        assert context.sandbox is not None
        living = context.sandbox.open(confinement, environment=surroundings.environment)
        with contextlib.closing(living):
            found = living.run(
                argv, confinement, "", environment=added, limits=limits, cancelled=context.cancelled
            )
        if found is None:
            raise UserError("sandbox.failed", detail="")
        return found[0], ()

    def _started(
        self, written: str, confinement: Confinement, surroundings: Surroundings, context: ToolContext
    ) -> Outcome:
        if context.commands is None or context.network:
            return Outcome("Not run: in the background there is no internet. Leave network out.", "error")
        if sum(one.code is None for one in context.commands.all()) >= _MOST_IN_BACKGROUND:
            text = f"Not run: {_MOST_IN_BACKGROUND} commands run in the background already. Stop one first."
            return Outcome(text, "error")
        started, notices = context.commands.start(
            written,
            self.argv(written),
            confinement,
            environment=surroundings.environment,
            added=_variables(context, confinement),
            call=context.call,
        )
        text = started.new_output(_AT_FIRST, context.cancelled)
        return Outcome("\n".join((standing(started, text), *notices)), summary=started.name, untrusted=True)


def standing(command: BackgroundCommand, text: str) -> str:
    """How a command in the background stands, with its new output."""
    ports = ", ".join(map(str, command.ports))
    state = "runs" if command.code is None else f"has ended with exit code {command.code}"
    if command.code is not None and command.code < 0:
        state = f"was ended by signal {-command.code}"
    listens = f", listening at port {ports}" if ports else ""
    return f"[{command.name} {state}{listens}]\n{text.rstrip() or '[no new output]'}"


def _variables(context: ToolContext, confinement: Confinement) -> dict[str, str]:
    """What differs from call to call."""
    attachments = context.attachments
    added = _ON_TASK | ({"ATTACHMENTS": str(attachments[0].parent)} if attachments else {})
    if confinement.network:
        return added
    if confinement.proxy is None:
        return added | _OFFLINE
    return added if context.gate is not None and context.gate.leads() else added | _REFUSED


def _proxy(context: ToolContext) -> Path | None:
    """The socket of the proxy that leads to the allowed hosts; None where there is no such way."""
    gate, sandbox = context.gate, context.sandbox
    if gate is None or sandbox is None or not sandbox.filters or context.network:
        return None
    try:
        proxy = gate.socket()
    except OSError as error:
        log.warning("No proxy for the programs of a run: %s", error.strerror or error)
        return None
    gate.begin(context.hosts)
    return proxy


def _refused(written: str, context: ToolContext, noun: str) -> str:
    """Why it is refused, or ""."""
    if not written.strip():
        return f"The {noun.split()[0]} is empty."
    if context.sandbox is None:
        return "Not run: this machine has no sandbox, so nothing can be executed."
    if len(written.encode(errors="replace")) > _MOST_BYTES:
        return f"Not run: it is longer than {_MOST_BYTES} bytes. Write it to a file and run the file."
    if "\0" in written:
        return "Not run: it has a NUL character in it."
    return ""


def with_passed(told: Outcome, passed: Passed, *, asks: bool) -> Outcome:
    """The outcome with what came of its way to the network.

    What was refused is asked about only where it `asks`, as the program failed or was said to need the network: many
    look for news of themselves and do as well without.
    """
    told = msgspec.structs.replace(told, reached=passed.reached, refused=passed.refused if asks else ())
    if asks or not passed.refused:
        return told
    hosts = ", ".join(passed.refused[:10])
    line = f"[not reached, as the user has not allowed it: {hosts}; if it is needed, set network to true]"
    return msgspec.structs.replace(told, text=f"{told.text}\n{line}")


def outcome(ran: Ran) -> Outcome:
    """The result of a program, for the model."""
    parts = [ran.output.rstrip("\n")] if ran.output.strip() else []
    if ran.errors.strip():
        parts.append(f"[errors]\n{ran.errors.rstrip()}" if parts else ran.errors.rstrip())
    if not parts:
        parts.append("[no output]")
    if ran.timed_out:
        parts.append(f"[stopped after {ran.seconds:.0f} s: the time was up]")
        return Outcome("\n".join(parts), status="timeout", summary="timed out", untrusted=True)
    if ran.cancelled:
        parts.append("[stopped by the user]")
        return Outcome("\n".join(parts), status="interrupted", summary="stopped", untrusted=True)
    if ran.exceeded:
        parts.append(f"[ended by the sandbox: too much use of {ran.exceeded}]")
        return Outcome("\n".join(parts), status="error", summary=f"too much {ran.exceeded}", untrusted=True)
    # A nonzero exit code is a result, such as that of grep or a failing test, and no error of the call.
    parts.append(f"[exit code {ran.code}]" if ran.code >= 0 else f"[ended by signal {-ran.code}]")
    return Outcome("\n".join(parts), summary=f"exit code {ran.code}", untrusted=True)


shell = Executing(
    "shell",
    "Run a shell command in the workspace folder and return its output and exit code. Only the workspace "
    "can be written to. Only hosts that the user allows can be reached; set network to true where one is "
    "needed. The next command finds the directory, variables and functions of this one, and /tmp. Processes "
    "are ended when the command returns, unless background is true.",
    written="command",
    noun="command line",
    argv=lambda command: ["/bin/sh", "-c", SHELL, "shell", command, STATE],
    goes_on=True,
)

# Our own interpreter, with its standard library and none of our packages.
python = Executing(
    "python",
    "Run Python code in the workspace folder and return what it prints. Use print() for results. The "
    "standard library is there. Only the workspace can be written to, and only hosts that the user allows "
    "can be reached; set network to true where one is needed.",
    written="code",
    noun="program",
    argv=lambda code: [str(interpreter()), "-I", "-X", "utf8", "-c", code],
)
