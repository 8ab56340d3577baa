//! A connection, and one transaction in which everything is read: read-only, and of one moment.

use super::dsn::Dsn;
use super::error::{CLOSED, DatabaseError};
use super::tls;
use tokio::task::JoinHandle;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, IsolationLevel, Transaction};

/// A connection to the database.
#[derive(Debug)]
pub struct Session {
    client: Client,
    /// Moves bytes until the client is gone, or the connection is.
    wire: JoinHandle<Result<(), tokio_postgres::Error>>,
    /// The database as it may be shown.
    pub place: String,
    /// Whether what is read could be read on the way.
    pub exposed: bool,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open(dsn: &Dsn) -> Result<Self, DatabaseError> {
        let of = |e: &tokio_postgres::Error| DatabaseError::of(e, &dsn.place);
        let connector = tls::connector(dsn.mode, &dsn.roots)?;
        let (client, connection) = dsn.config.connect(connector).await.map_err(|e| of(&e))?;
        let wire = tokio::spawn(connection);
        let mut session = Self { client, wire, place: dsn.place.clone(), exposed: false };
        let sql = "SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)";
        let row = session.client.query_one(sql, &[]).await.map_err(|e| of(&e))?;
        let near = |host: &Host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
            Host::Unix(_) => true,
        };
        session.exposed = !row.try_get::<_, bool>(0).map_err(|e| of(&e))? && !dsn.config.get_hosts().iter().all(near);
        Ok(session)
    }

    /// Begins the one transaction: what it reads is what was there at its first query.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn snapshot(&mut self) -> Result<Transaction<'_>, DatabaseError> {
        let begun = self
            .client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await;
        begun.map_err(|e| DatabaseError::of(&e, &self.place))
    }

    /// Why the connection ended, when that is what an error of the client comes from.
    pub async fn autopsy(self, error: DatabaseError) -> DatabaseError {
        let Self { client, wire, place, .. } = self;
        drop(client);
        match (error, wire.await) {
            (DatabaseError::Lost(told) | DatabaseError::Broken(told), Ok(Err(cause)))
                if told.english().contains(CLOSED) =>
            {
                DatabaseError::of(&cause, &place)
            }
            (other, _) => other,
        }
    }
}
