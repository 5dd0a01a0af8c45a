"""Loading of the draft model into the memory that the main model leaves free, and of the model's own head."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.local import native
from engine.local.native import prediction
from engine.local.planning import make_plan
from engine.local.repack.choice import for_model
from engine.local.speculative.draft_model import AT_A_TIME, DraftModel
from engine.local.speculative.prediction_head import PredictionHead
from engine.placement.plan import Device, Machine, Placement, PlacementOptions, Plan

# Its context: the end of a conversation, which predicts best.
CONTEXT, SHORTEST = 4096, 512


def left_over(machine: Machine, plan: Plan) -> Machine:
    """Free memory beside a plan. Workers are left out: each token would cross the network."""

    def less(device: Device) -> Device:
        taken = plan.bytes[device.name].total if device.name in plan.bytes else 0
        # What the user allows on a device is for both.
        free = min(device.free, plan.budgets.get(device.name, device.free)) - taken
        return msgspec.structs.replace(device, free=max(free, 0))

    devices = tuple(less(device) for device in machine.devices if device.kind != "rpc")
    return msgspec.structs.replace(machine, ram=less(machine.ram), devices=devices)


def open_head(
    model: int, placement: Placement, threads: int, abort: native.AbortFlag
) -> tuple[PredictionHead | None, tuple[ErrorInfo, ...]]:
    """The head that was loaded with the model, and otherwise why there is none where one was planned."""
    if not placement.mtp:
        return None, ()
    context = prediction.new_head_context(model, placement, threads, abort)
    if not context:
        return None, (ErrorInfo("mtp.without"), native.context_refusal(placement).info)
    width, size = prediction.hidden_width(model), native.vocabulary_size(native.vocabulary(model))
    steps = prediction.HeadSteps(context, width, size)
    head = PredictionHead(steps, prediction.head_room(placement), width, prediction.AT_A_TIME)
    head.warm_up()
    return head, ()


def open_draft_model(
    path: str,
    vocab: int,
    machine: Machine,
    plan: Plan,
    abort: native.AbortFlag,
    threads: int,
    progress: Callable[[float], bool],
) -> DraftModel:
    """Load the model at `path` beside one with the vocabulary `vocab`, which was placed by `plan` on `machine`.

    It goes where there is room left and takes none from that plan. Raises UserError `drafting.other_tokens`,
    `drafting.no_room`, `drafting.cannot_step_back`, `model.*` for the file, and as loading does.
    """
    index = read_index(Path(path))
    model_index = tensor_index(index)
    room = min(CONTEXT, model_index.trained_context or CONTEXT, max(plan.placement.context, SHORTEST))
    beside = left_over(machine, plan)
    options = PlacementOptions(context=room, ubatch=AT_A_TIME, fallbacks=("without_mtp",))
    if not plan.placement.repack:
        options = options.without_repack()
    beside, options = for_model(index, beside, options, "")
    own = make_plan(index, model_index, beside, options)
    if own.refusal or own.paged:
        needed = sum(each.total for each in own.bytes.values())
        free = beside.ram.free + sum(device.free for device in beside.devices)
        raise UserError("drafting.no_room", needed_bytes=needed, free_bytes=free)
    with ExitStack() as undo:
        model = native.load_model(path, own.placement, progress)
        if not model:
            raise native.model_refusal()
        undo.callback(native.free_model, model)
        if not native.same_tokens(vocab, native.vocabulary(model)):
            raise UserError("drafting.other_tokens")
        context = native.new_context(model, own.placement, threads, abort)
        if not context:
            raise native.context_refusal(own.placement)
        undo.callback(native.free_context, context)
        found = DraftModel(model, context, own.placement.context, native.vocabulary_size(vocab))
        if not found.steps_back:
            raise UserError("drafting.cannot_step_back")
        undo.pop_all()
    return found
