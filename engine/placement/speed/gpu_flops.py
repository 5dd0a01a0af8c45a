"""What prompts reach on graphics cards in floating-point operations per second, before any measurement.

In TFLOPS, by name. Cards for desktops from GeForce RTX 20 on reach 0.8 of their maker's half-precision rate of
tensor cores with float accumulation (nvidia.com, white papers of Turing, Ampere, Ada and Blackwell), as a GeForce RTX
3090 does: 57 of 71 with dense weights in four to six bits (github.com/ggml-org/llama.cpp/pull/7676 and /pull/7860,
16 GFLOP a token of Llama 3 8B). Of the others it is about what llama.cpp's prompts reach, where their makers'
figures tell little: cards of data centres, AMD's, Intel's, and Apple's, by the order of magnitude of the score boards
for Llama 2 7B (discussions 4167, 10879, 15013 and 15021 of the same project). These are estimates.
"""

from __future__ import annotations

from engine.placement.speed.gpu_names import by_name

_TENSOR_CORES_REACH = 0.8
# A laptop's card of the same name has fewer cores, and some 100 watts.
_LAPTOP = 0.6
_PEAKS = """
    rtx 5090 210, rtx 5080 113, rtx 5070 ti 88, rtx 5070 62, rtx 5060 ti 47, rtx 5060 38, rtx 5050 26,
    rtx 4090 165, rtx 4080 super 104, rtx 4080 97, rtx 4070 ti super 88, rtx 4070 ti 80, rtx 4070 super 71,
    rtx 4070 58, rtx 4060 ti 44, rtx 4060 30, rtx 4050 24,
    rtx 3090 ti 80, rtx 3090 71, rtx 3080 ti 68, rtx 3080 60, rtx 3070 ti 44, rtx 3070 41, rtx 3060 ti 32,
    rtx 3060 26, rtx 3050 18,
    rtx 2080 ti 54, rtx 2080 super 45, rtx 2080 40, rtx 2070 30, rtx 2060 26, rtx 2050 15,
    quadro rtx 8000 65, quadro rtx 6000 65, quadro rtx 5000 45, quadro rtx 4000 28,
    rtx pro 6000 252, rtx 6000 ada 182, rtx a6000 77, rtx a5000 56, rtx a4000 38, l40s 181, l40 181, a40 75, a10 63
"""
_REACHED = """
    titan rtx 52, titan v 35, w7900 45, w7800 30, rx 7900 gre 30, rx 6950 xt 23, radeon vii 13, vega 64 8, orin 10,
    gtx 1660 ti 8, gtx 1660 7, gtx 1650 4, gtx 1080 ti 13, gtx 1080 9, gtx 1070 7, gtx 1060 5,
    h200 140, h100 pcie 110, h100 135, a100 80, l4 45, tesla t4 16, tesla p40 13, tesla p100 9, v100 38, gb10 40,
    rx 9070 xt 60, rx 9070 50, rx 9060 xt 30, r9700 60,
    rx 7900 xtx 47, rx 7900 xt 40, rx 7800 xt 28, rx 7700 xt 24, rx 7600 15,
    rx 6900 xt 22, rx 6800 xt 20, rx 6800 17, rx 6700 xt 12, rx 6600 7, mi50 13, mi60 14, mi100 35, mi300 200,
    8060s 13, strix halo 13, 890m 4, 780m 3, 680m 2,
    arc b580 20, arc a770 15, arc a750 14,
    m4 max 12, m4 pro 6, m4 3, m3 ultra 20, m3 max 10, m3 pro 4.6, m3 2.5,
    m2 ultra 18, m2 max 9, m2 pro 4.6, m2 2.4, m1 ultra 14, m1 max 7, m1 pro 3.6, m1 1.6
"""
_PEAK, _REACH = by_name(_PEAKS), by_name(_REACHED)


def reached_flops(description: str) -> float:
    """Floating-point operations per second by a card's name, 0 when it is not in the tables."""
    reached = _PEAK(description) * _TENSOR_CORES_REACH or _REACH(description)
    return reached * (_LAPTOP if "laptop" in description.lower() else 1) * 1e12
