"""One connection of the hub: which question this is, what goes wrong with it, and the answer."""

from __future__ import annotations

import contextlib
import email.utils
import re
import socket
import time
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from tests.support.hub import answers
from tests.support.hub.answers import Reply
from tests.support.hub.contents import ChangedContent, Content
from tests.support.hub.faults import Fault, On
from tests.support.hub.log import Request
from tests.support.hub.repositories import Account, HubRepo
from tests.support.hub.sending import CompactionPoint, body_of, send_body, wait

if TYPE_CHECKING:
    from tests.support.hub.server import HubServer

LOGIN_PAGE = b"<!doctype html><html><title>Log in</title><body>Please log in to this network.</body></html>"
EXPIRED = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HubServer
    connection: socket.socket

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        split = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        sent_body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Request(self.server.host, self.command, split.path, split.query, headers)
        self.hub = self.server.hub
        self.hub.log.add(self.seen)
        try:
            self._answer(split.path, urllib.parse.parse_qs(split.query), sent_body)
        except CompactionPoint:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        finally:
            self.seen.ended = time.monotonic()

    do_HEAD = do_POST = do_GET

    def _answer(self, path: str, query: Mapping[str, list[str]], sent_body: bytes) -> None:
        if self.server.host == "second":
            self._second_host(path, query)
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        account = self.hub.shelf.accounts.get(token)
        if token and account is None:
            self._reply(answers.BAD_TOKEN)
        elif path.startswith("/api/"):
            self._api(path, query, account, sent_body)
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/(?:resolve|raw)/([^/]+)/(.+)", path):
            repo, revision, name = (urllib.parse.unquote(part) for part in match.groups())
            self._resolve(repo, revision, name, account)
        else:
            self._reply(answers.failure(404, "", "Not found"))

    # The API

    def _api(
        self, path: str, query: Mapping[str, list[str]], account: Account | None, sent_body: bytes
    ) -> None:
        match = re.fullmatch(
            r"/api/models/([^/]+/[^/]+?)(?:/(revision|tree|paths-info)/([^/]+)(/.*)?)?", path
        )
        name = urllib.parse.unquote(match[1]) if match else path.removeprefix("/api/")
        about = {"models": "search", "whoami-v2": "whoami"}.get(name, name)
        fault = self._struck(("api",), about)
        if fault is not None and self._instead(fault, None):
            return
        if about == "search":
            self._reply(self.hub.api.search(query, account, self.hub.address))
        elif about == "whoami":
            self._reply(self.hub.api.whoami(account))
        elif match:
            self._repository(
                name, match[2] or "", match[3] or "main", match[4] or "", query, account, sent_body
            )
        else:
            self._reply(answers.failure(404, "", "Not found"))

    def _repository(
        self,
        name: str,
        part: str,
        revision: str,
        folder: str,
        query: Mapping[str, list[str]],
        account: Account | None,
        sent_body: bytes,
    ) -> None:
        repository = self.hub.shelf.get(name)
        refused = answers.refusal(self.hub.shelf, name, account)
        if repository is None or refused is not None:
            self._reply(refused or answers.failure(404, "RepoNotFound", "Repository not found"))
        elif not answers.known_revision(repository, revision):
            self._reply(answers.no_revision(revision))
        else:
            hashes = {
                path: self.hub.faults.lasting("no_hash", f"{name}/{path}") is None
                for path in repository.files
            }
            if part == "tree":
                self._reply(self.hub.api.tree(repository, folder, query, hashes))
            elif part == "paths-info":
                self._reply(self.hub.api.paths_info(repository, sent_body, hashes))
            else:
                self._reply(self.hub.api.repository(repository, query, hashes))

    # Files

    def _resolve(self, repo: str, revision: str, path: str, account: Account | None) -> None:
        self.seen.file = f"{repo}/{path}"
        repository = self.hub.shelf.get(repo)
        refused = answers.refusal(self.hub.shelf, repo, account)
        if repository is None or refused is not None:
            self._reply(refused or answers.failure(404, "RepoNotFound", "Repository not found"))
        elif refused := answers.gate(repository, account, self.hub.address):
            self._reply(refused)
        elif not answers.known_revision(repository, revision):
            self._reply(answers.no_revision(revision))
        elif path not in repository.files:
            self._reply(answers.no_entry(repository))
        else:
            self._file(repository, path)

    def _file(self, repository: HubRepo, path: str) -> None:
        file = self.seen.file
        redirected = (
            self.hub.second_host
            or self.hub.faults.lasting("second_host", file) is not None
            or self.hub.faults.lasting("expired", file) is not None
        )
        # A redirect carries no bytes: what is set for the bytes strikes where they come from.
        on: On = "head" if self.command == "HEAD" else "bytes"
        fault = None if redirected and on == "bytes" else self._struck((on,), file)
        content = repository.files[path]
        if fault is not None and fault.kind == "changed":
            content = another(content)
        hashes = self.hub.faults.lasting("no_hash", file) is None
        headers = self._headers(repository, path, content, hashes)
        if fault is not None and self._instead(fault, repository):
            return
        if redirected:
            headers["Location"] = self.hub.link_to(repository.name, path)
            self._head(302, 0, headers)
        else:
            self._send(content, headers, fault)

    def _headers(self, repository: HubRepo, path: str, content: Content, hashes: bool) -> dict[str, str]:
        etag = repository.etag(path, hashes)
        if content is not repository.files[path]:
            etag = content.sha256
        return {
            "X-Repo-Commit": repository.commit,
            "X-Linked-Size": str(content.bytes),
            "X-Linked-Etag": f'"{etag}"',
            "ETag": f'"{etag}"',
            "Accept-Ranges": "bytes",
        }

    def _second_host(self, path: str, query: Mapping[str, list[str]]) -> None:
        link = self.hub.followed(query.get("Signature", [""])[0])
        if link is None:
            self._reply(Reply(403, EXPIRED, content_type="application/xml"))
            return
        self.seen.file = f"{link.repo}/{link.path}"
        repository = self.hub.shelf.get(link.repo)
        if repository is None or link.path not in repository.files:
            self._reply(Reply(404, b"", content_type="text/plain"))
            return
        on: On = "head" if self.command == "HEAD" else "bytes"
        fault = self._struck((on,), self.seen.file)
        if fault is not None and self._instead(fault, repository):
            return
        content = repository.files[link.path]
        if fault is not None and fault.kind == "changed":
            content = another(content)
        etag = content.sha256[:32]
        self._send(content, {"ETag": f'"{etag}"', "Accept-Ranges": "bytes"}, fault)

    def _send(self, content: Content, headers: Mapping[str, str], fault: Fault | None) -> None:
        condition = self.headers.get("If-Range", "")
        asked = self.headers.get("Range", "") if condition in ("", headers["ETag"]) else ""
        body = body_of(content, asked, fault)
        self._head(body.status, body.length, {**headers, **body.headers}, "application/octet-stream")
        if self.command != "HEAD":
            send_body(body, self.connection, fault, self._sent, self.hub.stopping)

    def _sent(self, count: int) -> None:
        self.seen.sent += count

    # Answers

    def _struck(self, on: tuple[On, ...], file: str) -> Fault | None:
        served = self.hub.log.sent(file) if on == ("bytes",) else 0
        fault = self.hub.faults.striking(on, file, served)
        if fault is not None:
            self.seen.fault = fault.kind
        return fault

    def _instead(self, fault: Fault, repository: HubRepo | None) -> bool:
        """Answer as a fault wants that leaves nothing of the right answer; False for another kind."""
        url = f"{self.hub.address}/{repository.name}" if repository else self.hub.address
        if fault.kind == "delay":
            wait(self.connection, fault.seconds, self.hub.stopping)
            return False
        if fault.kind in ("too_many", "unavailable"):
            later = time.time() + fault.seconds
            after = email.utils.formatdate(later, usegmt=True) if fault.date else f"{fault.seconds:g}"
            status = 429 if fault.kind == "too_many" else 503
            self._reply(Reply(status, b'{"error":"later"}', {"Retry-After": after}))
        elif fault.kind == "failed":
            self._reply(Reply(500, b'{"error":"Internal Error"}'))
        elif fault.kind == "unauthorised":
            self._reply(answers.BAD_TOKEN)
        elif fault.kind == "gated":
            name = repository.name if repository else ""
            self._reply(answers.failure(403, "GatedRepo", answers.RESTRICTED.format(repo=name, url=url)))
        elif fault.kind == "not_found":
            self._reply(answers.failure(404, "EntryNotFound" if repository else "RepoNotFound", "Not found"))
        elif fault.kind == "html":
            self._reply(Reply(200, LOGIN_PAGE, content_type="text/html; charset=utf-8"))
        elif fault.kind == "garbage":
            self._reply(Reply(200, b'{"half": [1, '))
        elif fault.kind == "cut" and repository is None:
            raise CompactionPoint
        elif fault.kind == "stall" and (repository is None or self.command == "HEAD"):
            wait(self.connection, fault.seconds, self.hub.stopping)
            raise CompactionPoint
        else:
            return False
        return True

    def _reply(self, reply: Reply) -> None:
        self._head(reply.status, len(reply.body), reply.headers, reply.content_type)
        if self.command != "HEAD":
            self.connection.sendall(reply.body)

    def _head(self, status: int, length: int, headers: Mapping[str, str], content_type: str = "") -> None:
        self.seen.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()


def another(content: Content) -> Content:
    """A file of the same length with other bytes in many places, and its own hash. A header stays whole."""
    step = max(content.bytes // 64, 1)
    places = [*range(step, content.bytes - 16, step), max(content.bytes - 16, 0)][-64:]
    return ChangedContent(
        content, {place: bytes(byte ^ 0x55 for byte in content.read(place, 16)) for place in places}, "c" * 64
    )
