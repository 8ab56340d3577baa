//! What to do about an error, in the words of the command line.

use crate::exit::Advice;
#[cfg(feature = "net")]
use crate::exit::Classified;
use crate::stream::{Form, Packer};

/// An error with what can be done about it, in one line.
#[cfg(feature = "net")]
pub fn with_advice<E: Classified>(error: &E) -> String {
    join(error.to_string(), error.advice())
}

/// A message, and what can be done about it.
pub fn join(message: String, advice: Option<Advice>) -> String {
    match advice {
        Some(advice) => format!("{message}; {}", words(advice)),
        None => message,
    }
}

fn words(advice: Advice) -> String {
    let fixed = match advice {
        Advice::NewToken => {
            "make a new one in Synapse (or run `synapse login`) and give it by SYNAPSE_ACCESS_TOKEN, --token-file or ~/.synapse/config.json"
        }
        Advice::GiveToken => {
            "set SYNAPSE_ACCESS_TOKEN, give --token-file FILE, or run `synapse login` (writes ~/.synapse/config.json)"
        }
        Advice::GiveHost => "give it by --host or SYNAPSE_HOST",
        Advice::GiveTenant => "give --tenant CODE or set SYNAPSE_PLUGIN_RUN_TENANT",
        Advice::AskForAccess => "ask for access to the project, or check --tenant (SYNAPSE_PLUGIN_RUN_TENANT)",
        Advice::CheckHost => "check --host (SYNAPSE_HOST) and the network",
        Advice::TrustAuthority => {
            "if it is an authority of your own, give its certificate with --ca-file FILE (SYNAPSE_CA_FILE)"
        }
        Advice::TrustCertificate => {
            "to trust exactly this certificate, save it and give it with --ca-file FILE (docs/networks.md)"
        }
        Advice::RenewCertificate => "its operator has to renew it; if others can use it, set the clock of this machine",
        Advice::CheckCertificate => "ask for the host by a name that the certificate holds",
        Advice::CheckClock => "set the clock of this machine",
        Advice::CheckProxy => "correct or unset that variable, or list the host in NO_PROXY",
        Advice::LogInToProxy => "put them into that variable: http://USER:PASSWORD@HOST:PORT",
        Advice::AllowPrivate => "give --allow-private-urls if that is right",
        Advice::NameNewHost => "if you trust it, give it as --host",
        Advice::WaitLonger => "try again later, or wait longer with --retry-for",
        Advice::ListProjects => "`syn-fetch projects` lists what you can read",
        Advice::ListGroundTruth => "`syn-fetch gt-datasets` and `syn-fetch gt-versions` list what you can read",
        Advice::ListDatasets => "`syn-fetch gt-datasets` lists those that you can read",
        Advice::ListStorages => "`syn-fetch storages` lists those that you can use",
        Advice::OrderOfArrival => "--order arrival exports it all the same",
        Advice::Resume => "run again, with --resume to continue where it ended",
        Advice::StartOver => "run again without --resume",
        Advice::SameOptions => "give the same options, or start over without --resume",
        Advice::NewSeries => "give another --checkpoint FILE to begin with all rows, or the options of that export",
        Advice::FetchCheckpoint => {
            "`syn-fetch --checkpoint FILE` says it in its end frame, which the programs between have to pass on"
        }
        Advice::OneExport => "give each export a run and a --checkpoint FILE of its own",
        Advice::FetchAll => {
            "give that dump, too, or remove the checkpoint, and the next `syn-fetch --checkpoint` brings everything"
        }
        Advice::WholeExport => "export all rows each time, without --checkpoint",
        Advice::NameByTime => {
            "name each increment by its time, -o \"$(date -u +%Y%m%dT%H%M%SZ).ndjson\", and read all of them with `syn-filter --latest`"
        }
        Advice::OtherCheckpoint => "give another name to --checkpoint",
        Advice::FilterOverApi => "leave it out, or export over the API, without --dsn",
        Advice::ExportOverApi => "export over the API, without --dsn",
        Advice::LongerLines => "raise the limit with --max-line-bytes",
        Advice::FewerThreads => {
            "allow more memory (ulimit -v) or more threads (ulimit -u), or ask for fewer (--threads)"
        }
        Advice::ConvertFirst => "put `syn-convert --to FORMAT` between",
        Advice::SinkNext => "it was converted already: give it to `syn-sink`",
        Advice::LimitUpstream(n) => {
            return format!("use --limit {n} upstream to take fewer, or --allow-partial to accept what came");
        }
        Advice::NameInput => "name a FILE, or pipe something in",
        Advice::NameOutput => "redirect it, or give -o FILE (`-o /dev/null` throws the output away)",
        Advice::OtherForm(form) => return form_words(form),
        Advice::AcceptEmpty => "--allow-partial makes an empty dataset of it",
        Advice::KeepFrames => {
            "keep the frames (jq -c 'select(has(\"@stream\") or (…))'), select with `syn-filter`, or give --unframed if you know that the input is whole"
        }
        Advice::VouchForList => "give --unframed if the list was made by hand, or if you know that it is whole",
        Advice::OneStream => {
            "give every stream as it was written, one after the other (lines made by hand in a file of their own)"
        }
        Advice::SelectWithFrames => {
            "give all parts, or select with `syn-filter` or jq -c 'select(has(\"@stream\") or (…))'; --allow-partial accepts what came"
        }
        Advice::EachPartOnce => "give each part once",
        Advice::AllParts => "give all parts; --allow-partial accepts what came",
        Advice::SameBounds => {
            "fetch them anew with the same --shard I/N@B1,B2,… (the begin frame of each has its bounds); --allow-partial accepts them"
        }
    };
    fixed.to_owned()
}

/// How an input of another form is made one that can be read.
fn form_words(form: Form) -> String {
    let command = match form {
        Form::Packed(packer) => unpack(packer),
        Form::WideWindow => "zstd -dc --long=31 FILE |",
        Form::PackedTwice => return "unpack it once before, with `zstd -dc FILE |` or `gzip -dc FILE |`".to_owned(),
        Form::PackedInside => return "give the files as arguments, each by itself".to_owned(),
        Form::Encoded(encoding) => return format!("convert it before, with `iconv -f {encoding} -t UTF-8 FILE |`"),
        Form::CrLines => "tr '\\r' '\\n' < FILE |",
        Form::Pretty | Form::Joined => "jq -c . FILE |",
        Form::Array => "jq -c '.[]' FILE |",
        Form::Sequence => "jq -c --seq . FILE | tr -d '\\036' |",
        Form::Quoted => "jq -r . FILE |",
        Form::Page => "jq -c '.results[]' FILE |",
        Form::FileLine => return words(Advice::SinkNext),
        Form::Coco | Form::Ultralytics => {
            return "items come from `syn-fetch`, or from a dump of it; `syn-convert --check FILE` checks a dataset"
                .to_owned();
        }
        Form::Manifest => return "`syn-sink --verify DEST` compares a dataset with its manifest".to_owned(),
        Form::Report => return "give the dump that the export was made from".to_owned(),
        Form::Table => {
            return "rows come from `syn-fetch`, or from a dump of it; of a table of ids, `cut -d, -f1 FILE |` takes a column".to_owned();
        }
        Form::Document | Form::Markup | Form::Yaml | Form::Binary => {
            return "rows come from `syn-fetch`, or from a dump of it".to_owned();
        }
        Form::Folder => {
            return "name its files (`FILE/*.ndjson`); `syn-convert --check FILE` checks a dataset in a folder"
                .to_owned();
        }
    };
    format!("read it by way of `{command}`")
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
