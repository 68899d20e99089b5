//! `.reg` files: the registry as `regedit` and `reg export` write it.
//!
//! Only exports are read. What `regedit` would also merge into a registry, such as the removal of a key, describes
//! a change and not a state, and is refused. So is everything that could be the end of a file that was cut, because
//! half a value would be a wrong fact.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::registry::{Key, MAX_LEVELS};
use reader::Reader;

mod reader;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// The most keys and values, together, that are read from a file.
pub const MAX_ENTRIES: usize = 1_000_000;

/// How many problems of a file are listed one by one.
pub const MAX_ERRORS: usize = 20;

/// A problem of a `.reg` file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct RegError {
    /// The line, 1-based.
    pub line: u32,
    /// The column in characters, 1-based.
    pub column: u32,
    /// What is wrong there.
    pub problem: RegProblem,
}

/// What can be wrong in a `.reg` file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what they are")]
pub enum RegProblem {
    #[error("this is no export of a registry: the first line is neither `{VERSION_5}` nor `{VERSION_4}`")]
    NotAnExport,
    #[error("the file has {bytes} bytes, and at most {MAX_BYTES} are read")]
    TooLarge { bytes: usize },
    #[error("this byte is not UTF-8")]
    NotUtf8,
    #[error("the file ends inside a character")]
    CutCharacter,
    #[error("the file ends inside what begins here")]
    Cut,
    #[error("this is neither a key in brackets, nor a value, nor a comment")]
    UnknownLine,
    #[error("a key has no closing `]`")]
    UnclosedKey,
    #[error("a key has an empty name in its path")]
    EmptyKeyName,
    #[error("a key lies {levels} levels deep, and at most {MAX_LEVELS} are possible")]
    TooDeep { levels: usize },
    #[error("the file has more than {limit} keys and values")]
    TooMany { limit: usize },
    #[error("this removes a key or a value")]
    Removal,
    #[error("a value stands before the first key")]
    ValueBeforeKey,
    #[error("a value's name is not followed by `=`")]
    NoEqualsSign,
    #[error("this is not data: text in quotes, `dword:`, `hex:` or `hex(type):`")]
    UnknownData,
    #[error("a `dword:` takes one to eight hexadecimal digits")]
    Dword,
    #[error("this is not a byte of two hexadecimal digits")]
    HexByte,
    #[error("a backslash in text is followed by neither a backslash nor a quote")]
    Escape,
    #[error("this is left over after a complete key or value")]
    Trailing,
    #[error("this key has a value of this name already, on line {first_line}")]
    DuplicateValue { first_line: u32 },
    #[error("{count} more problems follow, the first of them here")]
    More { count: usize },
}

impl RegError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self.problem {
            RegProblem::NotAnExport => "export the key with `reg export HKLM\\Cluster cluster.reg`",
            RegProblem::TooLarge { .. } | RegProblem::TooMany { .. } | RegProblem::TooDeep { .. } => {
                "export only the key `HKLM\\Cluster`"
            }
            RegProblem::NotUtf8 => "save the file as UTF-8 or as Unicode, or export the key again",
            RegProblem::CutCharacter => "the file was cut: export the key again",
            RegProblem::Cut => {
                "the file was cut, or a quote is missing: export the key again, or end the last line if it is whole"
            }
            RegProblem::Removal => "this is a patch, not an export: export the key from a node's registry",
            RegProblem::Escape => {
                "write a backslash as `\\\\` and a quote as `\\\"`, or close the text with a quote on a line above"
            }
            RegProblem::Trailing => {
                "remove it, or mend a quote here or above that is missing or lacks its backslash"
            }
            RegProblem::DuplicateValue { .. } => "keep the line that is right, or export the key again",
            RegProblem::UnknownLine
            | RegProblem::UnclosedKey
            | RegProblem::EmptyKeyName
            | RegProblem::ValueBeforeKey
            | RegProblem::NoEqualsSign
            | RegProblem::UnknownData
            | RegProblem::Dword
            | RegProblem::HexByte => {
                "the file was changed after its export: mend the line, or export the key again"
            }
            RegProblem::More { .. } => "mend the problems above first",
        }
    }
}

/// Whether the first line is that of a `.reg` file, in UTF-16 or UTF-8 with a byte order mark or in bytes without.
pub fn is_reg(bytes: &[u8]) -> bool {
    Header::of(bytes).is_some()
}

/// Reads an export into a tree below a root without a name, whose children are the hives by their full names,
/// such as `HKEY_LOCAL_MACHINE`.
///
/// Files of version 4 name no code page; their bytes are read as Windows-1252. A file that was cut between two
/// values looks like a whole one.
///
/// # Errors
///
/// Every problem of the file in its order, at most [`MAX_ERRORS`] and then one with the [count](RegProblem::More)
/// of the rest. A tree is made only of a file without any.
pub fn read(bytes: &[u8]) -> Result<Key, Vec<RegError>> {
    let at_start = |problem| vec![RegError { line: 1, column: 1, problem }];
    if bytes.len() > MAX_BYTES {
        return Err(at_start(RegProblem::TooLarge { bytes: bytes.len() }));
    }
    let header = Header::of(bytes).ok_or_else(|| at_start(RegProblem::NotAnExport))?;
    let text = header.decode(bytes).map_err(|error| vec![error])?;
    Reader::new(&text, header.version, MAX_ENTRIES).read()
}

const VERSION_5: &str = "Windows Registry Editor Version 5.00";
const VERSION_4: &str = "REGEDIT4";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Bytes of text types are in a code page.
    Four,
    /// Bytes of text types are UTF-16.
    Five,
}

/// What the first bytes tell of a file.
struct Header {
    version: Version,
    encoding: &'static Encoding,
    /// The length of the byte order mark.
    mark: usize,
}

impl Header {
    fn of(bytes: &[u8]) -> Option<Header> {
        let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
        let start = &bytes[mark..bytes.len().min(200)];
        let (start, _) = encoding.decode_without_bom_handling(start);
        match start.lines().next()?.trim() {
            VERSION_5 => Some(Header { version: Version::Five, encoding, mark }),
            VERSION_4 if mark == 0 => Some(Header { version: Version::Four, encoding: WINDOWS_1252, mark }),
            VERSION_4 => Some(Header { version: Version::Four, encoding, mark }),
            _ => None,
        }
    }

    /// The text without its byte order mark. A lone surrogate, which Windows accepts in names, becomes U+FFFD.
    fn decode<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, str>, RegError> {
        let bytes = &bytes[self.mark..];
        if self.encoding == UTF_8 {
            return str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let cut = error.error_len().is_none();
                reader::error_after(&good, if cut { RegProblem::CutCharacter } else { RegProblem::NotUtf8 })
            });
        }
        let half_unit = if self.encoding == WINDOWS_1252 { 0 } else { bytes.len() % 2 };
        let (text, _) = self.encoding.decode_without_bom_handling(&bytes[..bytes.len() - half_unit]);
        if half_unit > 0 {
            return Err(reader::error_after(&text, RegProblem::CutCharacter));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Data;

    const SAMPLE: &[u8] = include_bytes!("../../examples/artefacts/ex2003-ap-w2003.reg");
    const EVS1_GROUP: &[&str] =
        &["HKEY_LOCAL_MACHINE", "Cluster", "Groups", "53e18fab-01fe-5fc2-ba78-2d1ce61e320d"];

    /// The sample in UTF-8 with the line breaks of Unix.
    fn utf8_sample() -> String {
        let (text, _) = encoding_rs::UTF_16LE.decode_with_bom_removal(SAMPLE);
        text.replace("\r\n", "\n")
    }

    fn version_5(body: &str) -> String {
        format!("{VERSION_5}\r\n\r\n{body}")
    }

    fn utf16(mark: [u8; 2], text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(to_bytes)).collect()
    }

    /// The data of one value, written behind its name and `=`.
    fn data(written: &str) -> Data {
        let root = read(version_5(&format!("[HKLM\\Cluster]\r\n\"v\"={written}\r\n")).as_bytes()).unwrap();
        root.at(&["HKLM", "Cluster"]).unwrap().value("v").unwrap().data.clone()
    }

    /// The problems of a file whose third line starts the body.
    fn problems(body: &str) -> Vec<(u32, u32, RegProblem)> {
        let errors = read(version_5(body).as_bytes()).expect_err("the file has a problem");
        errors.into_iter().map(|error| (error.line, error.column, error.problem)).collect()
    }

    #[test]
    fn a_real_size_export_is_read() {
        let root = read(SAMPLE).unwrap();
        let [cluster] = root.cluster_roots()[..] else { panic!("one database") };
        assert_eq!((cluster.name.as_str(), cluster.line), ("Cluster", Some(3)));
        assert_eq!(cluster.text("clustername"), Some("MAILCLU1"));
        assert_eq!(cluster.at(&["nodes", "2"]).unwrap().dword("BuildNumber"), Some(3790));
        assert_eq!(cluster.child("Quorum").unwrap().text("Path"), Some("Q:\\MSCS\\"));
        let group = root.at(EVS1_GROUP).unwrap();
        assert_eq!(group.multi_text("PreferredOwners").unwrap(), ["1", "2"]);
        assert_eq!(group.multi_text("Contains").unwrap().len(), 11);
        assert_eq!(group.value("PersistentState").unwrap().line, Some(144));
    }

    #[test]
    fn every_encoding_gives_the_same_tree() {
        let expected = read(SAMPLE).unwrap();
        let text = utf8_sample();
        let forms = [
            text.clone().into_bytes(),
            text.replace('\n', "\r\n").into_bytes(),
            format!("\u{feff}{text}").into_bytes(),
            utf16([0xff, 0xfe], &text, u16::to_le_bytes),
            utf16([0xfe, 0xff], &text, u16::to_be_bytes),
        ];
        for form in forms {
            assert!(is_reg(&form));
            assert_eq!(read(&form).unwrap(), expected);
        }
    }

    #[test]
    fn other_files_are_not_taken_for_exports() {
        for bytes in
            [&b""[..], b"\xff\xfe", b"regf\x01\0\0\0", b"REGEDIT", b"REGEDIT45\r\n", b"\r\nREGEDIT4\r\n"]
        {
            assert!(!is_reg(bytes));
            let expected = RegError { line: 1, column: 1, problem: RegProblem::NotAnExport };
            assert_eq!(read(bytes), Err(vec![expected]));
        }
        assert!(is_reg(b"REGEDIT4"));
        assert_eq!(read(b"REGEDIT4"), Ok(Key::default()));
    }

    #[test]
    fn each_kind_of_data_is_read() {
        assert_eq!(data(r#""C:\\Program Files\\Exchsrvr""#), Data::Text(r"C:\Program Files\Exchsrvr".into()));
        assert_eq!(data(r#""say \"yes\" [now] ; =""#), Data::Text(r#"say "yes" [now] ; ="#.into()));
        assert_eq!(data("\"two\r\n[lines]\""), Data::Text("two\r\n[lines]".into()));
        assert_eq!(data("dword:00050ECE"), Data::Dword(0x0005_0ece));
        assert_eq!(data("dword:1"), Data::Dword(1));
        assert_eq!(data("hex:"), Data::Binary(vec![]));
        assert_eq!(data("hex:0a,FF"), Data::Binary(vec![10, 255]));
        assert_eq!(data("hex(3):0a"), Data::Binary(vec![10]));
        assert_eq!(data("hex(0):"), Data::Other { kind: 0, bytes: vec![] });
        assert_eq!(data("hex(1):41,00,42,00"), Data::Text("AB".into()));
        assert_eq!(data("hex(2):25,00,41,00,00,00"), Data::ExpandText("%A".into()));
        assert_eq!(data("hex(4):01,00"), Data::Other { kind: 4, bytes: vec![1, 0] });
        assert_eq!(data("hex(7):31,00,00,00,00,00"), Data::MultiText(vec!["1".into()]));
        assert_eq!(data("hex(b):02,00,00,00,00,00,00,00"), Data::Qword(2));
        assert_eq!(data("hex(ffff0012):01"), Data::Other { kind: 0xffff_0012, bytes: vec![1] });
    }

    #[test]
    fn lists_of_bytes_go_on_over_lines() {
        for written in ["01,\\\r\n  02,\\ \t\r\n03", "\\\n01,02,03", "01, 02 ,\\ ; comment\n\t03 ; comment"] {
            assert_eq!(data(&format!("hex:{written}")), Data::Binary(vec![1, 2, 3]), "{written:?}");
        }
    }

    #[test]
    fn names_comments_and_blanks() {
        let body = "; comment\r\n\r\n [HKLM\\A]b] \t; comment\r\n@=\"default\"\r\n  \"a\\\\\\\"=b\" = dword:2 ;x\r\n;\"c\"=-";
        let root = read(version_5(body).as_bytes()).unwrap();
        let key = root.at(&["hklm", "a]B"]).unwrap();
        assert_eq!((key.line, key.values.len()), (Some(5), 2));
        assert_eq!(key.text(""), Some("default"));
        assert_eq!(key.dword("A\\\"=B"), Some(2));
    }

    #[test]
    fn a_key_may_come_twice_a_value_may_not() {
        let body = "[K\\A]\n\"x\"=dword:1\n[K\\B]\n\"x\"=dword:2\n[k\\a]\n\"y\"=dword:3\n";
        let root = read(version_5(body).as_bytes()).unwrap();
        assert_eq!(root.children[0].children.len(), 2);
        assert_eq!(root.at(&["K", "A"]).unwrap().dword("y"), Some(3));

        let twice = format!("{body}\"X\"=dword:1\n@=\"\"\n@=\"\"\n");
        let duplicate = |first_line| RegProblem::DuplicateValue { first_line };
        assert_eq!(problems(&twice), [(9, 1, duplicate(4)), (11, 1, duplicate(10))]);
    }

    #[test]
    fn version_4_is_read_as_windows_1252() {
        let bytes = b"REGEDIT4\r\n\r\n[HKLM\\Gr\xf6\xdfe]\r\n\"n\"=\"\x80\"\r\n\"s\"=hex(1):41,e4\r\n\
            \"e\"=hex(2):25,80,00\r\n\"m\"=hex(7):c4,00,41,00,00\r\n\"b\"=hex:c4\r\n";
        let root = read(bytes).unwrap();
        let key = root.at(&["HKLM", "Größe"]).unwrap();
        assert_eq!((key.text("n"), key.text("s"), key.text("e")), (Some("€"), Some("Aä"), Some("%€")));
        assert_eq!(key.multi_text("m").unwrap(), ["Ä", "A"]);
        assert_eq!(key.binary("b"), Some(&[0xc4][..]));
    }

    #[test]
    fn each_problem_has_its_place() {
        let after_key = [
            ("rubbish", 1, RegProblem::UnknownLine),
            (" [K\\B", 2, RegProblem::UnclosedKey),
            ("[K\\\\B]", 1, RegProblem::EmptyKeyName),
            ("[]", 1, RegProblem::EmptyKeyName),
            ("[K\\B\\]", 1, RegProblem::EmptyKeyName),
            ("[K\\B] B", 7, RegProblem::Trailing),
            ("[-K\\B]", 1, RegProblem::Removal),
            ("\"ä\"=-", 1, RegProblem::Removal),
            ("@=-", 1, RegProblem::Removal),
            ("\"ä\": 1", 4, RegProblem::NoEqualsSign),
            ("\"ä\"=", 5, RegProblem::UnknownData),
            ("\"ä\"=1", 5, RegProblem::UnknownData),
            ("\"ä\"=hex(g):00", 5, RegProblem::UnknownData),
            ("\"ä\"=hex(123456789):00", 5, RegProblem::UnknownData),
            ("\"ä\"=dword:", 11, RegProblem::Dword),
            ("\"ä\"=dword:-1", 11, RegProblem::Dword),
            ("\"ä\"=dword:000000001", 11, RegProblem::Dword),
            ("\"ä\"=hex:1,,2", 11, RegProblem::HexByte),
            ("\"ä\"=hex:1,", 11, RegProblem::HexByte),
            ("\"ä\"=hex:001", 9, RegProblem::HexByte),
            ("\"ä\"=hex:01,\\ 02", 14, RegProblem::Trailing),
            ("\"ä\"=hex:01 02", 12, RegProblem::Trailing),
            ("\"ä\"=\"S:\\exchsrvr\\logs\"", 8, RegProblem::Escape),
            ("\"ä\"=\"say \"yes\"\"", 11, RegProblem::Trailing),
        ];
        for (line, column, problem) in after_key {
            let body = format!("[K\\A]\n\"x\"=\"1\n2\"\n{line}\n\"y\"=dword:1\n\n");
            assert_eq!(problems(&body), [(6, column, problem)], "{line}");
        }
        assert_eq!(problems("@=\"\"\n@=\"\"\n[K]\n"), [(3, 1, RegProblem::ValueBeforeKey)]);
    }

    #[test]
    fn a_problem_over_several_lines_is_reported_once() {
        assert_eq!(
            problems("[K\\A]\n\"x\"=hex:1,\\\n[K\\B]\n\"x\"=dword:1\n"),
            [(5, 1, RegProblem::HexByte)]
        );
        let no_closing_quote = "[K\\A]\n\"x\"=\"1\n[K]\n\"x\"=dword:1\n\"x\"=dword:2\n[K\\B]\n@=-\n";
        assert_eq!(problems(no_closing_quote), [(6, 2, RegProblem::Trailing), (9, 1, RegProblem::Removal)]);
    }

    #[test]
    fn the_end_of_a_cut_file_is_where_the_last_statement_begins() {
        let cuts = [
            "[K\\B",
            "\"",
            "\"x",
            "\"x\"",
            "\"x\"=",
            "\"x\"=\"1\n2\n",
            "\"x\"=\"1\\",
            "\"x\"=\"1\\\"",
            "\"x\"=dwo",
            "\"x\"=dword:",
            "\"x\"=dword:0000000",
            "\"x\"=hex",
            "\"x\"=hex(7",
            "\"x\"=hex:",
            "\"x\"=hex:0",
            "\"x\"=hex:00",
            "\"x\"=hex:00,",
            "\"x\"=hex:00,\\",
            "\"x\"=hex:00,\\\n",
            "\"x\"=hex:00,\\\n  1",
        ];
        for cut in cuts {
            assert_eq!(problems(&format!("[K\\A]\n{cut}")), [(4, 1, RegProblem::Cut)], "{cut:?}");
        }
        for whole in ["[K\\B]", "\"x\"=\"\"", "\"x\"=dword:00000000", "; comment"] {
            assert!(read(version_5(&format!("[K\\A]\n{whole}")).as_bytes()).is_ok(), "{whole:?}");
        }
    }

    #[test]
    fn broken_characters_have_their_place() {
        let broken = |bytes: &[u8]| {
            let errors = read(bytes).unwrap_err();
            (errors.len(), errors[0].line, errors[0].column, errors[0].problem)
        };
        let ansi = [version_5("[K\\ä").as_bytes(), b"\xe4]\n"].concat();
        assert_eq!(broken(&ansi), (1, 3, 5, RegProblem::NotUtf8));
        let cut = version_5("[K\\ä");
        assert_eq!(broken(&cut.as_bytes()[..cut.len() - 1]), (1, 3, 4, RegProblem::CutCharacter));
        assert_eq!(broken(&SAMPLE[..SAMPLE.len() - 5]), (1, 460, 35, RegProblem::CutCharacter));
        let surrogate = utf16([0xff, 0xfe], &version_5("[K\\?]\n"), |unit| {
            if unit == u16::from(b'?') { [0x00, 0xd8] } else { unit.to_le_bytes() }
        });
        assert!(read(&surrogate).unwrap().at(&["K", "\u{fffd}"]).is_some());
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let only = |bytes: &[u8]| {
            let errors = read(bytes).unwrap_err();
            assert_eq!(errors.len(), 1, "{errors:?}");
            (errors[0].line, errors[0].problem)
        };
        let mut large = version_5("").into_bytes();
        large.resize(MAX_BYTES + 1, b'\n');
        assert_eq!(only(&large), (1, RegProblem::TooLarge { bytes: MAX_BYTES + 1 }));

        let deep = |levels| version_5(&format!("[K{}]\n", "\\K".repeat(levels - 1)));
        assert_eq!(
            only(deep(MAX_LEVELS + 1).as_bytes()),
            (3, RegProblem::TooDeep { levels: MAX_LEVELS + 1 })
        );
        assert!(read(deep(MAX_LEVELS).as_bytes()).is_ok());

        let many = version_5("[K\\A]\n@=\"\"\n\"x\"=\"\"\n@=-\n");
        assert!(Reader::new(&many.replace("@=-", ""), Version::Five, 4).read().is_ok());
        let error = RegError { line: 5, column: 1, problem: RegProblem::TooMany { limit: 3 } };
        assert_eq!(Reader::new(&many, Version::Five, 3).read(), Err(vec![error]));
    }

    #[test]
    fn many_problems_are_counted() {
        let found = problems(&"x\n".repeat(MAX_ERRORS));
        assert_eq!(found.len(), MAX_ERRORS);
        let found = problems(&"x\n".repeat(MAX_ERRORS + 7));
        assert_eq!(found.len(), MAX_ERRORS + 1);
        assert_eq!(found[MAX_ERRORS], (23, 1, RegProblem::More { count: 7 }));
    }

    #[test]
    fn messages_say_what_where_and_what_to_do() {
        let errors = read(version_5("[K]\n\"x\"=\"Q:\\MSCS\"\n").as_bytes()).unwrap_err();
        let [error] = &errors[..] else { panic!("one problem") };
        let expected = "line 4, column 8: a backslash in text is followed by neither a backslash nor a quote";
        assert_eq!(error.to_string(), expected);
        assert_eq!(
            error.hint(),
            r#"write a backslash as `\\` and a quote as `\"`, or close the text with a quote on a line above"#
        );
    }

    #[test]
    fn a_cut_file_never_gives_a_wrong_value() {
        let text = utf8_sample();
        let whole = read(text.as_bytes()).unwrap();
        for end in (VERSION_5.len()..text.len()).step_by(41) {
            if let Ok(cut) = read(&text.as_bytes()[..end]) {
                assert_is_part(&cut, &whole);
            }
        }
    }

    fn assert_is_part(part: &Key, whole: &Key) {
        assert_eq!((&part.name, part.line), (&whole.name, whole.line));
        assert_eq!(part.values, whole.values[..part.values.len()]);
        for (part, whole) in part.children.iter().zip(&whole.children) {
            assert_is_part(part, whole);
        }
    }

    #[test]
    fn damaged_files_do_not_panic() {
        let samples = [
            SAMPLE.to_vec(),
            utf8_sample().into_bytes(),
            utf8_sample().replace(VERSION_5, VERSION_4).into_bytes(),
        ];
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for round in 0..2_000 {
            let mut bytes = samples[round % samples.len()].clone();
            for _ in 0..=random.below(4) {
                random.damage(&mut bytes);
            }
            let Err(errors) = read(&bytes) else { continue };
            assert!((1..=MAX_ERRORS + 1).contains(&errors.len()));
            assert!(
                errors.iter().all(|error| error.line > 0 && error.column > 0 && !error.hint().is_empty())
            );
        }
    }

    /// Xorshift: the same numbers on every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % limit as u64).unwrap()
        }

        fn damage(&mut self, bytes: &mut Vec<u8>) {
            let start = self.below(bytes.len().max(1)).min(bytes.len());
            let end = (start + self.below(200)).min(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(end),
                1 => drop(bytes.drain(start..end)),
                2 => bytes.extend_from_within(start..end),
                3 => bytes[start..end].reverse(),
                _ => {
                    const TELLING: &[u8] = b"\"\\[]@;,:-=\n\r 0x\0\xff\xd8";
                    let byte = TELLING[self.below(TELLING.len())];
                    bytes.splice(start..(start + 1).min(end), [byte]);
                }
            }
        }
    }
}
