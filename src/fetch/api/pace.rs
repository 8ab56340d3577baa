//! How many rows to ask for at once: rows run from 2 KB to 28 MB, so a page is sized by its bytes and its time, not by its rows.

use std::collections::VecDeque;
use std::time::Duration;

/// The most a server gives, rows (backend.md §3).
pub const MOST: usize = 1000;
/// Bytes that a page should have.
const BYTES: f64 = 4.0 * 1024.0 * 1024.0;
/// A page should not take longer, seconds.
const SECONDS: f64 = 10.0;
/// After a page that took less, seconds, the next may be four times as large.
const QUICK: f64 = 1.0;
/// Pages whose rows are looked at.
const MEMORY: usize = 9;

/// The page size of a walk.
#[derive(Clone, Debug)]
pub struct PageSize {
    fixed: bool,
    rows: f64,
    cap: usize,
    /// Bytes per row of recent pages; the median does not mind one row of 28 MB.
    recent: VecDeque<f64>,
}

impl PageSize {
    /// Beginning with `start` rows, or always `fixed`.
    pub fn new(start: usize, fixed: Option<usize>) -> Self {
        let rows = fixed.unwrap_or(start).clamp(1, MOST);
        Self { fixed: fixed.is_some(), rows: rows as f64, cap: MOST, recent: VecDeque::new() }
    }

    /// Rows to ask for now.
    pub fn rows(&self) -> usize {
        (self.rows as usize).clamp(1, self.cap)
    }

    /// Expected bytes of a page; 0 before the first one came.
    pub fn bytes(&self) -> usize {
        (self.per_row().unwrap_or(0.0) * self.rows() as f64) as usize
    }

    fn per_row(&self) -> Option<f64> {
        let mut sorted: Vec<f64> = self.recent.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }

    /// A page came: `asked` and `got` rows, its bytes and time, and whether the server has more in the range.
    pub fn good(&mut self, asked: usize, got: usize, bytes: usize, took: Duration, more: bool) {
        if more && got > 0 && got < asked {
            // A server may cap lower without saying so.
            self.cap = self.cap.min(got);
        }
        if got == 0 {
            return;
        }
        if self.recent.len() == MEMORY {
            self.recent.pop_front();
        }
        self.recent.push_back(bytes as f64 / got as f64);
        if self.fixed {
            return;
        }
        let wanted = BYTES / self.per_row().unwrap_or(1.0).max(1.0);
        let step = if took.as_secs_f64() < QUICK { 4.0 } else { 2.0 };
        let grown = (self.rows * step).min(wanted);
        self.rows = if took.as_secs_f64() > SECONDS && asked > 1 { (self.rows / 2.0).min(wanted) } else { grown };
        self.rows = self.rows.clamp(1.0, self.cap as f64);
    }

    /// A size that does not change.
    pub fn freeze(&mut self, rows: usize) {
        self.rows = rows as f64;
        self.fixed = true;
    }

    /// A page only came when asked for `rows` rows: begin again from there.
    pub fn shrunk_to(&mut self, rows: usize) {
        if !self.fixed {
            self.rows = self.rows.min(rows as f64).max(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(300);

    #[test]
    fn pages_grow_to_their_bytes_and_no_further() {
        let mut size = PageSize::new(100, None);
        for _ in 0..5 {
            let rows = size.rows();
            size.good(rows, rows, rows * 20_000, QUICK, true);
        }
        assert_eq!(size.rows(), 209);
        for _ in 0..12 {
            size.good(209, 209, 209 * 2_000, QUICK, true);
        }
        assert_eq!(size.rows(), MOST);
    }

    #[test]
    fn heavy_rows_slow_pages_and_trouble_shrink_them() {
        let mut size = PageSize::new(100, None);
        size.good(100, 100, 100 << 20, QUICK, true);
        assert_eq!(size.rows(), 4);
        let mut slow = PageSize::new(100, None);
        slow.good(100, 100, 100_000, Duration::from_secs(30), true);
        assert_eq!(slow.rows(), 50);
        slow.shrunk_to(7);
        assert_eq!(slow.rows(), 7);
    }

    #[test]
    fn one_giant_row_changes_little() {
        let mut size = PageSize::new(100, None);
        for _ in 0..4 {
            size.good(100, 100, 2_000_000, QUICK, true);
        }
        size.good(100, 100, 30 << 20, QUICK, true);
        assert_eq!(size.rows(), 209);
    }

    #[test]
    fn the_servers_own_cap_is_learnt_and_a_fixed_size_stays() {
        let mut size = PageSize::new(100, Some(500));
        size.good(500, 100, 100_000, QUICK, true);
        assert_eq!(size.rows(), 100);
        size.good(100, 100, 100 << 20, Duration::from_secs(60), true);
        size.shrunk_to(3);
        assert_eq!(size.rows(), 100);
    }
}
