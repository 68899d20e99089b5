//! Command lines, quoted for cmd.exe.

use std::{borrow::Cow, fmt};

/// A value of a step: given by the definition, or to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// As the definition has it.
    Given(String),
    /// Not known.
    Blank {
        /// The variable that stands for it, in capitals: `EVS1_ADDRESS`.
        name: String,
        /// What it is, in a few words.
        what: String,
    },
}

impl Value {
    /// What is known, or a blank of this name.
    pub fn or_blank(known: Option<impl Into<String>>, name: &str, what: &str) -> Self {
        match known {
            Some(known) => Self::Given(known.into()),
            None => Self::Blank { name: variable(name), what: what.to_owned() },
        }
    }
}

impl From<&str> for Value {
    fn from(given: &str) -> Self {
        Self::Given(given.to_owned())
    }
}

impl From<String> for Value {
    fn from(given: String) -> Self {
        Self::Given(given)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(given) => f.write_str(given),
            Self::Blank { name, .. } => write!(f, "%{name}%"),
        }
    }
}

/// A name as cmd.exe takes one for a variable. A digit in front would be taken for an argument of the script.
fn variable(name: &str) -> String {
    let character = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' };
    let front = if name.starts_with(|it: char| it.is_ascii_digit()) { "_" } else { "" };
    front.chars().chain(name.chars().map(character)).collect()
}

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    parts: Vec<(Cow<'static, str>, Option<Value>)>,
}

impl CommandLine {
    /// A program, with the words that follow it.
    pub fn of(program: &'static str) -> Self {
        Self { parts: vec![(program.into(), None)] }
    }

    /// A word as it is: `/create`. One that begins with a colon ends the word before it: `Names="Mail server":MULTISTR`.
    #[must_use]
    pub fn word(mut self, word: &'static str) -> Self {
        self.parts.push((word.into(), None));
        self
    }

    /// A value.
    #[must_use]
    pub fn value(self, value: impl Into<Value>) -> Self {
        self.option("", value)
    }

    /// A value behind a word: `/group:"EVS1 Group"`.
    #[must_use]
    pub fn option(mut self, word: &'static str, value: impl Into<Value>) -> Self {
        self.parts.push((word.into(), Some(value.into())));
        self
    }

    /// Values behind a word, with commas between them: `/setowners:NODE1,NODE2`.
    #[must_use]
    pub fn list<V: Into<Value>>(self, word: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        let words = std::iter::once(word).chain(std::iter::repeat(","));
        values.into_iter().zip(words).fold(self, |line, (value, word)| line.option(word, value))
    }

    /// The values to be filled in.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.parts.iter().filter_map(|(_, value)| value.as_ref())
    }

    /// The same command with other values.
    #[must_use]
    pub fn map(self, mut change: impl FnMut(Value) -> Value) -> Self {
        let parts = self.parts.into_iter().map(|(word, value)| (word, value.map(&mut change)));
        Self { parts: parts.collect() }
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (word, value)) in self.parts.iter().enumerate() {
            let space = if index == 0 || word.starts_with([',', ':']) { "" } else { " " };
            write!(f, "{space}{word}")?;
            match value {
                None => {}
                Some(value) if is_plain(value) => write!(f, "{value}")?,
                Some(value) => write!(f, "\"{value}\"")?,
            }
        }
        Ok(())
    }
}

/// Whether a value needs no quotes: cmd.exe and the program see one word, and nothing special in it.
fn is_plain(value: &Value) -> bool {
    let Value::Given(given) = value else { return false };
    let plain =
        |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | ':' | '\\' | '/' | '$');
    !given.is_empty() && given.chars().all(plain)
}

/// Whether a value can stand between quotes on a command line: cmd.exe puts variables for what is between percent signs
/// even there, a quote ends the value, and a backslash before the closing quote takes it in.
pub fn can_be_quoted(value: &str) -> bool {
    let bad = |it: char| matches!(it, '"' | '%' | '!' | '^') || it.is_control();
    !value.contains(bad) && (is_plain(&value.into()) || !value.ends_with('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_argument() {
        let line = CommandLine::of("cluster")
            .word("res")
            .value("EVS1 IP")
            .word("/create")
            .option("/group:", "EVS1 Group")
            .option("Address=", Value::or_blank(None::<String>, "EVS1 address", "the address of `EVS1`"))
            .option("Network=", "A & B");
        assert_eq!(
            line.to_string(),
            r#"cluster res "EVS1 IP" /create /group:"EVS1 Group" Address="%EVS1_ADDRESS%" Network="A & B""#
        );
        assert_eq!(CommandLine::of("setup").option("/cn:", "CMS1").to_string(), "setup /cn:CMS1");
        let line = CommandLine::of("cluster").list("/setnetpriority:", ["Heartbeat", "Public 1"]);
        assert_eq!(line.to_string(), r#"cluster /setnetpriority:Heartbeat,"Public 1""#);
        let line = CommandLine::of("cluster").option("Names=", "A B").word(":MULTISTR");
        assert_eq!(line.to_string(), r#"cluster Names="A B":MULTISTR"#);
    }

    #[test]
    fn a_variable_is_no_argument_of_a_script() {
        let line = CommandLine::of("ping").value(Value::or_blank(None::<String>, "2MAIL address", ""));
        assert_eq!(line.to_string(), r#"ping "%_2MAIL_ADDRESS%""#);
        assert_eq!(line.map(|_| "192.0.2.1".into()).to_string(), "ping 192.0.2.1");
    }

    #[test]
    fn what_cannot_be_quoted_is_told() {
        for good in ["EVS1", "EVS 1", r"D:\Exchsrvr", "R&D", "Büro", r"D:\"] {
            assert!(can_be_quoted(good), "{good}");
        }
        for bad in ["a\"b", "%PATH%", "a\nb", r"D:\My Data\", "a^b", "hey!"] {
            assert!(!can_be_quoted(bad), "{bad}");
        }
    }
}
