"""What programs are given of a person's settings of the network in the environment: the certificates of their
company, and the registries that they use in the place of the usual ones."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from agents.sandbox.secret_places import is_secret
from agents.sandbox.visible import settings_files, system_folders, too_wide

_CERTIFICATES = (
    *(
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "PIP_CERT",
    ),
    *("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "CARGO_HTTP_CAINFO", "AWS_CA_BUNDLE", "CONDA_SSL_VERIFY"),
    *("npm_config_cafile", "NPM_CONFIG_CAFILE", "YARN_HTTPS_CA_FILE_PATH", "DENO_CERT", "BUNDLE_SSL_CA_CERT"),
)
_REGISTRIES = (
    *(
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
        "UV_INDEX",
        "UV_DEFAULT_INDEX",
        "UV_INDEX_URL",
        "UV_EXTRA_INDEX_URL",
    ),
    *("npm_config_registry", "NPM_CONFIG_REGISTRY", "YARN_NPM_REGISTRY_SERVER", "YARN_REGISTRY"),
    *("GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GONOPROXY"),
)
_LARGEST = 4 * 1024**2  # bytes of a file with certificates; the usual bundle has a quarter of a megabyte
_MOST_FILES = 2000
_KEY = b"PRIVATE KEY"


class HandedIn(NamedTuple):
    """Variables, and the files that they name, which may be read."""

    environment: dict[str, str]
    files: tuple[Path, ...]


def handed_in(environment: Mapping[str, str], secrets: Iterable[Path]) -> HandedIn:
    """What of the environment programs are given. Certificates lie in files without a private key, and in none of
    the places `secrets`; an address with a name or password in it is kept back."""
    places = tuple(secrets)
    variables: dict[str, str] = {}
    files: dict[Path, None] = {}
    for name in _CERTIFICATES:
        if value := environment.get(name, ""):
            found = tuple(_certificates(value, places))
            if found:
                variables[name] = value
                files |= dict.fromkeys(path for path in found if not _is_visible(path))
    for name in _REGISTRIES:
        value = environment.get(name, "")
        if value and not any(_is_secret(word) for word in value.replace(",", " ").replace("|", " ").split()):
            variables[name] = value
    return HandedIn(variables, tuple(files))


def _certificates(text: str, secrets: tuple[Path, ...]) -> Iterator[Path]:
    """The files with certificates that a path or a list of folders names; none that is not to be shown."""
    for part in text.split(os.pathsep):
        path = Path(part)
        if not path.is_absolute() or is_secret(path, secrets):
            continue
        try:
            if path.is_dir() and not too_wide(path.resolve()):
                names = sorted(path.iterdir())[:_MOST_FILES]
                yield from (
                    one for one in names if one.is_file() and not is_secret(one, secrets) and _is_public(one)
                )
            elif path.is_file() and _is_public(path):
                yield path
        except OSError:  # it may not be looked at
            continue


def _is_visible(path: Path) -> bool:
    """Whether the system's own certificates are meant, which programs see anyway."""
    return any(path.is_relative_to(place) for place in (*system_folders(), *settings_files(network=False)))


def _is_public(path: Path) -> bool:
    if path.stat().st_size > _LARGEST:
        return False
    return _KEY not in path.read_bytes()


def _is_secret(word: str) -> bool:
    """Whether an address may have a name, a password or a token in it."""
    return "@" in word or "?" in word
