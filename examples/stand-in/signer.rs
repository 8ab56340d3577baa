//! Presigned URLs: issued with a row, checked and counted on use.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::options::Options;
use crate::query::Query;

/// Issues and checks signatures.
#[derive(Debug)]
pub struct Signer {
    seed: u64,
    expire_first: bool,
    expire_after: Option<u32>,
    /// How often a resource was signed, and how often each signature was used.
    issued: Mutex<HashMap<String, u32>>,
    used: Mutex<HashMap<String, u32>>,
}

/// What becomes of a request for a signed URL.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Serve it
    Good,
    /// It was good once
    Expired,
    /// It never was
    Forged,
}

impl Signer {
    /// As the command line says.
    pub fn new(options: &Options) -> Self {
        Signer {
            seed: options.seed,
            expire_first: options.expire_first,
            expire_after: options.expire_after,
            issued: Mutex::default(),
            used: Mutex::default(),
        }
    }

    /// The query string for a path. `refetch`: the row was asked for by id, not met in a walk.
    pub fn sign(&self, path: &str, refetch: bool) -> String {
        let mut nonce = 0;
        if self.expire_after.is_some() {
            let mut issued = self.issued.lock().expect("no panic while held");
            let count = issued.entry(path.to_owned()).or_default();
            nonce = *count;
            *count += 1;
        }
        let signature = self.signature(path, nonce, refetch);
        format!("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature={signature}")
    }

    /// Checks a request and counts it.
    pub fn check(&self, path: &str, query: &str) -> Verdict {
        let query = Query::parse(query);
        let given = query.get("X-Amz-Signature").unwrap_or_default();
        let nonce = given.get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let refetch = given.get(8..9) == Some("1");
        match nonce {
            Some(nonce) if self.signature(path, nonce, refetch) == given => {}
            _ => return Verdict::Forged,
        }
        if self.expire_first && !refetch {
            return Verdict::Expired;
        }
        if let Some(limit) = self.expire_after {
            let mut used = self.used.lock().expect("no panic while held");
            let count = used.entry(given.to_owned()).or_default();
            *count += 1;
            if *count > limit {
                return Verdict::Expired;
            }
        }
        Verdict::Good
    }

    fn signature(&self, path: &str, nonce: u32, refetch: bool) -> String {
        let flag = u8::from(refetch);
        let hash = mix(self.seed ^ (u64::from(nonce) << 8) ^ u64::from(flag), path.as_bytes());
        format!("{nonce:08x}{flag}{hash:016x}{:016x}", mix(hash, b"tail"))
    }
}

/// A seeded hash: the one source of chance here, so that a run can be repeated.
pub fn mix(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = seed ^ 0x9e37_79b9_7f4a_7c15;
    for &byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 30;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^= hash >> 27;
    hash = hash.wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
