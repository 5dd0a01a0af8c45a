"""The sentence about a file that another program carries out: in the window, in the terminal, in an editor."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.autorun.names import _KNOWN
from agents.permissions.values import ApprovalRequest
from app.acp.permissions import asked_call
from app.autorun_text import autorun_sentence
from app.cli.run.approving import question_lines
from app.language import Language


def about(*paths: str) -> ApprovalRequest:
    scopes = ("run", "workspace")
    reasons = ("writes", "autorun")
    return ApprovalRequest(
        1, "c1", "write_file", "files", "\n".join(paths), {}, "", reasons, scopes, paths[0], autorun=paths
    )


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_such_file_has_a_sentence_that_names_the_program(language: Language) -> None:
    for name, known in _KNOWN.items():
        sentence = autorun_sentence(about(name.replace("*", "x")), language)
        spoken = known.program in ("The shell", "The desktop", "Coding agents")
        assert sentence.endswith(".") and (spoken or known.program in sentence), name
    assert "Git" in autorun_sentence(about("tools/clean"), language)
    assert not autorun_sentence(ApprovalRequest(1, "c1", "write_file", "files", "a.txt"), language)


def test_it_is_said_where_it_is_asked(tmp_path: Path) -> None:
    sentence = "VS Code runs this without asking when the folder is opened."
    asked = about(".vscode/tasks.json")
    assert sentence in question_lines(asked, "en")
    shown = str(asked_call(asked, tmp_path, "en").content)
    assert sentence in shown and "covers this file" in shown
