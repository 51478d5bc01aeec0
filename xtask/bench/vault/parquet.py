"""Writes a tab-separated table as plain Parquet: every column as text, zstd, rows in their order.

The peer of `reedbed vault import`. It is what a careful person would write for a table that may be
larger than memory: read piece by piece (on all threads), a row group for each piece.
"""

import sys

import pyarrow
from pyarrow import csv, parquet

source, target = sys.argv[1:]
with open(source, encoding="utf-8") as table:
    columns = table.readline().rstrip("\n").split("\t")
reader = csv.open_csv(
    source,
    read_options=csv.ReadOptions(block_size=64 << 20),
    parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
    convert_options=csv.ConvertOptions(
        column_types={name: pyarrow.string() for name in columns}, strings_can_be_null=True, null_values=[""]
    ),
)
with parquet.ParquetWriter(target, reader.schema, compression="zstd") as writer:
    for piece in reader:
        writer.write_batch(piece)
