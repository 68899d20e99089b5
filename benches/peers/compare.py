"""Compares excluster with what one would use instead: the same checks over the same fleet, one core each.

Every engine must find what excluster finds. Rounds are interleaved; a ratio is the median of the ratios of each round,
by processor time, so that what else the machine does matters little. Prints a table in Markdown.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oddities import odd_clusters

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TOOLS = ROOT / "target" / "peers"
OUT = TOOLS / "out"
RULES = (HERE / "checks.txt").read_text().split()
CHECKS = {rule.split("/")[1] for rule in RULES}
# What compares two values of a document.
NOT_IN_A_SCHEMA = frozenset(
    [
        "nodes-in-one-domain",
        "dns-accepts-dynamic-updates",
        "default-group-exists",
        "mta-once-per-cluster",
        "one-virtual-server-per-active-node",
    ]
)
# What joins a list with itself.
NOT_IN_GUARD = frozenset(["one-virtual-server-per-active-node"])
# What an engine finds: clusters, checks and, of engines that can name it, the element that is wrong.
Findings = set[tuple[str, ...]]


@dataclass(frozen=True)
class Fleet:
    """A file of clusters, one a line, and for engines that want it a folder with a file for each."""

    lines: Path
    folder: Path
    names: list[str]

    @classmethod
    def generate(cls, clusters: int, violations: int) -> "Fleet":
        generator = [ROOT / "target/release/benches", "fleet", f"--clusters={clusters}"]
        return cls.write(said_by(*generator, f"--violations={violations}").splitlines())

    @classmethod
    def write(cls, clusters: list[str]) -> "Fleet":
        lines, folder = OUT / "fleet.ndjson", OUT / "fleet"
        lines.write_text("".join(f"{cluster}\n" for cluster in clusters))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        names = [json.loads(cluster)["name"] for cluster in clusters]
        for name, cluster in zip(names, clusters):
            (folder / f"{name}.json").write_text(cluster)
        return cls(lines, folder, names)

    def with_oddities(self) -> "Fleet":
        """The fleet, and after it clusters with what it does not have."""
        clusters = self.lines.read_text().splitlines()
        sizes = ((len(one["nodes"]), len(one.get("virtual_servers", []))) for one in map(json.loads, clusters))
        good = next(cluster for cluster, size in zip(clusters, sizes) if size == (4, 3))
        return self.write([*clusters, *(json.dumps(odd) for odd in odd_clusters(json.loads(good)))])


@dataclass(frozen=True)
class Engine:
    """Something that judges a fleet."""

    name: str
    version: str
    command: list[str | Path]
    # How many times faster excluster has to be.
    bar: float | None = None
    is_slow: bool = False
    cannot: frozenset[str] = frozenset()
    wants_folder: bool = False
    findings: Callable[[str, Fleet], Findings] = lambda output, _: {
        tuple(line.split("\t")) for line in output.splitlines()
    }

    def run(self, fleet: Fleet) -> tuple["Cost", str]:
        """Judges a fleet in a process of its own."""
        source, memory = fleet.folder if self.wants_folder else fleet.lines, OUT / "memory"
        gnu_time = ["/usr/bin/time", "--quiet", "--format=%M", f"--output={memory}"]
        environment = os.environ | {"RAYON_NUM_THREADS": "1", "GOMAXPROCS": "1"}
        with (OUT / "findings").open("w+") as output, (OUT / "messages").open("w+") as messages:
            child = subprocess.Popen(
                [*gnu_time, *self.command, source], stdout=output, stderr=messages, env=environment
            )
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                messages.seek(0)
                sys.exit(f"{self.name} failed with {child.returncode}:\n{messages.read()[-2000:]}")
            output.seek(0)
            cost = Cost(usage.ru_utime + usage.ru_stime, int(memory.read_text()) / 1024)
            return cost, output.read()


@dataclass(frozen=True)
class Cost:
    """What judging a fleet took: seconds of processor time, and MiB of memory at most."""

    seconds: float
    memory: float


def of_excluster(output: str, fleet: Fleet) -> Findings:
    """The lines of `--format concise`: a place, the rule, a message, and the path in brackets at the end."""
    pattern = re.compile(r":(\d+):\d+: \w+\[\w+/([\w-]+)\] .* \(([a-z_]+(?:\[[^]]*\])?(?:\.[a-z_]+(?:\[[^]]*\])?)*)\)$")
    findings = set()
    for line in output.splitlines():
        number, check, path = pattern.search(line).groups()
        names = re.findall(r"\[([^]]*)\]", path)
        findings.add((fleet.names[int(number) - 1], check, names[-1] if names else ""))
    return findings


def of_guard(output: str, _: Fleet) -> Findings:
    """The structured report: for each file the rules that failed."""
    return {
        (Path(file["name"]).stem, failed["Rule"]["name"].replace("_", "-"))
        for file in json.loads(output)
        for failed in file["not_compliant"]
    }


def engines() -> list[Engine]:
    """excluster, and every peer that this machine has."""
    lock = tomllib.loads((HERE / "Cargo.lock").read_text())["package"]
    crate = {package["name"]: package["version"] for package in lock}
    rust, python = TOOLS / "release/peers", sys.executable
    excluster = ROOT / "target/release/excluster"
    audit = ["audit", "--part", "--exit-zero", "--format=concise", f"--select={','.join(RULES)}"]
    found = [
        Engine("excluster", said_by(excluster, "--version").split()[-1], [excluster, *audit], findings=of_excluster),
        Engine("Python, orjson", importlib.metadata.version("orjson"), [python, HERE / "checks.py"], 3.5),
        Engine("Python, msgspec", importlib.metadata.version("msgspec"), [python, HERE / "typed.py"]),
        Engine("DuckDB", importlib.metadata.version("duckdb"), [python, HERE / "sql.py"], 5.5),
        Engine("JSON Schema, jsonschema", crate["jsonschema"], [rust, "jsonschema"], cannot=NOT_IN_A_SCHEMA),
        Engine("Rego, regorus VM", crate["regorus"], [rust, "regorus-vm"], 12, is_slow=True),
        Engine("Rego, regorus engine", crate["regorus"], [rust, "regorus"], 22, is_slow=True),
        Engine("CEL, cel", crate["cel"], [rust, "cel"], 37, is_slow=True),
    ]
    if jq := shutil.which("jq"):
        version = said_by(jq, "--version").removeprefix("jq-")
        found.append(Engine("jq", version, [jq, "-r", "-f", HERE / "checks.jq"], 34, is_slow=True))
    else:
        print("jq is not on this machine: left out", file=sys.stderr)
    if importlib.util.find_spec("opa_bindings"):
        version = f"(bindings {importlib.metadata.version('opa-golib-python-bindings')})"
        found.append(Engine("Rego, OPA in Python", version, [python, HERE / "opa.py"], 85, is_slow=True))
    else:
        print("OPA is not on this machine: left out", file=sys.stderr)
    found.append(
        Engine(
            "cfn-guard",
            crate["cfn-guard"],
            [rust, "cfn-guard"],
            145,
            is_slow=True,
            cannot=NOT_IN_GUARD,
            wants_folder=True,
            findings=of_guard,
        )
    )
    return found


def said_by(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def assert_equal(engine: Engine, found: Findings, expected: Findings) -> None:
    """Says what an engine found otherwise than excluster, and ends the comparison."""
    expected = {finding for finding in expected if finding[1] not in engine.cannot}
    if all(len(finding) == 2 for finding in found):
        expected = {finding[:2] for finding in expected}
    if found != expected:
        surplus, missing = sorted(found - expected)[:5], sorted(expected - found)[:5]
        sys.exit(f"{engine.name} does not find the same: too many {surplus}, missing {missing}")


def agree(engines: list[Engine], fleet: Fleet) -> Findings:
    """What all engines find; the first one is right."""
    first, *others = engines
    expected = first.findings(first.run(fleet)[1], fleet)
    for engine in others:
        assert_equal(engine, engine.findings(engine.run(fleet)[1], fleet), expected)
    return expected


def measure(engines: list[Engine], fleet: Fleet, rounds: int) -> list[list[Cost]]:
    """The costs of each engine in each round."""
    costs = []
    for turn in range(rounds):
        costs.append([engine.run(fleet)[0] for engine in engines])
        print(f"{len(fleet.names)} clusters: round {turn + 1} of {rounds}", file=sys.stderr)
    return [list(of_engine) for of_engine in zip(*costs)]


def row(engine: Engine, ours: list[Cost], costs: list[Cost], fleet: Fleet) -> str:
    """A line of the table."""
    seconds = statistics.median(cost.seconds for cost in costs)
    ratio = statistics.median(theirs.seconds / own.seconds for theirs, own in zip(costs, ours))
    cells = [
        f"{engine.name} {engine.version}",
        len(CHECKS - engine.cannot),
        f"{len(fleet.names):,}",
        f"{len(fleet.names) / seconds:,.0f}",
        f"{fleet.lines.stat().st_size / seconds / 1e6:,.1f}",
        f"{max(cost.memory for cost in costs):,.0f}",
        f"{ratio:.1f}",
        engine.bar or "",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="only see that all find the same, in 200 clusters")
    parser.add_argument("--clusters", type=int, default=10_000, help="how many clusters for the quick engines")
    parser.add_argument("--slow", type=int, default=5_000, help="how many clusters for the slow engines")
    parser.add_argument("--violations", type=int, default=40, help="how many of a thousand have something wrong")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--core", type=int, default=0, help="the processor core that everything runs on")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {arguments.core})
    OUT.mkdir(parents=True, exist_ok=True)

    excluster, *peers = engines()
    if arguments.smoke:
        fleet = Fleet.generate(200, violations=800).with_oddities()
        found = agree([excluster, *peers], fleet)
        if silent := CHECKS - {check for _, check, *_ in found}:
            sys.exit(f"nothing in the fleet breaks {sorted(silent)}")
        print(f"{len(peers)} engines find what excluster finds in {len(fleet.names)} clusters: {len(found)} findings")
        return

    lines = []
    for is_slow, clusters in ((False, arguments.clusters), (True, arguments.slow)):
        fleet = Fleet.generate(clusters, arguments.violations)
        group = [excluster, *(peer for peer in peers if peer.is_slow == is_slow)]
        agree(group, fleet)
        costs = measure(group, fleet, arguments.rounds)
        lines += [row(engine, costs[0], of_engine, fleet) for engine, of_engine in zip(group, costs)]

    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1]
    print(f"{model}, one core; {said_by('rustc', '--version')}, Python {platform.python_version()};", end=" ")
    print(f"medians of {arguments.rounds} rounds, processor time\n")
    print("| | checks | clusters | clusters/s | MB/s | MiB at most | times excluster's time | at least |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
