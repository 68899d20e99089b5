//! The dependencies of Windows 2008 and later, which are expressions: `[A] and ([B] or [C])`.

use crate::registry::{Data, Key};

/// What a dependency requires: of each inner list, one.
pub(super) type Clauses<'k> = Vec<Vec<&'k str>>;

/// What a key below `Dependencies` requires, by the ids of resources. `None` where it is not understood.
///
/// No document names the values; they are taken for what their names and types suggest. A list of several ids alone
/// does not say whether all of them are required or one.
pub(super) fn providers(dependency: &Key) -> Option<Clauses<'_>> {
    dependency.values.iter().find_map(|value| {
        let name = value.name.to_lowercase().replace(' ', "");
        match &value.data {
            _ if name != "expression" && !name.starts_with("provider") => None,
            Data::Text(expression) => clauses(expression),
            Data::MultiText(ids) => match ids.as_slice() {
                [only] => Some(vec![vec![only.as_str()]]),
                _ => None,
            },
            _ => None,
        }
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Id(&'t str),
    And,
    Or,
    Open,
    Close,
}

/// Reads an expression that is a conjunction of alternatives, as the tools of Windows 2008 show it.
fn clauses(expression: &str) -> Option<Clauses<'_>> {
    let tokens = tokens(expression)?;
    conjunction(&tokens).or_else(|| match tokens.as_slice() {
        [Token::Open, inner @ .., Token::Close] => conjunction(inner),
        _ => None,
    })
}

fn conjunction<'t>(tokens: &[Token<'t>]) -> Option<Clauses<'t>> {
    let is_alone = !tokens.contains(&Token::And);
    tokens
        .split(|token| *token == Token::And)
        .map(|clause| match clause {
            [Token::Id(id)] => Some(vec![*id]),
            [Token::Open, alternatives @ .., Token::Close] => disjunction(alternatives),
            alternatives if is_alone => disjunction(alternatives),
            _ => None,
        })
        .collect()
}

fn disjunction<'t>(tokens: &[Token<'t>]) -> Option<Vec<&'t str>> {
    tokens
        .split(|token| *token == Token::Or)
        .map(|alternative| match alternative {
            [Token::Id(id)] => Some(*id),
            _ => None,
        })
        .collect()
}

fn tokens(expression: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim();
    while !rest.is_empty() {
        let (token, after) = match rest.as_bytes()[0] {
            b'(' => (Token::Open, &rest[1..]),
            b')' => (Token::Close, &rest[1..]),
            b'[' => {
                let (id, after) = rest[1..].split_once(']')?;
                (Token::Id(id.trim()), after)
            }
            _ => {
                let end = rest.find(|character: char| !character.is_alphanumeric() && character != '-');
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                let token = match word.to_ascii_lowercase().as_str() {
                    "" => return None,
                    "and" => Token::And,
                    "or" => Token::Or,
                    _ => Token::Id(word),
                };
                (token, after)
            }
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read() {
        let read = [
            ("[A]", vec![vec!["A"]]),
            ("a-1", vec![vec!["a-1"]]),
            ("[A] and [B]", vec![vec!["A"], vec!["B"]]),
            ("([A] and [B])", vec![vec!["A"], vec!["B"]]),
            ("[A] or [B]", vec![vec!["A", "B"]]),
            ("([A] OR [B])", vec![vec!["A", "B"]]),
            ("[A] and ([B] or [C])", vec![vec!["A"], vec!["B", "C"]]),
            ("([A]or[B])and([C]or[D])", vec![vec!["A", "B"], vec!["C", "D"]]),
        ];
        for (expression, expected) in read {
            assert_eq!(clauses(expression), Some(expected), "{expression}");
        }
    }

    #[test]
    fn other_forms_are_not_guessed_at() {
        for expression in [
            "",
            "[A",
            "[A] [B]",
            "[A] and",
            "[A] and [B] or [C]",
            "([A] and [B]) or [C]",
            "((A)",
            "A & B",
            "()",
        ] {
            assert_eq!(clauses(expression), None, "{expression}");
        }
    }
}
