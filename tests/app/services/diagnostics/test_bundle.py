"""What a bug report carries, and that it holds nothing of the user."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from app.log import COMMANDS, FAULTS, WINDOW
from app.services.diagnostics.bundle import diagnostics
from app.services.diagnostics.doctor import diagnose
from app.services.settings.settings import SettingsFile
from tests.support.command import here

PROMPT = "always mention my grandmother"


@pytest.fixture
def home(coterie_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder inside a home folder, with private settings, logs of now and of an earlier version."""
    monkeypatch.setattr(Path, "home", lambda: coterie_home.parent)
    monkeypatch.setenv("HF_TOKEN", "hf_secretsecret")
    SettingsFile(coterie_home / "settings.toml").change(
        system_prompt=PROMPT,
        context=4096,
        hub_endpoint="https://someone:pa55word@mirror.example",
        workers=("10.1.2.3:50052",),
    )
    logs = coterie_home / "logs"
    logs.mkdir()
    (logs / WINDOW).write_text(f"line of now in {coterie_home}\n")
    (logs / f"{WINDOW}.1").write_text("line of before\n")
    (logs / COMMANDS).write_text("".join(f"line {number}\n" for number in range(500)))
    (logs / FAULTS).write_text("Fatal Python error\n")
    (logs / "desktop.log").write_text(f"ValueError: {PROMPT}\n")
    return coterie_home


def assert_private(text: str, home: Path) -> None:
    for word in (PROMPT, "pa55word", "hf_secret", str(home.parent)):
        assert word not in text


def test_the_text_has_versions_devices_settings_and_the_end_of_each_log(home: Path) -> None:
    text = diagnostics(diagnose("en"))
    for wanted in (
        "Coterie",
        "llama.cpp",
        "PySide6-Essentials",
        "context=4096",
        "system_prompt set",
        "1 workers",
    ):
        assert wanted in text
    assert "line of now in ~/home" in text and "Fatal Python error" in text
    assert "line 499" in text and "line 419\n" not in text
    assert_private(text, home)


def test_a_bundle_has_the_log_files_of_this_version_alone(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.zip"
    here("doctor", "--bundle", str(file), "--json")
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == [
            "diagnostics.txt",
            *(f"logs/{name}" for name in (WINDOW, f"{WINDOW}.1", COMMANDS, FAULTS)),
        ]
        for name in archive.namelist():
            assert_private(archive.read(name).decode(), home)


def test_a_bundle_that_cannot_be_written_is_told(home: Path, tmp_path: Path) -> None:
    failed = here("doctor", "--bundle", str(tmp_path / "no" / "such" / "folder.zip"), "--json")
    assert failed.code == 1 and failed.last["error"]["code"] == "cli.not_written"
    assert not (tmp_path / "no").exists()


def test_a_damaged_database_does_not_keep_the_diagnostics_from_being_collected(home: Path) -> None:
    (home / "coterie.db").write_bytes(b"nothing of the kind" * 400)
    assert "NOT OK library" in diagnostics()


def test_a_diagnosis_that_fails_leaves_the_logs_and_its_own_reason(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(PROMPT)

    monkeypatch.setattr("app.services.diagnostics.bundle.diagnose", fail)
    text = diagnostics()
    assert "The diagnosis failed." in text and "ValueError: (message left out)" in text
    assert "line of now" in text
    assert_private(text, home)
