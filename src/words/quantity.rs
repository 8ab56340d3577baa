//! Numbers, sizes and times as arguments of messages.

use super::argument::{Argument, NumberSlot, Slot};
use super::message::{Message, Worded};
use crate::{text, tr};

/// How many, with `,` between groups of digits; chooses the plural.
#[derive(Clone, Copy, Debug)]
pub struct Many(pub u64);

impl NumberSlot for &Slot<'_, Many> {
    fn argument(&self) -> Argument {
        Argument::Number { n: self.0.0, grouped: true }
    }
}

/// So many bytes: `1.5 KiB`.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u64);

impl Worded for Size {
    fn words(&self) -> Message {
        match self.0 {
            n if n < 1024 => tr!("size-bytes", n = Many(n)),
            n => text::bytes(n).into(),
        }
    }
}

/// So many seconds: `0.4 s`, `3 min 5 s`.
#[derive(Clone, Copy, Debug)]
pub struct Time(pub f64);

impl Worded for Time {
    fn words(&self) -> Message {
        let english = text::duration(self.0);
        let all = self.0.max(0.0).round() as u64;
        let (days, hours, minutes, seconds) = (all / 86_400, all / 3600 % 24, all / 60 % 60, all % 60);
        let words = match (days, hours, minutes) {
            _ if self.0 < 9.95 => tr!("time-tenths", seconds = format!("{:.1}", self.0.max(0.0))),
            (0, 0, 0) => tr!("time-seconds", seconds),
            (0, 0, _) => tr!("time-minutes", minutes, seconds),
            (0, ..) => tr!("time-hours", hours, minutes),
            _ => tr!("time-days", days = Many(days), hours),
        };
        Message::told(english, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_those_of_the_catalogue() {
        for n in [0, 1, 1000, 1023, 1024, 5 << 30] {
            assert_eq!(Size(n).words().english(), text::bytes(n));
        }
        for (seconds, arguments) in [(0.44, "0.4 s"), (42.0, "42 s"), (185.0, "3 min 5 s"), (7800.0, "2 h 10 min")] {
            assert_eq!(Time(seconds).words().english(), arguments);
        }
    }
}
