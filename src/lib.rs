//! synpipe
