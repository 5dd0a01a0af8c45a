"""What set-up says of graphics cards, and when it starts the job in the background."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from engine.graphics_cards import Cards
from installer import backend, builds, offer
from installer.backend import Places
from installer.commands import SetupError
from installer.console import Console
from installer.graphics import Account, sole
from installer.offer import MESSAGES, sentence, what_it_takes
from installer.system import Rights
from installer.ways import Note, Prospect, Way

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
CUDA, VULKAN = Way("cuda", (86,), "", ("GPU-1",)), Way("vulkan")
FETCHING = Prospect((CUDA,), cards="RTX 3060")


class Offers:
    """A set-up on a machine where this can be built; `started` counts the jobs."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.places = Places(folder, folder / ".venv", folder / "cache", folder / "logs")
        self.found = FETCHING
        self.started = 0
        self.person: str | None = None
        (folder / "requirements.lock").write_text("llama-cpp-python==1 \\\n    --hash=sha256:01\n")
        (folder / "requirements-cuda.lock").write_text("")
        (folder / MESSAGES).parent.mkdir(parents=True)
        shutil.copy(ROOT / MESSAGES, folder / MESSAGES)
        monkeypatch.setattr(offer, "find_cards", lambda environ: Cards())
        monkeypatch.setattr(offer, "prospect", lambda cards, environ: self.found)
        monkeypatch.setattr(offer, "_start", self._start)
        monkeypatch.setattr(offer, "_answers", lambda console: self.person is not None)
        monkeypatch.setattr("builtins.input", self._input)

    def _start(self, *rest: object) -> None:
        self.started += 1

    def _input(self, question: str) -> str:
        self.asked = question
        assert self.person is not None
        return self.person

    def run(self, *, yes: bool = False) -> str:
        output = io.StringIO()
        offer.offer(self.places, Console(output), {}, yes=yes)
        return output.getvalue()

    @property
    def codes(self) -> list[str]:
        return [note["code"] for note in json.loads(self.places.state.read_text())["notes"]]

    def tried(self, *ways: Way, kept: Way | None = None) -> None:
        """An earlier job tried these ways to the end."""
        names = {way: backend.backend_of(way, self.places.root, "1", {}).name for way in ways}
        account = Account(self.places.state, [Note("ready", {"cards": "X", "way": "CUDA"})])
        for name in names.values():
            account.settle(name)
        account.write()
        if kept:
            self.places.folder.mkdir(parents=True)
            (self.places.folder / builds.NOTE).write_text(json.dumps({"build": names[kept]}))
            (self.places.folder / backend.library_name(kept.kind)).touch()


@pytest.fixture
def offers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offers:
    return Offers(tmp_path, monkeypatch)


def test_without_a_card_nothing_is_said(offers: Offers) -> None:
    offers.found = Prospect()
    assert offers.run(yes=True) == "" and not offers.started


def test_where_nobody_answers_the_command_is_told_and_nothing_is_fetched(offers: Offers) -> None:
    said = offers.run()
    assert "make setup YES=1" in said and "0.6 GB" in said
    assert not offers.started and offers.codes == ["offered_fetch"]


@pytest.mark.parametrize(("person", "started"), [("", 1), ("Y", 1), ("n", 0), ("what?", 0)])
def test_a_person_is_asked_with_what_it_takes(offers: Offers, person: str, started: int) -> None:
    offers.person = person
    offers.run()
    assert "RTX 3060" in offers.asked and "0.6 GB" in offers.asked and " min" in offers.asked
    assert offers.started == started


def test_yes_starts_without_a_question(offers: Offers) -> None:
    assert "in the background" in offers.run(yes=True)
    assert offers.started == 1


def test_a_toolkit_that_is_here_is_used_without_a_question(offers: Offers) -> None:
    offers.found = Prospect((CUDA._replace(toolkit="/usr/bin/nvcc"),), cards="RTX 3060")
    offers.run()
    assert offers.started == 1


def test_what_was_tried_to_the_end_is_not_offered_again(offers: Offers) -> None:
    offers.tried(CUDA, kept=CUDA)
    assert offers.run() == offers.run(yes=True) == "" and not offers.started
    assert offers.codes == ["ready"]


def test_a_yes_tries_again_what_left_nothing(offers: Offers) -> None:
    offers.tried(CUDA)
    assert offers.run() == "" and not offers.started
    offers.run(yes=True)
    assert offers.started == 1


def test_another_way_than_those_tried_is_offered(offers: Offers) -> None:
    offers.tried(CUDA, kept=CUDA)
    offers.found = Prospect((CUDA, VULKAN), cards="RTX 3060")
    assert "CUDA + Vulkan" in offers.run()


def test_a_job_that_is_under_way_is_left_alone(offers: Offers) -> None:
    with sole(offers.places):
        assert "already being built" in offers.run(yes=True)
    assert not offers.started


def test_what_stands_against_a_card_is_said_and_kept_for_the_diagnosis(offers: Offers) -> None:
    offers.found = Prospect(notes=(Note("card_without_driver", {"needed": "580"}),))
    assert "no driver" in offers.run() and offers.codes == ["card_without_driver"]


def test_what_vulkan_lacks_is_told_and_a_yes_installs_it_where_it_may(
    offers: Offers, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = Prospect(cards="AMD", packages=("glslc",))
    offers.found = lacking
    rights = [Rights(apt=True, root=False, sudo=False)]
    monkeypatch.setattr("installer.system.rights", lambda: rights[0])
    assert "apt-get install -y glslc" in offers.run(yes=True)
    assert not offers.started and offers.codes == ["vulkan_packages"]

    def installs(command: list[str], *rest: object, **options: object) -> None:
        assert command[-1] == "glslc"
        offers.found = Prospect((VULKAN,), cards="AMD")

    rights[0] = Rights(apt=True, root=True, sudo=False)
    monkeypatch.setattr(offer, "run_logged", installs)
    offers.run()
    assert not offers.started
    offers.run(yes=True)
    assert offers.started == 1


def test_a_place_that_cannot_be_written_stops_nothing(offers: Offers) -> None:
    offers.places.venv.write_text("a file")
    assert "left as it was" in offers.run(yes=True) and not offers.started


def test_every_sentence_is_there_with_what_fills_it(tmp_path: Path) -> None:
    for ways in ((CUDA,), (VULKAN,), (CUDA, VULKAN)):
        assert "RTX" in sentence(ROOT, what_it_takes("offered", Prospect(ways, cards="RTX 3060")))
    with pytest.raises(SetupError):
        sentence(ROOT, Note("no_such_thing"))
    with pytest.raises(SetupError):
        sentence(tmp_path, Note("started"))
