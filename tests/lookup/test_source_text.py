"""A fact shows the segments that it was read from, out of the stored bytes, through the real sync job."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from connectors.clearinghouse import Clearinghouse
from hub.clock import FixedClock
from hub.config.schema import Config
from hub.lookup.source_text import source_text
from hub.model import TABLES
from hub.store import Store
from hub.sync.job import sync_source

ERA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*OFFICE         *260318*0900*^*00501*000000001*0*P*:~"
    "GS*HP*P*O*20260318*0900*1*X*005010X221A1~ST*835*0001~BPR*I*312*C*ACH************20260318~TRN*1*0098*1999999999~"
    "N1*PR*DELTA*XV*D1~N1*PE*LAKESIDE*XX*1999999984~LX*1~CLP*A1*1*308*212*0*12*P77~CAS*CO*45*96~NM1*QC*1*OKAFOR*NIA~"
    "CLP*A2*1*100*100*0*12*P78~NM1*QC*1*LEE*SAM~SE*12*0001~GE*1*1~IEA*1*000000001~"
)


def test_a_remittance_claim_shows_its_own_segments_and_no_others(plain_store: Store, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "era.835").write_text(ERA)
    source = {"name": "era", "practice": "main", "connector": "clearinghouse", "settle_seconds": 0, "settings": {"folder": [str(tmp_path / "in")]}}
    config = Config.model_validate({"practice": [{"id": "main", "name": "L", "timezone": "America/Chicago"}], "source": [source], "path": tmp_path / "hub.toml"})
    result = sync_source(plain_store, config, config.source[0], Clearinghouse(), [], FixedClock(datetime(2026, 3, 18, 15, tzinfo=UTC)))
    assert result.status == "succeeded", result
    claims = TABLES["remit_claim"]
    with plain_store.read() as connection:
        rows = [dict(row) for row in connection.execute(select(claims).order_by(claims.c.position)).mappings()]
        assert [source_text(connection, row) for row in rows] == [
            ["CLP*A1*1*308*212*0*12*P77", "CAS*CO*45*96", "NM1*QC*1*OKAFOR*NIA"],
            ["CLP*A2*1*100*100*0*12*P78", "NM1*QC*1*LEE*SAM"],
        ]
        gone = {**rows[0], "blob_id": None}
        assert source_text(connection, gone) == ["the file it came from was not kept"]
