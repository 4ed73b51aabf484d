"""What an answer that is no 200 means, told from its status and words (reference 2.7, 12.8)."""

from __future__ import annotations

import re

from hub.errors import AuthError, HubError, SourceChanged, Unavailable

# Headquarters put troubles of the office's network, and methods newer than the office, into the same status 400.
_TOO_OLD = re.compile(r"\bversions?\b", re.IGNORECASE)
_OFFLINE = re.compile(
    r"e-?connector|network|offline|unreachable|time[ds]? ?-?out|connection|"
    r"(?:not|un)(?: currently)?(?: able to| be)? ?(?:reach|connect|respond|contact|running)",
    re.IGNORECASE,
)


class NotOffered(SourceChanged):
    """This office's version or key does not have what was asked for; everything else goes on."""


class NotThere(HubError):
    """No record under that number (404). For whoever asked to decide what it means."""

    failure_class = "data"


def fault_of(status: int, text: str, path: str) -> HubError:
    """The error that an answer of this status stands for. 429 and 5xx are not decided here: they are tried again."""
    if status in (401, 403):
        return AuthError(
            "HUB-U01",
            f"Open Dental refuses the key for {path} (status {status}); check both keys and the permissions of the"
            " customer key in Setup > Advanced Setup > API",
        )
    if status == 404:
        return NotThere("HUB-U02", f"Open Dental has no such record or list: {path} (status 404)")
    if status == 410:
        return not_offered(path, "the method was withdrawn")
    if status == 400 and _TOO_OLD.search(text):
        return not_offered(path, "the office's Open Dental is too old for it")
    if status == 400 and _OFFLINE.search(text):
        return Unavailable(
            "HUB-U03",
            "Open Dental's headquarters cannot reach the office; is the server on and its eConnector service running?",
        )
    return SourceChanged("HUB-U07", f"Open Dental refused the request for {path} (status {status}): {_shape(text)}")


def not_offered(path: str, why: str) -> NotOffered:
    """The list `path` cannot be read in this office."""
    return NotOffered("HUB-U06", f"not available with this version or key: {path} ({why})")


def _shape(text: str) -> str:
    """The beginning of an explanation, with everything that might be a name's or a number's place blotted out."""
    plain = re.sub(r"\"[^\"]*\"|'[^']*'|\d+", "…", re.sub(r"<[^>]*>", " ", text))
    return " ".join(plain.split())[:100] or "no explanation"
