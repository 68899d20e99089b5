//! [`Findings`]: what a rule says while it looks at a cluster.

use std::borrow::Cow;

use crate::{
    Severity,
    model::{At, FactPath, Few, Gaps, Known, Set, Several},
};

/// What a rule says while it looks at a cluster. Asking is recording: a fact that is asked for and absent is noted,
/// so that a rule cannot pass a cluster on facts that it does not have.
///
/// The outcome of a rule: any report is *failed*; else any absent fact is *unknown*; else what the rule said is *not
/// applicable*; else *passed*.
#[derive(Debug, Default)]
pub struct Findings {
    reports: Vec<Report>,
    missing: Vec<FactPath>,
    /// So many absent facts are noted before those noted twice are dropped.
    patience: usize,
    not_applicable: Option<Cow<'static, str>>,
}

/// One report of a rule: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where it is wrong.
    pub path: FactPath,
    /// What is wrong here: lower case, no full stop, names in backticks.
    pub message: String,
    /// A milder severity than the rule's.
    pub at_most: Option<Severity>,
    /// How bad the case is by the words of the article, where those differ from Microsoft's documents.
    pub by_article: ByArticle,
    /// Other places that belong to it, with a word on each.
    pub related: Vec<(FactPath, String)>,
}

/// How bad a case is by the words of the article: what the profile `article` reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByArticle {
    /// As bad as by Microsoft's documents.
    #[default]
    Same,
    /// Of this severity.
    Severity(Severity),
    /// The article has nothing against it.
    Nothing,
}

impl Report {
    /// Reports a milder case of the same thought: at most this severity.
    pub fn at_most(&mut self, severity: Severity) -> &mut Self {
        self.at_most = Some(severity);
        self
    }

    /// Says how bad the case is by the words of the article, where those differ from Microsoft's documents.
    pub fn by_article(&mut self, by_article: ByArticle) -> &mut Self {
        self.by_article = by_article;
        self
    }

    /// Adds another place that belongs to the finding, with a few words on it.
    pub fn related(&mut self, path: FactPath, label: impl Into<String>) -> &mut Self {
        self.related.push((path, label.into()));
        self
    }
}

impl Findings {
    /// A fact that the judgement needs. `None`: it is absent, and noted.
    pub fn need<'a, T: ?Sized>(&mut self, fact: At<'a, T>) -> Option<Known<'a, T>> {
        let known = fact.known();
        if known.is_none() {
            self.unknown(fact.path());
        }
        known
    }

    /// The members of a set that are known, for what must hold of every member. Absent facts that may hide more are
    /// noted.
    pub fn each<S: Several>(&mut self, set: S) -> S::Members {
        let (members, gaps) = set.into_members();
        self.note(gaps);
        members
    }

    /// The members of a set, if it is known that these are all: for how many there are, or that there is none.
    /// `None`: absent facts may hide more, and are noted.
    pub fn need_all<S: Several>(&mut self, set: S) -> Option<S::Members> {
        let (members, gaps) = set.into_members();
        let complete = gaps.is_empty();
        self.note(gaps);
        complete.then_some(members)
    }

    /// The facts that differ from the usual one, each with its member, beside the first member that has the usual
    /// one: for what must be alike in all. Usual is what more than half of the members have, or else what the first
    /// has. Absent facts are noted, unless there is but one member.
    pub fn differing<'a, M: Copy, T: ?Sized + PartialEq>(
        &mut self,
        set: impl Into<Set<M>>,
        fact: impl Fn(M) -> At<'a, T>,
    ) -> Few<[(M, Known<'a, T>); 2]> {
        let members = self.each(set.into());
        if members.len() < 2 {
            return Few::new();
        }
        let facts: Few<_> =
            members.into_iter().filter_map(|member| Some((member, self.need(fact(member))?))).collect();
        let Some(&usual) = usual(&facts, |(_, a), (_, b)| a == b) else { return Few::new() };
        facts.into_iter().filter(|(_, fact)| *fact != usual.1).map(|odd| [odd, usual]).collect()
    }

    #[inline]
    fn note(&mut self, absent: Gaps) {
        if !absent.is_empty() {
            self.add_missing(&absent);
        }
    }

    fn add_missing(&mut self, absent: &[FactPath]) {
        self.missing.extend_from_slice(absent);
        if self.missing.len() > self.patience.max(1024) {
            self.compact();
            self.patience = self.missing.len() * 2;
        }
    }

    /// Absent facts by path, each of them once.
    fn compact(&mut self) {
        self.missing.sort_unstable();
        self.missing.dedup();
    }

    /// Notes an absent fact.
    pub fn unknown(&mut self, path: FactPath) {
        self.add_missing(&[path]);
    }

    /// Reports that something is wrong at a place. The message says what, in lower case and without a full stop,
    /// with names in backticks; it says neither where (the path does) nor what to do (the documentation does).
    pub fn report(&mut self, path: FactPath, message: impl Into<String>) -> &mut Report {
        self.reports.push(Report {
            path,
            message: message.into(),
            at_most: None,
            by_article: ByArticle::Same,
            related: Vec::new(),
        });
        self.reports.last_mut().expect("one was just pushed")
    }

    /// Says that the rule does not concern this cluster, and why.
    pub fn not_applicable(&mut self, why: impl Into<Cow<'static, str>>) {
        self.not_applicable = Some(why.into());
    }

    /// Whether the rule has said nothing so far: nothing wrong, nothing absent.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty() && self.missing.is_empty() && self.not_applicable.is_none()
    }

    /// Takes everything said, reports by path and message, absent facts by path, each of them once.
    pub(crate) fn take(&mut self) -> Said {
        let mut reports = std::mem::take(&mut self.reports);
        reports.sort_by(|a, b| (a.path, &a.message).cmp(&(b.path, &b.message)));
        reports.dedup();
        self.compact();
        // The storage stays here, for the next rule.
        let missing = self.missing.clone();
        self.missing.clear();
        Said { reports, missing, not_applicable: self.not_applicable.take() }
    }
}

/// The first of the values that more than half are the same as, or else the first of all.
pub(crate) fn usual<T>(values: &[T], same: impl Fn(&T, &T) -> bool) -> Option<&T> {
    // Boyer and Moore's majority vote: a value that more than half share is the one left standing.
    let mut standing = values.first()?;
    let mut lead = 0_usize;
    for value in values {
        match lead {
            0 => (standing, lead) = (value, 1),
            _ if same(value, standing) => lead += 1,
            _ => lead -= 1,
        }
    }
    let mut holders = values.iter().filter(|value| same(value, standing));
    let first_holder = holders.next();
    if holders.count() + 1 > values.len() / 2 { first_holder } else { values.first() }
}

/// What a rule said of a cluster, in order.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) reports: Vec<Report>,
    pub(crate) missing: Vec<FactPath>,
    pub(crate) not_applicable: Option<Cow<'static, str>>,
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn usual_is_what_more_than_half_have_or_else_the_first() {
        let usual = |values: &[u32]| usual(values, |a, b| a == b).copied();
        assert_eq!(usual(&[]), None);
        assert_eq!(usual(&[1, 2]), Some(1));
        assert_eq!(usual(&[1, 2, 2]), Some(2));
        assert_eq!(usual(&[1, 2, 3, 3]), Some(1), "half is not more than half");
        assert_eq!(usual(&[2, 1, 1, 2, 1]), Some(1));
    }
}
