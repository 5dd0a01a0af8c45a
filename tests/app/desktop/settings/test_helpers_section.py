"""The model for helpers is chosen in the settings."""

from __future__ import annotations

from typing import Any

import pytest

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.helpers_section import HelpersSection
from tests.app.desktop.conftest import Running

pytestmark = pytest.mark.usefixtures("looks")


def test_a_model_on_a_server_is_chosen_for_helpers(qtbot: Any, running: Running) -> None:
    services = running.services
    url = "openai:http://127.0.0.1:1/v1#one"
    services.remote_servers.agree("http://127.0.0.1:1/v1")
    calls = ServiceCalls()
    calls.attach(services)
    section = HelpersSection(calls)
    qtbot.addWidget(section)
    section.take_settings(services.settings.current)
    section.show()
    section.open()
    assert section.model.text().strip() == "The task’s own model"
    section.model.chosen.emit(url)
    qtbot.waitUntil(lambda: services.settings.current.subagent_model == url)
    section.take_settings(services.settings.current)
    assert "one" in section.model.text()
