//! Generated files are tests.

use std::{env, fs, path::Path};

/// Compares a generated file with what is there; `UPDATE_GOLDENS=1` writes it instead.
#[track_caller]
pub(crate) fn assert_golden(path: impl AsRef<Path>, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("UPDATE_GOLDENS").is_some() {
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
        fs::write(&path, text).expect("it can be written");
        return;
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = there.lines().zip(text.lines()).position(|(a, b)| a != b);
    let line = differs.map_or(there.lines().count().min(text.lines().count()), |line| line) + 1;
    assert!(
        there == text,
        "{} is not current, from line {line} on; UPDATE_GOLDENS=1 rewrites it",
        path.display()
    );
}
