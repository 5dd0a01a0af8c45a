"""A process that dies with weights laid out anew for the processor is followed by one that leaves them alone."""

import os
from pathlib import Path

import msgspec
import pytest

from engine.api import EngineLost, Loaded, LoadRequest, ModelFacts
from engine.errors import UserError
from engine.local.client import LocalEngine
from engine.local.isolated_call import Report, ask
from engine.local.repack.failures import failed_models, has_failed, note_failure, unrepacked_if_it_dies
from engine.placement.plan import PlacementOptions
from tests.support.engines import faulty_host, recorder
from tests.support.engines.recorder import Recorder
from tests.support.models.starter import starter_model

BUILD = ("1.0", "AMX_INT8")
NOTICE = "plan.conceded_repack"


def test_a_failure_holds_for_one_file_as_it_was_and_one_build(tmp_path: Path) -> None:
    model, folder = tmp_path / "a.gguf", tmp_path / "kept"
    model.write_bytes(b"weights")
    assert not has_failed(str(folder), model, BUILD)
    note_failure(str(folder), model, BUILD)
    assert has_failed(str(folder), model, BUILD) and not has_failed("", model, BUILD)
    assert not has_failed(str(folder), model, ("2.0",))
    assert failed_models(folder, BUILD) == (str(model),) and failed_models(folder, ()) == ()
    model.write_bytes(b"other weights")
    assert not has_failed(str(folder), model, BUILD)
    assert failed_models(folder, BUILD) == ()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"path": 3}'])
def test_a_damaged_file_says_nothing(tmp_path: Path, damage: bytes) -> None:
    model = tmp_path / "a.gguf"
    model.write_bytes(b"weights")
    note_failure(str(tmp_path), model, BUILD)
    (kept,) = tmp_path.glob("unrepacked-*")
    kept.write_bytes(damage)
    assert not has_failed(str(tmp_path), model, BUILD)
    assert failed_models(tmp_path, BUILD) == ()


def test_a_model_or_folder_that_is_gone_is_no_error(tmp_path: Path) -> None:
    note_failure(str(tmp_path), tmp_path / "gone.gguf", BUILD)
    assert not has_failed(str(tmp_path), tmp_path / "gone.gguf", BUILD)
    assert failed_models(tmp_path / "none", BUILD) == ()


class _Lived(msgspec.Struct, frozen=True, tag="lived"):
    died_before: bool


def _dies(_: Report, options: PlacementOptions, died: bool) -> _Lived:
    if "unrepacked" not in options.fallbacks:
        os.abort()
    return _Lived(died)


def _refuses(_: Report, options: PlacementOptions, died: bool) -> _Lived:
    raise UserError("model.damaged")


def _kills_itself(_: Report, options: PlacementOptions, died: bool) -> _Lived:
    os.abort()


def test_a_child_that_dies_is_asked_again_without() -> None:
    def asked(options: PlacementOptions, died: bool) -> _Lived:
        return ask(_dies, (options, died), _Lived)

    assert unrepacked_if_it_dies(asked, PlacementOptions()).died_before
    assert not unrepacked_if_it_dies(asked, PlacementOptions().without_repack()).died_before


@pytest.mark.parametrize(
    ("question", "code"), [(_refuses, "model.damaged"), (_kills_itself, "engine.aborted")]
)
def test_what_has_another_reason_is_told(question: object, code: str) -> None:
    def asked(options: PlacementOptions, died: bool) -> _Lived:
        return ask(question, (options, died), _Lived)  # type: ignore[arg-type]

    with pytest.raises(UserError) as told:
        unrepacked_if_it_dies(asked, PlacementOptions())
    assert told.value.code == code


def _load(main: object, folder: Path) -> tuple[ModelFacts, Recorder]:
    told = Recorder()
    engine = LocalEngine(told, main)  # type: ignore[arg-type]
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512), calibrations=str(folder)))
    facts = told.next(Loaded).model
    ended = told.answer(engine, recorder.ask(1, "Hi", max_tokens=2))[1]
    assert ended.reason == "length", ended.error
    engine.close()
    return facts, told


def _notices(facts: ModelFacts) -> list[str]:
    assert facts.plan is not None
    return [notice.code for notice in facts.plan.notices]


@pytest.mark.model
@pytest.mark.long
def test_a_host_that_dies_while_it_loads_is_replaced_at_once_and_that_is_remembered(tmp_path: Path) -> None:
    facts, told = _load(faulty_host.dies_repacking, tmp_path)
    assert NOTICE in _notices(facts) and not facts.plan.placement.repack  # type: ignore[union-attr]
    assert not any(isinstance(event, EngineLost) for event in told.seen)
    again, _ = _load(faulty_host.dies_repacking_twice, tmp_path)
    assert NOTICE in _notices(again)


@pytest.mark.model
@pytest.mark.long
def test_a_host_that_dies_in_an_answer_comes_back_without_and_says_so(tmp_path: Path) -> None:
    told = Recorder()
    engine = LocalEngine(told, faulty_host.dies_computing_repacked)
    request = LoadRequest(str(starter_model()), PlacementOptions(512), calibrations=str(tmp_path))
    engine.load(request)
    assert NOTICE not in _notices(told.next(Loaded).model)
    assert told.answer(engine, recorder.ask(1, "Hi", max_tokens=2))[1].reason == "error"
    told.next(EngineLost)
    engine.generate(recorder.ask(2, "Hi", max_tokens=2))
    assert NOTICE in _notices(told.next(Loaded).model)
    assert told.finish(2)[1].reason == "length"
    engine.load(request)  # a person who loads it again tries once more
    assert NOTICE not in _notices(told.next(Loaded).model)
    engine.close()
