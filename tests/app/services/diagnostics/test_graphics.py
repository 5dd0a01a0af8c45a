"""What `coterie doctor` says of graphics cards, out of set-up's account and the devices that the engine finds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import msgspec
import psutil
import pytest

from app.installation.facts import Installation
from app.language import Language
from app.services.diagnostics import graphics
from app.services.diagnostics.graphics import (
    GraphicsState,
    Note,
    graphics_finding,
    news,
    read_state,
    sentence,
    without_setup,
)
from engine.graphics_cards import Cards
from engine.placement.plan import Device
from tests.support.library import cuda_packs
from tests.support.library.cuda_packs import CARDS, module

RAM = Device("RAM", "cpu", "", 8 * 10**9, 16 * 10**9)
CARD = Device("CUDA0", "gpu", "RTX 3060", 8 * 10**9, 8 * 10**9)
ABOUT = {"cards": "RTX 3060", "way": "CUDA"}
# Whatever a sentence may name.
PARAMS = ABOUT | dict.fromkeys(
    ("driver", "needed", "packages", "package", "minutes", "size", "log", "share"), "1"
)
CODES = get_args(graphics.Code)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("code", CODES)
def test_every_sentence_can_be_said_and_is_whole(code: str, language: Language) -> None:
    text = sentence(Note(code, PARAMS), language)
    assert "{" not in text and text.endswith((".", "?"))


def test_without_a_card_models_run_on_the_cpu_and_that_is_fine() -> None:
    found = graphics_finding((RAM,), GraphicsState(), "en")
    assert found.ok and found.message == "none; models run on the CPU"


def test_a_card_in_use_is_named_and_one_left_out_too() -> None:
    ready = Note("ready", ABOUT)
    assert graphics_finding((RAM, CARD), GraphicsState((ready,)), "en").message == "RTX 3060"
    old = GraphicsState((Note("old_card", {"cards": "GTX 1080"}), ready))
    assert "GTX 1080 is too old" in graphics_finding((RAM, CARD), old, "en").message


@pytest.mark.parametrize(
    ("note", "ok"),
    [
        (Note("card_without_driver", {"needed": "580"}), False),
        (Note("offered_fetch", PARAMS), False),
        (Note("failed_network", ABOUT), False),
        (Note("driver_without_card"), True),
        (Note("slower", ABOUT), True),
        (Note("vulkan_packages", {"packages": "glslc"}), True),
    ],
)
def test_what_a_person_can_do_something_about_is_no_tick(note: Note, ok: bool) -> None:
    found = graphics_finding((RAM,), GraphicsState((note,)), "en")
    assert (found.ok, found.message) == (ok, sentence(note, "en"))


def test_a_card_that_was_ready_and_is_gone_is_told() -> None:
    found = graphics_finding((RAM,), GraphicsState((Note("ready", ABOUT),)), "en")
    assert not found.ok and "finds no card now" in found.message


def state(folder: Path, **told: object) -> GraphicsState:
    path = folder / "state.json"
    path.write_bytes(msgspec.json.encode({"notes": [], "settled": ["kept for set-up"], **told}))
    return read_state(path)


def test_what_is_under_way_is_told_with_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil.Process, "cmdline", lambda self: ["python", "-m", "installer.graphics"])
    step = {"code": "building", "params": ABOUT}
    found = state(tmp_path, step=step, share=0.254, pid=os.getpid())
    told = graphics_finding((RAM,), found, "en")
    assert told.ok and told.message.startswith("Building CUDA for RTX 3060, 25%")
    assert [note.code for note in news(found)] == ["building"]
    started = state(tmp_path, step=step, share=None, pid=os.getpid())
    assert graphics_finding((RAM,), started, "en").message.startswith("Building CUDA for RTX 3060;")


@pytest.mark.parametrize("pid", [0, os.getpid(), 2**22 + 1], ids=["none", "another's", "nobody's"])
def test_what_was_under_way_and_is_not_any_more_was_interrupted(tmp_path: Path, pid: int) -> None:
    found = state(tmp_path, step={"code": "building", "params": ABOUT}, share=0.5, pid=pid)
    assert found.step is None and [note.code for note in news(found)] == ["interrupted"]
    told = graphics_finding((RAM,), found, "en")
    assert not told.ok and "interrupted" in told.message


def test_an_account_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    for text in ("", "[]", '{"notes": 1}'):
        path.write_text(text)
        assert read_state(path) == GraphicsState()
    assert read_state(tmp_path / "missing") == GraphicsState()
    assert graphics.state_file().name == "coterie-gpu.json"


def test_who_starts_hears_of_a_card_only_what_is_of_use() -> None:
    used = GraphicsState((Note("old_card", {"cards": "GTX 1080"}), Note("ready", ABOUT)))
    assert [note.code for note in news(used)] == ["old_card"]
    assert news(GraphicsState((Note("slower", ABOUT), Note("driver_without_card")))) == ()


def test_without_set_up_cuda_is_a_download_that_is_offered(tmp_path: Path) -> None:
    (note,) = without_setup(CARDS, tmp_path)
    assert note == Note("offered_pack", {"cards": cuda_packs.CARD.name})
    told = graphics_finding((RAM,), GraphicsState((note,)), "en")
    assert not told.ok and "coterie cuda install" in told.message
    gpu = Device("Vulkan0", "gpu", cuda_packs.CARD.name, 8, 8)
    used = graphics_finding((RAM, gpu), GraphicsState((note,)), "en")
    assert (
        used.ok and used.message.startswith(cuda_packs.CARD.name) and "coterie cuda install" in used.message
    )


def test_a_pack_of_this_version_is_not_offered_again_and_another_ones_is_told(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "current.txt").write_text("pack")
    for name, data in module().items():
        (tmp_path / "pack" / name).write_bytes(data)
    assert without_setup(CARDS, tmp_path) == ()
    (tmp_path / "pack" / "build.json").write_bytes(module(library="0.0.1")["build.json"])
    assert [note.code for note in without_setup(CARDS, tmp_path)] == ["other_pack"]


@pytest.mark.parametrize(
    ("cards", "code"),
    [
        (Cards(), None),
        (Cards(vendors=frozenset({"NVIDIA"})), "card_without_driver"),
        (CARDS._replace(driver="570.86"), "old_driver"),
    ],
)
def test_what_keeps_cuda_from_being_offered_is_told(
    cards: Cards, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.messages.installation", lambda: Installation("deb"))
    notes = without_setup(cards)
    assert [note.code for note in notes] == ([code] if code else [])
    assert not any("make setup" in sentence(note, language) for note in notes for language in ("en", "ko"))
