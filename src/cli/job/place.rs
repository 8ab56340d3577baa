//! Whom a command asks: the platform, or the dashboard of a Ray cluster.

use super::Run;
use super::args::Cluster;
use crate::api::Client;
use crate::api::config::{Agent, Config};
use crate::api::credentials::{Credentials, config_path, environment, parse_host};
use crate::api::limit::Limits;
use crate::exit::Failure;
use crate::job::platform::Platform;
use crate::job::ray::{PORT, Ray};
use crate::tr;
use serde_json::{Map, Value, json};
use url::Url;

impl Run<'_> {
    /// A client of the platform.
    pub(super) fn client(&self) -> Result<Client, Failure> {
        self.args.connect.client(Limits::default(), self.console)
    }

    /// The jobs of the platform.
    pub(super) fn platform(&self) -> Result<Platform, Failure> {
        Ok(Platform::new(self.client()?))
    }

    /// The Ray cluster that the options name, or the agent that was saved.
    pub(super) fn ray(&self, cluster: &Cluster) -> Result<Ray, Failure> {
        let address = match (&cluster.ray, &cluster.agent) {
            (Some(url), _) => parse_host(url).map_err(|e| Failure::usage(tr!("job-ray-address", reason = e)))?,
            (None, Some(agent)) => {
                let client = self.client()?;
                dashboard(&self.agent(&client, agent)?)?
            }
            (None, None) => match self.saved_agent()? {
                Some(agent) => dashboard(&agent)?,
                None => return Err(lacking_ray()),
            },
        };
        self.console.debug(tr!("job-asks-ray", host = address.origin().ascii_serialization()));
        let client = self.args.connect.client_of(Credentials::nobody(address), Limits::default(), self.console)?;
        Ok(Ray::new(client))
    }

    /// The agent that the platform's CLI has saved.
    pub(super) fn saved_agent(&self) -> Result<Option<Agent>, Failure> {
        let config = Config::read(config_path(&environment).as_deref()).map_err(crate::api::ApiError::from)?;
        let profile = self.args.connect.given_without_token().profile;
        Ok(config.agent(profile.as_ref().map(|chosen| chosen.name.as_str())))
    }

    /// The agents of the platform.
    pub(super) fn agents(&self, client: &Client) -> Result<Vec<Agent>, Failure> {
        let entries = self.runtime.block_on(client.agent_pages().all())?;
        let read = |entry: &serde_json::value::RawValue| {
            let entry: Value = serde_json::from_str(entry.get()).ok()?;
            let text =
                |key: &str| entry[key].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
            Some(Agent { id: Some(entry["id"].as_u64()?), name: text("name").unwrap_or_default(), url: text("url") })
        };
        Ok(entries.iter().filter_map(|entry| read(entry)).collect())
    }

    /// The agent with this id or name.
    pub(super) fn agent(&self, client: &Client, wanted: &str) -> Result<Agent, Failure> {
        let agents = self.agents(client)?;
        let id = wanted.parse::<u64>().ok();
        let of_id = agents.iter().find(|agent| id.is_some() && agent.id == id);
        let mut of_name = agents.iter().filter(|agent| agent.name == wanted);
        let found = match (of_id, of_name.next(), of_name.next()) {
            (Some(agent), ..) | (None, Some(agent), None) => agent,
            (None, Some(_), Some(_)) => return Err(Failure::usage(tr!("job-agents-same-name", name = ?wanted))),
            (None, None, _) => {
                let mut failure = Failure::usage(tr!("job-no-agent", agent = ?wanted));
                failure.details = Some(Box::new(lacking("--agent", agents.iter().map(choice).collect())));
                return Err(failure);
            }
        };
        Ok(found.clone())
    }
}

/// What is missing, for programs.
pub(super) fn lacking(option: &str, choices: Vec<Value>) -> Map<String, Value> {
    let mut details = Map::new();
    details.insert("missing".into(), option.into());
    if !choices.is_empty() {
        details.insert("choices".into(), choices.into());
    }
    details
}

/// An agent as a choice.
pub(super) fn choice(agent: &Agent) -> Value {
    json!({"value": agent.id.map(|id| id.to_string()), "title": agent.name})
}

fn lacking_ray() -> Failure {
    let mut failure = Failure::usage(tr!("job-lacking-ray"));
    failure.details = Some(Box::new(lacking("--ray", Vec::new())));
    failure
}

/// The dashboard on the host of an agent: its port is the same everywhere, and it has no TLS.
fn dashboard(agent: &Agent) -> Result<Url, Failure> {
    let title = if agent.name.is_empty() { agent.id.unwrap_or_default().to_string() } else { agent.name.clone() };
    let Some(url) = &agent.url else { return Err(Failure::usage(tr!("job-agent-no-url", agent = ?title))) };
    let host = Url::parse(url).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    let address = host.and_then(|host| Url::parse(&format!("http://{host}:{PORT}/")).ok());
    address.ok_or_else(|| Failure::usage(tr!("job-agent-bad-url", agent = ?title, ?url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboard_is_on_the_host_of_the_agent() {
        for (url, address) in [
            (Some("http://10.0.0.4:8000"), Some("http://10.0.0.4:8265/")),
            (Some("https://agent.example/path?x"), Some("http://agent.example:8265/")),
            (Some("http://[::1]:8000"), Some("http://[::1]:8265/")),
            (Some("agent"), None),
            (Some("data:x"), None),
            (None, None),
        ] {
            let agent = Agent { id: Some(3), name: "a".into(), url: url.map(str::to_owned) };
            assert_eq!(dashboard(&agent).ok().map(String::from).as_deref(), address, "{url:?}");
        }
    }
}
