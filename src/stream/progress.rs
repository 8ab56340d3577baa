//! Follows the frames of a stream, and decides at its end whether it was whole.

use super::error::StreamError;
use super::frame::{CUT, Frame, Kind, StageError};
use super::shards::Shards;
use crate::tr;

/// What came, beside what is to be refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Data lines that stand between no frames.
    pub outside: u64,
    /// Of the streams from which lines are missing: how many came, and how many their end frames count.
    pub of: Option<(u64, u64)>,
    /// Begin frames.
    pub streams: u64,
}

/// Follows the frames of a stream.
#[derive(Debug)]
pub struct Progress {
    expected: Kind,
    open: bool,
    lines: u64,
    lines_in_stream: u64,
    came: Came,
    shards: Shards,
    /// Parts of an export need not be all there.
    any_part: bool,
    /// What a stage upstream said of its input, which was cut.
    cut: Option<StageError>,
    /// The first stream that lines were lost from.
    lost: Option<StreamError>,
}

impl Progress {
    /// For a stage that reads streams of this kind.
    pub fn new(expected: Kind) -> Self {
        let (open, lines, lines_in_stream) = (false, 0, 0);
        let (came, shards) = (Came::default(), Shards::default());
        Self { expected, open, lines, lines_in_stream, came, shards, any_part: false, cut: None, lost: None }
    }

    /// For a stage that takes any part of an export as it is.
    #[cfg(feature = "net")]
    #[must_use]
    pub fn of_any_part(self) -> Self {
        Self { any_part: true, ..self }
    }

    /// Counts data lines.
    pub fn data(&mut self, lines: u64) {
        self.lines += lines;
        self.lines_in_stream += lines;
        if !self.open {
            self.came.outside += lines;
        }
    }

    /// All data lines so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// What came so far.
    pub fn came(&self) -> Came {
        self.came
    }

    /// Whether any begin frame came.
    pub fn framed(&self) -> bool {
        self.came.streams > 0
    }

    /// Takes the next frame in order.
    ///
    /// # Errors
    /// [`StreamError::Upstream`] for an error frame; [`StreamError::Cut`] when a begin frame comes before the end of the last
    /// stream; [`StreamError::Added`] when more lines came than the end frame counts; [`StreamError::WrongKind`].
    pub fn frame(&mut self, frame: &Frame) -> Result<(), StreamError> {
        match frame {
            Frame::Begin(begin) => {
                if self.open {
                    let text = tr!("stream-in-middle");
                    return Err(StreamError::Cut(text.to_owned()));
                }
                if let Some(kind) = begin.kind
                    && kind != self.expected
                {
                    return Err(StreamError::WrongKind(kind));
                }
                self.open = true;
                self.came.streams += 1;
                self.shards.begin(&begin.body);
                self.lines_in_stream = 0;
            }
            Frame::End { count, untouched, .. } => {
                // The end of something whose begin was taken away says nothing about what is left.
                if let (Some(count), true) = (count, self.open) {
                    self.count(*count, *untouched)?;
                }
                self.open = false;
                // A stage upstream has accepted the cut, and ended the stream.
                self.cut = None;
                self.lines_in_stream = 0;
            }
            // The stream stays cut, which may be accepted at its end.
            Frame::Error(error) if error.code == CUT && self.open => self.cut = Some(error.clone()),
            Frame::Error(error) => return Err(StreamError::Upstream(error.clone())),
            Frame::Other => {}
        }
        Ok(())
    }

    /// Compares what an end frame counts with what came.
    fn count(&mut self, counted: u64, untouched: bool) -> Result<(), StreamError> {
        let (kind, came) = (self.expected, self.lines_in_stream);
        if came > counted {
            return Err(StreamError::Added { kind, came, counted });
        }
        if came < counted {
            let (all_came, all_counted) = self.came.of.unwrap_or_default();
            self.came.of = Some((all_came + came, all_counted + counted));
            if untouched && self.lost.is_none() {
                self.lost = Some(StreamError::Lost { kind, came, counted });
            }
        }
        Ok(())
    }

    /// For the stages that publish: an input without a single line is no dataset, it is a stage before that failed to start.
    ///
    /// # Errors
    /// [`StreamError::Empty`] when neither a frame nor a data line came, unless `allow_partial`.
    pub fn require_some(&self, allow_partial: bool) -> Result<(), StreamError> {
        if self.framed() || self.lines > 0 || allow_partial {
            return Ok(());
        }
        Err(StreamError::Empty)
    }

    /// The end of the input: was the stream whole?
    ///
    /// # Errors
    /// Unless `allow_partial`: [`StreamError::NoEnd`] when a begin frame has no end frame, [`StreamError::Lost`] when lines are missing
    /// that nobody has left out on purpose, [`StreamError::Shards`] when parts of an export are missing or doubled.
    pub fn finish(&mut self, allow_partial: bool) -> Result<(), StreamError> {
        if allow_partial {
            return Ok(());
        }
        if self.open {
            return Err(match self.cut.take() {
                Some(first) => StreamError::Upstream(first),
                None => StreamError::NoEnd { kind: self.expected, lines: self.lines_in_stream },
            });
        }
        if let Some(lost) = self.lost.take() {
            return Err(lost);
        }
        self.shards.problem().filter(|_| !self.any_part).map_or(Ok(()), |problem| Err(StreamError::Shards(problem)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::stream::frame::{begin_line, end_line};
    use serde_json::Map;

    fn frame(text: &str) -> Frame {
        Frame::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn whole_and_concatenated_streams_pass() {
        let mut p = Progress::new(Kind::Items);
        for _ in 0..2 {
            p.frame(&frame(&begin_line(Kind::Items, &Map::new()))).unwrap();
            p.data(3);
            p.frame(&frame(&end_line(3, &Map::new()))).unwrap();
        }
        assert!(p.finish(false).is_ok() && p.lines() == 6);
        assert_eq!(p.came(), Came { outside: 0, of: None, streams: 2 });
    }

    #[test]
    fn cut_streams_do_not() {
        let mut p = Progress::new(Kind::Items);
        p.frame(&frame(r#"{"@stream":"begin","kind":"items"}"#)).unwrap();
        assert!(matches!(p.finish(false), Err(StreamError::NoEnd { lines: 0, .. })));
        assert!(p.finish(true).is_ok());
        assert!(matches!(p.frame(&frame(r#"{"@stream":"begin"}"#)), Err(StreamError::Cut(_))));
    }

    #[test]
    fn errors_wrong_kinds_and_later_versions_are_refused() {
        let mut p = Progress::new(Kind::Files);
        let gone = StageError::new("fetch", Exit::Remote, "gone");
        let Err(StreamError::Upstream(error)) = p.frame(&frame(&gone.line())) else { panic!("it passes") };
        let passed_on = StageError::of("filter", &StreamError::Upstream(error.clone()));
        assert_eq!((&passed_on, StageError { run: None, ..error.clone() }), (&error, gone));
        assert!(matches!(
            p.frame(&frame(r#"{"@stream":"begin","kind":"items"}"#)),
            Err(StreamError::WrongKind(Kind::Items))
        ));
        assert!(Frame::parse(br#"{"@stream":"begin","version":2}"#).is_err());
        assert_eq!(frame(r#"{"@stream":"note"}"#), Frame::Other);
    }

    #[test]
    fn a_cut_that_was_accepted_upstream_says_nothing_of_the_next_stream() {
        let begin = frame(&begin_line(Kind::Items, &Map::new()));
        let cut = frame(&StageError::of("filter", &StreamError::NoEnd { kind: Kind::Items, lines: 0 }).line());
        let cut_and = |more: &[&Frame]| {
            let mut p = Progress::new(Kind::Items);
            [&begin, &cut].iter().chain(more).for_each(|f| p.frame(f).unwrap());
            p
        };
        assert!(matches!(cut_and(&[]).finish(false), Err(StreamError::Upstream(first)) if first.stage == "filter"));
        assert!(cut_and(&[]).finish(true).is_ok());
        let end = frame(&end_line(0, &Map::new()));
        assert!(cut_and(&[&end]).finish(false).is_ok());
        assert!(matches!(cut_and(&[&end, &begin]).finish(false), Err(StreamError::NoEnd { .. })));
    }

    #[test]
    fn nothing_at_all_is_no_dataset() {
        let mut p = Progress::new(Kind::Items);
        assert!(matches!(p.require_some(false), Err(StreamError::Empty)));
        assert!(p.require_some(true).is_ok());
        p.frame(&frame(r#"{"@stream":"begin"}"#)).unwrap();
        assert!(p.require_some(false).is_ok());
    }

    #[test]
    fn lines_that_are_missing_were_lost_or_selected() {
        for (end, lines, expected) in [
            (r#"{"@stream":"end","count":3 }"#, 3, "whole"),
            (r#"{"@stream":"end","count":3}"#, 3, "whole"),
            (r#"{"@stream":"end"}"#, 3, "whole"),
            (r#"{"@stream":"end","count":3 }"#, 2, "lost"),
            (r#"{"@stream":"end","count":3 }"#, 0, "lost"),
            ("{\"@stream\":\"end\",\"count\":3 }\r", 2, "lost"),
            (r#"{"@stream":"end","count":3}"#, 2, "selected"),
            (r#"{"@stream": "end", "count": 3}"#, 0, "selected"),
            (r#"{"@stream":"end","count":3 }"#, 4, "added"),
            (r#"{"@stream":"end","count":3}"#, 4, "added"),
            (r#"{"@stream":"end","count":0}"#, 1, "added"),
        ] {
            let mut p = Progress::new(Kind::Items);
            p.frame(&frame(r#"{"@stream":"begin"}"#)).unwrap();
            p.data(lines);
            let found = match p.frame(&frame(end)).and_then(|()| p.finish(false)) {
                Ok(()) if p.came().of.is_none() => "whole",
                Ok(()) => "selected",
                Err(StreamError::Lost { counted: 3, .. }) => "lost",
                Err(StreamError::Added { .. }) => "added",
                Err(_) => "another error",
            };
            assert_eq!(found, expected, "{lines} of {end}");
            assert!(expected == "added" || p.finish(true).is_ok());
        }
    }
}
