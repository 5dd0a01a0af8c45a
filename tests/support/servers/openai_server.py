"""A scripted OpenAI-compatible server on loopback: streams, tool calls, reasoning, usage, and what goes wrong.

    python -m tests.support.servers.openai_server --script replies.json      serves until Ctrl+C

`replies.json` is a list of `openai_script.Reply`: [{"tool_calls": [{"name": "write_file", "arguments": {...}}]},
"Done."]. In a test: `with OpenAiServer(in_order(call("list_files"), say("Done."))) as server: server.url`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from tests.support.servers.openai_script import Answer, Asked, Reply, in_order, read_script

NAME = "scripted"
# Whose extra questions it answers; a "plain" one knows /v1/models and /v1/chat/completions only.
Kind = Literal["plain", "vllm", "llama-server", "ollama", "lm-studio"]
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


def tokens_of(text: str) -> int:
    """This server's tokenizer: one token for each four bytes or part of them."""
    return math.ceil(len(text.encode()) / 4)


def prompt_tokens(body: dict[str, Any]) -> int:
    """The tokens of a request's messages and tools; each message takes four of its own, each picture 64."""
    told = json.dumps(body.get("messages", ()))
    pictures = told.count('"data:image/')
    told = re.sub(r"data:image/[^\"]*", "", told)
    if isinstance(body.get("prompt"), str):
        return tokens_of(body["prompt"])
    messages = (
        len(body.get("prompt", ()))
        + sum(4 + tokens_of(json.dumps(message)) for message in json.loads(told))
        + 64 * pictures
    )
    return messages + (tokens_of(json.dumps(body["tools"])) if body.get("tools") else 0)


class OpenAiServer:
    """Listens on a port of its own from `__enter__` to `__exit__`. `asked` has the chat requests so far, `left` those
    that the client left before their end. With `key`, requests without it are refused. `sees`: whether it
    says that its model takes pictures, None: it says nothing; one that is `blind` refuses them. `completes`: it has
    /v1/completions too."""

    def __init__(
        self,
        answer: Answer | None = None,
        *,
        kind: Kind = "plain",
        names: Sequence[str] = (NAME,),
        context: int = 8192,
        key: str = "",
        port: int = 0,
        sees: bool | None = None,
        blind: bool = False,
        completes: bool = True,
    ) -> None:
        self.sees, self.blind, self.completes = sees, blind, completes
        self.answer = answer or in_order()
        self.kind, self.names, self.context, self.key = kind, tuple(names), context, key
        self.asked: list[Asked] = []
        self.left: list[int] = []
        self.paths: list[str] = []
        self.posts: list[str] = []  # of these, the ones that were posted to
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.scripted = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="openai-server")

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def model(self) -> str:
        """Its first model as a name for Coterie."""
        return f"openai:{self.url}#{self.names[0]}"

    def __enter__(self) -> OpenAiServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> Asked:
        with self._lock:
            asked = Asked(len(self.asked), body, headers)
            self.asked.append(asked)
        return asked


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    scripted: OpenAiServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client that left is what many tests want
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    timeout = 5.0

    def log_message(self, format: str, *args: Any) -> None:
        pass

    @property
    def _scripted(self) -> OpenAiServer:
        return self.server.scripted

    def do_GET(self) -> None:
        scripted = self._scripted
        scripted.paths.append(self.path)
        if not self._allowed():
            return
        path = self.path.partition("?")[0]
        if path.endswith("/v1/models"):
            self._object({"object": "list", "data": [self._listed(name) for name in scripted.names]})
        elif path == "/props" and scripted.kind == "llama-server":
            told: dict[str, Any] = {
                "default_generation_settings": {"n_ctx": scripted.context},
                "total_slots": 1,
            }
            if scripted.sees is not None:
                told["modalities"] = {"vision": scripted.sees, "audio": False}
            self._object(told)
        elif path.startswith("/api/v0/models") and scripted.kind == "lm-studio":
            listed = [
                {"id": name, "max_context_length": 131072, "loaded_context_length": scripted.context}
                | ({} if scripted.sees is None else {"type": "vlm" if scripted.sees else "llm"})
                for name in scripted.names
            ]
            self._object({"data": listed})
        elif path == "/api/version" and scripted.kind == "ollama":
            self._object({"version": "0.13.0"})
        else:
            self._error(404, "no such path")

    def do_POST(self) -> None:
        scripted = self._scripted
        scripted.paths.append(self.path)
        scripted.posts.append(self.path)
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        except ValueError:
            self._error(400, "the body is not JSON")
            return
        if not self._allowed():
            return
        path = self.path.partition("?")[0]
        if path.endswith("/v1/chat/completions") or (path.endswith("/v1/completions") and scripted.completes):
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = scripted.take(body, headers)
            if body.get("model") not in scripted.names:
                self._error(404, f"The model `{body.get('model')}` does not exist.")
                return
            if scripted.blind and asked.pictures:
                self._error(400, "This model does not support images.")
                return
            self._reply(asked, scripted.answer(asked))
        elif path == "/tokenize" and scripted.kind == "llama-server":
            self._object({"tokens": list(range(tokens_of(body.get("content", ""))))})
        elif path == "/apply-template" and scripted.kind == "llama-server":
            self._object({"prompt": "x" * 4 * prompt_tokens(body)})
        elif path == "/tokenize" and scripted.kind == "vllm":
            count = prompt_tokens(body) if "messages" in body else tokens_of(body.get("prompt", ""))
            self._object({"count": count, "max_model_len": scripted.context, "tokens": list(range(count))})
        elif path == "/api/show" and scripted.kind == "ollama":
            info = {"general.architecture": "llama", "llama.context_length": scripted.context}
            able = ["completion", "tools", *(["vision"] if scripted.sees else [])]
            self._object({"model_info": info, **({} if scripted.sees is None else {"capabilities": able})})
        else:
            self._error(404, "no such path")

    # --- replies ---

    def _reply(self, asked: Asked, reply: Reply | bytes) -> None:
        if isinstance(reply, bytes):
            self._send(200, reply, "text/event-stream")
            return
        self._scripted.closing.wait(reply.delay)
        if reply.fault == "status":
            self._error(reply.status, reply.message, reply.retry_after)
        elif reply.fault == "html":
            self._send(reply.status, _HTML, "text/html")
        elif asked.body.get("stream"):
            try:
                self._stream(asked, reply)
            except OSError:
                self._scripted.left.append(asked.number)
                self.close_connection = True
        else:
            self._whole(asked, reply)

    def _whole(self, asked: Asked, reply: Reply) -> None:
        if reply.fault == "drop":
            self.close_connection = True
            return
        if reply.fault == "bad_json":
            self._send(200, b'{"choices": [{"message": {"content": "', "application/json")
            return
        message: dict[str, Any] = {"role": "assistant", "content": reply.content or None}
        if reply.reasoning:
            message[reply.reasoning_field] = reply.reasoning
        if reply.tool_calls:
            message["tool_calls"] = _calls(asked, reply)
        choices: Any = [{"index": 0, "message": message, "finish_reason": _reason(reply)}]
        if reply.fault == "empty":
            choices = []
        elif reply.fault == "wrong_types":
            choices = {"message": 5}
        told: dict[str, Any] = {"object": "chat.completion", "choices": choices}
        if reply.usage:
            told["usage"] = _usage(asked, reply)
        self._object(told)

    def _stream(self, asked: Asked, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        sent = 0
        for delta in _deltas(asked, reply):
            if reply.fault and sent >= reply.after:
                break
            if self._scripted.closing.wait(reply.pace):
                raise OSError("the server closes")
            said = {"text": delta.get("content", "")} if "prompt" in asked.body else {"delta": delta}
            self._event({"choices": [{"index": 0, **said, "finish_reason": None}]})
            sent += len(delta.get("content") or "")
        if self._fails(reply):
            self.close_connection = True
            return
        last = {"index": 0, "delta": {}, "finish_reason": _reason(reply), "stop_reason": reply.stop or None}
        self._event({"choices": [last]})
        if reply.usage and asked.body.get("stream_options", {}).get("include_usage"):
            self._event({"choices": [], "usage": _usage(asked, reply)})
        self._piece(b"data: [DONE]\n\n")
        self._piece(b"")

    def _fails(self, reply: Reply) -> bool:
        """Play the fault of a stream; whether there was one."""
        if reply.fault == "bad_json":
            self._piece(b'data: {"choices": [{"delta": {"content": "br\n\n')
        elif reply.fault == "wrong_types":
            self._event({"choices": [{"delta": {"content": 5, "tool_calls": "none"}}]})
            self._event({"choices": {"delta": 7}})
        elif reply.fault == "stream_error":
            self._event({"error": {"message": reply.message, "type": "server_error", "code": reply.status}})
        elif reply.fault == "stall":
            while not self._scripted.closing.wait(0.02):
                self._piece(b": keep-alive\n\n")
        elif reply.fault in ("empty", "no_done"):
            self._piece(b"")
        elif reply.fault != "drop":
            return False
        return True

    def _event(self, value: dict[str, Any]) -> None:
        shown = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": NAME} | value
        self._piece(b"data: " + json.dumps(shown, ensure_ascii=False).encode() + b"\n\n")

    def _piece(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    # --- what all answers share ---

    def _allowed(self) -> bool:
        key = self._scripted.key
        if key and self.headers.get("Authorization") != f"Bearer {key}":
            self._error(401, "Incorrect API key provided.")
            return False
        return True

    def _listed(self, name: str) -> dict[str, Any]:
        listed: dict[str, Any] = {"id": name, "object": "model", "owned_by": self._scripted.kind}
        if self._scripted.kind == "vllm":
            listed["max_model_len"] = self._scripted.context
        elif self._scripted.kind == "llama-server":
            listed["meta"] = {"n_ctx": self._scripted.context, "n_ctx_train": 131072}
        return listed

    def _object(self, value: Any, status: int = 200) -> None:
        self._send(status, json.dumps(value, ensure_ascii=False).encode(), "application/json")

    def _error(self, status: int, message: str, retry_after: str = "") -> None:
        error = {"error": {"message": message, "type": "invalid_request_error", "code": status}}
        self._send(status, json.dumps(error).encode(), "application/json", retry_after)

    def _send(self, status: int, data: bytes, kind: str, retry_after: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(data)


def _reason(reply: Reply) -> str:
    return reply.finish_reason or ("tool_calls" if reply.tool_calls else "stop")


def _arguments(arguments: dict[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def _calls(asked: Asked, reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id or f"call_{asked.number}_{index}",
            "type": "function",
            "function": {"name": call.name, "arguments": _arguments(call.arguments)},
        }
        for index, call in enumerate(reply.tool_calls)
    ]


def _deltas(asked: Asked, reply: Reply) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for start in range(0, len(reply.reasoning), reply.piece):
        yield {reply.reasoning_field: reply.reasoning[start : start + reply.piece]}
    for start in range(0, len(reply.content), reply.piece):
        yield {"content": reply.content[start : start + reply.piece]}
    for index, call in enumerate(_calls(asked, reply)):
        if not reply.call_index:
            yield {"tool_calls": [call]}
            continue
        function = call["function"]
        first = call | {"index": index, "function": {"name": function["name"], "arguments": ""}}
        yield {"tool_calls": [first]}
        for start in range(0, len(function["arguments"]), reply.piece):
            piece = function["arguments"][start : start + reply.piece]
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _usage(asked: Asked, reply: Reply) -> dict[str, Any]:
    reasoning = tokens_of(reply.reasoning)
    written = tokens_of(reply.content) + reasoning
    written += sum(tokens_of(call.name + _arguments(call.arguments)) for call in reply.tool_calls)
    read = prompt_tokens(asked.body)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.servers.openai_server", description=__doc__
    )
    parser.add_argument("--script", type=Path, required=True, help="a JSON file with a list of replies")
    parser.add_argument(
        "--by-turn", action="store_true", help="choose replies by the assistant's turns so far"
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--kind", default="plain", choices=Kind.__args__)  # type: ignore[attr-defined]
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--key", default="")
    options = parser.parse_args(arguments)
    answer = read_script(options.script, turns=options.by_turn)
    with OpenAiServer(
        answer, kind=options.kind, context=options.context, key=options.key, port=options.port
    ) as server:
        print(server.model, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
