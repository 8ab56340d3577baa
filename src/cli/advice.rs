//! What to do about an error, in the words of the command line.

use crate::exit::Advice;
#[cfg(feature = "net")]
use crate::exit::Classified;
use crate::stream::{Form, Packer};
use crate::tr;
use crate::words::Message;
#[cfg(feature = "net")]
use crate::words::Worded;

/// An error with what can be done about it, in one line.
#[cfg(feature = "net")]
pub fn with_advice<E: Classified + Worded>(error: &E) -> Message {
    join(Message::told(error.to_string(), error.words()), error.advice())
}

/// A message, and what can be done about it.
pub fn join(message: impl Into<Message>, advice: Option<Advice>) -> Message {
    let message = message.into();
    match advice {
        Some(advice) => message.then("; ", words(advice)),
        None => message,
    }
}

/// What can be done about an error.
pub fn words(advice: Advice) -> Message {
    match advice {
        Advice::NewToken => {
            tr!("advice-new-token")
        }
        Advice::GiveToken => {
            tr!("advice-give-token")
        }
        Advice::LogInToProfile => tr!("advice-log-in-to-profile"),
        Advice::NewProfile => tr!("advice-new-profile"),
        Advice::GiveHost => tr!("advice-give-host"),
        Advice::GiveTenant => tr!("advice-give-tenant"),
        Advice::AskForAccess => tr!("advice-ask-for-access"),
        Advice::CheckHost => tr!("advice-check-host"),
        Advice::TrustAuthority => {
            tr!("advice-trust-authority")
        }
        Advice::TrustCertificate => {
            tr!("advice-trust-certificate")
        }
        Advice::RenewCertificate => tr!("advice-renew-certificate"),
        Advice::CheckCertificate => tr!("advice-check-certificate"),
        Advice::GivePlainHost => tr!("advice-give-plain-host"),
        Advice::GiveSecureHost => tr!("advice-give-secure-host"),
        Advice::AskOperator => tr!("advice-ask-operator"),
        Advice::CheckClock => tr!("advice-check-clock"),
        Advice::CheckProxy => tr!("advice-check-proxy"),
        Advice::LogInToProxy => tr!("advice-log-in-to-proxy"),
        Advice::AllowPrivate => tr!("advice-allow-private"),
        Advice::NameNewHost => tr!("advice-name-new-host"),
        Advice::WaitLonger => tr!("advice-wait-longer"),
        Advice::ListProjects => tr!("advice-list-projects"),
        Advice::ListGroundTruth => tr!("advice-list-ground-truth"),
        Advice::ListDatasets => tr!("advice-list-datasets"),
        Advice::ListStorages => tr!("advice-list-storages"),
        Advice::ListJobs => tr!("advice-list-jobs"),
        Advice::ListPlugins => tr!("advice-list-plugins"),
        Advice::OrderOfArrival => tr!("advice-order-of-arrival"),
        Advice::Resume => tr!("advice-resume"),
        Advice::StartOver => tr!("advice-start-over"),
        Advice::SameOptions => tr!("advice-same-options"),
        Advice::NewSeries => tr!("advice-new-series"),
        Advice::FetchCheckpoint => {
            tr!("advice-fetch-checkpoint")
        }
        Advice::OneExport => tr!("advice-one-export"),
        Advice::FetchAll => {
            tr!("advice-fetch-all")
        }
        Advice::WholeExport => tr!("advice-whole-export"),
        Advice::NameByTime => {
            tr!("advice-name-by-time")
        }
        Advice::OtherCheckpoint => tr!("advice-other-checkpoint"),
        Advice::FilterOverApi => tr!("advice-filter-over-api"),
        Advice::ExportOverApi => tr!("advice-export-over-api"),
        Advice::LongerLines => tr!("advice-longer-lines"),
        Advice::FewerThreads => {
            tr!("advice-fewer-threads")
        }
        Advice::ConvertFirst => tr!("advice-convert-first"),
        Advice::SinkNext => tr!("advice-sink-next"),
        Advice::LimitUpstream(n) => {
            tr!("advice-limit-upstream", n)
        }
        Advice::NameInput => tr!("advice-name-input"),
        Advice::NameOutput => tr!("advice-name-output"),
        Advice::OtherForm(form) => form_words(form),
        Advice::AcceptEmpty => tr!("advice-accept-empty"),
        Advice::KeepFrames => {
            tr!("advice-keep-frames")
        }
        Advice::VouchForList => tr!("advice-vouch-for-list"),
        Advice::OneStream => {
            tr!("advice-one-stream")
        }
        Advice::SelectWithFrames => {
            tr!("advice-select-with-frames")
        }
        Advice::EachPartOnce => tr!("advice-each-part-once"),
        Advice::AllParts => tr!("advice-all-parts"),
        Advice::SameBounds => {
            tr!("advice-same-bounds")
        }
        Advice::DumpWithFrames => tr!("advice-dump-with-frames"),
        Advice::FetchPart => tr!("advice-fetch-part"),
        Advice::FetchCutPart => tr!("advice-fetch-cut-part"),
        Advice::FetchMissing => tr!("advice-fetch-missing"),
        Advice::FetchWithBounds => tr!("advice-fetch-with-bounds"),
        Advice::PartsOfOneExport => tr!("advice-parts-of-one-export"),
        Advice::OneAttempt => tr!("advice-one-attempt"),
        Advice::EachDumpItself => tr!("advice-each-dump-itself"),
        Advice::AgainAlone => tr!("advice-again-alone"),
    }
}

/// How an input of another form is made one that can be read.
fn form_words(form: Form) -> Message {
    let command = match form {
        Form::Packed(packer) => unpack(packer),
        Form::WideWindow => "zstd -dc --long=31 FILE |",
        Form::PackedTwice => return tr!("advice-unpack-once"),
        Form::PackedInside => return tr!("advice-give-files"),
        Form::Encoded(encoding) => return tr!("advice-other-encoding", encoding),
        Form::CrLines => "tr '\\r' '\\n' < FILE |",
        Form::Pretty | Form::Joined => "jq -c . FILE |",
        Form::Array => "jq -c '.[]' FILE |",
        Form::Sequence => "jq -c --seq . FILE | tr -d '\\036' |",
        Form::Quoted => "jq -r . FILE |",
        Form::Page => "jq -c '.results[]' FILE |",
        Form::FileLine => return words(Advice::SinkNext),
        Form::Coco | Form::Ultralytics => {
            return tr!("advice-items-from-fetch");
        }
        Form::Manifest => return tr!("advice-verify-manifest"),
        Form::Report => return tr!("advice-give-dump"),
        Form::Table => {
            return tr!("advice-rows-or-column");
        }
        Form::Document | Form::Markup | Form::Yaml | Form::Binary => {
            return tr!("advice-rows-from-fetch");
        }
        Form::Folder => {
            return tr!("advice-name-its-files");
        }
    };
    tr!("advice-read-by", command)
}

fn unpack(packer: Packer) -> &'static str {
    match packer {
        Packer::Xz => "xz -dc FILE |",
        Packer::Bzip2 => "bzip2 -dc FILE |",
        Packer::Lz4 => "lz4 -dc FILE |",
        Packer::Lzip => "lzip -dc FILE |",
        Packer::Compress => "gzip -dc FILE |",
        Packer::Zip => "unzip -p FILE |",
        Packer::SevenZip => "7z e -so FILE |",
        Packer::Rar => "unrar p -inul FILE |",
        Packer::Tar => "tar -xOf FILE |",
    }
}
