//! Bytes to text: BOM, UTF-8, UTF-16, and what is neither.

use std::{borrow::Cow, io};

use super::InputError;

/// The text of some bytes: UTF-8 with or without a BOM, or UTF-16 with one.
///
/// # Errors
/// Bytes that are no text: broken UTF-8 or UTF-16, or a NUL character, with its place.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, InputError> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_be_bytes)?),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(from_utf8(rest)?),
        _ => Cow::Borrowed(from_utf8(bytes)?),
    };
    match memchr::memchr(0, text.as_bytes()) {
        None => Ok(text),
        Some(at) => Err(InputError::new(
            "a NUL character: this is no text, or UTF-16 without a byte order mark",
            "save it as UTF-8, or as UTF-16 with a byte order mark",
        )
        .at(&text, at..at + 1)),
    }
}

fn from_utf8(bytes: &[u8]) -> Result<&str, InputError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let good = String::from_utf8_lossy(&bytes[..at]);
        InputError::new(
            format!("the byte 0x{:02x} is not UTF-8", bytes[at]),
            "save the file as UTF-8; Windows' own code pages are not readable everywhere",
        )
        .at(&good, at..at)
    })
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, InputError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    for character in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        match character {
            Ok(character) => text.push(character),
            Err(error) => {
                let at = text.len();
                let message = format!("half a character, 0x{:04x}, in UTF-16", error.unpaired_surrogate());
                return Err(InputError::new(message, "restore the file from where it came").at(&text, at..at));
            }
        }
    }
    if odd.is_empty() {
        Ok(text)
    } else {
        let at = text.len();
        Err(InputError::new(
            "UTF-16 with an odd number of bytes",
            "the file was cut off: restore it from where it came",
        )
        .at(&text, at..at))
    }
}

/// A reader that gives UTF-8 for UTF-16 with a BOM, and anything else as it is, without its UTF-8 BOM: for NDJSON that
/// is read as a stream. A half character becomes U+FFFD.
#[derive(Debug)]
pub struct Utf16Reader<R> {
    inner: R,
    unit: Option<fn([u8; 2]) -> u16>,
    started: bool,
    /// Bytes read and not yet decoded, and text decoded and not yet handed out.
    raw: Vec<u8>,
    ready: Vec<u8>,
    high: Option<u16>,
}

impl<R: io::Read> Utf16Reader<R> {
    /// Wraps a reader.
    pub fn new(inner: R) -> Self {
        Self { inner, unit: None, started: false, raw: Vec::new(), ready: Vec::new(), high: None }
    }

    /// Looks at the first bytes for a BOM.
    fn start(&mut self) -> io::Result<()> {
        self.started = true;
        let mut first = [0; 3];
        let mut length = 0;
        while length < 3 {
            match self.inner.read(&mut first[length..]) {
                Ok(0) => break,
                Ok(more) => length += more,
                // What was read so far is not to be lost.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        match &first[..length] {
            [0xef, 0xbb, 0xbf] => {}
            [0xff, 0xfe, rest @ ..] => {
                self.unit = Some(u16::from_le_bytes);
                self.raw.extend_from_slice(rest);
            }
            [0xfe, 0xff, rest @ ..] => {
                self.unit = Some(u16::from_be_bytes);
                self.raw.extend_from_slice(rest);
            }
            bytes => self.ready.extend_from_slice(bytes),
        }
        Ok(())
    }

    /// Decodes what was read; at the end of the input also what is half.
    fn decode(&mut self, unit: fn([u8; 2]) -> u16, end: bool) {
        let whole = self.raw.len() & !1;
        let units: Vec<u16> = self
            .high
            .take()
            .into_iter()
            .chain(self.raw[..whole].as_chunks::<2>().0.iter().map(|&pair| unit(pair)))
            .collect();
        let keep = units.last().filter(|&&last| !end && (0xd800..0xdc00).contains(&last)).copied();
        let units = &units[..units.len() - usize::from(keep.is_some())];
        let mut buffer = [0; 4];
        for character in char::decode_utf16(units.iter().copied()) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
        self.high = keep;
        self.raw.drain(..whole);
        if end && !self.raw.is_empty() {
            self.raw.clear();
            self.ready.extend_from_slice(char::REPLACEMENT_CHARACTER.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

impl<R: io::Read> io::Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.started {
            self.start()?;
        }
        let Some(unit) = self.unit.filter(|_| self.ready.is_empty()) else {
            if self.ready.is_empty() {
                return self.inner.read(buffer);
            }
            let length = self.ready.len().min(buffer.len());
            buffer[..length].copy_from_slice(&self.ready[..length]);
            self.ready.drain(..length);
            return Ok(length);
        };
        let mut end = false;
        while self.ready.is_empty() && !end {
            let mut chunk = vec![0; buffer.len().max(4096)];
            let length = self.inner.read(&mut chunk)?;
            end = length == 0;
            self.raw.extend_from_slice(&chunk[..length]);
            self.decode(unit, end);
        }
        let length = self.ready.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.ready[..length]);
        self.ready.drain(..length);
        Ok(length)
    }
}
