"""What conversations are called towards the engine, which keeps what it has read of each by that name. Pure."""

from __future__ import annotations


def of_chat(conversation: int) -> str:
    return f"chat:{conversation}"


def of_run(run: int, conversation: int = 0) -> str:
    """A run is a conversation of its own; one that answers in a chat goes on with that."""
    return of_chat(conversation) if conversation else f"run:{run}"
