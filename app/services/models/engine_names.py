"""What a conversation is called where the engine tells conversations apart (`GenerateRequest.conversation`). Pure."""

from __future__ import annotations

from app.store.records import RunRecord


def of_chat(conversation: int) -> str:
    return str(conversation)


def of_run(run: RunRecord) -> str:
    """A run that answers in a chat is part of that chat."""
    return of_chat(run.conversation) if run.conversation else of_run_alone(run.id)


def of_run_alone(run: int) -> str:
    """A run that belongs to no chat."""
    return f"run-{run}"
