"""The tool `python`: a program in Python, run in the sandbox."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.permissions.values import Effects, ToolFacts
from agents.sandbox.visible import interpreter
from agents.tools.shell import MOST_SECONDS, executed
from agents.tools.tool import Here, Outcome


class Python(msgspec.Struct, frozen=True):
    """Runs code with our own interpreter, which sees its standard library and none of our packages."""

    name: str = "python"
    description: str = (
        "Run Python code in the workspace folder and return what it prints. Use print() for results. The "
        "standard library is there. Only the workspace can be written to, and there is no network unless "
        "network is true and the user allows it."
    )
    parameters: dict[str, Any] = msgspec.field(
        default_factory=lambda: {
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "The program."},
                "timeout": {
                    "type": "integer",
                    "description": "Seconds until it is stopped.",
                    "minimum": 1,
                    "maximum": int(MOST_SECONDS),
                    "default": 60,
                },
                "network": {
                    "type": "boolean",
                    "description": "Whether the program needs the internet.",
                    "default": False,
                },
            },
            "required": ["code"],
            "additionalProperties": False,
        }
    )
    facts: ToolFacts = ToolFacts(
        anywhere=True, volatile=("timeout",), untrusted=True, timeout_s=MOST_SECONDS, most_bytes=1_000_000
    )
    server: str = ""

    def effects(self, arguments: dict[str, Any], here: Here) -> Effects:
        """The exact code; what it does to files cannot be told."""
        return Effects(
            kind="python",
            command=str(arguments.get("code", "")),
            network=bool(arguments.get("network", False)),
        )

    def run(self, arguments: dict[str, Any], here: Here) -> Outcome:
        code = str(arguments["code"])
        if not code.strip():
            return Outcome("The program is empty.", status="error")
        return executed([str(interpreter()), "-I", "-X", "utf8", "-c", code], code, arguments, here)
