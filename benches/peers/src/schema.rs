//! JSON Schema: each part of the schema's `allOf` is a check, its title the name.

use std::{fs, io::Write, path::Path};

use serde_json::Value;

use crate::{Findings, Result, checks, each_line, text};

pub(crate) fn judge(fleet: &Path, out: &mut Findings<impl Write>) -> Result {
    let schema: Value = serde_json::from_str(&fs::read_to_string(checks("checks.schema.json"))?)?;
    let validator = jsonschema::validator_for(&schema)?;
    each_line(fleet, |line| {
        let cluster: Value = serde_json::from_str(line)?;
        for error in validator.iter_errors(&cluster) {
            let check = error.schema_path().as_str().split('/').nth(2).unwrap_or_default();
            let check = &schema["allOf"][check.parse::<usize>()?]["title"];
            out.write(
                text(&cluster["name"]),
                text(check),
                element(&cluster, error.instance_path().as_str()),
            )?;
        }
        Ok(())
    })
}

/// The innermost element of a list that a path leads through: its name, or itself where it is a text.
fn element<'a>(cluster: &'a Value, path: &str) -> &'a str {
    let ends = path.match_indices('/').map(|(place, _)| place).skip(1).chain([path.len()]);
    let on_the_way = ends.filter_map(|end| {
        let is_in_list = path[..end].rsplit('/').next()?.bytes().all(|digit| digit.is_ascii_digit());
        is_in_list.then(|| cluster.pointer(&path[..end]))?
    });
    on_the_way.last().map_or("", |element| element.as_str().unwrap_or_else(|| text(&element["name"])))
}
