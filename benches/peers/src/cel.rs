//! CEL: one expression makes a map of each check to the elements that are wrong.

use std::{io::Write, path::Path, sync::Arc};

use cel::{Context, Env, Value, extensions};

use crate::{Findings, Result, each_line};

const CHECKS: &str = include_str!("../checks.cel");

pub(crate) fn judge(fleet: &Path, out: &mut Findings<impl Write>) -> Result {
    let mut env = Env::stdlib();
    env.add_extension(extensions::lists).map_err(|error| format!("{error:?}"))?;
    env.add_extension(extensions::math).map_err(|error| format!("{error:?}"))?;
    env.add_extension(extensions::strings).map_err(|error| format!("{error:?}"))?;
    let env = Arc::new(env);
    let checks = env.compile(CHECKS)?;
    each_line(fleet, |line| {
        let cluster: serde_json::Value = serde_json::from_str(line)?;
        let mut context = Context::with_env(Arc::clone(&env));
        context.add_variable("cluster", &cluster)?;
        let Value::Map(checks) = checks.execute(&context)? else { return Err("no map".into()) };
        for (check, elements) in checks.map.iter() {
            let Value::List(elements) = elements else { return Err("no list".into()) };
            for element in elements.iter() {
                let (Value::String(element), name) = (element, &cluster["name"]) else { return Err("no text".into()) };
                out.write(name.as_str().unwrap_or_default(), &check.to_string(), element)?;
            }
        }
        Ok(())
    })
}
