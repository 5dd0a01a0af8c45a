"""Goes through set-up's steps: system, environment, engine, packages, starter model, embedding model, plugin, and
the graphics card, which is built for in the background.

Run by `setup.sh` from the repository root as `python -m installer.setup`. A step that is done is not done
again; an interrupted run is taken up where it stopped. Exit codes: 0 ready, 1 stopped for a reason told,
130 interrupted. `--yes` answers its one question, whether to build for the graphics card.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from installer import embedding, engine, graphics, offer, plugin, system
from installer.commands import SetupError, run_logged
from installer.console import Console, Progress
from installer.plugin import Plugin, PluginError
from installer.portable import at_hand
from installer.portable.at_hand import PortableEngine
from installer.sources import HEADERS, LOCK, engine_version
from installer.stamps import Stamps, fingerprint

ROOT = Path(__file__).resolve().parent.parent
# What is installed: for everyone, and to work on Coterie.
LOCKS = (LOCK, "requirements-dev.lock")
PROBE_TIMEOUT_S = 20
# Measured, and a little room: what .venv takes, and what the engine's sources, objects and wheel take.
ENVIRONMENT_BYTES = 1_000_000_000
BUILD_BYTES = 600_000_000
# Loads both native halves: an engine for another processor or a missing library shows here and not later.
CHECK = "import llama_cpp, PySide6.QtNetwork, PySide6.QtSvg, PySide6.QtWidgets"


class Setup:
    def __init__(self, root: Path, console: Console, *, yes: bool = False) -> None:
        self.root = root
        self.yes = yes
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamps = Stamps(self.venv / ".setup")
        self.console = console
        self.version = engine_version(root)
        self.cache = engine.cache_folder(os.environ)
        self.plugins = self.cache.parent / "plugins"
        self.logs = self.cache.parent / "setup-logs"
        self.environ = {
            name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")
        } | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}

    def run(self) -> None:
        """Do what is not done yet. Raises `SetupError`."""
        whole = self.environment_is_whole()
        packages = packages_fingerprint(self.root)
        portable, key = self.choose_engine(whole=whole)
        installed = whole and self.stamps.holds("engine", key)
        build = not (installed or portable or engine.cached_wheel(self.cache, key))
        named = at_hand.PLUGIN_KEY if at_hand.is_portable(key, self.version) else key
        wanted = plugin.plugin_of(self.root, self.version, named)
        there = (
            (whole and self.plugin_is_there(wanted))
            or (portable and portable.brings_plugin(wanted.name))
            or plugin.cached_plugin(self.plugins, wanted)
        )
        self.check_space(environment=not whole, build=build)
        self.complete_system(environment=not whole, build=build, compile_plugin=not there)
        if not whole:
            self.make_environment()
        self.install_engine(key, portable)
        self.install_packages(packages)
        self.check(fingerprint(key, packages))
        self.install_embedding_model()
        self.install_plugin(wanted)
        offer.offer(graphics.places_of(self.root, os.environ), self.console, self.environ, yes=self.yes)

    def choose_engine(self, *, whole: bool) -> tuple[PortableEngine | None, str]:
        """The wheel for many computers to install, if it is to be one, and the key of the engine that is to be there.

        One that a person named comes first. Unasked, what is there or was built already stays, and one beside the
        sources saves building. Raises SetupError.
        """
        native = engine.wheel_key(
            self.version, engine.build_flags(os.environ), engine.this_machine(), os.environ
        )
        if named := at_hand.chosen(os.environ, self.version):
            return named, named.key
        there = self.stamps.value("engine") if whole else ""
        if at_hand.is_portable(there, self.version):
            kept = there
        else:
            kept = native if there == native or engine.cached_wheel(self.cache, native) else ""
        if kept == native or os.environ.get(at_hand.VARIABLE) == at_hand.NATIVE:
            return None, native
        if found := at_hand.found(self.root, self.version):
            return found, found.key
        return None, kept or native

    def environment_is_whole(self) -> bool:
        """Whether .venv was made here, its Python still answers and no install into it broke off.

        Its place counts because the scripts in bin/ name their interpreter by an absolute path.
        """
        if self.stamps.torn or not self.stamps.holds("environment", fingerprint(str(self.venv))):
            return False
        site = self.site_packages()
        return site is not None and site.is_dir()

    def site_packages(self) -> Path | None:
        """Where the environment's Python keeps its packages; None while it does not answer."""
        asked = [str(self.python), "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        try:
            answer = subprocess.run(
                asked, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_TIMEOUT_S, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return Path(os.fsdecode(answer.stdout.strip()))

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

    def complete_system(self, *, environment: bool, build: bool, compile_plugin: bool) -> None:
        """Install what the system lacks, or tell the one command that does."""

        def needs() -> list[system.Need]:
            return self.system_needs(environment=environment, build=build, compile_plugin=compile_plugin)

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

    def system_needs(self, *, environment: bool, build: bool, compile_plugin: bool) -> list[system.Need]:
        needs = system.missing_libraries()
        if environment:
            needs += system.missing_venv()
        if build:
            needs += system.missing_compilers(os.environ)
        elif compile_plugin:
            needs += system.missing_plugin_compiler(os.environ)
        if sys.platform == "linux":
            files = system.font_files(Path.home())
            needs += system.missing_fonts(files, display=system.has_display(os.environ))
        return needs

    def make_environment(self) -> None:
        """Make .venv from the Python that runs this."""
        with self.console.step(f"Python {sys.version_info.major}.{sys.version_info.minor}") as progress:
            if self.venv.is_symlink() or self.venv.is_file():
                self.venv.unlink()
            elif self.venv.exists():
                shutil.rmtree(self.venv)
            run_logged(
                [sys.executable, "-m", "venv", self.venv],
                self.logs / "environment.log",
                progress,
                failure="The environment .venv could not be made.",
                env=self.environ,
            )
            self.stamps.mark("environment", fingerprint(str(self.venv)))

    def install_engine(self, key: str, portable: PortableEngine | None) -> None:
        if self.stamps.holds("engine", key):
            return
        wheel = portable.wheel if portable else engine.cached_wheel(self.cache, key)
        if wheel is None:
            with self.console.step("Engine, built for this computer") as progress:
                wheel = engine.build(
                    engine.Build(self.python, self.root, engine.build_flags(os.environ), key),
                    self.cache,
                    self.logs / "build.log",
                    progress,
                    self.environ,
                )
        earlier = self.stamps.value("engine")
        if earlier and (portable or at_hand.is_portable(earlier)):
            self.remove_engine()
        self.pip_install("Engine", "engine", key, ["--force-reinstall", wheel])

    def remove_engine(self) -> None:
        """Take away the engine of the other kind: each has libraries that the other must not find."""
        with self.console.step("Earlier engine") as progress, self.stamps.writing():
            run_logged(
                [self.python, "-m", "pip", "uninstall", "--yes", *at_hand.PACKAGES],
                self.logs / "engine-removed.log",
                progress,
                failure="The earlier engine could not be removed.",
                env=self.environ,
            )

    def install_packages(self, value: str) -> None:
        """The packages and the starter model as they are locked, and Coterie itself out of this folder."""
        locks = [f"--requirement={self.root / name}" for name in LOCKS]
        own: list[str | Path] = ["--no-index", "--no-build-isolation", "--editable", self.root]
        self.pip_install("Packages", "packages", value, ["--require-hashes", *locks], own)

    def pip_install(self, title: str, step: str, value: str, *calls: list[str | Path]) -> None:
        """One step that installs packages into .venv, unless its stamp says that it is done.

        Without dependencies: the locks name every package.
        """
        if self.stamps.holds(step, value):
            return
        with self.console.step(title) as progress, self.stamps.writing():
            for number, arguments in enumerate(calls, 1):
                run_logged(
                    [self.python, "-m", "pip", "install", "--retries", "2", "--no-deps", *arguments],
                    self.logs / f"{step}-{number}.log",
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

    def install_embedding_model(self) -> None:
        key, place = embedding.key_of(self.root), embedding.place_in(self.venv)
        if self.stamps.holds("embedding", key) and place.is_file():
            return
        try:
            with self.console.step("Search by meaning") as progress:
                job = embedding.Job(self.python, self.root, self.cache.parent / "embedding", self.logs)
                embedding.install(job, place, progress, self.environ)
        except embedding.EmbeddingError as error:
            self.console.say(f"  Search goes by words alone until `make setup` can add its model. {error}")
        else:
            self.stamps.mark("embedding", key)

    @property
    def plugin_folder(self) -> Path:
        return self.venv / "lib" / "coterie"

    def plugin_is_there(self, wanted: Plugin) -> bool:
        return plugin.is_whole(self.plugin_folder, wanted)

    def install_plugin(self, wanted: Plugin) -> None:
        """Compile the plugin. Nothing else needs it: what hinders is told and noted, and tried again next time."""
        if self.plugin_is_there(wanted):
            return
        log = self.logs / "plugin.log"
        try:
            with self.console.step("Expert cache") as progress:
                site = self.site_packages()
                assert site is not None  # packages were just installed with it
                headers = self.cache / wanted.key / HEADERS
                place = plugin.Place(self.root, self.python, site, headers, self.plugins, log)
                plugin.install(plugin.build(wanted, place, progress, self.environ), self.plugin_folder)
        except PluginError as error:
            self.console.say(
                f"  The expert cache is left out; all else works, and `make setup` tries it again. {error}"
            )
            plugin.note_problem(self.plugin_folder, error.problem, log)


def packages_fingerprint(root: Path) -> str:
    """Changes when what pip installs does, and not when a linter's options do."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    locks = [(root / name).read_text(encoding="utf-8") for name in LOCKS]
    return fingerprint(table["project"], table.get("build-system"), table.get("tool", {}).get("hatch"), locks)


def main(arguments: Sequence[str]) -> int:
    for stop_signal in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop_signal, signal.default_int_handler)
    console = Console()
    try:
        Setup(ROOT, console, yes="--yes" in arguments).run()
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
    sys.exit(main(sys.argv[1:]))
