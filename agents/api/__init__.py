"""Protocols a run is made of: chat model, tools, sandbox, approver, journal.

`agents.run.run.Run` works with these alone; the app brings the implementations.
"""

from agents.api.chat_model import ChatModel, Measured, ModelRequest, ModelResponse, NewText, OnText
from agents.api.commands import BackgroundCommand, Commands, RunPort
from agents.api.run import Approver, Journal
from agents.api.sandboxes import Confinement, Job, Limits, LivingSandbox, Ran, Sandbox, ShellState
from agents.api.tools import (
    Delegation,
    Gate,
    Offered,
    Outcome,
    Passed,
    Surroundings,
    Tool,
    ToolContext,
    definition,
)

__all__ = [
    "Approver",
    "BackgroundCommand",
    "ChatModel",
    "Commands",
    "Confinement",
    "Delegation",
    "Gate",
    "Job",
    "Journal",
    "Limits",
    "LivingSandbox",
    "Measured",
    "ModelRequest",
    "ModelResponse",
    "NewText",
    "Offered",
    "OnText",
    "Outcome",
    "Passed",
    "Ran",
    "RunPort",
    "Sandbox",
    "ShellState",
    "Surroundings",
    "Tool",
    "ToolContext",
    "definition",
]
