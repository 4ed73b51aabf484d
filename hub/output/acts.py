"""The notes of what a delivery did outside, in table `outbound`: each committed on its own, before and after the act.

The note before an act also confirms the job's lock: a delivery that another process took over does nothing more outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import insert, select, update

from hub.clock import Clock
from hub.contract import Act, Acts
from hub.model import TABLES
from hub.points import reach
from hub.store import Store
from hub.sync.lock import Hold

_OUT = TABLES["outbound"]


class StoredActs(Acts):
    """The acts of one delivery for one practice. `held`: its lock, without which nothing new is begun."""

    def __init__(self, store: Store, practice_id: str, delivery: str, clock: Clock, held: Hold | None = None) -> None:
        self._store, self._practice, self._delivery, self._clock = store, practice_id, delivery, clock
        self._held = held

    def known(self) -> Mapping[str, Act]:
        mine = (_OUT.c.practice_id == self._practice) & (_OUT.c.delivery == self._delivery)
        prefix = f"{self._delivery}:"
        with self._store.read() as connection:
            rows = connection.execute(select(_OUT.c.key, _OUT.c.status, _OUT.c.receipt).where(mine)).all()
        return {
            row.key.removeprefix(prefix): Act(row.status != "sent", json.loads(row.receipt or "{}"))
            for row in rows
            if row.key.startswith(prefix)
        }

    def begin(self, key: str, memo: Mapping[str, object]) -> None:
        """Raises Busy HUB-J12, and notes nothing, when another process took the delivery over."""
        self._write(key, "sending", memo, self._held)
        reach("sending_noted")

    def done(self, key: str, memo: Mapping[str, object]) -> None:
        reach("sent")
        self._write(key, "sent", memo)

    def _write(self, key: str, status: str, memo: Mapping[str, object], held: Hold | None = None) -> None:
        own = {"practice_id": self._practice, "key": f"{self._delivery}:{key}"}
        values = {"status": status, "at": self._clock.now(), "receipt": json.dumps(dict(memo), sort_keys=True)}
        with self._store.write() as connection:
            if held is not None:
                held.confirm(connection, self._clock.now())
            where = (_OUT.c.practice_id == own["practice_id"]) & (_OUT.c.key == own["key"])
            if not connection.execute(update(_OUT).where(where).values(**values)).rowcount:
                connection.execute(insert(_OUT).values(**own, delivery=self._delivery, **values))
