"""Streaming parser: a model's text to reasoning, content and tool calls."""
