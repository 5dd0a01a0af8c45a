"""`coterie inspect`: contents of a model file, and the options it allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.cli.named import path_of
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_short_count, format_size
from app.language import Language
from app.messages import localized, localized_error
from app.services.library.resolving import projector_of
from app.services.models.reasoning_proof import ReasoningProof, proof_of
from app.table import aligned
from engine.errors import ErrorInfo
from engine.formats import ChatFormat, example_call
from engine.formats.reasoning_proof import compared_lines
from engine.gguf.projector import Senses, projector_beside, read_projector, senses
from engine.gguf.reading import read_index
from engine.gguf.summary import ModelSummary, summarize

_TEMPLATE_LINES = 6
_LINE_WIDTH = 100


# What a model takes, by whether it sees and hears.
TAKES = {
    (False, False): "text",
    (True, False): "pictures",
    (False, True): "sound",
    (True, True): "pictures_sound",
}
_FIELDS = (
    "architecture",
    "quantisation",
    "context_length",
    "parameters",
    "active_parameters",
    "experts",
    "experts_used",
)


def inspection(summary: ModelSummary, chat_format: ChatFormat, taken: Senses) -> dict[str, Any]:
    """What `inspect --json` prints. `dialect` names how the model writes calls, "described" where its template knows
    no tools and the prompt describes them; `learned` is one that was worked out by rendering."""
    control, dialect = chat_format.reasoning, chat_format.dialect
    return {
        **{name: getattr(summary, name) for name in _FIELDS},
        "reasoning": {"kind": control.kind, "levels": control.levels, "default": control.default},
        "tools": {"dialect": dialect.name, "learned": dialect.learned},
        "sees": taken.sees,
        "hears": taken.hears,
        "embeds": taken.embeds,
        "ranks": taken.ranks,
    }


def report(summary: ModelSummary, chat_format: ChatFormat, taken: Senses, language: Language) -> str:
    """The inspection as aligned text, with the beginning of the chat template."""

    def said(name: str, /, **values: object) -> str:
        return localized(f"cli.inspect.{name}", language, **values)

    reasoning, dialect = chat_format.reasoning, chat_format.dialect
    levels = f" ({', '.join(reasoning.levels)})" if reasoning.levels else ""
    rows = [
        ("name", summary.name),
        ("file", f"{summary.path} ({format_size(summary.bytes)})"),
        ("architecture", summary.architecture),
        ("quantization", summary.quantisation),
        ("context", said("tokens", count=summary.context_length)),
        ("parameters", _parameters(summary, language)),
        ("experts", _experts(summary, language)),
        ("reasoning", said("default", kind=f"{reasoning.kind}{levels}", default=reasoning.default)),
        ("tools", said("learned", dialect=dialect.name) if dialect.learned else dialect.name),
        ("takes", said(TAKES[taken.sees, taken.hears])),
    ]
    lines = aligned([(said(label), value) for label, value in rows], "  ")
    lines.append(said("call"))
    lines += [f"  {line[:_LINE_WIDTH]}" for line in example_call(dialect).splitlines()]
    lines.append(said("template"))
    if chat_format.is_fallback:
        lines.append("  " + localized_error(ErrorInfo("template.none"), language))
    template = summary.chat_template.splitlines()
    lines += [f"  {line[:_LINE_WIDTH]}" for line in template[:_TEMPLATE_LINES]]
    if len(template) > _TEMPLATE_LINES:
        lines.append(f"  {said('more', count=len(template) - _TEMPLATE_LINES)}")
    return "\n".join(map(printable, lines))


def proof_report(proof: ReasoningProof, language: Language) -> str:
    """The first prompt whole, and of the others the lines in which they differ from it."""

    def said(name: str, /, **values: object) -> str:
        return localized(f"cli.inspect.{name}", language, **values)

    lines = [] if proof.has_template else [localized_error(ErrorInfo("template.none"), language)]
    lines += [said("no_switch")] if len(proof.prompts) == 1 else []
    for number, each in enumerate(proof.prompts):
        lines.append(
            each.choice if each.limit is None else said("limit", choice=each.choice, count=each.limit)
        )
        if each.same_as:
            shown = [said("same", choice=each.same_as)]
        elif number:
            compared = compared_lines(proof.prompts[0].prompt, each.prompt)
            shown = [line for line in compared if not line.startswith(" ")]
        else:
            shown = each.prompt.split("\n")
        lines += [f"  {line[:_LINE_WIDTH]}" for line in shown]
    return "\n".join(map(printable, lines))


def inspect(model: str, output: Output, *, proof: bool = False, mmproj: str = "") -> int:
    """Print what `model` is, or with `proof` what each choice of reasoning changes in its prompt; the exit code.
    Without a template it counts as one without reasoning. `mmproj` is a projector elsewhere than beside the model; ""
    takes the one that the library has for it, if any.

    Raises UserError for a file that is no model, a projector that is none or another model's, and a broken template.
    """
    path = path_of(model)
    if path is None:
        from app.cli.remote import remote_summary

        summary, found_senses = remote_summary(model, output, mmproj)
    else:
        index = read_index(Path(path))
        mmproj = mmproj or projector_of(path)
        projector = read_projector(Path(mmproj), index) if mmproj else projector_beside(index)
        summary, found_senses = summarize(index), senses(index, projector)
    if proof:
        found = proof_of(summary)
        output.object({"reasoning_proof": found.prompts})
        output.text(proof_report(found, output.language))
        return 0
    chat_format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)
    output.object(inspection(summary, chat_format, found_senses))
    output.text(report(summary, chat_format, found_senses, output.language))
    return 0


def _parameters(summary: ModelSummary, language: Language) -> str:
    total = format_short_count(summary.parameters, language)
    active = format_short_count(summary.active_parameters, language)
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
