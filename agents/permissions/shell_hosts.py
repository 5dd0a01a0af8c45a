"""Predicts which hosts a command reaches that needs the network: by its program, and by the addresses in its words.

A prediction spares a first try that is refused; what is not foreseen is asked about when it is tried. Names after the
programs' own manuals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from agents.permissions.hosts import PACKAGE_HOSTS, ascii_host, named_host
from agents.permissions.shell_programs import FETCHERS, PYTHONS
from agents.permissions.shell_script import Word

# Speak something else than HTTP, or look names up themselves.
_RAW = frozenset(
    """
    ssh scp sftp rsync nc ncat netcat socat telnet ping ping6 dig host nslookup whois traceroute tracepath mtr nmap
    sendmail mail mutt mosh rsh rlogin tftp ftp smbclient openvpn svn hg
    """.split()
)
_PACKAGES = {
    **dict.fromkeys(("pip", "pip3", "uv", "uvx", "pipx", "poetry"), "pip"),
    **dict.fromkeys(("npm", "npx", "pnpm", "bun", "bunx"), "npm"),
    **dict.fromkeys(("gem", "bundle"), "gem"),
    **dict.fromkeys(("conda", "mamba"), "conda"),
    **dict.fromkeys(("apt", "apt-get", "aptitude"), "apt"),
    **{name: name for name in ("yarn", "cargo", "go", "composer")},
}
_PUBLISHING = frozenset({"publish", "push", "login", "upload"})
# Look where the repository's settings say, which a command line does not tell.
_BY_REMOTE = frozenset({"fetch", "pull", "push", "ls-remote", "submodule", "send-email", "remote-https"})
_BARE = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}\.?(?::\d+)?(?:/.*)?", re.IGNORECASE)


class Reach(NamedTuple):
    """`hosts` as `named_host` has them, as far as they are foreseen. `raw`: a proxy cannot lead there. `by_remote`:
    it goes where the settings of the repository say."""

    hosts: tuple[str, ...] = ()
    raw: bool = False
    by_remote: bool = False


def reach_of(words: Sequence[Word]) -> Reach:
    """Where a command goes that is listed as needing the network."""
    name, rest = words[0].text, [word.text for word in words[1:] if word.known]
    if PYTHONS.match(name) and rest[:1] == ["-m"] and len(rest) > 1:
        name, rest = rest[1], rest[2:]
    if name in _RAW:
        return Reach(raw=True)
    addresses = [word for word in rest if "://" in word]
    if name in FETCHERS and not addresses and rest and _BARE.fullmatch(rest[-1]):
        addresses = [f"https://{rest[-1]}"]
    found = [_address(word.rpartition("=")[2] if word.startswith("-") else word) for word in addresses]
    raw = any(each.raw for each in found)
    if name in FETCHERS and not found and all(word.known for word in words):
        raw = True
    if name == "git":
        raw = raw or any(re.match(r"[\w.-]+@[\w.-]+:", word) for word in rest)
    hosts = [host for each in found for host in each.hosts]
    if name in _PACKAGES and not _PUBLISHING.intersection(rest):
        hosts = [*PACKAGE_HOSTS[_PACKAGES[name]], *hosts]
    by_remote = name == "git" and not addresses and not _BY_REMOTE.isdisjoint(rest)
    return Reach(tuple(dict.fromkeys(hosts)), raw, by_remote)


def _address(word: str) -> Reach:
    try:
        parts = urlsplit(word.strip("'\"").removeprefix("git+"))
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return Reach(raw=True)
    if parts.scheme not in ("http", "https"):
        return Reach(raw=True)
    host = ascii_host(parts.hostname or "")
    return Reach((named_host(host, port),)) if "." in host else Reach(raw=True)
