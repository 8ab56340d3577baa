//! What every handler shares.

use std::sync::atomic::AtomicU64;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::dump::Dump;
use crate::faults::Faults;
use crate::jobs::Jobs;
use crate::options::Options;
use crate::query::Target;
use crate::ray::Cluster;
use crate::signer::Signer;
use crate::stats::Stats;

/// State of the server.
#[derive(Debug)]
pub struct App {
    /// The command line
    pub options: Options,
    /// The rows
    pub dump: Dump,
    /// Presigned URLs
    pub signer: Signer,
    /// Errors to give
    pub faults: Faults,
    /// What happened so far
    pub stats: Stats,
    /// Jobs of the platform
    pub jobs: Jobs,
    /// Jobs on Ray
    pub ray: Cluster,
    /// The port that was taken
    pub port: u16,
    /// Lists answered so far: `--mutate` strikes by it
    pub lists: AtomicU64,
    order: [Vec<u32>; 4],
}

impl App {
    /// Sorts the rows for each list.
    pub fn new(options: Options, dump: Dump, port: u16) -> Self {
        let order = [Target::Assignment, Target::Task, Target::GroundTruth, Target::DataUnit].map(|target| {
            let mut order: Vec<u32> = (0..dump.rows.len() as u32).collect();
            let key = |n: &u32| (target.unique(&dump.rows[*n as usize]), *n);
            order.sort_by(|a, b| key(a).cmp(&key(b)));
            if matches!(target, Target::Task | Target::DataUnit) {
                // Several assignments may share a task: the list has it once.
                order.dedup_by_key(|n| target.id(&dump.rows[*n as usize]));
            }
            order
        });
        App {
            signer: Signer::new(&options),
            faults: Faults::new(&options),
            stats: Stats::default(),
            jobs: Jobs::default(),
            ray: Cluster::default(),
            lists: AtomicU64::new(0),
            options,
            dump,
            port,
            order,
        }
    }

    /// Row numbers, ascending by the list's unique column.
    pub fn order(&self, target: Target) -> &[u32] {
        &self.order[target as usize]
    }

    /// `http://host:port` as the client spelt it.
    pub fn base(&self, headers: &HeaderMap) -> String {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.map_or_else(|| format!("http://127.0.0.1:{}", self.port), |host| format!("http://{host}"))
    }
}

/// A JSON answer.
pub fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response()
}

/// A JSON answer as Django REST framework words its errors.
pub fn detail(status: StatusCode, text: &str) -> Response {
    json(status, crate::json::Object::new().text("detail", text).end())
}
