"""`write_config`: the hub.toml of the made-up practice, one comment per setting that a reader may want to change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hub.demo.deliver import ZONE
from hub.demo.practice import calendar_around

_TEMPLATE = """\
# The made-up practice of `hub demo`. Nobody in it exists. All settings: config/hub.example.toml.

[hub]
data_dir = "data"                  # database, key and lists; a local disk

[store]
url = ""                           # empty: SQLite in data_dir
encrypt = true                     # SQLCipher; the key lies beside the database, in data_dir

[[practice]]
id = "main"                        # part of every row; do not change it later
name = "Lakeside Dental"           # as it appears on the lists
timezone = "{zone}"      # local dates and times mean this zone
open_days = ["mon", "tue", "wed", "thu", "fri"]
closures = [{closures}]

{pms}[[source]]                         # 835 remittances and 277CA acknowledgements
name = "clearinghouse"
practice = "main"
connector = "clearinghouse"
schedule = "every 30 minutes"
max_age_hours = 120                # no payer pays every day
[source.settings]
folder = "sources/clearinghouse"

[[source]]                         # the lender's reports
name = "lender"
practice = "main"
connector = "carecredit"
schedule = "daily 06:00"
max_age_hours = 48
[source.settings]
folder = "sources/lender"

[[source]]                         # planted: a second merchant account whose report is nine days old
name = "lender-west"
practice = "main"
connector = "carecredit"
schedule = "daily 06:00"
max_age_hours = 48
[source.settings]
folder = "sources/lender_west"

[[source]]                         # planted: set up, never delivered anything
name = "lender-north"
practice = "main"
connector = "carecredit"
schedule = "daily 06:00"
[source.settings]
folder = "sources/lender_north"

[[source]]                         # planted: the clearinghouse before this one, silent for months
name = "clearinghouse-old"
practice = "main"
connector = "clearinghouse"
schedule = "daily 06:00"
[source.settings]
folder = "sources/clearinghouse_old"

[[delivery]]                       # the morning list for the coordinators
name = "morning-list"
delivery = "excel"
schedule = "weekdays 06:30"

[[delivery]]                       # the same as a page to read and print
name = "page"
delivery = "html"
schedule = "weekdays 06:30"

[[delivery]]                       # insurance and billing only, for another program
name = "insurance-csv"
delivery = "csv"
schedule = "weekdays 06:30"
owners = ["IC", "BL"]
"""

_DENTRIX = """\
[[source]]                         # the practice system's exports of last night
name = "pms"
practice = "main"
connector = "dentrix"
schedule = "daily 05:30"
[source.settings]
folder = "sources/pms"

"""

_OPEN_DENTAL = """\
[[source]]                         # Open Dental's REST API; `hub demo` serves it while it runs, and no longer
name = "pms"
practice = "main"
connector = "open_dental"
schedule = "daily 05:30"
[source.settings]
mode = "api"
developer_key = "${DEMO_DEVELOPER_KEY}"   # the keys and the address stand in .env
customer_key = "${DEMO_CUSTOMER_KEY}"
service_url = "${DEMO_SERVICE_URL}"
remote_url = ""                    # never ask headquarters

"""
SYSTEMS = {"dentrix": _DENTRIX, "open_dental": _OPEN_DENTAL}


def write_config(folder: Path, today: date, pms: str = "dentrix") -> Path:
    """Write `folder`/hub.toml for the practice that was made there for `today`; returns its path.

    `pms`: one of `SYSTEMS`. For "open_dental" write `folder`/.env too (`write_keys`).
    """
    closed = [day for day in calendar_around(today).closures if abs((day - today).days) <= 400]
    path = folder / "hub.toml"
    text = _TEMPLATE.format(pms=SYSTEMS[pms], zone=ZONE, closures=", ".join(f'"{day}"' for day in closed))
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def write_keys(folder: Path, keys: tuple[str, str], url: str) -> Path:
    """Write `folder`/.env with the keys and the address of the made-up office's API; readable by its owner only."""
    path = folder / ".env"
    path.touch(mode=0o600)
    lines = (f"DEMO_DEVELOPER_KEY={keys[0]}", f"DEMO_CUSTOMER_KEY={keys[1]}", f"DEMO_SERVICE_URL={url}")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return path
