"""X12 interchanges: bytes in blocks -> segments -> complete transaction sets. What a set means is the connector's work.

blocks = read_blocks(stream)                   segments with the delimiters of their interchange, constant memory
plan = scan(blocks)                            every ST..SE of the file, cut ones and count errors marked
pieces(read_blocks(stream), plan)              the segments of the wanted sets, in the same order
source_lines(stream, number)                   the segments that a stored fact with that locator was read from
"""

from __future__ import annotations

from hub.readers.x12.envelope import Interchange, Transaction, pieces, scan
from hub.readers.x12.header import Delimiters, Header, find_header
from hub.readers.x12.segments import Block, read_blocks
from hub.readers.x12.sniff import Sniffed, sniff
from hub.readers.x12.source_lines import source_lines
from hub.readers.x12.values import Cents, Codes, Dates, composite

__all__ = [
    "Block", "Cents", "Codes", "Dates", "Delimiters", "Header", "Interchange", "Sniffed", "Transaction", "composite",
    "find_header", "pieces", "read_blocks", "scan", "sniff", "source_lines",
]  # fmt: skip
