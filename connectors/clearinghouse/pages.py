"""Rows on their way to the engine, in pages of bounded size; the columns that this connector fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hub.contract import BadRow, Facts

PAGE_ROWS = 2_000
# A quarantined record is shown to a person; the whole file is kept anyway.
PAYLOAD_CHARACTERS = 20_000

Row = tuple[object, ...]

COLUMNS: dict[str, tuple[str, ...]] = {
    "remit": (
        "source_key", "locator", "payer_name", "payer_number", "payee_name", "payee_npi", "payee_tax_id", "trace",
        "originator", "method", "handling", "payment_date", "production_date", "received_at", "amount_cents",
        "claims_paid_cents", "plb_cents", "claim_count", "balanced", "imbalance_cents", "imbalance_text", "is_test",
        "state", "file_name", "flags",
    ),
    "remit_claim": (
        "source_key", "locator", "patient_last", "patient_first", "member_id", "remit_key", "position", "claim_number",
        "status_code", "charge_cents", "paid_cents", "patient_cents", "filing_code", "payer_claim_number",
        "original_claim_number", "predetermination_number", "is_reversal", "is_estimate", "crossover", "service_from",
        "service_to", "co_cents", "pr_cents", "oa_cents", "pi_cents", "deductible_cents", "patient_share_cents",
        "contract_cents", "prior_payer_cents", "estimate_cents", "reasons", "remarks", "adjustments", "balanced", "imbalance_cents", "amounts",
        "corrected_member_id",
    ),
    "remit_line": (
        "source_key", "locator", "remit_claim_key", "position", "line_number", "code", "submitted_code", "charge_cents",
        "paid_cents", "allowed_cents", "units", "service_date", "adjustments", "remarks", "amounts",
    ),
    "remit_adj": (
        "source_key", "locator", "remit_key", "reason", "reference", "amount_cents",
    ),
    "claim_event": (
        "source_key", "locator", "patient_last", "patient_first", "member_id", "claim_number", "payer_claim_number",
        "clearinghouse_number", "batch_ref", "interchange_number", "group_number", "set_number", "line_number", "kind",
        "speaker", "payer_name", "happened_on", "received_at", "category", "status_code", "entity", "action", "outcome",
        "text", "errors", "billed_cents", "paid_cents", "paid_on", "check_number", "service_from", "service_to", "flags",
    ),
    "sent_claim": (
        "source_key", "locator", "patient_last", "patient_first", "patient_birth_date", "member_id", "claim_number",
        "payer_claim_number", "predetermination_number", "clearinghouse_number", "payer_name", "payer_number",
        "billing_npi", "billing_tax_id", "claim_type", "frequency", "ordinal", "billed_cents", "line_count",
        "service_from", "service_to", "sent_on", "batch_ref", "interchange_number", "group_number", "set_number",
        "attachments", "balanced", "flags",
    ),
    "sent_line": (
        "source_key", "locator", "sent_claim_key", "position", "line_number", "code", "teeth", "surfaces", "area",
        "billed_cents", "units", "service_date",
    ),
    "eligibility_check": (
        "source_key", "locator", "patient_last", "patient_first", "patient_birth_date", "member_id", "payer_name",
        "payer_number", "checked_on", "service_date", "reply", "mismatches", "reason", "plan_name", "group_number", "trace",
        "is_dependent", "rejects", "may_retry", "coverage_from", "coverage_to",
    ),
    "benefit_snapshot": (
        "source_key", "locator", "patient_last", "patient_first", "patient_birth_date", "member_id", "as_of", "check_key",
        "kind", "category", "limit_cents", "used_cents", "remaining_cents", "percent", "note", "service_type", "code",
        "coverage_level", "network", "period", "frequency", "age_min", "age_max",
    ),
    "x12_set": (
        "source_key", "locator", "set_name", "guide", "sender", "receiver", "interchange_number", "group_number",
        "set_number", "created_on", "segments", "records", "state", "is_test", "unknown", "flags", "file_name",
        "received_at",
    ),
}  # fmt: skip


class Pages:
    """Rows that were read and not handed over yet, one list per entity; `bad` are records set aside; `handed_over` counts
    pages."""

    def __init__(self) -> None:
        self.remit: list[Row] = []
        self.remit_claim: list[Row] = []
        self.remit_line: list[Row] = []
        self.remit_adj: list[Row] = []
        self.claim_event: list[Row] = []
        self.eligibility_check: list[Row] = []
        self.benefit_snapshot: list[Row] = []
        self.sent_claim: list[Row] = []
        self.sent_line: list[Row] = []
        self.x12_set: list[Row] = []
        self.bad: list[BadRow] = []
        self.handed_over = 0

    def full(self, least: int = PAGE_ROWS) -> Iterator[Facts | BadRow]:
        """Hand over what fills a page (of at least `least` rows); it is then gone from here."""
        for entity, columns in COLUMNS.items():
            rows: list[Row] = getattr(self, entity)
            while rows and len(rows) >= least:
                self.handed_over += 1
                yield Facts(entity, columns, rows[:PAGE_ROWS])
                del rows[:PAGE_ROWS]
        yield from self.bad
        self.bad.clear()

    def mark(self) -> tuple[int, ...]:
        """Where things stand, for `back_to`."""
        return (self.handed_over, *(len(getattr(self, entity)) for entity in COLUMNS), len(self.bad))

    def back_to(self, mark: tuple[int, ...]) -> bool:
        """Forget what was added since; False when something was handed over meanwhile, and nothing is forgotten."""
        handed_over, *lengths, bad = mark
        if self.handed_over != handed_over:
            return False
        for entity, length in zip(COLUMNS, lengths, strict=True):
            del getattr(self, entity)[length:]
        del self.bad[bad:]
        return True

    def rest(self) -> Iterator[Facts | BadRow]:
        """Hand over everything."""
        return self.full(1)


def row_of(entity: str, values: Mapping[str, object]) -> Row:
    """A row in the order of COLUMNS; what `values` lacks, and empty text, is None."""
    found = map(values.get, COLUMNS[entity])
    return tuple(None if value == "" else value for value in found)


def renamed(entity: str, rows: Iterable[Row], old: str, new: str) -> list[Row]:
    """These rows of a remittance with `new` for the beginning `old` of every key."""
    at = [n for n, name in enumerate(COLUMNS[entity]) if name in ("source_key", "remit_key", "remit_claim_key")]
    return [
        tuple(f"{new}{str(value)[len(old) :]}" if n in at else value for n, value in enumerate(row)) for row in rows
    ]


def payload(segments: list[str], terminator: str) -> str:
    """The raw text of segments, cut at a bound."""
    lines: list[str] = []
    size = 0
    for segment in segments:
        size += len(segment) + 2
        if size > PAYLOAD_CHARACTERS:
            break
        lines.append(segment + terminator.strip())
    return "\n".join(lines)


def bars(words: list[str]) -> str | None:
    """`|a|b|`, or None without words. A bar inside a word would cut it in two and becomes a slash."""
    return f"|{'|'.join(word.replace('|', '/') for word in words)}|" if words else None
