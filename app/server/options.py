"""How the local server runs: what a person has set, or given to `coterie serve`."""

from __future__ import annotations

import ipaddress

import msgspec

from app.server.http.listed import listed_name, listed_origin
from app.services.settings.settings import Settings
from engine.errors import UserError

PORT = Settings().server_port
ALL_ADDRESSES = ("0.0.0.0",)


class ServerOptions(msgspec.Struct, frozen=True):
    """`hosts` are the addresses that it listens on, none: loopback. `origins` are those of pages
    that may use it, `names` further names that it is reached by, `keys` those that hold besides those of the store.
    `needs_key` False is possible on loopback alone."""

    port: int = PORT
    hosts: tuple[str, ...] = ()
    ollama_port: int | None = None
    origins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    needs_key: bool = True
    may_load: bool = True


def options_of(settings: Settings) -> ServerOptions:
    """What is set in the window, but for other devices: a program that listens beyond this computer is told so each
    time."""
    return ServerOptions(
        port=settings.server_port,
        origins=settings.server_origins,
        names=settings.server_names,
        may_load=settings.server_may_load,
    )


def checked(options: ServerOptions) -> ServerOptions:
    """The options with origins and names as browsers send them.

    Raises UserError `server.key_needed` (`host`), `server.bad_host` (`host`), `server.bad_origin` (`origin`),
    `server.bad_name` (`name`).
    """
    for host in options.hosts:
        try:
            is_loopback = ipaddress.ip_address(host).is_loopback
        except ValueError as error:
            raise UserError("server.bad_host", host=host) from error
        if not is_loopback and not options.needs_key:
            raise UserError("server.key_needed", host=host)
    return msgspec.structs.replace(
        options,
        origins=tuple(listed_origin(each) for each in options.origins),
        names=tuple(listed_name(each) for each in options.names),
    )
