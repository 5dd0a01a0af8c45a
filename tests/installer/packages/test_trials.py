"""What the trials of packages accept, and how the systems that they are tried in go."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.packages import trials
from installer.packages.inside import Inside, mounted_below, take_away
from installer.packages.places import Release

RELEASE = Release("1.2.3", "0" * 40, 1_700_000_000, "beta")


def report(**changes: object) -> dict[str, object]:
    facts = {"kind": "deb", "version": "1.2.3", "channel": "beta"}
    checks = [{"name": "engine", "ok": True}, {"name": "emoji", "ok": False}]
    engine = {"build": "portable", "variant": "zen4", "backends": ["RPC", "CPU"]}
    plugin = {"build": "0.3.36-1", "problem": ""}
    said = {"installation": facts, "checks": checks, "engine": engine, "expert_cache": plugin}
    return {**said, "layouts": {"products": "used"}, **changes}


def test_a_diagnosis_must_be_of_the_installed_package_and_good() -> None:
    trials.doctor(report(), RELEASE, "deb")
    with pytest.raises(SetupError, match="of the installation"):
        trials.doctor(report(), RELEASE, "appimage")
    with pytest.raises(SetupError, match="no model"):
        trials.doctor(
            report(checks=[{"name": "starter model", "ok": False, "message": "no model"}]), RELEASE, "deb"
        )


def test_the_plugin_must_be_one_that_is_used() -> None:
    with pytest.raises(SetupError, match="other_build"):
        trials.doctor(report(expert_cache={"build": "", "problem": "cache.other_build"}), RELEASE, "deb")


def test_our_own_products_must_be_used() -> None:
    with pytest.raises(SetupError, match="not_here"):
        trials.doctor(report(layouts={"products": "not_here"}), RELEASE, "deb")


@pytest.mark.parametrize(
    "engine",
    [
        {"build": "native", "variant": "", "backends": ["CPU"]},
        {"build": "portable", "variant": "", "backends": ["CPU"]},
        {"build": "portable", "variant": "zen4", "backends": ["RPC"]},
    ],
)
def test_the_engine_must_be_the_one_for_many_computers_with_a_variant(engine: dict[str, object]) -> None:
    with pytest.raises(SetupError, match="of the engine"):
        trials.doctor(report(engine=engine), RELEASE, "deb")


def test_vulkan_must_be_missing_to_be_done_without(tmp_path: Path) -> None:
    trials.without_vulkan(Inside(tmp_path), report())
    engine = {"build": "portable", "variant": "zen4", "backends": ["CPU", "Vulkan"]}
    with pytest.raises(SetupError, match="should not be"):
        trials.without_vulkan(Inside(tmp_path), report(engine=engine))
    (tmp_path / "usr" / "lib").mkdir(parents=True)
    (tmp_path / "usr" / "lib" / "libvulkan.so.1").touch()
    with pytest.raises(SetupError, match="should not be"):
        trials.without_vulkan(Inside(tmp_path), report())


@pytest.mark.parametrize(
    ("printed", "said", "is_one"),
    [
        ("", "Coterie can\u2019t write there.\n", True),
        ("", "one\ntwo\n", False),
        ("{}", "one\n", False),
        ("", "", False),
    ],
)
def test_a_refusal_is_one_sentence_and_no_more(printed: str, said: str, is_one: bool) -> None:
    done = subprocess.CompletedProcess(["coterie"], 1, printed, said)
    assert trials.one_sentence(done) is is_one


def test_what_is_mounted_in_a_system_is_found_by_the_kernels_list() -> None:
    told = "".join(
        f"{number} 1 0:5 / {place} rw shared:2 - devtmpfs dev rw\n"
        for number, place in enumerate(
            ("/", "/b/root", "/b/root/dev", "/b/root/dev/a\\040b", "/b/rooted/dev")
        )
    )
    assert mounted_below(Path("/b/root"), told) == [Path("/b/root/dev"), Path("/b/root/dev/a b")]


def test_a_system_without_mounts_is_removed_and_none_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "root" / "etc").mkdir(parents=True)
    take_away(tmp_path / "root")
    take_away(tmp_path / "root")
    assert not list(tmp_path.iterdir())


class Here(Inside):
    """A folder in the place of a system."""

    def run(self, *command: str, person: bool = True, online: bool = False, **variables: str) -> str:
        words = [word if not word.startswith("/") else str(self.at(word)) for word in command]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(("removed", "good"), [(["left"], True), ([], False), (["left", "runs"], False)])
def test_of_other_versions_the_one_that_runs_alone_must_stay(
    tmp_path: Path, removed: list[str], good: bool
) -> None:
    trial = trials.others(Here(tmp_path))
    trial.__enter__()
    (cache,) = tmp_path.rglob(".cache")
    for name in removed:
        shutil.rmtree(cache / f"coterie-appimage-{name}")
    with nullcontext() if good else pytest.raises(SetupError, match="alone is left"):
        trial.__exit__(None, None, None)
