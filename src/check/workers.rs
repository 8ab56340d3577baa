//! Work on many files at once, results in the order of the files.

use crate::stream::StreamError;

/// Files that are worked on before their results are written.
pub const BATCH: usize = 2048;

/// Does `work` on all items, on this many threads.
///
/// # Errors
/// [`StreamError::Internal`]: a thread panicked.
pub fn ordered<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Result<Vec<R>, StreamError> {
    let share = items.len().div_ceil(threads.max(1)).max(16);
    let work = &work;
    std::thread::scope(|scope| {
        let (own, others) = items.split_at(items.len().min(share));
        let threads: Vec<_> =
            others.chunks(share).map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>())).collect();
        let mut results: Vec<R> = own.iter().map(work).collect();
        for thread in threads {
            results.extend(thread.join().map_err(|_| StreamError::Internal("a thread of the check"))?);
        }
        Ok(results)
    })
}

#[cfg(test)]
mod tests {
    use super::ordered;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for (n, threads) in [(0, 4), (1, 4), (15, 2), (16, 2), (1000, 3), (1000, 1)] {
            let items: Vec<usize> = (0..n).collect();
            assert_eq!(ordered(&items, threads, |i| i * 2).unwrap(), items.iter().map(|i| i * 2).collect::<Vec<_>>());
        }
    }
}
