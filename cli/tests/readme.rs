//! README.md shows what the program really prints.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{env, fs, path::Path, process::Command};

/// A block of README.md: the command after `$ excluster`, and what is shown of its output.
fn blocks(readme: &str) -> Vec<(&str, &str)> {
    let after_fence = readme.split("```console\n$ excluster ").skip(1);
    after_fence.map(|rest| rest.split_once("```").unwrap().0.split_once('\n').unwrap()).collect()
}

#[test]
fn the_readme_shows_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = root.join("README.md");
    let readme = fs::read_to_string(&file).unwrap();
    let mut current = readme.clone();
    for (command, shown) in blocks(&readme) {
        let output = Command::new(env!("CARGO_BIN_EXE_excluster"))
            .args(command.split(' '))
            .current_dir(&root)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        current = current.replacen(&format!("{command}\n{shown}```"), &format!("{command}\n{printed}```"), 1);
    }
    assert_eq!(blocks(&readme).len(), 4);
    if env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&file, current).unwrap();
    } else {
        assert!(readme == current, "README.md is not current: run the tests with UPDATE_GOLDENS=1");
    }
}
