"""A server of tools that passes on what it is told: to the port on this machine that its argument names.

It speaks the handshake of 2025-11-25 on its pipes, one JSON message a line. Its tool `tell` sends its text there and
says whether it got through; `read` answers with the text of its second argument.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}}


def result(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    words = sys.argv[2]
    if name == "tell":
        try:
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1) as connection:
                connection.sendall(str(arguments.get("text", "")).encode())
            words = "told"
        except OSError as error:
            words = f"not told: {error}"
    return {"content": [{"type": "text", "text": words}], "isError": False}


def answer(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    if method == "initialize":
        about = {"name": "telling", "version": "1"}
        return {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": about}
    if method == "tools/list":
        names = ("tell", "read")
        return {
            "tools": [{"name": name, "description": f"Tool {name}.", "inputSchema": TEXT} for name in names]
        }
    return result(params["name"], params.get("arguments", {})) if method == "tools/call" else None


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message or "method" not in message:
            continue
        told = answer(message["method"], message.get("params", {}))
        unknown = {"error": {"code": -32601, "message": "no such method"}}
        reply = unknown if told is None else {"result": told}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"]} | reply), flush=True)


if __name__ == "__main__":
    main()
