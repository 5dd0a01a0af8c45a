from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.services.events import EventBus, ServiceEvent, StoreFailed
from app.services.library.events import LibraryChanged
from app.services.services import open_services
from app.services.settings.settings import SettingsChanged, SettingsFile
from engine.errors import ErrorInfo
from tests.support.engines.scripted_engine import ScriptedEngine

FULL = StoreFailed(ErrorInfo("store.disk_full"))


def test_a_handler_gets_the_events_of_its_class_and_of_its_subclasses_in_order() -> None:
    bus = EventBus()
    every: list[ServiceEvent] = []
    failures: list[StoreFailed] = []
    bus.subscribe(ServiceEvent, every.append)
    bus.subscribe(StoreFailed, failures.append)
    bus.publish(LibraryChanged(), FULL)
    assert every == [LibraryChanged(), FULL] and failures == [FULL]


def test_a_handler_that_raises_is_logged_and_keeps_the_event_from_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus = EventBus()
    heard: list[ServiceEvent] = []

    def fails(event: ServiceEvent) -> None:
        raise ValueError("no")

    bus.subscribe(ServiceEvent, fails)
    bus.subscribe(ServiceEvent, heard.append)
    bus.publish(FULL)
    assert heard == [FULL]
    assert "StoreFailed" in caplog.text and "ValueError: no" in caplog.text


def test_who_unsubscribes_while_an_event_is_published_hears_no_later_one() -> None:
    bus = EventBus()
    heard: list[ServiceEvent] = []

    def once(event: ServiceEvent) -> None:
        heard.append(event)
        leave()

    leave = bus.subscribe(ServiceEvent, once)
    bus.publish(FULL, FULL)
    leave()
    assert heard == [FULL]


def test_what_follows_the_bus_gets_at_once_what_was_published_at_once_and_does_not_live_by_it() -> None:
    class Page:
        def __init__(self) -> None:
            self.heard: list[Sequence[ServiceEvent]] = []

        def hear(self, events: Sequence[ServiceEvent]) -> None:
            self.heard.append(events)

    bus, page = EventBus(), Page()
    heard = page.heard
    bus.follow(page.hear)
    bus.publish(FULL, LibraryChanged())
    bus.publish()
    del page
    gc.collect()
    bus.publish(FULL)
    assert heard == [(FULL, LibraryChanged())]


def test_threads_publish_and_subscribe_at_the_same_time() -> None:
    bus = EventBus()
    heard: list[ServiceEvent] = []
    bus.subscribe(StoreFailed, heard.append)

    def work() -> None:
        for _ in range(200):
            leave = bus.subscribe(LibraryChanged, lambda _: None)
            bus.publish(FULL)
            leave()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 800


def test_services_opened_anew_over_the_same_settings_hear_of_them_and_closed_ones_do_not(
    coterie_home: Path,
) -> None:
    """As after a backup was restored."""
    settings = SettingsFile(coterie_home / "settings.toml")
    heard: list[list[int]] = []
    for size in (110, 120):
        services = open_services(coterie_home, settings, ScriptedEngine)
        sizes: list[int] = []
        services.events.subscribe(
            SettingsChanged, lambda event, to=sizes: to.append(event.settings.text_size)
        )
        heard.append(sizes)
        settings.change(text_size=size)
        services.close()
    assert heard == [[110], [120]]
