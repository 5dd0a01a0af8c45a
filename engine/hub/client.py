"""Hub client: searches repositories, lists their contents, locates their files."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from engine.errors import UserError
from engine.hub.access import HubAccess
from engine.hub.errors import failure, refusal
from engine.hub.names import check_repo
from engine.hub.quantizations import group
from engine.hub.redirects import MOST_REDIRECTS, bare, opened
from engine.hub.search import hub_model, search_pages
from engine.hub.session import STRANGE, Calls, KeepGoing, bounded, calling, hub_api
from engine.hub.values import HubFile, HubModel, Located, Query, Repository

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import ModelInfo

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LARGEST_CARD = 2**19
_MOST_FILES = 20_000
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)


def always() -> bool:
    """Never stop."""
    return True


class Hub:
    """One hub, by one access. Thread-safe; `close` it.

    Methods raise UserError `hub.*` as in `engine.hub.errors`: `hub.offline` without any request.
    """

    def __init__(self, access: HubAccess) -> None:
        self.access = access
        self._lock = threading.Lock()
        self._http: httpx2.Client | None = None

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            if self._http is not None:
                self._http.close()
                self._http = None

    @property
    def http(self) -> httpx2.Client:
        """The connections of this hub, made when first needed."""
        self.access.check_online()
        with self._lock:
            if self._http is None:
                self._http = self.access.http()
            return self._http

    # --- finding ---

    def search(self, query: Query, keep_going: KeepGoing = always) -> Iterator[HubModel]:
        """Repositories with GGUF files, in the order asked for; ends early when `keep_going` returns False."""
        for page in self.search_pages(query, keep_going):
            yield from page

    def search_pages(self, query: Query, keep_going: KeepGoing = always) -> Iterator[tuple[HubModel, ...]]:
        """The same by pages, each as soon as it is there."""
        return search_pages(self.access, self.http, query, keep_going)

    def repository(self, repo: str, revision: str = "main") -> Repository:
        """What is in a repository, at the commit that `revision` names now; without its card.

        Raises UserError `hub.bad_name`, `hub.not_found`, `hub.gated` and others.
        """
        check_repo(repo)
        calls = Calls(self.access, self.http, repo=repo)
        try:
            with calling(calls):
                info = hub_api(self.access.endpoint).model_info(
                    repo, revision=None if revision == "main" else revision, files_metadata=True, token=False
                )
            return _repository(info)
        except STRANGE as error:
            raise UserError("hub.garbage", host=self.access.origin[1]) from error

    def card(self, repo: str, commit: str) -> str:
        """The model card, Markdown of a stranger, without the data before it; "" where there is none."""
        try:
            return _FRONT_MATTER.sub("", self._text(repo, commit, "README.md"), count=1)
        except UserError as error:
            if error.code in ("hub.no_file", "hub.not_found", "hub.gated", "hub.garbage"):
                return ""
            raise

    def whoami(self, token: str) -> str:
        """The name of the user whose token this is. Raises UserError `hub.bad_token`."""
        with Hub(self.access.with_token(token)) as other:
            if not other.access.token():
                raise UserError("hub.bad_token")
            try:
                with calling(Calls(other.access, other.http)):
                    name = hub_api(self.access.endpoint).whoami(token=token.strip())["name"]
            except STRANGE:
                # Without its cause, which may hold the token.
                raise UserError("hub.garbage", host=self.access.origin[1]) from None
        if not isinstance(name, str):
            raise UserError("hub.garbage", host=self.access.origin[1])
        return name

    # --- files ---

    def url(self, repo: str, commit: str, path: str) -> str:
        """The address of a file on the endpoint."""
        return f"{self.access.endpoint}/{check_repo(repo)}/resolve/{quote(commit, safe='')}/{quote(path)}"

    def locate(self, repo: str, commit: str, path: str) -> Located:
        """The file's present location, size and hash, without reading it.

        The hub reports them itself before it redirects to another host, which is asked only if it did not.
        """
        import httpx2

        url = where = self.url(repo, commit, path)
        linked_headers: dict[str, str] = {}
        try:
            for _ in range(MOST_REDIRECTS):
                response = self.http.head(
                    where, headers={"Accept-Encoding": "identity"}, follow_redirects=False
                )
                if response.status_code >= 400:
                    raise refusal(response, self.access, repo=repo, path=path)
                for name in ("X-Linked-Etag", "X-Linked-Size", "Accept-Ranges"):
                    if name in response.headers:
                        linked_headers.setdefault(name, response.headers[name])
                if response.next_request is None:
                    if response.has_redirect_location:
                        raise UserError("hub.garbage", host=self.access.origin[1])
                    return self._located(url, linked_headers, response)
                where = str(response.next_request.url)
                if "X-Linked-Size" in linked_headers and not self.access.is_endpoint(where):
                    return self._located(url, linked_headers, response)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise failure(error, self.access) from error
        raise UserError("hub.garbage", host=self.access.origin[1])

    def _located(self, url: str, linked_headers: dict[str, str], response: httpx2.Response) -> Located:
        """`response` is the last response of the hub or of the host that it redirected to."""
        linked = bare(linked_headers.get("X-Linked-Etag", ""))
        own = bare(response.headers.get("ETag", "")) if self.access.is_endpoint(str(response.url)) else ""
        size = str(linked_headers.get("X-Linked-Size") or response.headers.get("Content-Length", ""))
        if not (size.isascii() and size.isdigit() and len(size) < 19):
            raise UserError("hub.garbage", host=self.access.origin[1])
        etag = linked or own
        return Located(
            url=url,
            bytes=int(size),
            sha256=etag if _SHA256.fullmatch(etag) else "",
            etag=etag,
            ranges=linked_headers.get("Accept-Ranges", "bytes").strip().lower() != "none",
        )

    def _text(self, repo: str, commit: str, path: str) -> str:
        import httpx2

        try:
            with opened(self.http, "GET", self.url(repo, commit, path)) as found:
                response = found.response
                if response.status_code >= 400:
                    raise refusal(response, self.access, repo=repo, path=path)
                return bounded(response, _LARGEST_CARD).decode(errors="replace")
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise failure(error, self.access) from error


def _repository(info: ModelInfo) -> Repository:
    """Raises ValueError for an answer that cannot be about a repository."""
    model = hub_model(info)
    if model is None or not isinstance(info.sha, str) or not _COMMIT.fullmatch(info.sha):
        raise ValueError("no commit of a repository")
    grouped = group(_files((info.siblings or [])[:_MOST_FILES]))
    return Repository(
        model=model,
        commit=info.sha,
        variants=grouped.variants,
        companions=grouped.companions,
        left_out=grouped.left_out,
    )


def _files(siblings: Sequence[object]) -> Iterator[HubFile]:
    for sibling in siblings:
        path, size, lfs = (getattr(sibling, name, None) for name in ("rfilename", "size", "lfs"))
        if not isinstance(path, str):
            continue
        digest = getattr(lfs, "sha256", None)
        good = isinstance(digest, str) and _SHA256.fullmatch(digest)
        sizes = [
            one for one in (size, getattr(lfs, "size", None)) if isinstance(one, int) and 0 <= one < 2**60
        ]
        yield HubFile(path, max(sizes, default=0), str(digest) if good else "")
