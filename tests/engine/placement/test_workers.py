"""Whoever answers at a worker's address is recognised before ggml meets it."""

import struct

import pytest

from engine.errors import UserError
from engine.placement import workers
from engine.placement.plan import Device, PlacementOptions
from engine.placement.workers import (
    Address,
    parse_address,
    parse_addresses,
    probe,
    probe_all,
    without_workers,
)
from tests.support.engines import fake_worker
from tests.support.engines.fake_worker import Behaviour, answering, hello, listening
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.servers.free_port import free_port


def code_of(address: str, timeout: float = 5.0) -> str:
    with pytest.raises(UserError) as caught:
        probe(address, timeout)
    assert caught.value.params["address"] == address
    return caught.value.code


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.168.0.7:50052", Address("192.168.0.7", 50052)),
        (" gpu-box.local:1 ", Address("gpu-box.local", 1)),
        ("gpu_box", Address("gpu_box", 50052)),
        ("localhost:65535", Address("localhost", 65535)),
    ],
)
def test_addresses_are_read_as_people_write_them(written: str, address: Address) -> None:
    assert parse_address(written) == address


@pytest.mark.parametrize(
    "written",
    [
        *("", ":", ":50052", "host:", "host:0", "host:65536", "host:-1", "host:1e3", "host:٣"),
        *("host:99999999999", "http://host:1", "two words", "host/x", "-host", "host\n:1", "호스트:1"),
        *("a" * 400, "h\0st", "x:y:z", "host:1:2x"),
    ],
)
def test_nonsense_is_refused_as_an_address(written: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_address(written)
    assert caught.value.code == "worker.bad_address"


@pytest.mark.parametrize("written", ["[::1]:50052", "[fe80::1%eth0]", "::1", "2001:db8::7:50052"])
def test_ipv6_is_refused_with_the_reason(written: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_address(written)
    assert caught.value.code == "worker.ipv6"


def test_a_name_that_nobody_knows_is_told() -> None:
    assert code_of("no-such-computer.invalid:50052") == "worker.unknown_host"


def test_a_port_where_nobody_listens_is_told() -> None:
    assert code_of(f"127.0.0.1:{free_port()}") == "worker.refused"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (fake_worker.silent, "worker.stalled"),
        (fake_worker.closing, "worker.not_a_worker"),
        (fake_worker.web, "worker.not_a_worker"),
        (fake_worker.chatty, "worker.not_a_worker"),
        (answering(hello(7)), "worker.stalled"),
        (answering(hello(7), b"\0\0\0\0"), "worker.not_a_worker"),
        (answering(hello(7), b"\xff\xff\xff\xff"), "worker.not_a_worker"),
        (answering(hello(7), b"\1"), "worker.not_a_worker"),
        (answering(hello(7), b"\1\0\0\0", b"short"), "worker.not_a_worker"),
        (answering(b"x" * 27), "worker.not_a_worker"),
    ],
)
def test_who_is_no_worker_is_told(behaviour: Behaviour, code: str) -> None:
    with listening(behaviour) as address:
        # Only silence is waited out; whoever answers may be held up by a busy machine.
        assert code_of(address, timeout=0.5 if code == "worker.stalled" else 60.0) == code


@pytest.mark.parametrize(
    ("behaviour", "found"),
    [
        (answering(hello(6)), "6.0.0"),
        (answering(hello(8)), "8.0.0"),
        (answering(hello(7, 1)), "7.1.0"),
        (answering(b"\x03\x06\x01", greeting=0), "3.6.1"),
        (answering(b"\x07\x00\x01"), "7.0.1"),
    ],
)
def test_another_version_is_told_with_both_numbers(behaviour: Behaviour, found: str) -> None:
    with listening(behaviour) as address, pytest.raises(UserError) as caught:
        probe(address, 60.0)
    assert caught.value.code == "worker.other_version"
    assert caught.value.params == {"address": address, "found": found, "wanted": "7.0"}


def test_the_devices_of_a_worker_are_told_with_their_memory() -> None:
    memory = [struct.pack("<QQ", 3 * 2**30, 8 * 2**30), struct.pack("<QQ", 2**30, 2**30)]
    with listening(answering(hello(7), b"\2\0\0\0", *memory)) as address:
        assert probe(address) == (
            Device("RPC0", "rpc", address, 3 * 2**30, 8 * 2**30),
            Device("RPC1", "rpc", address, 2**30, 2**30),
        )


def test_a_real_worker_answers_again_and_again_and_is_free_afterwards() -> None:
    with rpc_worker() as worker:
        first, second = probe(worker.address), probe(worker.address)
        assert len(first) == len(second) == 1 and 0 < first[0].free <= first[0].total


def test_devices_of_several_workers_are_numbered_through() -> None:
    memory = struct.pack("<QQ", 1, 1)
    two = answering(hello(7), b"\2\0\0\0", memory, memory)
    with listening(two) as first, listening(two) as second:
        found = probe_all(parse_addresses([first, second]))
    assert [device.name for device in found] == ["RPC0", "RPC1", "RPC2", "RPC3"]
    assert [device.description for device in found] == [first, first, second, second]


def test_one_worker_under_two_names_is_refused() -> None:
    for written in (["127.0.0.1:50052", "127.0.0.1"], ["127.0.0.1:7", "localhost:7"]):
        with pytest.raises(UserError) as caught:
            parse_addresses(written)
        assert caught.value.code == "worker.twice"


def test_more_workers_than_ggml_takes_are_refused() -> None:
    with pytest.raises(UserError) as caught:
        parse_addresses([f"127.0.0.1:{port}" for port in range(1, workers.MOST_WORKERS + 2)])
    assert caught.value.code == "worker.too_many"


def test_without_some_workers_the_budgets_of_the_others_go_by_their_new_names() -> None:
    options = PlacementOptions(
        512, workers=("a:1", "b:1", "c:1"), budgets={"RPC0": 1, "RPC1": 2, "RPC2": 3, "CUDA0": 4}
    )
    assert without_workers(options, ()) is options
    fewer = without_workers(options, ("b:1", "z:1"))
    assert (fewer.workers, fewer.budgets) == (("a:1", "c:1"), {"RPC0": 1, "RPC1": 3, "CUDA0": 4})
    none = without_workers(options, options.workers)
    assert (none.workers, none.budgets, none.context) == ((), {"CUDA0": 4}, 512)
