"""Grammars (GBNF) of tool calls and JSON schemas."""
