"""Static review of a Python program."""

from __future__ import annotations

import ast

from agents.permissions.review import Review
from agents.permissions.shell_programs import LOOPBACK

LONGEST = 100_000
_NETWORK = frozenset(
    """
    socket ssl urllib http ftplib smtplib poplib imaplib telnetlib xmlrpc socketserver asyncio requests
    httpx httpx2 aiohttp urllib3 websockets paramiko
    """.split()
)
# Those of them that use the proxy that the environment names.
_BY_PROXY = frozenset({"urllib", "http", "requests", "httpx", "httpx2"})
# Modules of network packages that work without the network.
_LOCAL = frozenset({"urllib.parse", "http.client.responses", "http.HTTPStatus", "http.cookies"})
# Modules and names that can run code computed at run time.
_OPAQUE_MODULES = frozenset(
    """
    ctypes _ctypes cffi importlib imp runpy code codeop marshal pickle pty gc
    """.split()
)
_OPAQUE_CALLS = frozenset(
    """
    exec eval compile __import__ globals locals vars getattr setattr delattr breakpoint
    """.split()
)
_STARTING = frozenset(
    {"system", "popen", "Popen", "check_call", "check_output", "getoutput", "getstatusoutput", "posix_spawn"}
)
_STARTING_MODULES = frozenset({"subprocess", "multiprocessing", "pexpect", "sh"})
_REMOVING = frozenset(
    {"remove", "unlink", "rmdir", "removedirs", "rmtree", "truncate", "ftruncate", "kill", "killpg", "fork"}
)
# Methods of lists, dictionaries and sets with the same names.
_OWNERS_OF_REMOVE = frozenset({"os", "shutil", "pathlib", "Path", "posix", "nt"})


def review_python(code: str) -> Review:
    """Review a program. Never raises. What it reads or writes through `open` is left to the sandbox."""
    if len(code) > LONGEST or "\0" in code:
        return Review()
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Review()
    seen = _Seen()
    try:
        seen.visit(tree)
    except RecursionError:
        return Review()
    network = seen.network and not seen.loopback
    return Review(readable=seen.readable, destructive=seen.destructive, network=network, raw=seen.raw)


class _Seen(ast.NodeVisitor):
    def __init__(self) -> None:
        self.readable = True
        self.destructive = False
        self.network = self.loopback = self.raw = False
        self._modules: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            self._module(name.name)
            self._modules[name.asname or name.name.partition(".")[0]] = name.name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        for name in node.names:
            if f"{module}.{name.name}" not in _LOCAL:
                self._module(module)
            self._name(name.name, module)

    def _module(self, name: str) -> None:
        top = name.partition(".")[0]
        if name not in _LOCAL and top in _NETWORK:
            self.network, self.raw = True, self.raw or top not in _BY_PROXY
        if top in _OPAQUE_MODULES or top in _STARTING_MODULES:
            self.readable = False

    def _name(self, name: str, owner: str) -> None:
        if name in _STARTING or (name.startswith(("exec", "spawn")) and owner in ("os", "posix")):
            self.readable = False
        if name in _REMOVING and (name not in ("remove", "kill", "fork") or owner in _OWNERS_OF_REMOVE):
            self.destructive = True
        if name == "*" and owner in ("os", "shutil", "subprocess", "posix", "pathlib"):
            self.readable = False

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and LOOPBACK.match(node.value):
            self.loopback = True  # what listens in the sandbox needs no network, and gets none

    def visit_Name(self, node: ast.Name) -> None:
        # A module that is passed on may get another name.
        handed_on = self._modules.get(node.id) in ("os", "shutil", "posix", "pathlib")
        if handed_on or node.id in _OPAQUE_CALLS or node.id in ("__builtins__", "__loader__", "__spec__"):
            self.readable = False

    def visit_Attribute(self, node: ast.Attribute) -> None:
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        owner = self._modules.get(owner, owner)
        if node.attr.startswith("__") and node.attr not in (
            "__name__",
            "__class__",
            "__doc__",
            "__version__",
        ):
            self.readable = False
        self._name(node.attr, owner)
        if not isinstance(node.value, ast.Name) or node.value.id in _OPAQUE_CALLS:
            self.visit(node.value)
