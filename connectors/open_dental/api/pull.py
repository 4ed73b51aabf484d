"""The API mode of the connector, as seen from outside: `pull_api` reads one stream.

A list that this office's version or key does not offer ends with a line that says so (HUB-U06); the other streams go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from connectors.open_dental.api.cursor import Standing, standing_of, utc_of
from connectors.open_dental.api.extras import Extras
from connectors.open_dental.api.faults import NotThere, not_offered
from connectors.open_dental.api.joins import names_of
from connectors.open_dental.api.key_log import key_log
from connectors.open_dental.api.listing import Part, Pass
from connectors.open_dental.api.office import Office, office_of, utc_now
from connectors.open_dental.api.resources import RESOURCES
from connectors.open_dental.api.rows import RowMaker
from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.api.short_query import rows_by_key
from connectors.open_dental.api.throttle import Stopped
from connectors.open_dental.api.ways import FILTERS, LISTS
from connectors.open_dental.shape import Query, keys_of
from connectors.open_dental.told import told
from hub.contract import Checkpoint, Keys, SourceContext


def pull_api(
    query: Query, cursor: Mapping[str, object] | None, ctx: SourceContext, settings: ApiSettings
) -> Iterator[Part]:
    """One pull of one stream. Ends without its final checkpoint when the hub stops.

    Raises AuthError, Unavailable, SourceChanged (of which NotOffered: not with this version or key), SettingsError.
    """
    yield from pull_from(office_of(ctx, settings), query, cursor)


def pull_from(office: Office, query: Query, cursor: Mapping[str, object] | None) -> Iterator[Part]:
    """The same with an office at hand."""
    try:
        office.prepare()
        name = list_of(query)
        if name is not None:
            yield from _listed(office, query, name, standing_of(cursor))
        elif office.may_query:
            yield from _queried(office, query, standing_of(cursor))
        else:
            raise not_offered(query.name, "no list of the API tells it; it needs the permission Queries")
    except NotThere:
        raise not_offered(query.name, "this office has no such list") from None
    except Stopped:
        return


def list_of(query: Query) -> str | None:
    """The list of the API that a query reads; None when there is none."""
    name = (query.resource or LISTS.get(query.name, "")).partition("/")[0]
    return name if name in RESOURCES else None


def _listed(office: Office, query: Query, name: str, standing: Standing) -> Iterator[Part]:
    key = RESOURCES[name].key
    extras = Extras(names_of(office), query, key, office.may_query)
    maker = RowMaker(query, key, extras, FILTERS.get(query.name, _every))
    log = key_log(office.ctx.state_dir, office.ctx.practice_id, office.ctx.source, query.name)
    yield from Pass(office, query, name, maker, standing, log).run()


def _every(record: Mapping[str, object]) -> bool:
    return True


def _queried(office: Office, query: Query, standing: Standing) -> Iterator[Part]:
    """A stream that only queries can tell: small, so it is read whole each time it is due."""
    hours = standing.hours_since_whole(office.ctx.clock.now())
    every = timedelta(hours=office.settings.full_every.get(query.name, office.settings.full_every_hours))
    if hours is not None and timedelta(hours=hours) < every:
        yield Checkpoint(standing.told(), complete=True, as_of=utc_of(standing.whole_at))
        return
    started = utc_now(office.ctx)
    for labels, rows in rows_by_key(office, query, ""):
        yield from told(query, labels, rows)
        for entity in query.entities:
            if rows:
                yield Keys(entity, keys_of(query, entity, [row[0] for row in rows]))
    yield Checkpoint(replace(standing, whole_at=started).told(), complete=True, swept=query.entities)
