"""The hosts that the git repository of a folder fetches from and pushes to."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from agents.autorun.git_config import settings, text_of
from agents.permissions.hosts import ascii_host, named_host


def remote_hosts(root: Path) -> tuple[str, ...] | None:
    """Those of all its remotes, as `named_host` has them; None where one is not reached over HTTP, addresses are
    rewritten, or it cannot be told."""
    found: dict[str, None] = {}
    for name, value in settings(text_of(root / ".git/config")):
        if name in ("url.insteadof", "url.pushinsteadof", "include.path", "includeif.path"):
            return None
        if name in ("remote.url", "remote.pushurl"):
            host = _host(value)
            if not host:
                return None
            found[host] = None
    return tuple(found) or None


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return ""
    host = ascii_host(parts.hostname or "") if parts.scheme in ("http", "https") else ""
    return named_host(host, port) if "." in host else ""
