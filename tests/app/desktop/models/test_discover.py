"""Searching and one repository: what is asked, what is shown, and what a person does with it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.models.discover.results_model import Role
from app.desktop.models.discover.variant_lines import VariantLine
from app.desktop.models.discover.variants_table import VariantsTable
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.elided import fitting
from app.desktop.widgets.scroller import ColumnScroller
from engine.errors import ErrorInfo, UserError
from engine.hub.values import Query
from tests.app.desktop.models.conftest import Open
from tests.support.library.scripted_library import GB
from tests.support.library.shelves import FACTS, GATED, GRANITE, OSS, QWEN, Shelves
from tests.support.window.lists import enter
from tests.support.window.menus import choose
from tests.support.window.models import results

Make = Callable[..., Open]


def names(opened: Open) -> list[str]:
    results = opened.page.discover.results.results
    return [results.index(row).data() for row in range(results.rowCount())]


def queries(opened: Open) -> list[Query]:
    return [asked for asked in opened.hub.asked if isinstance(asked, Query)]


def test_before_anything_is_typed_the_catalogue_is_shown_in_groups(opened: Open) -> None:
    discover = opened.page.discover
    cards = discover.catalogue.grid.cards()
    assert len(cards) == len(opened.hub.entries) and discover.catalogue.isVisible()
    assert not discover.details.isVisible()
    first = cards[0]
    assert first.line.why and first.line.size and " tok/s" in first.line.chip
    assert first.accessibleName().startswith(f"{first.line.name}. {first.line.why.rstrip('.')}. ")
    active = {entry.repo: 0 < entry.active_parameters < entry.parameters for entry in opened.hub.entries}
    mixtures = [active[card.line.repo] for card in cards]
    assert mixtures == sorted(mixtures, reverse=True)


def test_typing_waits_for_a_pause_and_asks_once(opened: Open, qtbot: QtBot) -> None:
    qtbot.keyClicks(opened.page.discover.bar.field, "qwen3-30")
    assert queries(opened) == []
    opened.until(lambda: bool(queries(opened)))
    opened.until(lambda: names(opened) == ["Qwen3-30B-A3B"])
    assert queries(opened) == [Query("qwen3-30")]
    opened.until(lambda: opened.page.discover.count.text() == "1 model")


def test_typing_on_cancels_the_old_query(opened: Open) -> None:
    discover = opened.page.discover
    opened.hub.hold.set()
    discover.bar.field.setText("qwen")
    opened.until(lambda: queries(opened) == [Query("qwen")])
    discover.bar.field.setText("gpt-oss")
    assert not discover.searching.running()
    opened.until(lambda: opened.hub.ended_early == 1)
    opened.hub.hold.clear()
    opened.until(lambda: names(opened) == ["gpt-oss-20b"])


def test_enter_asks_at_once(opened: Open, qtbot: QtBot) -> None:
    field = opened.page.discover.bar.field
    qtbot.keyClicks(field, "unsloth/Next")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    opened.until(lambda: names(opened) == ["Qwen3-Next-80B-A3B-Instruct"])
    assert queries(opened) == [Query("Next", "unsloth")]


def test_a_slow_search_says_so_and_holds_up_nothing_else(opened: Open) -> None:
    discover = opened.page.discover
    opened.hub.hold.set()
    discover.bar.field.setText("qwen")
    opened.until(lambda: discover.state.isVisible() and discover.state.title.isVisible())
    assert discover.state.title.text() == "Searching…"
    done: list[object] = []
    for executor in ("db", "io", "net", "files"):
        opened.calls.do(lambda s: True, done.append, executor=executor)
    opened.until(lambda: len(done) == 4)


def test_results_come_page_by_page_and_more_when_the_end_is_near(opened: Open) -> None:
    opened.search("Mix")
    discover = opened.page.discover
    opened.until(lambda: len(names(opened)) >= 40 and "more below" in discover.count.text())
    assert len(names(opened)) < 120

    def all_came() -> bool:
        bar = discover.results.verticalScrollBar()
        bar.setValue(bar.maximum())
        return len(names(opened)) == 120 and not discover.searching.running()

    opened.until(all_came)
    opened.until(lambda: discover.count.text() == "120 models")
    assert len(set(names(opened))) == 120


def test_menus_filter_and_sort(opened: Open) -> None:
    bar = opened.page.discover.bar
    assert [bar.sort.text(), bar.licence.text(), bar.parameters.text()] == [
        "Trending",
        "Any license",
        "Any size",
    ]
    choose(bar.licence, "Gemma")
    opened.until(lambda: queries(opened) == [Query(licence="gemma")])
    opened.until(lambda: names(opened) == ["gemma-3-12b-it-qat-q4_0"])
    choose(bar.parameters, "Up to 8 billion")
    opened.until(lambda: opened.page.discover.state.title.text() == "Nothing found")
    opened.page.discover.state.buttons[0].click()
    opened.until(lambda: opened.page.discover.catalogue.isVisible())
    assert bar.licence.text() == "Any license"


def test_a_result_says_what_it_is(opened: Open) -> None:
    opened.search("google/")
    index = opened.page.discover.results.results.index(0)
    assert index.data(Role.ABOUT)[0] == "11.8B parameters · Gemma"
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "4 months ago" in said and said.endswith("gated")
    opened.until(lambda: index.data(Role.VERDICT) == ("about 5.7 tok/s", "accent"))
    opened.search("qwen3-30")
    index = opened.page.discover.results.results.index(0)
    assert index.data(Role.OWNED) is True
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith("in your library")


def test_a_card_of_results_drops_words_before_it_cuts_figures(opened: Open) -> None:
    opened.search("qwen3-30")
    forms = opened.page.discover.results.results.index(0).data(Role.ABOUT)
    assert forms[1:] == ["30.5B parameters, 3B active", "30.5B, 3B active"]
    metrics = QFontMetrics(themes.current.font(13))
    assert fitting(metrics, forms, metrics.horizontalAdvance(forms[0]) + 2) == forms[0]
    assert fitting(metrics, forms, metrics.horizontalAdvance(forms[1]) + 2) == forms[1]
    assert fitting(metrics, forms, 1) == forms[2]


def test_the_keys_go_from_the_field_through_the_list_to_the_details(opened: Open, qtbot: QtBot) -> None:
    discover = opened.page.discover
    opened.search("qwen3")
    qtbot.keyClick(discover.bar.field, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is discover.results
    qtbot.keyClick(discover.results, Qt.Key.Key_Down)
    qtbot.keyClick(discover.results, Qt.Key.Key_Down)
    opened.until(lambda: discover.details.title.whole() == "Qwen3-Coder-30B-A3B-Instruct")
    qtbot.keyClick(discover.results, Qt.Key.Key_Up)
    qtbot.keyClick(discover.results, Qt.Key.Key_Up)
    qtbot.keyClick(discover.results, Qt.Key.Key_Return)
    opened.until(lambda: discover.details.title.whole() == "Qwen3-30B-A3B")
    qtbot.keyClick(discover.results, Qt.Key.Key_Up)
    assert QApplication.focusWidget() is discover.bar.field
    qtbot.keyClick(discover.bar.field, Qt.Key.Key_Escape)
    assert discover.bar.field.text() == ""


def test_verdicts_fill_in_one_by_one_and_the_best_is_marked(opened: Open) -> None:
    details = opened.page.discover.details
    opened.hub.hold_after = 3
    opened.page.show_repo(QWEN)
    opened.until(lambda: len(details.table.rows) == 8)
    assert [row.line.name for row in details.table.rows[:2]] == ["BF16", "Q8_0"]
    assert details.table.rows[1].line.words == "nearly the original, twice the size"
    opened.until(lambda: sum(row.line.chip == "reading…" for row in details.table.rows) in range(1, 8))
    assert all(row.line.mark != "best here" for row in details.table.rows)
    opened.hub.hold.clear()
    opened.until(lambda: not opened.page.discover.reading.running())
    lines = {row.line.name: row.line for row in details.table.rows}
    assert [name for name, line in lines.items() if line.mark == "best here"] == ["Q4_K_M"]
    assert [row.line.name for row in details.table.rows[:3]] == ["Q4_K_M", "BF16", "Q8_0"]
    assert (lines["BF16"].chip, lines["BF16"].tone) == ("needs 2.1 GB more memory", "warning")
    assert lines["UD-IQ1_S"].chip.startswith("on the GPU, about ")
    assert (
        details.source.text()
        == "Checked against RTX 2080 and 64 GB of RAM. 24.8 MB of file headers were read."
    )
    assert details.best.text().startswith("Best for this computer: Q4_K_M. ")
    row = next(row for row in details.table.rows if row.line.name == "Q8_0")
    assert row.name.accessibleName().startswith("Q8_0, 32.5 GB, ")
    assert details.chips.isVisible()
    opened.search("qwen3-30")
    assert ["128 experts, 8 active" in said for said in results(opened.page)] == [True]
    best = next(row.line.chip for row in details.table.rows if row.line.mark == "best here")
    speed = "about " + best.partition("about ")[2]
    opened.until(lambda: opened.page.discover.results.results.index(0).data(Role.VERDICT)[0] == speed)


def test_a_model_of_the_hub_without_a_chat_template_is_said_to_have_none(opened: Open) -> None:
    opened.hub.facts[QWEN] = msgspec.structs.replace(FACTS, has_template=False)
    opened.open_repo(QWEN)
    chips = {
        chip.text(): chip for chip in opened.page.discover.details.findChildren(Chip) if chip.isVisible()
    }
    assert chips["no chat template"].tone() == "warning"
    assert chips["no chat template"].accessibleName().startswith("This model comes without a chat template")


def test_what_was_judged_is_there_at_once_when_one_comes_back(opened: Open) -> None:
    opened.open_repo(QWEN)
    opened.open_repo(OSS)
    asked = len(opened.hub.asked)
    opened.page.show_repo(QWEN)
    assert opened.page.discover.details.table.rows[0].line.mark == "best here"
    assert len(opened.hub.asked) == asked


def test_sizes_alone_are_said_to_be_sizes_alone(opened: Open) -> None:
    opened.open_repo(GRANITE)
    details = opened.page.discover.details
    assert details.source.text() == "Estimated from the size of the files. " + languages.tell(
        ErrorInfo("hub.no_ranges", {"host": "huggingface.co"})
    )
    assert [row.line.chip for row in details.table.rows] == ["fits GPU and RAM", "fits the GPU"]


def test_a_file_that_cannot_be_judged_says_why(opened: Open) -> None:
    opened.hub.judge_error = UserError("hub.busy", seconds=30)
    opened.open_repo(QWEN)
    line = opened.page.discover.details.table.rows[0].line
    assert line.chip == "unknown" and line.sentence


def test_a_gated_repository_explains_itself(opened: Open) -> None:
    settings: list[bool] = []
    opened.page.settings_wanted.connect(lambda: settings.append(True))
    opened.search("google/")
    enter(opened.page.discover.results, 0)
    gate = opened.page.discover.details.gate
    opened.until(lambda: gate.isVisible() and GATED in gate.words.text())
    assert not opened.page.discover.details.state.isVisible()
    gate.token.click()
    assert settings == [True]


def test_a_repository_that_cannot_be_read_is_tried_again(opened: Open) -> None:
    details = opened.page.discover.details
    opened.hub.error = UserError("hub.unreachable", host="huggingface.co")
    opened.open_repo(OSS)
    assert "huggingface.co" in details.state.title.text() and details.state.isVisible()
    opened.hub.error = None
    details.state.buttons[0].click()
    opened.until(lambda: len(details.table.rows) == 2)


def test_get_downloads_and_the_button_tells_how_far_it_is(opened: Open) -> None:
    opened.open_repo(GRANITE)
    details = opened.page.discover.details
    large, small = details.table.rows
    assert (small.button.text(), small.line.mark) == ("Use", "best here") or small.button.text() == "Use"
    large.button.click()
    opened.until(lambda: ("add", GRANITE, "Q8_0") in opened.downloads.asked)
    opened.until(lambda: large.button.text() == "0%")
    opened.downloads.advance(4, 3_700_000_000)
    opened.until(lambda: large.button.text() == "50%")
    assert large.button.accessibleName() == "Q8_0: 50%. Show the downloads"
    opened.downloads.pause(4)
    opened.until(lambda: large.button.text() == "Paused, 50%")
    large.button.click()
    assert opened.page.downloads.isVisible()
    opened.downloads.fail(4, UserError("download.no_room", need_bytes=1, have_bytes=0, folder="/"))
    opened.until(lambda: large.button.text() == "Try again")
    opened.downloads.resume(4)
    opened.downloads.finish(4)
    opened.until(lambda: large.button.text() == "Use")
    large.button.click()
    assert opened.used == ["/models/granite-4.0-h-tiny-Q8_0.gguf"]


def test_what_cannot_be_downloaded_is_told(opened: Open) -> None:
    opened.open_repo(GRANITE)
    opened.downloads.error = UserError("download.no_room", need_bytes=8, have_bytes=1, folder="/x")
    row = opened.page.discover.details.table.rows[0]
    row.button.click()
    opened.until(lambda: row.line.bad)
    assert row.line.words.startswith("Needs 8 B, but only 1 B is free in /x.") and row.words.isVisible()
    assert opened.failed == []  # it is told where it was asked for, and nowhere else
    opened.downloads.error = None
    row.button.click()
    opened.until(lambda: not row.line.bad)


def test_a_disk_without_room_says_so_before_anything_is_asked(opened: Open) -> None:
    opened.library.free = 3 * GB
    opened.page.shelf.read()
    opened.open_repo(QWEN)
    rows = opened.page.discover.details.table.rows
    opened.until(lambda: all(row.line.blocked for row in rows if row.line.name in ("Q8_0", "BF16")))
    row = next(row for row in rows if row.line.name == "Q8_0")
    assert row.line.words.endswith(" on the disk, 3 GB are free")
    assert not row.button.isEnabled()


def test_details_of_before_leave_with_a_search_that_does_not_find_them(opened: Open) -> None:
    opened.open_repo(GRANITE)
    opened.search("qwen3")
    assert opened.page.discover.details.repo() == ""
    opened.open_repo(QWEN)
    opened.search("qwen3-30b")
    assert opened.page.discover.details.repo() == QWEN
    opened.search("there is nothing like it")
    assert opened.page.discover.details.repo() == ""


@pytest.mark.parametrize(("code", "button"), [("hub.offline", "Go online"), ("hub.unreachable", "Try again")])
def test_without_a_connection_the_page_stays_calm(opened: Open, code: str, button: str) -> None:
    opened.hub.error = UserError(code, host="huggingface.co")
    opened.search("qwen")
    state = opened.page.discover.state
    opened.until(lambda: state.isVisible() and state.buttons[0].text() == button)
    assert "the catalog" in state.words.text() and opened.failed == []
    opened.hub.error = None
    state.buttons[0].click()
    opened.until(lambda: len(names(opened)) == 4)
    assert opened.settings.current.offline is False


def test_a_connection_that_breaks_off_keeps_what_was_found(opened: Open) -> None:
    opened.search("Mix")
    opened.page.discover.searching.failed.emit(UserError("hub.unreachable", host="h"))
    assert "connection was lost" in opened.page.discover.count.text() and names(opened)


def test_a_link_of_a_card_is_shown_whole_before_it_opens(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    links: list[str] = []
    monkeypatch.setattr("app.desktop.models.models_page.open_link", links.append)
    opened.open_repo(QWEN)
    details = opened.page.discover.details
    details.card.link_asked.emit("https://example.org/docs")
    assert links == [] and opened.said[-1].text == "https://example.org/docs"
    opened.said[-1].act()  # type: ignore[misc]
    details.card.link_asked.emit("file:///etc/passwd")
    assert links == ["https://example.org/docs"] and len(opened.said) == 1
    details.page_link.click()
    opened.until(lambda: links[-1] == f"https://huggingface.co/{QWEN}")


def test_in_a_narrow_window_the_details_are_a_page_with_a_way_back(make_page: Make, qtbot: QtBot) -> None:
    opened = make_page(size=(640, 560)).ready()
    discover = opened.page.discover
    opened.search("qwen3-30")
    assert discover.results.isVisible() and not discover.details.isVisible()
    discover.results.take_focus()
    qtbot.keyClick(discover.results, Qt.Key.Key_Return)
    opened.until(lambda: not discover.reading.running())
    assert (
        discover.details.isVisible()
        and not discover.results.isVisible()
        and discover.details.back.isVisible()
    )
    assert discover.details.table.folded()
    assert discover.details.scroller.horizontalScrollBar().maximum() == 0
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert discover.results.isVisible() and QApplication.focusWidget() is discover.results
    opened.window.resize(1220, 800)
    QApplication.processEvents()
    discover.open_repo(QWEN)
    assert discover.results.isVisible() and discover.details.isVisible()


def test_the_keys_walk_through_the_catalogue(opened: Open, qtbot: QtBot) -> None:
    discover = opened.page.discover
    cards = discover.catalogue.grid.cards()
    assert QApplication.focusWidget() is discover.bar.field
    qtbot.keyClick(discover.bar.field, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is cards[0]
    qtbot.keyClick(cards[0], Qt.Key.Key_Right)
    assert QApplication.focusWidget() is cards[1]
    qtbot.keyClick(cards[1], Qt.Key.Key_Down)
    below = QApplication.focusWidget()
    assert below in cards and below.y() > cards[1].y() and below.x() == cards[1].x()
    qtbot.keyClick(below, Qt.Key.Key_Return)
    opened.until(lambda: discover.details.isVisible())
    assert discover.details.repo() == below.line.repo and discover.details.back.isVisible()
    discover.details.back.click()
    assert not discover.details.isVisible() and below is QApplication.focusWidget()


def test_the_machine_changes_and_verdicts_are_made_anew(opened: Open) -> None:
    from app.services.placement.events import MachineChanged

    opened.open_repo(QWEN)
    asked = opened.hub.asked.count(QWEN)
    opened.placements.tell(MachineChanged(opened.placements.machine()))
    opened.until(lambda: opened.hub.asked.count(QWEN) == asked + 1)
    opened.until(lambda: not opened.page.discover.reading.running())
    details = opened.page.discover.details
    assert details.repo() == QWEN and details.isVisible() and opened.hub.asked.count(QWEN) == asked + 1


def test_an_empty_catalogue_leaves_an_empty_page_and_no_error(make_page: Make) -> None:
    opened = make_page(Shelves()).ready()
    assert not opened.page.discover.catalogue.grid.cards() and opened.failed == []


def test_rows_of_quantizations_that_come_do_not_stand_on_each_other(qtbot: QtBot, looks: None) -> None:
    scroller = ColumnScroller()
    qtbot.addWidget(scroller)
    table = VariantsTable(scroller)
    scroller.column.add(table)
    scroller.column.addStretch(1)
    scroller.resize(700, 600)
    scroller.show()
    QApplication.processEvents()
    table.show_lines([VariantLine(f"Q{bits}_K_M", "4.5 GB") for bits in range(2, 9)])
    # No event has come since: a paint would find them so.
    assert table.height() == table.sizeHint().height()
    places = [row.name.geometry() for row in table.rows]
    assert all(upper.bottom() < lower.top() for upper, lower in pairwise(places))


def test_what_was_judged_for_a_machine_that_has_changed_since_is_judged_again_next_time(opened: Open) -> None:
    opened.hub.hold_after = 3
    opened.page.show_repo(QWEN)
    opened.until(opened.hub.hold.is_set)
    opened.page.discover.machine_changed()
    opened.hub.hold.clear()
    opened.until(lambda: not opened.page.discover.reading.running())
    opened.page.discover.close_details()
    opened.page.show_repo(QWEN)
    assert opened.page.discover.reading.running()
    opened.hub.hold_after = 0
    opened.hub.hold.clear()
    opened.until(lambda: not opened.page.discover.reading.running())
