"""Text of strangers and large numbers, as a terminal may show them."""

from __future__ import annotations


def printable(line: str) -> str:
    """Names and templates come from strangers; a terminal would obey their control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)


def parameter_count(parameters: int) -> str:
    """Such as "8.0 B" or "135.0 M"."""
    for limit, unit in ((10**9, "B"), (10**6, "M")):
        if parameters >= limit:
            return f"{parameters / limit:.1f} {unit}"
    return str(parameters)
