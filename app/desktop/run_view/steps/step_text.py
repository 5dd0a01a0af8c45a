"""How the lines of a run are put in words: calls as a person would write them, what came of them, quiet sentences."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from PySide6.QtCore import QCoreApplication

from agents.events import FileChange, RunStatus
from agents.permissions.visible import visible
from agents.tools.files.patch.names import names_in
from app.desktop.base.language import languages
from app.desktop.run_view.steps.step_lines import CallLine, QuietLine, ThoughtLine
from app.desktop.text.tool_call_text import one_line
from app.desktop.text.words import counted
from app.format import format_count, format_duration
from app.services.runs.reasons import took

Tone = Literal["quiet", "accent", "warning", "bad"]
# The argument that says most of a call of ours, shown bare.
_MAIN = (
    "path",
    "command",
    "code",
    "url",
    "pattern",
    "query",
    "expression",
    "title",
    "handle",
    "timezone",
    "task",
)
MOST_SHOWN = 200


def call_text(line: CallLine) -> str:
    """The call on one line: its name and, in brackets, what matters of its arguments."""
    name = visible(one_line(line.name)) or "?"
    if line.server:
        server = visible(one_line(line.server))
        # The names of a server's tools begin with its own for the model's sake.
        name = f"{server} · {name.removeprefix(f'{server}_') or name}"
    return f"{name}({short_arguments(line.arguments)})"


def short_arguments(arguments: dict[str, Any] | str) -> str:
    """What matters of the arguments, on one line and cut."""
    if isinstance(arguments, str):
        return _cut(arguments)
    if "path" in arguments and "to" in arguments:
        return f"{_cut(_plain(arguments['path']), 90)} → {_cut(_plain(arguments['to']), 90)}"
    if "pattern" in arguments and isinstance(arguments["pattern"], str):
        return _cut(arguments["pattern"])
    if isinstance(arguments.get("patch"), str):
        return _cut(", ".join(names_in(arguments["patch"])))
    for name in _MAIN:
        if isinstance(arguments.get(name), str):
            return _cut(arguments[name])
    if set(arguments) == {"items"}:
        items = arguments["items"]
        return format_count(len(items)) if isinstance(items, list) else ""
    return _cut(", ".join(f"{name}: {_plain(value)}" for name, value in arguments.items()))


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _cut(text: str, most: int = MOST_SHOWN) -> str:
    words = visible(" ".join(text[: 4 * most].split()))
    return words if len(words) <= most else words[:most].rstrip() + "…"


def main_text(line: CallLine) -> tuple[str, str, str]:
    """What is shown of the arguments when the line is opened: the text, its language, and its name ("command")."""
    arguments = line.arguments
    if isinstance(arguments, str):
        return visible(arguments), "", ""
    for name, language in (("command", ""), ("code", "python"), ("task", "")):
        if isinstance(arguments.get(name), str):
            rest = {key: value for key, value in arguments.items() if key not in (name, "changes")}
            more = f"\n\n{_json(rest)}" if rest else ""
            return visible(arguments[name] + more), language, name
    return (visible(_json(arguments)), "json", "") if arguments else ("", "", "")


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)
    except (RecursionError, ValueError):
        return str(value)[:MOST_SHOWN]


def last_inner(line: CallLine) -> CallLine | None:
    """The last call of the run that the call gave its task to."""
    return next((one for one in reversed(line.inner) if isinstance(one, CallLine)), None)


def badge(line: CallLine) -> tuple[str, Tone]:
    """What came of a call, in a word or two; "" where there is nothing to say."""
    translate = QCoreApplication.translate
    if line.status == "":
        if line.child_ended is not None:  # the result comes when those beside it have ended too
            return _ended_badge(line.child_ended.status)
        if line.standing == "interrupted":
            return translate("RunSteps", "interrupted"), "warning"
        if line.standing == "waits":
            return (
                translate("RunSteps", "paused") if line.child else translate("RunSteps", "not begun")
            ), "quiet"
        last = last_inner(line)
        if line.decision == "asked" or (last is not None and last.decision == "asked" and not last.status):
            return translate("RunSteps", "needs you"), "warning"
        if line.decision == "denied":
            return translate("RunSteps", "denied"), "warning"
        return translate("RunSteps", "in progress"), "quiet"
    told: dict[str, tuple[str, Tone]] = {
        "denied": (translate("RunSteps", "denied"), "warning"),
        "timeout": (translate("RunSteps", "timed out"), "bad"),
        "interrupted": (translate("RunSteps", "interrupted"), "warning"),
        "skipped": (translate("RunSteps", "skipped"), "quiet"),
        "error": (translate("RunSteps", "failed"), "bad"),
    }
    if line.status in told:
        return told[line.status]
    if line.undoing == "undone":
        return translate("RunSteps", "undone"), "quiet"
    return summary_text(line.name, line.summary) or translate("RunSteps", "done"), "quiet"


def _ended_badge(status: RunStatus) -> tuple[str, Tone]:
    """How a helper ended."""
    translate = QCoreApplication.translate
    ends: dict[RunStatus, tuple[str, Tone]] = {
        "completed": (translate("RunSteps", "done"), "quiet"),
        "stopped": (translate("RunSteps", "stopped"), "warning"),
        "failed": (translate("RunSteps", "failed"), "bad"),
    }
    return ends[status]


def summary_text(tool: str, summary: str) -> str:
    """The tool's own summary in words; tools give figures where words would need a language."""
    translate = QCoreApplication.translate
    short = visible(one_line(summary))
    count = short.removesuffix("+")
    if count.isdigit():
        passages = (translate("RunSteps", "1 passage"), translate("RunSteps", "{count} passages"))
        words = {
            "list_files": (translate("RunSteps", "1 entry"), translate("RunSteps", "{count} entries")),
            "find_files": (translate("RunSteps", "1 file"), translate("RunSteps", "{count} files")),
            "search_text": (translate("RunSteps", "1 match"), translate("RunSteps", "{count} matches")),
            "search_documents": passages,
            "search_collection": passages,
            "web_search": (translate("RunSteps", "1 page"), translate("RunSteps", "{count} pages")),
            "read_notes": (translate("RunSteps", "1 note"), translate("RunSteps", "{count} notes")),
            "read_document": (translate("RunSteps", "1 word"), translate("RunSteps", "{count} words")),
        }.get(tool)
        if count == "0" and tool == "read_file":
            return translate("RunSteps", "empty")
        if count == "0" and tool == "read_document":
            return translate("RunSteps", "no text")
        told = counted(int(count), *words) if words else ""
        return told.replace(count, f"{count}+", 1) if told and short.endswith("+") else told or short
    if tool == "read_file" and (lines := re.fullmatch(r"(\d+)–(\d+) / (\d+)", short)):
        if lines[1] == "1" and lines[2] == lines[3]:
            return counted(
                int(lines[3]), translate("RunSteps", "1 line"), translate("RunSteps", "{count} lines")
            )
        return translate("RunSteps", "lines {first} to {last} of {count}").format(
            first=lines[1], last=lines[2], count=lines[3]
        )
    if tool == "read_document" and (pages := re.fullmatch(r"(\d+) / (\d+)", short)):
        return translate("RunSteps", "{some} of {count} pages").format(some=pages[1], count=pages[2])
    if ended := re.fullmatch(r"exit code (-?\d+)", short):
        code = int(ended[1])
        if code < 0:
            return translate("RunSteps", "ended by signal {signal}").format(signal=-code)
        return (
            translate("RunSteps", "exit code {code}").format(code=code)
            if code
            else translate("RunSteps", "done")
        )
    return short if len(short) <= 40 else short[:39].rstrip() + "…"


def thought(seconds: float) -> str:
    """How long a turn thought, "" when that is not known."""
    if seconds < 0.05:
        return QCoreApplication.translate("RunSteps", "reasoned")
    return QCoreApplication.translate("RunSteps", "reasoned for {time}").format(
        time=format_duration(seconds, languages.current)
    )


def thought_title(line: ThoughtLine) -> str:
    translate = QCoreApplication.translate
    if line.error is not None:
        return translate("RunSteps", "The turn was cut off")
    if line.seconds < 0.05:
        return translate("RunSteps", "Reasoning")
    return translate("RunSteps", "Thought for {time}").format(
        time=format_duration(line.seconds, languages.current)
    )


def thought_badge(line: ThoughtLine) -> tuple[str, Tone]:
    translate = QCoreApplication.translate
    if line.error is not None:
        return translate("RunSteps", "failed"), "bad"
    if line.tokens:
        one, many = translate("RunSteps", "1 token"), translate("RunSteps", "{count} tokens")
        return counted(line.tokens, one, many), "quiet"
    return translate("RunSteps", "reasoning"), "quiet"


def quiet_text(line: QuietLine) -> str:
    """The sentence of a quiet line."""
    if line.ended is not None:
        return took(line.ended, languages.current)
    translate = QCoreApplication.translate
    if line.code == "nested":
        return translate("RunSteps", "Follows {name}").format(name=visible(one_line(line.names[0])))
    if line.code.startswith("hook_"):
        return _hook_text(line)
    if line.names:
        steps = "; ".join(visible(one_line(name)) for name in line.names)
        return translate("RunSteps", "Not done: {steps}").format(steps=steps)
    count = format_count(line.count)
    if line.count == 1:
        one = {
            "results": translate("RunSteps", "1 long result is shown to the model shortened"),
            "turns": translate(
                "RunSteps", "The first step is left out of what the model sees; a summary stands for it"
            ),
            "tools": translate("RunSteps", "1 tool is offered to the model"),
            "undone": translate("RunSteps", "1 file restored"),
            "dropped": translate("RunSteps", "Some changes to 1 file dropped"),
            "redone": translate("RunSteps", "1 file redone"),
            "plan_approved": translate("RunSteps", "You approved the plan of 1 step"),
        }
        if line.code in one:
            return one[line.code]
    told = {
        "results": translate("RunSteps", "{count} long results are shown to the model shortened"),
        "turns": translate(
            "RunSteps",
            "The first {count} steps are left out of what the model sees; a summary stands for them",
        ),
        "loop": translate("RunSteps", "Calls that came again and again are taken out of what the model sees"),
        "nudge_loop": translate("RunSteps", "The model repeated itself and was told so"),
        "nudge_empty": translate("RunSteps", "The model gave no answer and was asked again"),
        "nudge_cut": translate("RunSteps", "The model’s words were cut off and it was told so"),
        "nudge_plan": translate("RunSteps", "The model gave no plan and was asked for one"),
        "nudge_left": translate("RunSteps", "The model was asked about steps it had not ticked"),
        "plan_edited": translate("RunSteps", "You changed the plan"),
        "plan_approved": translate("RunSteps", "You approved the plan of {count} steps"),
        "plan_rejected": translate("RunSteps", "You rejected the plan"),
        "tools": translate("RunSteps", "{count} tools that fit the task are offered to the model"),
        "final": translate("RunSteps", "The model was asked to answer without tools"),
        "reasoning": translate("RunSteps", "Earlier reasoning is left out of what the model sees"),
        "resumed": translate("RunSteps", "It continues from here"),
        "undone": translate("RunSteps", "{count} files restored"),
        "dropped": translate("RunSteps", "Some changes to {count} files dropped"),
        "redone": translate("RunSteps", "{count} files redone"),
    }
    return told.get(line.code, line.code).format(count=count)


def _hook_text(line: QuietLine) -> str:
    translate = QCoreApplication.translate
    told = {
        "hook_ok": translate("RunSteps", "Hook passed: {command}"),
        "hook_failed": translate("RunSteps", "Hook failed, and the model was told: {command}"),
        "hook_timeout": translate("RunSteps", "Hook took too long and was ended: {command}"),
        "hook_still": translate("RunSteps", "Hook still fails: {command}"),
        "hook_error": translate("RunSteps", "Hook couldn’t be run: {command}"),
    }[line.code]
    return told.format(command=visible(one_line(line.names[0])))


def change_word(change: FileChange) -> str:
    """What became of a file, in one word."""
    translate = QCoreApplication.translate
    return {
        "new": translate("RunSteps", "new"),
        "changed": translate("RunSteps", "changed"),
        "deleted": translate("RunSteps", "deleted"),
    }.get(change.change, translate("RunSteps", "unknown"))


def decision_text(line: CallLine) -> str:
    """Who allowed or denied a call."""
    translate = QCoreApplication.translate
    if line.decision == "denied":
        told = {
            "user": translate("RunSteps", "You denied it"),
            "rail": translate("RunSteps", "A fixed rule forbids it"),
            "mode": translate("RunSteps", "This kind of run may only read"),
            "nobody": translate("RunSteps", "Nobody was there to ask"),
        }.get(line.by, translate("RunSteps", "Denied"))
        return f"{told}: {visible(one_line(line.told))}" if line.by == "user" and line.told else told
    if line.decision != "allowed":
        return ""
    if line.by == "user":
        return {
            "run": translate("RunSteps", "You allowed it for this run"),
            "workspace": translate("RunSteps", "You allowed it for this folder"),
            "server": translate("RunSteps", "You allowed it for this server"),
            "registries": translate("RunSteps", "You allowed package registries in this folder"),
            "network": translate("RunSteps", "You allowed it the whole network once"),
            "not_more": translate("RunSteps", "It ran, but you denied what it asked for then"),
        }.get(line.scope, translate("RunSteps", "You allowed it once"))
    if line.by == "grant":
        return translate("RunSteps", "Covered by an earlier permission")
    return translate("RunSteps", "Allowed without asking")
