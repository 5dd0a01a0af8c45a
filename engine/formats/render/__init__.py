"""Prompt rendering: the sandboxed template, and history in the form that it takes."""
