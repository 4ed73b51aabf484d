"""Mappings: TOML files that say how a source's columns become facts of the shared model. See docs/mapping.md."""

from __future__ import annotations

from hub.mapping.cells import clean_rows
from hub.mapping.compiled import Columns, KeyReader, MappedPage, RowMapper, compile_key, compile_mapping
from hub.mapping.explain import explain
from hub.mapping.identify import identify_mapping, near_misses
from hub.mapping.layers import Mapping, build_mapping, load_mapping, mapping_ids
from hub.mapping.preview import ColumnPreview, Preview, preview

__all__ = [
    "ColumnPreview", "Columns", "KeyReader", "MappedPage", "Mapping", "Preview", "RowMapper", "build_mapping", "clean_rows",
    "compile_key", "compile_mapping", "explain", "identify_mapping", "load_mapping", "mapping_ids", "near_misses", "preview",
]  # fmt: skip
