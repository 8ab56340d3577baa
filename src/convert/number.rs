//! Numbers as text: quick, and exact to the last digit.

/// Appends an integer.
pub fn push_int(out: &mut Vec<u8>, n: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

/// Appends the shortest text that reads back as the same number, always with a decimal point or exponent (`215.0`).
pub fn push_float(out: &mut Vec<u8>, n: f64) {
    if !push_thousandths(out, n) {
        out.extend_from_slice(zmij::Buffer::new().format(n).as_bytes());
    }
}

/// Appends a number of at most three decimals, such as people and annotation tools write; false for any other.
///
/// A decimal of up to 15 digits that reads back as `n` is the shortest such text: no two of them read as the same float.
fn push_thousandths(out: &mut Vec<u8>, n: f64) -> bool {
    const LIMIT: f64 = 1e9;
    if !(0.0..LIMIT).contains(&n) || n.is_sign_negative() {
        return false;
    }
    let thousandths = (n * 1000.0 + 0.5) as i64;
    if thousandths as f64 / 1000.0 != n {
        return false;
    }
    let (mut whole, rest) = ((thousandths / 1000) as u32, (thousandths % 1000) as u32);
    let digit = |n: u32| b'0' + (n % 10) as u8;
    // Up to nine digits before the point, filled from there.
    const POINT: usize = 9;
    let mut text = [b'.'; POINT + 4];
    let mut start = POINT;
    loop {
        start -= 1;
        text[start] = digit(whole);
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    text[POINT + 1..].copy_from_slice(&[digit(rest / 100), digit(rest / 10), digit(rest)]);
    let zeros = usize::from(rest.is_multiple_of(10)) + usize::from(rest.is_multiple_of(100));
    out.extend_from_slice(&text[start..text.len() - zeros]);
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
        for n in [0.0, -0.0, 0.001, 0.1, 1.0, 1.5, 10.25, 999.999, 1e9, 1e9 - 0.001, 123_456_789.5, -1.5, 0.0005, 1e300]
        {
            assert_eq!(float(n), shortest(n));
            assert_eq!(float(next(n)), shortest(next(n)));
        }
        assert_eq!(float(f64::NAN), shortest(f64::NAN));
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
