//! The sample export, whole and damaged.

use std::{env, fs, path::Path};

use importers::{Imported, import};
use rules_core::input::{self, Syntax};

const SAMPLE: &[u8] = include_bytes!("../../examples/artefacts/ex2003-ap-w2003.reg");
const GOLDEN: &str = "tests/golden/ex2003-ap-w2003.toml";

/// The definition as TOML. Reading it gives the same definition.
fn toml(imported: &Imported) -> String {
    let text = input::to_toml(&imported.cluster);
    match input::read(&text, Syntax::Toml) {
        Ok(cluster) => assert_eq!(input::to_toml(&cluster), text),
        Err(problems) => panic!("what was imported cannot be read: {problems:?}\n{text}"),
    }
    text
}

/// The keys and values of the sample, in lines that are not wrapped.
fn sample_lines() -> Vec<String> {
    let (units, _) = SAMPLE.as_chunks();
    let text = char::decode_utf16(units.iter().map(|&unit| u16::from_le_bytes(unit)));
    let text = text.collect::<Result<String, _>>().expect("the sample is UTF-16");
    text.trim_start_matches('\u{feff}').replace("\\\r\n  ", "").lines().map(str::to_owned).collect()
}

#[test]
fn the_sample_gives_exactly_this_definition() {
    let imported =
        import(SAMPLE, "ex2003-ap-w2003.reg").expect("the sample is whole").expect("it is an export");
    let [cluster] = imported.as_slice() else { panic!("the sample holds one database") };
    assert_eq!(cluster.notes, []);
    let definition = toml(cluster);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    if env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&golden, &definition).expect("the golden can be written");
    }
    let expected = fs::read_to_string(&golden).expect("the golden is there").replace("\r\n", "\n");
    assert_eq!(definition, expected, "set UPDATE_GOLDENS=1 to rewrite {GOLDEN}");
}

#[test]
fn other_content_is_no_artefact() {
    assert!(matches!(import(b"format = \"cluster/1\"\n", "a.reg"), Ok(None)));
    let other = "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE]\r\n";
    assert!(matches!(import(other.as_bytes(), "a.reg"), Ok(Some(clusters)) if clusters.is_empty()));
    let errors = import(b"REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\r\n\"a\r\n", "a.reg").unwrap_err();
    assert_eq!((errors[0].line, errors[0].column), (Some(3), Some(1)));
    assert!(!errors[0].hint.is_empty());
}

#[test]
fn damage_is_an_error_or_a_definition_that_can_be_read() {
    let sample = sample_lines();
    let mut random = Random(2003);
    let mut readable = 0;
    for _ in 0..500 {
        let mut lines = sample.clone();
        for _ in 0..=random.below(8) {
            damage(&mut lines, &mut random);
        }
        for cluster in import(lines.join("\n").as_bytes(), "damaged.reg").into_iter().flatten().flatten() {
            toml(&cluster);
            readable += 1;
        }
    }
    assert!(readable > 250, "damage must often leave a database that can be read: {readable}");
}

/// Removes or moves a line, exchanges the data of two values, or changes a character.
fn damage(lines: &mut Vec<String>, random: &mut Random) {
    const CHARACTERS: [char; 10] = ['0', 'f', '2', '\u{0}', '\u{85}', 'Ä', '.', ']', '\u{1b}', ','];
    let (one, other) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(4) {
        0 => drop(lines.remove(one)),
        1 => {
            let line = lines.remove(one);
            lines.insert(other.min(lines.len()), line);
        }
        2 => {
            if let (Some((name, data)), Some((other_name, other_data))) =
                (lines[one].split_once('='), lines[other].split_once('='))
            {
                (lines[one], lines[other]) = (format!("{name}={other_data}"), format!("{other_name}={data}"));
            }
        }
        _ => {
            let mut characters: Vec<char> = lines[one].chars().collect();
            if !characters.is_empty() {
                let place = random.below(characters.len());
                characters[place] = CHARACTERS[random.below(CHARACTERS.len())];
            }
            lines[one] = characters.into_iter().collect();
        }
    }
}

/// A small generator of numbers that are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit") % limit
    }
}
