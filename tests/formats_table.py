"""Writes docs/formats.md: what was found out about each chat template of the source archive of llama-cpp-python.

Usage: python -m tests.formats_table [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine.errors import UserError
from engine.formats import ChatFormat
from tests.support.real_templates import real_templates

HEAD = """\
# Chat formats

What Coterie finds out about the chat templates in the source archive of llama-cpp-python, by rendering them.
`make formats-table` writes this file.

A dialect is *learned* when it was worked out by rendering calls, *known* when it stands in
`engine/formats/known_dialects.py`, and *described* when the template does not say how to call tools, so that
the model is told in words.

| Template | Family | Reasoning | Default | Dialect | Found | A call begins with |
|---|---|---|---|---|---|---|
"""
FAMILIES = (
    *("Apertus", "Apriel", "Bielik", "Seed-OSS", "Cohere", "Command-R", "GLM", "GigaChat", "SmolLM", "Kimi"),
    *(
        "LFM",
        "MiMo",
        "MiniMax",
        "Ministral",
        "Devstral",
        "Mistral",
        "Nemotron",
        "Hermes",
        "QwQ",
        "Qwen",
        "Reka",
    ),
    *("Spark", "StepFun", "DeepSeek", "Firefunction", "Gemma", "Granite", "Ling", "RWKV", "Functionary"),
    *("Llama", "Phi", "Muse", "gpt-oss", "MiniCPM", "Laguna", "Hy3", "Solar"),
)


def table() -> str:
    return HEAD + "".join(row(name, source) for name, source in real_templates().items())


def row(name: str, source: str) -> str:
    family = next((word for word in FAMILIES if word.lower() in name.lower()), name)
    try:
        chat_format = ChatFormat.from_template(source, "<s>", "</s>")
    except UserError as error:
        return f"| {name} | {family} | | | | fails: {error} | |\n"
    control, dialect = chat_format.reasoning, chat_format.dialect
    levels = f" ({', '.join(control.levels)})" if control.kind == "levels" else ""
    found = "learned" if dialect.learned else "described" if dialect.name == "described" else "known"
    trigger = dialect.trigger.replace("|", "\\|")
    begins = f"`{trigger}`" if trigger else "its name or brackets"
    cells = (name, family, control.kind + levels, control.default, dialect.name, found, begins)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/formats.md").write_text(table(), encoding="utf-8")
