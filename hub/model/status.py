"""The closed sets of status words. Columns are plain text; these sets are checked in code when a mapping is
compiled and when a connector hands over facts, so one odd row can never make a table unreadable."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STATUS: dict[tuple[str, str], frozenset[str]] = {
    ("patient", "status"): _words("ACTIVE PROSPECT INACTIVE NON_PATIENT ARCHIVED DISMISSED DECEASED DELETED"),
    ("contact_pref", "consent"): _words("ALLOWED UNKNOWN OPTED_OUT BAD"),
    ("contact_pref", "scope"): _words("ALL MARKETING RECALL BILLING"),
    ("provider", "kind"): _words("DENTIST HYGIENIST OTHER"),
    ("plan", "kind"): _words("PPO HMO_CAP MEDICAID INDEMNITY DISCOUNT MEDICAL"),
    ("coverage", "kind"): _words("PPO HMO_CAP MEDICAID INDEMNITY DISCOUNT MEDICAL"),
    ("coverage", "status"): _words("ACTIVE ENDED UNKNOWN"),
    ("eligibility_check", "reply"): _words("ACTIVE INACTIVE NOT_FOUND PARTIAL ERROR"),
    ("treatment_case", "status"): _words("PROPOSED ACCEPTED PARTIAL DECLINED HOLD SUPERSEDED COMPLETED UNKNOWN"),
    ("procedure", "status"): _words(
        "PLANNED PLANNED_INACTIVE IN_PROGRESS COMPLETED REFERRED_OUT EXISTING_OTHER CONDITION DELETED"
    ),
    ("procedure", "priority"): _words("URGENT HIGH NORMAL ELECTIVE WATCH"),
    ("appointment", "status"): _words(
        "SCHEDULED COMPLETED BROKEN NO_SHOW CANCELLED UNSCHEDULED_LIST PLANNED WAITLIST NOTE DELETED"
    ),
    ("appointment", "confirm_status"): _words("UNCONFIRMED LEFT_MESSAGE CONFIRMED ARRIVED SEATED OUT"),
    ("claim", "claim_type"): _words("CLAIM PREAUTH ENCOUNTER"),
    ("claim", "status"): _words(
        "DRAFT QUEUED HOLD HOLD_PRIMARY HOLD_IN_PROCESS SENT ACCEPTED REJECTED PENDED INFO_REQUESTED ADJUDICATED"
        " APPEALED CLOSED VOID"
    ),
    ("claim_line", "status"): _words("ESTIMATE NOT_RECEIVED RECEIVED SUPPLEMENTAL PREAUTH CAP ADJUSTMENT"),
    ("claim_event", "kind"): _words("999 997 TA1 277CA 277 PORTAL NOTE"),
    ("claim_event", "speaker"): _words("PAYER CLEARINGHOUSE PRACTICE UNKNOWN"),
    ("claim_event", "outcome"): _words(
        "IN_TRANSIT RECEIVED ACCEPTED REJECTED PENDED INFO_REQUESTED FINALIZED NOT_FOUND ERROR UNKNOWN"
    ),
    ("sent_claim", "claim_type"): _words("CLAIM PREAUTH ENCOUNTER"),
    ("x12_set", "state"): _words("READ SET_ASIDE NOT_READ"),
    ("benefit_snapshot", "coverage_level"): _words("INDIVIDUAL FAMILY"),
    ("benefit_snapshot", "network"): _words("IN OUT BOTH"),
    ("appointment_event", "action"): _words("CREATED CHANGED MISSED CANCELLED DELETED"),
    ("patient_link", "kind"): _words("MERGED CLONE"),
    ("office_day", "kind"): _words("OPEN CLOSED HOLIDAY"),
    ("remit", "state"): _words("UNPROCESSED PARTIAL NOT_FINALIZED FINALIZED QUARANTINED"),
    ("ins_payment", "status"): _words("OPEN PARTIAL FINALIZED"),
    ("ledger_entry", "kind"): _words(
        "CHARGE PATIENT_PAYMENT INS_PAYMENT FINANCING WRITEOFF ADJUSTMENT REFUND FINANCING_REFUND"
    ),
    ("ledger_entry", "status"): _words("POSTED VOID"),
    ("payment_plan", "status"): _words("ACTIVE DONE DEFAULT"),
    ("fin_application", "status"): _words("CREATED PENDING APPROVED DECLINED EXPIRED CANCELLED ERROR"),
    ("fin_txn", "kind"): _words("SALE REFUND VOID CHARGEBACK AUTHORIZATION ADJUSTMENT"),
    ("referral", "direction"): _words("OUT IN"),
    ("referral", "status"): _words("CREATED SENT ACK BOOKED SEEN COMPLETED DECLINED CLOSED"),
    ("document", "kind"): _words("CONSENT FIN_AGREEMENT TP_SIGNED REFUSAL HISTORY PRIVACY GFE REPORT"),
    ("comm_event", "outcome"): _words("REACHED VOICEMAIL NO_ANSWER REPLIED BOUNCED WRONG_NUMBER DECLINED"),
}
