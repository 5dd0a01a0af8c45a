"""Products with weights laid out anew are compared with those of the file's weights, by the real library."""

from unittest.mock import patch

import msgspec
import pytest

from engine.local.isolated_call import Report, ask
from engine.local.survey import survey

pytestmark = pytest.mark.model


class Compared(msgspec.Struct, frozen=True, tag="compared"):
    miscomputed: tuple[str, ...]


def _compare(_: Report, wrong: bool) -> Compared:
    from engine.local import native
    from engine.local.native.layouts import proof
    from engine.local.native.layouts.products import Product

    filled: list[Product] = []

    def fill(product: Product, weights: bytes, rows: bytes) -> None:
        filled.append(product)
        put(product, weights[::-1] if wrong and len(filled) % 2 else weights, rows)

    put = Product.fill
    with patch.object(Product, "fill", fill):
        return Compared(proof.miscomputed(native.repacked_types()))


@pytest.mark.parametrize("wrong", [False, True])
def test_types_whose_products_are_not_those_of_the_file_are_found(wrong: bool) -> None:
    types = survey().machine.repacks
    assert ask(_compare, (wrong,), Compared).miscomputed == (types if wrong else ())
