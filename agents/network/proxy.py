"""A proxy for HTTP and for tunnels (CONNECT), on a socket in a file, that lets through what it is told to.

It opens no TLS. What it knows of a tunnel is the host that was asked for, and that the client's first message names
the same one. Plain requests are read strictly and passed on one for each connection, so that no second one with
another host can follow.
"""

from __future__ import annotations

import contextlib
import http
import ipaddress
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from agents.network.carrier import Carrier
from agents.network.client_hello import MOST as MOST_HELLO
from agents.network.client_hello import Incomplete, server_name
from agents.network.request_body import pass_body
from agents.network.request_head import MOST as MOST_HEAD
from agents.network.request_head import BadRequest, RequestHead, read_head
from agents.network.upstream import Unreachable, Upstream
from agents.permissions.hosts import WEB_PORTS, ascii_host
from engine.net.sockets import Sockets, shut

log = logging.getLogger(__name__)
MOST = 128  # connections at once; others wait to be accepted
HEAD_SECONDS = 20.0  # until the head of a request, or the first message of TLS, is whole
_BODY_SECONDS = 120.0  # for each piece of a body
_OTHER_SECONDS = 1.0  # for the first byte where it need not be TLS
_LAST_SECONDS = 2.0  # in which those that are being connected may end
_POLL = 0.2

# Says of a host and a port whether they may be reached; called on many threads.
Allowed = Callable[[str, int], bool]


class _Refused(Exception):
    """The status and the line that a client is answered with."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status, self.line = status, line


class Proxy:
    """Listens at `path` until it is closed. `reached` is told of each host that was connected to."""

    def __init__(
        self,
        path: Path,
        allowed: Allowed,
        reached: Callable[[str, int], None],
        upstream: Upstream,
        *,
        head_seconds: float = HEAD_SECONDS,
    ) -> None:
        self._allowed, self._reached, self._upstream = allowed, reached, upstream
        self._head_seconds = head_seconds
        self._room = threading.BoundedSemaphore(MOST)
        self._opening = Sockets()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._listener = _listening(path)
        self._carrier = Carrier(self._room.release)
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End all connections. A name that is being looked up keeps its thread for a moment longer."""
        self._over.set()
        shut(self._listener)
        self._opening.cut()
        self._thread.join()
        self._listener.close()
        with self._lock:
            threads = list(self._threads)
        until = time.monotonic() + _LAST_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._carrier.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            if not self._room.acquire(timeout=_POLL):
                continue
            try:
                client = self._listener.accept()[0]
            except OSError as error:
                self._room.release()
                if not self._over.wait(_POLL):
                    log.warning("The proxy of a run cannot accept: %s", error.strerror)
                continue
            thread = threading.Thread(target=self._serve, args=(client,), name="proxy-client", daemon=True)
            with self._lock:
                self._threads = {one for one in self._threads if one.is_alive()}
                try:
                    thread.start()
                except RuntimeError:  # this machine has no room for another
                    client.close()
                    self._room.release()
                else:
                    self._threads.add(thread)

    def _serve(self, client: socket.socket) -> None:
        """One client, until its connection is open or refused."""
        carried = False
        try:
            self._opening.add(client)
            carried = self._connected(client)
        except _Refused as refused:
            _answer(client, refused.status, refused.line)
        except OSError:
            pass  # the client has gone, or says nothing
        except Exception:  # a client's doing at most, and never the run's end
            log.exception("A connection through the proxy of a run failed")
        finally:
            if not carried:
                client.close()
                self._room.release()

    def _connected(self, client: socket.socket) -> bool:
        until = time.monotonic() + self._head_seconds
        begun = _read_until(client, until, MOST_HEAD, lambda read: b"\r\n\r\n" in read)
        whole, end, rest = begun.partition(b"\r\n\r\n")
        if not end:
            raise _Refused(
                431 if len(begun) >= MOST_HEAD else 408, "The head of the request is too long or not whole."
            )
        try:
            head = read_head(whole + end)
        except BadRequest as error:
            raise _Refused(400, str(error)) from error
        host = self._checked(head)
        try:
            self._tunnel(client, head, host, rest) if head.is_tunnel else self._plain(
                client, head, host, rest
            )
        except Unreachable as error:
            raise _Refused(403 if error.refused else 502, str(error)) from error
        return True

    def _checked(self, head: RequestHead) -> str:
        """The host, as it is looked up, if it may be reached."""
        host = ascii_host(head.host)
        if "." not in host:
            what = "An address" if _is_address(head.host) else "This name"
            raise _Refused(403, f"{what} cannot be reached, only hosts by their names.")
        if head.is_tunnel and head.port == 80:
            raise _Refused(403, "Port 80 is for plain requests, not for tunnels.")
        if not self._allowed(host, head.port):
            port = "" if head.port in WEB_PORTS else f":{head.port}"
            raise _Refused(403, f"{host}{port} is not on the list of allowed hosts.")
        return host

    def _tunnel(self, client: socket.socket, head: RequestHead, host: str, begun: bytes) -> None:
        far = self._upstream.tunnel(host, head.port)
        try:
            self._opening.add(far)
            client.settimeout(self._head_seconds)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            begun = self._first_message(client, begun, host, head.port)
        except BaseException:
            far.close()
            raise
        self._reached(host, head.port)
        self._carrier.join(client, far, begun)

    def _first_message(self, client: socket.socket, begun: bytes, host: str, port: int) -> bytes:
        """What the client says first. Raises OSError where that is not for this host."""
        if port != 443 and not begun:
            client.settimeout(_OTHER_SECONDS)
            with contextlib.suppress(TimeoutError):
                begun = client.recv(MOST_HELLO)
        if port != 443 and begun[:1] != b"\x16":
            return begun
        until = time.monotonic() + self._head_seconds
        begun = _read_until(client, until, 2 * MOST_HELLO, _is_hello, begun)
        try:
            named = server_name(begun)
        except (Incomplete, ValueError) as error:
            raise OSError("no hello of TLS") from error
        if ascii_host(named) != host:
            log.info("A tunnel was asked for another host than it was opened for")
            raise OSError("another host")
        return begun

    def _plain(self, client: socket.socket, head: RequestHead, host: str, rest: bytes) -> None:
        way = self._upstream.plain(host, head.port)
        far = way.socket
        named = f"{host}{'' if head.port == 80 else f':{head.port}'}"
        target = f"http://{named}{head.target}" if way.by_proxy else head.target
        fields = [(b"host", named.encode()), *head.fields, *way.fields, (b"connection", b"close")]
        lines = [f"{head.method} {target} HTTP/1.1".encode(), *(b"%b: %b" % field for field in fields)]
        try:
            self._opening.add(far)
            self._reached(host, head.port)
            far.settimeout(_BODY_SECONDS)
            client.settimeout(_BODY_SECONDS)
            far.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
            pass_body(client, far, head.length, rest)
        except BaseException:
            far.close()
            raise
        self._carrier.join(client, far, mute=True)


def _is_hello(begun: bytes) -> bool:
    """Whether nothing more is needed to read it, or to know that it is none."""
    try:
        server_name(begun)
    except Incomplete:
        return False
    except ValueError:
        return True
    return True


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _read_until(
    client: socket.socket, until: float, most: int, enough: Callable[[bytes], bool], begun: bytes = b""
) -> bytes:
    """What the client says until it is enough, too much, or its end. Raises TimeoutError after `until`."""
    while not enough(begun) and len(begun) < most:
        client.settimeout(max(0.01, until - time.monotonic()))
        piece = client.recv(16 * 1024)
        if not piece:
            break
        begun += piece
        if time.monotonic() > until:
            raise TimeoutError
    return begun


def _answer(client: socket.socket, status: int, line: str) -> None:
    """Answer, and wait until the client has read it: what it still sends would take the answer away from it."""
    reason = line.rstrip(".") if line.isascii() else http.HTTPStatus(status).phrase
    body = f"{line}\n".encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with contextlib.suppress(OSError):
        client.settimeout(_OTHER_SECONDS)
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        until = time.monotonic() + _OTHER_SECONDS
        while client.recv(64 * 1024) and time.monotonic() < until:
            pass


def _listening(path: Path) -> socket.socket:
    if sys.platform == "win32":
        raise OSError("no sandbox there has a proxy")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(64)
    return listener
