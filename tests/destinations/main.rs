//! What every destination must do, run against every destination there is: real servers, started here on free ports, stopped by
//! process id. The tests of a server that is not installed are left out (tests/README.md).
//!
//! A new destination is one line in `destinations!`, and whatever starts its server in `servers.rs`.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod archives;
mod campaign;
mod check;
#[path = "../common/mod.rs"]
mod common;
mod dumps;
mod faults;
mod in_process;
mod lacking;
mod leftovers;
mod lines;
mod networks;
mod parts;
mod refusals;
mod servers;
mod storage;
mod suite;

macro_rules! destinations {
    ($($name:ident: $start:expr;)*) => {$(
        mod $name {
            use crate::{servers, suite};

            /// Does nothing where the server is not installed.
            fn run(check: fn(&servers::Server)) {
                if let Some(server) = $start {
                    check(&server);
                }
            }

            #[test]
            fn publishes_all_that_came() {
                run(suite::publishes_all_that_came);
            }

            #[test]
            fn a_cut_input_leaves_nothing() {
                run(suite::a_cut_input_leaves_nothing);
            }

            #[test]
            fn what_is_there_is_refused_or_found_the_same() {
                run(suite::what_is_there_is_refused_or_found_the_same);
            }

            #[test]
            fn overwrite_replaces_the_whole_or_nothing() {
                run(suite::overwrite_replaces_the_whole_or_nothing);
            }

            #[test]
            fn foreign_files_survive_overwrite() {
                run(suite::foreign_files_survive_overwrite);
            }

            #[test]
            fn caches_go_with_the_dataset() {
                run(suite::caches_go_with_the_dataset);
            }

            #[test]
            fn what_is_kept_is_taken_up() {
                run(suite::what_is_kept_is_taken_up);
            }

            #[test]
            fn verify_finds_what_is_wrong() {
                run(suite::verify_finds_what_is_wrong);
            }

            #[test]
            fn names_arrive_or_are_refused() {
                run(suite::names_arrive_or_are_refused);
            }

            #[test]
            fn signals_leave_nothing_and_kills_are_resumed() {
                run(suite::signals_leave_nothing_and_kills_are_resumed);
            }
        }
    )*};
}

destinations! {
    local: Some(servers::local());
    tar: Some(servers::archive(".tar"));
    tar_zst: Some(servers::archive(".tar.zst"));
    zip: Some(servers::archive(".zip"));
    s3s: servers::s3s();
    moto: servers::moto();
    sftp: servers::sftp();
    ftp: servers::ftp();
    ftps: servers::ftps();
    webdav: servers::webdav();
    gcs: servers::gcs();
    azurite: servers::azurite();
}

/// Nothing is left of this one after a signal or a kill, nor can a run leave anything for another.
mod memory {
    use crate::{servers, suite};

    #[test]
    fn publishes_all_that_came() {
        suite::publishes_all_that_came(&servers::memory());
    }

    #[test]
    fn a_cut_input_leaves_nothing() {
        suite::a_cut_input_leaves_nothing(&servers::memory());
    }

    #[test]
    fn what_is_there_is_refused_or_found_the_same() {
        suite::what_is_there_is_refused_or_found_the_same(&servers::memory());
    }

    #[test]
    fn overwrite_replaces_the_whole_or_nothing() {
        suite::overwrite_replaces_the_whole_or_nothing(&servers::memory());
    }

    #[test]
    fn foreign_files_survive_overwrite() {
        suite::foreign_files_survive_overwrite(&servers::memory());
    }

    #[test]
    fn caches_go_with_the_dataset() {
        suite::caches_go_with_the_dataset(&servers::memory());
    }

    #[test]
    fn verify_finds_what_is_wrong() {
        suite::verify_finds_what_is_wrong(&servers::memory());
    }

    #[test]
    fn names_arrive_or_are_refused() {
        suite::names_arrive_or_are_refused(&servers::memory());
    }
}

/// On servers that keep files in a folder of this machine. Not on SFTP, whose client library leaves such names out.
#[test]
fn foreign_names_are_told() {
    for server in [Some(servers::local()), servers::ftp(), servers::ftps(), servers::webdav()].into_iter().flatten() {
        suite::foreign_names_are_told(&server, &server.dir.path().join("data"));
    }
}
