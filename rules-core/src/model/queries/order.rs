//! Questions about the order of events.

use std::cmp::Ordering;

use super::{super::Set, Step};

impl Set<Step<'_>> {
    /// The steps in the order of events. Where the log leaves that order open, a time that would settle it is a gap.
    #[must_use]
    pub fn in_order(self) -> Self {
        let (mut steps, mut gaps) = self.into_parts();
        if steps.array_windows().all(|[one, next]| one.precedes(*next) == Some(true)) {
            return Self::new(steps, gaps);
        }
        steps.sort_by_key(|step| step.started().peek().map(|moment| moment.sort_key()));
        for [one, next] in steps.array_windows() {
            let order = match (one.started().peek(), next.started().peek()) {
                (Some(one), Some(next)) => one.order(*next),
                _ => None,
            };
            if !order.is_some_and(Ordering::is_le) {
                let untimed = [one, next].into_iter().find(|step| step.started().peek().is_none());
                gaps.push(untimed.unwrap_or(next).started().path());
            }
        }
        Self::new(steps, gaps)
    }
}
