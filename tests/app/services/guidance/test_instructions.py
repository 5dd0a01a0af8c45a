"""Project instructions count once a person agreed to the very text."""

from pathlib import Path

import pytest

from app.services.guidance.instructions import Instructions
from app.services.guidance.skills import Skills
from engine.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "AGENTS.md").write_text("Use tabs.\n")
    return folder


@pytest.fixture
def instructions(tmp_path: Path) -> Instructions:
    return Instructions(tmp_path / "home", Skills(tmp_path / "home"))


def test_new_then_agreed_then_changed(instructions: Instructions, folder: Path, tmp_path: Path) -> None:
    found = instructions.at(str(folder))
    assert [each.state for each in found.all] == ["new"]
    assert (found.follows, found.unfollowed) == ((), ("AGENTS.md",))
    instructions.agree(found.open)
    found = Instructions(tmp_path / "home", Skills(tmp_path / "home")).at(str(folder))  # another process
    assert [(each.path, each.text) for each in found.follows] == [("AGENTS.md", "Use tabs.\n")]
    assert found.unfollowed == ()
    (folder / "AGENTS.md").write_text("Use tabs.\nDelete all.\n")
    [changed] = instructions.at(str(folder)).all
    assert changed.state == "changed"
    assert "+Delete all." in changed.diff
    assert instructions.at(str(folder)).follows == ()
    (folder / "AGENTS.md").write_text("Use tabs.\n")
    assert instructions.at(str(folder)).open == ()


def test_the_same_text_elsewhere_is_asked_about(
    instructions: Instructions, folder: Path, tmp_path: Path
) -> None:
    instructions.agree(instructions.at(str(folder)).open)
    other = tmp_path / "other"
    other.mkdir()
    (other / "AGENTS.md").write_text("Use tabs.\n")
    assert [each.state for each in instructions.at(str(other)).all] == ["new"]


def test_an_agreement_can_be_withdrawn(instructions: Instructions, folder: Path) -> None:
    instructions.agree(instructions.at(str(folder)).open)
    instructions.withdraw(instructions.at(str(folder)).all)
    assert [each.state for each in instructions.at(str(folder)).all] == ["new"]


def test_what_was_agreed_to_is_listed_also_when_it_is_gone_and_can_be_taken_back(
    instructions: Instructions, folder: Path, tmp_path: Path
) -> None:
    assert instructions.agreed() == ()
    instructions.agree(instructions.at(str(folder)).open)
    (other := tmp_path / "other").mkdir()
    (other / "AGENTS.md").write_text("Use spaces.\n")
    instructions.agree(instructions.at(str(other)).open)
    for damaged in (b"{", b'{"place": "/x", "digest": "", "text": "", "agreed": 0}'):
        (tmp_path / "home" / "agreements" / "instructions" / "x.json").write_bytes(damaged)
        assert {each.place for each in instructions.agreed()} == {
            str(folder / "AGENTS.md"),
            str(other / "AGENTS.md"),
        }
    (other / "AGENTS.md").unlink()
    instructions.take_back(str(other / "AGENTS.md"))
    (kept,) = instructions.agreed()
    assert kept.text == "Use tabs.\n"
    instructions.take_back(kept.place)
    assert [each.state for each in instructions.at(str(folder)).all] == ["new"]


def test_what_cannot_count_is_not_agreed_to(instructions: Instructions, folder: Path) -> None:
    (folder / "AGENTS.md").write_bytes(bytes(range(256)))
    found = instructions.at(str(folder))
    instructions.agree(found.all)
    assert [each.state for each in instructions.at(str(folder)).all] == ["unusable"]


def test_a_damaged_agreement_asks_again(instructions: Instructions, folder: Path, tmp_path: Path) -> None:
    instructions.agree(instructions.at(str(folder)).open)
    [kept] = (tmp_path / "home" / "agreements" / "instructions").iterdir()
    kept.write_bytes(b"{")
    assert [each.state for each in instructions.at(str(folder)).all] == ["new"]


def test_an_agreement_that_cannot_be_saved(instructions: Instructions, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "agreements").write_text("a file")
    with pytest.raises(UserError) as told:
        instructions.agree(instructions.at(str(folder)).open)
    assert told.value.code == "guidance.not_saved"


def test_no_folder_has_none(instructions: Instructions) -> None:
    assert instructions.at("").all == ()
    assert instructions.at("\0").all == ()
