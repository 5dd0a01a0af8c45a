"""The tool that tells the date and the time."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from agents.api import Outcome
from agents.permissions.values import ToolFacts
from agents.tools.function_tool import ToolTrouble, tool

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)


# The answer changes within a minute.
@tool(facts=ToolFacts(read_only=True, destructive=False, polling=True, timeout_s=10))
def date_time(timezone: str = "") -> Outcome:
    """Tell the date, weekday and time now.

    Args:
        timezone: A zone like "Asia/Seoul", "UTC" or "UTC+9". Left out, it is the user's own.
    """
    return Outcome(told(datetime.now(UTC).astimezone(zone_named(timezone))))


def told(now: datetime) -> str:
    offset = now.strftime("%z")
    name = getattr(now.tzinfo, "key", "") or now.tzname() or ""
    week = now.isocalendar().week
    return (
        f"{now:%Y-%m-%d} ({now:%A}) {now:%H:%M:%S}, UTC{offset[:3]}:{offset[3:5]}"
        f"{f' {name}' if name else ''}, week {week}, Unix time {int(now.timestamp())}"
    )


def zone_named(name: str) -> tzinfo | None:
    """The zone of a name, a city or an offset; None for "", which is this machine's. Raises ToolTrouble."""
    name = name.strip()
    if not name or name.casefold() == "local":
        return None
    if name.casefold() in ("utc", "gmt", "z"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if span >= timedelta(hours=24):
            raise ToolTrouble(f"'{name}' is no offset from UTC.")
        return timezone(span if offset[1] == "+" else -span)
    known = sorted(zoneinfo.available_timezones())
    spelled = {each.casefold(): each for each in known}
    wanted = name.replace(" ", "_").casefold()
    city = next((each for each in known if each.rpartition("/")[2].casefold() == wanted and "/" in each), "")
    found = spelled.get(wanted) or city
    if not found:
        near = difflib.get_close_matches(wanted, spelled, n=3, cutoff=0.6)
        hint = f" Perhaps {', '.join(spelled[each] for each in near)} is meant." if near else ""
        raise ToolTrouble(f"There is no time zone '{name}'.{hint}")
    return zoneinfo.ZoneInfo(found)
