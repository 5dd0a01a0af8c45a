"""Warnings before a server may start: codes, derived from its command and permissions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from agents.mcp.spec import ServerSpec
from engine.remote.names import is_loopback

# By severity. "root": sudo and its like. "shell": what runs is in a text for a shell. "deletes":
# rm -rf. "downloads": a launcher that fetches code and runs it. "container": outside of the sandbox. "network",
# "home": folders of the user's home. "secret": something that looks like one stands in the open. "remote": what
# it is told leaves the machine.
Warning = Literal["root", "deletes", "shell", "container", "downloads", "network", "home", "secret", "remote"]

_ROOT = {"sudo", "su", "doas", "pkexec", "run0"}
_SHELLS = {"sh", "bash", "zsh", "dash", "ksh", "fish", "cmd", "powershell", "pwsh"}
_LAUNCHERS = {"npx", "uvx", "bunx", "pnpx", "dlx", "pipx", "deno", "bun"}
_CONTAINERS = {"docker", "podman", "nerdctl"}
_SECRET_NAME = re.compile(r"key|token|secret|passw|pwd|auth|credential|cookie|bearer|private", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"(sk|pk|ghp|gho|ghs|github_pat|glpat|hf|xox[a-z]|AKIA|eyJ)[-_A-Za-z0-9.]{12,}")
_LONG_VALUE = re.compile(r"[A-Za-z0-9+/=_-]{32,}")


def warnings_of(spec: ServerSpec) -> tuple[Warning, ...]:
    """The codes that apply, the most severe first."""
    if spec.remote:
        remote: list[Warning] = [] if is_loopback(urlsplit(spec.url).hostname or "") else ["remote"]
        if _query_secret(spec.url):
            remote.insert(0, "secret")
        return tuple(remote)
    words = [word for argument in spec.command for word in re.split(r"[\s;&|]+", argument) if word]
    names = {Path(word).name.lower().removesuffix(".exe").removesuffix(".cmd") for word in words}
    text = " ".join(spec.command)
    executes = {"-c", "/c", "-command", "-encodedcommand"} & {word.lower() for word in words}
    signs: dict[Warning, object] = {
        "root": names & _ROOT,
        "deletes": re.search(r"\brm\s+(-\w+\s+)*-\w*[rf]", text),
        "shell": names & _SHELLS and executes,
        "container": names & _CONTAINERS,
        "downloads": names & _LAUNCHERS,
        "network": spec.network,
        "home": any(_in_home(path) for path in (*spec.readable, *spec.writable)),
        "secret": any(looks_secret(*_named(argument)) for argument in spec.command[1:]),
    }
    return tuple(warning for warning, sign in signs.items() if sign)


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable, header or option holds a secret that belongs into the keyring, by its name or its
    value.

    A mere reference to an environment variable does not.
    """
    if not value or re.fullmatch(r"\$\{env:\w+\}", value) or value.lower() in ("true", "false"):
        return False
    if _SECRET_VALUE.search(value):
        return True
    if _SECRET_NAME.search(name) and not value.isdigit():
        return True
    return bool(_LONG_VALUE.fullmatch(value) and re.search(r"\d", value) and re.search(r"[A-Za-z]", value))


def _named(argument: str) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    return (name, value) if equals else ("", argument)


def _query_secret(url: str) -> bool:
    _, _, query = url.partition("?")
    return any(looks_secret(*_named(part)) for part in query.split("&") if part)


def _in_home(path: str) -> bool:
    whole = Path(path).expanduser()
    home = Path.home()
    return whole == home or home.is_relative_to(whole) or whole.is_relative_to(home)
