"""What the diagnosis says of weights that are laid out anew for the processor."""

from pathlib import Path

import pytest

from app.language import Language
from app.services.diagnostics.layouts import LayoutsReport, layouts_report
from engine.local.repack import speeds
from engine.local.repack.failures import note_failure
from engine.local.repack.speeds import LayoutSpeed, LayoutSpeeds, measure_speeds
from engine.local.survey import Survey
from engine.placement.plan import Machine
from tests.support.placement.machines import GB, ram

MACHINE = Machine(ram(8 * GB), repacks=("Q2_K", "Q4_K"))
FEATURES = ("AVX2", "AMX_INT8")
BUILD = ("1.0", "a digest", *FEATURES)
FOUND = Survey("0", "1.0", FEATURES, MACHINE, ("AMX", "CPU_REPACK"), build_key=BUILD)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_used_what_loses_and_what_failed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    model = tmp_path / "broken.gguf"
    model.write_bytes(b"weights")
    note_failure(str(tmp_path), model, BUILD)
    found = (
        LayoutSpeed("Q2_K", False, "CPU_REPACK", 1.0, 2.0, 1.0, 2.0),
        LayoutSpeed("Q4_K", True, "CPU_REPACK", 1.0, 0.5, 1.0, 0.5),
    )
    monkeypatch.setattr(speeds, "ask", lambda *_, **__: LayoutSpeeds(speeds=found))
    measure_speeds(MACHINE, BUILD, tmp_path, busy=lambda: 0.0)
    report, finding = layouts_report(FOUND, tmp_path, language)
    assert report.gains == {"Q2_K": 0.5, "Q4_K experts": 2.0} and report.failed == (str(model),)
    assert finding.ok and all(word in finding.message for word in ("AMX", "Q2_K", "broken.gguf"))
    assert "{" not in finding.message


def test_without_such_layouts_or_an_engine_there_is_little_to_say(tmp_path: Path) -> None:
    for found in (None, Survey("0", "1.0", (), Machine(ram(GB)))):
        report, finding = layouts_report(found, tmp_path, "en")
        assert report == LayoutsReport() and finding.ok


def test_matrix_units_that_the_system_keeps_from_programs_are_told(tmp_path: Path) -> None:
    found = Survey("0", "1.0", FEATURES, MACHINE, ("CPU_REPACK",))
    told = layouts_report(found, tmp_path, "en")[1].message
    assert "AMX" in told and "hasn’t been measured" in told


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("layouts", [(), ("CPU_REPACK",)])
def test_whose_products_read_prompts_is_told(
    tmp_path: Path, language: Language, layouts: tuple[str, ...]
) -> None:
    told = set()
    for products in ("", "used", "not_built", "not_here"):
        found = Survey("0", "1.0", FEATURES, MACHINE, layouts, products=products)
        report, finding = layouts_report(found, tmp_path, language)
        assert report.products == products and finding.ok
        told.add(finding.message)
    assert len(told) == 4


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("layouts", [(), ("CPU_REPACK",)])
def test_whether_weights_move_into_huge_pages_is_told(
    tmp_path: Path, language: Language, layouts: tuple[str, ...]
) -> None:
    told = set()
    for pages in ("", "used", "off"):
        found = Survey("0", "1.0", FEATURES, MACHINE, layouts, huge_pages=pages)
        report, finding = layouts_report(found, tmp_path, language)
        assert report.huge_pages == pages and finding.ok
        told.add(finding.message)
    assert len(told) == 3
