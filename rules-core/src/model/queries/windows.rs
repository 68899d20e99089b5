//! Questions about the Windows of a computer.

use super::super::{At, Windows};

impl<'a> At<'a, Windows> {
    /// Whether an update is installed, by the number of its article in the Knowledge Base: `KB921181`, `Q921181` or the
    /// number alone.
    pub fn has_update(self, number: u32) -> At<'a, bool> {
        let updates = self.updates();
        let listed = updates.members();
        let is_it = |name: &str| {
            let digits = name.trim_start_matches(|first: char| !first.is_ascii_digit());
            let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
            digits[..end].parse() == Ok(number)
        };
        let answer = if listed.peek().iter().filter_map(|name| name.peek()).any(|name| is_it(name.as_str())) {
            Some(&true)
        } else {
            listed.is_complete().then_some(&false)
        };
        At::new(self.root(), updates.path(), answer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Node, Windows};

    #[test]
    fn an_update_is_known_by_its_number() {
        let has = |windows: Windows| {
            let cluster = Cluster::new("MAILCLU1").nodes([Node::default().windows(windows)]);
            let node = cluster.view().nodes().members().peek()[0];
            node.windows().has_update(898_060).peek().copied()
        };
        let with = |update: &str| has(Windows::default().updates([update.into()]));
        assert_eq!(with("KB898060"), Some(true));
        assert_eq!(with("Q898060"), Some(true));
        assert_eq!(with("898060-v3"), Some(true));
        assert_eq!(with("KB8980601"), Some(false));
        assert_eq!(with("tcpip.sys"), Some(false));
        assert_eq!(has(Windows::default()), None);
    }
}
