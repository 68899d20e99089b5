//! `excluster schema`: for editors, validators, and programs that read reports.

use rules_core::model::cluster_schema;

use crate::{
    args::{SchemaArguments, SchemaKind},
    console::Console,
    exit::Exit,
    formats::report::report_schema,
    mistake::Mistake,
    runbook::document::plan_schema,
};

/// Prints a schema.
pub(crate) fn schema(arguments: &SchemaArguments, console: &mut Console<'_>) -> Result<Exit, Mistake> {
    let schema = match arguments.kind {
        SchemaKind::Cluster => cluster_schema(),
        SchemaKind::Report => report_schema(),
        SchemaKind::Plan => plan_schema(),
    };
    console.print(&format!("{:#}\n", schema.as_value()))
}
