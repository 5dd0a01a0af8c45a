"""Conversation names for the engine (`GenerateRequest.conversation`). Pure."""

from __future__ import annotations

from app.store.records import RunRecord


def of_chat(conversation: int) -> str:
    return str(conversation)


def of_run(run: RunRecord) -> str:
    """The name for a run: that of its chat if it answers in one."""
    return of_chat(run.conversation) if run.conversation else of_run_alone(run.id)


def of_run_alone(run: int) -> str:
    """The name for a run without a chat."""
    return f"run-{run}"
