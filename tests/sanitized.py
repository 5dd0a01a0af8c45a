"""Runs tests over the plugin (expert cache, products, attention) compiled with sanitizers, and tells what they found.

Usage: python -m tests.sanitized address|thread [PYTEST ARGUMENT ...]
"address" looks for undefined behavior and for memory that is lost too. The environment, in build/sanitized, is the
installed one but for the plugin. Of memory that is lost, what others took is not ours to mend; all else counts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

from engine.expert_cache.library import plugin_folder, plugin_name
from installer import plugin, system
from installer.sources import engine_version
from tests.support.computing import products

ROOT = Path(__file__).resolve().parents[1]
TESTS = [str(ROOT / "tests" / "engine" / name) for name in ("expert_cache", "products", "attention")]


class Kind(NamedTuple):
    """`libraries` come before all others of a process. `options` are environment variables; those of sanitizers are
    told where to write. Whatever runs is started by `command`."""

    flags: str
    libraries: tuple[str, ...]
    options: dict[str, str]
    command: tuple[str, ...] = ()


KINDS = {
    "address": Kind(
        "-fsanitize=address,undefined -fno-sanitize=vptr",
        ("libasan.so", "libubsan.so", "libstdc++.so.6"),
        {
            "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
            "LSAN_OPTIONS": "exitcode=0",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "PYTHONMALLOC": "malloc",  # its own hands out parts of what nobody watches
        },
    ),
    # It finds no room for its books where the system draws addresses at random.
    "thread": Kind(
        "-fsanitize=thread",
        ("libtsan.so", "libstdc++.so.6"),
        {"TSAN_OPTIONS": "ignore_noninstrumented_modules=1:exitcode=0"},
        ("setarch", "-R"),
    ),
}


def environment(name: str) -> Path:
    """The folder of an environment with a plugin of this kind."""
    flags = f"{KINDS[name].flags} -fno-omit-frame-pointer -g -O1"
    wanted = plugin.plugin_of(ROOT, engine_version(ROOT), flags)
    folder = ROOT / "build" / "sanitized" / name
    place = folder / "lib" / plugin_folder().name
    if not plugin.is_whole(place, wanted):
        shutil.rmtree(folder, ignore_errors=True)
        place.mkdir(parents=True)
        site = Path(sysconfig.get_paths()["platlib"])
        (folder / "bin").mkdir()
        (folder / "bin" / "python").symlink_to(Path(sys.executable).resolve())
        (folder / "lib" / site.parent.name).symlink_to(site.parent.resolve())
        shutil.copy(Path(sys.prefix) / "pyvenv.cfg", folder)
        _compile(wanted, flags, site, place)
    return folder


def _compile(wanted: plugin.Plugin, flags: str, site: Path, place: Path) -> None:
    headers = products.headers()
    _, compiler = system.compilers(os.environ)
    assert compiler is not None and headers is not None, (
        "set-up keeps the headers that the plugin was compiled with"
    )
    own = {"CXXFLAGS": flags, "LDFLAGS": flags}
    library = site / "llama_cpp" / "lib"
    command = plugin.compile_command(wanted, compiler, headers, library, place / plugin_name(), own)
    subprocess.run(command, check=True)
    plugin.write_note(wanted, place)


def variables(kind: Kind, reports: Path) -> dict[str, str]:
    found = [
        subprocess.run(["c++", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout
        for name in kind.libraries
    ]
    preload = " ".join(str(Path(path.strip()).resolve()) for path in found)
    options = {
        name: f"{value}:log_path={reports / 'report'}" if name.endswith("SAN_OPTIONS") else value
        for name, value in kind.options.items()
    }
    built = {products.HEADERS_NAME: str(products.headers()), products.FLAGS_NAME: f"{kind.flags} -g"}
    return {"LD_PRELOAD": preload, "PYTHONPATH": str(ROOT), **built, **options}


def findings(reports: Path) -> list[str]:
    """What counts of all reports, each kind once."""
    found: dict[str, str] = {}
    for file in sorted(reports.iterdir()):
        for report in re.split(r"\n\n+|={18,}\n", file.read_text(errors="replace")):
            is_lost = re.match(r"(Direct|Indirect) leak", report)
            is_other = not re.search(r"ERROR: (?!Leak)|WARNING: Thread|runtime error:", report)
            if (is_lost and plugin_name() in report) or (not is_lost and not is_other):
                found.setdefault(re.sub(r"0x[0-9a-f]+|\d+ byte|==\d+==|pid=\d+", "", report)[:600], report)
    return list(found.values())


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in KINDS:
        print(__doc__, file=sys.stderr)
        return 2
    kind, folder = KINDS[arguments[0]], environment(arguments[0])
    reports = folder / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir()
    command = [*kind.command, str(folder / "bin" / "python"), "-m", "pytest", "-o", "faulthandler_timeout=0"]
    environ = {**os.environ, **variables(kind, reports)}
    status = subprocess.run([*command, *(arguments[1:] or TESTS)], env=environ, cwd=ROOT, check=False)
    found = findings(reports)
    print(*found, f"{len(found)} findings of {arguments[0]} sanitizers", sep="\n\n")
    return status.returncode or bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
