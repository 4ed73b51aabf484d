"""Does a remittance add up? Pure arithmetic in cents on the five rules of reference clearinghouse-x12 §13.

A difference is what the payer states minus what its own numbers give: `BPR02 100.00, claims 90.00` differ by 10.00.
Sentences name positions in the file and amounts, never a patient or a claim number.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.money import plain

# (charge, paid, sum of the line's own adjustments)
LineMoney = tuple[int, int, int]


def claim_gap(charge: int, paid: int, claim_adjusted: int, lines: Sequence[LineMoney]) -> int | None:
    """None when rules 1-3 hold, else the difference: of rule 2, or of rules 3 and 1 where rule 2 holds."""
    line_charge = line_paid = line_adjusted = first_off = 0
    for line in lines:
        line_charge += line[0]
        line_paid += line[1]
        line_adjusted += line[2]
        if line[1] + line[2] != line[0] and not first_off:
            first_off = line[1] + line[2] - line[0]
    gap = paid - (charge - claim_adjusted - line_adjusted)
    if not lines:
        return gap or None
    return gap or (paid - (line_paid - claim_adjusted)) or (charge - line_charge) or first_off or None


def claim_sentences(
    position: int, charge: int, paid: int, claim_adjusted: int, lines: Sequence[LineMoney]
) -> list[str]:
    """What does not add up in one claim, each with its exact difference, and what would explain it."""
    name, found = f"claim {position}", []
    line_adjusted, line_paid, line_charge = (sum(line[n] for line in lines) for n in (2, 1, 0))
    gap = paid - (charge - claim_adjusted - line_adjusted)
    if gap:
        found.append(
            f"{name}: charge {plain(charge)}, adjustments {plain(claim_adjusted + line_adjusted)}, paid {plain(paid)},"
            f" difference {plain(gap)}{_claim_reason(gap, claim_adjusted, lines)}"
        )
    if lines and charge != line_charge:
        gap_charge = plain(charge - line_charge)
        found.append(f"{name}: charge {plain(charge)}, lines {plain(line_charge)}, difference {gap_charge}")
    lines_give = line_paid - claim_adjusted
    if lines and paid != lines_give and paid - lines_give != gap:
        found.append(f"{name}: paid {plain(paid)}, lines {plain(lines_give)}, difference {plain(paid - lines_give)}")
    return found + [sentence for n, line in enumerate(lines, 1) for sentence in _line_sentence(name, n, line)]


def _line_sentence(name: str, position: int, line: LineMoney) -> list[str]:
    charge, paid, adjusted = line
    gap = paid - (charge - adjusted)
    if not gap:
        return []
    return [
        f"{name} line {position}: charge {plain(charge)}, adjustments {plain(adjusted)}, paid {plain(paid)},"
        f" difference {plain(gap)}"
    ]


def _claim_reason(gap: int, claim_adjusted: int, lines: Sequence[LineMoney]) -> str:
    """Errors that senders really make."""
    if claim_adjusted and gap == claim_adjusted:
        return ", would balance if the claim-level CAS were ignored"
    by_one = [n for n, line in enumerate(lines, 1) if line[1] and line[1] == abs(gap)]
    return f", off by the payment of line {by_one[0]}" if len(by_one) == 1 else ""


def payment_gap(stated: int, claims_paid: int, plb: int) -> int:
    """Rule 4: BPR02 minus (claims minus PLB); 0 when it holds."""
    return stated - (claims_paid - plb)


def plb_sign_inverted(stated: int, claims_paid: int, plb: int) -> bool:
    """A sender that writes PLB with the wrong sign: BPR02 is claims plus PLB, and not claims minus PLB."""
    return plb != 0 and stated == claims_paid + plb


def payment_sentences(stated: int, claims_paid: int, plb: int) -> list[str]:
    """What does not add up in the payment as a whole (rules 4 and 5)."""
    found = []
    gap = payment_gap(stated, claims_paid, plb)
    if gap:
        reversed_sign = ", would balance with the PLB sign reversed" if plb_sign_inverted(stated, claims_paid, plb) else ""
        found.append(
            f"payment: BPR02 {plain(stated)}, claims {plain(claims_paid)}, PLB {plain(plb)},"
            f" difference {plain(gap)}{reversed_sign}"
        )
    if stated < 0:
        found.append(f"payment: BPR02 {plain(stated)} is negative, a debt belongs in PLB")
    return found
