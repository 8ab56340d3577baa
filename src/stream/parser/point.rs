//! Points, of which rows hold more than of anything else, in the forms in which annotators write them: `{"x":12.5,"y":7,"id":"3f"}`
//! with the `id` or without, and `[12.5,7]`; compact, or with a space behind commas and colons.
//!
//! Whatever is written otherwise is `None` here and is left to the general reader, which says what it is or what is wrong with it.

use super::Parser;
use super::number::quotient;
use super::text::special_bytes;

impl Parser<'_> {
    /// Reads a point.
    #[inline(always)]
    pub(super) fn point(&mut self) -> Option<[f64; 2]> {
        let mut window = self.window()?;
        let pair = window.pair::<true>()?;
        self.at += usize::from(window.at);
        Some(pair)
    }

    /// Reads past points and the commas between them; false when no point follows.
    #[inline(always)]
    pub(super) fn skip_points(&mut self) -> bool {
        let start = self.at;
        let mut end = start;
        while let Some(mut window) = self.window() {
            if window.pair::<false>().is_none() {
                break;
            }
            end = self.at + usize::from(window.at);
            if !window.token(b",") {
                break;
            }
            self.at += usize::from(window.at);
        }
        self.at = end;
        end > start
    }

    #[inline(always)]
    fn window(&self) -> Option<Window<'_>> {
        let bytes = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        Some(Window { bytes, at: 0 })
    }
}

/// Bytes that may be looked at: wherever a `u8` points, eight bytes can be read, so that no read needs a check of its own.
const WINDOW: usize = 256 + 7;
/// Longest string, words of eight bytes.
const STRING: usize = 6;

/// The front of the rest of a text. What is read of it is far shorter: two numbers, their keys, and a string.
struct Window<'t> {
    bytes: &'t [u8; WINDOW],
    at: u8,
}

impl Window<'_> {
    #[inline(always)]
    fn byte(&self) -> u8 {
        self.bytes[usize::from(self.at)]
    }

    #[inline(always)]
    fn next<const N: usize>(&self) -> [u8; N] {
        // Never behind the end, as the compiler knows too.
        self.bytes[usize::from(self.at)..].first_chunk().copied().unwrap_or([0; N])
    }

    /// Reads past a byte, if it comes next.
    #[inline(always)]
    fn take(&mut self, byte: u8) -> bool {
        if self.byte() != byte {
            return false;
        }
        self.at += 1;
        true
    }

    /// Reads past these bytes and one space, if they come next.
    #[inline(always)]
    fn token<const N: usize>(&mut self, token: &[u8; N]) -> bool {
        if self.next::<N>() != *token {
            return false;
        }
        self.at += N as u8;
        self.take(b' ');
        true
    }

    /// A pair of numbers, as a point or as a list. Unless they are to be kept, they are checked and may be any.
    #[inline(always)]
    fn pair<const KEEP: bool>(&mut self) -> Option<[f64; 2]> {
        let is_list = self.token(b"[");
        if !is_list && !self.token(b"{\"x\":") {
            return None;
        }
        let x = self.number::<KEEP>()?;
        if !self.token(b",") || !(is_list || self.token(b"\"y\":")) {
            return None;
        }
        let y = self.number::<KEEP>()?;
        if is_list {
            return self.take(b']').then_some([x, y]);
        }
        if self.token(b",") && !(self.token(b"\"id\":") && self.skip_string()) {
            return None;
        }
        self.take(b'}').then_some([x, y])
    }

    #[inline(always)]
    fn number<const KEEP: bool>(&mut self) -> Option<f64> {
        let start = self.at;
        let negative = self.take(b'-');
        let short = self.short_number(negative);
        if short.is_some() {
            return short;
        }
        self.at = start;
        self.long_number::<KEEP>()
    }

    /// A number of up to seven digits, with a point among them or without.
    #[inline(always)]
    fn short_number(&mut self, negative: bool) -> Option<f64> {
        const POINT: u64 = (b'.' ^ b'0') as u64;
        let word = u64::from_le_bytes(self.next()) ^ ZEROS;
        let others = not_digits(word);
        // Sizes in bits: of the digits before the point, of all digits, of the number.
        let whole = others.trailing_zeros() & !7;
        let (mut digits, mut size, mut length, mut power) = (word, whole, whole, 1.0);
        if word.checked_shr(whole)? & 0xff == POINT {
            length = (others & (others - 1)).trailing_zeros() & !7;
            size = length - 8;
            if size == whole {
                return None;
            }
            power = TENS[((size - whole) / 8) as usize & 7] as f64;
            // What stands behind the point moves up to what stands before it.
            let before = (1 << whole) - 1;
            digits = word & before | word >> 8 & !before;
        }
        let zero_leads = word & 0xff == 0 && whole > 8;
        self.at += (length / 8) as u8;
        if whole == 0 || zero_leads || matches!(self.byte(), b'0'..=b'9' | b'e' | b'E') {
            return None;
        }
        let digits = eight_digits(digits << (64 - size)) as i64;
        // Both operands are exact, so the result is the nearest float (Clinger, 1990). A negative zero is a zero: no format writes "-0".
        Some((if negative { -digits } else { digits }) as f64 / power)
    }

    /// A number of up to seven digits before the point and up to 19 in all, as programs write them.
    #[inline(never)]
    fn long_number<const KEEP: bool>(&mut self) -> Option<f64> {
        let negative = self.take(b'-');
        let zero_leads = self.byte() == b'0';
        let (mut value, whole) = self.digits();
        if !(1..8).contains(&whole) || (zero_leads && whole > 1) || !self.take(b'.') {
            return None;
        }
        let mut decimals = 0;
        loop {
            let (more, count) = self.digits();
            decimals += count;
            if whole + decimals > 19 {
                return None;
            }
            value = value * TENS[count] + more;
            if count < 8 {
                break;
            }
        }
        if decimals == 0 || matches!(self.byte(), b'e' | b'E') {
            return None;
        }
        let float = if KEEP { quotient(value, decimals) } else { 0.0 };
        Some(if negative && value != 0 { -float } else { float })
    }

    /// Up to eight digits: the number that they are, and how many.
    fn digits(&mut self) -> (u64, usize) {
        let word = u64::from_le_bytes(self.next()) ^ ZEROS;
        let count = (not_digits(word).trailing_zeros() / 8) as usize;
        self.at += count as u8;
        (if count == 0 { 0 } else { eight_digits(word << (64 - 8 * count)) }, count)
    }

    /// Reads past a string without escapes.
    #[inline(always)]
    fn skip_string(&mut self) -> bool {
        if !self.take(b'"') {
            return false;
        }
        for _ in 0..STRING {
            let special = special_bytes(u64::from_le_bytes(self.next()));
            self.at += (special.trailing_zeros() / 8) as u8;
            if special != 0 {
                return self.take(b'"');
            }
        }
        false
    }
}

/// A byte of one in each place.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The digit zero in each place.
const ZEROS: u64 = ONES * b'0' as u64;
/// Powers of ten for up to eight digits.
const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The top bit of each byte over 9; exact up to the first byte that was not ASCII, which nothing of a number is.
#[inline(always)]
fn not_digits(word: u64) -> u64 {
    (word.wrapping_add(ONES * 0x76) | word) & (ONES << 7)
}

/// The number that eight digits (bytes of 0 to 9, the first one lowest) are: neighbours are added up to pairs, those to fours, those
/// to the whole.
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let low = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    high.wrapping_add(low) >> 32
}
