"""Memory of a dry run, estimated from llama.cpp's log where its own account cannot be read.

Compute buffers are printed for each device, to a hundredth of a MiB, and each kind of cache as one total, which
is shared out by layers. Weights are the sizes in the file, by where they are expected.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from engine.placement.plan import RAM, DeviceBytes

_COMPUTE = re.compile(r"sched_reserve: +(.+) compute buffer size = +([\d.]+) MiB")
_CACHE = re.compile(r"llama_(?:kv_cache|memory_recurrent)\w*: size = +([\d.]+) MiB")
_MIB = 2**20


def estimate(
    log: Iterable[str],
    memories: Mapping[str, str],
    weights: Mapping[str, int],
    layer_devices: tuple[str, ...],
) -> dict[str, DeviceBytes]:
    """Bytes by device.

    `memories` are the devices by the names of their memory ("RPC0[10.0.0.2:50052]": "RPC0"); other memory is
    RAM. `weights` are bytes by device. `layer_devices` names the device of each layer that has a cache.
    """
    compute: Counter[str] = Counter()
    cache = 0.0
    for line in log:
        if found := _COMPUTE.search(line):
            compute[memories.get(found[1], RAM)] += int(float(found[2]) * _MIB)
        elif found := _CACHE.search(line):
            cache += float(found[1]) * _MIB
    layers = Counter(layer_devices)
    return {
        name: DeviceBytes(
            model=weights.get(name, 0),
            context=int(cache * layers[name] / max(len(layer_devices), 1)),
            compute=compute[name],
        )
        for name in sorted({RAM, *memories.values(), *weights, *layers})
    }
