"""Files of the form of freedesktop.org's Desktop Entry specification."""

from __future__ import annotations

import re

from app.integration.launch import Launch

_PLAIN = re.compile(r"[\w@%+=:,./-]+")


def command_of(launch: Launch, field: str = "") -> str:
    """The value of Exec: variables are set by env(1), and `field` ("%u") stands for what is opened."""
    assigned = [f"{name}={value}" for name, value in launch.variables.items()]
    words = [*(["env", *assigned] if assigned else []), *launch.command]
    return escaped(" ".join([*map(_quoted, words), *([field] if field else [])]))


def _quoted(word: str) -> str:
    """A word of a command. Plain ones stay as they are: xdg-open knows no quotes."""
    if _PLAIN.fullmatch(word):
        return word.replace("%", "%%")
    return '"' + re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%") + '"'


def escaped(text: str) -> str:
    """A value of type string, whose escapes come on top of those of quoting."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return "\\s" + escaped[1:] if escaped.startswith(" ") else escaped


def keys_of(text: str) -> dict[str, str]:
    """The keys of the group Desktop Entry."""
    keys, inside = dict[str, str](), False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.strip() == "[Desktop Entry]"
        elif inside and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            keys.setdefault(key.strip(), value.strip())
    return keys
