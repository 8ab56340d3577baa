//! A stand-in for the Synapse backend, for tests, the demo and benchmarks.
//!
//! ```text
//! cargo run --example stand-in -- --dump tests/data/sample.ndjson --token syn_test
//! ```
//!
//! It serves the rows of a dump over the platform's API: the three `/sdk/` lists in both page modes, the project and
//! ground-truth endpoints, the original files and the externalised payloads; and it fails on demand, in the ways
//! that the real one was seen to fail. Every choice it makes follows from `--seed`.

// A test that cannot be served fails by a panic here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;
mod catalog;
mod classes;
mod dump;
mod faults;
mod files;
mod front;
mod image;
mod job_logs;
mod jobs;
mod json;
mod net;
mod options;
mod page;
mod query;
mod ray;
mod rows;
mod signer;
mod stats;

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use clap::Parser;
use tokio::net::TcpListener;

use app::App;
use query::Target;

#[tokio::main]
async fn main() -> io::Result<()> {
    let options = options::Options::parse();
    let dump = dump::Dump::open(&options)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let port = listener.local_addr()?.port();
    let app = Arc::new(App::new(options, dump, port));
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on http://127.0.0.1:{port}")?;
    stdout.flush()?;
    if let Some(port) = app.options.ray_port {
        let ray = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let service = router(app.clone()).into_make_service_with_connect_info::<net::Connection>();
        let door = net::Door(ray, app.clone());
        tokio::spawn(async move { axum::serve(door, service).await });
    }
    let service = router(app.clone()).into_make_service_with_connect_info::<net::Connection>();
    axum::serve(net::Door(listener, app), service).await
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/sdk/assignments/", list(Target::Assignment))
        .route("/sdk/tasks/", list(Target::Task))
        .route("/sdk/ground_truth_events/", list(Target::GroundTruth))
        .route("/data_units/", list(Target::DataUnit))
        .route("/projects/{id}/", get(catalog::project))
        .route("/v2/projects/", get(catalog::v2_projects))
        .route("/api/annotation/projects/", get(catalog::old_projects))
        .route("/v2/ground-truth-datasets/", get(catalog::v2_datasets))
        .route("/v2/ground-truth-datasets/{id}/", get(catalog::v2_dataset))
        .route("/ground_truth_dataset_versions/", get(catalog::versions))
        .route("/ground_truth_dataset_versions/{id}/", get(catalog::one_version))
        .route("/data_collections/", get(catalog::old_collections))
        .route("/data_collections/{id}/", get(catalog::collection))
        .route("/v2/data-collections/", get(catalog::v2_collections))
        .route("/storages/", get(catalog::storages))
        .route("/storages/{id}/", get(catalog::storage))
        .route("/users/", get(catalog::users))
        .route("/v2/members/", get(catalog::members))
        .route("/v2/projects/{id}/tags/", get(catalog::project_tags))
        .route("/v2/users/me/", get(catalog::me))
        .route("/v2/tenants/", get(catalog::tenants))
        .route("/task_tags/", get(catalog::tags))
        .route("/agents/", get(jobs::agents))
        .route("/v2/plugins/", get(jobs::plugins))
        .route("/v2/plugin-releases/", get(jobs::v2_releases))
        .route("/v2/plugin-releases/{id}/", get(jobs::v2_release))
        .route("/plugins/{code}/run/", post(jobs::run))
        .route("/v2/jobs/", get(jobs::v2_jobs))
        .route("/v2/jobs/{id}/", get(jobs::v2_job))
        .route("/v2/jobs/{id}/stop/", post(jobs::stop))
        .route("/v2/jobs/{id}/console_logs/", get(job_logs::v2_kept))
        .route("/jobs/{id}/", get(jobs::job).patch(jobs::patch))
        .route("/jobs/{id}/console_logs/", get(job_logs::kept))
        .route("/jobs/{id}/tail_console_logs/", get(job_logs::tail))
        .route("/api/version", get(ray::version))
        .route("/api/packages/gcs/{name}", get(ray::package).put(ray::put_package))
        .route("/api/jobs/", get(ray::list).post(ray::submit))
        .route("/api/jobs/{id}", get(ray::job).delete(ray::delete))
        .route("/api/jobs/{id}/stop", post(ray::stop))
        .route("/api/jobs/{id}/logs", get(ray::logs))
        .route("/api/jobs/{id}/logs/tail", get(ray::tail))
        .route("/files/{row}/{name}", get(files::file))
        .route("/media/{row}/{name}", get(files::file))
        .route("/objects/{name}", get(files::object))
        .route("/_stats", get(|State(app): State<Arc<App>>| async move { app::json(StatusCode::OK, app.stats.json()) }))
        .route(
            "/_calls",
            get(|State(app): State<Arc<App>>| async move { app::json(StatusCode::OK, app.stats.calls()) }),
        )
        .route("/_heal", post(|State(app): State<Arc<App>>| async move { app.faults.heal() }))
        .fallback(|| async { catalog::unknown() })
        // Packages are as large as the programs in them.
        .layer(DefaultBodyLimit::max(2 << 30))
        .layer(from_fn_with_state(app.clone(), front::door))
        .with_state(app)
}

fn list(target: Target) -> axum::routing::MethodRouter<Arc<App>> {
    get(move |state: State<Arc<App>>, query: RawQuery, headers: HeaderMap| page::list(state, target, query, headers))
}
