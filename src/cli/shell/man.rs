//! The man page of a program: `syn-filter --man > syn-filter.1`. It has what `--help` has, in the sections that people look for.

use clap::{Arg, ArgAction, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use std::io;

/// What the last part of a long help begins with: `Examples:`, text, and `Exit codes:`.
const EXAMPLES: &str = "Examples:";
const EXIT_CODES: &str = "Exit codes:";

/// The programs that a page points to.
const ALL: [&str; 5] = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink", "syn-job"];

/// A variable or a file: what it is called, the programs that read it, what it is for.
type Read = (&'static str, &'static [&'static str], &'static str);

const FETCH: &[&str] = &["syn-fetch"];
const SINK: &[&str] = &["syn-sink"];
const NET: &[&str] = &["syn-fetch", "syn-sink", "syn-job"];
const ASKS: &[&str] = &["syn-fetch", "syn-convert", "syn-sink", "syn-job"];
const CHECKS: &[&str] = &["syn-sink", "syn-convert"];

/// Variables of the environment.
const VARIABLES: [Read; 18] = [
    ("SYNAPSE_HOST", NET, "Address of the backend."),
    ("SYNAPSE_ACCESS_TOKEN", NET, "The access token. It comes before the file that `syn-fetch login` writes."),
    (
        "SYNPIPE_PROFILE",
        NET,
        "The profile, when none is given by --profile. Variables above and below come before what it says.",
    ),
    ("SYNAPSE_PROJECT", FETCH, "The project, when none is given by --project."),
    ("SYNAPSE_GT_VERSION", FETCH, "The ground-truth version, when none is given by --gt-version."),
    ("SYNAPSE_PLUGIN_RUN_USER_TOKEN", NET, "The user token that the platform gives its plugins."),
    ("SYNAPSE_PLUGIN_RUN_TENANT", NET, "The tenant of a user token."),
    ("SYNAPSE_PLUGIN_RUN_URL_HOST", NET, "The host that presigned URLs are signed for."),
    ("SYNAPSE_CA_FILE", NET, "Certificates to trust as well, as with --ca-file."),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", NET, "Proxies, and hosts that are reached without one."),
    ("SSL_CERT_FILE, SSL_CERT_DIR", NET, "Certificates to trust in place of those of the system."),
    (
        "AWS_*, AZURE_*, GOOGLE_APPLICATION_CREDENTIALS",
        CHECKS,
        "Credentials of stores, as their own tools take them (docs/destinations.md).",
    ),
    ("SYNPIPE_CONFIG", &ALL, "The file of defaults, in place of ~/.config/synpipe.toml; none when it is empty."),
    (
        "SYN_FETCH_*, SYN_FILTER_*, SYN_CONVERT_*, SYN_SINK_*, SYN_JOB_*, SYNPIPE_*",
        &ALL,
        "Defaults of options: SYN_CONVERT_TO is that of syn-convert --to, SYNPIPE_THREADS that of --threads (docs/install.md).",
    ),
    ("SYNPIPE_NO_INPUT", ASKS, "Ask nothing on a terminal, as with --no-input."),
    ("TMPDIR", &ALL, "Where temporary files go."),
    ("TZ", &["syn-fetch", "syn-filter", "syn-job"], "The time zone of dates without one."),
    ("NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", &ALL, "Whether messages have colour."),
];

/// Files besides those that are named.
const FILES: [Read; 4] = [
    ("~/.config/synpipe.toml", &ALL, "Defaults of options, a section for each program (docs/install.md)."),
    ("~/.cache/synpipe/", &ALL, "Names of projects, tags and people, for the completion of the shell."),
    ("~/.synapse/config.json", NET, "Host, token and profiles, as `syn-fetch login` and `synapse login` write them."),
    ("~/.netrc, ~/.ssh/, ~/.aws/", SINK, "Credentials of servers and stores, as their own tools take them."),
];

/// The page in roff.
///
/// # Errors
/// None: a page is written to memory.
pub fn page(mut command: Command, tool: &str) -> io::Result<Vec<u8>> {
    command.build();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let (name, description) = about.split_once("\n\n").unwrap_or((&about, ""));
    let after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let (before, codes) = after.split_once(EXIT_CODES).unwrap_or((&after, ""));
    let (examples, notes) = before.trim_start_matches(EXAMPLES).split_once("\n\n").unwrap_or((before, ""));

    let said = format!("{name}.");
    let mut page = Roff::new();
    // Lines are left ragged and words whole: commands and names of files are copied from here.
    page.control("nh", []).control("ad", ["l"]);
    paragraphs(page.control("SH", ["DESCRIPTION"]), if description.is_empty() { &said } else { description });
    commands(&mut page, &command);
    options(page.control("SH", ["OPTIONS"]), &command);
    self::examples(page.control("SH", ["EXAMPLES"]), examples);
    if !notes.trim().is_empty() {
        paragraphs(page.control("SH", ["NOTES"]), notes);
    }
    page.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in codes.lines().filter_map(|line| line.trim().split_once(' ')) {
        entry(&mut page, vec![bold(code)], meaning.trim());
    }
    for (heading, list) in [("ENVIRONMENT", &VARIABLES[..]), ("FILES", &FILES[..])] {
        let mut of_tool = list.iter().filter(|(_, tools, _)| tools.contains(&tool)).peekable();
        if of_tool.peek().is_some() {
            page.control("SH", [heading]);
        }
        of_tool.for_each(|(name, _, meaning)| entry(&mut page, vec![bold(*name)], meaning));
    }
    see_also(&mut page, tool);

    let usage = usage(&command, tool);
    let heads = Man::new(command.clone().about(name.to_owned()).override_usage(usage)).manual("synpipe");
    let mut out = Vec::new();
    heads.render_title(&mut out)?;
    heads.render_name_section(&mut out)?;
    heads.render_synopsis_section(&mut out)?;
    page.to_writer(&mut out)?;
    Ok(ascii(&String::from_utf8_lossy(&out)).into_bytes())
}

/// The page for any troff: other characters as its escapes.
fn ascii(page: &str) -> String {
    let escape = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", u32::from(c)) };
    page.chars().map(escape).collect()
}

/// The forms of the command line, one a line.
fn usage(command: &Command, tool: &str) -> String {
    let files: Vec<_> = command.get_positionals().map(|arg| format!(" [{}]", value_of(arg))).collect();
    let export = format!("{tool} [OPTION]...{}", files.concat());
    let names: Vec<_> = shown(command).map(Command::get_name).collect();
    if names.is_empty() { export } else { format!("{export}\n{tool} COMMAND [OPTION]...") }
}

/// The subcommands that help lists.
fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set())
}

/// What each subcommand does, with the options that it alone has.
fn commands(page: &mut Roff, command: &Command) {
    let mut subs = shown(command).peekable();
    if subs.peek().is_some() {
        page.control("SH", ["COMMANDS"]);
    }
    for sub in subs {
        entry(page, vec![bold(sub.get_name())], &sub.get_about().map(ToString::to_string).unwrap_or_default());
        let own: Vec<_> = sub.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set()).collect();
        if !own.is_empty() {
            page.control("RS", []);
            own.into_iter().for_each(|arg| option(page, arg));
            page.control("RE", []);
        }
    }
}

/// The options in the groups of `--help`.
fn options(page: &mut Roff, command: &Command) {
    let args: Vec<_> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
    let mut groups = Vec::new();
    for group in args.iter().map(|arg| heading(arg)) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for group in groups {
        if let Some(name) = group {
            page.control("SS", [name]);
        }
        args.iter().filter(|arg| heading(arg) == group).for_each(|arg| option(page, arg));
    }
}

/// An option or argument: its names, what it is for, and its values.
fn option(page: &mut Roff, arg: &Arg) {
    let mut names = Vec::new();
    let shorts = arg.get_short().map(|short| format!("-{short}"));
    let longs = arg.get_long_and_visible_aliases().unwrap_or_default();
    for name in shorts.into_iter().chain(longs.into_iter().map(|long| format!("--{long}"))) {
        if !names.is_empty() {
            names.push(roman(", "));
        }
        names.push(bold(name));
    }
    if arg.get_action().takes_values() {
        names.push(roman(if names.is_empty() { "" } else { " " }));
        names.push(italic(value_of(arg)));
    }
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut notes = Vec::new();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if arg.get_action().takes_values() && !arg.is_hide_default_value_set() && !defaults.is_empty() {
        notes.push(format!("default: {}", defaults.join(",")));
    }
    if let Some(variable) = arg.get_env().filter(|_| !arg.is_hide_env_set()) {
        notes.push(format!("env: {}", variable.to_string_lossy()));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" [{}]", notes.join("; ")) };
    let values = arg.get_possible_values();
    let values: Vec<_> =
        values.iter().filter(|value| arg.get_action().takes_values() && !value.is_hide_set()).collect();
    if values.iter().all(|value| value.get_help().is_none()) {
        let words: Vec<_> = values.iter().map(|value| value.get_name()).collect();
        let words = if words.is_empty() { String::new() } else { format!(" [possible values: {}]", words.join(", ")) };
        return entry(page, names, &format!("{help}{words}{notes}"));
    }
    entry(page, names, &format!("{help}{notes}"));
    page.control("RS", []);
    for value in values {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        entry(page, vec![italic(value.get_name())], &help);
    }
    page.control("RE", []);
}

/// What stands for the value of an option or argument.
fn value_of(arg: &Arg) -> String {
    let several = if arg.is_positional() && matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
    format!("{}{several}", arg.get_value_names().unwrap_or_default().join(" "))
}

/// The group of `--help` that an option is in.
fn heading(arg: &Arg) -> Option<&str> {
    arg.get_help_heading().or(matches!(arg.get_action(), ArgAction::Version).then_some("Common options"))
}

/// A name and, indented, what it means.
fn entry(page: &mut Roff, name: Vec<Inline>, meaning: &str) {
    page.control("TP", []).text(name).text([roman(meaning)]);
}

/// Text of several paragraphs.
fn paragraphs(page: &mut Roff, text: &str) {
    for (i, paragraph) in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).enumerate() {
        if i > 0 {
            page.control("PP", []);
        }
        page.text([roman(paragraph)]);
    }
}

/// Examples as they are in the help, which makes them as wide as a terminal: so far to the left that they fit.
fn examples(page: &mut Roff, text: &str) {
    page.control("RS", ["-4"]).control("EX", []);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    page.control("EE", []).control("RE", []);
}

/// The other programs.
fn see_also(page: &mut Roff, tool: &str) {
    let others = ALL.iter().filter(|other| **other != tool);
    let line =
        others.enumerate().flat_map(|(i, other)| [roman(if i == 0 { "" } else { ", " }), bold(*other), roman("(1)")]);
    page.control("SH", ["SEE ALSO"]).text(line.collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::shell::tests::commands;

    #[test]
    fn every_option_and_command_has_a_line() {
        for command in commands() {
            let tool = command.get_name().to_owned();
            let page = String::from_utf8(page(command.clone(), &tool).unwrap()).unwrap();
            assert!(page.is_ascii(), "{tool}");
            let mut command = command;
            command.build();
            let has =
                |name: &str| page.lines().any(|line| line.contains(&format!("\\fB{}\\fR", name.replace('-', "\\-"))));
            for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                for long in arg.get_long_and_visible_aliases().unwrap_or_default() {
                    assert!(has(&format!("--{long}")), "{tool} --{long}\n{page}");
                }
                for value in arg.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
                    assert!(page.contains(&value.get_name().replace('-', "\\-")), "{tool} {arg} {}", value.get_name());
                }
                if let Some(variable) = arg.get_env() {
                    let name = variable.to_str().unwrap();
                    assert!(
                        VARIABLES.iter().any(|(names, tools, _)| names.contains(name) && tools.contains(&&*tool)),
                        "{name}"
                    );
                }
            }
            for sub in shown(&command) {
                assert!(has(sub.get_name()), "{tool} {}", sub.get_name());
            }
            for section in
                ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "ENVIRONMENT", "SEE ALSO"]
            {
                let heads = [format!(".SH {section}"), format!(".SH \"{section}\"")];
                assert_eq!(
                    page.lines().filter(|line| heads.iter().any(|head| line == head)).count(),
                    1,
                    "{tool} {section}"
                );
            }
        }
    }
}
