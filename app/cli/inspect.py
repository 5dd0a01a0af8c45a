"""`coterie inspect`: contents of a model file, and the options it allows."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.cli.named import path_of
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_short_count, format_size
from app.language import Language
from app.messages import localized
from app.table import aligned
from engine.formats import ChatFormat, example_call
from engine.gguf.reading import read_index
from engine.gguf.summary import ModelSummary, summarize
from engine.values import ReasoningControl

_TEMPLATE_LINES = 6
_LINE_WIDTH = 100


class ToolSupport(msgspec.Struct, frozen=True):
    """`dialect` names how the model writes calls, "described" where its template knows no tools and the
    prompt describes them.

    `learned` is True for a dialect that was worked out by rendering.
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
    """Inspect a model. Without a template it counts as one without reasoning, with tools described in the
    prompt.

    Raises UserError for a broken template.
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


def report(summary: ModelSummary, found: Inspection, language: Language) -> str:
    """The inspection as aligned text, with the beginning of the chat template."""

    def said(name: str, /, **values: object) -> str:
        return localized(f"cli.inspect.{name}", language, **values)

    reasoning, tools = found.reasoning, found.tools
    levels = f" ({', '.join(reasoning.levels)})" if reasoning.levels else ""
    rows = [
        ("name", summary.name),
        ("file", f"{summary.path} ({format_size(summary.bytes)})"),
        ("architecture", found.architecture),
        ("quantization", found.quantisation),
        ("context", said("tokens", count=found.context_length)),
        ("parameters", _parameters(found, language)),
        ("experts", _experts(summary, language)),
        ("reasoning", said("default", kind=f"{reasoning.kind}{levels}", default=reasoning.default)),
        ("tools", said("learned", dialect=tools.dialect) if tools.learned else tools.dialect),
    ]
    lines = aligned([(said(label), value) for label, value in rows], "  ")
    lines.append(said("call"))
    lines += [f"  {line[:_LINE_WIDTH]}" for line in example_call(_format(summary).dialect).splitlines()]
    template = summary.chat_template.splitlines() or [said("no_template")]
    lines.append(said("template"))
    lines += [f"  {line[:_LINE_WIDTH]}" for line in template[:_TEMPLATE_LINES]]
    if len(template) > _TEMPLATE_LINES:
        lines.append(f"  {said('more', count=len(template) - _TEMPLATE_LINES)}")
    return "\n".join(map(printable, lines))


def inspect(model: str, output: Output) -> int:
    """Print what `model` is; the exit code. Raises UserError for a file that is no model."""
    path = path_of(model)
    if path is None:
        from app.cli.remote import remote_summary

        summary = remote_summary(model, output)
    else:
        summary = summarize(read_index(Path(path)))
    found = inspection(summary)
    if output.json:
        output.object(found)
    else:
        output.text(report(summary, found, output.language))
    return 0


def _parameters(found: Inspection, language: Language) -> str:
    total = format_short_count(found.parameters, language)
    active = format_short_count(found.active_parameters, language)
    return localized("cli.inspect.active", language, total=total, active=active)


def _experts(summary: ModelSummary, language: Language) -> str:
    if not summary.experts:
        return localized("cli.inspect.dense", language)
    return localized(
        f"cli.inspect.{'shared' if summary.shared_experts else 'used'}_experts",
        language,
        experts=summary.experts,
        used=summary.experts_used,
        shared=summary.shared_experts,
        size=format_size(summary.expert_bytes),
    )
