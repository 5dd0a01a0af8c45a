"""GGUF header reader: refuses damaged or hostile files before native code sees them.

Format: github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little endian. Nothing but the
header is read, in growing pieces: of a file on disk rather than by mmap, because a file that is cut while it is
mapped would kill the process; of a file elsewhere by whatever `HeaderSource` brings its bytes.
"""

from __future__ import annotations

import stat
import struct
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from engine.errors import UserError
from engine.gguf.ggml_types import GGML_TYPES

MAX_HEADER = 256 * 2**20
_MAX_KEYS = 65_536
_MAX_TENSORS = 262_144
_MAX_KEY_BYTES = 65_535  # the specification's limit
_MAX_NAME_BYTES = 63  # GGML_MAX_NAME less its final zero
_MAX_DIMENSIONS = 4
_MAX_ELEMENTS = 2**63 - 1
_MAX_ALIGNMENT = 2**20
_DECODED_ARRAY = 1024
_CHUNK = 2**20
_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    _BOOL: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_U32, _U64 = _SCALARS[4], _SCALARS[10]


class LongArray(msgspec.Struct, frozen=True):
    """An array too long to be decoded: its element type, its length and where its elements start."""

    element_type: int
    count: int
    position: int


class Tensor(msgspec.Struct, frozen=True):
    """One tensor. `shape` has the fastest dimension first, as in the file; `offset` counts from the file's
    start.
    """

    name: str
    shape: tuple[int, ...]
    type_name: str
    offset: int
    bytes: int

    @property
    def elements(self) -> int:
        product = 1
        for size in self.shape:
            product *= size
        return product


class GgufFile(msgspec.Struct, frozen=True):
    """The header of one file. `special_tokens` has the text of each `tokenizer.ggml.NAME_token_id` by NAME;
    `modified_ns` is when the file was last written, in nanoseconds of the epoch."""

    path: Path
    bytes: int
    metadata: dict[str, Any]
    tensors: tuple[Tensor, ...]
    special_tokens: dict[str, str]
    modified_ns: int = 0


class HeaderSource(Protocol):
    """Source of a header's bytes, in order."""

    @property
    def size(self) -> int:
        """The size of the whole file in bytes."""
        ...

    def more(self, have: int, need: int) -> bytes:
        """The bytes from `have` on, at least up to `need`; more where cheap. A shorter result means the
        end of the file."""
        ...


def read_gguf(path: Path) -> GgufFile:
    """Read and check one file.

    Raises UserError `model.missing`, `model.directory`, `model.unreadable`, `model.not_gguf`,
    `model.truncated` (`have_bytes`, `need_bytes`) or `model.damaged` (`detail`).
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UserError("model.directory", path=str(path))
        if not stat.S_ISREG(status.st_mode):
            raise UserError("model.not_gguf", path=str(path))
        with path.open("rb") as file:
            header = read_header(path, _FileSource(file, status.st_size))
            return msgspec.structs.replace(header, modified_ns=status.st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError("model.missing", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise UserError("model.unreadable", path=str(path), detail=str(error)) from error


def read_header(path: Path, source: HeaderSource, largest: int = MAX_HEADER) -> GgufFile:
    """Read and check the header that `source` brings; `path` names the file in errors.

    Raises UserError `model.not_gguf`, `model.truncated`, `model.damaged`, the last for a header of more than
    `largest` bytes too, and whatever `source` raises.
    """
    return _HeaderReader(path, source, largest).read()


class _FileSource:
    """An open file, read from its beginning on."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self.size = file, size

    def more(self, have: int, need: int) -> bytes:
        return self._file.read(max(need - have, _CHUNK, have // 2))


class _HeaderReader:
    def __init__(self, path: Path, source: HeaderSource, largest: int) -> None:
        self._path, self._source, self._size, self._largest = path, source, source.size, largest
        self._data = bytearray()
        self._position = 0

    def read(self) -> GgufFile:
        if self._size < 4 or self._take(4) != b"GGUF":
            raise UserError("model.not_gguf", path=str(self._path))
        version = self._scalar(_U32)
        if version in (2 << 24, 3 << 24):
            raise self._damage("written for a big-endian machine")
        if version not in (2, 3):
            raise self._damage(f"GGUF version {version}")
        tensor_count, key_count = self._scalar(_U64), self._scalar(_U64)
        if tensor_count > _MAX_TENSORS or key_count > _MAX_KEYS:
            raise self._damage(f"{tensor_count} tensors, {key_count} keys")
        metadata: dict[str, Any] = {}
        for _ in range(key_count):
            key = self._text(_MAX_KEY_BYTES, "key")
            if key in metadata:
                raise self._damage(f"key {key!r} twice")
            metadata[key] = self._value(self._scalar(_U32), key)
        tensors = self._tensors(tensor_count, self._alignment(metadata))
        return GgufFile(self._path, self._size, metadata, tensors, self._special_tokens(metadata))

    # --- bytes -----------------------------------------------------------------------------------------

    def _need(self, end: int) -> None:
        """Make sure that the header up to `end` has been read."""
        if end <= len(self._data):
            return
        if end > self._largest:
            raise self._damage(f"a header of more than {self._largest} bytes")
        if end > self._size:
            raise UserError("model.truncated", path=str(self._path), have_bytes=self._size, need_bytes=end)
        self._data += self._source.more(len(self._data), end)
        if end > len(self._data):
            raise UserError(
                "model.truncated", path=str(self._path), have_bytes=len(self._data), need_bytes=end
            )

    def _take(self, count: int) -> bytes:
        start = self._position
        self._need(start + count)
        self._position = start + count
        return bytes(self._data[start : self._position])

    def _scalar(self, kind: struct.Struct) -> Any:
        start = self._position
        self._need(start + kind.size)
        self._position = start + kind.size
        return kind.unpack_from(self._data, start)[0]

    def _text(self, limit: int, what: str) -> str:
        length = self._scalar(_U64)
        if length > limit:
            raise self._damage(f"a {what} of {length} bytes")
        try:
            return self._take(length).decode()
        except UnicodeDecodeError as error:
            raise self._damage(f"a {what} that is not UTF-8") from error

    def _damage(self, detail: str) -> UserError:
        return UserError("model.damaged", path=str(self._path), detail=detail)

    # --- metadata --------------------------------------------------------------------------------------

    def _value(self, kind: int, key: str) -> Any:
        if kind in _SCALARS:
            return self._scalar(_SCALARS[kind])
        if kind == _STRING:
            length = self._scalar(_U64)
            if length > MAX_HEADER:
                raise self._damage(f"a text of {length} bytes in {key!r}")
            return self._take(length).decode(errors="replace")
        if kind == _ARRAY:
            return self._array(key)
        raise self._damage(f"unknown type {kind} of {key!r}")

    def _array(self, key: str) -> tuple[Any, ...] | LongArray:
        kind, count = self._scalar(_U32), self._scalar(_U64)
        if kind != _STRING and kind not in _SCALARS:
            raise self._damage(f"unknown element type {kind} of {key!r}")
        smallest = 8 if kind == _STRING else _SCALARS[kind].size
        if count > MAX_HEADER // smallest:
            raise self._damage(f"{count} elements in {key!r}")
        if count <= _DECODED_ARRAY:
            return tuple(self._value(kind, key) for _ in range(count))
        array = LongArray(kind, count, self._position)
        if kind == _STRING:
            self._skip_strings(count)
        else:
            self._need(self._position + count * smallest)
            self._position += count * smallest
        return array

    def _skip_strings(self, count: int) -> None:
        """Step over strings; the inner loop of the whole reader, hence without calls."""
        position, data, unpack = self._position, self._data, _U64.unpack_from
        known = len(data) - 8
        for _ in range(count):
            if position > known:
                self._need(position + 8)
                known = len(data) - 8
            position += 8 + unpack(data, position)[0]
        self._need(position)
        self._position = position

    def _special_tokens(self, metadata: dict[str, Any]) -> dict[str, str]:
        prefix, suffix = "tokenizer.ggml.", "_token_id"
        wanted = {
            key[len(prefix) : -len(suffix)]: value
            for key, value in metadata.items()
            if key.startswith(prefix) and key.endswith(suffix) and isinstance(value, int)
        }
        tokens = metadata.get(prefix + "tokens")
        if isinstance(tokens, tuple):
            texts = {number: token for number, token in enumerate(tokens) if isinstance(token, str)}
        elif isinstance(tokens, LongArray) and tokens.element_type == _STRING:
            texts = self._strings(tokens, set(wanted.values()))
        else:
            texts = {}
        return {name: texts[number] for name, number in wanted.items() if number in texts}

    def _strings(self, array: LongArray, numbers: set[int]) -> dict[int, str]:
        texts: dict[int, str] = {}
        position = array.position
        for number in range(min(array.count, max(numbers, default=-1) + 1)):
            length = _U64.unpack_from(self._data, position)[0]
            position += 8
            if number in numbers:
                texts[number] = self._data[position : position + length].decode(errors="replace")
            position += length
        return texts

    # --- tensors ---------------------------------------------------------------------------------------

    def _alignment(self, metadata: dict[str, Any]) -> int:
        alignment = metadata.get("general.alignment", 32)
        if (
            not isinstance(alignment, int)
            or not 0 < alignment <= _MAX_ALIGNMENT
            or alignment & (alignment - 1)
        ):
            raise self._damage(f"alignment {alignment!r}")
        return alignment

    def _tensors(self, count: int, alignment: int) -> tuple[Tensor, ...]:
        relative = [self._tensor(alignment) for _ in range(count)]
        if len({tensor.name for tensor in relative}) != count:
            raise self._damage("two tensors of one name")
        data_start = -(-self._position // alignment) * alignment
        end = 0
        for tensor in sorted(relative, key=lambda tensor: tensor.offset):
            if tensor.offset < end:
                raise self._damage(f"tensor {tensor.name!r} overlaps another")
            end = tensor.offset + tensor.bytes
        if relative and data_start + end > self._size:
            raise UserError(
                "model.truncated",
                path=str(self._path),
                have_bytes=self._size,
                need_bytes=data_start + end,
            )
        return tuple(
            msgspec.structs.replace(tensor, offset=data_start + tensor.offset) for tensor in relative
        )

    def _tensor(self, alignment: int) -> Tensor:
        """One row of the tensor table, its offset still relative to the data."""
        name = self._text(_MAX_NAME_BYTES, "tensor name")
        dimensions = self._scalar(_U32)
        if not 1 <= dimensions <= _MAX_DIMENSIONS:
            raise self._damage(f"tensor {name!r} with {dimensions} dimensions")
        shape = tuple(self._scalar(_U64) for _ in range(dimensions))
        number, offset = self._scalar(_U32), self._scalar(_U64)
        kind = GGML_TYPES.get(number)
        if kind is None:
            raise self._damage(f"tensor {name!r} of unknown type {number}")
        elements = 1
        for size in shape:
            elements *= size
        if not 0 < elements <= _MAX_ELEMENTS or shape[0] % kind.block:
            raise self._damage(f"tensor {name!r} of shape {shape} in {kind.name}")
        if offset % alignment:
            raise self._damage(f"tensor {name!r} at offset {offset}")
        return Tensor(name, shape, kind.name, offset, elements // kind.block * kind.bytes)
