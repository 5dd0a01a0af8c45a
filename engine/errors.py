"""Errors that are shown to people.

A `UserError` carries a code and plain parameters, never a sentence. The sentences are in `resources/messages`, a file
for each language of the product, and a test checks that each code has one.
"""

from __future__ import annotations

import traceback

import msgspec

Param = str | int | float


class ErrorInfo(msgspec.Struct, frozen=True, tag="error"):
    """A `UserError` as a plain value, for the pipe and the store."""

    code: str
    params: dict[str, Param] = {}


class UserError(Exception):
    """An error with a translated message.

    `code` is dotted, its first part the package that raises it: `model.not_gguf`, `store.locked`.
    """

    def __init__(self, code: str, /, **params: Param) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def info(self) -> ErrorInfo:
        return ErrorInfo(self.code, dict(self.params))

    @classmethod
    def from_info(cls, info: ErrorInfo) -> UserError:
        return cls(info.code, **info.params)

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


def error_info(code: str, error: Exception) -> ErrorInfo:
    """What a `UserError` says; for any other error, whose traceback is printed, `code` (detail)."""
    if isinstance(error, UserError):
        return error.info
    traceback.print_exception(error)
    return ErrorInfo(code, {"detail": f"{type(error).__name__}: {error}"[:300]})
