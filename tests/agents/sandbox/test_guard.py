"""Files that are put back after a program has ended."""

from __future__ import annotations

from pathlib import Path

from agents.sandbox.inside.guard import Guarded


def test_a_link_in_the_way_is_removed_and_not_followed(tmp_path: Path) -> None:
    work, outside = tmp_path / "work", tmp_path / "outside"
    hooks = work / ".git/hooks"
    for folder in (hooks, outside / "hooks"):
        folder.mkdir(parents=True)
        (folder / "pre-commit").write_text("mine")
    kept = Guarded(hooks, below=work)
    (work / ".git").rename(work / "aside")
    (outside / "hooks/pre-commit").write_text("outside")
    (work / ".git").symlink_to(outside)
    assert kept.restore() and not kept.restore()
    assert (outside / "hooks/pre-commit").read_text() == "outside"
    assert not (work / ".git").is_symlink() and (hooks / "pre-commit").read_text() == "mine"
