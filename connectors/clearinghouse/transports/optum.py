"""Files from the mailbox at Optum: list, fetch what is new, then (if the office wants) delete it there.

Names are used again after a while (`R5000001.AB`), so a name alone says nothing: a name that stays in the list is the file
that was fetched, one that was gone and is back is another. A file is safe here before it is deleted there.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

from pydantic import BaseModel, Field

from connectors.clearinghouse.transports.optum_settings import OptumSettings
from connectors.clearinghouse.transports.web import DAMAGED, Answer, Web
from hub.contract import Inbox, Probe, SourceContext
from hub.errors import HubError, Unavailable

LOG = logging.getLogger("hub.connectors.clearinghouse")
SERVICE = "Optum"
# 413 here means that a large file is still being prepared: it is there a few minutes later.
_NOT_READY = 413
_GONE = frozenset({404, 410})
_SPARE = timedelta(seconds=60)


class Token(BaseModel):
    """OAuth2 client credentials: good for `expires_in` seconds."""

    access_token: str = Field(min_length=1)
    expires_in: int = Field(default=3600, ge=1)


class Listing(BaseModel):
    """The names in the mailbox."""

    reports: list[str]


class Optum:
    """Fetches from one mailbox. `wants` says by the name whether the office wants a file; `wait`, `jitter`: see `Web`."""

    name = "optum"

    def __init__(
        self, own: OptumSettings, wants: Callable[[str], bool], wait: Callable[[float], object] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._own, self._wants, self._wait, self._jitter = own, wants, wait, jitter

    def probe(self, ctx: SourceContext) -> tuple[Probe, ...]:
        """Signs in and lists."""
        try:
            with self._web(ctx) as web:
                count = len(_Mailbox(web, self._own, ctx).names())
        except HubError as error:
            return (Probe("mailbox at Optum", False, error.message, "correct [source.settings.optum]"),)
        return (Probe("mailbox at Optum", True, f"{count} files"),)

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        """Raises AuthError, SourceChanged or Unavailable; what was put before stays."""
        with self._web(ctx) as web:
            mailbox = _Mailbox(web, self._own, ctx)
            names = [name for name in mailbox.names() if self._wants(name)]
            here = dict.fromkeys(name for name in _here(inbox.cursor()) if name in set(names))
            fresh = [name for name in names if name not in here]
            damaged = self._fetch(mailbox, inbox, ctx, fresh, here)
            LOG.info("%s: %d in the mailbox, %d new, %d here now", ctx.source, len(names), len(fresh), len(here))
            if self._own.remove_after:
                self._remove(mailbox, inbox, ctx, here)
            if damaged:
                raise web.not_all(ctx.source, damaged)

    def _fetch(
        self, mailbox: _Mailbox, inbox: Inbox, ctx: SourceContext, names: list[str], here: dict[str, None]
    ) -> int:
        """Put every file that is ready, and note it in `here`; how many came damaged every time."""
        damaged = 0
        for name in names:
            if ctx.stop.is_set():
                break
            try:
                content = mailbox.content(name)
            except Unavailable as error:
                if error.code != DAMAGED:
                    raise
                damaged += 1
                continue
            if content is not None:
                inbox.put(name, [content])
                here[name] = None
                inbox.keep_cursor({"here": list(here)})
        inbox.keep_cursor({"here": list(here)})
        return damaged

    def _remove(self, mailbox: _Mailbox, inbox: Inbox, ctx: SourceContext, here: dict[str, None]) -> None:
        """Only after everything was fetched: a mailbox that may not be emptied must not stop the fetching."""
        for name in list(here):
            if ctx.stop.is_set():
                return
            mailbox.remove(name)
            del here[name]
            inbox.keep_cursor({"here": list(here)})

    def _web(self, ctx: SourceContext) -> Web:
        return Web(SERVICE, self._own.timeout_seconds, ctx.clock, ctx.stop, self._wait, self._jitter)


class _Mailbox:
    """The calls, each with a token that is still good."""

    def __init__(self, web: Web, own: OptumSettings, ctx: SourceContext) -> None:
        self._web, self._own, self._clock = web, own, ctx.clock
        self._token, self._until = "", datetime.min.replace(tzinfo=ctx.clock.now().tzinfo)

    def names(self) -> list[str]:
        return list(dict.fromkeys(self._web.ask("GET", f"{self._own.base_url}/", _names, headers=self._sign())))

    def content(self, name: str) -> bytes | None:
        """The bytes of one file; None when it is not ready, or went away in the meantime."""
        passes = _GONE | {200, _NOT_READY}
        return self._web.ask("GET", self._address(name), _content, headers=self._sign(), passes=passes)

    def remove(self, name: str) -> None:
        passes = _GONE | {200, 202, 204}
        self._web.ask("DELETE", self._address(name), lambda answer: None, headers=self._sign(), passes=passes)

    def _address(self, name: str) -> str:
        return f"{self._own.base_url}/{quote(name, safe='')}"

    def _sign(self) -> dict[str, str]:
        now = self._clock.now()
        if now >= self._until:
            token = self._ask_token()
            self._token, self._until = token.access_token, now + timedelta(seconds=token.expires_in) - _SPARE
        return {"Authorization": f"Bearer {self._token}"}

    def _ask_token(self) -> Token:
        """Raises AuthError for wrong credentials: OAuth says 400 as well as 401."""
        form = {
            "grant_type": "client_credentials", "client_id": self._own.client_id,
            "client_secret": self._own.client_secret.get_secret_value(),
        }  # fmt: skip

        def read(answer: Answer) -> Token:
            if answer.status == 400:
                raise self._web.refused(400)
            return Token.model_validate_json(answer.body)

        return self._web.ask("POST", self._own.token_url, read, headers={}, form=form, passes=frozenset({200, 400}))


def _names(answer: Answer) -> list[str]:
    return Listing.model_validate_json(answer.body).reports


def _content(answer: Answer) -> bytes | None:
    """The file: as `report_content` in JSON, as Optum's specification says, or as it is, as its guide shows."""
    if answer.status != 200:
        return None
    if not answer.body.lstrip().startswith(b"{"):
        return _filled(answer.body)
    content = json.loads(answer.body).get("report_content")
    return _filled(content.encode() if isinstance(content, str) else b"")


def _filled(content: bytes) -> bytes:
    if not content.strip():
        raise ValueError("an empty file")
    return content


def _here(kept: object) -> list[str]:
    names = kept.get("here") if isinstance(kept, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
