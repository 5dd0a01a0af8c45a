"""What a tool is: a name and a schema for the model, facts for the rules, and a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from agents.events import ResultStatus
from agents.permissions.values import Effects, ToolFacts

if TYPE_CHECKING:
    from agents.permissions.values import Approver
    from agents.sandbox.sandbox import Sandbox
    from agents.tools.workspace import Workspace


class Outcome(msgspec.Struct, frozen=True):
    """What a call came to. `text` is for the model, whole; it is shortened for the context elsewhere."""

    text: str
    status: ResultStatus = "ok"
    summary: str = ""
    diff: str = ""
    untrusted: bool = False


class ToolContext(msgspec.Struct, frozen=True):
    """What a tool may use while it runs. `sandbox` None: there is none on this machine, so nothing is executed.

    `trash` is a folder of the run for what is deleted. `scratch` is a folder for what tools keep (notes, indexes).
    `network`: this call may use the network (granted for this very call). `cancelled`: give up soon.
    `kept` gives the text of a handle, `language` is the user's. `approver` is asked the questions of an MCP server
    (elicitation) on behalf of the call `call` of run `run`; the time that a person takes for the answer does not
    count against the tool's time-out. None: nobody can be asked.
    """

    workspace: Workspace
    sandbox: Sandbox | None
    trash: Path
    scratch: Path
    cancelled: Callable[[], bool]
    kept: Callable[[str], str]
    network: bool = False
    language: Literal["en", "ko"] = "en"
    approver: Approver | None = None
    run: int = 0
    call: str = ""


class Tool(Protocol):
    """A tool at hand. `server` is the name of the MCP server it belongs to, "" for our own."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON Schema of an object."""
        ...

    @property
    def facts(self) -> ToolFacts: ...

    @property
    def server(self) -> str: ...

    def effects(self, arguments: dict[str, Any], here: ToolContext) -> Effects:
        """What this call would do. Never changes anything, never raises for arguments that fit the schema."""
        ...

    def run(self, arguments: dict[str, Any], here: ToolContext) -> Outcome:
        """Do it. Trouble that the model can act on is an Outcome with status "error", not an exception."""
        ...


def definition(tool: Tool) -> dict[str, Any]:
    """The tool in OpenAI's shape, for a model."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    }
