//! A client of the backend with the credentials that syn-fetch would take from the environment or the configuration file.

use crate::api::client;
use crate::api::client::Client;
use crate::api::credentials;
use crate::api::credentials::{Chosen, Credentials, Given};
use crate::api::error::ApiError;
use crate::api::retry::Policy;
use std::time::Duration;
use url::Url;

/// The host of a profile.
///
/// # Errors
/// [`ApiError`] when there is no such profile, or its host cannot be used.
pub(super) fn host_of(profile: Option<Chosen>) -> Result<Option<Url>, ApiError> {
    let config = credentials::config_path(&credentials::environment);
    let given = Given { profile, ..Given::default() };
    Credentials::named_host(&given, &credentials::environment, config.as_deref())
}

/// Makes the client. `profile`: whose host and token; `retry_for`: how long a failing request is sent again.
///
/// # Errors
/// [`ApiError`] when there are no credentials, or the client cannot be set up.
pub(super) fn from_environment(profile: Option<Chosen>, retry_for: Duration) -> Result<Client, ApiError> {
    let config = credentials::config_path(&credentials::environment);
    let who =
        Credentials::resolve(&Given { profile, ..Given::default() }, &credentials::environment, config.as_deref())?;
    let policy = Policy { budget: retry_for, ..Policy::default() };
    Client::new(who, client::ClientOptions { policy, ..client::ClientOptions::default() })
}
