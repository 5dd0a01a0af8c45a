"""`coterie doctor` on this machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.format import format_size
from app.services.diagnostics import report
from app.services.diagnostics.doctor import diagnose
from app.services.diagnostics.memory import finding_of
from app.services.memory_pressure import MemoryReading, spare
from app.services.settings.settings import Settings
from engine.placement.plan import Device
from engine.placement.processor import features_present, processor_name, unused_features


def test_the_report_names_the_engine_the_devices_and_the_data_folder(coterie_home: Path) -> None:
    command = [sys.executable, "-m", "app", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    report = json.loads(done.stdout)
    assert report["llama_cpp"].startswith("0.3.36")
    assert report["installation"] == {"kind": "source", "version": report["version"], "channel": "stable"}
    assert report["expert_cache"].keys() == {"path", "build", "problem", "devices"}
    assert any(device["kind"] == "cpu" and device["total"] > 0 for device in report["devices"])
    assert report["home"] == str(coterie_home)
    assert not coterie_home.exists()
    assert {check["name"] for check in report["checks"]} >= {
        "engine",
        "cpu features",
        "expert cache",
        "starter model",
        "memory",
        "sandbox",
    }
    assert done.returncode == (0 if all(check["ok"] for check in report["checks"]) else 1)


def test_features_of_the_cpu_are_read_by_llama_cpps_names() -> None:
    text = "model name\t: Some CPU 9\nflags\t\t: fpu pni avx avx2 fma f16c\n"
    assert features_present(text) == ("SSE3", "AVX", "AVX2", "FMA", "F16C")
    assert processor_name(text) == "Some CPU 9"


def test_what_a_build_leaves_idle_is_named() -> None:
    assert unused_features(("AVX", "AVX2"), ("AVX",)) == ("AVX2",)


def test_the_checks_speak_korean() -> None:
    messages = {check.name: check.message for check in diagnose("ko").checks}
    assert any("가" <= character <= "힣" for character in messages["cpu features"])
    assert "남음" in messages["data folder"]


def test_short_memory_is_named_and_else_when_a_model_gives_its_back() -> None:
    plenty, short = MemoryReading(8 * 10**9, 16 * 10**9), MemoryReading(5 * 10**8, 16 * 10**9)
    told = finding_of(plenty, Settings(), "en")
    assert told.ok and told.message == (
        "8 GB available; the window unloads its model after 30 minutes without use, and an unused one when less than "
        f"{format_size(spare(16 * 10**9))} is available"
    )
    kept = finding_of(plenty, Settings(unload_after=0, unload_for_memory=False), "en")
    assert kept.message == "8 GB available; the window keeps its model loaded"
    assert not finding_of(short, Settings(), "ko").ok


def test_measured_bandwidths_are_told_with_the_devices(measured: None) -> None:
    assert diagnose("en").devices[0].bandwidth > 0


def test_a_device_is_told_with_its_kind_and_what_was_measured_of_it() -> None:
    integrated = Device("Vulkan0", "integrated_gpu", "Some GPU", 12 * 10**9, 16 * 10**9, 71e9)
    assert report._device(integrated, "en") == ("Some GPU, integrated, shares RAM, 12 GB free, reads 71 GB/s")
    card = Device("CUDA0", "gpu", "", 8 * 10**9, 8 * 10**9, 0.0, 12e9)
    assert report._device(card, "en") == "discrete, 8 GB free, link 12 GB/s"


def test_the_hub_and_the_library_are_told_without_asking_anybody(
    coterie_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    found = diagnose("en")
    assert (found.hub.endpoint, found.hub.offline, found.hub.token) == (
        "http://127.0.0.1:1",
        False,
        "environment",
    )
    assert found.library.folder == str(coterie_home / "models") and found.library.free > 0
    messages = {check.name: check.message for check in found.checks}
    assert "hf_mine" not in str(found) and "HF_TOKEN" in messages["token"]
    assert not coterie_home.exists()


@pytest.mark.parametrize(
    ("settings", "name", "words"),
    [
        ("offline = true", "hub", "offline"),
        ('hub_endpoint = "nonsense"', "hub", "https://"),
        ('library_folder = "/nothing/at/all"', "library", "isn’t there"),
        ('hub_proxy = "http://127.0.0.1:1"', "hub", "proxy"),
    ],
)
def test_what_the_settings_say_of_hub_and_library_is_told(
    coterie_home: Path, monkeypatch: pytest.MonkeyPatch, settings: str, name: str, words: str
) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    coterie_home.mkdir()
    (coterie_home / "settings.toml").write_text(f"{settings}\n")
    checks = {check.name: check for check in diagnose("en").checks}
    assert words in checks[name].message
    assert checks[name].ok == (words in ("offline", "proxy"))
