//! Opening an input, and telling what it is: by the extension of a definition, else by its content.

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

use rules_core::{
    input::{Claim, InputError, LONGEST_JSON, Syntax, claim},
    words,
};

use crate::{
    args::InputFormat,
    inputs::{Input, Origin, unreadable},
};

/// What an input holds.
pub(crate) enum Content {
    /// One definition, perhaps.
    Definition {
        bytes: Vec<u8>,
        syntax: Syntax,
        /// Whether its name or the operator says that it is one, whatever its content.
        certain: bool,
    },
    /// One definition a line.
    Stream(Box<dyn Read + Send>),
    /// The bytes of an artefact.
    Artefact(Vec<u8>),
    /// No definition, for this reason.
    Other(String),
}

/// Bytes that are enough to tell what an input is.
const HEAD: usize = 64 << 10;

/// The largest artefact that is read, in bytes. Those of real clusters have one or two MiB.
const LARGEST_ARTEFACT: usize = 256 << 20;

/// What to do about a file that is none.
pub(crate) const WHAT_A_DEFINITION_IS: &str =
    "a definition is TOML, JSON or NDJSON with `format = \"cluster/1\"`";

const NO_DEFINITION: &str = "neither its name nor its content is that of a definition";

/// Opens an input. `stdin_format` is what the operator says of the standard input.
pub(crate) fn open(input: &Input, stdin_format: Option<InputFormat>) -> Result<Content, InputError> {
    match &input.origin {
        Origin::Stdin => open_stdin(stdin_format),
        Origin::File(path, size) => open_file(path, *size, &input.name, input.named),
        Origin::Unreadable(error) | Origin::Absent(error) => Err(error.clone()),
        Origin::NotAFile(reason) => Ok(Content::Other((*reason).to_owned())),
    }
}

fn open_stdin(format: Option<InputFormat>) -> Result<Content, InputError> {
    let stdin = io::stdin();
    match format {
        Some(InputFormat::Ndjson) => Ok(Content::Stream(Box::new(stdin))),
        Some(InputFormat::Toml) => definition(Vec::new(), stdin, Syntax::Toml, true),
        Some(InputFormat::Json) => definition(Vec::new(), stdin, Syntax::Json, true),
        None => {
            let (head, rest) = peek(stdin)?;
            match recognise(&head) {
                Kind::Artefact => artefact(head, rest),
                Kind::Definition(syntax) => definition(head, rest, syntax, true),
                Kind::Lines | Kind::Other => Ok(Content::Stream(Box::new(Cursor::new(head).chain(rest)))),
            }
        }
    }
}

/// Opens a file. Its extension is that of the name that people know it by, which may be a link's.
fn open_file(path: &Path, size: u64, name: &str, named: bool) -> Result<Content, InputError> {
    // With room for all of it and for a look at its end, a file is read at once.
    let room = || Vec::with_capacity(usize::try_from(size).unwrap_or(0).min(LONGEST_JSON) + 64);
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let extension =
        Path::new(name).extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("toml") => definition(room(), file, Syntax::Toml, true),
        Some("json") => definition(room(), file, Syntax::Json, true),
        Some("ndjson" | "jsonl") => {
            let (head, rest) = peek(file)?;
            Ok(lines(head, rest, named, true))
        }
        _ => {
            let (head, rest) = peek(file)?;
            match recognise(&head) {
                Kind::Artefact => artefact(head, rest),
                Kind::Definition(syntax) => definition(head, rest, syntax, false),
                Kind::Lines => Ok(lines(head, rest, named, false)),
                Kind::Other => Ok(Content::Other(NO_DEFINITION.to_owned())),
            }
        }
    }
}

/// A file in NDJSON. Found in a folder, its first line says whether it is one of definitions.
fn lines(head: Vec<u8>, rest: File, named: bool, certain: bool) -> Content {
    let first_line = if named { None } else { first_line(&head) };
    match first_line.and_then(|line| not_a_definition(&line, Syntax::Json, certain)) {
        Some(reason) => Content::Other(reason),
        None => Content::Stream(Box::new(Cursor::new(head).chain(rest))),
    }
}

/// What a text claims to be that is no definition; `None` if it is one, or a broken one. `certain` is whether
/// something that is not even well-formed counts as a broken one.
pub(crate) fn not_a_definition(text: &str, syntax: Syntax, certain: bool) -> Option<String> {
    match claim(text, syntax) {
        Claim::Unmarked => None,
        Claim::Format(format) if format.is_empty() => None,
        Claim::Format(format) => {
            let kind = format.split('/').next().unwrap_or_default();
            let mistyped = words::closest(kind, ["cluster"]).is_some();
            (!mistyped).then(|| format!("its `format` is `{}`", words::shortened(&format)))
        }
        Claim::Nothing => Some("it has no `format`".to_owned()),
        Claim::Broken => (!certain).then(|| NO_DEFINITION.to_owned()),
    }
}

/// Whether an input is taken for a definition, or for something that holds one.
pub(crate) fn is_definition(input: &Input) -> bool {
    match open(input, None) {
        Ok(Content::Other(_)) => false,
        Ok(Content::Definition { bytes, syntax, certain }) => {
            not_a_definition(&lossy(&bytes), syntax, certain).is_none()
        }
        _ => true,
    }
}

/// The text of some bytes, whatever they are, for showing it; the places of readable text in it stay.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

enum Kind {
    Artefact,
    Definition(Syntax),
    Lines,
    Other,
}

/// What the first bytes of an input tell.
fn recognise(head: &[u8]) -> Kind {
    if importers::reg::is_reg(head) {
        return Kind::Artefact;
    }
    let text = lossy(head);
    let text = text.trim_start();
    if text.starts_with('{') {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let is_whole = claim(first, Syntax::Json) != Claim::Broken;
        return if first.trim_end() == "{" || (is_whole && rest.trim().is_empty()) {
            Kind::Definition(Syntax::Json)
        } else {
            Kind::Lines
        };
    }
    let is_format = |line: &str| {
        line.trim_start().strip_prefix("format").is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    if text.lines().any(is_format) { Kind::Definition(Syntax::Toml) } else { Kind::Other }
}

/// The first line that is not blank, if all of it is there.
fn first_line(head: &[u8]) -> Option<String> {
    let text = lossy(head);
    let complete = text.len() < HEAD || text.trim_start().contains('\n');
    complete.then(|| text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned())
}

/// The first bytes of an input, and the rest. Of a slow one no more than the first line is waited for.
fn peek<R: Read>(mut reader: R) -> Result<(Vec<u8>, R), InputError> {
    let mut head = Vec::new();
    let mut chunk = [0; 8 << 10];
    while head.len() < HEAD {
        match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => head.extend_from_slice(&chunk[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(&error)),
        }
        let is_line = |line: &[u8]| line.trim_ascii().starts_with(b"{") && line.len() > 2;
        if head.split(|&byte| byte == b'\n').rev().skip(1).any(is_line) {
            break;
        }
    }
    Ok((head, reader))
}

fn definition(head: Vec<u8>, rest: impl Read, syntax: Syntax, certain: bool) -> Result<Content, InputError> {
    // In UTF-16 a text may take twice its bytes.
    let bytes = read_to_end(head, rest, 2 * syntax.longest() + 2)?;
    bytes
        .map(|bytes| Content::Definition { bytes, syntax, certain })
        .ok_or_else(|| InputError::too_long(syntax))
}

fn artefact(head: Vec<u8>, rest: impl Read) -> Result<Content, InputError> {
    read_to_end(head, rest, LARGEST_ARTEFACT)?.map(Content::Artefact).ok_or_else(|| {
        InputError::new(
            format!("the file is longer than the {LARGEST_ARTEFACT} bytes that are read of an artefact"),
            "export the key `HKLM\\Cluster` alone",
        )
    })
}

/// All bytes; `None` if there are more than `most`.
fn read_to_end(mut bytes: Vec<u8>, rest: impl Read, most: usize) -> Result<Option<Vec<u8>>, InputError> {
    let room = most.saturating_sub(bytes.len()) as u64 + 1;
    rest.take(room).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok((bytes.len() <= most).then_some(bytes))
}
