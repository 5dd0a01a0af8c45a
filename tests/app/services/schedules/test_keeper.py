"""What is due starts once, whoever looks after it and whatever happens meanwhile, and waits where it has to."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import msgspec
import pytest

from agents.events import Approval
from agents.permissions.values import Decision
from app.services.runs.values import Recipe
from app.services.schedules.starting import session_of
from app.services.schedules.words import outcome_words, state_words
from app.store.schedules.records import Cron, Daily, Every, Firing, FolderChange, Once, Schedule
from app.store.store import Store
from engine.errors import UserError
from tests.app.services.schedules.conftest import HOUR, NOW, Plan, Planned
from tests.support.servers.openai_script import Asked, Reply, call, in_order, say
from tests.support.waiting import wait_until

DAY = 24 * HOUR


def states(planned: Planned, schedule: Schedule) -> list[str]:
    return [firing.state for firing in planned.history(schedule)]


def test_it_starts_when_it_is_due_and_again_a_day_later(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    assert planned.turn() <= 20.0 and planned.history(daily) == []
    planned.turn(HOUR)
    firing = planned.until(daily, "completed")
    assert (firing.due, firing.time, firing.seen) == (NOW + HOUR, NOW + HOUR, False)
    run = planned.runs.get(firing.run)
    assert (run.title, run.task, run.mode) == ("Morning", "Tidy up.", "workspace")
    planned.turn(HOUR)
    assert states(planned, daily) == ["completed"]
    planned.turn(DAY)
    planned.until(daily, "completed")
    assert states(planned, daily) == ["completed", "completed"]


def test_times_that_passed_while_nobody_looked_count_as_one_and_it_is_said(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.turn(3 * DAY + 2 * HOUR)
    firing = planned.until(daily, "completed")
    assert (firing.due, firing.time) == (NOW + HOUR, planned.now)
    assert outcome_words(firing, planned.now, "en") == (
        "Done, today at 9:00 AM; was due November 27 at 8:00 AM"
    )
    planned.turn(HOUR)
    assert states(planned, daily) == ["completed"]


def test_what_ended_waits_unseen_until_somebody_looks(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.turn(HOUR)
    run = planned.until(daily, "completed").run
    assert planned.schedules.unseen() == [run]
    planned.schedules.see(run)
    assert planned.schedules.unseen() == [] and planned.last(daily).seen


def test_once_is_due_once_and_then_over(plan: Plan) -> None:
    planned = plan()
    once = planned.add(Once(NOW + 60.0))
    planned.turn(61.0)
    planned.until(once, "completed")
    planned.turn(DAY)
    assert states(planned, once) == ["completed"]
    (line,) = planned.schedules.lines()
    assert line.next is None and state_words(line, planned.now, "en") == "Done"


def test_a_paused_one_starts_nothing_and_makes_up_for_nothing(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.schedules.pause(daily.id)
    planned.turn(2 * HOUR)
    planned.schedules.pause(daily.id, False)
    planned.turn()
    assert planned.history(daily) == []
    planned.turn(DAY)
    planned.until(daily, "completed")


def test_while_the_last_run_goes_on_its_times_are_skipped(plan: Plan) -> None:
    planned = plan(in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("Done.")))
    every = planned.add(Every(30), mode="ask")
    planned.turn(1800)
    planned.until(every, "waiting")
    for _ in range(3):
        planned.turn(1800)
    # The times that were skipped in a row are one line.
    assert states(planned, every) == ["skipped", "waiting"]
    reason = planned.history(every)[0].reason
    assert reason is not None and reason.code == "schedule.still_waiting"
    run = planned.history(every)[1].run
    request = planned.runs.pending(run)
    assert request is not None and planned.runs.decide(run, request.call, Decision(True))
    assert planned.runs.join(run, 30)
    planned.keeper.settle()
    assert states(planned, every) == ["skipped", "completed"]


def test_questions_wait_and_others_go_on(plan: Plan) -> None:
    def answer(asked: Asked) -> Reply:
        wants = "Write" in str(asked.messages) and not any(m["role"] == "tool" for m in asked.messages)
        return call("write_file", {"path": "a.txt", "content": "a"}) if wants else say("Done.")

    planned = plan(answer)
    asking = planned.add(name="Asking", task="Write a file.", mode="ask")
    other = planned.add(Daily("08:30"), name="Other")
    planned.turn(HOUR)
    planned.until(asking, "waiting")
    planned.turn(HOUR)
    planned.until(other, "completed")
    assert planned.last(asking).state == "waiting"
    planned.turn(7 * DAY)
    planned.turn(HOUR)
    expired = planned.history(asking)[-1]
    assert expired.state == "expired" and expired.reason is not None
    assert not (planned.workspace / "a.txt").exists()


def test_two_that_are_due_at_once_run_one_after_the_other(plan: Plan) -> None:
    planned = plan()
    first, second = planned.add(name="A"), planned.add(name="B")
    planned.turn(HOUR)
    assert planned.last(first).state in ("claimed", "running", "completed")
    planned.until(first, "completed")
    planned.turn()
    planned.until(second, "completed")
    assert planned.last(second).due == planned.last(first).due


def test_on_a_battery_it_waits_unless_it_may_run_there(plan: Plan) -> None:
    planned = plan()
    planned.battery = True
    daily, anyway = planned.add(name="A"), planned.add(name="B", on_battery=True)
    planned.turn(HOUR)
    planned.until(anyway, "completed")
    assert planned.history(daily) == [] and planned.keeper.holds[daily.id] == "battery"
    line = next(each for each in planned.schedules.lines() if each.schedule.id == daily.id)
    assert state_words(line, planned.now, "en") == "Waits for the power adapter"


def test_a_folder_that_is_gone_is_told_on_its_line(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    shutil.rmtree(planned.workspace)
    planned.turn(HOUR)
    firing = planned.last(daily)
    assert (firing.state, firing.run) == ("failed", 0) and firing.reason is not None
    assert firing.reason.code == "run.no_workspace"


def test_a_recipe_that_is_gone_is_told_on_its_line(plan: Plan) -> None:
    planned = plan()
    recipe = planned.runs.recipes.save(Recipe("", "Mine", "", "Look around.", own=True))
    daily = planned.add(task="", recipe=recipe.id)
    planned.runs.recipes.delete(recipe.id)
    planned.turn(HOUR)
    reason = planned.last(daily).reason
    assert reason is not None and reason.code == "recipe.missing"


def test_a_model_that_does_not_answer_is_told_on_its_line(plan: Plan) -> None:
    planned = plan()
    daily = planned.add(model="openai:http://127.0.0.1:9#m")
    planned.turn(HOUR)
    firing = planned.until(daily, "failed")
    assert firing.reason is not None and firing.run


def test_a_recipe_is_taken_as_it_is_but_never_with_more_rights(plan: Plan) -> None:
    planned = plan()
    recipe = planned.runs.recipes.save(
        Recipe("", "Mine", "", "Look at {what}.", (("what", "What", ""),), own=True)
    )
    daily = planned.add(task="", recipe=recipe.id, values={"what": "a.txt"}, mode="read", name="")
    assert daily.name == "Mine"
    changed = msgspec.structs.replace(recipe, task="Look well at {what}.", mode="all-in-sandbox")
    planned.runs.recipes.save(changed)
    planned.turn(HOUR)
    run = planned.runs.get(planned.until(daily, "completed").run)
    assert (run.task, run.mode) == ("Look well at a.txt.", "read")


def test_the_words_of_a_recipe_that_lies_in_a_folder_are_kept_as_they_were(
    plan: Plan, tmp_path: Path
) -> None:
    planned = plan()
    file = planned.workspace / "mine.toml"
    file.write_text('[en]\ntitle = "Mine"\ntask = "Look around."\n')
    daily = planned.add(task="", recipe=str(file))
    file.write_text('[en]\ntitle = "Mine"\ntask = "Send everything away."\n')
    planned.turn(HOUR)
    assert planned.runs.get(planned.until(daily, "completed").run).task == "Look around."


@pytest.mark.parametrize("back", [600.0, 5 * DAY])
def test_a_clock_that_is_set_back_stops_nothing(plan: Plan, back: float) -> None:
    planned = plan()
    daily = planned.add(Every(60))
    planned.turn(HOUR)
    planned.until(daily, "completed")
    planned.turn(-back)
    planned.turn()
    assert states(planned, daily) == ["completed"]
    planned.turn(2 * HOUR)
    planned.until(daily, "completed")
    assert len(planned.history(daily)) == 2


def test_two_processes_start_it_once(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.now += HOUR
    place = planned.store.database.place
    with Store.open(place.database, place.backups) as other:
        seen = other.schedules.get(daily.id)
        planned.turn()
        assert other.firings.claim(seen, planned.now, checked=planned.now) is None
    planned.until(daily, "completed")
    assert states(planned, daily) == ["completed"]


def test_what_a_process_that_died_had_claimed_is_started_by_another(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    firing = planned.store.firings.claim(daily, NOW + HOUR, checked=NOW + HOUR)
    assert firing is not None
    planned.store.firings.change(firing.id, writer="1:999999.00:dead")
    planned.turn(2 * HOUR)
    planned.until(daily, "completed")
    assert len(planned.runs.all()) == 1


def test_a_run_whose_start_was_not_noted_is_not_started_twice(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.turn(HOUR)
    firing = planned.until(daily, "completed")
    # As if the process had died between the two.
    planned.store.firings.change(firing.id, state="claimed", run=0, writer="1:999999.00:dead")
    assert planned.store.firings.started(session_of(firing)) == firing.run
    planned.turn()
    assert planned.until(daily, "completed").run == firing.run
    assert len(planned.runs.all()) == 1


def test_a_question_outlives_the_program_and_is_asked_again(plan: Plan) -> None:
    planned = plan(in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("Done.")))
    daily = planned.add(mode="ask")
    planned.turn(HOUR)
    run = planned.until(daily, "waiting").run
    planned.reopen()
    assert planned.last(daily).state == "queued"
    planned.turn()
    planned.until(daily, "waiting")
    wait_until(lambda: planned.runs.pending(run) is not None)
    request = planned.runs.pending(run)
    assert request is not None and planned.runs.decide(run, request.call, Decision(True))
    planned.until(daily, "completed")
    assert (planned.workspace / "a.txt").read_text() == "a"


def test_with_nobody_there_a_question_is_put_aside_and_not_denied(plan: Plan) -> None:
    planned = plan(in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("Done.")))
    planned.keeper.attended = False
    daily = planned.add(mode="ask")
    planned.turn(HOUR)
    run = planned.until(daily, "queued").run
    assert planned.runs.get(run).state == "paused"
    asked = [e.decision for e in planned.house.events(run, Approval)]
    assert asked == ["asked"]
    planned.turn(HOUR)  # nobody is there still
    assert planned.runs.get(run).state == "paused"
    planned.reopen()
    planned.turn()
    planned.until(daily, "waiting")
    request = planned.runs.pending(run)
    assert request is not None and planned.runs.decide(run, request.call, Decision(True))
    planned.until(daily, "completed")


def test_what_a_person_pauses_stays_so(plan: Plan) -> None:
    planned = plan(in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("Done.")))
    daily = planned.add(mode="ask")
    planned.turn(HOUR)
    run = planned.until(daily, "waiting").run
    planned.runs.pause(run)
    assert planned.runs.join(run, 30)
    planned.until(daily, "paused")
    planned.reopen()
    planned.turn()
    assert planned.last(daily).state == "paused" and planned.runs.get(run).state == "paused"


def test_what_another_process_left_paused_goes_on(plan: Plan) -> None:
    """As where a command was told to end while its run was at work, and the window is open."""
    planned = plan(in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("Done.")))
    daily = planned.add(mode="ask")
    planned.turn(HOUR)
    run = planned.until(daily, "waiting").run
    planned.schedules.close()
    planned.runs.pause(run)
    assert planned.runs.join(run, 30)
    planned.store.firings.change(planned.last(daily).id, state="running")
    planned.reopen()
    assert planned.last(daily).state == "aside"
    planned.turn()
    planned.until(daily, "waiting")


def test_a_run_of_a_process_that_died_is_interrupted(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.turn(HOUR)
    firing = planned.until(daily, "completed")
    planned.store.firings.change(firing.id, state="running")
    planned.store.database.write(
        lambda connection: connection.exec_driver_sql("DELETE FROM run_event WHERE seq > 1")
    )
    planned.store.runs.change(firing.run, state="running", writer="1:999999.00:dead")
    planned.turn()
    assert planned.until(daily, "interrupted").reason is not None


def test_by_hand_it_starts_at_once_and_its_times_stay(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.schedules.fire(daily.id)
    planned.until(daily, "completed")
    planned.turn(HOUR)
    planned.until(daily, "completed")
    assert states(planned, daily) == ["completed", "completed"]


def test_a_removed_one_leaves_its_run(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    planned.turn(HOUR)
    run = planned.until(daily, "completed").run
    planned.schedules.remove(daily.id)
    planned.turn(DAY)
    assert planned.schedules.lines() == [] and [each.id for each in planned.runs.all()] == [run]


def test_a_run_that_is_deleted_while_it_waits_ends_its_time(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    firing = planned.store.firings.claim(daily, NOW)
    assert firing is not None
    planned.store.firings.change(firing.id, state="queued", run=99)
    planned.turn()
    assert planned.last(daily).state == "stopped"


def test_a_full_disk_is_told_and_nothing_is_lost(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = plan()
    daily = planned.add()

    def full(*_: object, **__: object) -> None:
        raise UserError("store.disk_full", path="coterie.db")

    planned.now += HOUR
    with monkeypatch.context() as patch:
        patch.setattr(planned.store.firings, "claim", full)
        planned.keeper.begin()
        wait_until(lambda: planned.keeper.trouble is not None)
        (line,) = planned.schedules.lines()
        assert line.trouble is not None and line.trouble.code == "store.disk_full" and line.last is None
    planned.keeper.look_soon()
    planned.until(daily, "completed")
    wait_until(lambda: planned.keeper.trouble is None)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes a new time zone up by itself")
def test_a_time_zone_that_changes_moves_the_time_of_day(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        planned = plan()
        planned.now = 1_795_780_800.0  # 12:00 in UTC
        daily = planned.add(Daily("21:30"))
        planned.turn(600.0)
        assert planned.history(daily) == []
        monkeypatch.setenv("TZ", "Asia/Seoul")  # 21:10 there
        planned.turn(900.0)
        assert planned.history(daily) == []
        planned.turn(600.0)
        planned.until(daily, "completed")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_run_that_waits_and_goes_to_the_trash_stays_there(plan: Plan) -> None:
    planned = plan(in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("Done.")))
    planned.keeper.attended = False
    daily = planned.add(mode="ask")
    planned.turn(HOUR)
    run = planned.until(daily, "queued").run
    planned.runs.delete(run)
    planned.reopen()
    planned.turn()
    assert planned.last(daily).state == "stopped" and planned.runs.get(run).trashed is not None


def test_once_is_not_skipped_for_a_run_that_goes_on(plan: Plan) -> None:
    planned = plan(
        in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("Done."), say("Done."))
    )
    once = planned.add(Once(NOW + 60.0), mode="ask")
    planned.schedules.fire(once.id)
    run = planned.until(once, "waiting").run
    planned.turn(120.0)
    assert states(planned, once) == ["waiting"]
    request = planned.runs.pending(run)
    assert request is not None and planned.runs.decide(run, request.call, Decision(True))
    planned.until(once, "completed")
    planned.turn()
    planned.until(once, "completed")
    assert states(planned, once) == ["completed", "completed"]


def test_many_times_are_kept_but_not_all(plan: Plan) -> None:
    planned = plan()
    daily = planned.add()
    for number in range(40):
        made = planned.store.firings.claim(daily, float(number))
        assert isinstance(made, Firing)
        planned.store.firings.change(made.id, state="completed")
    assert len(planned.history(daily)) <= 31


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"task": " "}, "run.no_task"),
        ({"name": "12"}, "schedule.bad_name"),
        ({"name": "MORNING"}, "schedule.name_taken"),
        ({"workspace": "/no/such"}, "run.no_workspace"),
        ({"when": Cron("x")}, "schedule.bad_cron"),
        ({"when": FolderChange("{" + "a,b}{" * 8 + "a,b}")}, "schedule.bad_pattern"),
        ({"recipe": "no-such", "task": ""}, "recipe.missing"),
    ],
)
def test_what_cannot_be_is_refused(plan: Plan, fields: dict[str, object], code: str) -> None:
    planned = plan()
    planned.add()
    with pytest.raises(UserError) as caught:
        planned.add(**({"name": "Other"} | fields))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert len(planned.schedules.lines()) == 1
