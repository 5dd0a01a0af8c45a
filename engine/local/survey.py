"""Survey of llama.cpp on this machine: version, compiled CPU features, devices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.expert_cache.library import plugin_path
from engine.local.isolated_call import Report, ask
from engine.placement.plan import Device, HugePagesHere, Machine, ProductsHere


class Survey(msgspec.Struct, frozen=True, tag="survey"):
    """`features_used` are the CPU features that the library was compiled for, in its own names; `layouts` the kinds
    of memory whose weights are laid out for this processor ("AMX"). `variant` of a library for many processors is the
    one in use ("zen4"), "" of one that was built for this computer. `backends` are what computes, as ggml names them;
    `broken_backend` is left out because its driver ends processes. `build_key` is what measurements hold for."""

    package: str
    library: str
    features_used: tuple[str, ...]
    machine: Machine
    layouts: tuple[str, ...] = ()
    variant: str = ""
    backends: tuple[str, ...] = ()
    broken_backend: str = ""
    huge_pages: HugePagesHere = ""
    products: ProductsHere = ""
    build_key: tuple[str, ...] = ()

    @property
    def build(self) -> Literal["native", "portable"]:
        """Whether the library was built for this computer, or for many."""
        return "portable" if self.variant else "native"

    @property
    def devices(self) -> tuple[Device, ...]:
        """RAM and the devices, without bandwidths."""
        return (self.machine.ram, *self.machine.devices)


def survey(workers: Sequence[str] = ()) -> Survey:
    """Ask a child. Raises UserError `engine.*` with the reason when the child could not answer, and
    `worker.*` for the first of `workers` ("host:port") that cannot be used."""
    return ask(_survey, (tuple(workers),), Survey, workers=workers)


class _Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The plugin was loaded."""


def expert_cache_problem(folder: Path | None = None) -> ErrorInfo | None:
    """Why the plugin that keeps single experts on a device cannot be used, None where it can. A child loads it from
    `folder`, else from where set-up puts it."""
    try:
        path = plugin_path(folder)
        ask(_load_plugin, (path.parent,), _Loaded)
    except UserError as error:
        return error.info
    return None


def _load_plugin(_: Report, folder: Path) -> _Loaded:
    from engine.local.native import expert_cache

    expert_cache.load_plugin(folder)
    return _Loaded()


def _survey(_: Report, workers: tuple[str, ...]) -> Survey:
    from engine.local import native
    from engine.local.planning import find_machine

    return Survey(
        package=native.PINNED_VERSION,
        library=native.library_version(),
        features_used=native.cpu_features(),
        machine=find_machine(workers),
        layouts=native.extra_memories(),
        variant=native.variant(),
        backends=native.registered_backends(),
        broken_backend=native.broken_backend(),
        huge_pages=native.huge_pages_here(),
        products=native.products_here(),
        build_key=native.build_key(),
    )
