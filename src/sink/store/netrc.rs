//! `~/.netrc` (or the file that `NETRC` names): user names and passwords of servers, as curl and ftp read them.

use super::environment::env;
use std::path::PathBuf;

/// Who to be on a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// The entry for this host, and for this user if one is asked for.
pub fn login(host: &str, user: Option<&str>) -> Option<Login> {
    let file = env("NETRC").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".netrc")))?;
    find(&std::fs::read_to_string(file).ok()?, host, user)
}

fn find(text: &str, host: &str, user: Option<&str>) -> Option<Login> {
    let mut words = text.lines().filter(|l| !l.trim_start().starts_with('#')).flat_map(str::split_whitespace);
    let mut entry: Option<Login> = None;
    let fits =
        |e: &Option<Login>| e.as_ref().is_some_and(|l| !l.password.is_empty() && user.is_none_or(|u| u == l.user));
    while let Some(word) = words.next() {
        match word {
            "machine" | "default" => {
                if fits(&entry) {
                    return entry;
                }
                let ours = word == "default" || words.next() == Some(host);
                entry = ours.then(|| Login { user: String::new(), password: String::new() });
            }
            "login" | "password" => {
                let value = words.next()?;
                if let Some(e) = &mut entry {
                    *(if word == "login" { &mut e.user } else { &mut e.password }) = value.to_owned();
                }
            }
            _ => {}
        }
    }
    entry.filter(|e| fits(&Some(e.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_host_and_user() {
        let text = "# machine h login no password no\nmachine h\n login a password 1\nmachine h login b password 2\ndefault login d password 3\n";
        let found = |host, user| find(text, host, user).map(|l| l.password);
        assert_eq!(found("h", None).as_deref(), Some("1"));
        assert_eq!(found("h", Some("b")).as_deref(), Some("2"));
        assert_eq!(found("other", None).as_deref(), Some("3"));
        assert_eq!(find("machine h login a", "h", None).map(|l| l.user), None);
    }
}
