"""The settings file: what is written is read again, nothing unknown or broken is lost."""

from __future__ import annotations

import os
import tempfile
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.messages import localized_error
from app.services.settings.settings import Settings, SettingsChanged, SettingsFile, language
from engine.errors import ErrorInfo, UserError
from engine.values import SAMPLING_BOUNDS, Sampling
from tests.support.permissions import bound_by_permissions


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "settings.toml"


@pytest.fixture
def write(path: Path) -> Callable[[str | bytes], Path]:
    def put(text: str | bytes) -> Path:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return put


def bad(*keys: str) -> tuple[ErrorInfo, ...]:
    return tuple(ErrorInfo("settings.bad_value", {"key": key}) for key in keys)


def test_without_a_file_all_is_default_and_nothing_is_written(path: Path) -> None:
    file = SettingsFile(path)
    assert (file.current, file.problems) == (Settings(), ())
    assert not path.parent.exists()


def test_a_change_is_written_and_read_again(path: Path) -> None:
    file = SettingsFile(path)
    sampling = Sampling(temperature=0.7, seed=3)
    changed = file.change(theme="dark", system_prompt="여러 줄\n\"quoted\" 'text'\\", sampling=sampling)
    assert changed == file.current == SettingsFile(path).current
    assert (changed.theme, changed.sampling) == ("dark", sampling)
    assert [other.name for other in path.parent.iterdir()] == ["settings.toml"]


def test_only_what_differs_from_the_defaults_is_written(path: Path) -> None:
    file = SettingsFile(path)
    file.change(theme="dark", text_size=100)
    assert tomllib.loads(path.read_text()) == {"theme": "dark"}
    file.change(theme="system")
    assert tomllib.loads(path.read_text()) == {}


UNKNOWN = """
theme = "light"
future = 2031-05-06
[window]
width = 900
[sampling]
temperature = 1
wobble = [1, 2]
"""


def test_unknown_keys_and_tables_are_kept(write: Callable[[str], Path]) -> None:
    path = write(UNKNOWN)
    before = tomllib.loads(UNKNOWN)
    file = SettingsFile(path)
    assert file.problems == ()
    assert file.current.sampling == Sampling(temperature=1.0)
    file.change(theme="dark", sampling=Sampling(top_k=5))
    before["theme"] = "dark"
    before["sampling"] = {"wobble": [1, 2], "top_k": 5}
    assert tomllib.loads(path.read_text()) == before


def test_a_wrong_value_falls_back_alone_and_is_told(write: Callable[[str], Path]) -> None:
    path = write(
        'theme = "pink"\ntext_size = 300\nlanguage = "ko"\nthreads = true\nmodel = 7\n'
        'reasoning = "sometimes"\nrecent_models = ["a", 2]\ncontext = -1\n'
        "[sampling]\ntop_p = 1.5\ntemperature = nan\nseed = 4\n"
    )
    file = SettingsFile(path)
    assert file.current == Settings(language="ko", sampling=Sampling(seed=4))
    assert file.problems == bad(
        "context",
        "model",
        "reasoning",
        "recent_models",
        "sampling.temperature",
        "sampling.top_p",
        "text_size",
        "theme",
        "threads",
    )
    assert "theme" in localized_error(file.problems[7]) and "theme" in localized_error(file.problems[7], "ko")


def test_a_wrong_value_stays_in_the_file_until_it_is_chosen_anew(write: Callable[[str], Path]) -> None:
    path = write('theme = "sepia"\n[sampling]\ntop_k = "many"\n')
    file = SettingsFile(path)
    file.change(text_size=120)
    assert tomllib.loads(path.read_text()) == {
        "theme": "sepia",
        "text_size": 120,
        "sampling": {"top_k": "many"},
    }
    file.change(theme="system")
    assert SettingsFile(path).problems == bad("sampling.top_k")


def test_sampling_that_is_no_table_is_told(write: Callable[[str], Path]) -> None:
    path = write("sampling = 3\n")
    file = SettingsFile(path)
    assert (file.current, file.problems) == (Settings(), bad("sampling"))
    assert file.change(sampling=Sampling(top_k=2)).sampling == SettingsFile(path).current.sampling


@pytest.mark.parametrize("broken", [b"theme = \n", b"\xff\xfe\x00", b"a = 1\na = 2\n", b"[" * 5000])
def test_a_broken_file_is_set_aside_whole(write: Callable[[bytes], Path], broken: bytes) -> None:
    path = write(broken)
    file = SettingsFile(path)
    kept = path.with_name("settings.toml.broken")
    assert file.current == Settings()
    assert file.problems == (ErrorInfo("settings.unreadable", {"path": str(path), "kept": str(kept)}),)
    assert str(kept) in localized_error(file.problems[0]) and str(kept) in localized_error(
        file.problems[0], "ko"
    )
    assert kept.read_bytes() == broken
    file.change(theme="dark")
    assert SettingsFile(path).problems == ()
    write(b"again = [")
    SettingsFile(path)
    assert kept.read_bytes() == broken
    assert path.with_name("settings.toml.broken-2").read_bytes() == b"again = ["


def test_a_file_broken_while_in_use_is_set_aside_and_written_anew(write: Callable[[str], Path]) -> None:
    path = write('theme = "dark"\n')
    file = SettingsFile(path)
    write("half a li")
    assert file.change(text_size=90) == Settings(theme="dark", text_size=90)
    assert path.with_name("settings.toml.broken").read_text() == "half a li"
    assert SettingsFile(path).current == file.current


def test_what_another_wrote_meanwhile_is_kept(path: Path) -> None:
    one, two = SettingsFile(path), SettingsFile(path)
    one.change(theme="dark")
    assert two.change(language="ko") == Settings(theme="dark", language="ko")
    assert SettingsFile(path).current == two.current


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "pink"),
        ("text_size", 79),
        ("text_size", 201),
        ("text_size", True),
        ("threads", -1),
        ("reasoning", "maybe"),
        ("reasoning", -5),
        ("model", None),
        ("system_prompt", "\ud800"),
        ("recent_models", ["a\udcff"]),
        ("sampling", Sampling(temperature=float("nan"))),
        ("sampling", Sampling(min_p=-0.1)),
        ("sampling", {"top_k": 3}),
    ],
)
def test_a_value_that_does_not_fit_is_refused(path: Path, field: str, value: Any) -> None:
    file = SettingsFile(path)
    with pytest.raises(UserError, match=r"settings\.bad_value"):
        file.change(theme="dark", **{field: value}) if field != "theme" else file.change(theme=value)
    assert file.current == Settings()
    assert not path.exists()


def test_an_unknown_field_is_a_mistake_of_the_caller(path: Path) -> None:
    with pytest.raises(TypeError):
        SettingsFile(path).change(colour="red")


def test_ten_recent_models_are_kept_each_once(path: Path) -> None:
    names = [f"{number}.gguf" for number in range(12)]
    changed = SettingsFile(path).change(recent_models=[names[0], *names])
    assert changed.recent_models == tuple(names[:10])


def test_subscribers_hear_each_change_in_order_until_they_leave(path: Path) -> None:
    file = SettingsFile(path)
    heard: list[int] = []
    leave = file.events.subscribe(SettingsChanged, lambda event: heard.append(event.settings.text_size))
    file.change(text_size=110)
    file.change(text_size=110)
    file.change(text_size=120)
    leave()
    leave()
    file.change(text_size=130)
    assert heard == [110, 120]


def test_changes_from_many_threads_are_all_kept(path: Path) -> None:
    file = SettingsFile(path)
    heard: list[Settings] = []
    file.events.subscribe(SettingsChanged, lambda event: heard.append(event.settings))
    changes: list[dict[str, Any]] = [
        {"theme": "dark"},
        {"language": "ko"},
        {"text_size": 150},
        {"threads": 3},
        {"context": 4096},
    ]
    threads = [threading.Thread(target=lambda change=change: file.change(**change)) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = Settings(theme="dark", language="ko", text_size=150, threads=3, context=4096)
    assert SettingsFile(path).current == file.current == heard[-1] == wanted
    assert len(heard) == 5


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_a_change_that_cannot_be_saved_is_told_and_not_made() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.toml").write_text('theme = "light"\n')
        folder.chmod(0o555)
        file = SettingsFile(folder / "settings.toml")
        with bound_by_permissions(), pytest.raises(UserError) as caught:
            file.change(theme="dark")
        assert caught.value.code == "settings.not_saved"
        assert str(folder) in localized_error(caught.value) and str(folder) in localized_error(
            caught.value, "ko"
        )
        assert file.current.theme == "light"
        assert [(f.name, f.read_text()) for f in folder.iterdir()] == [("settings.toml", 'theme = "light"\n')]
        folder.chmod(0o755)
        assert file.change(theme="dark").theme == "dark"


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_a_linked_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "dotfiles.toml")
    SettingsFile(path).change(theme="dark")
    assert path.is_symlink()
    assert (tmp_path / "dotfiles.toml").read_text() == 'theme = "dark"\n'


@pytest.mark.parametrize(
    ("chosen", "environ", "spoken"),
    [
        ("system", {}, "en"),
        ("system", {"LANG": "ko_KR.UTF-8"}, "ko"),
        ("system", {"LANG": "ko"}, "ko"),
        ("system", {"LANG": "kok_IN"}, "en"),
        ("system", {"LANG": "de_DE.UTF-8"}, "en"),
        ("system", {"LC_ALL": "", "LC_MESSAGES": "ko_KR", "LANG": "en_US"}, "ko"),
        ("system", {"LC_ALL": "C", "LC_MESSAGES": "ko_KR", "LANG": "ko_KR"}, "en"),
        ("en", {"LANG": "ko_KR.UTF-8"}, "en"),
        ("ko", {}, "ko"),
    ],
)
def test_the_language_is_chosen_or_the_systems(chosen: Any, environ: dict[str, str], spoken: str) -> None:
    assert language(Settings(language=chosen), environ) == spoken


def _sampling() -> st.SearchStrategy[Sampling]:
    def number(name: str) -> st.SearchStrategy[Any]:
        low, high = SAMPLING_BOUNDS[name]
        if isinstance(low, int):
            return st.none() | st.integers(low, int(high))
        return st.none() | st.floats(low, high)

    return st.builds(Sampling, **{name: number(name) for name in SAMPLING_BOUNDS})


_text = st.text()
_count = st.integers(0, 2**31 - 1)
_settings = st.builds(
    Settings,
    theme=st.sampled_from(["system", "light", "dark"]),
    contrast=st.sampled_from(["system", "standard", "high"]),
    language=st.sampled_from(["system", "en", "ko"]),
    text_size=st.integers(80, 200),
    system_prompt=_text,
    reasoning=st.sampled_from(["auto", "off", "on", "low", "medium", "high"]) | _count,
    max_tokens=_count,
    context=_count,
    threads=_count,
    model=_text,
    recent_models=st.lists(_text, max_size=10, unique=True).map(tuple),
    sampling=_sampling(),
)


@pytest.fixture(scope="module")
def round_trip_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(first=_settings, second=_settings)
@settings(deadline=None)
def test_all_settings_survive_the_round_trip(
    round_trip_folder: Path, first: Settings, second: Settings
) -> None:
    path = round_trip_folder / "settings.toml"
    path.write_text("[other]\nkept = true\n")
    for wanted in (first, second):
        SettingsFile(path).change(**{name: getattr(wanted, name) for name in msgspec.structs.asdict(wanted)})
        read = SettingsFile(path)
        assert (read.current, read.problems) == (wanted, ())
        assert tomllib.loads(path.read_text(encoding="utf-8"))["other"] == {"kept": True}
