//! Finding what to audit: files, folders, patterns, lists of files, the standard input.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use rules_core::input::InputError;
use walkdir::WalkDir;

/// What is audited, in order.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) list: Vec<Input>,
    /// The folders that were named, which are expected to hold definitions.
    pub(crate) folders: Vec<Folder>,
}

/// Something to look at.
#[derive(Debug)]
pub(crate) struct Input {
    /// As reports call it.
    pub(crate) name: String,
    pub(crate) origin: Origin,
    /// Whether it was asked for by itself; otherwise it was found in a folder.
    pub(crate) named: bool,
    /// The folder that it was found in, among those named.
    pub(crate) folder: Option<usize>,
    /// What inputs are sorted by.
    path: PathBuf,
}

impl Input {
    /// In bytes, as far as known.
    pub(crate) fn size(&self) -> u64 {
        match self.origin {
            Origin::File(_, size) => size,
            _ => 0,
        }
    }
}

/// Where to read an input.
#[derive(Debug)]
pub(crate) enum Origin {
    Stdin,
    /// A file, by its real path, of so many bytes.
    File(PathBuf, u64),
    /// It cannot be read.
    Unreadable(InputError),
    /// There is no such thing: a mistake on the command line.
    Absent(InputError),
    /// It is not looked into, for this reason.
    NotAFile(&'static str),
}

/// A folder that was named.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) name: String,
    /// Some of what is in it belongs to another folder that was named.
    pub(crate) shared: bool,
}

/// The name of the standard input.
pub(crate) const STDIN: &str = "<stdin>";

impl Inputs {
    /// Finds what paths and patterns, and a list of files, stand for. `listed` are literal paths.
    pub(crate) fn find(paths: &[PathBuf], listed: &[PathBuf]) -> Self {
        let mut search = Search::default();
        for path in paths {
            if path.as_os_str() == "-" {
                search.add(PathBuf::new(), Origin::Stdin, None, true);
            } else if fs::metadata(path).is_err() && is_pattern(path) {
                search.pattern(path);
            } else {
                search.path(path);
            }
        }
        for path in listed {
            search.path(path);
        }
        let mut inputs = search.inputs;
        inputs.list.sort_by(|a, b| a.path.cmp(&b.path));
        inputs
    }

    /// The file at a path, if it is among the inputs.
    pub(crate) fn position(&self, path: &Path) -> Option<usize> {
        let wanted = fs::canonicalize(path).ok()?;
        self.list.iter().position(|input| matches!(&input.origin, Origin::File(real, _) if *real == wanted))
    }
}

/// The paths of a list, one a line, or NUL-separated if it has any NUL.
pub(crate) fn parse_list(bytes: &[u8]) -> Vec<PathBuf> {
    let decoded = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => rules_core::input::decode(bytes).ok(),
        _ => None,
    };
    let bytes = decoded.as_ref().map_or(bytes, |text| text.as_bytes());
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    bytes
        .split(|&byte| byte == separator)
        .map(|path| if separator == 0 { path } else { path.strip_suffix(b"\r").unwrap_or(path) })
        .filter(|path| !path.is_empty())
        .map(|path| PathBuf::from(os_string(path)))
        .collect()
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

#[derive(Default)]
struct Search {
    inputs: Inputs,
    /// The inputs by the real path of their file.
    files: HashMap<PathBuf, usize>,
    /// The real paths of the folders that were walked.
    walked: HashSet<PathBuf>,
}

impl Search {
    fn add(&mut self, path: PathBuf, origin: Origin, folder: Option<usize>, named: bool) {
        let name = match origin {
            Origin::Stdin => STDIN.to_owned(),
            _ => path.to_string_lossy().into_owned(),
        };
        let again = matches!(origin, Origin::Stdin)
            && self.inputs.list.iter().any(|input| matches!(input.origin, Origin::Stdin));
        if !again {
            self.inputs.list.push(Input { name, origin, named, folder, path });
        }
    }

    /// A file, unless it is there already.
    fn file(&mut self, path: PathBuf, real: PathBuf, size: u64, folder: Option<usize>) {
        let named = folder.is_none();
        if let Some(&index) = self.files.get(&real) {
            self.inputs.list[index].named |= named;
            self.share(folder);
            return;
        }
        self.files.insert(real.clone(), self.inputs.list.len());
        self.add(path, Origin::File(real, size), folder, named);
    }

    fn share(&mut self, folder: Option<usize>) {
        if let Some(folder) = folder {
            self.inputs.folders[folder].shared = true;
        }
    }

    fn path(&mut self, path: &Path) {
        let path = plain(path);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self.folder(&path),
            Ok(metadata) => {
                let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
                self.file(path, real, metadata.len(), None);
            }
            Err(error) => {
                let origin = match error.kind() {
                    io::ErrorKind::NotFound => Origin::Absent(InputError::new(
                        "there is no such file or folder",
                        "check the path; patterns have `*`, `?` or `[…]` in them",
                    )),
                    _ => Origin::Unreadable(unreadable(&error)),
                };
                self.add(path, origin, None, true);
            }
        }
    }

    fn pattern(&mut self, pattern: &Path) {
        let absent = |message: String| {
            Origin::Absent(InputError::new(message, "`*` stands for any name, `**` for any folders"))
        };
        let matches = match glob::glob(&pattern.to_string_lossy()) {
            Ok(matches) => matches,
            Err(error) => {
                let origin = absent(format!("this is no pattern: {}", error.msg));
                return self.add(pattern.to_owned(), origin, None, true);
            }
        };
        let mut any = false;
        for found in matches {
            any = true;
            match found {
                // A pipe is read only if it is asked for by its own name.
                Ok(path) if is_special(&path) => {
                    self.add(path, Origin::NotAFile(SPECIAL), None, false);
                }
                Ok(path) => self.path(&path),
                Err(error) => {
                    let origin = Origin::Unreadable(unreadable(error.error()));
                    self.add(error.path().to_owned(), origin, None, true);
                }
            }
        }
        if !any {
            let origin = absent("nothing matches the pattern".to_owned());
            self.add(pattern.to_owned(), origin, None, true);
        }
    }

    /// Every file below a folder, also through links; what two ways lead to is taken once.
    fn folder(&mut self, root: &Path) {
        let folder = self.inputs.folders.len();
        self.inputs.folders.push(Folder { name: root.to_string_lossy().into_owned(), shared: false });
        // The real paths of the folders that lead to the current entry.
        let mut above: Vec<PathBuf> = Vec::new();
        let mut walk = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                // A link to a folder above it leads to nothing new.
                Err(error) if error.loop_ancestor().is_some() => continue,
                Err(error) => {
                    let path = plain(error.path().unwrap_or(root));
                    let error = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                    self.add(path, Origin::Unreadable(unreadable(&error)), Some(folder), false);
                    continue;
                }
            };
            let real = match above.get(entry.depth().wrapping_sub(1)) {
                Some(parent) if !entry.path_is_symlink() => parent.join(entry.file_name()),
                _ => fs::canonicalize(entry.path()).unwrap_or_else(|_| entry.path().to_owned()),
            };
            let kind = entry.file_type();
            if kind.is_dir() {
                if self.walked.insert(real.clone()) {
                    above.truncate(entry.depth());
                    above.push(real);
                } else {
                    self.share(Some(folder));
                    walk.skip_current_dir();
                }
            } else if kind.is_file() {
                let size = entry.metadata().map_or(0, |metadata| metadata.len());
                self.file(plain(entry.path()), real, size, Some(folder));
            } else {
                let origin = Origin::NotAFile(SPECIAL);
                self.add(plain(entry.path()), origin, Some(folder), false);
            }
        }
    }
}

/// Why something that is neither file nor folder is not looked into.
const SPECIAL: &str = "it is a device, a socket or a pipe";

fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// A path without `./` before it.
fn plain(path: &Path) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
        _ => path.to_owned(),
    }
}

/// What the operating system says when it does not let us read.
pub(crate) fn unreadable(error: &io::Error) -> InputError {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "run as somebody who may read it, or grant the right to",
        io::ErrorKind::NotFound => "it is a link to something that is not there: mend the link, or remove it",
        _ => "check that it can be read at all, for example by copying it",
    };
    InputError::new(format!("it cannot be read: {error}"), hint)
}
