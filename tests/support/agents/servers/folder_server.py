"""A server of tools in plain Python, without the SDK, whose tools are about the folder that it was started in.

It speaks the handshake of 2025-11-25 on its pipes, one JSON message a line. The tools: `read` (the text of notes.txt
there, and a word that is another one for each start of the server; it says that it only reads) and `note` (writes its
text there).
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

NOTES = Path("notes.txt")
STARTED = secrets.token_hex(4)
TEXT = {"type": "object", "properties": {"text": {"type": "string"}}}
READS = {"readOnlyHint": True, "destructiveHint": False, "openWorldHint": False}
TOOLS = [
    {"name": "read", "description": "Read the note.", "inputSchema": TEXT, "annotations": READS},
    {"name": "note", "description": "Write the note.", "inputSchema": TEXT},
]


def result(name: str, text: str) -> dict[str, Any]:
    if name == "note":
        NOTES.write_text(text, encoding="utf-8")
    said = f"{NOTES.read_text(encoding='utf-8').strip()} start {STARTED}"
    return {"content": [{"type": "text", "text": said}], "isError": False}


def answer(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    if method == "initialize":
        about = {"name": "folder", "version": "1"}
        return {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": about}
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call":
        return result(params["name"], params.get("arguments", {}).get("text", ""))
    return None


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message and "method" in message:
            found = answer(message["method"], message.get("params", {}))
            unknown = {"error": {"code": -32601, "message": "no such method"}}
            reply = unknown if found is None else {"result": found}
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"]} | reply), flush=True)


if __name__ == "__main__":
    main()
