"""Whether a model's weights are laid out anew for the processor, and multiplied by products of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.gguf.cache_geometry import has_states
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_roles import classify
from engine.local.repack.failures import has_failed
from engine.local.repack.speeds import kept_speeds, loses
from engine.placement.plan import Machine, PlacementOptions

_MATRIX_UNITS = "AMX"
# Numbers that have a scale in common, of most types.
_BLOCK = 32


def for_model(
    index: GgufIndex,
    machine: Machine,
    options: PlacementOptions,
    calibrations: str,
    on_repacking: Callable[[], None] = lambda: None,
) -> tuple[Machine, PlacementOptions]:
    """The machine and options to plan this model for, where llama.cpp is: without layouts for the processor where the
    model must not have them, they are slower, come out wrong, or took a process down before. `on_repacking` is called
    before some may be tried, which may end the process. `calibrations` as in `LoadRequest`.
    """
    from engine.local import native
    from engine.local.native.layouts.proof import miscomputed

    if machine.repacks and (
        must_not_repack(index, native.stacked_types(), alone=options.streams == 1)
        or _loses(index, machine, calibrations)
    ):
        machine = msgspec.structs.replace(machine, repacks=())
    if has_failed(calibrations, Path(index.path), build()):
        options = options.plainly_computed()
    if machine.repacks and "unrepacked" not in options.fallbacks:
        on_repacking()
        if miscomputed({tensor.type_name for tensor in index.tensors}.intersection(machine.repacks)):
            machine = msgspec.structs.replace(machine, repacks=())
    return machine, options


def settle_products(
    index: GgufIndex, options: PlacementOptions, on_trying: Callable[[], None] = lambda: None
) -> None:
    """Have this process use our own products for the model, unless they come out wrong or took a process down before.
    `on_trying` is called before they are tried, which may end the process. So with attention, but it is not tried."""
    from engine.local import native
    from engine.local.native.layouts.proof import misproduced

    is_plain = "plain_products" in options.fallbacks
    native.use_attention(-1 if is_plain else 0)
    types = {tensor.type_name for tensor in index.tensors if native.has_product(tensor.type_name)}
    wanted = bool(types) and not is_plain
    if wanted:
        on_trying()
        wanted = not misproduced(types)
    native.use_products(wanted)


def must_not_repack(index: GgufIndex, stacked: tuple[str, ...], *, alone: bool) -> bool:
    """Whether the file has matrices that lie one behind the other (those of multi-head latent attention) of a type
    that llama.cpp would lay out as if there were only the first; or rows of one block, which it multiplies with what
    memory happens to hold; or has recurrent states, whose answers it multiplies side by side: such a layout reads
    behind the matrix for all but the first, unless each is written `alone`.

    `stacked` are the types with a layout of that kind."""
    return any(
        tensor.type_name in stacked
        and (_is_stacked(tensor.shape) or tensor.shape[0] <= _BLOCK)
        and classify(tensor.name).role != "expert"
        for tensor in index.tensors
    ) or bool(stacked and not alone and has_states(index))


def _loses(index: GgufIndex, machine: Machine, calibrations: str) -> bool:
    if not calibrations:
        return False
    if speeds := kept_speeds(machine, build(), Path(calibrations)):
        return loses(index, speeds)
    return _is_likely_to_lose()


def _is_likely_to_lose() -> bool:
    """Before anything is measured: what our own products read faster, but for matrix units."""
    from engine.local import native

    return native.are_products_used() and _MATRIX_UNITS not in native.extra_memories()


def build() -> tuple[str, ...]:
    """What measurements and failures hold for, as `native.build_key`."""
    from engine.local import native

    return native.build_key()


def _is_stacked(shape: tuple[int, ...]) -> bool:
    return len(shape) > 2 and shape[2] > 1
