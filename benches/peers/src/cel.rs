//! CEL: one expression makes a map of each check to the elements that are wrong.

use std::{fs, io::Write, path::Path, sync::Arc};

use cel::{Context, Env, extensions};

use crate::{Findings, Result, checks, each_line, text};

pub(crate) fn judge(fleet: &Path, out: &mut Findings<impl Write>) -> Result {
    let mut env = Env::stdlib().with_optional_support(true);
    env.add_extension(extensions::lists).map_err(|error| format!("{error:?}"))?;
    env.add_extension(extensions::strings).map_err(|error| format!("{error:?}"))?;
    let env = Arc::new(env);
    let program = env.compile(&fs::read_to_string(checks("checks.cel"))?)?;
    each_line(fleet, |line| {
        let cluster: serde_json::Value = serde_json::from_str(line)?;
        let mut context = Context::with_env(Arc::clone(&env));
        context.add_variable("cluster", &cluster)?;
        let found = program.execute(&context)?.json().map_err(|error| error.to_string())?;
        for (check, elements) in found.as_object().into_iter().flatten() {
            for element in elements.as_array().into_iter().flatten() {
                out.write(text(&cluster["name"]), check, text(element))?;
            }
        }
        Ok(())
    })
}
