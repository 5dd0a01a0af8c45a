"""Hosts of the internet, as people allow them to programs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

# The tool that grants of hosts are for, and the one pattern among them that is no name.
HOSTS, REGISTRIES = "hosts", "package registries"
WEB_PORTS = (443, 80)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# Those from which packages are installed with the usual settings. Where they are published is elsewhere, but for npm
# and RubyGems. GitHub is not among them: anybody puts anything there.
PACKAGE_HOSTS: dict[str, tuple[str, ...]] = {
    "pip": ("pypi.org", "files.pythonhosted.org"),
    "npm": ("registry.npmjs.org",),
    "yarn": ("registry.yarnpkg.com", "registry.npmjs.org"),
    "cargo": ("index.crates.io", "static.crates.io"),
    "go": ("proxy.golang.org", "sum.golang.org"),
    "gem": ("rubygems.org", "index.rubygems.org"),
    "composer": ("repo.packagist.org",),
    "conda": ("repo.anaconda.com", "conda.anaconda.org"),
    "mvn": ("repo.maven.apache.org", "repo1.maven.org"),
    "gradle": ("repo.maven.apache.org", "plugins.gradle.org", "plugins-artifacts.gradle.org"),
    "apt": ("deb.debian.org", "security.debian.org"),
}
_MORE = ("archive.ubuntu.com", "security.ubuntu.com", "ports.ubuntu.com")
_REGISTRIES = frozenset((*(host for hosts in PACKAGE_HOSTS.values() for host in hosts), *_MORE))


class HostRule(msgspec.Struct, frozen=True):
    """A host with its port, 0 for those of the web, or with `below` all hosts below it, itself not among them."""

    host: str
    port: int = 0
    below: bool = False

    def covers(self, host: str, port: int) -> bool:
        ports = (self.port,) if self.port else WEB_PORTS
        named = host.endswith(f".{self.host}") if self.below else host == self.host
        return named and port in ports

    @property
    def text(self) -> str:
        """As `read_rules` reads it."""
        return f"{'*.' if self.below else ''}{self.host}{f':{self.port}' if self.port else ''}"


def ascii_host(text: str) -> str:
    """The name of a host as it is looked up: in ASCII (IDNA), small, without a dot at its end. "" for anything else,
    the numbers that systems take for an address among them."""
    try:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        return ""
    if len(name) > 253 or not _NAME.fullmatch(name) or _NUMBER.fullmatch(name.rpartition(".")[2]):
        return ""
    return name


def read_rules(text: str) -> tuple[HostRule, ...]:
    """The rules that HOST, HOST:PORT, *.HOST or "package registries" stands for; none for anything else.

    A name has two parts at least, and so has the one behind "*.": all of .com is nobody's to allow.
    """
    text = text.strip()
    if text == REGISTRIES:
        return tuple(HostRule(host) for host in sorted(_REGISTRIES))
    named, colon, number = text.partition(":")
    below = named.startswith("*.")
    host = ascii_host(named[2:] if below else named)
    if "." not in host or (colon and not re.fullmatch(r"[1-9]\d{0,4}", number)):
        return ()
    port = int(number) if colon else 0
    return (HostRule(host, port, below),) if port <= 65535 else ()


def rules_of(texts: Iterable[str]) -> tuple[HostRule, ...]:
    return tuple(rule for text in texts for rule in read_rules(text))


def allowed(rules: Iterable[HostRule], host: str, port: int) -> bool:
    return any(rule.covers(host, port) for rule in rules)


def named_host(host: str, port: int) -> str:
    """How a host is asked about and granted: its port is named where it is none of the web's."""
    return host if port in WEB_PORTS else f"{host}:{port}"


def missing(rules: Iterable[HostRule], hosts: Iterable[str]) -> tuple[str, ...]:
    """Those of `hosts`, each as `named_host` has it, that no rule covers."""
    rules = tuple(rules)
    found = [(host, name, int(port or 443)) for host in hosts for name, _, port in [host.partition(":")]]
    return tuple(dict.fromkeys(host for host, name, port in found if not allowed(rules, name, port)))


def all_registries(hosts: Iterable[str]) -> bool:
    """Whether there are hosts, and all of them are package registries."""
    found = set(hosts)
    return bool(found) and found <= _REGISTRIES


def with_companions(hosts: Iterable[str]) -> tuple[str, ...]:
    """With the other hosts of the registries among them: what names a package is rarely what holds it."""
    found = tuple(hosts)
    groups = (group for host in found for group in list(PACKAGE_HOSTS.values())[:6] if host in group)
    return tuple(dict.fromkeys((*found, *(host for group in groups for host in group))))
