"""The diagnosis: what is installed, which devices there are, what is slow and why."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from agents.sandbox.find import find_sandbox, why_none
from app import paths
from app.format import format_size
from app.installation.facts import Channel, Kind, installation
from app.language import Language
from app.messages import localized, localized_error
from app.services.diagnostics.cache import CacheReport, cache_report
from app.services.diagnostics.fonts import has_emoji
from app.services.diagnostics.graphics import graphics_finding, read_state
from app.services.diagnostics.hub import HubReport, LibraryReport, hub_report, library_report
from app.services.diagnostics.layouts import LayoutsReport, layouts_report
from app.services.diagnostics.memory import finding_of
from app.services.library.resolving import resolve_model
from app.services.memory_pressure import read_memory
from app.services.models.models import STARTER
from app.services.placement.placements import calibrations
from app.services.settings.settings import SettingsFile
from app.version import VERSION, installed
from engine.errors import UserError
from engine.local.calibration import kept_calibration, with_bandwidths
from engine.local.survey import Survey, survey
from engine.placement import processor
from engine.placement.plan import Device


class Check(msgspec.Struct, frozen=True):
    """One check; `message` says what to do when it is not `ok`."""

    name: str
    ok: bool
    message: str


class InstallationReport(msgspec.Struct, frozen=True):
    """What kind of installation runs, of `app.installation.facts`."""

    kind: Kind
    version: str
    channel: Channel


class EngineReport(msgspec.Struct, frozen=True):
    """How the engine was built, and what of it computes: its variant for this processor, "" of a native build, and
    ggml's backends."""

    build: Literal["native", "portable"]
    variant: str
    backends: tuple[str, ...]


class Diagnosis(msgspec.Struct, frozen=True):
    """The whole report, as `--json` prints it. Sizes in bytes."""

    version: str
    installation: InstallationReport
    python: str
    system: str
    processor: str
    cores: int
    memory: int
    memory_free: int
    llama_cpp: str
    engine: EngineReport | None
    features_used: tuple[str, ...]
    features_present: tuple[str, ...]
    devices: tuple[Device, ...]
    expert_cache: CacheReport
    layouts: LayoutsReport
    starter: str
    home: str
    hub: HubReport
    library: LibraryReport
    packages: dict[str, str]
    checks: tuple[Check, ...]


_PACKAGES = ("PySide6-Essentials", "llama-cpp-python", "SQLAlchemy", "huggingface-hub", "keyring", "msgspec")


def diagnose(language: Language) -> Diagnosis:
    """Run all checks.

    Takes seconds: the engine is asked in a process of its own. Asks nobody on the network.
    """
    cpuinfo = processor.read_cpuinfo()
    memory = psutil.virtual_memory()
    checks = []
    found: Survey | None = None
    try:
        found = survey()
    except UserError as error:
        checks.append(Check("engine", False, localized_error(error, language)))
    else:
        checks += _engine_checks(found, processor.features_present(cpuinfo), language)
    workers = SettingsFile(paths.settings_file()).current.workers
    cache, cached = cache_report(found.devices if found else (), workers, language)
    checks.append(Check("expert cache", cached.ok, cached.message))
    layouts, laid_out = layouts_report(found, calibrations(paths.home()), language)
    checks.append(Check("weight layouts", laid_out.ok, laid_out.message))
    starter = ""
    try:
        starter = str(resolve_model(STARTER))
        checks.append(Check("starter model", True, starter))
    except UserError as error:
        checks.append(Check("starter model", False, localized_error(error, language)))
    checks.append(_home_check(paths.home(), language))
    found_memory = finding_of(read_memory(), SettingsFile(paths.settings_file()).current, language)
    checks.append(Check("memory", found_memory.ok, found_memory.message))
    checks.append(_sandbox_check(language))
    emoji = has_emoji()
    checks.append(Check("emoji", emoji, localized("doctor.emoji" if emoji else "doctor.no_emoji", language)))
    hub, reached = hub_report(language)
    library, kept = library_report(language)
    checks.append(Check("hub", reached.ok, reached.message))
    checks.append(Check("token", True, localized(f"doctor.hub.{hub.token or 'none'}", language)))
    checks.append(Check("library", kept.ok, kept.message))
    here = installation()
    return Diagnosis(
        version=VERSION,
        installation=InstallationReport(here.kind, here.version, here.channel),
        python=platform.python_version(),
        system=platform.platform(),
        processor=processor.processor_name(cpuinfo),
        cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        memory=memory.total,
        memory_free=memory.available,
        llama_cpp=f"{found.package} (llama.cpp {found.library})" if found else "",
        engine=EngineReport(found.build, found.variant, found.backends) if found else None,
        features_used=found.features_used if found else (),
        features_present=processor.features_present(cpuinfo),
        devices=_devices(found) if found else (),
        expert_cache=cache,
        layouts=layouts,
        starter=starter,
        home=str(paths.home()),
        hub=hub,
        library=library,
        packages={name: installed(name) for name in _PACKAGES},
        checks=tuple(checks),
    )


def _devices(found: Survey) -> tuple[Device, ...]:
    """RAM and the devices, with bandwidths where measured."""
    known = kept_calibration(found.machine, found.build_key, calibrations(paths.home()))
    machine = with_bandwidths(found.machine, known) if known else found.machine
    return (machine.ram, *machine.devices)


def _engine_checks(found: Survey, present: tuple[str, ...], language: Language) -> list[Check]:
    # Of the variants for many processors the best for this one is in use.
    unused = () if found.variant else processor.unused_features(present, found.features_used)
    name = "features_unused" if unused else "features_of_variant" if found.variant else "features_used"
    message = localized(f"doctor.{name}", language, features=", ".join(unused), variant=found.variant)
    checks = [Check("engine", True, found.library), Check("cpu features", not unused, message)]
    graphics = graphics_finding(found.devices, read_state(), language, found.broken_backend)
    return [*checks, Check("gpu", graphics.ok, graphics.message)]


def _home_check(home: Path, language: Language) -> Check:
    """Whether data can be written, judged by the nearest existing folder."""
    folder = home
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        return Check("data folder", False, localized("doctor.not_writable", language, home=str(home)))
    free = psutil.disk_usage(str(folder)).free
    enough = free > 500_000_000
    name = "free" if enough else "nearly_full"
    return Check(
        "data folder", enough, localized(f"doctor.{name}", language, home=str(home), free=format_size(free))
    )


def _sandbox_check(language: Language) -> Check:
    found = find_sandbox()
    if found is None:
        # Where no sandbox is available, nothing is wrong with this computer.
        return Check("sandbox", sys.platform != "linux", localized_error(why_none(), language))
    return Check("sandbox", True, localized(f"doctor.sandbox_{found.name}", language))
