"""What `coterie doctor` says of the expert cache, with a device that would use it and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.language import Language
from app.messages import localized_error
from app.services.diagnostics.cache import cache_report
from app.services.diagnostics.hub import Finding
from engine.errors import ErrorInfo
from engine.expert_cache.library import PluginState, plugin_state
from engine.local.survey import expert_cache_problem
from engine.placement.plan import Device
from tests.support.library.left_by_setup import left_by_setup

RAM = Device("RAM", "cpu", "", 8 * 10**9, 16 * 10**9)
CARD = Device("CUDA0", "gpu", "", 8 * 10**9, 8 * 10**9)
THERE = PluginState("/venv/lib/coterie/plugin.so", "0.3.36-1")
NO_COMPILER = ErrorInfo("cache.no_compiler")


def told(
    *devices: Device,
    workers: tuple[str, ...] = (),
    language: Language = "en",
    problem: ErrorInfo | None = None,
) -> Finding:
    state = PluginState(problem=problem) if problem else THERE
    report, finding = cache_report(devices, workers, language, state=lambda: state, problem=lambda: problem)
    assert report.problem == (problem.code if problem else "")
    assert (report.path, report.build) == (state.path, state.build)
    return finding


def test_a_plugin_that_works_is_told_with_the_devices_that_it_keeps_experts_on() -> None:
    found = told(RAM, CARD, workers=("10.0.0.2:50052",))
    assert found == Finding(True, "ready to keep the experts in use on CUDA0, 10.0.0.2:50052")
    assert "CUDA0" in told(CARD, language="ko").message


def test_without_a_device_for_it_a_plugin_is_ready_and_idle() -> None:
    found = told(RAM)
    assert found.ok and "no GPU or other PC" in found.message


@pytest.mark.parametrize("language", ["en", "ko"])
def test_where_a_device_would_use_it_its_lack_is_bad_and_told_with_what_to_do(language: Language) -> None:
    for found in (
        told(CARD, language=language, problem=NO_COMPILER),
        told(RAM, workers=("10.0.0.2:50052",), language=language, problem=NO_COMPILER),
    ):
        assert found == Finding(False, localized_error(NO_COMPILER, language))
        assert "make setup" in found.message


@pytest.mark.parametrize("language", ["en", "ko"])
def test_where_no_device_would_use_it_its_lack_is_told_calmly(language: Language) -> None:
    found = told(RAM, language=language, problem=NO_COMPILER)
    assert found.ok
    assert found.message.endswith(localized_error(NO_COMPILER, language))
    assert found.message != localized_error(NO_COMPILER, language)


def test_a_plugin_that_is_not_there_is_not_loaded(tmp_path: Path) -> None:
    assert expert_cache_problem(tmp_path) == ErrorInfo("cache.not_built")


@pytest.mark.process
def test_a_plugin_that_does_not_load_is_told_as_such(tmp_path: Path) -> None:
    problem = expert_cache_problem(left_by_setup(tmp_path / "coterie"))
    assert problem is not None and problem.code == "cache.not_loaded"


@pytest.mark.process
def test_set_up_built_a_plugin_that_loads_wherever_it_has_what_that_takes() -> None:
    """The tests of the cache itself are skipped without a plugin, so that there is none must fail somewhere."""
    found = plugin_state().problem
    if found is not None and found.code == "cache.no_compiler":
        pytest.skip("no compiler that works here, or no sources to be had")
    assert found is None, "run `make setup`"
    assert expert_cache_problem() is None
