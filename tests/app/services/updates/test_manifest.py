"""What a manifest must be to be believed, and the attacks that it refuses."""

from __future__ import annotations

import base64
import datetime
import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.services.updates.manifest import (
    CONTEXT,
    LARGEST,
    Seen,
    check,
    known_keys,
    order,
    signed,
    verified,
)
from engine.errors import UserError
from tests.support.library.releases import KEY, MADE, NOW, OTHER_KEY, PUBLIC, body_with, manifest

KEYS = (base64.b64decode(PUBLIC),)
DAY = datetime.timedelta(days=1)


def by_hand(body: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    """Bytes that are signed whatever they are."""
    signature = Ed25519PrivateKey.from_private_bytes(key).sign(context + body)
    return base64.b64encode(signature) + b"\n" + body


def refused(data: bytes) -> str:
    with pytest.raises(UserError) as caught:
        verified(data, KEYS)
    return caught.value.code


def test_what_a_known_key_signed_is_read() -> None:
    release = manifest()
    assert verified(signed(release, KEY), KEYS) == release


def test_either_of_two_signatures_is_enough() -> None:
    assert verified(signed(manifest(), OTHER_KEY, KEY), KEYS).version == "0.2.0"


def test_the_keys_that_come_along_are_public_keys_of_ed25519() -> None:
    assert known_keys() and {len(key) for key in known_keys()} == {32}
    assert known_keys([PUBLIC]) == KEYS


def test_another_key_is_refused() -> None:
    assert refused(signed(manifest(), OTHER_KEY)) == "update.signature"
    assert refused(signed(manifest())) == "update.signature"  # nobody signed


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_bit_that_changed_is_noticed(place: int, bit: int) -> None:
    head, _, body = signed(manifest(), KEY).partition(b"\n")
    changed = bytearray(body)
    changed[place % len(body)] ^= 1 << bit
    assert refused(head + b"\n" + changed) == "update.signature"


@given(data=st.binary(max_size=300))
def test_no_bytes_do_any_harm(data: bytes) -> None:
    assert refused(data) == "update.signature"


def test_a_signature_for_something_else_is_none_of_a_release() -> None:
    body = signed(manifest(), KEY).partition(b"\n")[2]
    assert refused(by_hand(body, context=b"")) == "update.signature"


@pytest.mark.parametrize(
    "changed",
    [
        {"version": "0.2"},
        {"version": "0.2.0; rm"},
        {"channel": "nightly"},
        {"counter": 0},
        {"counter": 2**60},
        {"made": "2026-11-01T00:00:00"},
        {"expires": "soon"},
        {"notes": ["Faster."]},
        {"files": {"appimage-x86_64": {"name": "../../x", "bytes": 1, "sha256": "0" * 64}}},
        {"files": {"appimage-x86_64": {"name": ".profile", "bytes": 1, "sha256": "0" * 64}}},
        {"files": {"appimage-x86_64": {"name": "x", "bytes": -1, "sha256": "0" * 64}}},
        {"files": {"appimage-x86_64": {"name": "x", "bytes": 1, "sha256": "0"}}},
    ],
)
def test_what_is_signed_and_makes_no_sense_is_refused(changed: dict[str, object]) -> None:
    assert refused(by_hand(body_with(manifest(), **changed))) == "update.broken"


def test_only_the_canonical_form_counts() -> None:
    body = signed(manifest(), KEY).partition(b"\n")[2]
    assert refused(by_hand(body.replace(b'":', b'": '))) == "update.broken"
    assert refused(by_hand(body.replace(b'{"channel"', b'{"channel":"beta","channel"'))) == "update.broken"
    assert refused(by_hand(b"")) == refused(by_hand(b"[" * 50_000)) == "update.broken"


def test_fields_of_later_versions_are_no_reason_to_refuse() -> None:
    assert verified(by_hand(body_with(manifest(), zone="later")), KEYS) == manifest()


def test_a_huge_one_is_not_even_looked_at() -> None:
    assert refused(b"x" * (LARGEST + 1)) == "update.too_large"


def test_what_is_believed_is_remembered() -> None:
    assert check(manifest(), "stable", None, NOW) == Seen("0.2.0", 2, MADE)


@pytest.mark.parametrize(
    "seen", [Seen("0.1.0", 3, MADE), Seen("0.3.0", 1, MADE), Seen("0.2.1b1", 2, MADE)], ids=str
)
def test_there_is_no_way_back(seen: Seen) -> None:
    with pytest.raises(UserError, match=r"update\.older"):
        check(manifest(), "stable", seen, NOW)


def test_the_manifest_of_another_channel_is_refused() -> None:
    with pytest.raises(UserError, match=r"update\.broken"):
        check(manifest(), "beta", None, NOW)


def test_an_expired_one_is_refused_and_names_the_day_that_the_clock_says() -> None:
    with pytest.raises(UserError) as caught:
        check(manifest(), "stable", None, NOW + 40 * DAY)
    assert caught.value.code == "update.expired" and caught.value.params["now"] == "2026-12-13"


def test_a_clock_that_is_behind_is_noticed() -> None:
    with pytest.raises(UserError, match=r"update\.clock"):
        check(manifest(), "stable", None, MADE - 2 * DAY)
    # A later manifest was seen: a clock that was put back would make an expired one valid.
    with pytest.raises(UserError, match=r"update\.clock"):
        check(manifest(), "stable", Seen("0.2.0", 2, NOW + 40 * DAY), NOW)


def test_versions_are_in_the_order_of_releases() -> None:
    versions = [
        "",
        "0.1.0a1",
        "0.1.0b2",
        "0.1.0b10",
        "0.1.0rc1",
        "0.1.0",
        "0.1.1b1",
        "0.9.0",
        "0.10.0",
        "1.0.0",
    ]
    assert all(order(one) < order(next_one) for one, next_one in itertools.pairwise(versions))
