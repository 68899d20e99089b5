"""Runs the checks in OPA itself, in this process: the bindings hold OPA's Go library."""

import sys
from pathlib import Path

import orjson
from opa_bindings import OpaEngine

with OpaEngine() as engine, open(sys.argv[1], "rb") as fleet:
    engine.add_policy("checks.rego", (Path(__file__).parent / "checks.rego").read_text())
    for line in fleet:
        cluster = orjson.loads(line)
        for check, element in engine.eval_document("fleet.findings", cluster):
            print(cluster["name"], check, element, sep="\t")
