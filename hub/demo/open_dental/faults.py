"""What may go wrong on the way to Open Dental, switched on by a test. Every nth request, counted over the server's life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

DOWN = "The eConnector is not reachable. Make sure that the eConnector service is running at the office."


@dataclass(slots=True)
class Faults:
    """0 switches a fault off. `between_pages` is called before each page after the first (Offset above 0)."""

    every_429: int = 0
    retry_after: int = 1
    every_500: int = 0
    every_504: int = 0
    every_slow: int = 0
    slow_seconds: float = 0.2
    every_reset: int = 0
    every_cut: int = 0  # the body ends in the middle
    every_repeat: int = 0  # the page before is sent again
    every_lost_answer: int = 0  # a write is done, its answer is not sent
    econnector_down: bool = False
    between_pages: Callable[[], None] | None = None

    def due(self, every: int, number: int) -> bool:
        return every > 0 and number % every == 0
