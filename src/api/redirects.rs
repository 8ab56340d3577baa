//! Which redirects are followed: with the token only on its host, without it wherever an object may be.

use crate::net::addresses::Reach;
use reqwest::redirect;
use url::Url;

/// Redirects that stay on the host; any other is handed back as the answer it is.
pub fn same_origin_only() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let home = attempt.previous().first().map(Url::origin);
        if attempt.previous().len() > 5 || home != Some(attempt.url().origin()) {
            attempt.stop()
        } else {
            attempt.follow()
        }
    })
}

/// Redirects that stay within reach; [`Resolver`](crate::net::addresses::Resolver) looks after names.
pub fn within(reach: Reach) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| match reach.check(attempt.url()) {
        _ if attempt.previous().len() > 5 => attempt.error("it redirects without end"),
        Err(reason) => attempt.error(reason),
        Ok(()) => attempt.follow(),
    })
}
