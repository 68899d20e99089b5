//! Leaves of the model that are written as text: names, Windows paths, drive letters, addresses, moments.

use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    net::IpAddr,
    str::FromStr,
};

use jiff::{civil, tz::Offset};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    PathPattern,
    table::{LeafCheck, Reflect, Shape, Term, leaves},
};
use crate::input::json::{Fill, Filled, Json};

/// Whether two names are the same to Windows, which compares them without case.
#[inline]
pub fn same_name(a: &str, b: &str) -> bool {
    // Most names that differ do so at their ends: `EVS1 IP`, `EVS1 Name`.
    if let ([.., last], [.., other]) = (a.as_bytes(), b.as_bytes())
        && last.is_ascii()
        && other.is_ascii()
        && !last.eq_ignore_ascii_case(other)
    {
        return false;
    }
    same_within(a, b)
}

/// The same for names whose last characters do not differ.
fn same_within(a: &str, b: &str) -> bool {
    if a.len() == b.len()
        && (a == b || (!differ_within(a.as_bytes(), b.as_bytes()) && a.eq_ignore_ascii_case(b)))
    {
        return true;
    }
    !a.is_ascii()
        && !b.is_ascii()
        && a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

/// Whether names of one length are seen to differ, as ASCII, where eight or four characters are looked at at once.
fn differ_within(a: &[u8], b: &[u8]) -> bool {
    // The two cases of a letter differ in one bit.
    const CASE: u64 = 0x2020_2020_2020_2020;
    let eight = |a: &[u8; 8], b: &[u8; 8]| (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)) & !CASE != 0;
    let four =
        |a: &[u8; 4], b: &[u8; 4]| u64::from(u32::from_ne_bytes(*a) ^ u32::from_ne_bytes(*b)) & !CASE != 0;
    if let (Some(end), Some(other)) = (a.last_chunk(), b.last_chunk()) {
        return eight(end, other) || a.as_chunks().0.iter().zip(b.as_chunks().0).any(|(a, b)| eight(a, b));
    }
    let (ends, begins) = (a.last_chunk().zip(b.last_chunk()), a.first_chunk().zip(b.first_chunk()));
    ends.into_iter().chain(begins).any(|(a, b)| four(a, b))
}

/// The name of a thing: compared without case, as clusters do; printed as written.
#[derive(Clone, Default)]
pub struct Name(String);

impl Name {
    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        same_name(&self.0, &other.0)
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        same_name(&self.0, other)
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Folded(&self.0).hash(state);
    }
}

/// A name for a hash: names that are the same have the same one.
pub(super) struct Folded<'t>(pub(super) &'t str);

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if !self.0.is_ascii() {
            return self.0.chars().flat_map(char::to_lowercase).for_each(|character| character.hash(state));
        }
        let mut lowered = [0; 32];
        for piece in self.0.as_bytes().chunks(lowered.len()) {
            let lowered = &mut lowered[..piece.len()];
            lowered.copy_from_slice(piece);
            lowered.make_ascii_lowercase();
            state.write(lowered);
        }
        state.write_u8(0xff);
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0.is_ascii() && other.0.is_ascii() {
            let lowered = |byte: u8| byte.to_ascii_lowercase();
            return self.0.bytes().map(lowered).cmp(other.0.bytes().map(lowered));
        }
        let lowered = self.0.chars().flat_map(char::to_lowercase);
        // As `same_name` has it, no name in ASCII is the same as one that is not.
        lowered
            .cmp(other.0.chars().flat_map(char::to_lowercase))
            .then_with(|| self.0.is_ascii().cmp(&other.0.is_ascii()))
    }
}

/// Text types around a `String`: conversions, printing, reading in place.
macro_rules! around_string {
    ($Text:ident, $schema:tt, $check:expr) => {
        impl From<&str> for $Text {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $Text {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $Text {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $Text {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $Text {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut text = Self::default();
                Self::deserialize_in_place(deserializer, &mut text)?;
                Ok(text)
            }

            fn deserialize_in_place<D: Deserializer<'de>>(
                deserializer: D,
                place: &mut Self,
            ) -> Result<(), D::Error> {
                String::deserialize_in_place(deserializer, &mut place.0)?;
                let check: fn(&str) -> Result<(), &'static str> = $check;
                check(&place.0).map_err(de::Error::custom)
            }
        }

        impl Fill for $Text {
            fn fill(&mut self, json: &mut Json<'_>) -> Filled {
                self.0.fill(json)?;
                let check: fn(&str) -> Result<(), &'static str> = $check;
                check(&self.0).ok()
            }
        }

        impl Serialize for $Text {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl JsonSchema for $Text {
            fn schema_name() -> Cow<'static, str> {
                stringify!($Text).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }

        impl Reflect for $Text {
            fn name(&self) -> Option<&str> {
                Some(&self.0)
            }
        }

        impl Term for $Text {
            const SHAPE: Shape = Shape::Leaf(LeafCheck::of::<Self>());
        }
    };
}

around_string!(Name, { "type": "string", "description": "A name. Names compare without case." }, |_| Ok(()));

/// A path or file name of Windows, without control characters: compared without case and without a trailing backslash.
#[derive(Clone, Default, Eq)]
pub struct WindowsPath(String);

around_string!(
    WindowsPath,
    {
        "type": "string",
        "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
        "description": "A path of Windows, with a drive letter or as \\\\server\\share.",
    },
    |path| if path.bytes().any(|byte| byte.is_ascii_control()) {
        Err("a path of Windows with a control character; in TOML, write paths in single quotes: 'D:\\Exchsrvr'")
    } else {
        Ok(())
    }
);

impl WindowsPath {
    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The drive that the path is on, if it names one.
    pub fn drive(&self) -> Option<DriveLetter> {
        let (letter, rest) = self.0.split_at_checked(1)?;
        rest.starts_with(':').then(|| letter.parse().ok()).flatten()
    }

    /// Whether the path is a share on another computer (`\\computer\share`).
    pub fn is_unc(&self) -> bool {
        self.0.starts_with(r"\\")
    }

    /// The computer of a path that is a share on another one.
    pub fn computer(&self) -> Option<&str> {
        let computer = self.0.strip_prefix(r"\\")?.split('\\').next()?;
        (!computer.is_empty()).then_some(computer)
    }

    /// Whether the path is a folder or lies in it.
    pub fn is_within(&self, folder: &Self) -> bool {
        let (folder, path) = (folder.trimmed(), self.trimmed());
        path.split_at_checked(folder.len()).is_some_and(|(start, rest)| {
            same_name(start, folder) && (rest.is_empty() || rest.starts_with('\\'))
        })
    }

    fn trimmed(&self) -> &str {
        self.0.trim_end_matches('\\')
    }
}

impl PartialEq for WindowsPath {
    fn eq(&self, other: &Self) -> bool {
        same_name(self.trimmed(), other.trimmed())
    }
}

/// Text types that are parsed: reading and writing by `FromStr` and `Display`.
macro_rules! parsed {
    ($Text:ident, $schema:tt) => {
        impl<'de> Deserialize<'de> for $Text {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Parse;

                impl de::Visitor<'_> for Parse {
                    type Value = $Text;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(<$Text>::WHAT)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$Text, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Parse)
            }
        }

        impl Fill for $Text {
            fn fill(&mut self, json: &mut Json<'_>) -> Filled {
                *self = json.text()?.parse().ok()?;
                Some(())
            }
        }

        impl Serialize for $Text {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl JsonSchema for $Text {
            fn schema_name() -> Cow<'static, str> {
                stringify!($Text).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// What is wrong with a text that had to be of a certain form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct TextError {
    text: String,
    expected: &'static str,
}

impl TextError {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: crate::words::shortened(text).into_owned(), expected }
    }
}

/// The letter of a drive, `A` to `Z`; also read as `S:` or `S:\`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DriveLetter(char);

impl DriveLetter {
    const WHAT: &'static str = "a drive letter such as `S`";

    /// How many drive letters there are.
    pub const COUNT: usize = 26;

    /// The next letter of the alphabet; none after `Z`.
    pub fn following(self) -> Option<Self> {
        (self.0 < 'Z').then(|| Self(char::from(self.0 as u8 + 1)))
    }
}

impl Default for DriveLetter {
    fn default() -> Self {
        Self('C')
    }
}

impl FromStr for DriveLetter {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let letter = text.strip_suffix('\\').unwrap_or(text);
        let letter = letter.strip_suffix(':').unwrap_or(letter);
        match letter.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => Ok(Self(char::from(letter.to_ascii_uppercase()))),
            _ => Err(TextError::new(text, Self::WHAT)),
        }
    }
}

impl fmt::Display for DriveLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

parsed!(DriveLetter, { "type": "string", "pattern": "^[A-Za-z](:\\\\?)?$", "description": "The letter of a drive, for example \"S\"." });

/// An IP address, with the length of its network's prefix where that is known: `192.0.2.21/24`, also read with a
/// mask (`192.0.2.21/255.255.255.0`). A network is written as its lowest address with a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// The length of the network's prefix in bits.
    pub prefix: Option<u8>,
}

impl Address {
    const WHAT: &'static str = "an IP address such as `192.0.2.21` or `192.0.2.21/24`";

    /// The network that the address is in, where its prefix is known.
    pub fn network(self) -> Option<Self> {
        let prefix = self.prefix?;
        let ip = match self.ip {
            IpAddr::V4(ip) => IpAddr::V4((u32::from(ip) & mask_v4(prefix)).into()),
            IpAddr::V6(ip) => IpAddr::V6(
                (u128::from(ip) & u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)).into(),
            ),
        };
        Some(Self { ip, prefix: Some(prefix) })
    }

    /// Whether this network holds an address; `None` where this one's prefix is not known. It holds none of the other
    /// version of IP.
    pub fn holds(self, ip: IpAddr) -> Option<bool> {
        let network = self.network()?;
        Some(self.is_same_version(ip) && Self { ip, prefix: self.prefix }.network()? == network)
    }

    /// Whether this and an address are both IPv4 or both IPv6.
    pub fn is_same_version(self, ip: IpAddr) -> bool {
        self.ip.is_ipv4() == ip.is_ipv4()
    }
}

fn mask_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

impl Default for Address {
    fn default() -> Self {
        Self { ip: IpAddr::from([0, 0, 0, 0]), prefix: None }
    }
}

impl FromStr for Address {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::new(text, Self::WHAT);
        let (ip, prefix) = text.split_once('/').map_or((text, None), |(ip, prefix)| (ip, Some(prefix)));
        let ip: IpAddr = ip.trim().parse().map_err(|_| wrong())?;
        let longest = if ip.is_ipv4() { 32 } else { 128 };
        let prefix = prefix
            .map(|prefix| match prefix.parse::<u8>() {
                Ok(prefix) if prefix <= longest => Ok(prefix),
                Ok(_) => Err(wrong()),
                Err(_) => {
                    let mask = u32::from(prefix.parse::<std::net::Ipv4Addr>().map_err(|_| wrong())?);
                    let prefix = u8::try_from(mask.leading_ones()).expect("a mask has 32 bits");
                    if ip.is_ipv4() && mask == mask_v4(prefix) { Ok(prefix) } else { Err(wrong()) }
                }
            })
            .transpose()?;
        Ok(Self { ip, prefix })
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self { ip, prefix: None }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            Some(prefix) => write!(f, "{}/{prefix}", self.ip),
            None => write!(f, "{}", self.ip),
        }
    }
}

parsed!(Address, {
    "type": "string",
    "pattern": "^\\s*[0-9A-Fa-f:.]+\\s*(/[0-9.]+)?$",
    "description": "An IP address, with the length of the network's prefix where known: \"192.0.2.21/24\".",
});

/// A moment as setup logs give it: RFC 3339, the offset optional (old logs are in local time), the time of day
/// optional (`2005-03-01`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Moment {
    clock: civil::DateTime,
    offset: Option<Offset>,
    whole_day: bool,
}

impl Moment {
    const WHAT: &'static str =
        "a moment such as `2005-03-01T09:00:00`, `2005-03-01T09:00:00+01:00` or `2005-03-01`";

    /// Whether the moment says how far its clock is from UTC.
    pub fn has_offset(self) -> bool {
        self.offset.is_some()
    }

    /// The order of two moments, where it can be told: not between a moment with and one without an offset, and not
    /// between a day and a time on that day.
    pub fn order(self, other: Self) -> Option<Ordering> {
        let order = match (self.offset, other.offset) {
            (None, None) => self.clock.cmp(&other.clock),
            (Some(offset), Some(other_offset)) => {
                offset.to_timestamp(self.clock).ok()?.cmp(&other_offset.to_timestamp(other.clock).ok()?)
            }
            _ => return None,
        };
        let same_day = self.clock.date() == other.clock.date();
        if (self.whole_day || other.whole_day) && same_day { None } else { Some(order) }
    }

    /// A total order for sorting, which is that of [`order`](Self::order) wherever there is one: the clock, of UTC where
    /// the offset is known.
    pub(crate) fn sort_key(self) -> civil::DateTime {
        let utc = self.offset.and_then(|offset| offset.to_timestamp(self.clock).ok());
        utc.map_or(self.clock, |utc| Offset::UTC.to_datetime(utc))
    }
}

impl FromStr for Moment {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::new(text, Self::WHAT);
        // RFC 3339 only: four-digit years, `-` and `:` in their places, no brackets with the name of a time zone.
        let bytes = text.as_bytes();
        if !bytes.is_ascii()
            || bytes.len() > 40
            || bytes.get(4) != Some(&b'-')
            || bytes.get(7) != Some(&b'-')
            || text.contains('[')
        {
            return Err(wrong());
        }
        if bytes.len() == 10 {
            let date: civil::Date = text.parse().map_err(|_| wrong())?;
            return Ok(Self { clock: date.into(), offset: None, whole_day: true });
        }
        let pieces = jiff::fmt::temporal::Pieces::parse(text).map_err(|_| wrong())?;
        let time = pieces.time().ok_or_else(wrong)?;
        Ok(Self {
            clock: pieces.date().to_datetime(time),
            offset: pieces.to_numeric_offset(),
            whole_day: false,
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.whole_day {
            return write!(f, "{}", self.clock.date());
        }
        write!(f, "{}", self.clock)?;
        match self.offset {
            None => Ok(()),
            Some(offset) if offset == Offset::UTC => f.write_str("Z"),
            Some(offset) => {
                let seconds = offset.seconds();
                let sign = if seconds < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
            }
        }
    }
}

parsed!(Moment, {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?$",
    "description": "A moment in RFC 3339, the offset and the time of day optional: \"2005-03-01T09:00:00\".",
});

/// The version of the definition format: `cluster/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Format;

impl Format {
    /// The only format so far, as written.
    pub const NEWEST: &'static str = "cluster/1";
    const WHAT: &'static str = "`cluster/1`";
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == Self::NEWEST {
            Ok(Self)
        } else if text.starts_with("cluster/") {
            Err(format!(
                "the format `{}` is not known here; the newest one known is `{}`: get a newer excluster, or save the file in that format",
                crate::words::shortened(text),
                Self::NEWEST
            ))
        } else {
            Err(format!(
                "`{}` is not the format of a cluster definition, `{}`",
                crate::words::shortened(text),
                Self::NEWEST
            ))
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NEWEST)
    }
}

parsed!(Format, { "type": "string", "const": "cluster/1", "description": "The kind and version of the file." });

impl FromStr for PathPattern {
    type Err = super::PathSyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PathPattern {
    const WHAT: &'static str = "a path such as `groups[EVS1 Group].resources`";
}

parsed!(PathPattern, {
    "type": "string",
    "pattern": "^[a-z]",
    "description": "A path by names: \"groups[EVS1 Group].resources\"; [*] is every element of a list.",
});

leaves!(DriveLetter, Address, Moment, Format, PathPattern);

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{Address, DriveLetter, Moment, Name, WindowsPath, same_name};

    #[test]
    fn names_of_any_length_are_compared_to_their_ends() {
        let name = "Exchange System Attendant (EVS1)";
        for length in 1..=name.len() {
            let name = &name[..length];
            assert!(same_name(name, &name.to_uppercase()), "{name}");
            for place in 0..length {
                let mut other = name.to_owned();
                other.replace_range(place..=place, "?");
                assert!(!same_name(name, &other), "{name} {other}");
            }
        }
        assert!(!same_name("svc@corp", "svc`corp"), "they differ as the two cases of a letter do");
        assert!(same_name("\u{212a}abcdefghij-k", "kabcdefghij-\u{212a}"), "the sign for kelvin is a k");
    }

    #[test]
    fn names_order_as_they_compare() {
        let names = ["EVS1", "evs1", "EVS2", "Zürich", "ZÜRICH", "k", "\u{212a}", ""].map(Name::from);
        for one in &names {
            for other in &names {
                assert_eq!(one.cmp(other) == Ordering::Equal, one == other, "{one} {other}");
                assert_eq!(one.cmp(other), other.cmp(one).reverse(), "{one} {other}");
            }
        }
        assert!(names[0] < names[2] && names[0] < names[3]);
    }

    #[test]
    fn names_compare_without_case_in_every_script() {
        for (a, b) in [("EVS1", "evs1"), ("Zürich", "ZÜRICH"), ("", ""), ("ΣΑΣ", "σασ")] {
            assert!(same_name(a, b), "{a} {b}");
        }
        for (a, b) in [("EVS1", "EVS2"), ("EVS1", "EVS1 "), ("", "a"), ("Zürich", "Zurich"), ("aXb", "aYb")]
        {
            assert!(!same_name(a, b), "{a} {b}");
        }
        assert_eq!(Name::from("Node1").cmp(&Name::from("NODE1")), Ordering::Equal);
    }

    #[test]
    fn paths_of_windows_know_their_drive_and_what_is_in_them() {
        let path = |text: &str| WindowsPath::from(text);
        assert_eq!(path(r"s:\Exchsrvr").drive(), "S".parse::<DriveLetter>().ok());
        assert_eq!((path(r"\\HUB1\share").drive(), path(r"\\HUB1\share").is_unc()), (None, true));
        assert_eq!(path(r"\\HUB1\share").computer(), Some("HUB1"));
        assert_eq!((path(r"\\").computer(), path(r"S:\share").computer()), (None, None));
        assert_eq!(path(r"D:\Exchsrvr\"), path(r"d:\exchsrvr"));
        assert!(path(r"D:\Exchsrvr\mdbdata").is_within(&path(r"d:\exchsrvr\")));
        assert!(!path(r"D:\Exchsrvr2").is_within(&path(r"D:\Exchsrvr")));
    }

    #[test]
    fn letters_follow_each_other_up_to_z() {
        let letter = |text: &str| text.parse::<DriveLetter>().unwrap();
        assert_eq!(letter("s:").following(), Some(letter("T")));
        assert_eq!(letter("Z").following(), None);
    }

    #[test]
    fn addresses_are_read_with_prefix_or_mask_and_know_their_network() {
        let address = |text: &str| text.parse::<Address>();
        assert_eq!(address("192.0.2.21/255.255.255.0"), address("192.0.2.21/24"));
        assert_eq!(address("192.0.2.21/24").unwrap().network(), address("192.0.2.0/24").ok());
        assert_eq!(address("2001:db8::1/64").unwrap().network(), address("2001:db8::/64").ok());
        assert_eq!(address("0.0.0.0/0").unwrap().holds("203.0.113.9".parse().unwrap()), Some(true));
        assert_eq!(address("192.0.2.0").unwrap().holds("192.0.2.1".parse().unwrap()), None);
        assert_eq!(address("2001:db8::/64").unwrap().holds("192.0.2.1".parse().unwrap()), Some(false));
        assert_eq!(address("0.0.0.0/0").unwrap().holds("2001:db8::1".parse().unwrap()), Some(false));
        for wrong in ["192.0.2", "192.0.2.1/33", "192.0.2.1/255.0.255.0", "192.0.2.1/", "host"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn moments_have_an_order_only_where_it_can_be_told() {
        let order = |a: &str, b: &str| a.parse::<Moment>().unwrap().order(b.parse().unwrap());
        assert_eq!(order("2005-03-01T09:00:00", "2005-03-01T10:00:00"), Some(Ordering::Less));
        assert_eq!(order("2005-03-01T09:00:00+02:00", "2005-03-01T08:00:00Z"), Some(Ordering::Less));
        assert_eq!(order("2005-03-01T09:00:00", "2005-03-01T09:00:00Z"), None, "one without an offset");
        assert_eq!(order("2005-03-01", "2005-03-01T09:00:00"), None, "some time on that day");
        assert_eq!(order("2005-03-01", "2005-03-02T00:00:00"), Some(Ordering::Less));
        for text in ["2005-03-01", "2005-03-01T09:00:00", "2005-03-01T09:00:00+01:30", "2005-03-01T09:00:00Z"]
        {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        for wrong in
            ["2005-3-1", "01.03.2005", "2005-02-30", "2005-03-01T25:00:00", "2005-03-01T09:00[Europe/Berlin]"]
        {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}
