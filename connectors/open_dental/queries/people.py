"""Who is who: patients and how to reach them, links between charts, providers, users, chairs, clinics."""

from __future__ import annotations

from connectors.open_dental.amounts import is_active
from connectors.open_dental.columns import clinic, day, definition, flag, key, money, text, word
from connectors.open_dental.shape import Query, Target, When
from connectors.open_dental.words import CONTACT_METHOD, PATIENT_STATUS, YES_NO

# The aging run writes the balances; its day says how old they are (reference 7.11). Only a plain ISO day is taken.
LAST_AGING = (
    "(SELECT LEFT(pr.ValueString, 10) FROM preference pr WHERE pr.PrefName = 'DateLastAging'"
    " AND pr.ValueString REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2}' LIMIT 1)"
)
_IN_USE = "IF(t.IsHidden = 1, 0, 1)"

PATIENTS = Query(
    "patients", "patient", "PatNum",
    (
        key("patient_id", "t.PatNum"),
        text("last_name", "t.LName"),
        text("first_name", "t.FName"),
        text("middle_name", "t.MiddleI"),
        text("preferred_name", "t.Preferred"),
        word("status", "t.PatStatus", PATIENT_STATUS),
        day("born_on", "t.Birthdate"),
        key("guarantor_id", "t.Guarantor"),
        text("mobile_phone", "t.WirelessPhone"),
        text("home_phone", "t.HmPhone"),
        text("work_phone", "t.WkPhone"),
        text("email", "t.Email"),
        text("zip", "t.Zip"),
        text("language", "t.Language"),
        word("contact_method", "t.PreferContactMethod", CONTACT_METHOD),
        word("text_ok", "t.TxtMsgOk", YES_NO),
        text("chart_number", "t.ChartNumber"),
        text("billing_type", "b.ItemName", "BillingType"),
        key("provider_id", "t.PriProv"),
        day("first_visit_on", "t.DateFirstVisit"),
        money("balance", "t.EstBalance"),
        day("balance_as_of", LAST_AGING, needs=("preference.ValueString",)),
        clinic(),
    ),
    (
        Target("patients", "patient"),
        Target("contact_text", "contact_pref", "text:", (When("mobile_phone", ("",), but_not=True),)),
        Target("contact_phone", "contact_pref", "phone:"),
        Target("contact_email", "contact_pref", "email:", (When("email", ("",), but_not=True),)),
    ),
    stamps=("t.DateTStamp",), joins=(definition("b", "t.BillingType"),), resource="patients/Simple",
)  # fmt: skip

PATIENT_LINKS = Query(
    "patient_links", "patientlink", "PatientLinkNum",
    (
        key("link_id", "t.PatientLinkNum"),
        key("from_id", "t.PatNumFrom"),
        key("to_id", "t.PatNumTo"),
        text("link_type", "CAST(t.LinkType AS CHAR)"),
        day("linked_on", "t.DateTimeLink"),
    ),
    (Target("patient_links", "patient_link"),),
    where="t.LinkType IN (1, 2)",
)  # fmt: skip

PROVIDERS = Query(
    "providers", "provider", "ProvNum",
    (
        key("provider_id", "t.ProvNum"),
        text("first_name", "t.FName"),
        text("last_name", "t.LName"),
        text("short_name", "t.Abbr"),
        text("npi", "t.NationalProvID"),
        flag("is_secondary", "t.IsSecondary"),
        flag("is_active", "IF(t.IsHidden = 1 OR t.ProvStatus = 1, 0, 1)", of_record=is_active),
    ),
    (Target("providers", "provider"),),
    resource="providers",
)  # fmt: skip

OPERATORIES = Query(
    "operatories", "operatory", "OperatoryNum",
    (
        key("operatory_id", "t.OperatoryNum"),
        text("name", "t.OpName"),
        flag("is_hygiene", "t.IsHygiene"),
        flag("is_active", _IN_USE, of_record=is_active),
        clinic(),
    ),
    (Target("operatories", "operatory"),),
    resource="operatories",
)  # fmt: skip

STAFF = Query(
    "staff", "userod", "UserNum",
    (
        key("user_id", "t.UserNum"),
        text("name", "t.UserName"),
        key("provider_id", "t.ProvNum"),
        flag("is_active", _IN_USE, of_record=is_active),
    ),
    (Target("staff", "staff"),),
    resource="userods",
)  # fmt: skip

LOCATIONS = Query(
    "locations", "clinic", "ClinicNum",
    (
        key("clinic_id", "t.ClinicNum"),
        text("name", "t.Description"),
        text("zone", "t.TimeZone"),
    ),
    (Target("locations", "location"),),
    resource="clinics",
)  # fmt: skip

QUERIES = (PATIENTS, PATIENT_LINKS, PROVIDERS, OPERATORIES, STAFF, LOCATIONS)
