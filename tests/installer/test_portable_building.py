"""The sources that the engine for many computers is compiled of, where it is compiled."""

from __future__ import annotations

import re
from pathlib import Path

from installer.packages.places import ROOT
from installer.plugin import compiled, plugin_of
from installer.portable.building import copy_plugin

# What names a folder is ours; ggml's headers are found by their names alone.
INCLUDED = re.compile(r'^#include "(.*/.*)"$', re.MULTILINE)


def test_the_plugins_sources_find_each_others_headers_where_they_are_copied_to(tmp_path: Path) -> None:
    copied = copy_plugin(plugin_of(ROOT, "0.0", "portable"), ROOT, tmp_path / "plugin")
    files = [file for folder in copied.sources for file in folder.rglob("*.*")]
    named = [file.parent / name for file in files for name in INCLUDED.findall(file.read_text("utf-8"))]
    assert named
    assert all(path.is_file() and path.resolve().is_relative_to(tmp_path) for path in named)


def test_a_copy_has_no_file_of_an_earlier_one(tmp_path: Path) -> None:
    wanted = plugin_of(ROOT, "0.0", "portable")
    place = tmp_path / "plugin"
    left = copy_plugin(wanted, ROOT, place).sources[0] / "left.cpp"
    left.touch()
    assert left not in compiled(copy_plugin(wanted, ROOT, place))
