//! The cluster database: from `HKLM\Cluster`, in whatever artefact, to facts.
//!
//! Every member of a cluster holds a copy of the whole database, so that a list that is there is complete: the nodes,
//! networks, groups and resources of the cluster are these and no others. What an absent value means is said in
//! one place, `values.rs`, and so is what no database carries.
//!
//! Databases of real clusters contradict themselves. A resource that no group holds, or a group that lists a resource
//! that is not there, is noted, and the list that it belongs to is named in `partial`: nothing can be concluded from
//! what is missing in it. A reference to a node, a network or a resource that is not there stays in the definition as
//! the id that it is, for rules to judge.

use std::collections::{HashMap, HashSet};

use rules_core::{
    model::{
        Cluster, Disk, Fact, FactPath, Format, Key as FactKey, PathPattern, ResourceType, Source,
        VirtualServer,
    },
    words::shortened,
};

use crate::{ImportError, Imported, registry::Key};
use reader::{Entry, Reader, Section, folded, text_of};

mod dependencies;
mod groups;
mod nodes;
mod reader;
mod resource;
#[cfg(test)]
mod tests;
mod values;

/// The most databases that are read from one artefact.
pub const MAX_DATABASES: usize = 64;

/// The most nodes, networks, interfaces, groups and resources, together, of one database.
pub const MAX_OBJECTS: usize = 10_000;

/// The most groups that `partial` names one by one; if there are more, it names all groups.
const MAX_PARTIAL_GROUPS: usize = 100;

/// The clusters whose databases are in a registry tree: see [`Key::cluster_roots`].
///
/// `source` becomes the source of each definition, with the facts that no database carries.
///
/// # Errors
/// A database, or how many there are, is beyond what a cluster can be.
pub fn clusters(root: &Key, source: &Source) -> Result<Vec<Imported>, ImportError> {
    let databases = root.cluster_roots();
    if databases.len() > MAX_DATABASES {
        return Err(too_large(root, format!("there are more than {MAX_DATABASES} cluster databases")));
    }
    databases.into_iter().map(|database| import(database, source)).collect()
}

fn import(root: &Key, source: &Source) -> Result<Imported, ImportError> {
    let sections = ["Nodes", "Networks", "NetworkInterfaces", "Groups", "Resources"];
    let objects: usize =
        sections.iter().filter_map(|name| root.child(name)).map(|key| key.children.len()).sum();
    if objects > MAX_OBJECTS {
        let message =
            format!("the database has more than {MAX_OBJECTS} nodes, networks, groups and resources");
        return Err(too_large(root, message));
    }
    let mut database = Database::new(root);
    let cluster = database.cluster(source);
    if database.reader.has_too_many_references() {
        let message =
            format!("the references stand for more than {} MiB of names", reader::MAX_REFERENCES >> 20);
        return Err(too_large(root, message));
    }
    let (notes, lines) = database.reader.finish();
    Ok(Imported { cluster, notes, lines })
}

fn too_large(key: &Key, message: String) -> ImportError {
    ImportError {
        line: key.line,
        column: None,
        message,
        hint: "no Exchange cluster is that large: export the key again",
    }
}

/// A database on its way to a definition.
struct Database<'k> {
    root: Entry<'k>,
    reader: Reader<'k>,
    nodes: Section<'k>,
    networks: Section<'k>,
    resources: Section<'k>,
    interfaces: Section<'k>,
    dependencies: Section<'k>,
    /// The interfaces by the id of their node.
    interfaces_of: HashMap<String, Vec<&'k Key>>,
    /// The dependencies by the id of the resource that has them.
    dependencies_of: HashMap<String, Vec<&'k Key>>,
    /// The ids of the resources that a group holds.
    held: HashSet<String>,
    disks: Vec<Disk>,
    virtual_servers: Vec<VirtualServer>,
    /// Whether there are resources that no group holds.
    groups_are_partial: bool,
    /// The lists of resources that are incomplete.
    partial_groups: Vec<FactPath>,
    /// Whether a virtual server may be hidden in a resource without a group or a type.
    may_hide_virtual_servers: bool,
}

impl<'k> Database<'k> {
    fn new(root: &'k Key) -> Self {
        let root = Entry::root(root);
        let nodes = Section::of(&root, "Nodes", "NodeName");
        let interfaces = Section::of(&root, "NetworkInterfaces", "Name");
        let dependencies = Section::of(&root, "Dependencies", "");
        let newest = nodes.keys().filter_map(|node| node.dword(values::MAJOR_VERSION.name)).max();
        let before_2008 =
            if dependencies.entry.is_some() { Some(false) } else { newest.map(|major| major < 6) };
        let node_ids = nodes.entry.as_ref().map(|_| nodes.keys().map(|node| node.name.as_str()).collect());
        Self {
            reader: Reader::new(before_2008, node_ids),
            networks: Section::of(&root, "Networks", "Name"),
            resources: Section::of(&root, "Resources", "Name"),
            interfaces_of: by_reference(&interfaces, "Node"),
            dependencies_of: by_reference(&dependencies, "dependent"),
            root,
            nodes,
            interfaces,
            dependencies,
            held: HashSet::new(),
            disks: Vec::new(),
            virtual_servers: Vec::new(),
            groups_are_partial: false,
            partial_groups: Vec::new(),
            may_hide_virtual_servers: false,
        }
    }

    fn cluster(&mut self, source: &Source) -> Cluster {
        let root = self.root.clone();
        let mut cluster = Cluster::default().format(Format);
        self.reader.comes_from(root.path, root.key.line);
        cluster.name = self.reader.fact(&root, FactKey::name, "ClusterName");
        cluster.nodes = self.each_of("Nodes", FactKey::nodes, Self::node);
        cluster.networks = self.each_of("Networks", FactKey::networks, Self::network);
        cluster.groups = self.each_of("Groups", FactKey::groups, Self::group);
        cluster.quorum = unless_empty(self.quorum());
        self.note_stray_interfaces();
        if cluster.groups.is_known() {
            self.groups_are_partial = self.note_stray_resources();
            cluster.disks.set(std::mem::take(&mut self.disks));
            cluster.virtual_servers.set(std::mem::take(&mut self.virtual_servers));
        }
        cluster.partial.set(self.partial(&cluster));
        let absent: Vec<PathPattern> = values::ABSENT.iter().copied().map(pattern).collect();
        cluster.source.set(vec![source.clone().absent(absent)]);
        cluster
    }

    /// One table of facts for each key of a section. The list is not known where there is no such section.
    fn each_of<T>(
        &mut self,
        section: &str,
        list: FactKey,
        mut read: impl FnMut(&mut Self, &Entry<'k>) -> T,
    ) -> Fact<Vec<T>>
    where
        Vec<T>: Default,
    {
        let section = self.root.child(section);
        let tables = section.map(|section| {
            let path = section.path.key(list);
            self.reader.comes_from(path, section.key.line);
            let keys = section.key.children.iter().enumerate();
            keys.map(|(index, key)| {
                let entry = section.below(key).with_facts_in(path.index(index));
                self.reader.comes_from(entry.path, key.line);
                read(self, &entry)
            })
            .collect()
        });
        tables.into()
    }

    /// Notes the interfaces that no node has.
    fn note_stray_interfaces(&mut self) {
        let Some(section) = &self.interfaces.entry else { return };
        let mut strays: Vec<&Key> = self.interfaces_of.drain().flat_map(|(_, keys)| keys).collect();
        strays.sort_by_key(|key| (key.line, &key.name));
        for key in strays {
            self.reader.note(&section.below(key), "the interface belongs to no node");
        }
    }

    /// Notes the resources that no group holds. Whether there are any.
    fn note_stray_resources(&mut self) -> bool {
        let Some(section) = &self.resources.entry else { return false };
        let is_stray = |key: &&Key| !self.held.contains(&folded(&key.name));
        let strays: Vec<&Key> = self.resources.keys().filter(is_stray).collect();
        for key in &strays {
            let name = shortened(self.resources.name(key));
            let kind = text_of(key, "Type");
            let message =
                format!("the resource `{name}` of type `{}` is in no group", shortened(kind.unwrap_or("?")));
            self.reader.note(&section.below(key), message);
            self.may_hide_virtual_servers |=
                kind.is_none_or(|kind| ResourceType::from(kind) == ResourceType::SystemAttendant);
        }
        !strays.is_empty()
    }

    /// The lists that are known to be incomplete.
    fn partial(&self, cluster: &Cluster) -> Vec<PathPattern> {
        let mut partial: Vec<PathPattern> = values::PARTIAL.iter().copied().map(pattern).collect();
        if self.groups_are_partial {
            partial.push(pattern("groups"));
        }
        if self.may_hide_virtual_servers {
            partial.push(pattern("virtual_servers"));
        }
        if self.partial_groups.len() > MAX_PARTIAL_GROUPS {
            partial.push(pattern("groups[*].resources"));
        } else {
            partial.extend(self.partial_groups.iter().map(|list| pattern(&list.names(cluster))));
        }
        partial
    }
}

/// The keys of a section by the id that one of their values refers to.
fn by_reference<'k>(section: &Section<'k>, value: &str) -> HashMap<String, Vec<&'k Key>> {
    let mut keys: HashMap<String, Vec<&'k Key>> = HashMap::new();
    for key in section.keys() {
        keys.entry(folded(text_of(key, value).unwrap_or_default())).or_default().push(key);
    }
    keys
}

/// A table of facts, unless nothing in it is known.
fn unless_empty<T: Default + PartialEq>(table: T) -> Fact<T> {
    Some(table).filter(|table| *table != T::default()).into()
}

fn pattern(path: &str) -> PathPattern {
    PathPattern::parse(path).expect("a path by names, or one of a table that a test reads")
}
