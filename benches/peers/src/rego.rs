//! Rego by regorus, by its interpreter and by its virtual machine.

use std::{io::Write, path::Path};

use regorus::{Engine, Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};

use crate::{Findings, Result, checks, each_line};

const ENTRY: &str = "data.fleet.findings";

/// The virtual machine stops by itself after 25,000 instructions; a cluster of many nodes needs more.
const INSTRUCTIONS: usize = 100_000_000;

pub(crate) fn interpret(fleet: &Path, out: &mut Findings<impl Write>) -> Result {
    let mut engine = engine()?;
    each_line(fleet, |line| {
        let cluster = Value::from_json_str(line)?;
        engine.set_input(cluster.clone());
        write(&cluster, &engine.eval_rule(ENTRY.to_owned())?, out)
    })
}

pub(crate) fn run_on_vm(fleet: &Path, out: &mut Findings<impl Write>) -> Result {
    let policy = engine()?.compile_with_entrypoint(&ENTRY.into())?;
    let mut vm = RegoVM::new();
    vm.load_program(Compiler::compile_from_policy(&policy, &[ENTRY])?);
    vm.set_max_instructions(INSTRUCTIONS);
    each_line(fleet, |line| {
        let cluster = Value::from_json_str(line)?;
        vm.set_input(cluster.clone());
        write(&cluster, &vm.execute()?, out)
    })
}

fn engine() -> Result<Engine> {
    let mut engine = Engine::new();
    engine.add_policy_from_file(checks("checks.rego"))?;
    Ok(engine)
}

fn write(cluster: &Value, findings: &Value, out: &mut Findings<impl Write>) -> Result {
    for finding in findings.as_set()? {
        out.write(cluster["name"].as_string()?, finding[0].as_string()?, finding[1].as_string()?)?;
    }
    Ok(())
}
