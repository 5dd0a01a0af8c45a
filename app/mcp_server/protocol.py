"""The Model Context Protocol by its SDK: lists the tools, and has calls carried out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from agents.mcp.sanitize import clean_words
from app.mcp_server.callers import ProtocolCaller, Workers
from app.mcp_server.calls import Call, Caller, Done
from app.mcp_server.tools import TOOLS, ToolText, read_arguments, schema_of
from app.messages import localized_error
from app.store.records import ServerKey
from app.version import VERSION
from engine.errors import UserError

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel.server import Server
    from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, Tool

log = logging.getLogger(__name__)
INSTRUCTIONS = "Language models of this computer. What an agent may do is decided in Coterie's window."
_LONGEST_NAME = 60
CarryOut = Callable[[Call, Caller], Done]
Context = Any


def mcp_server(
    carry_out: CarryOut, workers: Workers, key_of: Callable[[Context], ServerKey | None] | None = None
) -> Server[Any]:
    """A server whose calls `carry_out` blocks for, on threads of `workers`. `key_of` finds the key of a request that
    came over HTTP; None: it comes from a program of this person."""
    from mcp.server.lowlevel.server import Server
    from mcp.shared.exceptions import MCPError
    from mcp_types import INVALID_PARAMS, CallToolResult, ListToolsResult, TextContent

    _silence()
    tools = [_tool(tool) for tool in TOOLS.values()]

    async def list_tools(context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=tools)

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        if params.name not in TOOLS:
            known = ", ".join(TOOLS)
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name[:100]!r}. The tools are: {known}.")
        arguments = dict(params.arguments or {})
        key = key_of(context) if key_of is not None else None
        program = program_of(context) if key is None else key.name
        call = Call(params.name, arguments, program, over_http=key_of is not None)
        caller = ProtocolCaller(context, key)
        try:
            read_arguments(TOOLS[params.name], arguments)  # what is wrong goes to no other process
            done = await workers.run(lambda: carry_out(call, caller))
        except UserError as error:
            done = Done(localized_error(error), failed=True)
        finally:
            caller.leave()
        return CallToolResult(
            content=[TextContent(type="text", text=done.text)],
            structured_content=done.values,
            is_error=done.failed,
        )

    return Server(
        "coterie",
        version=VERSION,
        title="Coterie",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def program_of(context: ServerRequestContext[Any, Any]) -> str:
    """What the client calls itself, for a person to read."""
    told = context.session.client_params
    info = told.client_info if told is not None else None
    name = clean_words(" ".join((info.title or info.name).split()), _LONGEST_NAME) if info is not None else ""
    return name or "Another program"


def _tool(tool: ToolText) -> Tool:
    from mcp_types import Tool, ToolAnnotations

    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema_of(tool.arguments),
        output_schema=schema_of(tool.result),
        annotations=ToolAnnotations(
            read_only_hint=not tool.changes,
            destructive_hint=tool.destroys,
            idempotent_hint=False,
            open_world_hint=tool.open_world,
        ),
    )


def _silence() -> None:
    """What the SDK logs contains text of clients."""
    logger = logging.getLogger("mcp")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
