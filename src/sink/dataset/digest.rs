//! Size and SHA-256 of a file's content: counted while it passes, compared with what the line promised.

use crate::text::count;
use sha2::{Digest as _, Sha256};
use std::fmt::Write;

/// What a file line promises about the whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Size in bytes.
    pub bytes: Option<u64>,
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
}

/// Size and SHA-256 of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
}

/// How content differs from what was promised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// In size, bytes.
    #[error("it has {} instead of {promised}", count(*found, "byte"))]
    Bytes {
        /// Size of what came.
        found: u64,
        /// Size that was promised.
        promised: u64,
    },
    /// In its hash.
    #[error("its SHA-256 is {} instead of {}", to_hex(found), to_hex(promised))]
    Sha256 {
        /// Hash of what came.
        found: [u8; 32],
        /// Hash that was promised.
        promised: [u8; 32],
    },
}

/// A promised hash that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`sha256` is not 64 hexadecimal digits")]
pub struct NotSha256;

/// Counts and hashes content as it passes.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    bytes: u64,
    hash: Sha256,
}

impl Meter {
    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Size and hash of all that passed.
    pub fn finish(self) -> Digest {
        Digest { bytes: self.bytes, sha256: self.hash.finalize().into() }
    }

    /// Size and hash of all that `from` still has.
    ///
    /// # Errors
    /// What `from` returns; reads that were interrupted are repeated.
    pub fn read(from: &mut dyn std::io::Read) -> std::io::Result<Digest> {
        let mut meter = Self::default();
        let mut block = vec![0; 256 * 1024];
        loop {
            match from.read(&mut block) {
                Ok(0) => return Ok(meter.finish()),
                Ok(n) => meter.update(&block[..n]),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Size and hash of content that is in memory as a whole.
    pub fn of(content: &[u8]) -> Digest {
        Digest { bytes: content.len() as u64, sha256: Sha256::digest(content).into() }
    }
}

impl Expected {
    /// Reads the two keys of a file line.
    ///
    /// # Errors
    /// [`NotSha256`].
    pub fn parse(bytes: Option<u64>, sha256: Option<&str>) -> Result<Self, NotSha256> {
        let sha256 = match sha256 {
            None => None,
            Some(text) => Some(from_hex(text).ok_or(NotSha256)?),
        };
        Ok(Self { bytes, sha256 })
    }

    /// Adds what another line of the same file promises; the later line counts.
    pub fn merge(&mut self, other: Self) {
        self.bytes = other.bytes.or(self.bytes);
        self.sha256 = other.sha256.or(self.sha256);
    }

    /// Compares what was promised with what came.
    ///
    /// # Errors
    /// [`Mismatch`] with both values.
    pub fn check(&self, digest: &Digest) -> Result<(), Mismatch> {
        if let Some(bytes) = self.bytes
            && bytes != digest.bytes
        {
            return Err(Mismatch::Bytes { found: digest.bytes, promised: bytes });
        }
        if let Some(sha256) = self.sha256
            && sha256 != digest.sha256
        {
            return Err(Mismatch::Sha256 { found: digest.sha256, promised: sha256 });
        }
        Ok(())
    }
}

/// Lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// The 32 bytes that 64 hexadecimal digits stand for.
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn hexadecimal_round_trip() {
        assert_eq!(to_hex(&Meter::default().finish().sha256), EMPTY);
        assert_eq!(from_hex(EMPTY), Some(Meter::of(b"").sha256));
        assert_eq!(from_hex(&EMPTY.to_uppercase()), from_hex(EMPTY));
        for bad in ["", "e3", &EMPTY.replace('e', "g"), &EMPTY.replace("e3", "é")] {
            assert!(Expected::parse(None, Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn finds_wrong_size_and_wrong_hash() {
        let digest = Meter::of(b"abc");
        let check = |bytes, sha| Expected::parse(bytes, sha).unwrap().check(&digest);
        assert!(check(None, None).is_ok() && check(Some(3), None).is_ok());
        assert!(check(Some(4), None).unwrap_err().to_string().contains("3 bytes instead of 4"));
        assert!(check(Some(3), Some(EMPTY)).unwrap_err().to_string().contains("SHA-256"));
    }
}
