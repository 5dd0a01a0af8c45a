"""What is wished of a model is kept with it; a file that was edited by hand loses nothing."""

import tomllib
from pathlib import Path

import pytest

from app.services.settings.placement_options import KeptOptions, PlacementOptionsFile, complete, kept_part
from app.services.settings.settings import Settings
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import PlacementOptions
from tests.support.permissions import bound_by_permissions

MODEL = "/models/큰 모델.gguf"
ALL = KeptOptions(
    context=4096,
    prefer="context",
    cache_type="q8_0",
    ubatch=256,
    budgets={"CUDA0": 6 * 2**30, "CPU": 5},
    mode="resident",
    threads=3,
    streams=2,
    draft_model="/small.gguf",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "wishes.toml"


def test_without_a_file_nothing_is_wished_and_nothing_is_written(path: Path) -> None:
    file = PlacementOptionsFile(path)
    assert (file.get(MODEL), file.problems) == (KeptOptions(), ())
    file.forget(MODEL)
    assert not path.exists()


def test_wishes_are_kept_for_each_model_and_forgotten(path: Path) -> None:
    file = PlacementOptionsFile(path)
    file.keep(MODEL, ALL)
    file.keep("/b.gguf", KeptOptions(ubatch=64))
    again = PlacementOptionsFile(path)
    assert (again.get(MODEL), again.get("/b.gguf"), again.problems) == (ALL, KeptOptions(ubatch=64), ())
    again.forget(MODEL)
    assert again.get(MODEL) == PlacementOptionsFile(path).get(MODEL) == KeptOptions()
    assert tomllib.loads(path.read_text()) == {"/b.gguf": {"ubatch": 64}}


def test_workers_and_fallbacks_are_no_matter_of_the_model(path: Path) -> None:
    wished = PlacementOptions(context=512, workers=("a:1",), fallbacks=("layer",))
    assert kept_part(wished, threads=3).options() == PlacementOptions(context=512)
    assert kept_part(ALL.options(), ALL.threads) == ALL


def test_what_is_not_understood_falls_back_alone_is_told_and_stays(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(
        f'"/odd.gguf" = 3\n["{MODEL}"]\ncontext = -4\nprefer = "speed"\nubatch = 128\nfuture = [1]\n'
        f'["{MODEL}".budgets]\nCUDA0 = "much"\n'
    )
    file = PlacementOptionsFile(path)
    assert file.get(MODEL) == KeptOptions(ubatch=128) and file.get("/odd.gguf") == KeptOptions()
    assert {problem.params["key"] for problem in file.problems} == {
        "/odd.gguf",
        f"{MODEL}: context",
        f"{MODEL}: budgets",
    }
    assert {problem.code for problem in file.problems} == {"settings.bad_value"}
    file.keep(MODEL, KeptOptions(ubatch=64))
    assert tomllib.loads(path.read_text()) == {
        "/odd.gguf": 3,
        MODEL: {
            "context": -4,
            "prefer": "speed",
            "ubatch": 64,
            "future": [1],
            "budgets": {"CUDA0": "much"},
        },
    }


@pytest.mark.parametrize("broken", [b"x = \n", b"\xff\xfe", b"[" * 5000])
def test_a_broken_file_is_set_aside_whole(path: Path, broken: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(broken)
    file = PlacementOptionsFile(path)
    kept = path.with_name("wishes.toml.broken")
    assert file.problems == (ErrorInfo("settings.unreadable", {"path": str(path), "kept": str(kept)}),)
    assert kept.read_bytes() == broken
    file.keep(MODEL, ALL)
    assert PlacementOptionsFile(path).get(MODEL) == ALL


def test_what_another_process_kept_meanwhile_stays(path: Path) -> None:
    first, second = PlacementOptionsFile(path), PlacementOptionsFile(path)
    first.keep(MODEL, ALL)
    second.keep("/b.gguf", KeptOptions(ubatch=64))
    assert PlacementOptionsFile(path).get(MODEL) == ALL


def test_a_folder_that_takes_nothing_is_told_and_nothing_changes(path: Path) -> None:
    path.parent.mkdir()
    file = PlacementOptionsFile(path)
    path.parent.chmod(0o500)
    with bound_by_permissions(), pytest.raises(UserError) as caught:
        file.keep(MODEL, ALL)
    path.parent.chmod(0o700)
    assert caught.value.code == "settings.not_saved" and file.get(MODEL) == KeptOptions()


def test_a_path_that_is_no_text_cannot_be_kept_and_is_told(path: Path) -> None:
    file = PlacementOptionsFile(path)
    with pytest.raises(UserError) as caught:
        file.keep("/models/\udcff.gguf", ALL)
    assert caught.value.code == "settings.not_saved"


def test_a_load_gets_the_context_asked_for_then_the_models_then_that_of_the_settings() -> None:
    settings = Settings(context=1024, workers=("a:1",))
    assert complete(PlacementOptions(), settings) == PlacementOptions(context=1024, workers=("a:1",))
    assert complete(PlacementOptions(context=2048), settings).context == 2048
    assert complete(PlacementOptions(context=2048), settings, 512).context == 512
    assert complete(PlacementOptions(workers=("b:2",)), settings).workers == ("b:2",)


def test_a_model_that_guesses_ahead_is_found_where_it_was_moved(path: Path) -> None:
    file = PlacementOptionsFile(path)
    file.keep(MODEL, KeptOptions(draft_model="/small.gguf"))
    file.keep("/small.gguf", KeptOptions(ubatch=64))
    file.move("/small.gguf", "/elsewhere/small.gguf")
    assert file.get(MODEL).draft_model == "/elsewhere/small.gguf"
    assert file.get("/elsewhere/small.gguf").ubatch == 64
