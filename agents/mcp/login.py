"""Login to a remote server: MCP 2026-07-28, Authorization (OAuth 2.1 with PKCE), over the SDK's provider.

The provider begins an authorization whenever a server refuses. Here it begins one only when a person is there
to agree to it: a browser opens because somebody pressed a button or answered a question, never by itself.
What is kept counts for the address it was given for, and is asked from other hosts only over https and in
public.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec
from mcp.client.auth import OAuthClientProvider, OAuthFlowError
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from pydantic import AnyUrl, BaseModel, ValidationError

from agents.mcp.elicitation import in_background
from agents.mcp.http import near
from agents.mcp.oauth_callback import Landing, landing_page
from agents.mcp.spec import ServerSpec
from agents.tools.web.public import is_public
from engine.errors import UserError

_Value = TypeVar("_Value", bound=BaseModel)
NOWHERE = "http://127.0.0.1/callback"  # before the port is known


class Person(Protocol):
    """The person who logs in."""

    def present(self) -> bool:
        """Whether anybody can be asked now."""

    async def visit(self, url: str) -> bool:
        """Show the login page. False: the person declined."""


class LoginKeeper(Protocol):
    """Stores what a login gave, by the server's name. Blocks."""

    def load(self, server: str) -> str: ...

    def save(self, server: str, text: str) -> None: ...


class Kept(msgspec.Struct, omit_defaults=True):
    """Stored credentials, and what a later refresh needs. JSON texts of the SDK's values, "" for none."""

    url: str = ""
    tokens: str = ""
    expires: float = 0.0
    client: str = ""
    issuer: str = ""
    metadata: str = ""
    resource: str = ""


class Storage:
    """The SDK's `TokenStorage` over a keeper. `secret` is that of a client that the user has registered."""

    def __init__(self, spec: ServerSpec, secret: str, keeper: LoginKeeper) -> None:
        self._spec, self._secret, self._keeper = spec, secret, keeper
        self.kept = Kept(spec.url)

    async def load(self) -> None:
        text = await asyncio.to_thread(self._keeper.load, self._spec.name)
        try:
            kept = msgspec.json.decode(text, type=Kept) if text else Kept()
        except msgspec.DecodeError:
            kept = Kept()
        # A new address is another server: it gets no credentials of the previous one.
        self.kept = kept if kept.url == self._spec.url else Kept(self._spec.url)

    async def save(self) -> None:
        text = msgspec.json.encode(self.kept).decode()
        await asyncio.to_thread(self._keeper.save, self._spec.name, text)

    async def get_tokens(self) -> OAuthToken | None:
        return _read(OAuthToken, self.kept.tokens)

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.kept.tokens = tokens.model_dump_json(exclude_none=True)
        self.kept.expires = time.time() + tokens.expires_in if tokens.expires_in else 0.0
        await self.save()

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        client = self._spec.client_id
        if client and not client.startswith("https://"):
            method = "client_secret_basic" if self._secret else "none"
            return OAuthClientInformationFull(
                client_id=client, client_secret=self._secret or None, token_endpoint_auth_method=method
            )
        return _read(OAuthClientInformationFull, self.kept.client)

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.kept.client = client_info.model_dump_json(exclude_none=True)
        await self.save()


class Login(OAuthClientProvider):
    """Authenticates requests to a server."""

    def __init__(self, spec: ServerSpec, secret: str, keeper: LoginKeeper, person: Person) -> None:
        self._spec, self._person = spec, person
        self._kept = Storage(spec, secret, keeper)
        self._landing: Landing | None = None
        self._stack = AsyncExitStack()
        super().__init__(
            spec.url,
            OAuthClientMetadata(
                client_name="Coterie",
                redirect_uris=[AnyUrl(NOWHERE)],
                grant_types=["authorization_code", "refresh_token"],
            ),
            self._kept,
            self._show,
            self._came_back,
            spec.client_id if spec.client_id.startswith("https://") else None,
        )

    async def _initialize(self) -> None:
        """Restore what a refresh needs too: the provider forgets when tokens expire and where to renew."""
        if not self._initialized:
            await self._kept.load()
        await super()._initialize()
        kept, context = self._kept.kept, self.context
        context.token_expiry_time = kept.expires or None
        context.oauth_metadata = context.oauth_metadata or _read(OAuthMetadata, kept.metadata)
        context.auth_server_url = context.auth_server_url or kept.issuer or None
        context.protected_resource_metadata = context.protected_resource_metadata or _read(
            ProtectedResourceMetadata, kept.resource
        )

    async def _handle_token_response(self, response: httpx2.Response) -> None:
        context, kept = self.context, self._kept.kept
        kept.issuer = context.auth_server_url or ""
        for name, value in (
            ("metadata", context.oauth_metadata),
            ("resource", context.protected_resource_metadata),
        ):
            setattr(kept, name, value.model_dump_json(exclude_none=True) if value is not None else "")
        await super()._handle_token_response(response)

    async def _auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        if self._initialized and self.context.is_token_valid():
            # The provider serializes requests; one with a valid token need not wait.
            self._add_auth_header(request)
            response = yield request
            if response.status_code not in (401, 403):
                return
        flow = super()._auth_flow(request)
        refused = False
        async with AsyncExitStack() as stack:
            stack.push_async_callback(flow.aclose)
            outgoing = await flow.__anext__()
            # The provider's lock is held from here on: before, another request may be at its login.
            self._stack, self._landing = stack, None
            while True:
                if outgoing is not request:
                    await check_address(str(outgoing.url), self._spec.url)
                    if refused:
                        await self._begin()
                response = yield outgoing
                if outgoing is request and in_background.get():
                    # An error here would end the connection, for calls of a person too. A call that is refused
                    # itself asks for its own sake.
                    return
                refused = refused or outgoing is request
                try:
                    outgoing = await flow.asend(response)
                except StopAsyncIteration:
                    return

    async def _perform_authorization_code_grant(self) -> tuple[str, str]:
        await self._begin()
        return await super()._perform_authorization_code_grant()

    async def _begin(self) -> None:
        """Begin an authorization, if somebody is there: provides the registered redirect page."""
        if self._landing is not None:
            return
        if not self._person.present():
            raise UserError("mcp.login_needed", server=self._spec.name)
        context = self.context
        before = context.client_info.redirect_uris if context.client_info is not None else None
        port = before[0].port if before else None
        self._landing = await self._stack.enter_async_context(landing_page(port or 0))
        context.client_metadata.redirect_uris = [AnyUrl(self._landing.url)]
        if before and str(before[0]) != self._landing.url:
            context.client_info = None  # registered for another redirect page
            self._kept.kept.client = ""

    async def _show(self, url: str) -> None:
        await check_address(url, self._spec.url)
        if not await self._person.visit(url):
            raise UserError("mcp.login_needed", server=self._spec.name)

    async def _came_back(self) -> AuthorizationCodeResult:
        assert self._landing is not None
        try:
            brought = await self._landing.answer()
        except TimeoutError:
            raise OAuthFlowError("nobody has logged in") from None
        if "code" not in brought:
            raise OAuthFlowError(brought.get("error_description") or brought["error"])
        return AuthorizationCodeResult(
            code=brought["code"], state=brought.get("state"), iss=brought.get("iss")
        )


async def check_address(url: str, server: str) -> None:
    """Refuse addresses that `server` must not name during a login.

    Raises OAuthFlowError. Other hosts need https, and must be public unless the server itself is in a private
    network.
    """
    try:
        parts, own = urlsplit(url), urlsplit(server)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise OAuthFlowError("it named an address that is none") from None
    if parts.scheme in ("http", "https") and (
        (parts.scheme, parts.netloc) == (own.scheme, own.netloc) or near(own.hostname or "")
    ):
        return
    if parts.scheme != "https":
        raise OAuthFlowError(f"{host or 'an address'} would be asked without encryption")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port)
    except OSError:
        return  # a proxy may resolve it
    if not all(is_public(str(address[4][0])) for address in found):
        raise OAuthFlowError(f"{host} is on this machine or in a private network")


def _read(kind: type[_Value], text: str) -> _Value | None:
    """A value of the SDK's from its JSON; None when it cannot be read."""
    if not text:
        return None
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        return None
