//! The twelve checks of the comparison in engines that are Rust crates: one cluster a line in, a line for each finding out.

mod cel;
mod guard;
mod rego;
mod schema;

use std::{
    error::Error,
    fs::File,
    io::{self, BufRead as _, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::{Parser, ValueEnum};

/// Judges a fleet with one engine.
#[derive(Parser)]
struct Arguments {
    /// Which engine.
    engine: Engine,
    /// The fleet: NDJSON, or for cfn-guard a folder with a file for each cluster.
    fleet: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Engine {
    /// Rego by regorus, interpreted.
    Regorus,
    /// Rego by regorus, compiled for its virtual machine.
    RegorusVm,
    /// CEL, by the crate `cel`.
    Cel,
    /// JSON Schema, by the crate `jsonschema`.
    Jsonschema,
    /// AWS `CloudFormation` Guard.
    CfnGuard,
}

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result {
    let Arguments { engine, fleet } = Arguments::parse();
    let mut out = Findings(BufWriter::new(io::stdout().lock()));
    match engine {
        Engine::Regorus => rego::interpret(&fleet, &mut out),
        Engine::RegorusVm => rego::run_on_vm(&fleet, &mut out),
        Engine::Cel => cel::judge(&fleet, &mut out),
        Engine::Jsonschema => schema::judge(&fleet, &mut out),
        Engine::CfnGuard => guard::judge(&fleet),
    }
}

/// A file of this folder: the checks in the language of an engine.
fn checks(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Does something with each line of a file, in one buffer.
fn each_line(path: &Path, mut act: impl FnMut(&str) -> Result) -> Result {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        act(&line)?;
        line.clear();
    }
    Ok(())
}

/// Where findings go.
struct Findings<W: Write>(BufWriter<W>);

impl<W: Write> Findings<W> {
    /// Writes a finding: the cluster, the check, and the element that is wrong, or nothing for the cluster.
    fn write(&mut self, cluster: &str, check: &str, element: &str) -> Result {
        Ok(writeln!(self.0, "{cluster}\t{check}\t{element}")?)
    }
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}
