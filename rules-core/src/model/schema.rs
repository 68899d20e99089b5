//! The JSON Schema of a definition.

use schemars::{
    Schema,
    generate::SchemaSettings,
    transform::{RecursiveTransform, Transform as _},
};

use super::Cluster;

/// The JSON Schema (draft 2020-12) of a definition, for editors and validators, in TOML as in JSON.
///
/// Readers are stricter: they also refuse duplicate keys and numbers that do not fit, and check the form of names.
pub fn cluster_schema() -> Schema {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Cluster>();
    schema.insert("title".to_owned(), "A cluster definition".into());
    schema.insert("required".to_owned(), ["format"].into());
    RecursiveTransform(without_format_of_numbers).transform(&mut schema);
    schema
}

/// Takes out `uint32` and the like, which are no formats of JSON Schema: strict validators refuse them.
fn without_format_of_numbers(schema: &mut Schema) {
    if schema.get("type").is_some_and(|kind| kind == "integer") {
        schema.remove("format");
    }
}
