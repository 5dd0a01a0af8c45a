"""Published memory bandwidths of common graphics cards, for predictions before any measurement.

Memory bandwidth in GB/s as in the makers' specifications (nvidia.com, amd.com, intel.com). A card with several
variants has the most common one, and a laptop's card of the same name is slower: measuring replaces the number.
"""

from __future__ import annotations

import re

_TABLE = """
    rtx 5090 1792, rtx 5080 960, rtx 5070 ti 896, rtx 5070 672, rtx 5060 ti 448, rtx 5060 448, rtx 5050 320,
    rtx 4090 1008, rtx 4080 super 736, rtx 4080 717, rtx 4070 ti super 672, rtx 4070 504, rtx 4060 ti 288,
    rtx 4060 272, rtx 4050 192,
    rtx 3090 ti 1008, rtx 3090 936, rtx 3080 ti 912, rtx 3080 760, rtx 3070 ti 608, rtx 3070 448,
    rtx 3060 ti 448, rtx 3060 360, rtx 3050 224,
    rtx 2080 ti 616, rtx 2080 super 496, rtx 2080 448, rtx 2070 448, rtx 2060 336, rtx 2050 112,
    gtx 1660 ti 288, gtx 1660 192, gtx 1650 128,
    gtx 1080 ti 484, gtx 1080 320, gtx 1070 256, gtx 1060 192,
    rtx pro 6000 1792,
    rtx 6000 ada 960,
    rtx a6000 768, rtx a5000 768, rtx a4000 448,
    h200 4800, h100 pcie 2000, h100 3350, a100 1555, l40s 864, l40 864, l4 300, a40 696, a10 600,
    tesla t4 320, tesla p40 347, v100 900,
    rx 9070 xt 640, rx 9070 640, rx 9060 xt 320,
    rx 7900 xtx 960, rx 7900 xt 800, rx 7800 xt 624, rx 7700 xt 432, rx 7600 288,
    rx 6900 xt 512, rx 6800 xt 512, rx 6800 512, rx 6700 xt 384, rx 6600 224,
    arc b580 456, arc a770 560, arc a750 512
"""
_GB_PER_S = {
    name: int(number) for name, _, number in (row.strip().rpartition(" ") for row in _TABLE.split(","))
}
# Longer names first: "rtx 3090 ti" before "rtx 3090".
_NAMES = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _GB_PER_S), key=len, reverse=True)) + r")\b")


def published_bandwidth(description: str) -> float:
    """Bytes per second by a device's name, 0 when it is not in the table."""
    found = _NAMES.search(description.lower().replace("(tm)", "").replace("(r)", ""))
    return _GB_PER_S[found.group(1)] * 1e9 if found else 0.0
