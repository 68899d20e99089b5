//! Reading a database key by key: typed values, with a note of everything that was not understood, and the line that
//! each fact comes from.

use std::collections::HashMap;

use rules_core::{
    model::{Address, Fact, FactPath, Key as FactKey, Name},
    words::shortened,
};

use super::values::{Absent, List, Members, Number, Word};
use crate::{
    Note,
    registry::{Data, Key, Value},
};

/// The most notes that are kept of one database.
pub(super) const MAX_NOTES: usize = 200;

/// The most text, in bytes, that the references of one database may stand for. A file can name a long name often.
pub(super) const MAX_REFERENCES: usize = 64 << 20;

/// A key of the database, and the table of facts that is made of it.
#[derive(Debug, Clone)]
pub(super) struct Entry<'k> {
    pub(super) key: &'k Key,
    pub(super) path: FactPath,
    /// The names of the keys below the root of the database, down to this one.
    names: Vec<&'k str>,
}

impl<'k> Entry<'k> {
    pub(super) fn root(key: &'k Key) -> Self {
        Self { key, path: FactPath::ROOT, names: Vec::new() }
    }

    /// A key directly below this one; its facts go to the same table.
    pub(super) fn child(&self, name: &str) -> Option<Self> {
        self.key.child(name).map(|key| self.below(key))
    }

    /// The same for a key that is at hand.
    pub(super) fn below(&self, key: &'k Key) -> Self {
        let names = self.names.iter().copied().chain([key.name.as_str()]).collect();
        Self { key, path: self.path, names }
    }

    /// The same key, with its facts in another table.
    pub(super) fn with_facts_in(mut self, path: FactPath) -> Self {
        self.path = path;
        self
    }

    /// The same key, with its facts in a table below.
    pub(super) fn with_facts_below(&self, key: FactKey) -> Self {
        self.clone().with_facts_in(self.path.key(key))
    }
}

/// A section of the database: one key for each thing of a kind, named by its id. Ids compare without case.
#[derive(Debug)]
pub(super) struct Section<'k> {
    /// The section itself; `None` where the artefact lacks it.
    pub(super) entry: Option<Entry<'k>>,
    keys: HashMap<String, &'k Key>,
    /// The value that holds the name of each thing.
    name_value: &'static str,
}

impl<'k> Section<'k> {
    pub(super) fn of(root: &Entry<'k>, section: &str, name_value: &'static str) -> Self {
        let entry = root.child(section);
        let keys = entry.iter().flat_map(|section| &section.key.children).map(|key| (folded(&key.name), key));
        Self { keys: keys.collect(), entry, name_value }
    }

    /// The keys in the order of the artefact.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'k Key> {
        self.entry.iter().flat_map(|section| &section.key.children)
    }

    pub(super) fn get(&self, id: &str) -> Option<&'k Key> {
        self.keys.get(&folded(id)).copied()
    }

    /// What the thing with this id is called.
    pub(super) fn name_of(&self, id: &str) -> Option<&'k str> {
        self.get(id).map(|key| self.name(key))
    }

    /// What the thing of a key is called: its name, or its id where it has none.
    pub(super) fn name(&self, key: &'k Key) -> &'k str {
        text_of(key, self.name_value).or_else(|| before_nul(&key.name)).unwrap_or_default()
    }
}

/// The form of an id under which it is looked up.
pub(super) fn folded(id: &str) -> String {
    id.to_lowercase()
}

/// A text up to its first NUL, unless nothing is left of it.
pub(super) fn text_of<'k>(key: &'k Key, name: &str) -> Option<&'k str> {
    key.text(name).and_then(before_nul)
}

fn before_nul(text: &str) -> Option<&str> {
    text.split('\0').next().filter(|text| !text.is_empty())
}

/// Reads values, and remembers what there is to say about them.
#[derive(Debug)]
pub(super) struct Reader<'k> {
    /// Whether the nodes run Windows 2000 or 2003; `None` where no node says.
    pub(super) before_2008: Option<bool>,
    /// The ids of the nodes, where they are known.
    nodes: Option<Vec<&'k str>>,
    pub(super) lines: HashMap<FactPath, u32>,
    notes: Vec<Note>,
    notes_left_out: usize,
    /// The bytes of text that references stood for so far.
    references: usize,
}

impl<'k> Reader<'k> {
    pub(super) fn new(before_2008: Option<bool>, nodes: Option<Vec<&'k str>>) -> Self {
        Self {
            before_2008,
            nodes,
            lines: HashMap::new(),
            notes: Vec::new(),
            notes_left_out: 0,
            references: 0,
        }
    }

    /// Notes something about a key.
    pub(super) fn note(&mut self, entry: &Entry<'k>, message: impl Into<String>) {
        self.note_on(entry, entry.key.line, message);
    }

    fn note_on(&mut self, entry: &Entry<'k>, line: Option<u32>, message: impl Into<String>) {
        if self.notes.len() == MAX_NOTES {
            self.notes_left_out += 1;
        } else {
            let key = shortened(&entry.names.join("\\")).into_owned();
            self.notes.push(Note { message: message.into(), key, line });
        }
    }

    /// Everything that was noted, and the lines.
    pub(super) fn finish(mut self) -> (Vec<Note>, HashMap<FactPath, u32>) {
        if self.notes_left_out > 0 {
            let message = format!("{} more notes are left out", self.notes_left_out);
            self.notes.push(Note { message, key: String::new(), line: None });
        }
        (self.notes, self.lines)
    }

    /// Remembers the line that a path comes from.
    pub(super) fn comes_from(&mut self, path: FactPath, line: Option<u32>) {
        self.lines.extend(line.map(|line| (path, line)));
    }

    /// A value by its name, with the fact that is made of it.
    fn value(&mut self, entry: &Entry<'k>, fact: FactKey, name: &str) -> Option<&'k Value> {
        let value = entry.key.value(name)?;
        self.comes_from(entry.path.key(fact), value.line);
        Some(value)
    }

    fn not_of_type(&mut self, entry: &Entry<'k>, value: &Value, wanted: &str) {
        self.note_on(entry, value.line, format!("`{}` is not a {wanted}", shortened(&value.name)));
    }

    /// A text; an empty one is not known.
    pub(super) fn text(&mut self, entry: &Entry<'k>, fact: FactKey, name: &str) -> Option<&'k str> {
        let value = self.value(entry, fact, name)?;
        if let Data::Text(text) | Data::ExpandText(text) = &value.data {
            return before_nul(text);
        }
        self.not_of_type(entry, value, "text");
        None
    }

    /// A text as a fact.
    pub(super) fn fact<T: Default + for<'t> From<&'t str>>(
        &mut self,
        entry: &Entry<'k>,
        fact: FactKey,
        name: &str,
    ) -> Fact<T> {
        self.text(entry, fact, name).map(T::from).into()
    }

    /// A text that everything of its kind has.
    pub(super) fn required<T: Default + for<'t> From<&'t str>>(
        &mut self,
        entry: &Entry<'k>,
        fact: FactKey,
        name: &str,
    ) -> Fact<T> {
        let text = self.fact(entry, fact, name);
        if !text.is_known() && entry.key.value(name).is_none_or(is_text) {
            self.note(entry, format!("there is no `{name}`"));
        }
        text
    }

    /// A number, or what its absence means.
    pub(super) fn number(&mut self, entry: &Entry<'k>, fact: FactKey, number: &Number) -> Option<u32> {
        match self.value(entry, fact, number.name) {
            None => self.meaning(number.absent),
            Some(Value { data: Data::Dword(number), .. }) => Some(*number),
            Some(value) => {
                self.not_of_type(entry, value, "number of 32 bits");
                None
            }
        }
    }

    /// The word that a number stands for, or what its absence means.
    pub(super) fn word<T: Copy + Default>(
        &mut self,
        entry: &Entry<'k>,
        fact: FactKey,
        word: &Word<T>,
    ) -> Fact<T> {
        let number = match self.value(entry, fact, word.name) {
            None => return self.meaning(word.absent).into(),
            Some(_) => self.number(entry, fact, &Number { name: word.name, absent: Absent::Unknown }),
        };
        let meaning = number.and_then(|number| word.words.iter().find(|(other, _)| *other == number));
        if let (Some(number), None) = (number, meaning) {
            self.not_understood(entry, word.name, &number.to_string());
        }
        meaning.map(|(_, meaning)| *meaning).into()
    }

    /// A list of texts, or what its absence means.
    pub(super) fn list(&mut self, entry: &Entry<'k>, fact: FactKey, list: &List) -> Option<Vec<&'k str>> {
        match self.value(entry, fact, list.name) {
            None => match self.meaning(list.absent)? {
                Members::Nothing => Some(Vec::new()),
                Members::EveryNode => self.nodes.clone(),
            },
            Some(Value { data: Data::MultiText(texts), .. }) => {
                Some(texts.iter().filter_map(|text| before_nul(text)).collect())
            }
            Some(value) => {
                self.not_of_type(entry, value, "list of texts");
                None
            }
        }
    }

    /// The address in the value `Address`, with a mask or prefix length where one is known.
    pub(super) fn address(&mut self, entry: &Entry<'k>, fact: FactKey, mask: Option<&str>) -> Fact<Address> {
        const NAME: &str = "Address";
        let Some(ip) = self.text(entry, fact, NAME) else { return Fact::default() };
        let written = mask.map_or_else(|| ip.to_owned(), |mask| format!("{ip}/{mask}"));
        let address = written.parse().ok();
        if address.is_none() {
            self.not_understood(entry, NAME, &written);
        }
        address.into()
    }

    /// Notes a value that is of the right type and yet says nothing.
    pub(super) fn not_understood(&mut self, entry: &Entry<'k>, name: &str, written: &str) {
        let message = format!("`{name}` is `{}`, which is not understood", shortened(written));
        self.note_on_value(entry, name, message);
    }

    fn note_on_value(&mut self, entry: &Entry<'k>, name: &str, message: String) {
        let line = entry.key.value(name).and_then(|value| value.line).or(entry.key.line);
        self.note_on(entry, line, message);
    }

    /// The names that ids stand for. An id that leads nowhere stays as it is: that is for rules to judge.
    pub(super) fn names(
        &mut self,
        entry: &Entry<'k>,
        value: &str,
        ids: impl IntoIterator<Item = &'k str>,
        name_of: impl Fn(&str) -> Option<&'k str>,
    ) -> Vec<Name> {
        let mut names = Vec::new();
        for id in ids {
            let name = name_of(id).unwrap_or_else(|| {
                let message = format!("`{value}` names `{}`, which is not there", shortened(id));
                self.note_on_value(entry, value, message);
                id
            });
            self.references += name.len() + size_of::<Name>();
            if self.references > MAX_REFERENCES {
                break;
            }
            names.push(Name::from(name));
        }
        names
    }

    /// Whether the references stood for more text than is accepted; [`names`](Self::names) gives no more then.
    pub(super) fn has_too_many_references(&self) -> bool {
        self.references > MAX_REFERENCES
    }

    fn meaning<T>(&self, absent: Absent<T>) -> Option<T> {
        match absent {
            Absent::Means(default) => Some(default),
            Absent::ByWindows { before_2008, later } => {
                if self.before_2008? {
                    before_2008
                } else {
                    later
                }
            }
            Absent::Unknown => None,
        }
    }
}

fn is_text(value: &Value) -> bool {
    matches!(value.data, Data::Text(_) | Data::ExpandText(_))
}
