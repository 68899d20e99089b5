use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The letters of shared disks do not follow directly on those of local drives.
    ///
    /// A shared disk whose letter is the next one after a letter that a node uses itself is a finding. `Q:` for
    /// the quorum and letters from `S:` on for data are the custom. A local drive that has the letter of a shared
    /// disk is left to `cluster/shared-drive-letters-free-on-nodes`.
    ///
    /// # Why it matters
    ///
    /// Windows gives the next free letter to a new local disk, a card reader or a USB drive that somebody plugs
    /// in. If that is the letter of a shared disk which another node owns at the moment, the disk finds its letter
    /// taken when it fails over to this node, and the paths of Exchange lead nowhere.
    ///
    /// # How to fix it
    ///
    /// Do this before Exchange is installed: give the disks other letters in Disk Management, with a gap after the
    /// local ones, and label the volumes with their letters. A disk with Exchange data keeps its letter, because
    /// every path of the virtual server begins with it; in that case leave all letters as they are, and add no
    /// drives to the nodes.
    pub static DRIVE_LETTERS_SPACED = {
        check,
        set: &CLUSTER,
        name: "drive-letters-spaced",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Kb(318_534)],
        basis: Basis::Microsoft,
        covers: &["DSK-016"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let disks = findings.each(cluster.lettered_disks());
    if disks.is_empty() {
        return;
    }
    let mut followed = vec![None; disks.len()];
    for node in findings.each(cluster.nodes()) {
        for local in findings.each(node.local_drives()) {
            if disks.iter().any(|disk| disk.letter().peek() == local.peek()) {
                continue;
            }
            let next = local.peek().and_then(|letter| letter.following());
            for (disk, followed) in disks.iter().zip(&mut followed) {
                if next.is_some() && disk.letter().peek() == next.as_ref() {
                    followed.get_or_insert((node, local));
                }
            }
        }
    }
    for (disk, followed) in disks.iter().zip(followed) {
        let Some((node, local)) = followed else { continue };
        if findings.need(disk.is_shared()).is_some_and(|shared| *shared) {
            let (letter, name) = (disk.letter(), disk.name());
            let message =
                format!("`{name}` has the letter {letter}:, the next after {local}: of `{}`", node.name());
            findings.report(letter.path(), message).related(local.path(), "the local drive");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("C, D and E, then Q, S and T", TWO_NODES_2003),
    passes("the local disks of a CCR", CCR_2007),
    passes("a local drive with the letter of a shared disk is the matter of another rule", TWO_NODES_2003)
        .with(r#"nodes = [{ name = "NODE2", local_drives = ["C", "D", "S"] }]"#),
    passes("a mount point has no letter", SCC_2007)
        .with(r#"disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]"#),
    fails("the quorum disk right after the local ones", TWO_NODES_2003, &["disks[Disk Q:].letter"])
        .with(r#"disks = [{ name = "Disk Q:", letter = "F" }]"#),
    fails("a mapped drive before a shared disk", SCC_2007, &["disks[Disk S:].letter"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        local_drives = ["C", "D", "R"]
        "#,
    ),
    unknown("the local drives of a node are not known", TWO_NODES_2003, &["nodes[NODE1].local_drives"])
        .without(&["nodes[NODE1].local_drives"]),
    unknown("the letter of a disk is not known", TWO_NODES_2003, &["disks[Disk S:].letter"])
        .without(&["disks[Disk S:].letter"]),
];
