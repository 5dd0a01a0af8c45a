"""The tools `shell` and `python`: run a command line or a program in the sandbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from agents.api import Confinement, Limits, Outcome, Passed, Ran, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.sandbox.visible import interpreter
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
# Prefer bash, and say so where there is none: models write for bash.
_IN_BASH = 'if command -v bash >/dev/null; then exec bash -c "$1"; else exec sh -c "$1"; fi'


class Executing(msgspec.Struct, frozen=True):
    """A tool that runs code the model writes.

    `written` is the name of the parameter that holds it, `noun` what it is called; `argv` gives the program
    that runs it.
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

    @property
    def parameters(self) -> dict[str, Any]:
        """See `Tool.parameters`."""
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
            },
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
        attachments = context.attachments
        surroundings = context.surroundings()
        added = {"ATTACHMENTS": str(attachments[0].parent)} if attachments else {}
        proxy = _proxy(context)
        added |= {} if context.network or proxy else _OFFLINE
        seconds = min(float(arguments.get("timeout", 60)), _MOST_SECONDS)
        confinement = Confinement(
            context.workspace.root,
            released=context.released,
            readable=(*attachments, *context.skills, *context.readable),
            programs=surroundings.programs,
            hidden=surroundings.hidden,
            caches=surroundings.caches,
            home=surroundings.home,
            network=context.network,
            proxy=proxy,
        )
        try:
            ran = context.sandbox.run(
                self.argv(written),
                confinement,
                environment=surroundings.environment | added,
                limits=Limits(seconds=seconds),
                cancelled=context.cancelled,
            )
        except UserError as error:
            return Outcome(f"Not run: the sandbox could not start it ({error}).", status="error")
        passed = context.gate.end() if context.gate is not None and proxy else Passed()
        return outcome(ran, passed, wanted=bool(arguments.get("network", False)))


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


def outcome(ran: Ran, passed: Passed = Passed(), *, wanted: bool = False) -> Outcome:  # noqa: B008
    """The result of a program, for the model.

    What was refused is asked about where the program failed, or the network was `wanted`: many look for news of
    themselves and do as well without.
    """
    told = msgspec.structs.replace(_told(ran), refused=passed.refused, reached=passed.reached)
    if ran.code or wanted or not passed.refused:
        return told
    hosts = ", ".join(passed.refused[:10])
    line = f"[not reached, as the user has not allowed it: {hosts}; if it is needed, set network to true]"
    return msgspec.structs.replace(told, text=f"{told.text}\n{line}", refused=())


def _told(ran: Ran) -> Outcome:
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
    "can be written to. There is no network unless network is true and the user allows it. Processes that "
    "are left running are ended when the command returns.",
    written="command",
    noun="command line",
    argv=lambda command: ["/bin/sh", "-c", _IN_BASH, "shell", command],
)

# Our own interpreter, with its standard library and none of our packages.
python = Executing(
    "python",
    "Run Python code in the workspace folder and return what it prints. Use print() for results. The "
    "standard library is there. Only the workspace can be written to, and there is no network unless "
    "network is true and the user allows it.",
    written="code",
    noun="program",
    argv=lambda code: [str(interpreter()), "-I", "-X", "utf8", "-c", code],
)
