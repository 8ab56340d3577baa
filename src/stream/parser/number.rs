//! Numbers, exact to the last bit.

use super::{Fault, Parser, Result};

/// A number as serde knows them.
#[derive(Debug, PartialEq)]
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// Powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// `value` with its last `decimals` digits (at most 19) behind a point: the nearest float, of two the even one.
#[inline(always)]
pub(super) fn quotient(value: u64, decimals: usize) -> f64 {
    const EXACT: u64 = 1 << 53;
    // Both operands are exact, so the result is the nearest float (Clinger, 1990).
    if value <= EXACT { value as f64 / POWERS[decimals] } else { long_quotient(value, 10u64.pow(decimals as u32)) }
}

/// The nearest float to a quotient, of two the even one, by division of integers. `value` has more than 53 bits.
fn long_quotient(value: u64, divisor: u64) -> f64 {
    let (a, b) = (value.leading_zeros(), divisor.leading_zeros());
    // Both with their top bit set, the quotient is between 1/2 and 2: it has 63 or 64 bits.
    let (dividend, divisor) = (u128::from(value << a) << 63, u128::from(divisor << b));
    let (whole, rest) = ((dividend / divisor) as u64, dividend % divisor);
    let dropped = 11 - whole.leading_zeros();
    let (kept, low, half) = (whole >> dropped, whole & ((1 << dropped) - 1), 1 << (dropped - 1));
    let up = low > half || (low == half && (rest != 0 || kept & 1 == 1));
    let kept = if up { kept + 1 } else { kept };
    // Between 2^53 / 10^19 and 2^64: far from the ends of what a float can be.
    let exponent = 1023 - 63 + i64::from(dropped + b) - i64::from(a);
    kept as f64 * f64::from_bits((exponent as u64) << 52)
}

impl Parser<'_> {
    /// Reads digits on; gives the number they extend and how many there were. Long ones wrap around.
    #[inline(always)]
    pub(super) fn digits(&mut self, mut value: u64) -> (u64, usize) {
        let (bytes, mut at) = (self.text.as_bytes(), self.at);
        while let Some(byte) = bytes.get(at) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        }
        let count = at - self.at;
        self.at = at;
        (value, count)
    }

    #[inline(always)]
    pub(super) fn number(&mut self) -> Result<Number> {
        let start = self.at;
        let negative = self.byte(start) == b'-';
        self.at += usize::from(negative);
        let leading_zero = self.byte(self.at) == b'0';
        let (mut value, mut digits) = self.digits(0);
        if digits == 0 || (leading_zero && digits > 1) {
            return Err(self.wrong(Fault::Number));
        }
        let (mut exponent, mut is_float) = (0, false);
        if self.byte(self.at) == b'.' {
            is_float = true;
            self.at += 1;
            let more;
            (value, more) = self.digits(value);
            if more == 0 {
                return Err(self.wrong(Fault::Number));
            }
            digits += more;
            exponent = -(more as i64);
        }
        if matches!(self.byte(self.at), b'e' | b'E') {
            is_float = true;
            exponent += self.exponent()?;
        }
        // 19 digits always fit.
        if digits > 19 {
            return self.long(start, is_float);
        }
        // A negative zero is a zero: no format writes "-0".
        if value == 0 && (is_float || negative) {
            return Ok(Number::Float(0.0));
        }
        if !is_float {
            return Ok(match 0i64.checked_sub_unsigned(value) {
                _ if !negative => Number::Unsigned(value),
                Some(value) => Number::Signed(value),
                None => Number::Float(-(value as f64)),
            });
        }
        let float = match exponent {
            -19..=0 => quotient(value, -exponent as usize),
            // Exact as in `quotient`.
            1..=22 if value <= 1 << 53 => value as f64 * POWERS[exponent as usize],
            _ => return self.long(start, true),
        };
        Ok(Number::Float(if negative { -float } else { float }))
    }

    pub(super) fn exponent(&mut self) -> Result<i64> {
        self.at += 1;
        let negative = self.byte(self.at) == b'-';
        self.at += usize::from(matches!(self.byte(self.at), b'+' | b'-'));
        let (value, digits) = self.digits(0);
        if digits == 0 {
            return Err(self.wrong(Fault::Number));
        }
        // Out of every range, whatever the digits before it.
        let value = if digits > 9 { 1 << 40 } else { value as i64 };
        Ok(if negative { -value } else { value })
    }

    /// A number that takes more than one multiplication, from its start; it is known to be one by JSON's grammar.
    #[cold]
    pub(super) fn long(&self, start: usize, is_float: bool) -> Result<Number> {
        let text = self.slice(start, self.at)?;
        if let (false, Ok(value)) = (is_float, text.parse()) {
            return Ok(Number::Unsigned(value));
        }
        match text.parse() {
            Ok(float) if f64::is_finite(float) => Ok(Number::Float(float)),
            _ => Err(self.wrong(Fault::HugeNumber)),
        }
    }

    #[inline(always)]
    pub(super) fn skip_number(&mut self) -> Result<()> {
        self.at += usize::from(self.byte(self.at) == b'-');
        let leading_zero = self.byte(self.at) == b'0';
        let (_, digits) = self.digits(0);
        let mut bad = digits == 0 || (leading_zero && digits > 1);
        if self.byte(self.at) == b'.' {
            self.at += 1;
            bad |= self.digits(0).1 == 0;
        }
        if matches!(self.byte(self.at), b'e' | b'E') {
            self.exponent()?;
        }
        if bad { Err(self.wrong(Fault::Number)) } else { Ok(()) }
    }
}
