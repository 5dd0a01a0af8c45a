"""Writes docs/formats.md: what was found out about each chat template of the source archive of llama-cpp-python, and
about the published ones that the tests describe.

Usage: python -m tests.formats_table [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine.errors import UserError
from engine.formats import ChatFormat
from engine.formats.dialect import Dialect
from engine.values import ReasoningControl
from tests.engine.formats.published import ALL
from tests.engine.formats.published.making import Published
from tests.support.models.real_templates import real_templates

HEAD = """\
# Chat formats

What Coterie finds out about the chat templates in the source archive of llama-cpp-python, by rendering them.
`make formats-table` writes this file.

A dialect is *learned* when it was worked out by rendering calls, *known* when it stands in
`engine/formats/known_dialects.py`, and *described* when the template does not say how to call tools, so that
the model is told in words.

Reasoning has a question mark where a template only takes thoughts off earlier answers or writes them when it is asked
to: whether the model reasons is nowhere said. The default is *auto* where that is the model's to choose.

| Template | Family | Reasoning | Default | Dialect | Found | A call begins with |
|---|---|---|---|---|---|---|
"""
DESCRIBED = """
## Published templates, by description

Further published models, Korean ones first. Their templates are not part of this project: the tests have descriptions
of our own, made after the source that stands behind each, and everything here was found out by rendering those
(`tests/engine/formats/published/`). Templates in repositories of models were read in the copies of them that
huggingface.js, jinja.cpp, TRL, Xinference, Axolotl and others keep.

| Model | Reasoning | Default | Dialect | A call begins with | Source |
|---|---|---|---|---|---|
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
    archive = "".join(row(name, source) for name, source in real_templates().items())
    return HEAD + archive + DESCRIBED + "".join(map(described_row, ALL))


def described_row(published: Published) -> str:
    chat_format = ChatFormat.from_template(published.form.source(), "<s>", "</s>")
    control, dialect = chat_format.reasoning, chat_format.dialect
    cells = (
        published.name,
        kind(control),
        control.default,
        dialect.name,
        beginning(dialect),
        published.facts,
    )
    return f"| {' | '.join(cells)} |\n"


def kind(control: ReasoningControl) -> str:
    if not control.certain:
        return f"{control.kind}?"
    return control.kind + (f" ({', '.join(control.levels)})" if control.kind == "levels" else "")


def beginning(dialect: Dialect) -> str:
    trigger = dialect.trigger.replace("|", "\\|")
    return f"`{trigger}`" if trigger else "its name or brackets"


def row(name: str, source: str) -> str:
    family = next((word for word in FAMILIES if word.lower() in name.lower()), name)
    try:
        chat_format = ChatFormat.from_template(source, "<s>", "</s>")
    except UserError as error:
        return f"| {name} | {family} | | | | fails: {error} | |\n"
    control, dialect = chat_format.reasoning, chat_format.dialect
    found = "learned" if dialect.learned else "described" if dialect.name == "described" else "known"
    cells = (name, family, kind(control), control.default, dialect.name, found, beginning(dialect))
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/formats.md").write_text(table(), encoding="utf-8")
