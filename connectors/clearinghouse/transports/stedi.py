"""Files from Stedi: ask for what was processed since the last time, fetch each file as X12, keep the place.

A file is put into the inbox before the place is kept, so a run that breaks off anywhere fetches again rather than loses;
what comes twice is known by its bytes. A transaction that is listed and not there yet waits and is asked for by later runs.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from connectors.clearinghouse.transports.stedi_pages import Document, Item, Page, documents, moment
from connectors.clearinghouse.transports.stedi_settings import StediSettings
from connectors.clearinghouse.transports.web import DAMAGED, Answer, NotThere, Web
from hub.contract import Inbox, Probe, SourceContext
from hub.errors import HubError, Unavailable

LOG = logging.getLogger("hub.connectors.clearinghouse")
SERVICE = "Stedi"
# A place that Stedi does not know any more is answered with one of these.
_LOST_PLACE = frozenset({400, 404, 410})
# Stedi takes no start that is younger than a minute.
_YOUNGEST = timedelta(minutes=2)
_MOST_KEYS = 500
_MOST_WAITING = 200
_WAITING_DAYS = 14


class Stedi:
    """Polls one account. `wait` and `jitter` are for tests: see `Web`."""

    name = "stedi"

    def __init__(
        self, own: StediSettings, accepts_tests: bool, wait: Callable[[float], object] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._own, self._accepts_tests, self._wait, self._jitter = own, accepts_tests, wait, jitter

    def probe(self, ctx: SourceContext) -> tuple[Probe, ...]:
        """Lists at most one transaction."""
        start = ctx.clock.now() - _YOUNGEST
        try:
            with self._web(ctx) as web:
                web.ask(
                    "GET", f"{self._own.core_url}/polling/transactions", _page, headers=sign(self._own),
                    params={"startDateTime": _stamp(start), "pageSize": "1"},
                )  # fmt: skip
        except HubError as error:
            return (Probe("sign in to Stedi", False, error.message, "correct [source.settings.stedi]"),)
        return (Probe("sign in to Stedi", True, "transactions can be listed"),)

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        """Raises AuthError, SourceChanged or Unavailable; what was put before stays."""
        with self._web(ctx) as web:
            _Round(web, self._own, self._accepts_tests, inbox, ctx).run()

    def _web(self, ctx: SourceContext) -> Web:
        return Web(SERVICE, self._own.timeout_seconds, ctx.clock, ctx.stop, self._wait, self._jitter)


def sign(own: StediSettings) -> dict[str, str]:
    """The headers of every request: the key alone, as Stedi wants it."""
    return {"Authorization": own.api_key.get_secret_value()}


class _Round:
    """One run: the place that was kept, and what this run met."""

    def __init__(self, web: Web, own: StediSettings, accepts_tests: bool, inbox: Inbox, ctx: SourceContext) -> None:
        self._web, self._own, self._accepts_tests, self._inbox, self._ctx = web, own, accepts_tests, inbox, ctx
        kept = inbox.cursor()
        self._token, self._reached = _text(kept.get("page_token")), _text(kept.get("processed_at"))
        self._keys = dict.fromkeys(_texts(kept.get("fetched")))
        self._waiting = _waiting(kept.get("waiting"))
        self._fetched = self._failed = 0

    def run(self) -> None:
        self._fetch_waiting()
        is_more = True
        while is_more and not self._ctx.stop.is_set():
            page = self._next_page()
            is_whole = all(self._take(item) for item in page.items)
            if not is_whole:
                break
            is_more = bool(page.items) and page.nextPageToken != self._token
            self._token = page.nextPageToken
            self._reached = max([self._reached, *(item.processedAt for item in page.items if moment(item.processedAt))])
            self._keep()
        LOG.info(
            "%s: %d fetched, %d waited for, %d that Stedi could not process passed over",
            self._ctx.source, self._fetched, len(self._waiting), self._failed,
        )  # fmt: skip
        if self._waiting:
            raise self._web.not_all(self._ctx.source, len(self._waiting))

    def _next_page(self) -> Page:
        """From the place that was kept; from a while before it when Stedi does not take that any more."""
        if self._token:
            page = self._ask({"pageToken": self._token}, _page_or_lost, _LOST_PLACE)
            if page is not None:
                return page
            LOG.info("%s: Stedi does not take the place that was kept; starting again a while before it", self._ctx.source)
            self._token = ""
        page = self._ask({"startDateTime": _stamp(self._start())}, _page, frozenset())
        assert page is not None
        return page

    def _ask(
        self, where: dict[str, str], read: Callable[[Answer], Page | None], passes: frozenset[int]
    ) -> Page | None:
        params = {**where, "pageSize": str(self._own.page_size)}
        url = f"{self._own.core_url}/polling/transactions"
        return self._web.ask("GET", url, read, headers=sign(self._own), params=params, passes=passes | {200})

    def _start(self) -> datetime:
        now, reached = self._ctx.clock.now(), moment(self._reached)
        if reached is None:
            return now - timedelta(days=self._own.first_days)
        return min(reached - timedelta(minutes=self._own.overlap_minutes), now - _YOUNGEST)

    def _take(self, item: Item) -> bool:
        """Fetch what the office reads; False when the run was asked to stop."""
        if self._ctx.stop.is_set():
            return False
        if not item.is_wanted(self._own.sets, self._accepts_tests):
            return True
        if item.status != "succeeded":
            self._failed += 1
            return True
        places = documents(item, self._own.document)
        if places[0].key not in self._keys and not self._fetch(places, item.processedAt):
            self._wait_for(item)
        return True

    def _fetch(self, places: tuple[Document, ...], processed_at: str) -> bool:
        """The first of the places that is there; False when none is."""
        for place in places:
            if place.key in self._keys:
                return True
            try:
                self._web.fetch(
                    f"{self._own.core_url}{place.path}", sign(self._own),
                    lambda blocks, name=place.name: self._inbox.put(name, blocks, moment(processed_at)),  # type: ignore[misc]
                )  # fmt: skip
            except NotThere:
                continue
            except Unavailable as error:
                if error.code != DAMAGED:
                    raise
                continue
            self._keys[place.key] = None
            self._fetched += 1
            return True
        return False

    def _wait_for(self, item: Item) -> None:
        """Ask for it again later; where too many wait already something else is wrong, and the place is not moved on."""
        if len(self._waiting) >= _MOST_WAITING:
            raise self._web.not_all(self._ctx.source, len(self._waiting) + 1)
        self._waiting[item.transactionId] = (item, self._ctx.clock.now())

    def _fetch_waiting(self) -> None:
        """What earlier runs did not find. After two weeks it is given up, and told once."""
        for key, (item, since) in list(self._waiting.items()):
            if self._ctx.stop.is_set():
                return
            if self._fetch(documents(item, self._own.document), item.processedAt):
                del self._waiting[key]
            elif self._ctx.clock.now() - since > timedelta(days=_WAITING_DAYS):
                del self._waiting[key]
                LOG.warning(
                    "%s: Stedi listed transaction %s (%s) and never had its file; it is given up, look there",
                    self._ctx.source, item.transactionId, item.set_id,
                )  # fmt: skip

    def _keep(self) -> None:
        self._keys = dict.fromkeys(list(self._keys)[-_MOST_KEYS:])
        self._inbox.keep_cursor({
            "page_token": self._token, "processed_at": self._reached, "fetched": list(self._keys),
            "waiting": [{"item": item.model_dump(), "since": since.isoformat()} for item, since in self._waiting.values()],
        })  # fmt: skip


def _page(answer: Answer) -> Page:
    return Page.model_validate_json(answer.body)


def _page_or_lost(answer: Answer) -> Page | None:
    return None if answer.status in _LOST_PLACE else _page(answer)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _waiting(value: object) -> dict[str, tuple[Item, datetime]]:
    """As `_keep` wrote it; a damaged entry is dropped, because the place that is kept lies behind it anyway."""
    found = {}
    for entry in value if isinstance(value, list) else []:
        try:
            item, since = Item.model_validate(entry["item"]), datetime.fromisoformat(entry["since"])
        except (TypeError, KeyError, ValueError):
            continue
        found[item.transactionId] = (item, since)
    return found
