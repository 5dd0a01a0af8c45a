"""Pictures of the window in light and dark, English and Korean, written to `screenshots/`.

Usage: python -m tests.screenshots [FOLDER]. Draws on the screen that Qt finds, else in memory. The window, the
store and the model are real; the conversations are written for the purpose (`tests.support.demo`), and so is the
model of the run (`tests.support.invoices`).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from agents.permissions.values import Decision
from app.desktop.application import Desktop, dress, put_on_style
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.services.runs.values import RunSpec
from app.services.services import Services
from app.services.settings.placement_options import KeptOptions, PlacementOptionsFile
from app.services.settings.settings import SettingsFile
from app.store.store import Store
from tests.support.demo import write_conversations
from tests.support.hub import Hub, parse_fault
from tests.support.hub.shelves import MOE_REPO, demo_shelf
from tests.support.invoices import ASKED_BEFORE, INVOICES, TASK, invoices_script, write_invoices
from tests.support.moe import moe_model
from tests.support.openai_server import OpenAiServer
from tests.support.rpc_worker import rpc_worker

LOOKS = [(theme, language) for theme in ("light", "dark") for language in ("en", "ko")]
PATIENCE_S = 180.0
# What the worker may hold: enough for some layers' experts, not for all.
WORKER_BYTES = 400 * 2**20
# So much of the context is in use once the figures of an answer have settled.
SETTLED_TOKENS = 160
QWEN_REPO = "riverbed/Qwen3-30B-A3B-GGUF"
QUESTION = {"en": "What is a mixture of experts?", "ko": "전문가 혼합 모델이란 무엇인가요?"}


def until(condition: Callable[[], bool]) -> None:
    """Let the window work until the condition holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def settle(seconds: float = 1.0) -> None:
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


@contextmanager
def desktop_of(application: QApplication, home: Path, settings: SettingsFile) -> Iterator[Desktop]:
    """The whole desktop over a data folder, once its model is loaded; closed at the end."""
    dress(application, settings)
    desktop = Desktop(home, settings)
    put_on_style(application)
    desktop.window.resize(1280, 800)
    desktop.start()
    try:
        until(
            lambda: isinstance(desktop.services, Services) and desktop.services.models.state.state == "ready"
        )
        yield desktop
    finally:
        desktop.window.close()
        desktop.close()
        settle(0.1)


def chat_picture(application: QApplication, folder: Path, theme: str, language: str) -> Path:
    """A chat: its own data folder, the demo conversations, the window grabbed once it is at rest; then the chat
    with tool calls, as `tools-*.png` beside it."""
    with tempfile.TemporaryDirectory(prefix="coterie-screenshots-") as home_name:
        home = Path(home_name)
        with Store.open(home / "coterie.db", home / "backups") as store:
            shown, calls = write_conversations(store, language)
        settings = SettingsFile(home / "settings.toml")
        settings.change(theme=theme, language=language, welcomed=True, load_model="start")
        with desktop_of(application, home, settings) as desktop:
            desktop.window.open_chat(shown)
            settle(1.0)
            for card in desktop.window.chat.transcript.findChildren(ReasoningCard):
                card.open()
            settle(2.0)
            path = folder / f"chat-{theme}-{language}.png"
            desktop.window.grab().save(str(path))
            desktop.window.open_chat(calls)
            settle(1.0)
            desktop.window.grab().save(str(folder / f"tools-{theme}-{language}.png"))
    return path


def context_in_use(services: Services) -> int:
    """In tokens."""
    newest = services.models.activity.newest
    return newest.cells_used if newest is not None else 0


def placement_picture(application: QApplication, folder: Path, theme: str, language: str) -> Path:
    """The placement of the 8-expert model on a worker and RAM while it answers: the experts in use are kept on the
    worker, where the plugin for that is built."""
    with tempfile.TemporaryDirectory(prefix="coterie-screenshots-") as home_name, rpc_worker() as worker:
        home, model = Path(home_name), str(moe_model())
        settings = SettingsFile(home / "settings.toml")
        settings.change(
            theme=theme,
            language=language,
            model=model,
            max_tokens=2000,
            workers=(worker.address,),
            welcomed=True,
            load_model="start",
        )
        options = KeptOptions(context=4096, budgets={"RPC0": WORKER_BYTES}, mode="cached")
        PlacementOptionsFile(home / "wishes.toml").keep(model, options)
        with desktop_of(application, home, settings) as desktop:
            window = desktop.window
            window.resize(1280, 1000)
            window.chat.composer.edit.setPlainText(QUESTION[language])
            window.chat.composer.button.click()
            until(window.chat.answering)
            window.show_page("placement")
            services = desktop.services
            assert services is not None
            until(lambda: context_in_use(services) >= SETTLED_TOKENS or not window.chat.answering())
            until(window.placement.view.activity.isVisible)
            path = folder / f"placement-{theme}-{language}.png"
            window.grab().save(str(path))
            window.chat.stop()
            until(lambda: not window.chat.answering())
    return path


def models_picture(application: QApplication, folder: Path, theme: str, language: str) -> Path:
    """A model of the demo hub judged for this machine, while another comes."""
    with (
        tempfile.TemporaryDirectory(prefix="coterie-screenshots-") as home_name,
        Hub(demo_shelf()) as hub,
    ):
        hub.fault(parse_fault("slow:*:times=0:rate=4e6"))
        home = Path(home_name)
        settings = SettingsFile(home / "settings.toml")
        settings.change(
            theme=theme, language=language, welcomed=True, load_model="start", hub_endpoint=hub.address
        )
        with desktop_of(application, home, settings) as desktop:
            services, window = desktop.services, desktop.window
            assert services is not None
            services.downloads.add_named(f"{MOE_REPO}:Q4_1")
            window.show_models("discover")
            window.models.discover.bar.search("qwen3")
            discover = window.models.discover
            until(lambda: discover.results.model().rowCount() > 1)
            settle(1.0)
            discover.open_repo(QWEN_REPO)
            until(lambda: discover.details.facts() is not None)
            settle(4.0)
            path = folder / f"models-{theme}-{language}.png"
            window.grab().save(str(path))
    return path


def allow_next(services: Services, run: int) -> None:
    """Wait for a question of the run, and answer it."""
    until(lambda: services.runs.pending(run) is not None)
    request = services.runs.pending(run)
    assert request is not None
    services.runs.decide(run, request.call, Decision(True))
    until(lambda: services.runs.pending(run) is not request)


def runs_picture(application: QApplication, folder: Path, theme: str, language: str) -> Path:
    """A run that has read two invoices and asks before it renames them; its model is a script."""
    with (
        tempfile.TemporaryDirectory(prefix="coterie-screenshots-") as home_name,
        OpenAiServer(invoices_script(language), kind="llama-server", context=16384) as server,
    ):
        home, workspace = Path(home_name) / "data", Path(home_name) / INVOICES[language]
        write_invoices(workspace)
        settings = SettingsFile(home / "settings.toml")
        settings.change(theme=theme, language=language, welcomed=True, load_model="start")
        with desktop_of(application, home, settings) as desktop:
            services, window = desktop.services, desktop.window
            assert services is not None
            run = services.runs.start(RunSpec(TASK[language], str(workspace), server.model))
            for _ in range(ASKED_BEFORE):
                allow_next(services, run.id)
            window.show_run(run.id)
            until(lambda: services.runs.pending(run.id) is not None)
            settle(2.0)
            window.toast.dismiss()  # a window that is only drawn counts as one in the background
            settle(0.3)
            path = folder / f"runs-{theme}-{language}.png"
            window.grab().save(str(path))
            services.runs.stop(run.id)
            services.runs.join(run.id)
    return path


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    for theme, language in LOOKS:
        print(chat_picture(application, folder, theme, language), flush=True)
        print(placement_picture(application, folder, theme, language), flush=True)
        print(models_picture(application, folder, theme, language), flush=True)
        print(runs_picture(application, folder, theme, language), flush=True)


if __name__ == "__main__":
    main()
