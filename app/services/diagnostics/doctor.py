"""The diagnosis: what is installed, which devices there are, what is slow and why."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import msgspec
import psutil

from agents.sandbox.find import find_sandbox, why_none
from app import paths
from app.sentences import Language, Sentence, format_bytes, sentence
from app.services.diagnostics.cache import CacheReport, cache_report
from app.services.diagnostics.hub import HubReport, LibraryReport, hub_report, library_report, token_message
from app.services.diagnostics.memory import memory_finding
from app.services.library.resolving import resolve_model
from app.services.models.models import STARTER
from app.services.placement.placements import calibrations
from app.services.settings.settings import SettingsFile
from app.version import version
from engine.errors import UserError
from engine.local.calibration import kept_calibration, with_bandwidths
from engine.local.survey import Survey, survey
from engine.placement import processor
from engine.placement.plan import Device


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at; `message` says what to do when it is not `ok`."""

    name: str
    ok: bool
    message: str


class Diagnosis(msgspec.Struct, frozen=True):
    """The whole report, as `--json` prints it. Sizes in bytes."""

    version: str
    python: str
    system: str
    processor: str
    cores: int
    memory: int
    memory_free: int
    llama_cpp: str
    features_used: tuple[str, ...]
    features_present: tuple[str, ...]
    devices: tuple[Device, ...]
    expert_cache: CacheReport
    starter: str
    home: str
    hub: HubReport
    library: LibraryReport
    packages: dict[str, str]
    checks: tuple[Check, ...]


_MESSAGES = {
    "features_unused": Sentence(
        "llama.cpp was built without {features}, which this CPU has: answers are slower than they could be. "
        "Run `make setup` after removing .venv to build it for this machine.",
        "이 CPU에는 {features} 기능이 있지만 llama.cpp가 이를 쓰지 않도록 빌드되어 답변이 느려집니다. "
        ".venv를 지운 뒤 `make setup`을 실행해 이 컴퓨터에 맞게 다시 빌드해 주세요.",
    ),
    "features_used": Sentence("built for this CPU", "이 CPU에 맞게 빌드되었습니다"),
    "without_cuda": Sentence(
        "An NVIDIA driver is here but llama.cpp was built without CUDA. Install the CUDA toolkit (nvcc), remove "
        ".venv and run `make setup` again.",
        "NVIDIA 드라이버가 있지만 llama.cpp가 CUDA 없이 빌드되었습니다. CUDA 툴킷(nvcc)을 설치하고 .venv를 지운 뒤 "
        "`make setup`을 다시 실행해 주세요.",
    ),
    "no_gpu": Sentence("none; models run on the CPU", "없습니다. 모델은 CPU에서 실행됩니다"),
    "not_writable": Sentence(
        "{home} cannot be written to. Allow writing to it, or choose another folder with COTERIE_HOME.",
        "{home}에 쓸 수 없습니다. 쓰기 권한을 주거나 COTERIE_HOME으로 다른 폴더를 지정해 주세요.",
    ),
    "free": Sentence("{home} ({free} free)", "{home}({free} 남음)"),
    "sandbox_bubblewrap": Sentence(
        "bubblewrap: commands see the system and their folder, nothing else",
        "bubblewrap: 명령은 시스템과 작업 폴더만 볼 수 있습니다",
    ),
    "sandbox_landlock": Sentence(
        "Landlock and seccomp: commands can read and write nothing but the system and their folder. With "
        "bubblewrap, the names of other files would not be seen either, and programs could share memory.",
        "Landlock과 seccomp: 명령은 시스템과 작업 폴더만 읽고 쓸 수 있습니다. bubblewrap이 작동하면 "
        "다른 파일의 이름도 보이지 않고, 프로그램끼리 메모리를 공유할 수 있습니다.",
    ),
    "nearly_full": Sentence(
        "{home} (only {free} free). Free some disk space, so that conversations can be saved.",
        "{home}({free}만 남음). 대화를 저장할 수 있도록 디스크 공간을 비워 주세요.",
    ),
}
_PACKAGES = ("PySide6-Essentials", "llama-cpp-python", "SQLAlchemy", "huggingface-hub", "keyring", "msgspec")


def _message(name: str, language: Language, **values: str) -> str:
    text: str = getattr(_MESSAGES[name], language)
    return text.format_map(values)


def diagnose(language: Language) -> Diagnosis:
    """Look at everything. Takes seconds: the engine is asked in a process of its own. Asks nobody on the network."""
    cpuinfo = processor.read_cpuinfo()
    memory = psutil.virtual_memory()
    checks = []
    found: Survey | None = None
    try:
        found = survey()
    except UserError as error:
        checks.append(Check("engine", False, sentence(error, language)))
    else:
        checks += _engine_checks(found, processor.features_present(cpuinfo), language)
    workers = SettingsFile(paths.settings_file()).current.workers
    cache, cached = cache_report(found.devices if found else (), workers, language)
    checks.append(Check("expert cache", cached.ok, cached.message))
    starter = ""
    try:
        starter = str(resolve_model(STARTER))
        checks.append(Check("starter model", True, starter))
    except UserError as error:
        checks.append(Check("starter model", False, sentence(error, language)))
    checks.append(_home_check(paths.home(), language))
    found_memory = memory_finding(language)
    checks.append(Check("memory", found_memory.ok, found_memory.message))
    checks.append(_sandbox_check(language))
    hub, reached = hub_report(language)
    library, kept = library_report(language)
    checks.append(Check("hub", reached.ok, reached.message))
    checks.append(Check("token", True, token_message(hub, language)))
    checks.append(Check("library", kept.ok, kept.message))
    return Diagnosis(
        version=version(),
        python=platform.python_version(),
        system=platform.platform(),
        processor=processor.processor_name(cpuinfo),
        cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        memory=memory.total,
        memory_free=memory.available,
        llama_cpp=f"{found.package} (llama.cpp {found.library})" if found else "",
        features_used=found.features_used if found else (),
        features_present=processor.features_present(cpuinfo),
        devices=_devices(found) if found else (),
        expert_cache=cache,
        starter=starter,
        home=str(paths.home()),
        hub=hub,
        library=library,
        packages={name: version(name) for name in _PACKAGES},
        checks=tuple(checks),
    )


def _devices(found: Survey) -> tuple[Device, ...]:
    """RAM and the devices, with their bandwidths where those were measured."""
    build = (found.library, *found.features_used)
    known = kept_calibration(found.machine, build, calibrations(paths.home()))
    machine = with_bandwidths(found.machine, known) if known else found.machine
    return (machine.ram, *machine.devices)


def _engine_checks(found: Survey, present: tuple[str, ...], language: Language) -> list[Check]:
    unused = processor.unused_features(present, found.features_used)
    name = "features_unused" if unused else "features_used"
    message = _message(name, language, features=", ".join(unused))
    checks = [Check("engine", True, found.library), Check("cpu features", not unused, message)]
    gpus = [d for d in found.devices if d.kind in ("gpu", "integrated_gpu")]
    if gpus:
        checks.append(Check("gpu", True, ", ".join(d.description or d.name for d in gpus)))
    elif _has_nvidia_driver():
        checks.append(Check("gpu", False, _message("without_cuda", language)))
    else:
        checks.append(Check("gpu", True, _message("no_gpu", language)))
    return checks


def _has_nvidia_driver() -> bool:
    return Path("/proc/driver/nvidia/version").exists()


def _home_check(home: Path, language: Language) -> Check:
    """Whether data can be written, asked of the nearest folder that exists."""
    folder = home
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        return Check("data folder", False, _message("not_writable", language, home=str(home)))
    free = psutil.disk_usage(str(folder)).free
    enough = free > 500_000_000
    name = "free" if enough else "nearly_full"
    return Check("data folder", enough, _message(name, language, home=str(home), free=format_bytes(free)))


def _sandbox_check(language: Language) -> Check:
    found = find_sandbox()
    if found is None:
        # Where there is none to be had, nothing is wrong with this computer.
        return Check("sandbox", sys.platform != "linux", sentence(why_none(), language))
    return Check("sandbox", True, _message(f"sandbox_{found.name}", language))
