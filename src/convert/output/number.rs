//! Numbers as text: quick, and exact to the last digit.

/// Appends an integer.
pub fn push_int(out: &mut Vec<u8>, n: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

/// Appends the shortest text that reads back as the same number, always with a decimal point or exponent (`215.0`).
pub fn push_float(out: &mut Vec<u8>, n: f64) {
    if !push_thousandths(out, n, 1) {
        out.extend_from_slice(zmij::Buffer::new().format(n).as_bytes());
    }
}

/// As [`push_float`], but whole numbers below 10^15 are written without a point (`215`).
pub fn push_number(out: &mut Vec<u8>, n: f64) {
    let whole = n as i64;
    if push_thousandths(out, n, 0) {
    } else if whole as f64 == n && n.abs() < 1e15 {
        push_int(out, whole);
    } else {
        push_float(out, n);
    }
}

/// The two digits of 0 to 99, the first one in the low byte. As long as seven bits reach, so that no look-up needs a check.
const PAIRS: [u16; 128] = {
    let mut pairs = [0; 128];
    let mut n = 0;
    while n < 100 {
        pairs[n] = u16::from_le_bytes([b'0' + n as u8 / 10, b'0' + n as u8 % 10]);
        n += 1;
    }
    pairs
};

/// Appends a number below 10,000 of at most three decimals, such as people and annotation tools write, with at least `decimals` (0
/// or 1) of them; false for any other.
///
/// A decimal of up to 15 digits that reads back as `n` is the shortest such text: no two of them read as the same float.
#[inline(always)]
fn push_thousandths(out: &mut Vec<u8>, n: f64, decimals: u32) -> bool {
    // A negative zero has the bits of a negative number.
    if !(0.0..10_000.0).contains(&n) || n.to_bits() >> 63 == 1 {
        return false;
    }
    let thousandths = (n * 1000.0 + 0.5) as i32;
    if f64::from(thousandths) / 1000.0 != n {
        return false;
    }
    let (whole, rest) = (thousandths as u32 / 1000, thousandths as u32 % 1000);
    let pair = |n: u32| u64::from(PAIRS[n as usize & 127]);
    // Eight characters, the first one in the low byte: four digits, the point, three digits.
    let point = u64::from(b'.') << 32;
    let (behind, last) = (pair(rest / 10) << 40, u64::from(b'0') + u64::from(rest % 10));
    let text = pair(whole / 100) | pair(whole % 100) << 16 | point | behind | last << 56;
    // Without the zeros at both ends.
    let leading = u32::from(whole < 1000) + u32::from(whole < 100) + u32::from(whole < 10);
    let zeros = (text ^ 0x3030_3030_3030_3030).leading_zeros() / 8;
    let kept = (3 - zeros.min(3)).max(decimals);
    let length = 4 + kept + u32::from(kept > 0) - leading;
    let end = out.len() + length as usize;
    // All eight at once: a copy of known size.
    out.extend_from_slice(&(text >> (8 * leading)).to_le_bytes());
    out.truncate(end);
    true
}

/// Appends the number with six decimals, rounded as `printf("%.6f")` does: to nearest, exact ties to even.
pub fn push_six(out: &mut Vec<u8>, n: f64) {
    let scaled = n * 1e6;
    // The product is off by at most half a unit in the last place; away from a tie that cannot change the rounding.
    if (0.0..1e9).contains(&scaled) {
        let whole = scaled as u64;
        let fraction = scaled - whole as f64;
        if (fraction - 0.5).abs() > 1e-6 {
            let micro = whole + u64::from(fraction > 0.5);
            push_micro(out, micro);
            return;
        }
    }
    let text = format!("{n:.6}");
    out.extend_from_slice(if text == "-0.000000" { b"0.000000" } else { text.as_bytes() });
}

/// Appends a number of millionths.
fn push_micro(out: &mut Vec<u8>, micro: u64) {
    push_int(out, micro / 1_000_000);
    let mut rest = (micro % 1_000_000) as u32;
    let mut digits = *b".000000";
    for digit in digits[1..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn six(n: f64) -> String {
        let mut out = Vec::new();
        push_six(&mut out, n);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn six_decimals_of_ties_and_ends() {
        for (n, text) in
            [(0.0, "0.000000"), (1.0, "1.000000"), (0.5, "0.500000"), (0.0000005, "0.000000"), (-0.0, "0.000000")]
        {
            assert_eq!(six(n), text);
        }
        // Exact ties in binary: k + 2^-7 has seven decimals ending in 5.
        assert_eq!(six(0.0078125), format!("{:.6}", 0.0078125));
        assert_eq!(six(0.0234375), format!("{:.6}", 0.0234375));
    }

    fn float(n: f64) -> String {
        let mut out = Vec::new();
        push_float(&mut out, n);
        String::from_utf8(out).unwrap()
    }

    fn shortest(n: f64) -> String {
        zmij::Buffer::new().format(n).to_owned()
    }

    #[test]
    fn short_decimals_are_the_shortest() {
        let next = |n: f64| f64::from_bits(n.to_bits() + 1);
        let ends = [
            0.0, -0.0, 0.001, 0.1, 1.0, 1.5, 10.25, 99.09, 100.0, 999.999, 9999.999, 9999.9995, 10_000.0, -1.5, 0.0005,
            1e300,
        ];
        for n in ends {
            assert_eq!(float(n), shortest(n));
            assert_eq!(float(next(n)), shortest(next(n)));
        }
        for thousandths in 0..10_000_000 {
            if thousandths % 7 == 0 || thousandths < 200_000 {
                let n = f64::from(thousandths) / 1000.0;
                assert_eq!(float(n), shortest(n));
            }
        }
        assert_eq!(float(f64::NAN), shortest(f64::NAN));
    }

    #[test]
    fn whole_numbers_need_no_point() {
        let number = |n: f64| {
            let mut out = Vec::new();
            push_number(&mut out, n);
            String::from_utf8(out).unwrap()
        };
        for (n, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (7.0, "7"),
            (30.0, "30"),
            (9999.0, "9999"),
            (123_456.0, "123456"),
            (-5.0, "-5"),
            (1e14, "100000000000000"),
            (1e15, "1000000000000000.0"),
            (0.5, "0.5"),
            (100.25, "100.25"),
            (-0.125, "-0.125"),
        ] {
            assert_eq!(number(n), text);
        }
    }

    proptest! {
        #[test]
        fn floats_are_the_shortest(n in -5000.0f64..5000.0, thousandths in 0u32..4_000_000) {
            prop_assert_eq!(float(n), shortest(n));
            let n = f64::from(thousandths) / 1000.0;
            prop_assert_eq!(float(n), shortest(n));
        }

        #[test]
        fn six_decimals_as_printf(n in 0.0f64..2.0) {
            prop_assert_eq!(six(n), format!("{n:.6}"));
        }

        #[test]
        fn six_decimals_of_fractions(a in 0u32..5000, b in 1u32..5000) {
            let n = f64::from(a) / f64::from(b);
            prop_assert_eq!(six(n), format!("{n:.6}"));
        }
    }
}
