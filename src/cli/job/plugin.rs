//! `syn-job run`: the platform runs one of its plugins. What is missing is asked for on a terminal.

use super::Run;
use super::args::Run as Options;
use super::lists::newest_release;
use super::logs::Asked;
use super::parameters::{self, Chosen};
use super::place::{choice, lacking};
use crate::api::{ApiError, Client, Query, client, page};
use crate::cli::ask::command::{Answers, Before};
use crate::cli::ask::terminal::{Terminal, somebody};
use crate::cli::ask::{Ask, Choice};
use crate::exit::{Exit, Failure};
use crate::job::platform::Platform;
use crate::job::schema::{self, Field};
use crate::tr;
use crate::words::Message;
use jiff::Timestamp;
use serde_json::{Value, json};

/// So many choices are listed for programs.
const LISTED: usize = 200;

impl Run<'_> {
    /// Runs a plugin, says the id of the job, and follows it if that is wanted.
    pub(super) fn plugin(&self, options: &Options) -> Result<Exit, Failure> {
        let filter = parameters::filter(options)?;
        let mut extra = parameters::extra(options)?;
        let client = self.client()?;
        let mut questions = Questions { run: self, terminal: None, answers: Answers::new() };
        let agent = self.agent_of(options, &client, &mut questions)?;
        for field in self
            .required(options, &client)?
            .into_iter()
            .filter(|field| !extra.contains_key(&field.name))
            .collect::<Vec<_>>()
        {
            let value = questions.field(&field)?;
            extra.insert(field.name, parameters::typed(&value));
        }
        let storage = match options.storage {
            Some(id) => id,
            None => questions.storage(&client)?,
        };
        let name = options.name.clone().unwrap_or_else(|| parameters::default_name(options, Timestamp::now()));
        let path = match &options.path {
            Some(path) => path.clone(),
            None => questions.path()?,
        };
        let answers = std::mem::take(&mut questions.answers);
        drop(questions);
        Before::default().tell(&answers, false, self.console);
        let body = parameters::body(options, Chosen { agent, name, storage, path, filter, extra });
        let platform = Platform::new(client);
        let id = self.runtime.block_on(platform.run(&options.plugin, &body))?;
        self.started(&id, options.follow)?;
        if options.follow { self.follow(&Asked::Platform(platform), &id, false) } else { Ok(Exit::Ok) }
    }

    /// Says the id of a job that was started: on standard output, unless its log goes there.
    pub(super) fn started(&self, id: &str, follows: bool) -> Result<(), Failure> {
        if follows {
            self.console.info(tr!("job-started", id));
            return Ok(());
        }
        let mut writer = self.args.common.writer()?;
        let line = if self.args.at_terminal() { id.to_owned() } else { json!({"id": id}).to_string() };
        writer.line(line.as_bytes())?;
        writer.finish()?;
        self.console.debug(tr!("job-started", id));
        Ok(())
    }

    /// The agent to run on: the one that is named, the one that was saved, the only one there is, the one that a person chooses.
    fn agent_of(
        &self,
        options: &Options,
        client: &Client,
        questions: &mut Questions<'_>,
    ) -> Result<Option<u64>, Failure> {
        if let Some(wanted) = &options.agent {
            return match wanted.parse() {
                Ok(id) => Ok(Some(id)),
                Err(_) => Ok(self.agent(client, wanted)?.id),
            };
        }
        if let Some(id) = self.saved_agent()?.and_then(|agent| agent.id) {
            return Ok(Some(id));
        }
        let agents = self.agents(client)?;
        match &agents[..] {
            [] => Ok(None),
            [agent] => {
                self.console.debug(tr!("job-on-agent", id = agent.id.unwrap_or_default(), name = ?agent.name));
                Ok(agent.id)
            }
            _ => {
                let shown = agents
                    .iter()
                    .map(|agent| Choice::new(agent.name.clone(), format!("id {}", agent.id.unwrap_or_default())));
                let at = questions.one(
                    "--agent",
                    tr!("job-which-agent"),
                    tr!("job-lacking-agent"),
                    shown.collect(),
                    || agents.iter().map(choice).collect(),
                )?;
                let id = agents[at].id;
                questions.answered("--agent", id.unwrap_or_default().to_string());
                Ok(id)
            }
        }
    }

    /// What the plugin must be told, by the form of its release. A server that does not give the form is no hindrance.
    fn required(&self, options: &Options, client: &Client) -> Result<Vec<Field>, Failure> {
        let found = self.runtime.block_on(async {
            let mut pages = client.plugin_pages("export");
            while let Some(entries) = pages.next().await? {
                for entry in entries {
                    let plugin: Value = serde_json::from_str(entry.get()).unwrap_or_default();
                    let id = plugin["id"].as_u64().map(|id| id.to_string());
                    if plugin["code"] != *options.plugin && id.as_deref() != Some(&*options.plugin) {
                        continue;
                    }
                    let Some(release) = newest_release(client, &plugin, options.version.as_deref()).await? else {
                        return Ok(None);
                    };
                    let path = format!("/v2/plugin-releases/{}/", release["id"]);
                    let whole = client.get(&path, &Query::new(), client::json).await?;
                    return Ok(Some(page::single(whole)));
                }
            }
            Ok::<_, Failure>(None)
        });
        match found {
            Ok(Some(release)) => Ok(schema::required(&release["run_schema"])),
            Ok(None) => Ok(Vec::new()),
            Err(failure) if failure.exit == Exit::Refused => {
                self.console.debug(tr!("job-no-form", reason = failure.message));
                Ok(Vec::new())
            }
            Err(failure) => Err(failure),
        }
    }
}

/// Questions to the person at the terminal; without one, what is missing ends the run.
struct Questions<'a> {
    run: &'a Run<'a>,
    terminal: Option<Terminal>,
    /// What was answered, as it would have been typed.
    answers: Answers,
}

impl Questions<'_> {
    /// Somebody to ask, or the failure that says what is missing.
    fn person(
        &mut self,
        option: &str,
        missing: Message,
        choices: impl FnOnce() -> Vec<Value>,
    ) -> Result<&mut Terminal, Failure> {
        if self.terminal.is_none() {
            self.terminal = somebody(self.run.args.asking, self.run.console).map(|person| person.talk());
        }
        self.terminal.as_mut().ok_or_else(|| {
            let choices = if self.run.console.is_json() { choices() } else { Vec::new() };
            let choices = choices.into_iter().take(LISTED).collect();
            Failure { details: Some(Box::new(lacking(option, choices))), ..Failure::usage(missing) }
        })
    }

    fn one(
        &mut self,
        option: &str,
        question: Message,
        missing: Message,
        shown: Vec<Choice>,
        choices: impl FnOnce() -> Vec<Value>,
    ) -> Result<usize, Failure> {
        self.person(option, missing, choices)?.one(&question, &shown)
    }

    fn answered(&mut self, option: &str, value: String) {
        self.answers.extend([option.to_owned(), value]);
    }

    /// A parameter that the plugin must be told.
    fn field(&mut self, field: &Field) -> Result<String, Failure> {
        let name = &*field.name;
        let listed = field.choices.join(", ");
        let missing = match field.choices.is_empty() {
            true => tr!("job-lacking-param", name),
            false => tr!("job-lacking-param-of", name, choices = listed),
        };
        let label = if field.label.is_empty() { name } else { &*field.label };
        let question = tr!("job-which-param", label);
        let values = || field.choices.iter().map(|value| json!({"value": value})).collect();
        let person = self.person(&format!("--param {name}"), missing, values)?;
        let value = match field.choices.is_empty() {
            true => person.text(&question, "", &not_blank)?,
            false => {
                let shown: Vec<_> = field.choices.iter().map(|value| Choice::new(value.clone(), "")).collect();
                field.choices[person.one(&question, &shown)?].clone()
            }
        };
        self.answered("--param", format!("{name}={value}"));
        Ok(value)
    }

    /// The storage that is written to.
    fn storage(&mut self, client: &Client) -> Result<u64, Failure> {
        let run = self.run;
        let entries = || -> Result<Vec<(u64, String)>, ApiError> {
            let list = run.runtime.block_on(client.storages())?;
            let read = |entry: &serde_json::value::RawValue| {
                let entry: Value = serde_json::from_str(entry.get()).ok()?;
                Some((entry["id"].as_u64()?, entry["name"].as_str().unwrap_or_default().to_owned()))
            };
            Ok(list.iter().filter_map(|entry| read(entry)).collect())
        };
        let values = || {
            let list = entries().unwrap_or_default();
            list.into_iter().map(|(id, name)| json!({"value": id.to_string(), "title": name})).collect()
        };
        self.person("--storage", tr!("job-lacking-storage"), values)?;
        let list = entries()?;
        let shown: Vec<_> = list.iter().map(|(id, name)| Choice::new(name.clone(), format!("id {id}"))).collect();
        if shown.is_empty() {
            return Err(Failure::usage(tr!("job-no-storage")));
        }
        let at = self.one("--storage", tr!("job-which-storage"), tr!("job-lacking-storage"), shown, Vec::new)?;
        let id = list[at].0;
        self.answered("--storage", id.to_string());
        Ok(id)
    }

    /// The folder in the storage.
    fn path(&mut self) -> Result<String, Failure> {
        let person = self.person("--path", tr!("job-lacking-path"), Vec::new)?;
        let path = person.text(&tr!("job-which-path"), "", &not_blank)?;
        self.answered("--path", path.clone());
        Ok(path)
    }
}

fn not_blank(text: &str) -> Result<(), Message> {
    if text.trim().is_empty() { Err(tr!("job-not-blank")) } else { Ok(()) }
}
