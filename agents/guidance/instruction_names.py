"""The files in which projects keep instructions for coding agents.

`*` stands for any name in a folder. Sources: agents.md; code.claude.com/docs/en/memory;
google-gemini.github.io/gemini-cli, "Provide context with GEMINI.md files"; cursor.com/docs/context/rules;
docs.github.com, "Adding repository custom instructions for GitHub Copilot"; docs.windsurf.com, "Memories & rules";
docs.cline.bot, "Cline rules"; block.github.io/goose, "Using goosehints"; jetbrains.com/help/junie, "Guidelines";
qwenlm.github.io/qwen-code-docs; zed.dev/docs/ai/rules.
"""

from __future__ import annotations

from typing import NamedTuple


class InstructionName(NamedTuple):
    """`imports`: a line of the file may name others as `@path`, which count as well."""

    path: str
    imports: bool = False


# In the order in which they stand in a prompt.
NAMES = (
    InstructionName("AGENTS.md"),
    InstructionName("CLAUDE.md", imports=True),
    InstructionName(".claude/CLAUDE.md", imports=True),
    InstructionName("CLAUDE.local.md", imports=True),
    InstructionName("GEMINI.md", imports=True),
    InstructionName("QWEN.md", imports=True),
    InstructionName(".github/copilot-instructions.md"),
    InstructionName(".github/instructions/*.instructions.md"),
    InstructionName(".cursorrules"),
    InstructionName(".cursor/rules/*.mdc"),
    InstructionName(".windsurfrules"),
    InstructionName(".windsurf/rules/*.md"),
    InstructionName(".clinerules"),
    InstructionName(".clinerules/*.md"),
    InstructionName(".goosehints"),
    InstructionName(".junie/guidelines.md"),
    InstructionName(".rules"),
)
