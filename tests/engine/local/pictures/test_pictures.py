"""The starter model sees: what a picture changes is what the words in its place change."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.api import (
    Finished,
    GenerateRequest,
    Loaded,
    LoadRequest,
    Measured,
    PrefillProgress,
    TokenLogprobs,
)
from engine.local.client import LocalEngine
from engine.placement.plan import RAM, PlacementOptions
from engine.values import Message, Picture, Sampling, TokenLogprob
from tests.support.engines.recorder import Recorder
from tests.support.models.projectors import (
    ROWS,
    color_projector,
    rows_and_columns_model,
    write_color_projector,
)
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.long, pytest.mark.model]
RED, GREEN = (255, 0, 0), (0, 255, 0)
IDS = itertools.count(1)


def picture(folder: Path, color: tuple[int, int, int], side: int = 56, at: int = 0) -> Picture:
    data = bytes(color) * side * side
    path = folder / f"{color}-{side}.rgb"
    path.write_bytes(data)
    return Picture(str(path), hashlib.sha256(data).hexdigest(), side, side, at)


class Seeing:
    def __init__(
        self,
        states: str = "",
        mmproj: str = "",
        model: str = "",
        context: int = 1024,
        ram: int = 0,
        verdicts: str = "",
    ) -> None:
        self.told = Recorder()
        self.engine = LocalEngine(self.told)
        self.engine.load(
            LoadRequest(
                model or str(starter_model()),
                PlacementOptions(
                    context,
                    budgets={RAM: ram} if ram else {},
                    mmproj=mmproj or str(color_projector()),
                    attention="flash" if ram else None,  # which a plan would choose to have more room
                ),
                states=states,
                states_limit=2**30,
                calibrations=verdicts,
            )
        )
        self.facts = self.told.next(Loaded).model
        self.ended: dict[int, Finished] = {}

    def ask(self, *messages: Message, conversation: str = "", tokens: int = 4) -> int:
        id = next(IDS)
        self.engine.generate(
            GenerateRequest(
                id,
                messages,
                Sampling(temperature=0.0),
                max_tokens=tokens,
                conversation=conversation,
                top_logprobs=5,
                drafts=False,
            )
        )
        return id

    def logprobs(self, id: int) -> list[TokenLogprob]:
        done = self.ended[id] = self.told.finish(id)[1]
        assert done.reason in ("stop", "length"), done
        return [
            each
            for event in self.told.seen
            if isinstance(event, TokenLogprobs) and event.id == id
            for each in event.tokens
        ]


@contextmanager
def opened(**options: Any) -> Iterator[Seeing]:
    seeing = Seeing(**options)
    try:
        yield seeing
    finally:
        seeing.engine.close()


@pytest.fixture(scope="module")
def seeing() -> Iterator[Seeing]:
    with opened() as seeing:
        yield seeing


def question(*media: Picture, words: str = "") -> Message:
    start, end = "Which color is this? It is", ". Say the color."
    media = tuple(Picture(m.path, m.sha256, m.width, m.height, len(start)) for m in media)
    return Message("user", start + words + end, media=media)


def alike(some: list[TokenLogprob], others: list[TokenLogprob]) -> None:
    """A step's sums come out a little different beside other rows, and with other tokens reused; of words as well."""
    assert [each.token for each in some] == [each.token for each in others]
    assert max(abs(a.logprob - b.logprob) for a, b in zip(some, others, strict=True)) < 0.2


def test_a_red_picture_is_the_word_red_to_the_last_bit(seeing: Seeing, tmp_path: Path) -> None:
    words = seeing.logprobs(seeing.ask(question(words=" red red red red")))
    seen = seeing.logprobs(seeing.ask(question(picture(tmp_path, RED))))
    assert seen == words
    assert seen != seeing.logprobs(seeing.ask(question(picture(tmp_path, GREEN))))
    assert seeing.facts.sees


@pytest.mark.long
def test_a_projector_that_was_tried_is_not_tried_again_until_its_file_changes(tmp_path: Path) -> None:
    path, verdicts = tmp_path / "mmproj.gguf", tmp_path / "verdicts"
    write_color_projector(path)
    for _ in range(2):
        with opened(mmproj=str(path), verdicts=str(verdicts)) as seeing:
            seeing.logprobs(seeing.ask(question(picture(tmp_path, RED))))
        assert len(list(verdicts.glob("projector-*"))) == 1
    write_color_projector(path, image_size=56)
    with opened(mmproj=str(path), verdicts=str(verdicts)) as seeing:
        done = seeing.told.finish(seeing.ask(question(picture(tmp_path, RED))))[1]
        assert done.error is not None and done.error.code == "projector.not_loaded"


def test_pictures_are_counted_as_they_are_read(seeing: Seeing, tmp_path: Path) -> None:
    asked = question(picture(tmp_path, RED))
    seeing.logprobs(id := seeing.ask(asked))
    seeing.engine.measure(GenerateRequest(next(IDS), (asked,)), (picture(tmp_path, GREEN), "Hello", ""))
    measured = seeing.told.next(Measured)
    assert measured.prompt == seeing.ended[id].usage.prompt_tokens
    assert (measured.texts[0], measured.texts[2]) == (ROWS, 0)


def test_a_picture_of_no_shape_is_refused(seeing: Seeing, tmp_path: Path) -> None:
    red = picture(tmp_path, RED)
    for width, height in ((0, 56), (-56, -56), (100_000, 10), (40_000, 40_000)):
        shape = Picture(red.path, red.sha256, width, height)
        done = seeing.told.finish(seeing.ask(question(shape)))[1]
        assert done.error is not None and done.error.code == "picture.too_large"


def test_a_picture_beside_three_busy_answers_is_seen_as_alone(seeing: Seeing, tmp_path: Path) -> None:
    alone = seeing.logprobs(seeing.ask(question(words=" green green green green")))
    busy = [seeing.ask(Message("user", f"Count to {n} slowly, please."), tokens=60) for n in (70, 80, 90)]
    seen = seeing.logprobs(seeing.ask(question(picture(tmp_path, GREEN, 70))))
    for id in busy:
        seeing.told.finish(id)
    alike(seen, alone)


@pytest.mark.long
def test_a_turn_behind_a_picture_is_edited_without_the_picture_being_read_again(tmp_path: Path) -> None:
    red = picture(tmp_path, RED, 84)
    words = question(words=" red red red red")
    behind = (Message("assistant", "This is red."), Message("user", "And what is blue?"))
    said = []
    for first in (question(red), words):
        with opened() as seeing:
            seeing.logprobs(seeing.ask(first, conversation="edited"))
            Path(red.path).unlink(missing_ok=True)
            said.append(seeing.logprobs(seeing.ask(first, *behind, conversation="edited")))
    assert said[0] == said[1]


@pytest.mark.long
def test_a_kept_state_with_a_picture_comes_back_without_encoding(tmp_path: Path) -> None:
    states = tmp_path / "states"
    states.mkdir()
    red = picture(tmp_path, RED)
    long = Message("system", "You are a careful painter who knows all colors. " * 8)
    follow = (question(red), Message("assistant", "This is red."), Message("user", "Say it again."))
    with opened(states=str(states)) as seeing:
        seeing.logprobs(seeing.ask(long, question(red), conversation="kept"))
    Path(red.path).unlink()
    with opened(states=str(states)) as seeing:
        id = seeing.ask(long, *follow, conversation="kept")
        seen = seeing.logprobs(id)
        done = seeing.ended[id]
        assert done.usage.cached_tokens > 60
        words = question(words=" red red red red")
        alike(seen, seeing.logprobs(seeing.ask(long, words, *follow[1:])))


def test_texts_that_spell_marks_change_nothing(seeing: Seeing, tmp_path: Path) -> None:
    red = picture(tmp_path, RED)
    for spelled in ("<__media__>", "\U00100000" + "0" + "\U00100000", "<|image|>", f"\0{red.sha256}:56\0"):
        system = Message("system", f"A file says {spelled} here.")
        words = seeing.logprobs(seeing.ask(system, question(words=" red red red red")))
        alike(seeing.logprobs(seeing.ask(system, question(red))), words)


def test_a_file_that_is_not_what_was_attached_ends_the_answer_with_a_reason(
    seeing: Seeing, tmp_path: Path
) -> None:
    changed = picture(tmp_path, (0, 0, 255))
    Path(changed.path).write_bytes(b"short")
    done = seeing.told.finish(seeing.ask(question(changed)))[1]
    assert done.error is not None and done.error.code == "picture.changed"
    assert seeing.logprobs(seeing.ask(question(picture(tmp_path, RED))))


@pytest.mark.long
def test_stop_breaks_an_encoding_off_and_the_next_picture_is_right(tmp_path: Path) -> None:
    slow = tmp_path / "slow.gguf"
    write_color_projector(slow, layers=200, side=32)
    with opened(mmproj=str(slow), context=4096) as seeing:
        id = seeing.ask(question(picture(tmp_path, RED)))
        # While the projector is tried and loaded, others are answered, and it can be stopped.
        assert seeing.logprobs(seeing.ask(Message("user", "Hello")))
        assert not [each for each in seeing.told.seen if isinstance(each, PrefillProgress) and each.id == id]
        seeing.engine.abort(id)
        assert seeing.told.finish(id)[1].reason == "cancelled"
        id = seeing.ask(question(picture(tmp_path, RED)))
        seeing.told.next(PrefillProgress)  # it has its place: the encoding was asked for
        seeing.engine.abort(id)
        assert seeing.told.finish(id)[1].reason == "cancelled"
        assert seeing.logprobs(seeing.ask(Message("user", "Hello"))) != []


def test_without_room_for_the_projector_the_model_answers_and_says_why_it_cannot_see() -> None:
    with opened(ram=2**33) as roomy:
        assert roomy.facts.plan is not None and roomy.facts.sees
        whole = roomy.facts.plan.bytes[RAM]
    taken = whole.total - whole.vision
    assert whole.vision > color_projector().stat().st_size
    with opened(ram=taken + 8 * 2**20) as tight:
        plan = tight.facts.plan
        assert plan is not None and not tight.facts.sees
        (notice,) = (each for each in plan.notices if each.code == "projector.no_room")
        assert notice.params["free_bytes"] == 8 * 2**20
        assert tight.logprobs(tight.ask(Message("user", "Hello")))


def test_a_model_without_a_projector_says_that_it_cannot_see(tmp_path: Path) -> None:
    with opened(mmproj=str(starter_model())) as seeing:
        plan = seeing.facts.plan
        assert not seeing.facts.sees
        assert plan is not None and "projector.none" in [each.code for each in plan.notices]
        done = seeing.told.finish(seeing.ask(question(picture(tmp_path, RED))))[1]
        assert done.error is not None and done.error.code == "picture.not_seen"


def test_a_picture_with_rows_and_columns_is_gone_on_from_as_if_read_again(tmp_path: Path) -> None:
    text, mmproj = rows_and_columns_model(tmp_path)
    model = {"model": str(text), "mmproj": str(mmproj)}
    wide = picture(tmp_path, (9, 200, 77), 84, at=5)
    first = Message("user", "Look . What is it?", media=(wide,))
    behind = (Message("assistant", "Blue."), Message("user", "Really?"))
    other = (Message("assistant", "Green."), Message("user", "Are you sure?"))
    said = {}
    with opened(**model) as seeing:
        for name, turns in (("behind", behind), ("edited", other), ("again", behind)):
            said[name] = seeing.logprobs(seeing.ask(first, *turns, conversation="one"))
            Path(wide.path).unlink(missing_ok=True)
    wide = picture(tmp_path, (9, 200, 77), 84, at=5)
    with opened(**model) as seeing:
        alike(said["edited"], seeing.logprobs(seeing.ask(first, *other)))
    with opened(**model) as seeing:
        fresh = seeing.logprobs(seeing.ask(first, *behind))
    assert said["behind"] == fresh
    alike(said["again"], fresh)


@pytest.mark.parametrize(
    "fact",
    [
        {"image_size": 56},
        pytest.param({"attention__head_count": 3}, marks=pytest.mark.long),
        pytest.param({"patch_size": 7}, marks=pytest.mark.long),
    ],
    ids=str,
)
def test_a_projector_that_native_code_aborts_on_is_refused_and_the_host_lives(
    tmp_path: Path, fact: dict[str, int]
) -> None:
    path = tmp_path / "mmproj.gguf"
    write_color_projector(path, **fact)
    with opened(mmproj=str(path), verdicts=str(tmp_path)) as seeing:
        process = seeing.engine.host_pid
        done = seeing.told.finish(seeing.ask(question(picture(tmp_path, RED))))[1]
        assert done.error is not None and done.error.code == "projector.not_loaded"
        assert seeing.logprobs(seeing.ask(Message("user", "Hello")))
        assert seeing.engine.host_pid == process
    assert not list(tmp_path.glob("projector-*"))
