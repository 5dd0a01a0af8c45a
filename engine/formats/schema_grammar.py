"""JSON schema to GBNF under the name that other programs import."""

from engine.formats.grammar.schema_grammar import schema_grammar

__all__ = ["schema_grammar"]
