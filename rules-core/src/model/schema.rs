//! The JSON Schema of a definition.

use schemars::{
    Schema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};

use super::Cluster;

/// The JSON Schema (draft 2020-12) of a definition, for editors and validators, in TOML as in JSON.
///
/// Readers are stricter: they also refuse duplicate keys and numbers that do not fit, and check the form of names.
pub fn cluster_schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().with_transform(PlainNumbers);
    let mut schema = settings.into_generator().into_root_schema_for::<Cluster>();
    schema.insert("title".to_owned(), "A cluster definition".into());
    schema.insert("required".to_owned(), ["format"].into());
    schema
}

/// Takes `uint32` and the like out of a schema: they are no formats of JSON Schema, and strict validators refuse them.
#[derive(Clone, Debug)]
pub struct PlainNumbers;

impl Transform for PlainNumbers {
    fn transform(&mut self, schema: &mut Schema) {
        let of_number =
            |format: &str| ["int", "uint", "float", "double"].iter().any(|it| format.starts_with(it));
        if schema.get("format").and_then(|format| format.as_str()).is_some_and(of_number) {
            schema.remove("format");
        }
        transform_subschemas(self, schema);
    }
}
