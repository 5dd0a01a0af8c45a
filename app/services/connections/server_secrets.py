"""Secret variables and headers of a tool server, kept in the keyring under names of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

import msgspec

from agents.mcp.spec import ServerSpec, Values
from agents.mcp.warnings import looks_secret
from app.services.settings.secrets import Secrets, TokenPlace

_REFERENCE = re.compile(r"\$\{env:(\w+)\}")


CLIENT_SECRET = "client_secret"


class ServerSecrets:
    """Puts secrets into the keyring and takes them out again when a server is started. Keeps the protocol
    `LoginKeeper` as well: what logins give."""

    def __init__(self, secrets: Secrets, environ: Mapping[str, str] = os.environ) -> None:
        self._secrets = secrets
        self._environ = environ

    def split(
        self, spec: ServerSpec, env: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[ServerSpec, dict[str, str]]:
        """Split secrets off a spec: returns the spec without them, and the secrets by keyring name.

        All headers are secret except those that refer to the environment.
        """
        open_env = {name: value for name, value in env.items() if not looks_secret(name, value)}
        open_headers = {name: value for name, value in headers.items() if _REFERENCE.search(value)}
        secret_env = tuple(name for name in env if name not in open_env)
        secret_headers = tuple(name for name in headers if name not in open_headers)
        split = msgspec.structs.replace(
            spec, env=open_env, secret_env=secret_env, headers=open_headers, secret_headers=secret_headers
        )
        kept = {env_name(spec.name, name): env[name] for name in secret_env}
        return split, kept | {header_name(spec.name, name): headers[name] for name in secret_headers}

    def keep(self, values: Mapping[str, str]) -> bool:
        """Store secrets; returns whether the keyring has all of them, else they are for this session."""
        kept = [self._secrets.keep_secret(name, value) for name, value in values.items()]
        return all(kept)

    def take(self, spec: ServerSpec) -> dict[str, str]:
        """Remove and return the secrets of a server by keyring name, for `keep` to restore."""
        return {name: value for name in names_of(spec) if (value := self._secrets.secret(name))}

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._secrets.forget_secret(name)

    def values(self, spec: ServerSpec) -> Values:
        """Everything a server is started with. Missing secrets are left out: see `missing`."""
        env = {name: self._filled(value) for name, value in spec.env.items()}
        headers = {name: self._filled(value) for name, value in spec.headers.items()}
        for name in spec.secret_env:
            if value := self._secrets.secret(env_name(spec.name, name)):
                env[name] = value
        for name in spec.secret_headers:
            if value := self._secrets.secret(header_name(spec.name, name)):
                headers[name] = value
        client_secret = self._secrets.secret(client_name(spec.name)) if spec.client_id else ""
        return Values(env, headers, client_secret)

    def load(self, server: str) -> str:
        """The result of a login, "" for none."""
        return self._secrets.secret(login_name(server))

    def save(self, server: str, text: str) -> None:
        self._secrets.keep_secret(login_name(server), text)

    def missing(self, spec: ServerSpec) -> tuple[str, ...]:
        """The names of variables and headers without a value."""
        values = self.values(spec)
        return tuple(
            [name for name in (*spec.env, *spec.secret_env) if not values.env.get(name)]
            + [name for name in (*spec.headers, *spec.secret_headers) if not values.headers.get(name)]
        )

    def places(self, spec: ServerSpec) -> dict[str, TokenPlace]:
        """Where each secret variable and header is stored, "" for nowhere."""
        env = {name: self._secrets.has_secret(env_name(spec.name, name)) for name in spec.secret_env}
        headers = {
            name: self._secrets.has_secret(header_name(spec.name, name)) for name in spec.secret_headers
        }
        client = {CLIENT_SECRET: self._secrets.has_secret(client_name(spec.name))}
        return env | headers | (client if registered(spec) else {})

    def for_this_session(self, spec: ServerSpec) -> tuple[str, ...]:
        """Names of secrets that are lost when the program ends."""
        return tuple(name for name in names_of(spec) if self._secrets.has_secret(name) == "session")

    def _filled(self, value: str) -> str:
        return _REFERENCE.sub(lambda found: self._environ.get(found[1], ""), value)


def env_name(server: str, variable: str) -> str:
    return f"server:{server}:env:{variable}"


def header_name(server: str, header: str) -> str:
    return f"server:{server}:header:{header}"


def login_name(server: str) -> str:
    return f"server:{server}:login"


def client_name(server: str) -> str:
    return f"server:{server}:{CLIENT_SECRET}"


def registered(spec: ServerSpec) -> bool:
    """Whether the user has registered Coterie there as a client, which may have a secret."""
    return bool(spec.client_id) and not spec.client_id.startswith("https://")


def names_of(spec: ServerSpec) -> tuple[str, ...]:
    """Keyring names of a server's secrets."""
    return (
        *(env_name(spec.name, name) for name in spec.secret_env),
        *(header_name(spec.name, name) for name in spec.secret_headers),
        *([client_name(spec.name)] if registered(spec) else []),
        *([login_name(spec.name)] if spec.remote else []),
    )
