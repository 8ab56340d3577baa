//! What must not go into a job record: Ray shows it to everybody who reaches its dashboard.

use crate::exit::Failure;
use crate::tr;
use url::Url;

/// Words in the names of secrets.
const WORDS: [&str; 10] = [
    "token",
    "password",
    "passwd",
    "secret",
    "apikey",
    "api_key",
    "credential",
    "signature",
    "private_key",
    "access_key",
];

/// Whether a name is that of a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    WORDS.iter().any(|word| name.contains(word))
}

/// Refuses options of a program that hold secrets, or read them from where the nodes have none.
pub(super) fn refuse_in_arguments(option: &str, text: &str) -> Result<(), Failure> {
    let Some(words) = shlex::split(text) else { return Err(Failure::usage(tr!("job-open-quote", option))) };
    for word in &words {
        let (name, value) = match word.strip_prefix("--").and_then(|rest| rest.split_once('=')) {
            Some((name, value)) => (name, value),
            None => (word.strip_prefix("--").unwrap_or_default(), word.as_str()),
        };
        if matches!(name, "token-file" | "token-stdin") {
            return Err(Failure::usage(tr!("job-token-on-nodes", option, name)));
        }
        if is_secret_name(name) || is_secret_value(value) {
            return Err(Failure::usage(tr!("job-secret-argument", option)));
        }
    }
    Ok(())
}

/// A variable for the job, as `NAME=VALUE`.
pub(super) fn variable(text: &str) -> Result<(String, String), Failure> {
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
        return Err(Failure::usage(tr!("job-env-form")));
    };
    // A path to a secret is none.
    if (is_secret_name(name) && !value.starts_with('/')) || is_secret_value(value) {
        return Err(Failure::usage(tr!("job-secret-variable", name)));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// Whether a text is an access token, or an address with a password or a signature.
pub(super) fn is_secret_value(text: &str) -> bool {
    if text.starts_with("syn_") {
        return true;
    }
    let Ok(url) = Url::parse(text) else { return false };
    url.password().is_some() || url.query_pairs().any(|(name, _)| is_secret_name(&name) || name == "sig")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_get_into_a_job_record() {
        for (text, good) in [
            ("--project 42 --tag 'a b'", true),
            ("--dsn postgres://reader@db/synapse?sslmode=verify-full", true),
            ("--host https://api.example", true),
            ("", true),
            ("--dsn postgres://reader:pw@db/synapse", false),
            ("--dsn=postgres://db/synapse?password=x", false),
            ("--token-file /x", false),
            ("--token-stdin", false),
            ("--token syn_abc", false),
            ("syn_abc", false),
            ("--x=syn_abc", false),
            ("--list https://x/y?X-Amz-Signature=1", false),
            ("'open", false),
        ] {
            assert_eq!(refuse_in_arguments("--fetch", text).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("AWS_REGION=eu-west-1", true),
            ("AWS_ENDPOINT_URL=http://127.0.0.1:9000", true),
            ("GOOGLE_APPLICATION_CREDENTIALS=/run/key.json", true),
            ("EMPTY=", true),
            ("AWS_SECRET_ACCESS_KEY=x", false),
            ("AWS_ACCESS_KEY_ID=x", false),
            ("SYNAPSE_ACCESS_TOKEN=x", false),
            ("X=syn_abc", false),
            ("HTTPS_PROXY=http://me:pw@proxy", false),
            ("=x", false),
            ("X", false),
        ] {
            assert_eq!(variable(text).is_ok(), good, "{text}");
        }
    }
}
