//! [`Arena`]: many small records in little memory.

/// Many small records of numbers and texts. They are only added, and lie in chunks, so that none is copied to make room;
/// a number takes a byte for each 7 bits, a text its bytes and one more.
#[derive(Debug, Default)]
pub struct Arena {
    chunks: Vec<Vec<u8>>,
    scratch: NewRecord,
}

/// A record that is written.
#[derive(Debug, Default)]
pub struct NewRecord(Vec<u8>);

/// A record that is read: what was written, in the same order.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a>(&'a [u8]);

const CHUNK: usize = 1 << 18;

impl Arena {
    /// Adds a record; where it is. Later ones are at a higher place.
    pub fn push(&mut self, write: impl FnOnce(&mut NewRecord)) -> u64 {
        self.scratch.0.clear();
        write(&mut self.scratch);
        let record = &self.scratch.0;
        let room = self.chunks.last().map_or(0, |chunk| chunk.capacity() - chunk.len());
        if self.chunks.is_empty() || room < record.len() {
            self.chunks.push(Vec::with_capacity(CHUNK.max(record.len())));
        }
        let index = self.chunks.len() - 1;
        let chunk = &mut self.chunks[index];
        let at = ((index as u64) << 32) | chunk.len() as u64;
        chunk.extend_from_slice(record);
        at
    }

    /// The record at a place that [`push`](Self::push) gave.
    pub fn record(&self, at: u64) -> Record<'_> {
        let place = |number: u64| usize::try_from(number).expect("it was a place in memory");
        let chunk = &self.chunks[place(at >> 32)];
        Record(&chunk[place(at & u64::from(u32::MAX))..])
    }
}

impl NewRecord {
    /// Adds a number.
    pub fn number(&mut self, mut number: u64) -> &mut Self {
        // Seven bits a byte, the lowest first; the last byte has the highest bit clear.
        while number > 0x7f {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
        self
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
        self
    }
}

impl<'a> Record<'a> {
    /// The next thing in the record, a number.
    pub fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        while let [byte, after @ ..] = self.0 {
            self.0 = after;
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    /// The next thing in the record, a text.
    pub fn text(&mut self) -> &'a str {
        let length = usize::try_from(self.number()).expect("it was a length");
        let (text, after) = self.0.split_at(length);
        self.0 = after;
        std::str::from_utf8(text).expect("it was a text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_went() {
        let mut arena = Arena::default();
        let long = "x".repeat(CHUNK);
        let all = [(0, ""), (127, "a"), (128, "Zürich"), (u64::MAX, long.as_str()), (7, "b")];
        let places = all.map(|(number, text)| {
            arena.push(|record| {
                record.number(number).text(text).text("end");
            })
        });
        assert!(places.is_sorted());
        for (place, (number, text)) in places.into_iter().zip(all) {
            let mut record = arena.record(place);
            assert_eq!((record.number(), record.text(), record.text()), (number, text, "end"));
        }
    }
}
