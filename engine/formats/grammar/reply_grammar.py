"""Grammar of a reply that is a JSON document, or calls where tools are offered beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import UserError
from engine.formats.dialect import Dialect
from engine.formats.grammar.call_grammar import ToolGrammar, calls_from_start
from engine.formats.grammar.gbnf.rules import Rules, alternatives, literal
from engine.formats.grammar.schema_documents import DocumentKinds
from engine.formats.grammar.schema_grammar import SchemaCompiler
from engine.formats.learn.markers import ReasoningMarkers

_LEAD = "[ \\t\\r\\n]{0,8}"
# Never read: behind the mark that opens it, the reasoning goes on without a grammar.
_NEVER = "[\\x00]"
_MOST_NAMED, _LONGEST = 3, 300


def reply_grammar(
    dialect: Dialect,
    markers: ReasoningMarkers,
    schema: Any,
    tools: Sequence[Mapping[str, Any]] | None = None,
    choice: str | Mapping[str, Any] = "auto",
    *,
    single: bool = False,
) -> ToolGrammar:
    """The grammar of a reply whose content satisfies `schema`; its calls as of `tool_grammar`.

    Raises UserError `schema.not_followed` (detail) for a schema that no grammar keeps, and as `tool_grammar`.
    """
    rules = Rules()
    written = calls_from_start(rules, dialect, tools, choice, single=single)
    calls = rules.add("calls", written) if written else ""
    compiler = SchemaCompiler(rules, schema, kinds=DocumentKinds)
    document = compiler.root()
    if compiler.widened:
        raise UserError("schema.not_followed", detail="; ".join(compiler.widened[:_MOST_NAMED])[:_LONGEST])
    openings = dict.fromkeys(filter(None, (markers.answer_opening, markers.early_answer_opening)))
    opened = f"( {alternatives([literal(mark) for mark in openings])} {_LEAD} )?" if openings else ""
    answer = rules.add("answer", alternatives([f"{_LEAD} {opened} {document}", *([calls] if calls else [])]))
    thought = f"{_LEAD} {literal(markers.opening)} {_LEAD} {_NEVER}" if markers.opening else _NEVER
    root = rules.add("reply", alternatives([answer, thought]))
    return ToolGrammar(rules.text(root), answer=answer, calls=calls)
