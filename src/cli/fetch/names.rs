//! Names in place of ids: looked up at the server, which selects by ids alone. A value of digits is an id.

use super::args::{Discover, Fetch};
use crate::api::{ApiError, Client};
use crate::cli::advice::with_advice;
use crate::exit::{Exit, Failure};
use crate::path::nfc;
use crate::selection::{List, sought};
use crate::tr;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use tokio::runtime::Runtime;

/// What is looked up.
struct Kind {
    /// What one is called, with its article.
    what: &'static str,
    /// The subcommand that lists them.
    listed_by: &'static str,
    /// The keys of an entry that hold its id, the first one that is there.
    ids: &'static [&'static str],
    /// The keys that hold names.
    names: &'static [&'static str],
}

const PROJECT: Kind = Kind { what: "the project", listed_by: "projects", ids: &["id"], names: &["title", "name"] };
const COLLECTION: Kind =
    Kind { what: "the data collection", listed_by: "data-collections", ids: &["id"], names: &["name", "title"] };
const USER: Kind =
    Kind { what: "the user", listed_by: "users", ids: &["user_id", "id"], names: &["name", "email", "username"] };
const TAG: Kind = Kind { what: "the tag", listed_by: "tags", ids: &["id"], names: &["name", "title"] };

/// Puts ids in place of the names of the project, of users and of tags.
///
/// # Errors
/// A usage failure for a name that nothing has, or several; those of asking the server.
pub(super) fn look_up(args: &mut Fetch, runtime: &Runtime, client: &Client) -> Result<(), Failure> {
    if matches!(
        args.command,
        None | Some(Discover::Classes | Discover::Tags | Discover::DataUnits | Discover::Project { .. })
    ) {
        project(args, runtime, client)?;
    }
    if let Some(collection) = args.scope.data_collection.as_mut().filter(|collection| !is_id(collection)) {
        let list = runtime.block_on(client.collection_pages().all())?;
        *collection = COLLECTION.id_of("--data-collection", collection, &list)?;
    }
    let select = &mut args.select;
    for (option, lists) in [("--user", &mut select.user), ("--reviewer", &mut args.server_select.reviewer)] {
        replace(&USER, option, lists, || runtime.block_on(client.users()))?;
    }
    let project = args.scope.project.clone();
    for (option, lists) in [("--tag", &mut select.tag), ("--task-tag", &mut select.task_tag)] {
        replace(&TAG, option, lists, || runtime.block_on(client.tags(project.as_deref())))?;
    }
    Ok(())
}

/// Puts its id in place of the title of the project.
///
/// # Errors
/// As [`look_up`].
pub(super) fn project(args: &mut Fetch, runtime: &Runtime, client: &Client) -> Result<(), Failure> {
    if let Some(project) = args.scope.project.as_mut().filter(|project| !is_id(project)) {
        let list = runtime.block_on(client.projects())?;
        *project = PROJECT.id_of("--project", project, &list)?;
    }
    Ok(())
}

/// Refuses names, which a database cannot look up.
///
/// # Errors
/// A usage failure that names the option.
#[cfg(feature = "postgres")]
pub(super) fn refuse(args: &Fetch) -> Result<(), Failure> {
    let project = args.scope.project.iter().find(|project| !is_id(project));
    match project {
        Some(name) => Err(Failure::usage(tr!("dsn-by-id", name))),
        None => Ok(()),
    }
}

/// Whether a value is an id: a number or a UUID.
fn is_id(text: &str) -> bool {
    let uuid = text.len() == 36 && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    uuid || text.trim().bytes().all(|byte| byte.is_ascii_digit())
}

fn replace(
    kind: &Kind,
    option: &str,
    lists: &mut [List],
    ask: impl FnOnce() -> Result<Vec<Box<RawValue>>, ApiError>,
) -> Result<(), Failure> {
    let mut names = lists.iter_mut().flat_map(|list| &mut list.0).filter(|value| !is_id(value)).peekable();
    let Some(first) = names.peek() else { return Ok(()) };
    let list = match ask() {
        Ok(list) => list,
        Err(ApiError::NotFound { .. }) => {
            return Err(Failure::usage(tr!("names-not-listed", option, first, kind = kind.noun())));
        }
        Err(error) => return Err(Failure::new(crate::exit::Classified::exit(&error), with_advice(&error))),
    };
    for name in names {
        *name = kind.id_of(option, name, &list)?;
    }
    Ok(())
}

impl Kind {
    fn noun(&self) -> &'static str {
        self.what.trim_start_matches("the ")
    }

    /// The id of the entry with this name.
    fn id_of(&self, option: &str, name: &str, list: &[Box<RawValue>]) -> Result<String, Failure> {
        let wanted = nfc(name.trim());
        let (mut ids, mut has) = (BTreeSet::new(), BTreeSet::new());
        for entry in list {
            let entry: Value = serde_json::from_str(entry.get()).unwrap_or_default();
            let Some(id) = self.ids.iter().find_map(|key| plain(&entry[*key])) else { continue };
            // Members of a workspace may have their person in an object.
            for at in [&entry, &entry["user"]] {
                for text in self.names.iter().filter_map(|key| at[*key].as_str()).map(nfc) {
                    if text == wanted {
                        ids.insert(id.clone());
                    }
                    has.insert(text.into_owned());
                }
            }
        }
        let (noun, by) = (self.noun(), self.listed_by);
        let told = match (ids.pop_first(), ids.is_empty()) {
            (Some(id), true) => return Ok(id),
            (Some(first), false) => {
                let all: Vec<_> = std::iter::once(first).chain(ids).collect();
                tr!("names-several", option, name, noun, ids = all.join(", "))
            }
            (None, _) if has.is_empty() && !list.is_empty() => tr!("names-without", option, name, noun),
            (None, _) => {
                let unknown = sought::unknown(self.what, name, &has);
                match (&unknown.near, &unknown.others[..]) {
                    (Some(near), _) => tr!("names-unknown-near", option, name, noun, by, near = ?near),
                    (None, []) => tr!("names-unknown", option, name, noun, by),
                    (None, others) => tr!("names-unknown-others", option, name, noun, by, others = others.join(", ")),
                }
            }
        };
        Err(Failure::new(Exit::Usage, told))
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Number(n) => Some(n.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}
