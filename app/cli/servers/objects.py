"""The JSON of `coterie servers`. Names of secrets are in it, values never."""

from __future__ import annotations

from typing import Any

import msgspec

from app.cli.output import error_object
from app.language import Language
from app.services.connections.server_values import Server


def server_object(server: Server, language: Language) -> dict[str, Any]:
    """A server. `digest` is what `consent --digest` takes; `tools` are those it listed last."""
    spec = server.spec
    error = server.error
    return {
        "name": spec.name,
        "kind": "http" if spec.remote else "stdio",
        "command": list(spec.command),
        "url": spec.url,
        "cwd": spec.cwd,
        "env": sorted({*spec.env, *spec.secret_env}),
        "headers": sorted({*spec.headers, *spec.secret_headers}),
        "missing": list(server.missing),
        "workspace": spec.workspace,
        "network": spec.network,
        "readable": list(spec.readable),
        "writable": list(spec.writable),
        "timeout_s": spec.timeout_s,
        "enabled": server.enabled,
        "consented": server.consented,
        "digest": server.digest,
        "trusted": spec.trusted,
        "warnings": list(server.warnings),
        "imported": server.imported,
        "state": server.state,
        "error": error and error_object(error, language),
        "tools": msgspec.to_builtins(server.tools),
    }
