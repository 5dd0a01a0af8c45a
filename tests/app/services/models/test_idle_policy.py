"""Whether a model stays in memory, for every situation that it can be in."""

from hypothesis import given
from hypothesis import strategies as st

from app.services.memory_pressure import (
    LOOK_SELDOM_S,
    MemoryKnown,
    MemoryReading,
    after,
    read_memory,
    spare,
    stalled_percent,
)
from app.services.models.idle_policy import ASKING_S, MEMORY_IDLE_S, Decision, Rules, Situation, decide

HALF_AN_HOUR = Rules(1800.0, for_memory=True)
GIB = 2**30
MOMENTS = st.floats(0.0, 1e6)
SITUATIONS = st.builds(
    lambda ages, answering, running, asking, short: Situation(
        1e6,
        1e6 - ages[0],
        answering,
        running,
        1e6 - ages[1] if asking else None,
        1e6 - ages[2] if short else None,
    ),
    st.tuples(MOMENTS, MOMENTS, MOMENTS),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
RULES = st.builds(Rules, st.just(0.0) | st.floats(60.0, 6e5), st.booleans())


@given(RULES, SITUATIONS)
def test_nothing_is_unloaded_under_somebody_who_works_with_it(rules: Rules, at: Situation) -> None:
    asks = at.asking_since is not None and at.now - at.asking_since < ASKING_S
    if at.answering or at.running or asks:
        assert decide(rules, at).unload == ""


@given(RULES, SITUATIONS)
def test_what_stays_has_an_end_before_it_or_says_why_not(rules: Rules, at: Situation) -> None:
    found = decide(rules, at)
    if not found.unload:
        assert found.until is not None or found.stays
        assert found.until is None or found.until > at.now
        assert found.again is None or found.again > at.now, "no decision is asked for again at once"


@given(RULES, SITUATIONS)
def test_a_decision_is_asked_for_again_before_anything_is_due(rules: Rules, at: Situation) -> None:
    found = decide(rules, at)
    if found.until is not None:
        assert found.again is not None and found.again <= found.until


def test_an_idle_model_goes_after_its_time_and_not_before() -> None:
    assert decide(HALF_AN_HOUR, Situation(1799.0, 0.0)) == Decision(until=1800.0, again=1800.0)
    assert decide(HALF_AN_HOUR, Situation(1800.0, 0.0)).unload == "idle"


def test_never_means_never_but_for_memory() -> None:
    never = Rules(0.0, for_memory=True)
    assert decide(never, Situation(1e6, 0.0)) == Decision(stays="always")
    assert decide(never, Situation(1e6, 0.0, short_since=1e6 - 20)).unload == "memory"
    assert decide(Rules(0.0, for_memory=False), Situation(1e6, 0.0, short_since=1.0)) == Decision(
        stays="always"
    )


def test_memory_does_not_take_what_was_used_just_now() -> None:
    found = decide(HALF_AN_HOUR, Situation(10.0, 0.0, short_since=0.0))
    assert found == Decision(until=1800.0, again=MEMORY_IDLE_S)
    assert decide(HALF_AN_HOUR, Situation(MEMORY_IDLE_S, 0.0, short_since=0.0)).unload == "memory"


def test_a_question_to_a_person_keeps_the_model_for_an_hour() -> None:
    asking = Situation(3000.0, 0.0, asking_since=100.0, short_since=200.0)
    assert decide(HALF_AN_HOUR, asking) == Decision(until=3700.0, stays="asking", again=3700.0)
    assert decide(HALF_AN_HOUR, Situation(3700.0, 0.0, asking_since=100.0)).unload == "idle"


def test_one_short_look_at_the_memory_is_not_believed_and_one_good_look_not_enough() -> None:
    wanted = spare(16 * GIB)
    short, hardly, good = (MemoryReading(round(wanted * part), 16 * GIB) for part in (0.9, 1.2, 1.6))
    once = after(MemoryKnown(), short, 10.0)
    assert (once.short_since, once.doubted) == (None, True)
    assert after(once, hardly, 20.0) == MemoryKnown(), "a start of another program, over by now"
    twice = after(once, short, 20.0)
    assert twice.short_since == 20.0
    assert after(twice, hardly, 30.0) == twice, "it would be short again at once"
    assert after(twice, good, 40.0) == MemoryKnown()


def test_stalls_count_as_short_memory_whatever_is_said_to_be_available() -> None:
    plenty = MemoryReading(8 * GIB, 16 * GIB, stalled=12.0)
    known = after(after(MemoryKnown(), plenty, 0.0), plenty, 10.0)
    assert known.short_since == 10.0
    assert after(known, MemoryReading(8 * GIB, 16 * GIB, 5.0), 20.0) == known
    assert after(known, MemoryReading(8 * GIB, 16 * GIB, 0.5), 30.0) == MemoryKnown(), "and looked at soon"


def test_with_much_room_the_memory_is_looked_at_seldom() -> None:
    assert after(MemoryKnown(), MemoryReading(12 * GIB, 16 * GIB), 0.0).again == LOOK_SELDOM_S


@given(st.integers(2**28, 2**42))
def test_what_is_to_stay_free_is_always_less_than_an_eighth(total: int) -> None:
    assert 0 < spare(total) <= min(total // 8, 2 * GIB)


def test_the_kernels_account_of_stalls_is_read() -> None:
    text = (
        "some avg10=3.10 avg60=1.00 avg300=0.20 total=81\nfull avg10=1.25 avg60=0.50 avg300=0.10 total=40\n"
    )
    assert stalled_percent(text) == 1.25


def test_this_machines_memory_can_be_read() -> None:
    reading = read_memory()
    assert 0 < reading.available <= reading.total and 0.0 <= reading.stalled <= 100.0
