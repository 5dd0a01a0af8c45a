"""Hosts that misbehave in ways the real one cannot be made to."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from engine.api import Delta, Loaded, ModelFacts
from engine.formats import Prompt
from engine.local import host, protocol
from engine.placement.plan import LoadedWeights, Placement
from engine.values import Message, ReasoningControl, Sampling


def _serve(connection: Connection, on_generate: bytes | None, loads: int = 0) -> None:
    """Load anything at once; answer a request with "half an" and then with raw bytes, or with nothing more.

    `loads` were asked for before.
    """
    facts = ModelFacts("x", "Faulty", "test", "F16", 512, 512, ReasoningControl(), Sampling(), 0.0)
    connection.send_bytes(protocol.encode([protocol.Ready(), *[Loaded(facts)] * loads]))
    while True:
        try:
            command = protocol.decode_command(connection.recv_bytes())
        except EOFError:
            return
        if isinstance(command, protocol.Load):
            connection.send_bytes(protocol.encode([Loaded(facts)]))
        elif isinstance(command, protocol.Ping):
            connection.send_bytes(protocol.encode([protocol.Pong(False, 0)]))
        elif isinstance(command, protocol.Close):
            return
        elif isinstance(command, protocol.Generate):
            connection.send_bytes(protocol.encode([Delta(command.request.id, "content", "half an")]))
            if on_generate is None:
                time.sleep(3600)
            connection.send_bytes(on_generate or b"")


def garbage(connection: Connection, log_path: str) -> None:
    """Sends bytes that are no reply in the middle of an answer."""
    _serve(connection, b"\x00\xff not a reply")


def deaf(connection: Connection, log_path: str) -> None:
    """Stops answering anything, pings included, in the middle of an answer."""
    _serve(connection, None)


def wants_another_start(connection: Connection, log_path: str) -> None:
    """Asks for another start at the first load, and is the deaf host in the second."""
    command = protocol.decode_command(connection.recv_bytes())
    assert isinstance(command, protocol.Load)
    if command.min_batch is None:
        connection.send_bytes(protocol.encode([protocol.StartAgain(1)]))
        while not isinstance(protocol.decode_command(connection.recv_bytes()), protocol.Close):
            pass
        return
    _serve(connection, None, loads=1)


def dies_at_once(connection: Connection, log_path: str) -> None:
    """Ends before it said anything, leaving a word in its log."""
    with open(log_path, "a") as log:  # noqa: PTH123
        log.write("last words\n")
    os._exit(3)


def mistaken(connection: Connection, log_path: str) -> None:
    """The real host with a mistake of ours in it: answering "Fail" raises what nobody foresaw."""
    host.prepare_process(log_path)
    from engine.formats import ChatFormat

    render = ChatFormat.render

    def failing(self: ChatFormat, messages: Sequence[Message], **settings: Any) -> Prompt:
        if messages[-1].content == "Fail":
            raise ZeroDivisionError("a mistake")
        return render(self, messages, **settings)

    ChatFormat.render = failing  # type: ignore[method-assign,assignment]
    host.Host(connection).run()


def mistaken_load(connection: Connection, log_path: str) -> None:
    """The real host, where opening any model raises what nobody foresaw."""
    host.prepare_process(log_path)
    from engine.local import loading

    def failing(*_: object) -> None:
        raise ZeroDivisionError("a mistake")

    loading.open_session = failing  # type: ignore[assignment]
    host.Host(connection).run()


def without_library(connection: Connection, log_path: str) -> None:
    """The real host where the system cannot load llama.cpp."""
    host.prepare_process(log_path)
    sys.modules["llama_cpp"] = None  # type: ignore[assignment]
    host.Host(connection).run()


def _have_layouts_win() -> None:
    """As if it was measured that nothing of a model is slower laid out anew."""
    from engine.local.repack import choice
    from engine.local.repack.speeds import LayoutSpeed

    choice.kept_speeds = lambda *_: (LayoutSpeed("F32", False, "AMX", 1.0, 1.0, 1.0, 1.0),)  # type: ignore[assignment]


def dies_repacking(connection: Connection, log_path: str) -> None:
    """The real host, which aborts where weights may be laid out anew for the processor."""
    host.prepare_process(log_path)
    _have_layouts_win()
    dry_run = import_module("engine.local.native.dry_run")  # the package has a function of this name
    load = dry_run.load_model

    def failing(path: str, placement: Placement, *arguments: Any, **settings: Any) -> int:
        if placement.repack:
            os.abort()
        return load(path, placement, *arguments, **settings)

    dry_run.load_model = failing  # type: ignore[attr-defined]
    host.Host(connection).run()


def dies_repacking_twice(connection: Connection, log_path: str) -> None:
    """As `dies_repacking`, where a process that was asked to do without because one died ends too."""
    host.prepare_process(log_path)
    opened = host.Host._opened

    def failing(self: host.Host, command: protocol.Load) -> Any:
        if command.died:
            os._exit(3)
        return opened(self, command)

    host.Host._opened = failing  # type: ignore[method-assign]
    dies_repacking(connection, log_path)


def dies_computing_repacked(connection: Connection, log_path: str) -> None:
    """The real host, which says that weights were laid out anew, and aborts in its first answer with them."""
    host.prepare_process(log_path)
    _have_layouts_win()
    from engine.local import loading
    from engine.local.scheduling.scheduler import Scheduler

    found, step = loading.native.loaded_weights, Scheduler.step

    def laid_out(model: int, context: int, index: Any, placement: Placement) -> LoadedWeights:
        weights = found(model, context, index, placement)
        return msgspec.structs.replace(weights, repacked={"AMX": 1}) if placement.repack else weights

    def failing(self: Scheduler) -> None:
        weights = self.session.facts.weights
        if weights is not None and weights.repacked:
            os.abort()
        step(self)

    loading.native.loaded_weights = laid_out
    Scheduler.step = failing  # type: ignore[method-assign]
    host.Host(connection).run()
