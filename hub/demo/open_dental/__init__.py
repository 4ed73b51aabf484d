"""A made-up Open Dental office: the story of `hub demo`, kept the way Open Dental keeps it. No code is shared with the connector.

What others use (all of it deterministic: the same arguments give the same rows):

* `make_office(patients=300, seed=7, today=date, random_keys=0.05, version="25.3") -> OpenDental`
  - `.rows`: `{table: [ {Column: value} ]}` with every documented column of that version's newest schema (reference
    open-dental.md 6.6). int, str, date, datetime (server-local, no zone), Decimal dollars for money, timedelta, None where old
    tables allow NULL. Empty date `columns.NO_DATE` (0001-01-01); a few old rows hold the text "0000-00-00".
  - `.planted`: `hub.demo.planted.Planted` with the items and traps that Open Dental's own rows show, `subject_hint` and `also`
    being Open Dental's keys (TreatPlanNum, PatNum, ClaimNum, AptNum ...) as text. `.planted_eras`: those that only an 835 shows
    (in `etrans`, Etype 27, or in the clearinghouse's files).
  - `.now`: the office's clock, moved by the caller; changes are stamped with it. Rows are never later than the evening before.
* `.change(table, key, **columns)`, `.insert(table, **columns) -> key`, `.remove(table, key)`, `.restore(table, key)`,
  `.move_appointment(key, start)`, `.delete_procedure(key)`: what staff does, with the stamps and traces that Open Dental leaves.
  `.mirror(other)`: a second holder of the same rows (MariaDB) that gets each change too.
* `columns.tables(version)`: the schema; `visible(table, row, version)` in `office.py`: a row without the columns a version lacks.
* `api_server.ApiServer(office, ...)`: the REST API over the same rows (`with ApiServer(office) as api: api.url`).
* `sql_answers.SqlAnswers(office)`: the `run_query` of that server, for keys with the permission Queries.
* `practice.serve_practice(folder, ...)`: all of it for `hub demo --pms open_dental`, with clearinghouse, lender, hub.toml and .env.
* In the tests: `tests/open_dental/office/mariadb.py` loads the rows into a MariaDB database with the documented types.
"""

from __future__ import annotations

from hub.demo.open_dental.columns import Row, Rows, tables
from hub.demo.open_dental.office import OpenDental, make_office

__all__ = ["OpenDental", "Row", "Rows", "make_office", "tables"]
