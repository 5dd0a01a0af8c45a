"""What is written for the three systems, and the lists of default applications."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.installation.facts import Installation
from app.integration.bundle_entries import info_plist_part
from app.integration.launch import Launch, this_one
from app.integration.linux_entries import (
    ENTRY,
    MODEL_FILE,
    TYPES,
    application_entry,
    default_of,
    is_own,
    mime_package,
    starts,
    with_default,
    without_default,
)
from app.integration.windows_entries import keys_made, open_command, values

PACKAGED = Launch(("coterie",), "", {})
ODD = Launch(
    ('/home/김 하나/50% "new"/$x`y\\z/python', "-m", "app"),
    "/home/김 하나/50%",
    {"COTERIE_HOME": "/data of\nmine"},
)


def test_the_entry_of_a_package() -> None:
    entry = application_entry(PACKAGED)
    lines = entry.decode().splitlines()
    assert "Exec=coterie %u" in lines and "MimeType=x-scheme-handler/coterie;application/x-gguf;" in lines
    assert not any(line.startswith("Path=") for line in lines)
    assert not is_own(entry) and is_own(application_entry(PACKAGED, own=True))
    assert starts(entry, PACKAGED) and not starts(entry, ODD) and not starts(b"", PACKAGED)


@pytest.mark.process
@pytest.mark.parametrize("launch", [PACKAGED, ODD])
def test_the_entry_is_valid(launch: Launch, tmp_path: Path) -> None:
    judge = shutil.which("desktop-file-validate")
    if judge is None:
        pytest.skip("needs desktop-file-validate")
    file = tmp_path / ENTRY
    file.write_bytes(application_entry(launch, own=True))
    done = subprocess.run([judge, file], check=True, capture_output=True, text=True)
    assert done.stdout == ""


def test_the_description_of_the_type() -> None:
    root = ElementTree.fromstring(mime_package())
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    (kind,) = root
    assert kind.get("type") == MODEL_FILE
    assert [glob.get("pattern") for glob in kind.findall(f"{space}glob")] == ["*.gguf"]
    assert [match.get("value") for match in kind.iter(f"{space}match")] == ["GGUF"]


def test_ours_comes_before_what_was_the_default_and_leaves_it_behind() -> None:
    before = (
        "# mine\n[Added Associations]\napplication/x-gguf=coterie.desktop;lm.desktop;\n\n"
        "[Default Applications]\ntext/html=firefox.desktop\napplication/x-gguf=lm.desktop\n\n[Other]\na=b\n"
    )
    after = with_default(before)
    assert all(default_of([after], type) == ENTRY for type in TYPES)
    assert "application/x-gguf=coterie.desktop;lm.desktop;\n" in after.partition("[Default")[2]
    assert (
        "text/html=firefox.desktop\n" in after
        and after.startswith("# mine\n")
        and after.endswith("[Other]\na=b\n")
    )
    assert with_default(after) == after
    restored = without_default(after)
    assert default_of([restored], MODEL_FILE) == "lm.desktop" and default_of([restored], TYPES[0]) == ""
    assert sorted(restored.split("\n")) == sorted(
        before.replace("=lm.desktop\n", "=lm.desktop;\n").split("\n")
    )


def test_a_list_that_is_not_there_yet_is_begun() -> None:
    assert with_default("") == (
        "[Default Applications]\nx-scheme-handler/coterie=coterie.desktop;\napplication/x-gguf=coterie.desktop;\n"
    )


def test_the_list_of_the_desktop_counts_before_the_common_one() -> None:
    own, common = "[Default Applications]\napplication/x-gguf=lm.desktop;\n", with_default("")
    assert default_of([own, common], MODEL_FILE) == "lm.desktop"
    assert default_of(["", common], MODEL_FILE) == ENTRY


LINE = st.one_of(
    st.sampled_from(
        ["[Default Applications]", "[Added Associations]", "", "# c", "x", "text/html=a.desktop"]
    ),
    st.builds(
        "{}={}".format,
        st.sampled_from(TYPES),
        st.sampled_from(["", "a.desktop", "a.desktop;coterie.desktop;"]),
    ),
)


@given(st.lists(LINE, max_size=8).map("\n".join))
def test_in_any_list_ours_comes_first_and_goes_again(text: str) -> None:
    after = with_default(text)
    assert all(default_of([after], type) == ENTRY for type in TYPES)
    assert with_default(after) == after
    restored = without_default(after)
    for type in TYPES:
        was = default_of([without_default(text)], type)
        assert default_of([restored], type) == was != ENTRY
    assert default_of([restored], "text/html") == default_of([text], "text/html")


def test_the_registry_of_windows() -> None:
    launch = Launch((r"C:\Program Files\Coterie\pythonw.exe", "-m", "app"), "", {})
    assert open_command(launch) == r'"C:\Program Files\Coterie\pythonw.exe" -m app "%1"'
    entered = {(key, name): text for key, name, text in values(launch)}
    assert entered[r"Software\Classes\coterie", "URL Protocol"] == ""
    assert entered[r"Software\Classes\coterie\shell\open\command", ""] == open_command(launch)
    assert not any(".gguf" in key and "Coterie.gguf" not in key for key in keys_made())


def test_the_part_of_a_bundle_is_a_property_list() -> None:
    part = plistlib.loads(plistlib.dumps(info_plist_part()))
    assert part["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == ["coterie"]
    assert part["CFBundleDocumentTypes"][0]["LSHandlerRank"] == "Alternate"


def test_a_package_is_started_by_its_program_in_the_persons_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("app.integration.launch", "app.installation.facts"):
        monkeypatch.setattr(f"{place}.installation", lambda: Installation("appimage"))
    monkeypatch.setenv("APPIMAGE", "/home/p/Coterie.AppImage")
    launch = this_one("--background")
    assert launch.command == ("/home/p/Coterie.AppImage", "--background")
    assert launch.folder == str(Path.home())
