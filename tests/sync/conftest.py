"""Fixtures of the sync tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from cloud_office import ApiOffice, make_cloud
from sync_office import Office, make_office

from hub.store import Store


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return make_office(store, tmp_path)


@pytest.fixture
def plain_office(plain_store: Store, tmp_path: Path) -> Office:
    return make_office(plain_store, tmp_path)


@pytest.fixture
def cloud(plain_store: Store, tmp_path: Path) -> ApiOffice:
    return make_cloud(plain_store, tmp_path)


@pytest.fixture
def each_cloud(store: Store, tmp_path: Path) -> ApiOffice:
    return make_cloud(store, tmp_path)
