"""The tool `shell`: a command line, run in the sandbox."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.permissions.values import Effects, ToolFacts
from agents.sandbox.sandbox import Confinement, Limits, Ran
from agents.tools.tool import Here, Outcome
from engine.errors import UserError

MOST_SECONDS = 600.0
# One argument of a program has at most 128 KiB on Linux.
_LONGEST_COMMAND = 60_000
# bash where there is one, and an answer of its own where there is not: models write for bash.
_IN_BASH = 'if command -v bash >/dev/null; then exec bash -c "$1"; else exec sh -c "$1"; fi'


class Shell(msgspec.Struct, frozen=True):
    """Runs a command with bash, or sh where there is none, in the workspace."""

    name: str = "shell"
    description: str = (
        "Run a shell command in the workspace folder and return its output and exit code. Only the workspace "
        "can be written to. There is no network unless network is true and the user allows it. Processes that "
        "are left running are ended when the command returns."
    )
    parameters: dict[str, Any] = msgspec.field(
        default_factory=lambda: {
            "type": "object",
            "properties": {
                "command": {"type": "string", "description": "The command line."},
                "timeout": {
                    "type": "integer",
                    "description": "Seconds until it is stopped.",
                    "minimum": 1,
                    "maximum": int(MOST_SECONDS),
                    "default": 60,
                },
                "network": {
                    "type": "boolean",
                    "description": "Whether the command needs the internet.",
                    "default": False,
                },
            },
            "required": ["command"],
            "additionalProperties": False,
        }
    )
    facts: ToolFacts = ToolFacts(
        anywhere=True, volatile=("timeout",), untrusted=True, timeout_s=MOST_SECONDS, most_bytes=1_000_000
    )
    server: str = ""

    def effects(self, arguments: dict[str, Any], here: Here) -> Effects:
        """The exact command; what it does to files cannot be told."""
        return Effects(
            kind="shell",
            command=str(arguments.get("command", "")),
            network=bool(arguments.get("network", False)),
        )

    def run(self, arguments: dict[str, Any], here: Here) -> Outcome:
        command = str(arguments["command"])
        if not command.strip():
            return Outcome("The command is empty.", status="error")
        return executed(["/bin/sh", "-c", _IN_BASH, "shell", command], command, arguments, here)


def executed(argv: list[str], written: str, arguments: dict[str, Any], here: Here) -> Outcome:
    """Run `argv` in the sandbox for a call. `written` is what the model wrote of it."""
    if here.sandbox is None:
        return Outcome("Not run: this machine has no sandbox, so nothing can be executed.", status="error")
    if len(written.encode(errors="replace")) > _LONGEST_COMMAND:
        return Outcome(
            f"Not run: it is longer than {_LONGEST_COMMAND} bytes. Write it to a file and run the file.",
            status="error",
        )
    if "\0" in written:
        return Outcome("Not run: it has a NUL character in it.", status="error")
    seconds = min(float(arguments.get("timeout", 60)), MOST_SECONDS)
    try:
        ran = here.sandbox.run(
            argv,
            Confinement(here.workspace.root, network=here.network),
            limits=Limits(seconds=seconds),
            cancelled=here.cancelled,
        )
    except UserError as error:
        return Outcome(f"Not run: the sandbox could not start it ({error}).", status="error")
    return outcome(ran)


def outcome(ran: Ran) -> Outcome:
    """What a program came to, for the model."""
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
    # An exit code is a finding, such as that of grep or a test that fails, and no fault of the call.
    parts.append(f"[exit code {ran.code}]" if ran.code >= 0 else f"[ended by signal {-ran.code}]")
    return Outcome("\n".join(parts), summary=f"exit code {ran.code}", untrusted=True)
