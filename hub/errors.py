"""The failure vocabulary. Each word tells the engine what to do next and the reader what to mend.

    HubError
    ├── SettingsError    wrong or missing configuration         -> that part is refused        (IT)
    ├── AuthError        credentials refused                    -> no retry, one notice        (IT)
    ├── Unavailable      source down, locked, rate limited      -> next slot, or retry_after   (IT after N runs)
    │   └── Busy         another hub process holds the lock     -> exit code 3                 (IT)
    ├── SourceChanged    columns or schema differ from mapping  -> stream stops before writing (IT, mapping author)
    ├── BadRecord        one row cannot be read                 -> set aside, counted          (coordinator)
    └── HubBug           an invariant broke                     -> rolled back, evidence kept  (us)

A message is one line: what, where, which value (masked), what next. Lowercase start, stable code, no patient data.
"""

from __future__ import annotations

from typing import ClassVar, Literal

FailureClass = Literal["config", "auth", "transient", "rate_limited", "data", "drift", "limit", "plugin_bug", "hub_bug"]
QuarantineReason = Literal[
    "parse", "type", "key", "reference", "contract", "drift", "mapping", "duplicate", "balance", "write_refused"
]
QUARANTINE_REASONS: frozenset[str] = frozenset(QuarantineReason.__args__)  # type: ignore[attr-defined]


class HubError(Exception):
    """Base of every expected failure. `code` is stable and searchable in the docs (`HUB-S01`)."""

    failure_class: ClassVar[FailureClass] = "hub_bug"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(_writable(" ".join(message.split())))
        self.code = code

    @property
    def message(self) -> str:
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.code} {self.message}"


def _writable(message: str) -> str:
    """A message goes into the database, whatever somebody put into it: no lone surrogates, no NUL."""
    return message.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\x00")


class SettingsError(HubError):
    """Wrong or missing configuration; the part it belongs to does not start."""

    failure_class = "config"


class AuthError(HubError):
    """Credentials refused. Never retried: accounts lock after a few tries."""

    failure_class = "auth"


class Unavailable(HubError):
    """The source cannot be reached now. `retry_after` is in seconds, None when the source did not say."""

    failure_class = "transient"

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class Busy(Unavailable):
    """Another process is doing this job right now."""


class SourceChanged(HubError):
    """What arrived does not look like what the mapping describes; nothing was written."""

    failure_class = "drift"


class BadRecord(HubError):
    """One record cannot be read. `reason` is one of the closed quarantine reasons."""

    failure_class = "data"

    def __init__(self, code: str, message: str, reason: QuarantineReason = "parse") -> None:
        super().__init__(code, message)
        self.reason = reason


class HubBug(HubError):
    """An invariant of the hub broke: the transaction is rolled back and the evidence kept."""

    failure_class = "hub_bug"
