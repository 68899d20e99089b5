//! Words that people type: suggestions for those that are not known.

/// No word that anybody mistypes is longer, in bytes; comparing takes time that grows with the length.
const LONGEST_WORD: usize = 100;

/// The candidate that a mistyped word most likely stands for, if one is close enough.
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// `; did you mean …?` for a message about an unknown word, or nothing.
pub fn did_you_mean_suffix<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    closest(word, candidates).map(|candidate| format!("; did you mean `{candidate}`?")).unwrap_or_default()
}

/// A list for a message: `` `a`, `b` or `c` ``.
pub fn alternatives<'c>(words: impl IntoIterator<Item = &'c str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The most of a name that a message shows, in bytes.
pub const LONGEST_NAME: usize = 32 * 1024;

/// A text of the definition as a message shows it: whole, or cut at [`LONGEST_NAME`] with its length.
pub fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= LONGEST_NAME {
        return text.into();
    }
    let kept = &text[..text.floor_char_boundary(LONGEST_NAME)];
    format!("{kept}… ({} bytes)", text.len()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        assert_eq!(closest("domian", ["name", "domain", "site"]), Some("domain"));
        assert_eq!(closest("Domain", ["name", "domain", "site"]), Some("domain"));
        assert_eq!(closest("zzz", ["name", "domain", "site"]), None);
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let long = "é".repeat(LONGEST_NAME);
        let shown = shortened(&long);
        assert!(shown.len() < LONGEST_NAME + 40 && shown.ends_with("(65536 bytes)"), "{}", shown.len());
        assert_eq!(shortened("EVS1"), "EVS1");
    }
}
