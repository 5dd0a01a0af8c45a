"""What layouts of weights for the processor gain, measured once per machine and type of weights, and kept in a file.

Products of ggml are timed with weights as files have them and laid out anew, in turns, in a child process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from engine.durable_files import write_whole
from engine.errors import UserError
from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_roles import classify
from engine.local.calibration import BUSY, cores_in_use, machine_key
from engine.local.isolated_call import Report, ask
from engine.local.threads import default_threads
from engine.placement.plan import Machine
from engine.placement.variations import ANSWER_TOKENS, PROMPT_TOKENS

# Of the file and of how its numbers are taken: another one is measured anew.
_FORMAT = 2
_PATIENCE = 30.0


class LayoutSpeed(msgspec.Struct, frozen=True):
    """Of one type of weights, in ordinary matrices or in routed `experts`: seconds for each byte of them that a token
    uses, as they are in the file and in `memory`, where they are laid out anew, of a prompt and of an answer.
    `plain_s` and `own_s` are those of the question and answer that settings are judged by."""

    type_name: str
    experts: bool
    memory: str
    plain_prefill: float
    prefill: float
    plain_decode: float
    decode: float

    @property
    def plain_s(self) -> float:
        return PROMPT_TOKENS * self.plain_prefill + ANSWER_TOKENS * self.plain_decode

    @property
    def own_s(self) -> float:
        return PROMPT_TOKENS * self.prefill + ANSWER_TOKENS * self.decode


class LayoutSpeeds(msgspec.Struct, frozen=True, tag="layout_speeds"):
    """All that were measured; `key` names machine and build."""

    key: str = ""
    speeds: tuple[LayoutSpeed, ...] = ()
    format: int = _FORMAT


def kept_speeds(machine: Machine, build: Sequence[str], folder: Path) -> tuple[LayoutSpeed, ...]:
    """What was measured of this machine and build; measures nothing."""
    return found.speeds if (found := _kept(machine, build, folder)) else ()


def measure_speeds(
    machine: Machine,
    build: Sequence[str],
    folder: Path,
    *,
    keep_going: Callable[[float], bool] = lambda _: True,
    busy: Callable[[], float] = cores_in_use,
) -> tuple[LayoutSpeed, ...]:
    """What was kept, or a measurement of some seconds, which is kept unless other programs are at work: `busy` is the
    share of all cores in use, asked before and after. Nothing where they are, where nothing could be measured, where
    the processor has no such layouts, or where `keep_going` ended it by returning False."""
    if known := _kept(machine, build, folder):
        return known.speeds
    if not machine.repacks or busy() > BUSY:
        return ()
    try:
        found = ask(_measure, (default_threads(),), LayoutSpeeds, keep_going=keep_going, patience=_PATIENCE)
    except UserError:
        return ()
    if busy() > BUSY:
        return ()
    keep_speeds(machine, build, folder, found.speeds)
    return found.speeds


def keep_speeds(
    machine: Machine, build: Sequence[str], folder: Path, speeds: tuple[LayoutSpeed, ...]
) -> None:
    """Keep what was measured of this machine and build, nothing included."""
    key = machine_key(machine, build, default_threads())
    with contextlib.suppress(OSError):  # it only costs the next start some seconds
        write_whole(_file(folder, key), msgspec.json.encode(LayoutSpeeds(key, speeds)), synced=False)


def loses(index: GgufIndex, speeds: Sequence[LayoutSpeed]) -> bool:
    """Whether a question and its answer take longer with all weights of the file laid out anew that can be. Types
    that were not measured count for nothing."""
    by_type = {(speed.type_name, speed.experts): speed for speed in speeds}
    experts = index.number("expert_count")
    share = min(index.number("expert_used_count") / experts, 1.0) if experts else 1.0
    plain = own = 0.0
    for tensor in index.tensors:
        role = classify(tensor.name).role
        speed = by_type.get((tensor.type_name, role == "expert"))
        if speed is not None and role not in ("embedding", "mtp"):
            read = tensor.bytes * (share if role == "expert" else 1.0)
            plain, own = plain + read * speed.plain_s, own + read * speed.own_s
    return own > plain


def _measure(report: Report, threads: int) -> LayoutSpeeds:
    from engine.local import native
    from engine.local.native.timing.product_times import PROMPT_ROWS, product_seconds

    found: list[LayoutSpeed] = []
    wanted = [
        (name, kind, experts)
        for experts in (False, True)
        for name, kind in native.repacked_types(experts=experts).items()
    ]
    for done, (name, kind, experts) in enumerate(wanted):
        report(done / len(wanted))
        number = TYPE_NUMBERS[name]
        plain_prefill, prefill = product_seconds(number, kind, PROMPT_ROWS, threads, experts=experts)
        plain_decode, decode = product_seconds(number, kind, 1, threads, experts=experts)
        found.append(
            LayoutSpeed(
                name,
                experts,
                native.buffer_type_name(kind),
                plain_prefill / PROMPT_ROWS,
                prefill / PROMPT_ROWS,
                plain_decode,
                decode,
            )
        )
    return LayoutSpeeds(speeds=tuple(found))


def _kept(machine: Machine, build: Sequence[str], folder: Path) -> LayoutSpeeds | None:
    key = machine_key(machine, build, default_threads())
    try:
        found = msgspec.json.decode(_file(folder, key).read_bytes(), type=LayoutSpeeds)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.key == key and found.format == _FORMAT else None


def _file(folder: Path, key: str) -> Path:
    return folder / f"layouts-{key}.json"
