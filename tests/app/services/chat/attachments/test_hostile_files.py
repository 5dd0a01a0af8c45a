"""Files that are made to do harm: one sentence each, nothing kept of them, and what is left is read."""

from __future__ import annotations

import pytest

from engine.errors import ErrorInfo
from tests.app.services.chat.attachments.conftest import House
from tests.support.documents.hostile import MARKS, exif_picture, harmless, refused
from tests.support.documents.made import pdf

pytestmark = pytest.mark.process


@pytest.mark.long
def test_each_is_refused_with_its_reason_and_nothing_of_it_is_kept(house: House) -> None:
    for name, (content, why) in refused().items():
        told = house.attach(name, content)
        assert (told.state, told.reason) == ("refused", ErrorInfo(f"attachment.{why}", {"name": name})), name
    assert not (house.home / "attachments").exists()


def test_of_scripts_circles_and_depths_the_words_are_left(house: House) -> None:
    texts = {
        name: house.services.attachments.text(house.id, house.attach(name, content))
        for name, content in harmless().items()
    }
    assert "The rent is 500" in texts["script.pdf"] and "alert" not in texts["script.pdf"]
    assert "one" in texts["circle.pdf"] and "words" in texts["deep.html"] and MARKS in texts["marks.txt"]


def test_a_megabyte_of_exif_goes_no_further_than_the_file(house: House) -> None:
    told = house.attach("photo.png", exif_picture())
    assert (told.kind, told.bytes > 1_000_000, told.width) == ("picture", True, 60)
    pixels = house.services.attachments.pixels(house.id, told)
    assert pixels is not None and (pixels.width, pixels.height) == (told.width, told.height)


@pytest.mark.long
def test_of_ten_thousand_pages_those_that_are_chosen_are_attached(house: House) -> None:
    body = pdf(*(f"page number {number}" for number in range(1, 10_001)))
    told = house.attach("long.pdf", body, first=9_999, last=10_000)
    assert (told.parts, told.first, told.last) == (10_000, 9_999, 10_000)
    assert "page number 10000" in house.services.attachments.text(house.id, told)
