"""Runs the checks in DuckDB, on one thread."""

import sys
from pathlib import Path

import duckdb

create, findings = duckdb.extract_statements((Path(__file__).parent / "checks.sql").read_text())
connection = duckdb.connect(config={"threads": 1})
connection.execute(create, {"fleet": sys.argv[1]})
for finding in connection.execute(findings).fetchall():
    print(*finding, sep="\t")
