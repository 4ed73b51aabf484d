"""What is booked, what fell out of the book, what should be booked: appointments, their history, recalls, closed days."""

from __future__ import annotations

from connectors.open_dental.amounts import is_booked, minutes
from connectors.open_dental.columns import clinic, day, definition, flag, key, moment, money, number, text, word
from connectors.open_dental.shape import Join, Query, Target, When
from connectors.open_dental.words import APPT_STATUS, HIST_ACTION, PRIORITY

# The history says how a visit was broken: 2 missed, 3 cancelled (reference 7.6); the last word counts.
_LAST_BREAK = (
    "(SELECT {} FROM histappointment h WHERE h.AptNum = t.AptNum AND h.HistApptAction IN (2, 3)"
    " ORDER BY h.HistDateTStamp DESC, h.HistApptNum DESC LIMIT 1)"
)
_BREAK_ACTION, _BROKEN_AT = _LAST_BREAK.format("h.HistApptAction"), _LAST_BREAK.format("h.HistDateTStamp")
_HISTORY = ("histappointment.HistApptAction", "histappointment.HistDateTStamp", "histappointment.AptNum!")

# Two traces of deleted visits; a key that is there again (a restored backup) is none.
_DELETED = (
    "SELECT d.ObjectNum FROM deletedobject d LEFT JOIN appointment a ON a.AptNum = d.ObjectNum"
    " WHERE d.ObjectType = 0 AND d.DateTStamp >= {since} AND a.AptNum IS NULL"
    " UNION SELECT h.AptNum FROM histappointment h LEFT JOIN appointment a ON a.AptNum = h.AptNum"
    " WHERE h.HistApptAction = 4 AND h.HistDateTStamp >= {since} AND a.AptNum IS NULL"
)

APPOINTMENTS = Query(
    "appointments", "appointment", "AptNum",
    (
        key("appointment_id", "t.AptNum"),
        key("patient_id", "t.PatNum"),
        word("status", "t.AptStatus", APPT_STATUS),
        # "5.2" missed, "5.3" cancelled; the mapping reads it before `status` when it is there
        text("status_detail", f"CONCAT(t.AptStatus, IF(t.AptStatus = 5, IFNULL(CONCAT('.', {_BREAK_ACTION}), ''), ''))",
             needs=_HISTORY),
        moment("starts_at", "t.AptDateTime"),
        day("starts_on", "t.AptDateTime", "AptDateTime"),
        number("minutes", "CHAR_LENGTH(t.Pattern) * 5", of_record=minutes),
        text("confirmed", "c.ItemName", "confirmed"),
        text("unscheduled", "u.ItemName", "unschedStatus"),
        text("operatory", "o.OpName"),
        key("provider_id", "t.ProvNum"),
        word("priority", "t.Priority", PRIORITY),
        key("planned_id", "t.NextAptNum"),
        flag("is_hygiene", "t.IsHygiene"),
        text("procedures", "t.ProcDescript"),
        day("entered_on", "t.SecDateTEntry", "SecDateTEntry"),
        day("fell_out_on", f"IF(t.AptStatus IN (3, 5), {_BROKEN_AT}, NULL)", needs=_HISTORY),
        clinic(),
    ),
    (Target("appointments", "appointment"),),
    stamps=("t.DateTStamp",), resource="appointments", deleted=_DELETED,
    joins=(definition("c", "t.Confirmed"), definition("u", "t.UnschedStatus"), Join("o", "operatory", "o.OperatoryNum = t.Op")),
)  # fmt: skip

APPOINTMENT_EVENTS = Query(
    "appointment_events", "histappointment", "HistApptNum",
    (
        key("event_id", "t.HistApptNum"),
        key("appointment_id", "t.AptNum"),
        key("patient_id", "t.PatNum"),
        word("action", "t.HistApptAction", HIST_ACTION),
        moment("happened_at", "t.HistDateTStamp"),
        day("happened_on", "t.HistDateTStamp", "HistDateTStamp"),
        moment("starts_at", "t.AptDateTime"),
        word("status", "t.AptStatus", APPT_STATUS),
    ),
    (Target("appointment_events", "appointment_event"),),
    stamps=("t.HistDateTStamp",), window=("t.HistDateTStamp", 800), resource="histappointments", only_grows=True,
)  # fmt: skip

# years<<24 | months<<16 | weeks<<8 | days, written as the API writes it: 6m1d
_INTERVAL = (
    "CONCAT(IF(t.RecallInterval >> 24, CONCAT(t.RecallInterval >> 24, 'y'), ''),"
    " IF((t.RecallInterval >> 16) & 255, CONCAT((t.RecallInterval >> 16) & 255, 'm'), ''),"
    " IF((t.RecallInterval >> 8) & 255, CONCAT((t.RecallInterval >> 8) & 255, 'w'), ''),"
    " IF(t.RecallInterval & 255, CONCAT(t.RecallInterval & 255, 'd'), ''))"
)
_TRIGGERS = (
    "(SELECT GROUP_CONCAT(DISTINCT pc.ProcCode ORDER BY pc.ProcCode SEPARATOR ';') FROM recalltrigger rt"
    " JOIN procedurecode pc ON pc.CodeNum = rt.CodeNum WHERE rt.RecallTypeNum = t.RecallTypeNum)"
)
# A type that the office does not show in its recall list is not worked; a blank preference hides nothing.
_HIDDEN_TYPE = (
    "FIND_IN_SET(t.RecallTypeNum, (SELECT NULLIF(pr.ValueString, '') FROM preference pr"
    " WHERE pr.PrefName = 'RecallTypesShowingInList' LIMIT 1)) = 0"
)

RECALLS = Query(
    "recalls", "recall", "RecallNum",
    (
        key("recall_id", "t.RecallNum"),
        key("patient_id", "t.PatNum"),
        text("recall_type", "r.Description"),
        day("due_on", "t.DateDue"),
        text("interval_text", _INTERVAL, "RecallInterval"),
        text("trigger_codes", _TRIGGERS, needs=("recalltrigger.CodeNum", "procedurecode.ProcCode")),
        day("previous_on", "t.DatePrevious"),
        flag("is_disabled", "t.IsDisabled"),
        flag("is_hidden_type", f"IF({_HIDDEN_TYPE}, 1, 0)"),
        day("disabled_until", "t.DisableUntilDate"),
        money("until_balance", "t.DisableUntilBalance"),
        flag("is_booked", "IF(YEAR(t.DateScheduled) >= 1880, 1, 0)", of_record=is_booked),
    ),
    (Target("recalls", "recall_due", when=(When("is_hidden_type", ("1",), but_not=True),)),),
    stamps=("t.DateTStamp",), resource="recalls", joins=(Join("r", "recalltype", "r.RecallTypeNum = t.RecallTypeNum"),),
)  # fmt: skip

OFFICE_DAYS = Query(
    "office_days", "schedule", "ScheduleNum",
    (
        key("day_id", "t.ScheduleNum"),
        day("day", "t.SchedDate"),
        number("day_status", "t.Status"),
        text("note", "t.Note"),
    ),
    (Target("office_days", "office_day"),),
    where="t.SchedType = 0 AND t.Status IN (1, 2)",
)  # fmt: skip

QUERIES = (APPOINTMENTS, APPOINTMENT_EVENTS, RECALLS, OFFICE_DAYS)
