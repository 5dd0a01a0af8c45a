"""`coterie serve`: runs the server until a signal ends it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from app import paths
from app.cli.ending import Ended, signals_held
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.serve import user_unit
from app.cli.serve.service_manager import tell
from app.mcp_server.over_http import OverHttp
from app.server.server import PORT, PROTOCOLS, Server, ServerOptions, check_options
from engine.errors import UserError


def server_options(
    *,
    hosts: tuple[str, ...],
    port: int | None,
    ollama_port: int | None,
    key_file: str,
    needs_key: bool,
    origins: tuple[str, ...],
    names: tuple[str, ...],
) -> ServerOptions:
    """Raises UserError `server.key_file` (`path`)."""
    return ServerOptions(
        port=PORT if port is None else port,
        hosts=hosts,
        ollama_port=ollama_port,
        origins=origins,
        names=names,
        keys=_keys_of(key_file) if key_file else (),
        needs_key=needs_key,
    )


def serve(options: ServerOptions, model: str, context: int | None, output: Output) -> int:
    """Listen, say where, and answer until Ctrl+C or SIGTERM, which ends with 0."""
    with opened(states=False) as services:
        tools = OverHttp(services, paths.home(), in_window=False, may_load=options.may_load)
        server = Server(services, paths.home(), options, tools=tools)
        try:
            address = server.start()
            output.object({"address": address, "pid": os.getpid(), "protocols": list(PROTOCOLS)})
            output.text(output.localized("cli.serve.listens", address=address))
            tell("READY=1")
            if not options.needs_key:
                output.note(output.localized("cli.serve.without_key"))
            elif server.keys.is_empty:
                output.note(output.localized("cli.serve.no_keys"))
            services.lifecycle.begin(model, context)
            threading.Event().wait()
        except Ended:
            return 0
        finally:
            with signals_held():
                tell("STOPPING=1")
                server.stop()
    return 0


def install(options: ServerOptions, model: str, context: int | None, key_file: str, output: Output) -> int:
    """Write the service that serves so from the next login on. Raises UserError as `user_unit.install` and
    `check_options` do."""
    check_options(options)
    with opened(states=False) as services:
        library = services.settings.current.library_folder
    file = user_unit.install(arguments_of(options, model, context, key_file), library)
    output.object({"unit": str(file)})
    output.text(output.localized("cli.serve.installed", path=str(file), name=user_unit.NAME))
    return 0


def arguments_of(options: ServerOptions, model: str, context: int | None, key_file: str) -> list[str]:
    """What `coterie serve` is given for the same server, whatever folder it is started in."""
    given: list[tuple[str, object]] = [
        *(("--host", host) for host in options.hosts),
        ("--port", options.port),
        ("--model", str(Path(model).absolute()) if Path(model).is_file() else model),
        ("--context", context),
        ("--key-file", str(Path(key_file).expanduser().absolute()) if key_file else ""),
        *(("--origin", origin) for origin in options.origins),
        *(("--allow-host", name) for name in options.names),
        ("--ollama-port", options.ollama_port),
    ]
    said = [text for name, value in given if value not in (None, "") for text in (name, str(value))]
    return said if options.needs_key else [*said, "--no-key"]


def _keys_of(path: str) -> tuple[str, ...]:
    try:
        lines = Path(path).expanduser().read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("server.key_file", path=path) from error
    keys = tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if not keys:
        raise UserError("server.key_file", path=path)
    return keys
