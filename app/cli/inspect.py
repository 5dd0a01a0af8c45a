"""`coterie inspect`: what a model file holds and what can be chosen about it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.cli.named import path_of
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_short_count, format_size
from engine.formats import ChatFormat, example_call
from engine.gguf.reading import read_index
from engine.gguf.summary import ModelSummary, summarise
from engine.values import ReasoningControl

_TEMPLATE_LINES = 6
_LINE_WIDTH = 100


class ToolSupport(msgspec.Struct, frozen=True):
    """`dialect` names how the model writes calls, "described" where its template knows no tools and they are
    described to it in words. `learned` is True for a dialect that was worked out by rendering.
    """

    dialect: str = "described"
    learned: bool = False


class Inspection(msgspec.Struct, frozen=True):
    """What `inspect --json` prints."""

    architecture: str
    quantisation: str
    context_length: int
    parameters: int
    active_parameters: int
    experts: int
    experts_used: int
    reasoning: ReasoningControl
    tools: ToolSupport


def inspection(summary: ModelSummary) -> Inspection:
    """A model without a template is told as one without reasoning and with tools described in words.

    Raises UserError for a template that is broken.
    """
    chat_format = _format(summary)
    return Inspection(
        architecture=summary.architecture,
        quantisation=summary.quantisation,
        context_length=summary.context_length,
        parameters=summary.parameters,
        active_parameters=summary.active_parameters,
        experts=summary.experts,
        experts_used=summary.experts_used,
        reasoning=chat_format.reasoning,
        tools=ToolSupport(chat_format.dialect.name, chat_format.dialect.learned),
    )


def _format(summary: ModelSummary) -> ChatFormat:
    return ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)


def report(summary: ModelSummary, found: Inspection) -> str:
    """The same for people, aligned in two columns, with the beginning of the chat template."""
    levels = f" ({', '.join(found.reasoning.levels)})" if found.reasoning.levels else ""
    rows = [
        ("Name", summary.name),
        ("File", f"{summary.path} ({format_size(summary.bytes)})"),
        ("Architecture", found.architecture),
        ("Quantisation", found.quantisation),
        ("Context", f"{found.context_length:,} tokens"),
        (
            "Parameters",
            f"{_count(found.parameters)}, {_count(found.active_parameters)} active",
        ),
        ("Experts", _experts(summary)),
        ("Reasoning", f"{found.reasoning.kind}{levels}, default {found.reasoning.default}"),
        ("Tools", f"{found.tools.dialect}{', learned from the template' if found.tools.learned else ''}"),
    ]
    lines = [f"{label:<14}{value}" for label, value in rows]
    lines.append("A call")
    lines += [f"  {line[:_LINE_WIDTH]}" for line in example_call(_format(summary).dialect).splitlines()]
    template = summary.chat_template.splitlines() or ["none"]
    lines.append("Chat template")
    lines += [f"  {line[:_LINE_WIDTH]}" for line in template[:_TEMPLATE_LINES]]
    if len(template) > _TEMPLATE_LINES:
        lines.append(f"  … {len(template) - _TEMPLATE_LINES} more lines")
    return "\n".join(map(printable, lines))


def inspect(model: str, output: Output) -> int:
    """Print what `model` is; the exit code. Raises UserError for a file that is no model."""
    path = path_of(model)
    if path is None:
        from app.cli.remote import remote_summary

        summary = remote_summary(model, output)
    else:
        summary = summarise(read_index(Path(path)))
    found = inspection(summary)
    if output.json:
        output.object(found)
    else:
        output.text(report(summary, found))
    return 0


def _experts(summary: ModelSummary) -> str:
    if not summary.experts:
        return "none (dense)"
    shared = f" and {summary.shared_experts} shared" if summary.shared_experts else ""
    size = format_size(summary.expert_bytes)
    return f"{summary.experts}, {summary.experts_used}{shared} used per token ({size} of experts)"


def _count(parameters: int) -> str:
    return format_short_count(parameters, "en")
