use rules_core::{
    Basis, EVERY_VERSION, Severity, Source, Stage,
    fleet::{
        FleetExample, FleetFindings, Holder, Holders, Triples, fleet_fails, fleet_incomplete, fleet_passes,
        member, parts,
    },
    fleet_rule,
    model::{ClusterRef, ExchangeVersion, FactPath},
    testing::reference::{SECOND_2003, TWO_NODES_2000, TWO_NODES_2003},
};

use crate::CLUSTER;

fleet_rule! {
    /// The forest and its domains are prepared for the newest Exchange that any cluster needs.
    ///
    /// A definition that says itself what its forest and domain are prepared for is left to
    /// `exchange2003/directory-prepared-before-setup`. This rule is about those that do not: their version of
    /// Exchange is compared with the newest preparation that any other definition states for the same forest or
    /// domain. If no definition states one, nothing is reported, and the definition counts as one that could not
    /// be compared.
    ///
    /// Where a node of the cluster has Exchange already, the preparation must have taken place, and the other
    /// definition is out of date: this is reported as information.
    ///
    /// # Why it matters
    ///
    /// ForestPrep and DomainPrep (2007: PrepareAD and PrepareDomain) of a version come before its Setup, which
    /// stops without them. Preparing the forest needs the rights of Enterprise Admins and Schema Admins, who are
    /// seldom at hand on the evening of the installation.
    ///
    /// # How to fix it
    ///
    /// See what the directory itself says: `rangeUpper` of `ms-Exch-Schema-Version-Pt` in the schema, and
    /// `objectVersion` of the Exchange organisation. If it is not prepared, back up the system state of a domain
    /// controller, run the preparation of the newer version (`setup /forestprep` and `setup /domainprep`; 2007:
    /// `setup /PrepareAD` and `setup /PrepareDomain`), and wait for replication. Then enter
    /// `directory.forest_prepared_for` and `directory.domains` in the definitions.
    pub static ORGANIZATION_PREPARED_FOR_ALL = {
        collect,
        judge,
        set: &CLUSTER,
        name: "organization-prepared-for-all",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("all clusters of a forest share its schema and organisation")],
        basis: Basis::Practice,
        covers: &["FLT-003"],
        fleets: EXAMPLES,
    }
}

const PREPARED: &str = "prepared";
const NEEDED: &str = "needed";
const INSTALLED: &str = "installed";

fn collect(cluster: ClusterRef<'_>, triples: &mut Triples) {
    let own = triples.domain(cluster);
    let directory = cluster.directory();
    let forest = directory.forest_prepared_for();
    let mut own_is_listed = false;
    let mut own_is_stated = false;
    for domain in directory.domains().members().peek() {
        let Some(name) = domain.name().peek() else { continue };
        let name = cluster.domain_key(name);
        own_is_listed |= name == own;
        if let Some(prepared) = forest.known() {
            hold(triples, "forest", &name, PREPARED, *prepared, prepared.path());
        }
        if let Some(prepared) = domain.prepared_for().known() {
            own_is_stated |= name == own;
            hold(triples, "domain", &name, PREPARED, *prepared, prepared.path());
        }
    }
    if own.is_empty() {
        return;
    }
    if let Some(prepared) = forest.known().filter(|_| !own_is_listed) {
        hold(triples, "forest", &own, PREPARED, *prepared, prepared.path());
    }
    if forest.known().is_some() && own_is_stated {
        return;
    }
    let Some(exchange) = triples.need(cluster.exchange()) else { return };
    let has_exchange = !cluster.exchange_nodes().peek().is_empty();
    let word = if has_exchange { INSTALLED } else { NEEDED };
    if triples.need(forest).is_none() {
        hold(triples, "forest", &own, word, *exchange, exchange.path());
    }
    if !own_is_stated {
        triples.unknown(directory.domains().path());
        hold(triples, "domain", &own, word, *exchange, exchange.path());
    }
}

fn hold(
    triples: &mut Triples,
    what: &str,
    domain: &str,
    word: &str,
    version: ExchangeVersion,
    path: FactPath,
) {
    let label = domain.split('.').next().unwrap_or_default();
    triples.hold(format!("{what} of {label}"), format!("{word} {version} {domain}"), path);
}

fn judge(holders: &Holders<'_>, findings: &mut FleetFindings) {
    let what = holders.key.split(' ').next().unwrap_or_default();
    for group in holders.by_domain(|value| parts::<3>(value)[2]) {
        let of = |word: &str| {
            let these = group.list.iter().filter(move |holder| parts::<3>(holder.value)[0] == word);
            these.filter_map(|holder| Some((version(holder)?, *holder))).collect::<Vec<_>>()
        };
        // Of several that state the newest preparation, the first in the order of the fleet.
        let newest = of(PREPARED).into_iter().rev().max_by_key(|(version, _)| *version);
        let Some((prepared, statement)) = newest else { continue };
        for word in [NEEDED, INSTALLED] {
            let mut lacking = of(word);
            lacking.retain(|(version, _)| *version > prepared);
            let Some(&(wanted, _)) = lacking.iter().max_by_key(|(version, _)| *version) else { continue };
            let message = match word {
                NEEDED => format!(
                    "the {what} is prepared for Exchange {prepared}, as far as any definition says, but Exchange {wanted} is to come"
                ),
                _ => format!(
                    "the {what} is prepared for Exchange {prepared}, as far as any definition says, but Exchange {wanted} is installed"
                ),
            };
            let at: Vec<Holder<'_>> = lacking.iter().map(|(_, holder)| *holder).chain([statement]).collect();
            let report = findings.report(&at, message);
            if word == INSTALLED {
                report.at_most(Severity::Information);
            }
        }
    }
}

fn version(holder: &Holder<'_>) -> Option<ExchangeVersion> {
    parts::<3>(holder.value)[1].parse().ok()
}

/// A cluster of Exchange 2003 that is still to be set up, and whose definition says nothing of the directory.
const TO_COME: &str = r#"
[[nodes]]
name = "NODE5"
exchange = { installed = false }

[[nodes]]
name = "NODE6"
exchange = { installed = false }
"#;

const SAYS_NOTHING: &[&str] = &["directory", "setup", "nodes[NODE5].exchange", "nodes[NODE6].exchange"];

const EXAMPLES: &[FleetExample] = &[
    fleet_passes("each says what it is prepared for", &[member(TWO_NODES_2003, ""), member(SECOND_2003, "")]),
    fleet_incomplete(
        "another cluster says it",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, TO_COME).without(SAYS_NOTHING)],
        &["2: directory.forest_prepared_for", "2: directory.domains"],
    ),
    fleet_incomplete(
        "nobody says it",
        &[
            member(TWO_NODES_2003, "").without(&["directory"]),
            member(SECOND_2003, TO_COME).without(SAYS_NOTHING),
        ],
        &[
            "1: directory.forest_prepared_for",
            "1: directory.domains",
            "2: directory.forest_prepared_for",
            "2: directory.domains",
        ],
    ),
    fleet_incomplete(
        "another domain is prepared for less",
        &[
            member(
                TWO_NODES_2000,
                r#"nodes = [{ name = "NODE1", domain = "old.example.net" }, { name = "NODE2", domain = "old.example.net" }]"#,
            )
            .without(&["directory.domains"]),
            member(SECOND_2003, TO_COME).without(SAYS_NOTHING),
        ],
        &["1: directory.domains", "2: directory.forest_prepared_for", "2: directory.domains"],
    ),
    fleet_fails(
        "Exchange 2003 is to come to a forest of Exchange 2000",
        &[member(TWO_NODES_2000, ""), member(SECOND_2003, TO_COME).without(SAYS_NOTHING)],
        &[
            &["2: exchange", r"1: directory.domains[corp\.example\.com].prepared_for"],
            &["2: exchange", "1: directory.forest_prepared_for"],
        ],
    ),
    fleet_fails(
        "Exchange 2003 is there, and another definition knows nothing of it",
        &[
            member(TWO_NODES_2000, "").without(&["directory.domains"]),
            member(SECOND_2003, "").without(&["directory"]),
        ],
        &[&["2: exchange", "1: directory.forest_prepared_for"]],
    ),
    fleet_incomplete(
        "the version of a cluster is not known",
        &[member(TWO_NODES_2000, ""), member(SECOND_2003, "").without(&["directory", "exchange"])],
        &["2: exchange"],
    ),
];
