//! [`RuleBook`]: the rules that a program knows.

use std::sync::Arc;

use crate::{FleetRule, Plan, Profile, ProfileError, Rule, RuleMeta, RuleSet, words};

/// The rules that a program knows: those of the sets it names, and those that it adds at run time, by full name.
#[derive(Clone, Default)]
pub struct RuleBook {
    pub(crate) rules: Vec<Arc<dyn Rule>>,
    pub(crate) fleet: Vec<Arc<dyn FleetRule>>,
}

/// A mistake of the programmer who puts a rule book together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleBookError {
    /// A set has no rules: most likely its rule files are not modules of the crate.
    #[error("the rule set `{set}` has no rules; declare them with `rule!` in modules of its crate")]
    EmptySet {
        /// The set's name.
        set: &'static str,
    },
    /// Two rules have one full name.
    #[error("two rules are called `{rule}`: one in {first}, one in {second}")]
    DuplicateRule {
        /// The full name.
        rule: String,
        /// The file that declares one of them.
        first: &'static str,
        /// The file that declares the other.
        second: &'static str,
    },
}

/// A name that stands for no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule is called `{name}`{suggestion}")]
pub struct UnknownRule {
    /// The name as given.
    pub name: String,
    suggestion: String,
}

impl RuleBook {
    /// The rules of these sets.
    ///
    /// # Errors
    /// A set without rules, or two rules of one name.
    pub fn of(sets: &[&'static RuleSet]) -> Result<Self, RuleBookError> {
        let mut book = Self::default();
        for set in sets {
            let (rules, fleet) = (set.rules(), set.fleet_rules());
            if rules.is_empty() && fleet.is_empty() {
                return Err(RuleBookError::EmptySet { set: set.name });
            }
            for rule in rules {
                book.add(*rule)?;
            }
            for rule in fleet {
                book.add_fleet(*rule)?;
            }
        }
        Ok(book)
    }

    /// Adds a rule at run time.
    ///
    /// # Errors
    /// Another rule has its name.
    pub fn add(&mut self, rule: impl Rule + 'static) -> Result<(), RuleBookError> {
        self.refuse_taken(rule.meta())?;
        let place = self.rules.partition_point(|other| key(other.meta()) < key(rule.meta()));
        self.rules.insert(place, Arc::new(rule));
        Ok(())
    }

    /// Adds a fleet rule at run time.
    ///
    /// # Errors
    /// Another rule has its name.
    pub fn add_fleet(&mut self, rule: impl FleetRule + 'static) -> Result<(), RuleBookError> {
        self.refuse_taken(rule.meta())?;
        let place = self.fleet.partition_point(|other| key(other.meta()) < key(rule.meta()));
        self.fleet.insert(place, Arc::new(rule));
        Ok(())
    }

    fn refuse_taken(&self, rule: &RuleMeta) -> Result<(), RuleBookError> {
        let taken = self.either_kind().find(|other| key(other) == key(rule));
        taken.map_or(Ok(()), |taken| {
            let (rule, second) = (rule.full_name(), rule.file);
            Err(RuleBookError::DuplicateRule { rule, first: taken.file, second })
        })
    }

    /// Every rule that looks at one cluster at a time, by set and name.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &dyn Rule> {
        self.rules.iter().map(|rule| &**rule)
    }

    /// Every rule that compares clusters, by set and name.
    pub fn fleet_rules(&self) -> impl ExactSizeIterator<Item = &dyn FleetRule> {
        self.fleet.iter().map(|rule| &**rule)
    }

    /// What there is to know about every rule of either kind, by set and name.
    pub fn metas(&self) -> Vec<&RuleMeta> {
        let mut metas: Vec<_> = self.either_kind().collect();
        metas.sort_by_key(|meta| key(meta));
        metas
    }

    fn either_kind(&self) -> impl Iterator<Item = &RuleMeta> {
        self.rules().map(Rule::meta).chain(self.fleet_rules().map(FleetRule::meta))
    }

    /// The rule of a full name, or of a bare name that only one set has.
    ///
    /// # Errors
    /// No rule has the name, or several sets do; with a suggestion.
    pub fn find(&self, name: &str) -> Result<&RuleMeta, UnknownRule> {
        let all = self.metas();
        let matching: Vec<&RuleMeta> =
            all.iter().copied().filter(|meta| meta.full_name() == name || meta.name == name).collect();
        match matching.as_slice() {
            [only] => Ok(only),
            [] => {
                let full_names: Vec<String> = all.iter().map(|meta| meta.full_name()).collect();
                let bare = all.iter().map(|meta| meta.name);
                let closest = if name.contains('/') {
                    words::closest(name, full_names.iter().map(String::as_str)).map(str::to_owned)
                } else {
                    words::closest(name, bare).and_then(|bare| {
                        full_names.iter().find(|full| full.ends_with(&format!("/{bare}"))).cloned()
                    })
                };
                let suggestion =
                    closest.map(|closest| format!("; did you mean `{closest}`?")).unwrap_or_default();
                Err(UnknownRule { name: name.to_owned(), suggestion })
            }
            several => {
                let names: Vec<String> = several.iter().map(|meta| meta.full_name()).collect();
                let suggestion =
                    format!(" alone; say which: {}", words::alternatives(names.iter().map(String::as_str)));
                Err(UnknownRule { name: name.to_owned(), suggestion })
            }
        }
    }

    /// The rules that a profile selects, with their severities.
    ///
    /// # Errors
    /// A selector that selects nothing.
    pub fn plan(&self, profile: &Profile) -> Result<Plan, ProfileError> {
        Plan::new(self, profile)
    }
}

impl std::fmt::Debug for RuleBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.metas().into_iter().map(RuleMeta::full_name)).finish()
    }
}

/// What rules are sorted by.
fn key(rule: &RuleMeta) -> (&str, &str) {
    (rule.set.name, rule.name)
}
