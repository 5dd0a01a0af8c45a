"""Tables of schedules."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from app.store.schedules.records import Firing, Schedule
from app.store.tables import METADATA, record_table

SCHEDULE = record_table("schedule", Schedule)
FIRING = record_table("firing", Firing, Index("firing_of", "schedule", "id"), Index("firing_run", "run"))

# What was in the folder of a schedule when it was last looked at, as JSON.
SCHEDULE_SEEN = Table(
    "schedule_seen",
    METADATA,
    Column("schedule_id", ForeignKey("schedule.id"), primary_key=True),
    Column("body", Text, nullable=False),
)
