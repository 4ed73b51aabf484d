"""Sees the wall clock jump: set by hand, by a time server after a dead battery, or slept through with the computer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

JUMP = timedelta(seconds=60)


@dataclass(slots=True)
class ClockWatch:
    """Compares the wall clock with the monotonic one (seconds) between two looks."""

    wall: datetime
    steady: float

    def jump(self, wall: datetime, steady: float) -> timedelta:
        """How far the wall clock went beyond the time that passed; zero up to 60 seconds. Negative: set back."""
        moved = (wall - self.wall) - timedelta(seconds=steady - self.steady)
        self.wall, self.steady = wall, steady
        return moved if abs(moved) > JUMP else timedelta(0)
