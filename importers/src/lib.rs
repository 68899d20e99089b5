//! Readers of what administrators have: the cluster database of a node, exports and listings of its tools.
//!
//! Every reader ends in the same [`Cluster`](rules_core::model::Cluster), with a note of everything that it did not
//! understand and a list of the facts that its artefact cannot carry. No reader guesses: what an artefact does not
//! say is left unknown.
//!
//! ```
//! let export = include_bytes!("../../examples/artefacts/ex2003-ap-w2003.reg");
//! let imported = importers::import(export, "ex2003-ap-w2003.reg").unwrap().expect("it is an export of a registry");
//! assert_eq!(imported[0].cluster.name.get().unwrap(), "MAILCLU1");
//! ```

use std::fmt::Write as _;

use rules_core::model::Source;
use sha2::{Digest as _, Sha256};

pub mod cluster_database;
mod imported;
pub mod reg;
pub mod registry;

pub use imported::{ImportError, Imported, Note};

/// Reads an artefact, which is recognised by its content alone. `file` is what the definitions give as their source.
///
/// `None`: the content is that of no artefact. An empty list: it is an export of a registry, but no key in it holds a
/// cluster database.
///
/// # Errors
/// Every problem of the artefact, in its order.
pub fn import(bytes: &[u8], file: &str) -> Result<Option<Vec<Imported>>, Vec<ImportError>> {
    if !reg::is_reg(bytes) {
        return Ok(None);
    }
    let root =
        reg::read(bytes).map_err(|errors| errors.into_iter().map(ImportError::from).collect::<Vec<_>>())?;
    let source = Source::default().artefact("registry-export").file(file).sha256(sha256(bytes));
    cluster_database::clusters(&root, &source).map(Some).map_err(|error| vec![error])
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    })
}
