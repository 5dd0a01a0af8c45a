"""`coterie serve`: runs the server until a signal ends it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app import paths
from app.cli.ending import Ended, signals_held
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.serve import user_unit
from app.cli.serve.service_manager import tell
from app.installation.first_starts import this_start
from app.mcp_server.entrance import Entrance
from app.mcp_server.over_http import OverHttp
from app.server.options import ServerOptions, checked, options_of
from app.server.server import PROTOCOLS, Server
from app.services.settings.settings import Settings
from app.store.schedules.records import Schedule
from engine.errors import UserError


class GivenOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What `coterie serve` was given; None and nothing stand for what is set in the window."""

    hosts: tuple[str, ...] = ()
    port: int | None = None
    ollama_port: int | None = None
    key_file: str = ""
    needs_key: bool = True
    origins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    model: str = ""
    context: int | None = None


def server_options(given: GivenOptions, settings: Settings) -> ServerOptions:
    """What was given, and the settings for the rest. It listens beyond this computer only where it is told to here.

    Raises UserError `server.key_file` (`path`), and as `checked`.
    """
    of_window = options_of(settings)
    options = ServerOptions(
        port=of_window.port if given.port is None else given.port,
        hosts=given.hosts,
        ollama_port=given.ollama_port,
        origins=given.origins or of_window.origins,
        names=given.names or of_window.names,
        keys=_keys_of(given.key_file) if given.key_file else (),
        needs_key=given.needs_key,
        may_load=of_window.may_load,
    )
    return checked(options)


def serve(given: GivenOptions, output: Output) -> int:
    """Listen, say where, and answer until Ctrl+C or SIGTERM, which ends with 0."""
    with opened(states=False) as services:
        options = server_options(given, services.settings.current)
        services.models.serves = True
        tools = OverHttp(services, paths.home(), in_window=False, may_load=lambda: options.may_load)
        server = Server(services, paths.home(), options, tools=tools)
        try:
            address = server.start()
            output.object({"address": address, "pid": os.getpid(), "protocols": list(PROTOCOLS)})
            output.text(output.localized("cli.serve.listens", address=address))
            tell("READY=1")
            this_start().good()
            if not options.needs_key:
                output.note(output.localized("cli.serve.without_key"))
            elif server.keys.is_empty:
                output.note(output.localized("cli.serve.no_keys"))
            if left_out(services.store.schedules.all()):
                output.note(output.localized("cli.serve.no_schedules"))
            services.lifecycle.begin(given.model, given.context)
            Entrance(services, paths.home(), in_window=False).open()
            threading.Event().wait()
        except Ended:
            return 0
        finally:
            with signals_held():
                tell("STOPPING=1")
                server.stop()
    return 0


def left_out(schedules: Iterable[Schedule]) -> bool:
    """Whether some of these start only where a window is: none starts here, for nobody could answer what it asks."""
    return any(not (each.paused or each.timer) for each in schedules)


def install(given: GivenOptions, output: Output) -> int:
    """Write the service that serves so from the next login on. Raises UserError as `user_unit.install` and
    `server_options` do."""
    with opened(states=False) as services:
        settings = services.settings.current
    server_options(given, settings)
    file = user_unit.install(arguments_of(given), settings.library_folder)
    output.object({"unit": str(file)})
    output.text(output.localized("cli.serve.installed", path=str(file), name=user_unit.NAME))
    return 0


def arguments_of(given: GivenOptions) -> list[str]:
    """What `coterie serve` is given for the same server, whatever folder it is started in."""
    model, key_file = given.model, given.key_file
    options: list[tuple[str, object]] = [
        *(("--host", host) for host in given.hosts),
        ("--port", given.port),
        ("--model", str(Path(model).absolute()) if Path(model).is_file() else model),
        ("--context", given.context),
        ("--key-file", str(Path(key_file).expanduser().absolute()) if key_file else ""),
        *(("--origin", origin) for origin in given.origins),
        *(("--allow-host", name) for name in given.names),
        ("--ollama-port", given.ollama_port),
    ]
    said = [text for name, value in options if value not in (None, "") for text in (name, str(value))]
    return said if given.needs_key else [*said, "--no-key"]


def _keys_of(path: str) -> tuple[str, ...]:
    try:
        lines = Path(path).expanduser().read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("server.key_file", path=path) from error
    keys = tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if not keys:
        raise UserError("server.key_file", path=path)
    return keys
