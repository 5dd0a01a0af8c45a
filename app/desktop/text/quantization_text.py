"""What a quantization means for the answers, in a few words."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

# The bits of a weight, as all names of quantizations tell them: "Q4_K_M", "UD-IQ2_XXS", "TQ1_0".
_BITS = re.compile(r"(?:^|[-_.])(?:I|T)?Q(\d)(?:[_.-]|$)", re.IGNORECASE)
_WHOLE = re.compile(r"(?:^|[-_.])(BF16|F16|FP16|F32|FP32)(?:[-_.]|$)", re.IGNORECASE)
# What most people take, of those with four bits.
_USUAL = re.compile(r"Q4_K_(M|XL)$|MXFP4", re.IGNORECASE)


def quantization_words(name: str) -> str:
    """How the answers of a quantization are beside the original's; "" where its name tells nothing."""
    translate = QCoreApplication.translate
    whole = _WHOLE.search(name)
    if whole is not None and whole[1].endswith("32"):
        return translate("Models", "larger than the original, no better")
    if whole is not None:
        return translate("Models", "the original, three times the size")
    if _USUAL.search(name):
        return translate("Models", "the usual choice")
    found = _BITS.search(name)
    return {
        1: translate("Models", "much worse, for trying out only"),
        2: translate("Models", "noticeably worse"),
        3: translate("Models", "noticeably worse"),
        4: translate("Models", "a little worse than the usual choice"),
        5: translate("Models", "a little better than the usual choice"),
        6: translate("Models", "very close to the original"),
        8: translate("Models", "nearly the original, twice the size"),
    }.get(int(found[1]) if found is not None else 0, "")
