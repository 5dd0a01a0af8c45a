"""Project instructions in the window: the line under the folder, the sheet, and what the run's page tells."""

from __future__ import annotations

import pytest

from tests.app.desktop.runs.conftest import RunsBench
from tests.support.agents.scripted_brain import ScriptedBrain, says


@pytest.fixture
def with_instructions(runs: RunsBench) -> RunsBench:
    bench = runs
    (bench.folder / "AGENTS.md").write_text("Answer in rhymes.\n")
    (bench.folder / "CLAUDE.md").write_text("Use tabs.\n")
    bench.page.new_run()
    bench.page.form.folder.show_folder(str(bench.folder))
    bench.until(bench.page.form.instructions.isVisible)
    return bench


def test_the_line_tells_and_the_sheet_agrees_and_withdraws(with_instructions: RunsBench) -> None:
    bench, line = with_instructions, with_instructions.page.form.instructions
    assert "AGENTS.md" in line.words.text() and "Not followed" in line.words.text()
    line.read.click()
    assert line.sheet is not None
    assert "Answer in rhymes." in line.sheet.text.toPlainText()
    line.sheet.yes.click()
    bench.until(lambda: line.words.text().startswith("Follows"))
    (bench.folder / "CLAUDE.md").write_text("Use spaces.\n")
    line.look()
    bench.until(lambda: "has changed" in line.words.text())
    line.read.click()
    assert "-" in line.sheet.text.toPlainText() and "Use spaces." in line.sheet.text.toPlainText()
    line.sheet.yes.click()
    bench.until(lambda: line.words.text().startswith("Follows"))
    line.read.click()
    line.sheet.yes.click()
    bench.until(lambda: "Not followed" in line.words.text())


def test_another_folder_has_no_line(with_instructions: RunsBench) -> None:
    other = with_instructions.folder.parent / "other"
    other.mkdir()
    with_instructions.page.form.folder.show_folder(str(other))
    with_instructions.until(lambda: not with_instructions.page.form.instructions.isVisible())


def test_the_page_of_a_run_names_what_it_follows(with_instructions: RunsBench) -> None:
    bench = with_instructions
    instructions = bench.services.runs.instructions
    instructions.agree(instructions.at(str(bench.folder)).all[:1])
    bench.page.show_run(bench.start(ScriptedBrain(says("Done."))).id)
    seen = bench.page.run.cards.seen.follows
    bench.until(lambda: seen.text() == "Follows AGENTS.md\nDoesn’t follow CLAUDE.md")
