"""The same for launchd (launchd.plist(5)) and the Task Scheduler of Windows (its XML schema). Written, but not tried.

What is no time of day is looked at every few minutes; the command itself starts only what is due.
"""

from __future__ import annotations

import subprocess
from datetime import datetime
from typing import Any

from app.services.schedules.timers.command import FOLDER_MINUTES, TimedCommand, interval_of
from app.store.schedules.records import Daily, Once, When

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def launchd_text(command: TimedCommand, when: When) -> str:
    """A property list for ~/Library/LaunchAgents."""
    import plistlib  # as below: not needed at every start

    job: dict[str, Any] = {
        "Label": command.name,
        "ProgramArguments": list(command.arguments),
        "WorkingDirectory": command.folder,
        "EnvironmentVariables": {"COTERIE_HOME": command.home},
    }
    if isinstance(when, Daily):
        hour, minute = map(int, when.at.split(":"))
        time = {"Hour": hour, "Minute": minute}
        job["StartCalendarInterval"] = [time | {"Weekday": day + 1} for day in when.days] or time
    else:
        job["StartInterval"] = 60 * (interval_of(when) or FOLDER_MINUTES)
    return plistlib.dumps(job, sort_keys=False).decode()


def task_scheduler_text(command: TimedCommand, when: When) -> str:
    """A task for `schtasks /create /xml`. Tasks have no environment: the data folder is set before the command."""
    from xml.sax.saxutils import escape

    program, *arguments = command.arguments
    inner = f'set "COTERIE_HOME={command.home}" && {subprocess.list2cmdline([program, *arguments])}'
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Coterie: {escape(command.title)}</Description></RegistrationInfo>
  <Triggers>
{_trigger(when)}
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
  </Settings>
  <Actions>
    <Exec>
      <Command>cmd.exe</Command>
      <Arguments>{escape(f'/d /s /c "{inner}"')}</Arguments>
      <WorkingDirectory>{escape(command.folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def _trigger(when: When) -> str:
    if isinstance(when, Once):
        start = f"{datetime.fromtimestamp(when.at):%Y-%m-%dT%H:%M:%S}"
        return f"    <TimeTrigger><StartBoundary>{start}</StartBoundary></TimeTrigger>"
    if isinstance(when, Daily):
        days = "".join(f"<{_DAYS[day]} />" for day in when.days)
        kind = (
            f"<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek>{days}</DaysOfWeek></ScheduleByWeek>"
            if days
            else "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"
        )
        start = f"<StartBoundary>2026-01-01T{when.at}:00</StartBoundary>"
        return f"    <CalendarTrigger>{start}{kind}</CalendarTrigger>"
    minutes = interval_of(when) or FOLDER_MINUTES
    repeated = f"<Repetition><Interval>PT{minutes}M</Interval></Repetition>"
    return f"    <TimeTrigger>{repeated}<StartBoundary>2026-01-01T00:00:00</StartBoundary></TimeTrigger>"
