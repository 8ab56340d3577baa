//! What `-v` says of the program and its environment. No secrets.

use crate::tr;
use crate::words::Message;

/// Variables whose values are told.
const SHOWN: &[&str] = &[
    "SYNAPSE_HOST",
    "SYNAPSE_PROJECT",
    "SYNAPSE_GT_VERSION",
    "SYNAPSE_PLUGIN_RUN_TENANT",
    "SYNPIPE_PROFILE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NO_PROXY",
    "no_proxy",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
    "TMPDIR",
    "TZ",
    "NO_COLOR",
];

/// Variables that may hold a secret: only that they are set is told.
const SET: &[&str] = &[
    "SYNAPSE_ACCESS_TOKEN",
    "SYNAPSE_PLUGIN_RUN_USER_TOKEN",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AZURE_STORAGE_ACCOUNT_KEY",
];

/// The release, the threads, and the variables of the environment that may matter.
pub fn program(tool: &str, threads: usize) -> Message {
    let variables = variables(|name| std::env::var(name).ok());
    let variables = if variables.is_empty() { tr!("verbose-nothing") } else { Message::list(variables, ", ") };
    tr!("verbose-program", tool, version = env!("CARGO_PKG_VERSION"), threads, variables)
}

fn variables(get: impl Fn(&str) -> Option<String>) -> Vec<Message> {
    let given = |name: &&&str| get(name).is_some_and(|value| !value.is_empty());
    let shown = SHOWN.iter().filter(given).map(|name| {
        // An address may hold a name and a password, or a signature.
        let value = get(name).filter(|value| !value.contains(['@', '?']));
        value.map_or_else(|| tr!("verbose-set", name), |value| format!("{name}={value}").into())
    });
    shown.chain(SET.iter().filter(given).map(|name| tr!("verbose-set", name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_told() {
        for (name, value, told) in [
            ("SYNAPSE_HOST", "https://h", &["SYNAPSE_HOST=https://h"][..]),
            ("SYNAPSE_HOST", "https://me:s3cr3t@h", &["SYNAPSE_HOST is set"]),
            ("SYNAPSE_HOST", "https://h?token=s3cr3t", &["SYNAPSE_HOST is set"]),
            ("SYNAPSE_HOST", "", &[]),
            ("SYNAPSE_PROJECT", "42", &["SYNAPSE_PROJECT=42"]),
            ("SYNAPSE_ACCESS_TOKEN", "s3cr3t", &["SYNAPSE_ACCESS_TOKEN is set"]),
            ("HTTPS_PROXY", "http://me:s3cr3t@p", &["HTTPS_PROXY is set"]),
            ("AWS_SECRET_ACCESS_KEY", "s3cr3t", &["AWS_SECRET_ACCESS_KEY is set"]),
            ("AWS_REGION", "ap-northeast-2", &["AWS_REGION=ap-northeast-2"]),
            ("PATH", "/bin", &[]),
        ] {
            let got = variables(|asked| (asked == name).then(|| value.to_owned()));
            assert_eq!(got.iter().map(Message::english).collect::<Vec<_>>(), told, "{name}");
        }
    }
}
