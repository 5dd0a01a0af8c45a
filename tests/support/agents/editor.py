"""An editor that speaks the Agent Client Protocol through the client of the protocol's own package."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from acp import spawn_agent_process, text_block
from acp._transport import memory_transport_pair
from acp.agent.connection import AgentSideConnection
from acp.client.connection import ClientSideConnection
from acp.schema import (
    AllowedOutcome,
    DeniedOutcome,
    PermissionOption,
    PromptResponse,
    RequestPermissionResponse,
    ToolCallUpdate,
)

from app.acp.agent import CoterieAgent
from tests.support.command import ROOT, Command
from tests.support.servers.openai_script import DONE, Answer, Asked, Reply

PATIENCE_S = 300.0


class Editor:
    """`updates` are what it was told, as JSON; `asked` the requests for permission with the names of their options.
    They are answered with what `answers` holds at their tool's place: an option, "cancelled", or nothing at all."""

    def __init__(self, **answers: str) -> None:
        self.updates: list[dict[str, Any]] = []
        self.asked: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.answers = answers
        self.is_asked = asyncio.Event()
        self.agent: ClientSideConnection

    async def session_update(self, session_id: str, update: Any, **_: Any) -> None:
        told = update.model_dump(mode="json", by_alias=True, exclude_none=True)
        self.updates.append({"session": session_id} | told)

    async def request_permission(
        self, options: list[PermissionOption], session_id: str, tool_call: ToolCallUpdate, **_: Any
    ) -> RequestPermissionResponse:
        told = tool_call.model_dump(mode="json", by_alias=True, exclude_none=True)
        self.asked.append((told, {option.option_id: option.name for option in options}))
        self.is_asked.set()
        answer = self.answers.get(told["kind"])
        if answer is None:
            await asyncio.Event().wait()
        if answer == "cancelled":
            return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
        return RequestPermissionResponse(outcome=AllowedOutcome(outcome="selected", option_id=str(answer)))

    def on_connect(self, conn: Any) -> None:
        self.agent = conn

    # --- what a person does ---

    async def open(self, folder: Path) -> str:
        """A new session in the folder."""
        await self.agent.initialize(protocol_version=1)
        return (await self.agent.new_session(cwd=str(folder), mcp_servers=[])).session_id

    async def say(self, session: str, text: str) -> PromptResponse:
        return await asyncio.wait_for(
            self.agent.prompt(session_id=session, prompt=[text_block(text)]), PATIENCE_S
        )

    # --- what is seen ---

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [update for update in self.updates if update["sessionUpdate"] == kind]

    def text(self, kind: str = "agent_message_chunk") -> str:
        return "".join(update["content"]["text"] for update in self.of_kind(kind))

    def calls(self) -> dict[str, dict[str, Any]]:
        """The tool calls as they stand on the screen."""
        found: dict[str, dict[str, Any]] = {}
        for update in self.updates:
            if update["sessionUpdate"] in ("tool_call", "tool_call_update"):
                found.setdefault(update["toolCallId"], {}).update(update)
        return found


def by_task(**scripts: list[Reply]) -> Answer:
    """The replies of the script whose name was said last, one for each turn since."""

    def answer(asked: Asked) -> Reply:
        said = [(message["role"], str(message["content"])) for message in asked.messages]
        named = [
            (at, text.rfind(name), name)
            for at, (role, text) in enumerate(said)
            for name in scripts
            if role == "user" and name in text
        ]
        at, _, name = max(named)
        turn = sum(role == "assistant" for role, _ in said[at:])
        return scripts[name][turn] if turn < len(scripts[name]) else DONE

    return answer


@asynccontextmanager
async def connected(agent: CoterieAgent, editor: Editor) -> AsyncIterator[Editor]:
    """The editor and the agent in this process."""
    theirs, ours = memory_transport_pair()
    side: Any = agent
    async with (
        AgentSideConnection(side, theirs, use_unstable_protocol=True),
        ClientSideConnection(editor, ours, use_unstable_protocol=True),
    ):
        yield editor


@asynccontextmanager
async def started(
    command: Command, editor: Editor, *arguments: str, told: Callable[[Any], None] = lambda process: None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The editor and `coterie acp`, a process of its own; `told` gets each message as it is on the wire."""
    async with spawn_agent_process(
        editor,
        *command.argv("acp", *arguments),
        env=command.environment,
        cwd=ROOT,
        use_unstable_protocol=True,
        observers=[told],
    ) as (_, process):
        yield process
