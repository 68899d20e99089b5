//! Views: facts together with their place, as rules see them.

use std::{fmt, iter::Enumerate, ops::Deref, slice};

use smallvec::SmallVec;

use super::{Cluster, FactPath, Key, index::Root, table::Term};
use crate::words;

/// A place in a definition, with what is known there: the only thing that a rule ever sees of a cluster.
///
/// Every key of the fact model is an accessor: `cluster.service_account().name()` is an `At<'_, Name>`. An accessor
/// always answers; whether the fact is known shows when a rule asks for it with
/// [`Findings::need`](crate::Findings::need), which notes the missing ones.
pub struct At<'a, T: ?Sized> {
    root: Root<'a>,
    path: FactPath,
    value: Option<&'a T>,
}

impl<T: ?Sized> Clone for At<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for At<'_, T> {}

impl Cluster {
    /// The cluster as rules see it. What many rules ask again and again is found out once with an
    /// [`Index`](super::Index).
    pub fn view(&self) -> At<'_, Self> {
        At { root: Root::plain(self), path: FactPath::ROOT, value: Some(self) }
    }
}

impl<'a, T: ?Sized> At<'a, T> {
    #[inline]
    pub(crate) fn new(root: Root<'a>, path: FactPath, value: Option<&'a T>) -> Self {
        Self { root, path, value }
    }

    /// Where this is, known or not.
    #[inline]
    pub fn path(self) -> FactPath {
        self.path
    }

    #[inline]
    pub(crate) fn root(self) -> Root<'a> {
        self.root
    }

    /// The cluster that this belongs to.
    pub fn cluster(self) -> At<'a, Cluster> {
        At { root: self.root, path: FactPath::ROOT, value: Some(self.root.cluster()) }
    }

    /// The value where it is known, without any note that it was asked for.
    ///
    /// For what may be missing without consequence for the outcome, such as a name in a message. A rule that decides
    /// by a fact uses [`Findings::need`](crate::Findings::need).
    pub fn peek(self) -> Option<&'a T> {
        self.value
    }

    /// The value with its place, where it is known.
    pub fn known(self) -> Option<Known<'a, T>> {
        self.value.map(|value| Known { root: self.root, path: self.path, value })
    }

    /// A fact derived from this one, at the same place.
    pub fn map<U: ?Sized>(self, derive: impl FnOnce(&'a T) -> Option<&'a U>) -> At<'a, U> {
        At { root: self.root, path: self.path, value: self.value.and_then(derive) }
    }

    /// This fact, or where it is not known, another one that says the same.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.value.is_none() && other.value.is_some() { other } else { self }
    }

    pub(crate) fn below<U: ?Sized>(self, key: Key, get: impl FnOnce(&'a T) -> Option<&'a U>) -> At<'a, U> {
        At { root: self.root, path: self.path.key(key), value: self.value.and_then(get) }
    }
}

impl<'a, T: Term> At<'a, Vec<T>> {
    /// The elements of the list that are known, and whether these are all: an absent list is not complete, and
    /// neither is one that the definition's `partial` names.
    pub fn members(self) -> Set<At<'a, T>> {
        Set::new(self.items(), self.gap())
    }

    /// The elements of the list that are known.
    #[inline]
    pub(crate) fn items(self) -> Items<'a, T> {
        let items = self.value.map_or(&[][..], Vec::as_slice);
        Items { root: self.root, list: self.path, left: items.iter().enumerate() }
    }

    /// The element at a place.
    pub(crate) fn item(self, index: usize) -> Option<At<'a, T>> {
        let item = self.value?.get(index)?;
        Some(At::new(self.root, self.path.index(index), Some(item)))
    }

    /// The elements of the list for which a test on one of their facts holds. Where that fact is not known, it is a
    /// gap.
    pub fn whose<U: ?Sized + 'a>(
        self,
        fact: impl Fn(&At<'a, T>) -> At<'a, U>,
        test: impl Fn(&U) -> bool,
    ) -> Set<At<'a, T>> {
        let mut found = Set::default();
        self.gather(&fact, &test, &mut found);
        found
    }

    /// Adds the elements for which a test on one of their facts holds, and the gaps, to what was found elsewhere.
    pub(crate) fn gather<U: ?Sized + 'a>(
        self,
        fact: &impl Fn(&At<'a, T>) -> At<'a, U>,
        test: &impl Fn(&U) -> bool,
        found: &mut Set<At<'a, T>>,
    ) {
        for item in self.items() {
            let fact = fact(&item);
            match fact.value {
                None => found.gaps.push(fact.path),
                Some(value) if test(value) => found.members.push(item),
                Some(_) => {}
            }
        }
        found.gaps.extend(self.gap());
    }

    /// The list itself, where more may belong to it than is known.
    #[inline]
    pub(crate) fn gap(self) -> Option<FactPath> {
        (self.value.is_none() || is_partial(self.root, self.path)).then_some(self.path)
    }
}

/// The elements of a list that are known, one after the other.
pub struct Items<'a, T> {
    root: Root<'a>,
    list: FactPath,
    left: Enumerate<slice::Iter<'a, T>>,
}

impl<T> Clone for Items<'_, T> {
    fn clone(&self) -> Self {
        Self { root: self.root, list: self.list, left: self.left.clone() }
    }
}

impl<T> Items<'_, T> {
    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.left.len() == 0
    }
}

impl<'a, T> Iterator for Items<'a, T> {
    type Item = At<'a, T>;

    #[inline]
    fn next(&mut self) -> Option<At<'a, T>> {
        let (index, item) = self.left.next()?;
        Some(At::new(self.root, self.list.index(index), Some(item)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<T> ExactSizeIterator for Items<'_, T> {}

impl<T> DoubleEndedIterator for Items<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (index, item) = self.left.next_back()?;
        Some(At::new(self.root, self.list.index(index), Some(item)))
    }
}

/// What a rule can ask for all members of: a [`Set`], or a list.
pub trait Several {
    /// The members that are known.
    type Members;

    /// The members that are known, and the absent facts that may hide more.
    fn into_members(self) -> (Self::Members, Gaps);
}

impl<M> Several for Set<M> {
    type Members = Few<M>;

    #[inline]
    fn into_members(self) -> (Few<M>, Gaps) {
        (self.members, self.gaps)
    }
}

impl<'a, T: Term> Several for At<'a, Vec<T>> {
    type Members = Items<'a, T>;

    #[inline]
    fn into_members(self) -> (Items<'a, T>, Gaps) {
        (self.items(), self.gap().into_iter().collect())
    }
}

/// Whether the definition says of a list that it is not complete.
#[inline]
fn is_partial(root: Root<'_>, list: FactPath) -> bool {
    let any_is = root.cluster().partial.get().is_some_and(|partial| !partial.is_empty());
    any_is && root.ask(|index| index.partial().binary_search(&list).is_ok())
}

impl<T: ?Sized + fmt::Display> fmt::Display for At<'_, T> {
    /// The value as a message shows it, or `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Some(value) => f.write_str(&words::shortened(&value.to_string())),
            None => f.write_str("?"),
        }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for At<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} = {:?}", self.path, self.value)
    }
}

/// A known fact with its place. It stands for its value: compare it, call its methods, print it in a message.
pub struct Known<'a, T: ?Sized> {
    root: Root<'a>,
    path: FactPath,
    value: &'a T,
}

impl<T: ?Sized> Clone for Known<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Known<'_, T> {}

impl<'a, T: ?Sized> Known<'a, T> {
    /// Where the fact stands.
    pub fn path(self) -> FactPath {
        self.path
    }

    /// The value, for as long as the cluster lives.
    pub fn value(self) -> &'a T {
        self.value
    }

    /// The same place as a view, for its accessors.
    pub fn at(self) -> At<'a, T> {
        At { root: self.root, path: self.path, value: Some(self.value) }
    }
}

impl<T: ?Sized> Deref for Known<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: ?Sized + PartialEq> PartialEq for Known<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: PartialEq> PartialEq<T> for Known<'_, T> {
    fn eq(&self, other: &T) -> bool {
        self.value == other
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Known<'_, T> {
    /// The value as a message shows it: very long ones are cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::shortened(&self.value.to_string()))
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Known<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at().fmt(f)
    }
}

/// The answer to a question for all things of a kind: those that are known to belong, and the facts whose absence
/// may hide more.
///
/// A rule takes a set apart with [`Findings::each`](crate::Findings::each) (what holds for every member) or
/// [`Findings::need_all`](crate::Findings::need_all) (how many there are, or that there is none).
#[derive(Clone, Debug)]
pub struct Set<M> {
    members: Few<M>,
    gaps: Gaps,
}

/// Things of which most clusters have so few that they need no storage of their own.
pub type Few<T> = SmallVec<[T; 2]>;

/// The absent facts that may hide members of a [`Set`]: most have none.
pub type Gaps = SmallVec<[FactPath; 1]>;

impl<M> Default for Set<M> {
    /// The complete set without members.
    fn default() -> Self {
        Self { members: Few::new(), gaps: Gaps::new() }
    }
}

impl<M> Set<M> {
    /// A set of these members; `gaps` are the absent facts that may hide more, none if the set is complete.
    pub fn new(members: impl IntoIterator<Item = M>, gaps: impl IntoIterator<Item = FactPath>) -> Self {
        // Filled where it is, not moved there.
        let mut set = Self::default();
        set.members.extend(members);
        set.gaps.extend(gaps);
        set
    }

    /// The set of what [`into_parts`](Self::into_parts) gives.
    pub fn from_parts(members: Few<M>, gaps: Gaps) -> Self {
        Self { members, gaps }
    }

    /// Adds a member.
    pub(crate) fn add(&mut self, member: M) {
        self.members.push(member);
    }

    /// Adds an absent fact that may hide a member.
    pub(crate) fn add_gap(&mut self, gap: FactPath) {
        self.gaps.push(gap);
    }

    /// The members that are known, without any note about those that may be missing.
    pub fn peek(&self) -> &[M] {
        &self.members
    }

    /// Whether no absent fact can hide a member.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// The absent facts that may hide members.
    pub fn gaps(&self) -> &[FactPath] {
        &self.gaps
    }

    /// The members and the gaps.
    pub fn into_parts(self) -> (Few<M>, Gaps) {
        (self.members, self.gaps)
    }

    /// The members for which a test on one of their facts holds. Where that fact is not known, it is a gap.
    #[must_use]
    pub fn whose<'a, T: ?Sized + 'a>(
        self,
        fact: impl Fn(&M) -> At<'a, T>,
        test: impl Fn(&T) -> bool,
    ) -> Self {
        let mut gaps = self.gaps;
        let mut members = self.members;
        members.retain(|member| {
            let fact = fact(member);
            fact.value.map_or_else(
                || {
                    gaps.push(fact.path);
                    false
                },
                &test,
            )
        });
        Self { members, gaps }
    }

    /// The members for which a test holds that needs no absent fact.
    #[must_use]
    pub fn filter(mut self, mut test: impl FnMut(&M) -> bool) -> Self {
        self.members.retain(|member| test(member));
        self
    }

    /// Each member's image.
    pub fn map<N>(self, image: impl FnMut(M) -> N) -> Set<N> {
        Set { members: self.members.into_iter().map(image).collect(), gaps: self.gaps }
    }

    /// The union of the sets that the members stand for, in order.
    pub fn flat_map<N>(mut self, mut image: impl FnMut(M) -> Set<N>) -> Set<N> {
        // Often it is the one group of a virtual server.
        if self.members.len() == 1
            && self.gaps.is_empty()
            && let Some(only) = self.members.pop()
        {
            return image(only);
        }
        let mut union = Set { members: Few::new(), gaps: self.gaps };
        for member in self.members {
            union.append(image(member));
        }
        union
    }

    /// Both sets in one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.append(other);
        self
    }

    /// Adds the members and the gaps of another set.
    #[inline]
    pub(crate) fn append(&mut self, mut other: Self) {
        self.members.append(&mut other.members);
        if !other.gaps.is_empty() {
            self.gaps.append(&mut other.gaps);
        }
    }
}

impl<'a, T: Term> From<At<'a, Vec<T>>> for Set<At<'a, T>> {
    fn from(list: At<'a, Vec<T>>) -> Self {
        list.members()
    }
}
