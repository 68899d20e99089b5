//! Profiles: which rules look at a fleet.

use std::{str::FromStr, sync::Arc};

use crate::{FleetRule, Rule, RuleBook, RuleMeta, Severity, Stage, words};

/// Which rules look at a fleet, and by whose words they judge.
///
/// A named profile chooses the rules; selectors narrow or replace the choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    base: BaseProfile,
    select: Vec<Selector>,
    ignore: Vec<Selector>,
}

/// The profiles that have a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BaseProfile {
    /// What the article "Exchange Clustering Basics" says, as hard as it says it.
    Article,
    /// What must hold, and what is likely to cost an outage or mail, by Microsoft's documents; and what the article
    /// recommends.
    #[default]
    Recommended,
    /// Every rule: also best practices, and what is merely worth knowing.
    Strict,
    /// What must hold before Exchange Setup first runs.
    Build,
}

impl BaseProfile {
    /// Every profile with a name.
    pub const ALL: [Self; 4] = [Self::Article, Self::Recommended, Self::Strict, Self::Build];

    /// The profile's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Recommended => "recommended",
            Self::Strict => "strict",
            Self::Build => "build",
        }
    }

    /// Whether the profile has a rule on.
    pub fn contains(self, rule: &RuleMeta) -> bool {
        match self {
            Self::Article => rule.is_in_article(),
            Self::Recommended => rule.severity > Severity::Information || rule.is_in_article(),
            Self::Strict => true,
            Self::Build => rule.stage == Stage::BeforeSetup && Self::Recommended.contains(rule),
        }
    }
}

impl From<BaseProfile> for Profile {
    fn from(base: BaseProfile) -> Self {
        Self { base, select: Vec::new(), ignore: Vec::new() }
    }
}

impl Profile {
    /// What must hold, and what is likely to cost an outage or mail: the default.
    pub fn recommended() -> Self {
        BaseProfile::Recommended.into()
    }

    /// Every rule.
    pub fn strict() -> Self {
        BaseProfile::Strict.into()
    }

    /// Only the rules that one of these selectors names, whatever the named profile has on.
    #[must_use]
    pub fn select(mut self, selectors: impl IntoIterator<Item = Selector>) -> Self {
        self.select.extend(selectors);
        self
    }

    /// None of the rules that one of these selectors names, selected or not.
    #[must_use]
    pub fn ignore(mut self, selectors: impl IntoIterator<Item = Selector>) -> Self {
        self.ignore.extend(selectors);
        self
    }

    /// The named profile that it starts from.
    pub fn base(&self) -> BaseProfile {
        self.base
    }

    /// What the profile makes of a rule, and on whose word.
    pub fn choice(&self, rule: &RuleMeta) -> Choice<'_> {
        let naming = |selectors: &'_ [Selector]| selectors.iter().position(|selector| selector.names(rule));
        if let Some(at) = naming(&self.ignore) {
            return Choice::Ignored(&self.ignore[at]);
        }
        match naming(&self.select) {
            Some(at) => Choice::Selected(&self.select[at]),
            None if !self.select.is_empty() => Choice::NotSelected,
            None if self.base.contains(rule) => Choice::InProfile(self.base),
            None => Choice::NotInProfile(self.base),
        }
    }
}

/// What a profile makes of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'p> {
    /// It is on: the named profile has it.
    InProfile(BaseProfile),
    /// It is off: the named profile does not have it.
    NotInProfile(BaseProfile),
    /// It is on: this selector names it.
    Selected(&'p Selector),
    /// It is off: others were selected.
    NotSelected,
    /// It is off: this selector names it, whether it was selected or not.
    Ignored(&'p Selector),
}

impl Choice<'_> {
    /// Whether the rule is on.
    pub fn is_on(self) -> bool {
        matches!(self, Self::InProfile(_) | Self::Selected(_))
    }
}

/// A name for rules: a set (`cluster`), a rule (`cluster/basic-disks-only` or `basic-disks-only`), a severity
/// (`error`), a row of the catalogue (`DSK-001`), or `all`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl From<&str> for Selector {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for Selector {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl Selector {
    /// The selector as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a rule is among those named.
    pub fn names(&self, rule: &RuleMeta) -> bool {
        let text = self.0.as_str();
        text == "all"
            || text == rule.set.name
            || text == rule.name
            || text == rule.full_name()
            || text == rule.severity.as_str()
            || rule.covers.iter().any(|row| row.eq_ignore_ascii_case(text))
    }
}

/// A mistake of the operator who chooses rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A selector names no rule.
    #[error("`{selector}` is no set, rule, severity or catalogue row{suggestion}")]
    UnknownSelector {
        /// The selector as given.
        selector: String,
        /// `; did you mean …?` or nothing.
        suggestion: String,
    },
    /// Nothing is left to audit with.
    #[error("no rule is selected; `excluster rules` lists those there are")]
    NothingSelected,
}

/// The rules that a profile selects from a book, in order.
#[derive(Clone)]
pub struct Plan {
    rules: Vec<Arc<dyn Rule>>,
    fleet: Vec<Arc<dyn FleetRule>>,
    base: BaseProfile,
}

impl Plan {
    pub(crate) fn new(book: &RuleBook, profile: &Profile) -> Result<Self, ProfileError> {
        for selector in profile.select.iter().chain(&profile.ignore) {
            // A severity that no rule of the book has is no mistake.
            let is_severity = Severity::ALL.iter().any(|severity| severity.as_str() == selector.0);
            if !is_severity && !book.metas().into_iter().any(|rule| selector.names(rule)) {
                return Err(unknown_selector(book, &selector.0));
            }
        }
        let rules: Vec<_> =
            book.rules.iter().filter(|rule| profile.choice(rule.meta()).is_on()).cloned().collect();
        let fleet: Vec<_> =
            book.fleet.iter().filter(|rule| profile.choice(rule.meta()).is_on()).cloned().collect();
        if rules.is_empty() && fleet.is_empty() {
            Err(ProfileError::NothingSelected)
        } else {
            Ok(Self { rules, fleet, base: profile.base })
        }
    }

    /// The rules that look at one cluster at a time, by set and name.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &dyn Rule> {
        self.rules.iter().map(|rule| &**rule)
    }

    /// The rules that compare clusters, by set and name.
    pub fn fleet_rules(&self) -> impl ExactSizeIterator<Item = &dyn FleetRule> {
        self.fleet.iter().map(|rule| &**rule)
    }

    /// The named profile by whose words the rules judge.
    pub fn base(&self) -> BaseProfile {
        self.base
    }

    /// Whether a rule is among them.
    pub fn contains(&self, rule: &RuleMeta) -> bool {
        let mut metas = self.rules().map(Rule::meta).chain(self.fleet_rules().map(FleetRule::meta));
        metas.any(|other| std::ptr::eq(other, rule))
    }
}

fn unknown_selector(book: &RuleBook, selector: &str) -> ProfileError {
    let mut known = vec!["all".to_owned()];
    known.extend(Severity::ALL.map(|severity| severity.as_str().to_owned()));
    for meta in book.metas() {
        known.extend([meta.set.name.to_owned(), meta.name.to_owned(), meta.full_name()]);
        known.extend(meta.covers.iter().map(|&row| row.to_owned()));
    }
    ProfileError::UnknownSelector {
        selector: selector.to_owned(),
        suggestion: words::did_you_mean_suffix(selector, known.iter().map(String::as_str)),
    }
}
