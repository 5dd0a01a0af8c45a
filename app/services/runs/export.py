"""Exports a run: its journal as JSON lines, or Markdown. Pure."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from types import MappingProxyType
from typing import Literal

import msgspec

from agents.events import (
    Approval,
    Background,
    ContextTrimmed,
    Entry,
    HookRan,
    ModelTurn,
    PlanWritten,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    SnapshotTaken,
    SubagentFinished,
    SubagentStarted,
    ToolCalled,
    ToolResult,
    Undone,
)
from app.services.runs.otel import Children, otel_trace
from app.services.runs.reasons import took
from app.store.records import RunRecord
from engine.text import clean_value

ExportFormat = Literal["jsonl", "markdown", "otel"]
ENDINGS: dict[ExportFormat, str] = {"jsonl": ".jsonl", "markdown": ".md", "otel": ".otlp.json"}


def exported(
    record: RunRecord,
    entries: Sequence[Entry],
    format: ExportFormat,
    children: Children = MappingProxyType({}),
) -> str:
    """The whole run in one of the formats, ending with a line break. A trace holds the runs that it gave tasks to, by
    their ids."""
    if format == "jsonl":
        return json_lines(entries)
    if format == "otel":
        return json.dumps(otel_trace(record, entries, children), ensure_ascii=False, indent=1) + "\n"
    return markdown(record, entries)


def json_lines(entries: Sequence[Entry]) -> str:
    """One event a line, as `coterie run --json` prints them."""
    return "".join(msgspec.json.encode(clean_value(entry.as_object())).decode() + "\n" for entry in entries)


def markdown(record: RunRecord, entries: Sequence[Entry]) -> str:
    """The run for a person to read, step by step."""
    lines = [f"# {record.title}", ""]
    for entry in entries:
        lines += _paragraphs(entry.time, entry.event)
    return "\n".join(lines).rstrip() + "\n"


def _paragraphs(time: float, event: RunEvent) -> list[str]:
    if isinstance(event, RunStarted):
        where = (
            f"- Folder: `{event.workspace}`\n- Model: {event.model}{' (elsewhere)' if event.remote else ''}"
        )
        by = [f"- Started by: {event.program}"] if event.program else []
        return [f"{event.task}", "", f"- Started: {_date(time)}", *by, where, f"- Mode: {event.mode}", ""]
    if isinstance(event, RunResumed):
        return [f"**Resumed** {_date(time)}", *([event.message] if event.message else []), ""]
    if isinstance(event, ModelTurn):
        return _turn(event)
    if isinstance(event, ToolCalled):
        return [f"**{event.name}**", "", fenced(_arguments(event), "json"), ""]
    if isinstance(event, PlanWritten):
        steps = (f"{number}. {item}" for number, item in enumerate(event.items, 1))
        return [f"**Plan {event.state}**", "", *([event.message, ""] if event.message else steps), ""]
    if isinstance(event, Approval) and event.decision != "asked":
        return [f"*{event.decision} ({event.by}{', ' + event.scope if event.scope else ''})*", ""]
    if isinstance(event, SnapshotTaken) and event.phase == "after" and event.files:
        return [*(f"- {change.change}: `{change.path}`" for change in event.files), ""]
    if isinstance(event, ToolResult):
        return [f"Result ({event.status}, {event.seconds:.1f} s)", "", fenced(event.diff or event.text), ""]
    if isinstance(event, ContextTrimmed):
        return [
            f"*Context changed ({event.reason}): {event.before_tokens} to {event.after_tokens} tokens*",
            "",
        ]
    if isinstance(event, HookRan):
        told = fenced(event.text) if event.text and event.status != "error" else event.text
        return [f"**Hook ({event.when})** `{event.command}`: {event.status}", "", told, ""]
    if isinstance(event, SubagentStarted):
        how = " in a copy of the folder" if event.copied else ""
        return [
            f"**{'Resumed' if event.resumed else 'Delegated'}** to run {event.child}{how}",
            "",
            event.task,
            "",
        ]
    if isinstance(event, SubagentFinished):
        took_all = f"{event.seconds:.1f} s, {event.calls} calls, {event.tokens} tokens"
        return [f"Run {event.child} {event.status} ({event.reason}): {took_all}", "", event.answer, ""]
    if isinstance(event, Background):
        return _background(event)
    if isinstance(event, RunFinished):
        end = f"**{event.status.capitalize()}** ({event.reason}), {_date(time)}"
        cost = [f"- {took(event, 'en')}", ""] if event.calls >= 0 else []
        left = ["Not done:", "", *(f"- {step}" for step in event.left), ""] if event.left else []
        return [end, "", *cost, event.answer, "", *left]
    if isinstance(event, Undone):
        return [
            "**Redone**" if event.redo else "**Undone**",
            "",
            *(f"- `{change.path}`{' (in part)' * (change.path in event.partly)}" for change in event.files),
            "",
        ]
    return []


def _background(event: Background) -> list[str]:
    if event.state == "started":
        return [f"*{event.id} runs in the background:* `{event.command}`", ""]
    if event.state == "ended":
        return [f"*{event.id} ended with {event.code} ({event.reason})*", ""]
    ports = f"*{event.id} listens at {', '.join(map(str, event.ports))}*" if event.ports else f"*{event.id}*"
    return [ports, "", *([fenced(event.text), ""] if event.text.strip() else [])]


def _turn(turn: ModelTurn) -> list[str]:
    lines = [f"## Step {turn.step}", ""]
    if turn.reasoning.strip():
        lines += ["> " + line for line in turn.reasoning.strip().splitlines()] + [""]
    if turn.content.strip() and turn.tool_calls:  # without calls it is the answer, which comes last
        lines += [turn.content.strip(), ""]
    return lines


def _arguments(event: ToolCalled) -> str:
    if isinstance(event.arguments, str):
        return event.arguments
    return json.dumps(event.arguments, ensure_ascii=False, indent=2)


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence the text cannot close."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _date(time: float) -> str:
    return datetime.datetime.fromtimestamp(time, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
