"""Published memory bandwidths of common graphics cards, for predictions before any measurement.

Memory bandwidth in GB/s as in the makers' specifications (nvidia.com, amd.com, intel.com). A card with several
variants has the most common one, and a laptop's card of the same name is slower: measuring replaces the number.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.placement.speed.gpu_names import by_name

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
    rtx 5090 laptop 896, rtx 5080 laptop 896, rtx 5070 ti laptop 672, rtx 5070 laptop 384, rtx 5060 laptop 448,
    rtx 4090 laptop 576, rtx 4080 laptop 432, rtx 4070 laptop 256, rtx 4060 laptop 256, rtx 4050 laptop 192,
    rtx 3080 laptop 448, rtx 3070 laptop 448, rtx 3060 laptop 336,
    rtx pro 5000 1344, rtx pro 4500 896, rtx pro 4000 672, rtx 5000 ada 576, rtx 4000 ada 360, rtx a2000 288,
    a100 80gb 2039, titan rtx 672, titan v 653,
    w7900 864, w7800 576, rx 7900 gre 576, rx 6950 xt 576, rx 6750 xt 432, rx 6600 xt 256, radeon vii 1024,
    vega 64 484, mi210 1638, mi250 3277, arc b570 380, arc pro b60 456, arc pro b50 224,
    orin 205, thor 273, m5 max 614, m5 pro 307, m5 153,
    r9700 640, mi50 1024, mi60 1024, mi100 1228, mi300 5300, quadro rtx 8000 672, quadro rtx 6000 672,
    quadro rtx 5000 448, quadro rtx 4000 416, tesla p100 732, rtx 4070 super 504, rtx 4070 ti 504,
    arc b580 456, arc a770 560, arc a750 512,
    gb10 273, 8060s 256, strix halo 256, 890m 120, 780m 90, 680m 77,
    m4 max 546, m4 pro 273, m4 120, m3 ultra 800, m3 max 400, m3 pro 150, m3 100, m2 ultra 800, m2 max 400,
    m2 pro 200, m2 100, m1 ultra 800, m1 max 400, m1 pro 200, m1 68
"""
_GB_PER_S = by_name(_TABLE)
# Where the board is wired with eight lanes.
_EIGHT_LANES = re.compile(r"rtx (5060|4060|4050|3050|2050)|rx (7600|6600|9060)|arc b580")
_PCIE_5, _PCIE_4 = (
    re.compile(r"rtx (50\d\d|pro 6000)|rx 90|r9700|h[12]00"),
    re.compile(r"rtx ([34]0\d\d|a\d000|\d000 ada)|rx [67]\d{3}|\b(a100|a40|a10|l40s?|l4)\b|arc"),
)
_GENERATION_3, _GENERATION_4, _GENERATION_5 = 12.5e9, 26e9, 50e9


def published_bandwidth(description: str) -> float:
    """Bytes per second by a device's name, 0 when it is not in the table."""
    return _GB_PER_S(description) * 1e9


@lru_cache(256)
def published_link(description: str) -> float:
    """Bytes per second that sixteen lanes of the card's PCIe generation carry from pinned memory, of cards with
    eight lanes half of it; 0 for a card that is not known. A Quadro RTX 4000 was measured at 13.2 GB/s
    and a GeForce RTX 4090 at 25.2 (github.com/FlashML-org/FreeToken, pull requests 131 and 232)."""
    name = description.lower()
    if not published_bandwidth(description):
        return 0.0
    lanes = 0.5 if _EIGHT_LANES.search(name) else 1.0
    if _PCIE_5.search(name):
        return _GENERATION_5 * lanes
    return (_GENERATION_4 if _PCIE_4.search(name) else _GENERATION_3) * lanes
