//! The registry as a tree of keys: the one shape in which every registry artefact ends, whatever file it came from.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The most levels of keys that a reader accepts, the limit that Windows documents for a registry tree.
pub const MAX_LEVELS: usize = 512;

/// How many levels below the top of an artefact a cluster database is looked for: `HKEY_LOCAL_MACHINE`,
/// the name that the hive was loaded under, and one more for hives loaded below another key.
const CLUSTER_LEVELS: usize = 3;

/// A registry key with everything below it, in the order of the artefact.
///
/// Names compare without case, and no two values or two children of a key have the same name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    /// The key's own name, not its path; empty for the root of an artefact that does not name it.
    pub name: String,
    /// The values, the default value among them.
    pub values: Vec<Value>,
    /// The keys directly below.
    pub children: Vec<Key>,
    /// The line that first names the key, 1-based; `None` where the artefact is not text.
    pub line: Option<u32>,
}

impl Key {
    /// The child of this name, compared without case.
    pub fn child(&self, name: &str) -> Option<&Key> {
        self.children.iter().find(|key| same_name(&key.name, name))
    }

    /// The key at the end of a path that starts below this key; an empty path is the key itself.
    pub fn at(&self, path: &[&str]) -> Option<&Key> {
        path.iter().try_fold(self, |key, name| key.child(name))
    }

    /// The value of this name, compared without case; the empty name is the default value.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|value| same_name(&value.name, name))
    }

    /// The text of a value, `None` if it is absent or of another type.
    pub fn text(&self, name: &str) -> Option<&str> {
        match &self.value(name)?.data {
            Data::Text(text) | Data::ExpandText(text) => Some(text),
            _ => None,
        }
    }

    /// The strings of a multi-string value, `None` if it is absent or of another type.
    pub fn multi_text(&self, name: &str) -> Option<&[String]> {
        match &self.value(name)?.data {
            Data::MultiText(strings) => Some(strings),
            _ => None,
        }
    }

    /// The number of a 32-bit value, `None` if it is absent or of another type.
    pub fn dword(&self, name: &str) -> Option<u32> {
        match self.value(name)?.data {
            Data::Dword(number) => Some(number),
            _ => None,
        }
    }

    /// The bytes of a binary value, `None` if it is absent or of another type.
    pub fn binary(&self, name: &str) -> Option<&[u8]> {
        match &self.value(name)?.data {
            Data::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The keys that hold a cluster database: this key itself, or keys at most three levels below it.
    ///
    /// Its name does not matter, because a hive can be loaded under any. An export of a whole
    /// `HKEY_LOCAL_MACHINE` may hold several databases; the upper levels come first.
    pub fn cluster_roots(&self) -> Vec<&Key> {
        let mut roots = Vec::new();
        let mut level = vec![self];
        for _ in 0..=CLUSTER_LEVELS {
            let (found, others): (Vec<_>, Vec<_>) = level.into_iter().partition(|key| key.is_cluster_root());
            roots.extend(found);
            level = others.into_iter().flat_map(|key| &key.children).collect();
        }
        roots
    }

    fn is_cluster_root(&self) -> bool {
        self.value("ClusterName").is_some()
            || (self.child("Nodes").is_some() && self.child("Resources").is_some())
    }
}

/// A value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The name; empty for the default value.
    pub name: String,
    /// The content with its type.
    pub data: Data,
    /// The line on which the value starts, 1-based; `None` where the artefact is not text.
    pub line: Option<u32>,
}

/// The content of a value, by its registry type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// `REG_SZ`
    Text(String),
    /// `REG_EXPAND_SZ`: variables such as `%SystemRoot%` are left as they are.
    ExpandText(String),
    /// `REG_MULTI_SZ`
    MultiText(Vec<String>),
    /// `REG_DWORD`
    Dword(u32),
    /// `REG_QWORD`
    Qword(u64),
    /// `REG_BINARY`
    Binary(Vec<u8>),
    /// Every other type, and numbers whose size does not fit their type.
    Other {
        /// The number of the type, as in `REG_NONE` = 0.
        kind: u32,
        /// The content as it is stored.
        bytes: Vec<u8>,
    },
}

impl Data {
    /// Reads stored bytes: text is UTF-16, numbers are little-endian, `kind` is the number of the type.
    ///
    /// Programs store text carelessly, so every length is accepted. Text ends at the first NUL or with the bytes,
    /// a list at the first empty string or with the bytes; half a character at the end is dropped, and what is no
    /// UTF-16 becomes U+FFFD.
    pub fn from_raw(kind: u32, bytes: &[u8]) -> Data {
        let other = || Data::Other { kind, bytes: bytes.to_vec() };
        match kind {
            1 => Data::Text(first_string(bytes)),
            2 => Data::ExpandText(first_string(bytes)),
            3 => Data::Binary(bytes.to_vec()),
            4 => bytes.try_into().map_or_else(|_| other(), |number| Data::Dword(u32::from_le_bytes(number))),
            7 => Data::MultiText(
                utf16(bytes).split('\0').take_while(|string| !string.is_empty()).map(str::to_owned).collect(),
            ),
            11 => bytes.try_into().map_or_else(|_| other(), |number| Data::Qword(u64::from_le_bytes(number))),
            _ => other(),
        }
    }
}

fn first_string(bytes: &[u8]) -> String {
    let mut text = utf16(bytes);
    text.truncate(text.find('\0').unwrap_or(text.len()));
    text
}

fn utf16(bytes: &[u8]) -> String {
    let (units, _half) = bytes.as_chunks();
    char::decode_utf16(units.iter().map(|&unit| u16::from_le_bytes(unit)))
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn same_name(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

/// Grows a tree from full key paths, for readers of text. Looking up a name takes the same time however many
/// siblings there are, so that a file cannot make its reader slow.
#[derive(Default)]
pub(crate) struct TreeBuilder {
    /// Parents stand before their children; `None` is the root.
    keys: Vec<(Option<KeyId>, Key)>,
    key_ids: HashMap<(Option<KeyId>, String), KeyId>,
    value_lines: HashMap<(KeyId, String), u32>,
}

/// A key of the tree that is being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct KeyId(usize);

impl TreeBuilder {
    /// How many keys and values there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len() + self.value_lines.len()
    }

    /// The key of this path, added with the keys above it unless it is there; `None` if the path is empty.
    pub(crate) fn key<'p>(&mut self, path: impl Iterator<Item = &'p str>, line: u32) -> Option<KeyId> {
        path.fold(None, |parent, name| {
            let added = KeyId(self.keys.len());
            let id = *self.key_ids.entry((parent, folded(name).collect())).or_insert(added);
            if id == added {
                self.keys.push((parent, Key { name: name.to_owned(), line: Some(line), ..Key::default() }));
            }
            Some(id)
        })
    }

    /// Adds a value that starts on `line`.
    ///
    /// # Errors
    ///
    /// The line of the first value, if the key has one of this name already.
    pub(crate) fn value(&mut self, key: KeyId, name: String, data: Data, line: u32) -> Result<(), u32> {
        match self.value_lines.entry((key, folded(&name).collect())) {
            Entry::Occupied(first) => Err(*first.get()),
            Entry::Vacant(place) => {
                place.insert(line);
                self.keys[key.0].1.values.push(Value { name, data, line: Some(line) });
                Ok(())
            }
        }
    }

    /// The tree below a root without a name.
    pub(crate) fn finish(mut self) -> Key {
        let mut root = Key::default();
        // From the last key to the first, so that a key has all its children, in reverse, when its turn comes.
        while let Some((parent, mut key)) = self.keys.pop() {
            key.children.reverse();
            let parent = parent.map_or(&mut root, |KeyId(index)| &mut self.keys[index].1);
            parent.children.push(key);
        }
        root.children.reverse();
        root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn tree(paths: &[&str]) -> Key {
        let mut builder = TreeBuilder::default();
        for (line, path) in (1..).zip(paths) {
            builder.key(path.split('\\'), line);
        }
        builder.finish()
    }

    fn names(keys: &[Key]) -> Vec<&str> {
        keys.iter().map(|key| key.name.as_str()).collect()
    }

    #[test]
    fn text_may_lack_its_nul_or_go_on_after_it() {
        for stored in ["Cluster Group", "Cluster Group\0", "Cluster Group\0\0", "Cluster Group\0rubbish"] {
            assert_eq!(
                Data::from_raw(1, &utf16_bytes(stored)),
                Data::Text("Cluster Group".into()),
                "{stored:?}"
            );
        }
        assert_eq!(
            Data::from_raw(2, &utf16_bytes("%SystemRoot%\0")),
            Data::ExpandText("%SystemRoot%".into())
        );
        assert_eq!(Data::from_raw(1, &[]), Data::Text(String::new()));
    }

    #[test]
    fn half_a_character_is_dropped_and_a_lone_surrogate_replaced() {
        assert_eq!(Data::from_raw(1, b"A\0B"), Data::Text("A".into()));
        assert_eq!(Data::from_raw(1, &[0x00, 0xd8, b'A', 0]), Data::Text("\u{fffd}A".into()));
    }

    #[test]
    fn lists_may_lack_their_last_nuls() {
        for stored in ["one\0two\0\0", "one\0two\0", "one\0two", "one\0two\0\0rubbish\0\0"] {
            let expected = Data::MultiText(vec!["one".into(), "two".into()]);
            assert_eq!(Data::from_raw(7, &utf16_bytes(stored)), expected, "{stored:?}");
        }
        for stored in ["", "\0", "\0\0"] {
            assert_eq!(Data::from_raw(7, &utf16_bytes(stored)), Data::MultiText(vec![]), "{stored:?}");
        }
    }

    #[test]
    fn numbers_of_another_size_stay_bytes() {
        assert_eq!(Data::from_raw(4, &[0xce, 0x0e, 0, 0]), Data::Dword(3790));
        assert_eq!(Data::from_raw(11, &[1, 0, 0, 0, 0, 0, 0, 1]), Data::Qword(0x0100_0000_0000_0001));
        assert_eq!(Data::from_raw(4, &[1, 0]), Data::Other { kind: 4, bytes: vec![1, 0] });
        assert_eq!(Data::from_raw(11, &[1]), Data::Other { kind: 11, bytes: vec![1] });
        assert_eq!(Data::from_raw(0, &[]), Data::Other { kind: 0, bytes: vec![] });
        assert_eq!(Data::from_raw(3, &[1, 2, 3]), Data::Binary(vec![1, 2, 3]));
    }

    #[test]
    fn paths_make_a_tree_in_the_order_of_the_file() {
        let root = tree(&["A\\Z", "A\\Y\\Deep", "B", "a\\z\\Late", "A\\X"]);
        assert_eq!(names(&root.children), ["A", "B"]);
        assert_eq!(names(&root.at(&["A"]).unwrap().children), ["Z", "Y", "X"]);
        assert_eq!(root.at(&["a", "Z", "late"]).unwrap().line, Some(4));
        assert_eq!(root.at(&["A", "Y"]).unwrap().line, Some(2));
        assert_eq!(root.at(&[]), Some(&root));
        assert_eq!(root.at(&["A", "nowhere", "Z"]), None);
    }

    #[test]
    fn names_compare_without_case() {
        let root = tree(&["Größe ÄÖ"]);
        assert!(root.child("gröSSe äö").is_none());
        assert!(root.child("GRÖßE äö").is_some());
    }

    #[test]
    fn a_value_answers_only_as_its_own_type() {
        let mut builder = TreeBuilder::default();
        let key = builder.key(["K"].into_iter(), 1).unwrap();
        let values = [
            ("text", Data::Text("a".into())),
            ("list", Data::MultiText(vec!["b".into()])),
            ("number", Data::Dword(3)),
            ("bytes", Data::Binary(vec![4])),
        ];
        for (line, (name, data)) in (2..).zip(values) {
            builder.value(key, name.into(), data, line).unwrap();
        }
        assert_eq!(builder.value(key, "NUMBER".into(), Data::Dword(4), 6), Err(4));
        assert_eq!(builder.len(), 5);

        let root = builder.finish();
        let key = root.child("K").unwrap();
        assert_eq!((key.text("TEXT"), key.text("number")), (Some("a"), None));
        assert_eq!((key.multi_text("List"), key.multi_text("text")), (Some(&["b".to_owned()][..]), None));
        assert_eq!((key.dword("number"), key.dword("absent")), (Some(3), None));
        assert_eq!((key.binary("bytes"), key.binary("number")), (Some(&[4][..]), None));
    }

    #[test]
    fn a_cluster_database_is_found_by_its_content() {
        let root =
            tree(&["HKLM\\Loaded\\Old\\Nodes", "HKLM\\Loaded\\Old\\Resources", "HKLM\\Loaded\\New\\Nodes"]);
        let roots = root.cluster_roots();
        assert_eq!(roots.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["Old"]);
        assert_eq!(roots[0].cluster_roots(), roots);
        assert!(tree(&["A\\B\\C\\D\\Nodes", "A\\B\\C\\D\\Resources"]).cluster_roots().is_empty());
    }
}
