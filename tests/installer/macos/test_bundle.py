"""Coterie.app without a Mac: what macOS reads of it, in which order it is signed, and how it starts Python."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from installer import system
from installer.macos import bundle, signing
from installer.macos.__main__ import main
from installer.macos.flags import ENGINE_FLAGS, OLDEST
from installer.macos.plists import ENTITLEMENTS, ICON, PROGRAM, info
from installer.packages.places import ROOT, Release
from tests.installer.machines import script

RELEASE = Release("1.2.3", "0" * 40, 1_700_000_000)
MACH_O = b"\xcf\xfa\xed\xfe"
# In the place of Apple's header: the same question, as Linux answers it.
HEADER = """
#include <stdint.h>
#include <unistd.h>
static inline int _NSGetExecutablePath(char *path, uint32_t *size) {
    ssize_t length = readlink("/proc/self/exe", path, *size - 1);
    if (length < 0) return -1;
    path[length] = 0;
    return 0;
}
"""


def test_the_property_list_is_whole_and_the_same_each_time() -> None:
    told = plistlib.loads(plistlib.dumps(info(RELEASE)))
    assert told == info(RELEASE)
    assert told["CFBundleExecutable"] == PROGRAM and told["CFBundleIconFile"] == ICON
    assert told["CFBundleShortVersionString"] == "1.2.3" and told["CFBundleVersion"] == "20231114.2213"
    assert told["CFBundleLocalizations"] == ["en", "ko"]
    assert told["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == ["coterie"]
    (kind,) = told["CFBundleDocumentTypes"]
    (declared,) = told["UTImportedTypeDeclarations"]
    assert kind["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]


def test_the_oldest_system_is_that_of_the_engine_and_of_the_launcher() -> None:
    assert f"CMAKE_OSX_DEPLOYMENT_TARGET={OLDEST}" in ENGINE_FLAGS
    assert info(RELEASE)["LSMinimumSystemVersion"] == OLDEST


def test_python_may_do_what_it_needs_and_load_nobody_elses_library() -> None:
    assert plistlib.loads(plistlib.dumps(ENTITLEMENTS)) == ENTITLEMENTS
    assert not any("library-validation" in name or "dyld" in name for name in ENTITLEMENTS)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    contents = tmp_path / "Coterie.app" / "Contents"
    files = {
        "MacOS/Coterie": MACH_O,
        "Resources/python/bin/python3.13": MACH_O,
        "Resources/python/lib/libpython3.13.dylib": MACH_O,
        "Resources/python/lib/site/PySide6/QtCore.abi3.so": MACH_O,
        "Resources/python/lib/site/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore": MACH_O,
        "Resources/python/lib/site/PySide6/Qt/lib/QtCore.framework/Versions/A/Helpers/tool": MACH_O,
        "Resources/python/lib/site/app/__main__.py": b"print",
    }
    for name, data in files.items():
        path = contents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return contents.parent


def test_what_lies_inside_is_signed_before_what_holds_it(app: Path) -> None:
    code = signing.code_in(app)
    names = [path.name for path in code]
    assert set(names) == {"python3.13", "libpython3.13.dylib", "QtCore.abi3.so", "QtCore.framework", "tool"}
    assert names.index("tool") < names.index("QtCore.framework")
    done = list(signing.commands(app, code, signing.Signer("Developer ID"), Path("rights.plist")))
    assert [command[-1] for command in done] == [*map(str, code), str(app), str(app)]
    assert not any("--deep" in command for command in done if "--sign" in command)
    assert all("runtime" in command and "--timestamp" in command for command in done[:-1])
    entitled = [Path(command[-1]).name for command in done if "--entitlements" in command]
    assert entitled == ["python3.13", "Coterie.app"]


def test_nobodys_signature_asks_for_no_hardened_runtime(app: Path) -> None:
    done = list(signing.commands(app, signing.code_in(app), signing.Signer(), Path("rights.plist")))
    assert not any("runtime" in command or "--timestamp" in command for command in done)


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="the header stands in for Apple's")
def test_the_launcher_starts_the_python_of_the_bundle_and_hands_on_what_was_asked(tmp_path: Path) -> None:
    compiler, _ = system.compilers(os.environ)
    if compiler is None:
        pytest.skip("no C compiler")
    header = tmp_path / "include" / "mach-o" / "dyld.h"
    header.parent.mkdir(parents=True)
    header.write_text(HEADER)
    contents = tmp_path / "Coterie 코테리.app" / "Contents"
    (contents / "MacOS").mkdir(parents=True)
    script(
        contents / "Resources" / "python" / "bin" / "python3.13",
        'echo "$@ $DYLD_LIBRARY_PATH$QT_PLUGIN_PATH"',
    )
    program = contents / "MacOS" / PROGRAM
    subprocess.run(
        [*compiler.split(), "-D_GNU_SOURCE", "-Wall", "-Werror", f"-I{header.parents[1]}",
         str(bundle.HERE / "launcher.c"), "-o", str(program)],
        check=True,
    )  # fmt: skip
    foreign = {**os.environ, "DYLD_LIBRARY_PATH": "/foreign", "QT_PLUGIN_PATH": "/foreign"}
    link = tmp_path / "coterie"
    link.symlink_to(program)
    for start in (program, link):
        said = subprocess.run(
            [str(start), "a b", "c"], env=foreign, capture_output=True, text=True, check=True
        )
        assert said.stdout.strip() == "-I -B -m app a b c"
    (contents / "Resources" / "python" / "bin" / "python3.13").unlink()
    broken = subprocess.run([str(program)], capture_output=True, text=True, check=False)
    assert broken.returncode == 127 and "python3.13" in broken.stderr


def test_the_icon_has_all_sizes(tmp_path: Path) -> None:
    bundle.write_icon(ROOT / "resources" / "icons" / "coterie.svg", tmp_path / ICON)
    with Image.open(tmp_path / ICON) as picture:
        assert {width * scale for width, _, scale in picture.info["sizes"]} >= {32, 128, 256, 512, 1024}


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac makes it")
def test_elsewhere_than_on_a_mac_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    from installer.console import Console

    assert main(["--python", "/nowhere"], Console()) == 1
    assert "made on a Mac" in capsys.readouterr().out


def test_no_file_names_a_registry() -> None:
    texts = [path.read_text(encoding="utf-8") for path in bundle.HERE.iterdir() if path.is_file()]
    assert not [text for text in texts if re.search(r"https?://(?!developer\.apple\.com)", text)]
