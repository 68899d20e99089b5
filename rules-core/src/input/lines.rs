//! Lines of a reader of any size, mapped in parallel and handed over in order, in bounded memory.
//!
//! A thread reads, and hands on the whole lines of every read at once as a [`Piece`]: nothing complete waits in its
//! hands while it waits for more, so a slow pipe is answered line by line. Whenever the mapper is free it takes the
//! pieces that have come in, at most half of what may be in flight, so that reading goes on meanwhile.
//! The buffers travel back and are filled again.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::{iter, mem, panic, thread};

use memchr::{memchr, memchr_iter, memrchr};
use rayon::prelude::*;
use thiserror::Error;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'b> {
    /// Its number; the first line is 1.
    pub number: u64,
    /// Bytes from the start of the input to the start of the line.
    pub offset: u64,
    /// What it holds, without its line break (`\n` or `\r\n`).
    pub content: Content<'b>,
}

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'b> {
    /// All of it; empty for a blank line.
    Bytes(&'b [u8]),
    /// The line is longer than the limit, and was skipped.
    TooLong {
        /// Its length, without its line break.
        bytes: u64,
    },
}

/// Why not all lines were handed over.
#[derive(Debug, Error)]
pub enum LinesError<E> {
    /// The reader failed. The whole lines before the failure were handed over.
    #[error("cannot read the input")]
    Read(#[source] io::Error),
    /// The sink failed, and reading was given up.
    #[error(transparent)]
    Sink(E),
}

/// Some successive whole lines of the input.
#[derive(Debug)]
pub struct Piece {
    /// Longer than what it holds, so that a read finds room.
    buffer: Vec<u8>,
    filled: usize,
    /// Of the first line.
    number: u64,
    /// Of the first line.
    offset: u64,
    /// Bytes at the start of the first line that are not in the buffer, because the line is too long.
    dropped: u64,
    /// A line with more bytes is too long.
    longest: usize,
}

/// Maps the lines of `reader`, a [`Piece`] at a time, and hands the results to `sink` in the order of the input.
///
/// The input is split after every `\n`; what follows the last one is a line if there is any of it. The pieces are
/// mapped in parallel in rayon's current pool, and cut differently from run to run: only their lines are always the
/// same. A line of more than `longest` bytes is skipped and said to be [`Content::TooLong`].
///
/// Memory: buffers of 8 MiB and the results of 4 MiB of input; in the worst case, several lines of about `longest` in
/// a row, twice `longest` more.
///
/// When `sink` fails, this returns at once, though the reader may be waiting for input that never comes. The thread
/// that reads (hence `'static`) is then left behind: it ends, and drops `reader`, when that read returns, or with the
/// process. A panic of `map`, `sink` or `reader` comes through.
///
/// # Errors
/// The first error of `sink`, or the error of `reader` once all whole lines before it are handed over.
pub fn in_pieces<R, T, E>(
    reader: R,
    longest: usize,
    map: impl Fn(&Piece) -> T + Sync,
    sink: impl FnMut(T) -> Result<(), E>,
) -> Result<(), LinesError<E>>
where
    R: Read + Send + 'static,
    T: Send,
{
    in_sized_pieces(reader, &Sizes { longest, piece: 128 << 10, in_flight: 8 << 20 }, map, sink)
}

/// All in bytes.
#[derive(Clone, Copy)]
struct Sizes {
    longest: usize,
    /// Of a buffer without a long line; 2 or more. The most that one read is asked for.
    piece: usize,
    /// Of the buffers that wait to be mapped or are being mapped, unless a single one has more.
    in_flight: usize,
}

fn in_sized_pieces<R, T, E>(
    reader: R,
    sizes: &Sizes,
    map: impl Fn(&Piece) -> T + Sync,
    mut sink: impl FnMut(T) -> Result<(), E>,
) -> Result<(), LinesError<E>>
where
    R: Read + Send + 'static,
    T: Send,
{
    let (hand_on, pieces) = mpsc::channel();
    let (give_back, returned) = mpsc::channel();
    let feeder = Feeder { hand_on, returned, spares: Vec::new(), in_flight: 0, sizes: *sizes };
    let feeder = thread::Builder::new()
        .name("line reader".to_owned())
        .spawn(move || feeder.feed(reader))
        .map_err(LinesError::Read)?;

    while let Ok(first) = pieces.recv() {
        let batch = batch(first, &pieces, sizes.in_flight / 2);
        let results: Vec<T> = batch.par_iter().with_max_len(1).map(&map).collect();
        for piece in batch {
            // A feeder that came to the end of the input takes nothing back.
            let _ = give_back.send(piece.buffer);
        }
        results.into_iter().try_for_each(&mut sink).map_err(LinesError::Sink)?;
    }
    feeder.join().unwrap_or_else(|cause| panic::resume_unwind(cause)).map_err(LinesError::Read)
}

/// `first` and those that already wait behind it, until their buffers have `enough` bytes.
fn batch(first: Piece, waiting: &Receiver<Piece>, enough: usize) -> Vec<Piece> {
    let mut bytes = first.buffer.len();
    let mut batch = vec![first];
    while bytes < enough
        && let Ok(piece) = waiting.try_recv()
    {
        bytes += piece.buffer.len();
        batch.push(piece);
    }
    batch
}

impl Piece {
    /// Its lines, in order.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut rest = &self.buffer[..self.filled];
        let Self { mut number, mut offset, mut dropped, longest, .. } = *self;
        iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            let held = without_line_break(line);
            let bytes = dropped + held.len() as u64;
            let content =
                if bytes > longest as u64 { Content::TooLong { bytes } } else { Content::Bytes(held) };
            let found = Line { number, offset, content };
            rest = after;
            number += 1;
            offset += mem::take(&mut dropped) + end as u64;
            Some(found)
        })
    }

    /// Room for the next read, if there is none.
    fn make_room(&mut self, piece: usize) {
        if self.filled < self.buffer.len() {
            return;
        }
        // The longest line that is not too long, with its `\r\n`.
        let most = self.longest.saturating_add(2).max(piece);
        if self.dropped == 0 && self.filled < most {
            let size = (2 * self.filled).min(most);
            self.buffer.reserve_exact(size - self.filled);
            self.buffer.resize(size, 0);
        } else {
            // The last byte stays: it may be half of a line break.
            self.dropped += self.filled as u64 - 1;
            self.buffer[0] = self.buffer[self.filled - 1];
            self.filled = 1;
            self.buffer.truncate(piece);
            self.buffer.shrink_to_fit();
        }
    }

    /// Splits off the first `whole` bytes, which are whole lines. The rest, which came with the last read and so is
    /// less than a buffer, moves to `buffer`.
    fn split_off_lines(&mut self, whole: usize, mut buffer: Vec<u8>) -> Self {
        let (lines, rest) = self.buffer[..self.filled].split_at(whole);
        buffer[..rest.len()].copy_from_slice(rest);
        let rest = Self {
            buffer,
            filled: rest.len(),
            number: self.number + memchr_iter(b'\n', lines).count() as u64,
            offset: self.offset + self.dropped + whole as u64,
            dropped: 0,
            longest: self.longest,
        };
        let lines = mem::replace(self, rest);
        Self { filled: whole, ..lines }
    }
}

/// A `\r` alone is no line break.
fn without_line_break(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line)
}

/// The thread that reads.
struct Feeder {
    hand_on: Sender<Piece>,
    /// Buffers whose piece is mapped.
    returned: Receiver<Vec<u8>>,
    spares: Vec<Vec<u8>>,
    /// Bytes of the buffers handed on and not seen again.
    in_flight: usize,
    sizes: Sizes,
}

impl Feeder {
    /// Until the end of the input, an error, or nobody listens.
    fn feed(mut self, mut reader: impl Read) -> io::Result<()> {
        let Sizes { longest, piece, .. } = self.sizes;
        let mut current =
            Piece { buffer: vec![0; piece], filled: 0, number: 1, offset: 0, dropped: 0, longest };
        loop {
            current.make_room(piece);
            let before = current.filled;
            let room = current.buffer.len().min(before + piece);
            let read = match reader.read(&mut current.buffer[before..room]) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            current.filled += read;
            // What was there before is the start of a line.
            if let Some(at) = memrchr(b'\n', &current.buffer[before..current.filled]) {
                let Some(buffer) = self.next_buffer(current.buffer.len()) else { return Ok(()) };
                let lines = current.split_off_lines(before + at + 1, buffer);
                self.hand_on(lines);
            }
        }
        if current.filled > 0 && self.next_buffer(current.buffer.len()).is_some() {
            self.hand_on(current);
        }
        Ok(())
    }

    /// Waits until `bytes` more may be in flight; then an empty buffer. `None` if nobody listens any more.
    fn next_buffer(&mut self, bytes: usize) -> Option<Vec<u8>> {
        loop {
            let returned = if self.in_flight > 0 && self.in_flight + bytes > self.sizes.in_flight {
                self.returned.recv().ok()?
            } else {
                match self.returned.try_recv() {
                    Ok(buffer) => buffer,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return None,
                }
            };
            self.in_flight -= returned.len();
            // One that grew for a long line is let go.
            if returned.len() == self.sizes.piece {
                self.spares.push(returned);
            }
        }
        Some(self.spares.pop().unwrap_or_else(|| vec![0; self.sizes.piece]))
    }

    fn hand_on(&mut self, piece: Piece) {
        self.in_flight += piece.buffer.len();
        // If nobody listens, the next wait for a buffer notices.
        let _ = self.hand_on.send(piece);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::panic::AssertUnwindSafe;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const TINY: Sizes = Sizes { longest: 10, piece: 4, in_flight: 32 };

    /// Number, offset, and the bytes or the length of a line that is too long.
    type Owned = (u64, u64, Result<Vec<u8>, u64>);

    fn owned(piece: &Piece) -> Vec<Owned> {
        piece
            .lines()
            .map(|Line { number, offset, content }| match content {
                Content::Bytes(bytes) => (number, offset, Ok(bytes.to_vec())),
                Content::TooLong { bytes } => (number, offset, Err(bytes)),
            })
            .collect()
    }

    fn lines(reader: impl Read + Send + 'static, sizes: &Sizes, threads: usize) -> Vec<Owned> {
        let (lines, end) = lines_and_end(reader, sizes, threads);
        end.unwrap();
        lines
    }

    fn lines_and_end(
        reader: impl Read + Send + 'static,
        sizes: &Sizes,
        threads: usize,
    ) -> (Vec<Owned>, Result<(), LinesError<io::Error>>) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut lines = Vec::new();
        let end = pool.install(|| {
            in_sized_pieces(reader, sizes, owned, |some| {
                lines.extend(some);
                Ok(())
            })
        });
        (lines, end)
    }

    fn naive(input: &[u8], longest: usize) -> Vec<Owned> {
        let mut offset = 0;
        let whole = input.split_inclusive(|byte| *byte == b'\n');
        whole
            .zip(1..)
            .map(|(line, number)| {
                let start = offset;
                offset += line.len() as u64;
                let content = match line {
                    [content @ .., b'\r', b'\n'] | [content @ .., b'\n'] | content => content,
                };
                let too_long = content.len() > longest;
                (number, start, if too_long { Err(content.len() as u64) } else { Ok(content.to_vec()) })
            })
            .collect()
    }

    struct Source<F>(F);

    impl<F: FnMut(&mut [u8]) -> io::Result<usize>> Read for Source<F> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0(into)
        }
    }

    fn source(
        read: impl FnMut(&mut [u8]) -> io::Result<usize> + Send + 'static,
    ) -> impl Read + Send + 'static {
        Source(read)
    }

    /// Gives as many bytes at a time as `sizes` says, over and over; 0 is an interruption.
    fn trickle(input: &[u8], mut sizes: Vec<usize>) -> impl Read + Send + 'static {
        let mut input = Cursor::new(input.to_vec());
        sizes.push(1);
        let mut sizes = sizes.into_iter().cycle();
        source(move |into| match sizes.next() {
            Some(0) => Err(ErrorKind::Interrupted.into()),
            most => input.by_ref().take(most.unwrap_or(1) as u64).read(into),
        })
    }

    /// Gives what is sent, a message at a time, and waits for the next, but not for ever.
    fn pipe() -> (Sender<&'static str>, impl Read + Send + 'static) {
        let (send, messages) = mpsc::channel();
        let reader = source(move |into| {
            let wait = messages.recv_timeout(Duration::from_secs(20));
            let message: &str = wait.map_err(|_| ErrorKind::TimedOut)?;
            into[..message.len()].copy_from_slice(message.as_bytes());
            Ok(message.len())
        });
        (send, reader)
    }

    proptest! {
        #[test]
        fn the_lines_are_those_of_a_naive_split(
            runs in prop::collection::vec((prop::sample::select(b"ab\r\n\n".as_slice()), 1..20_usize), 0..60),
            reads in prop::collection::vec(0..40_usize, 0..8),
            longest in 0..50_usize,
            piece in 2..40_usize,
            in_flight in 1..200_usize,
        ) {
            let input: Vec<u8> = runs.into_iter().flat_map(|(byte, times)| iter::repeat_n(byte, times)).collect();
            let sizes = Sizes { longest, piece, in_flight };
            let expected = naive(&input, longest);
            for threads in [1, 4] {
                prop_assert_eq!(&lines(trickle(&input, reads.clone()), &sizes, threads), &expected);
            }
        }
    }

    #[test]
    fn many_buffers_give_the_lines_of_a_naive_split() {
        let input: Vec<u8> =
            (0..4000_usize).flat_map(|i| iter::repeat_n(b'x', i * 7919 % 9001).chain(*b"\n")).collect();
        let mut lines = Vec::new();
        let end = in_pieces(Cursor::new(input.clone()), 8000, owned, |some| {
            lines.extend(some);
            Ok::<(), io::Error>(())
        });
        end.unwrap();
        assert!(lines == naive(&input, 8000));
    }

    #[test]
    fn an_empty_input_has_no_lines() {
        assert_eq!(lines(io::empty(), &TINY, 1), []);
    }

    #[test]
    fn a_line_at_the_limit_is_whole_and_a_longer_one_is_measured() {
        for line_break in ["", "\n", "\r\n"] {
            for bytes in 8..30 {
                let line = "x".repeat(bytes);
                let content =
                    if bytes <= TINY.longest { Ok(line.clone().into_bytes()) } else { Err(bytes as u64) };
                let found = lines(Cursor::new(line + line_break), &TINY, 1);
                assert_eq!(found, [(1, 0, content)], "{bytes} bytes, then {line_break:?}");
            }
        }
    }

    #[test]
    fn lines_that_are_too_long_leave_their_neighbours_alone() {
        let long = "x".repeat(1000);
        for input in [
            format!("{long}\na\nb\n"),
            format!("a\n{long}\r\nb"),
            format!("a\n\n{long}"),
            format!("{long}\n{long}\r\na\r\n{long}\r"),
        ] {
            let found = lines(Cursor::new(input.clone()), &TINY, 4);
            assert_eq!(found, naive(input.as_bytes(), TINY.longest));
        }
    }

    #[test]
    fn buffers_grow_for_long_lines_only_and_never_beyond_the_limit() {
        let small = "a\n".repeat(100);
        let input = format!("{small}{}\n{small}{}\n{small}", "x".repeat(90), "x".repeat(5000));
        let sizes = Sizes { longest: 100, piece: 8, in_flight: 64 };
        let capacity_and_longest = |piece: &Piece| {
            let kept = piece.lines().map(|line| match line.content {
                Content::Bytes(bytes) => bytes.len(),
                Content::TooLong { .. } => 0,
            });
            (piece.buffer.capacity(), kept.max())
        };
        let mut largest = 0;
        let end = in_sized_pieces(Cursor::new(input), &sizes, capacity_and_longest, |(capacity, longest)| {
            assert!(capacity == sizes.piece || longest == Some(90), "{capacity} bytes for {longest:?}");
            largest = largest.max(capacity);
            Ok::<(), io::Error>(())
        });
        end.unwrap();
        assert_eq!(largest, sizes.longest + "\r\n".len());
    }

    #[test]
    fn reading_waits_for_the_sink() {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let endless = source(move |into| {
            into.fill(b'\n');
            counter.fetch_add(into.len(), Relaxed);
            Ok(into.len())
        });
        let mut taken = 0;
        let lines = |piece: &Piece| piece.lines().count();
        let end = in_sized_pieces(endless, &TINY, lines, |lines| {
            thread::sleep(Duration::from_millis(1));
            let ahead = read.load(Relaxed) - taken;
            // A batch, what may be in flight besides, and what was read but not yet handed on.
            assert!(ahead <= TINY.in_flight / 2 + TINY.in_flight + TINY.piece, "{ahead}");
            taken += lines;
            if taken < 500 { Ok(()) } else { Err("enough") }
        });
        assert!(matches!(end, Err(LinesError::Sink("enough"))));
    }

    #[test]
    fn whole_lines_come_before_the_error_of_the_reader() {
        let broken = source(|_| Err(ErrorKind::ConnectionReset.into()));
        let (lines, end) = lines_and_end(Cursor::new("a\nb\nhalf of a li").chain(broken), &TINY, 1);
        assert_eq!(lines, naive(b"a\nb\n", TINY.longest));
        assert!(matches!(end, Err(LinesError::Read(error)) if error.kind() == ErrorKind::ConnectionReset));
    }

    #[test]
    fn a_slow_pipe_is_answered_line_by_line() {
        let (send, pipe) = pipe();
        send.send("1\n").unwrap();
        let mut messages = ["2\n3", "\n"].into_iter();
        let mut lines = Vec::new();
        let end = in_sized_pieces(pipe, &TINY, owned, |some| {
            lines.extend(some);
            messages.next().map(|message| send.send(message).unwrap()).ok_or("answered")
        });
        assert!(matches!(end, Err(LinesError::Sink("answered"))));
        assert_eq!(lines, naive(b"1\n2\n3\n", TINY.longest));
    }

    #[test]
    fn a_line_read_while_another_is_mapped_does_not_wait_for_more() {
        let (send, pipe) = pipe();
        send.send("1\n").unwrap();
        let slowly = |piece: &Piece| {
            if piece.number == 1 {
                send.send("2\n3").unwrap();
                thread::sleep(Duration::from_millis(20));
            }
            piece.number
        };
        let end =
            in_sized_pieces(pipe, &TINY, slowly, |number| if number == 1 { Ok(()) } else { Err(number) });
        assert!(matches!(end, Err(LinesError::Sink(2))));
    }

    #[test]
    fn a_failing_sink_does_not_wait_for_an_idle_reader() {
        let (send, pipe) = pipe();
        send.send("a\nb").unwrap();
        let end = in_sized_pieces(pipe, &TINY, |_| (), |()| Err("full"));
        assert!(matches!(end, Err(LinesError::Sink("full"))));
        send.send("\n").expect("the reader still waits for it");
    }

    #[test]
    fn a_panicking_map_does_not_wait_for_an_idle_reader() {
        let (send, pipe) = pipe();
        send.send("a\nb").unwrap();
        let panics = |_: &Piece| panic!("map");
        let run = || in_sized_pieces(pipe, &TINY, panics, Ok::<(), io::Error>);
        let caught = panic::catch_unwind(AssertUnwindSafe(run));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"map"));
        send.send("\n").expect("the reader still waits for it");
    }

    #[test]
    fn a_panicking_reader_is_no_end_of_input() {
        let panics = source(|_| panic!("reader"));
        let caught = panic::catch_unwind(AssertUnwindSafe(|| lines(panics, &TINY, 1)));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"reader"));
    }
}
