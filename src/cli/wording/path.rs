//! Names and paths that are refused.

use crate::path::{MAX_NAME, MAX_PATH, Unsafe, UnsafePath};
use crate::tr;
use crate::words::{Message, Worded};

impl Worded for UnsafePath {
    fn words(&self) -> Message {
        tr!("unsafe-path", path = ?self.path, reason = self.reason)
    }
}

impl Worded for Unsafe {
    fn words(&self) -> Message {
        match self {
            Self::Empty => tr!("unsafe-empty"),
            Self::Long => tr!("unsafe-long", most = MAX_PATH),
            Self::Absolute => tr!("unsafe-absolute"),
            Self::EmptyComponent => tr!("unsafe-empty-component"),
            Self::Dots => tr!("unsafe-dots"),
            Self::LongComponent => tr!("unsafe-long-component", most = MAX_NAME),
            Self::Drive => tr!("unsafe-drive"),
            Self::Backslash => tr!("unsafe-backslash"),
            Self::Control => tr!("unsafe-control"),
            Self::Invisible => tr!("unsafe-invisible"),
        }
    }
}
