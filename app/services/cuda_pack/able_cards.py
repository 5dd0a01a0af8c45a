"""The cards that CUDA computes on, and why there are none."""

from __future__ import annotations

from engine.errors import UserError
from engine.graphics_cards import CUDA_CAPABILITY, CUDA_DRIVER, Card, Cards, driver_major


def able_cards(found: Cards) -> tuple[Card, ...]:
    """Those of a computer.

    Raises UserError `cuda.no_card`, `cuda.no_driver` (`needed`), `cuda.old_driver` (`driver`, `needed`),
    `cuda.old_card` (`cards`).
    """
    needed = str(CUDA_DRIVER)
    if not found.nvidia:
        raise (
            UserError("cuda.no_driver", needed=needed)
            if "NVIDIA" in found.vendors
            else UserError("cuda.no_card")
        )
    if driver_major(found) < CUDA_DRIVER:
        raise UserError("cuda.old_driver", driver=found.driver, needed=needed)
    able = tuple(card for card in found.nvidia if card.capability >= CUDA_CAPABILITY)
    if not able:
        raise UserError("cuda.old_card", cards=names_of(found.nvidia))
    return able


def names_of(cards: tuple[Card, ...]) -> str:
    return ", ".join(dict.fromkeys(card.name for card in cards))
