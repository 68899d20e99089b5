//! Questions about the setup log.

use std::{cmp::Ordering, ops::Deref};

use super::super::{At, ClusterRef, Set, SetupAction, SetupStep};

/// A step of the setup log, with its place in the order of events.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    entry: At<'a, SetupStep>,
    place: usize,
    /// No time in the log contradicts the order in which it is written.
    written_in_order: bool,
}

impl<'a> ClusterRef<'a> {
    /// The steps of the setup log that were done, as written.
    pub fn log(self) -> Set<Step<'a>> {
        let entries = self.setup().members();
        let times: Vec<_> = entries.peek().iter().filter_map(|entry| entry.started().peek()).collect();
        let written_in_order =
            times.windows(2).all(|pair| pair[0].order(*pair[1]) != Some(Ordering::Greater));
        let mut place = 0;
        entries.filter(|entry| entry.failed_step().peek().is_none()).map(|entry| {
            place += 1;
            Step { entry, place, written_in_order }
        })
    }

    /// The steps of one kind. An entry that does not say what was done is a gap.
    pub fn steps(self, action: SetupAction) -> Set<Step<'a>> {
        self.log().whose(|step| step.entry.step(), |other| *other == action)
    }
}

impl<'a> Step<'a> {
    /// Whether this step was begun before another one.
    ///
    /// Their times decide where both have one and they compare. Otherwise the log counts as written in order, unless
    /// its times show that it is not: then the answer is not known.
    pub fn precedes(self, other: Step<'a>) -> Option<bool> {
        let by_time = match (self.entry.started().peek(), other.entry.started().peek()) {
            (Some(this), Some(that)) => this.order(*that),
            _ => None,
        };
        match by_time {
            Some(Ordering::Less) => Some(true),
            Some(Ordering::Greater) => Some(false),
            Some(Ordering::Equal) => Some(self.place < other.place),
            None => self.written_in_order.then_some(self.place < other.place),
        }
    }

    /// Whether this step and another one ran at the same time at some moment.
    pub fn overlaps(self, other: Step<'a>) -> Option<bool> {
        let ends_before = |first: Step<'a>, second: Step<'a>| match (
            first.entry.finished().peek(),
            second.entry.started().peek(),
        ) {
            (Some(end), Some(start)) => end.order(*start).map(Ordering::is_le),
            _ => None,
        };
        match (ends_before(self, other), ends_before(other, self)) {
            (Some(true), _) | (_, Some(true)) => Some(false),
            (Some(false), Some(false)) => Some(true),
            _ => None,
        }
    }
}

/// The entry's facts.
impl<'a> Deref for Step<'a> {
    type Target = At<'a, SetupStep>;

    fn deref(&self) -> &Self::Target {
        &self.entry
    }
}
