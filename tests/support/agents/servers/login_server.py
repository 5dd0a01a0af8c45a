"""A server of tools that asks for a login, with the authorization server beside it, on one address."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.support.agents.servers.http_tools import App, answer, made_server

MCP = "/mcp"


class LoginServer:
    """`seen` are the paths that were asked for, `grants` those of the token endpoint. Tokens in `valid` open the
    door, but for methods in `closed`. `refuses`: what the page says instead of a code."""

    def __init__(self, refuses: str = "", lasts: int = 3600) -> None:
        self._inner: App = made_server().streamable_http_app()
        self._refuses, self._lasts = refuses, lasts
        self._count = 0
        self.seen: list[str] = []
        self.grants: list[str] = []
        self.keys: list[str] = []
        self.valid: set[str] = set()
        self.closed: set[str] = set()
        self.turned_away: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        path, headers = scope["path"], {name.decode(): value.decode() for name, value in scope["headers"]}
        here = f"http://{headers['host']}"
        self.seen.append(path)
        if path == MCP:
            key = headers.get("authorization", "")
            self.keys.append(key)
            method = headers.get("mcp-method", "")
            if key.removeprefix("Bearer ") in self.valid and method not in self.closed:
                await self._inner(scope, receive, send)
            else:
                found = f'Bearer resource_metadata="{here}/.well-known/oauth-protected-resource{MCP}"'
                self.turned_away.append(method)
                await answer(send, 401, b"{}", headers={"www-authenticate": found})
        elif path == f"/.well-known/oauth-protected-resource{MCP}":
            await say(send, {"resource": f"{here}{MCP}", "authorization_servers": [here]})
        elif path == "/.well-known/oauth-authorization-server":
            points = {
                f"{name}_endpoint": f"{here}/{name}" for name in ("authorization", "token", "registration")
            }
            methods = {"code_challenge_methods_supported": ["S256"], "response_types_supported": ["code"]}
            await say(send, {"issuer": here, **points, **methods})
        elif path == "/registration":
            asked = json.loads(await body(receive))
            await say(send, asked | {"client_id": "c1", "token_endpoint_auth_method": "none"}, 201)
        elif path == "/authorization":
            asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
            gives = {"error": self._refuses} if self._refuses else {"code": "k1"}
            target = f"{asked['redirect_uri']}?{urlencode(gives | {'state': asked['state']})}"
            await answer(send, 302, headers={"location": target})
        elif path == "/token":
            self.grants.append(parse_qs((await body(receive)).decode())["grant_type"][0])
            self._count += 1
            token = f"token-{self._count}"
            self.valid = {token}
            given = {"access_token": token, "token_type": "Bearer", "expires_in": self._lasts}
            await say(send, given | {"refresh_token": "canary-refresh"})
        else:
            await answer(send, 404, b"{}")


async def say(send: Any, value: Any, status: int = 200) -> None:
    await answer(send, status, json.dumps(value).encode())


async def body(receive: Any) -> bytes:
    whole = b""
    while True:
        message = await receive()
        whole += message.get("body", b"")
        if not message.get("more_body"):
            return whole


def visit(url: str) -> str:
    """As a browser does; the text of the page that it ends on."""
    with urllib.request.urlopen(url, timeout=300) as page:
        return str(page.read().decode())
