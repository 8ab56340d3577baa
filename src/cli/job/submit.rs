//! `syn-job submit`: our own export on a Ray cluster. The programs and the driver are the working directory of the job; there is no
//! `pip` in it, so that nothing is downloaded on the nodes, and no secret, which everybody could read.

use super::Run;
use super::args::Submit;
use super::logs::Asked;
use super::secrets;
use crate::api::credentials::{Credentials, config_path, environment};
use crate::exit::{Exit, Failure};
use crate::job::ray::Submission;
use crate::job::ray::package::{Content, Package};
use crate::tr;
use std::borrow::Cow;
use std::path::PathBuf;

/// The programs that the driver runs.
const PROGRAMS: [&str; 4] = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink"];
/// The driver.
const DRIVER: (&str, &str) = ("export.py", include_str!("../../../scripts/ray/export.py"));

impl Run<'_> {
    /// Packs, sends and starts an export; follows it to its end.
    pub(super) fn submit(&self, options: &Submit) -> Result<Exit, Failure> {
        let entrypoint = entrypoint(options)?;
        let variables = self.variables(options)?;
        let package = Package::new(files(options)?)?;
        let ray = self.ray(&options.cluster)?;
        let id = self.runtime.block_on(async {
            let sent = ray.upload(&package).await?;
            let name = package.name();
            self.console.debug(if sent { tr!("job-sent", name) } else { tr!("job-not-sent", name) });
            let metadata = [("synpipe", env!("CARGO_PKG_VERSION").to_owned()), ("parts", options.parts.to_string())];
            let submission = Submission { entrypoint: &entrypoint, variables: &variables, metadata: &metadata };
            ray.submit(&submission, &package).await
        })?;
        self.started(&id, !options.detach)?;
        if options.detach {
            return Ok(Exit::Ok);
        }
        self.follow(&Asked::Ray(ray), &id, options.stop_on_interrupt)
    }

    /// The environment of the job: the host that this machine would ask, and what is given.
    fn variables(&self, options: &Submit) -> Result<Vec<(String, String)>, Failure> {
        let given = self.args.connect.given_without_token();
        let host = Credentials::named_host(&given, &environment, config_path(&environment).as_deref())?;
        let own = host.map(|host| ("SYNAPSE_HOST".to_owned(), host.as_str().trim_end_matches('/').to_owned()));
        let mut variables: Vec<_> = own.into_iter().collect();
        for text in &options.env {
            let (name, value) = secrets::variable(text)?;
            variables.retain(|(known, _)| *known != name);
            variables.push((name, value));
        }
        Ok(variables)
    }
}

/// The files of the package.
fn files(options: &Submit) -> Result<Vec<(String, Content)>, Failure> {
    let own = || std::env::current_exe().ok().and_then(|path| path.parent().map(PathBuf::from)).unwrap_or_default();
    let folder = options.bin.clone().unwrap_or_else(own);
    let mut files = vec![(DRIVER.0.to_owned(), Content::Text(DRIVER.1))];
    for name in PROGRAMS {
        let path = folder.join(name);
        if !path.is_file() {
            return Err(Failure::usage(tr!("job-no-program", name, folder = folder.display())));
        }
        files.push((name.to_owned(), Content::Program(path)));
    }
    Ok(files)
}

/// The line that Ray gives to a shell.
fn entrypoint(options: &Submit) -> Result<String, Failure> {
    let arguments = [
        ("--fetch", Some(&options.fetch)),
        ("--filter", options.filter.as_ref()),
        ("--convert", Some(&options.convert)),
        ("--sink", options.sink.as_ref()),
    ];
    let parts = options.parts.to_string();
    let mut words = vec!["python3", DRIVER.0, "--parts", &parts, "--run", &options.run, "--dest", &options.dest];
    for (option, place) in [("--run", &options.run), ("--dest", &options.dest)] {
        if !place.contains("://") {
            return Err(Failure::usage(tr!("job-no-store", option, ?place)));
        }
        if secrets::is_secret_value(place) {
            return Err(Failure::usage(tr!("job-secret-argument", option)));
        }
    }
    for (option, text) in arguments {
        let Some(text) = text else { continue };
        secrets::refuse_in_arguments(option, text)?;
        words.extend([option, text]);
    }
    if let Some(file) = &options.node_token_file {
        if secrets::is_secret_value(file) {
            return Err(Failure::usage(tr!("job-secret-argument", option = "--node-token-file")));
        }
        words.extend(["--token-file", file]);
    }
    let quoted: Option<Vec<_>> =
        words.into_iter().map(|word| shlex::try_quote(word).ok().map(Cow::into_owned)).collect();
    quoted.map(|words| words.join(" ")).ok_or_else(|| Failure::usage(tr!("job-no-nul")))
}

#[cfg(test)]
mod tests {
    use super::super::args::{Action, Args};
    use super::*;
    use clap::Parser;

    fn line(words: &[&str]) -> Result<String, String> {
        let always = ["syn-job", "submit", "--ray", "http://r:8265", "--run", "s3://w/r/", "--dest", "s3://s/d/"];
        let always = always.iter().chain(&["--fetch", "--project 42 --tag 'a b'", "--convert", "--to coco"]);
        match Args::try_parse_from(always.chain(words)).unwrap().command {
            Some(Action::Submit(options)) => entrypoint(&options).map_err(|failure| failure.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_driver_gets_what_it_is_given() {
        let options =
            ["--parts", "8", "--filter", "--class 'it'\\''s'", "--sink", "--overwrite", "--node-token-file", "/run/t"];
        let words = shlex::split(&line(&options).unwrap()).unwrap();
        let expected = [
            "python3",
            "export.py",
            "--parts",
            "8",
            "--run",
            "s3://w/r/",
            "--dest",
            "s3://s/d/",
            "--fetch",
            "--project 42 --tag 'a b'",
            "--filter",
            "--class 'it'\\''s'",
            "--convert",
            "--to coco",
            "--sink",
            "--overwrite",
            "--token-file",
            "/run/t",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn what_would_tell_a_secret_is_refused() {
        for (words, why) in [
            (&["--filter", "--token-file x"][..], "--node-token-file"),
            (&["--sink", "syn_abc"], "--sink"),
            (&["--node-token-file", "syn_abc"], "--node-token-file"),
        ] {
            let told = line(words).unwrap_err();
            assert!(told.contains(why) && !told.contains("syn_abc"), "{told}");
        }
    }
}
