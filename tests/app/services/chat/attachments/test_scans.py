"""Pages that are pictures, read by a model that sees: asked page by page, kept by hash, told as read by it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter

from app.services.chat.attachments.scans import Scans
from app.store.records import Attachment, LibraryFile, LibraryModel
from engine.api import GenerateRequest
from engine.errors import ErrorInfo, UserError
from tests.app.services.chat.attachments.conftest import House
from tests.support.documents.made import pdf, saved
from tests.support.documents.pictures import scan

pytestmark = pytest.mark.process
COLORS = {(255, 0, 0): "red", (0, 0, 255): "blue"}


def joined(*documents: bytes) -> bytes:
    """The pages of several PDFs as one."""
    writer = PdfWriter()
    for document in documents:
        writer.append(BytesIO(document))
    return saved(writer.write)


def reads(request: GenerateRequest) -> Sequence[str]:
    """What the model sees on a page: its color."""
    media = request.messages[-1].media
    if not media:
        return ("An answer.",)
    pixels = Path(media[0].path).read_bytes()
    seen = COLORS[min(COLORS, key=lambda color: sum(abs(a - b) for a, b in zip(color, pixels, strict=False)))]
    return ("```\n", f"The invoice is {seen}.", "\n```")


@pytest.fixture
def house(coterie_home: Path) -> Iterator[House]:
    house = House(coterie_home)
    house.engine.sees, house.engine.answer = True, reads
    yield house
    house.services.close()


def weighed(house: House, attachment: Attachment) -> Attachment:
    return house.services.attachments.weigh(house.id, (attachment,)).attachments[0]


def test_a_scan_says_who_can_read_it(house: House) -> None:
    kept = house.attach("scan.pdf", scan("red", "blue"))
    assert (kept.state, kept.parts, kept.text, bool(kept.sha256)) == ("refused", 2, "", True)
    assert kept.reason == ErrorInfo("attachment.pages_are_pictures", {"name": "scan.pdf"})
    house.load()
    able = weighed(house, kept)
    model = house.services.models.state.name
    assert able.reason == ErrorInfo("attachment.scan_readable", {"name": "scan.pdf", "model": model})


def test_a_model_that_cannot_see_names_one_that_can(house: House) -> None:
    house.engine.sees = False
    house.load()
    kept = house.attach("scan.pdf", scan("red"))
    assert weighed(house, kept).reason == kept.reason
    files = (LibraryFile("/m/g.gguf", 1), LibraryFile("/m/p.gguf", 1, sees=True))
    house.services.store.models.add(LibraryModel("gemma", "Gemma 3 12B", files, "file", 1.0))
    assert weighed(house, kept).reason == ErrorInfo(
        "attachment.other_reads", {"name": "scan.pdf", "model": "Gemma 3 12B"}
    )
    with pytest.raises(UserError, match=r"picture\.not_seen"):
        house.services.scans.read(house.id, kept)


def test_each_page_is_asked_for_once_and_told_as_read_by_the_model(house: House) -> None:
    house.load()
    content, told = scan("red", "white", "blue"), list[tuple[int, int]]()
    kept = house.attach("scan.pdf", content)
    read = house.services.scans.read(house.id, kept, on_progress=told.append)
    assert told == [(1, 3), (2, 3), (3, 3)] and len(house.engine.requests) == 2, (
        "an empty page is not asked for"
    )
    assert (read.state, read.parts, read.kind, read.sha256) == ("whole", 3, "pdf", kept.sha256)
    assert read.reason is not None and read.reason.code == "attachment.read_by"
    assert read.reason.params["pages"] == 2 and read.reason.params["model"]
    parts = house.services.attachments.parts(house.id, read)
    assert [(part.label, part.number, part.text) for part in parts] == [
        ("page 1", 1, "The invoice is red."),
        ("page 3", 3, "The invoice is blue."),
    ]
    again = house.services.scans.read(house.id, house.attach("copy.pdf", content))
    assert again.state == "whole" and len(house.engine.requests) == 2
    house.say("What color is the invoice?", weighed(house, read))
    assert "[page 3]\nThe invoice is blue." in house.asked()[-1]


def test_pages_with_text_keep_it_and_only_the_chosen_ones_are_read(house: House) -> None:
    house.load()
    kept = house.attach("mixed.pdf", joined(pdf("A lease."), scan("red", "blue")))
    counted = weighed(house, kept)
    assert counted.state == "whole" and counted.reason is not None
    assert (counted.reason.code, counted.reason.params["pages"]) == ("attachment.pages_readable", 2)
    read = house.services.scans.read(house.id, kept)
    assert [part.text for part in house.services.attachments.parts(house.id, read)] == [
        "A lease.",
        "The invoice is red.",
        "The invoice is blue.",
    ]
    chosen = house.attach("scan.pdf", scan("blue", "red", "blue"), first=2, last=2)
    assert (chosen.first, chosen.last, chosen.parts) == (2, 2, 3)
    one = house.services.scans.read(house.id, chosen)
    assert [part.text for part in house.services.attachments.parts(house.id, one)] == ["The invoice is red."]


def test_what_was_read_before_it_was_stopped_is_not_read_again(house: House) -> None:
    house.load()
    kept = house.attach("scan.pdf", scan("red", "blue"))
    stopped = house.services.scans.read(house.id, kept, cancelled=lambda: len(house.engine.requests) > 1)
    assert stopped.reason == ErrorInfo("attachment.cancelled", {"name": "scan.pdf"})
    asked = len(house.engine.requests)
    assert house.services.scans.read(house.id, kept).state == "whole"
    assert len(house.engine.requests) == asked + 1


def test_it_gives_way_to_answers_and_begins_the_page_again(house: House) -> None:
    house.load()
    kept, services = house.attach("scan.pdf", scan("red")), house.services
    asked: list[int] = []

    def is_busy() -> bool:
        """Twice before the page is asked for, and once while it is read."""
        asked.append(len(house.engine.requests))
        if len(asked) == 3:
            house.engine.hold.set()
        if asked.count(1) == 1 and asked[-1] == 1:
            house.engine.hold.clear()
            return True
        return len(asked) < 3

    models, registry, attachments = services.models, services.model_registry, services.attachments
    texts, files = services.scan_texts, services.picture_files
    scans = Scans(models, registry, attachments, services.chat_models.take_up, is_busy, texts, files)
    assert scans.read(house.id, kept).state == "whole"
    assert asked[:3] == [0, 0, 0] and len(house.engine.requests) == 2


def test_what_was_read_for_a_temporary_chat_is_not_written(house: House) -> None:
    house.load()
    house.id = house.services.conversations.create_temporary().id
    assert house.services.scans.read(house.id, house.attach("scan.pdf", scan("red"))).state == "whole"
    assert not (house.home / "scans").exists()


def test_it_goes_with_its_document(house: House) -> None:
    house.load()
    kept = house.attach("scan.pdf", scan("red"))
    house.services.scans.read(house.id, kept)
    (file,) = (house.home / "scans").iterdir()
    house.services.scan_texts.sweep(house.services.store.contents.has)
    assert file.exists()
    os.utime(file, (1, 1))
    house.services.scan_texts.sweep(house.services.store.contents.has)
    assert file.exists(), "its document is kept"
    house.services.scan_texts.sweep(lambda _: False)
    assert not file.exists()


def test_scans_of_a_collection_wait_for_a_model_that_sees(house: House, tmp_path: Path) -> None:
    collections = house.services.collections
    (folder := tmp_path / "papers").mkdir()
    (folder / "scan.pdf").write_bytes(scan("white", "red"))
    (folder / "empty.pdf").write_bytes(scan("white"))
    collections.add("Papers", [folder])
    collections.bring_up_to_date(meaning=False)
    waits = [failure.code for failure in collections.status("Papers").failed]
    assert waits == ["pages_are_pictures"] * 2 and not collections.scans.read()
    house.engine.sees = False
    house.load()
    assert not collections.scans.read() and not house.engine.requests, "a model that cannot see is not asked"
    house.engine.sees = True
    house.services.models.reload()
    house.told.model("loading")
    house.told.model("ready")
    assert not collections.scans.read(lambda: True), "somebody stops it"
    while collections.scans.read():
        pass
    (hit,) = collections.search("Papers", "invoice", 5)
    assert (hit.page, hit.text) == (2, "The invoice is red.")
    assert hit.heading.startswith("read by ") and len(house.engine.requests) == 1
    status = collections.status("Papers")
    assert [(failure.code, Path(os.fsdecode(failure.path)).name) for failure in status.failed] == [
        ("no_text", "empty.pdf")
    ]


def test_pages_of_a_scan_in_a_collection_are_read_once_when_it_is_stopped(
    house: House, tmp_path: Path
) -> None:
    house.load()
    (tmp_path / "scan.pdf").write_bytes(scan("red", "blue"))
    collections = house.services.collections
    collections.add("Papers", [tmp_path / "scan.pdf"])
    collections.bring_up_to_date(meaning=False)
    assert not collections.scans.read(lambda: len(house.engine.requests) > 1)
    asked = len(house.engine.requests)
    assert collections.scans.has(hashlib.sha256((tmp_path / "scan.pdf").read_bytes()).hexdigest())
    assert collections.scans.read() and len(house.engine.requests) == asked + 1
    assert not collections.scans.has(hashlib.sha256((tmp_path / "scan.pdf").read_bytes()).hexdigest())
