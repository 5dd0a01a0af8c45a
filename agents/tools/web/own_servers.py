"""Pages of servers that a run has started itself, in its own sandbox."""

from __future__ import annotations

import socket

from agents.api import Commands
from agents.tools.function_tool import ToolTrouble
from agents.tools.web.address import Address
from agents.tools.web.download import Web
from engine.net.sockets import trusting

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def of_the_run(address: Address, commands: Commands | None) -> bool:
    """Whether an address is one of the sandbox's own, in which something runs."""
    running = commands is not None and any(one.code is None for one in commands.all())
    return running and address.host in _LOOPBACK


def of_commands(commands: Commands) -> Web:
    """A web that is nothing but the sandbox's own loopback, wherever an address leads."""

    def connect(place: tuple[str, int], _: float) -> socket.socket:
        try:
            return commands.connect(place[1])
        except OSError as error:
            raise ToolTrouble(
                f"Nothing listens at port {place[1]} in the sandbox. Start it with shell, in the background."
            ) from error

    return Web(lambda host, port: ["127.0.0.1"], lambda address: True, trusting, connect)
