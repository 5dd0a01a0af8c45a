"""Planning: from a file and options to a plan confirmed by llama.cpp's dry run.

`plan_model` is for any process; the others run where llama.cpp is, in the host or in a child of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import psutil

from engine.expert_cache.library import plugin_state
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.projector import seeing_projector
from engine.gguf.reading import read_index
from engine.gguf.tensor_index import TensorIndex, tensor_index
from engine.local.calibration import kept_calibration, with_bandwidths
from engine.local.disk_calibration import with_kept_disk, with_measured_disk
from engine.local.dry_runs import DryRuns
from engine.local.isolated_call import Report, ask
from engine.local.repack.choice import build, for_model
from engine.local.repack.failures import note_failure, unrepacked_if_it_dies
from engine.local.threads import default_threads
from engine.placement.plan import (
    RAM,
    Device,
    DeviceBytes,
    Machine,
    Placement,
    PlacementOptions,
    Plan,
    PlannedModel,
)
from engine.placement.planned_file import described
from engine.placement.prediction_heads import with_heads
from engine.placement.processor import cpu_flops, plain_cpu_flops, product_flops
from engine.placement.settle import settle
from engine.placement.slots.uncached import or_uncached
from engine.placement.vision import with_vision
from engine.placement.workers import parse_addresses, probe_all


def plan_model(
    path: str,
    options: PlacementOptions,
    keep_going: Callable[[float], bool] = lambda _: True,
    *,
    calibrations: str = "",
) -> PlannedModel:
    """Plan in a child process; the model is not loaded. `calibrations` as in `LoadRequest`.

    `keep_going` is called while it works and ends it by returning False. Raises UserError `model.*` for the
    file, `worker.*`, `engine.*`. A plan that does not fit is an answer (`plan.fits`), not an error.
    """

    def asked(given: PlacementOptions, died: bool) -> PlannedModel:
        arguments = (path, given, calibrations, died)
        return ask(_plan_model, arguments, PlannedModel, keep_going=keep_going, workers=options.workers)

    return unrepacked_if_it_dies(asked, options)


def _plan_model(
    _: Report, path: str, options: PlacementOptions, calibrations: str, died: bool
) -> PlannedModel:
    index = read_index(Path(path))
    model = tensor_index(index)
    machine = find_machine(options.workers, calibrations, index.path)
    machine, options = for_model(index, machine, options, calibrations)
    found = seeing_projector(index, options.mmproj)[0]
    options = msgspec.structs.replace(options, sees=found is not None)
    plan = make_plan(index, model, machine, options, calibrations=calibrations)
    if calibrations and (plan.mode == "disk" or plan.paged) and not machine.disk.bandwidth:
        machine = with_measured_disk(machine, index.path, Path(calibrations))
        plan = make_plan(index, model, machine, options, calibrations=calibrations)
    if died:
        note_failure(calibrations, Path(path), build())
    plan = with_vision(plan, machine, options, found.needs if found else 0)
    return described(path, model, machine, plan, options.experts_used)


def find_machine(workers: Sequence[str], calibrations: str = "", path: Path | None = None) -> Machine:
    """ggml's devices, those of `workers` included, and free RAM; with the bandwidths that the folder
    `calibrations` keeps for this machine and build, and for the disk of the file `path`.

    The workers are asked before ggml meets them. Raises UserError `worker.*`.
    """
    from engine.local import native

    addresses = parse_addresses(workers)
    probe_all(addresses)
    native.register_workers([str(address) for address in addresses])
    found = native.devices()
    memory = psutil.virtual_memory()
    cpu = next((device for device in found if device.name == RAM), Device(RAM, "cpu", "", 0, 0))
    threads, features = default_threads(), native.cpu_features()
    ram = msgspec.structs.replace(
        cpu,
        free=memory.available,
        total=memory.total,
        flops=cpu_flops(threads, features),
        plain_flops=plain_cpu_flops(threads, features),
        product_flops=product_flops(threads, features) if native.products_here() == "used" else 0.0,
    )
    is_built = plugin_state().problem is None
    machine = Machine(
        ram=ram,
        devices=tuple(device for device in found if device.name != RAM),
        caches=is_built,
        floors=is_built,
        repacks=tuple(native.repacked_types()),
    )
    if not calibrations:
        return machine
    known = kept_calibration(machine, build(), Path(calibrations))
    machine = with_bandwidths(machine, known) if known else machine
    return with_kept_disk(machine, path, Path(calibrations)) if path is not None else machine


def make_plan(
    index: GgufIndex,
    model: TensorIndex,
    machine: Machine,
    options: PlacementOptions,
    check_cancelled: Callable[[], None] = lambda: None,
    calibrations: str = "",
) -> Plan:
    """A plan whose bytes are what loading will take. `calibrations` as in `LoadRequest`: dry runs are kept there.

    `check_cancelled` is called before each dry run and may raise UserError. A file that llama.cpp refuses
    gives a plan with that refusal; contradictory options raise UserError. If a requested expert cache is
    impossible, the plan has none, and its last two notices say so and why.
    """
    from engine.local import native

    kept = DryRuns(calibrations, index, machine, build())

    def dry_run(placement: Placement) -> dict[str, DeviceBytes]:
        check_cancelled()
        found = kept.of(placement)
        if found is None:
            found = native.dry_run(str(index.path), placement)
            kept.keep(placement, found)
        return found

    plan = or_uncached(lambda given: settle(model, machine, given, dry_run), machine, options)
    plan = with_heads(plan, machine, options, index, dry_run, can_predict=native.can_predict())
    check_cancelled()  # what is raised in a dry run counts as a plan that cannot be had
    return plan
