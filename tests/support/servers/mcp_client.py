"""The SDK's client, as a program has it, speaking to `coterie mcp` as a process."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, ElicitResult, Implementation

NAME = "Test program"
PATIENCE_S = 300.0
Elicit = Callable[[Any, Any], Awaitable[ElicitResult]]


def parameters(
    home: Path, module: str = "tests.support.servers.scripted_mcp", *arguments: str
) -> StdioServerParameters:
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "COTERIE_HOME": str(home)}
    return StdioServerParameters(
        command=sys.executable, args=["-m", module, *arguments], env=environment, cwd=root
    )


@asynccontextmanager
async def speaking_to(
    home: Path,
    *arguments: str,
    module: str = "tests.support.servers.scripted_mcp",
    elicit: Elicit | None = None,
) -> AsyncIterator[Client]:
    """A client of a process that is started for it."""
    async with Client(
        stdio_client(parameters(home, module, *arguments)),
        client_info=Implementation(name=NAME, version="1"),
        elicitation_callback=elicit,
        cache=None,
        mode="legacy",
        read_timeout_seconds=PATIENCE_S,
    ) as client:
        yield client


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    return str(getattr(block, "text"))  # noqa: B009


def answering(*choices: str) -> tuple[Elicit, list[str]]:
    """A person who answers each question with the next of these choices; and the questions so far. "" closes it."""
    asked: list[str] = []

    async def elicit(context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        chosen = choices[len(asked) - 1]
        if not chosen:
            return ElicitResult(action="cancel")
        return ElicitResult(action="accept", content={"decision": chosen})

    return elicit, asked
