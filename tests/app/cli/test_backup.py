"""`coterie backup`: what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path

from app.services.backups import backups
from tests.support.command import here


def test_the_list_names_what_can_be_restored_the_newest_first(coterie_home: Path) -> None:
    empty = here("backup", "list")
    assert (empty.code, empty.out) == (0, "") and "no backups" in empty.err
    assert here("backup", "list", "--json").objects == []
    made = here("backup", "create", "--json").last
    assert made.keys() == {"name", "path", "kind", "time", "bytes", "attachments"}
    assert Path(made["path"]).stat().st_size == made["bytes"]
    restored = here("backup", "restore", made["name"], "--json")
    assert restored.code == 0 and restored.last["backup"] == made
    listed = here("backup", "list", "--json").objects
    assert [one["kind"] for one in listed] == ["backup", "aside"]
    assert listed[1]["path"] == restored.last["aside"]
    shown = here("backup", "list").out.splitlines()
    assert made["name"] in shown[0] and "set aside" in shown[1]


def test_a_restore_says_how_to_take_it_back(coterie_home: Path) -> None:
    here("backup", "create")
    done = here("backup", "restore")
    aside = next(one for one in backups(coterie_home) if one.kind == "aside")
    assert done.code == 0 and f"coterie backup restore {aside.name}" in done.out


def test_what_cannot_be_restored_is_one_sentence(coterie_home: Path) -> None:
    none = here("backup", "restore", "--json")
    assert none.code == 1 and none.last["error"]["code"] == "store.no_backups"
    here("backup", "create")
    unknown = here("backup", "restore", "nothing.db", LC_ALL="ko_KR.UTF-8")
    assert unknown.code == 1 and "nothing.db" in unknown.sentence
    assert here("backup").code == 2


def test_the_version_is_told_and_debug_goes_before_the_command(coterie_home: Path) -> None:
    assert here("--version").out == "coterie 0.1.0\n"
    assert here("--debug", "--version").code == 0
    loud = here("--debug", "backup", "create")
    assert loud.code == 0 and "Backed up" in loud.err and loud.out.startswith("coterie-")
    assert here("backup", "create", "--debug").code == 2
