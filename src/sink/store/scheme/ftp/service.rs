//! A server as the client library (`opendal`) sees any store.

use super::listing::FtpLister;
use super::session::{Server, absent, failed, is_absent, is_refusal, parent};
use super::transfer::{FtpReader, FtpWriter};
use opendal::raw::{
    OpCopy, OpCreateDir, OpDelete, OpList, OpPresign, OpRead, OpRename, OpStat, OpWrite, RpCreateDir, RpPresign,
    RpRename, RpStat, Service, ServiceInfo, oio,
};
use opendal::{Builder, Capability, Error, ErrorKind, MetadataBuilder, OperationContext};
use std::sync::Arc;

/// The name of this kind of store.
pub const SCHEME: &str = "ftp";

/// Makes the service.
#[derive(Debug, Default)]
pub struct FtpBuilder(Option<Server>);

impl FtpBuilder {
    /// For this server.
    pub fn of(server: Server) -> Self {
        Self(Some(server))
    }
}

impl Builder for FtpBuilder {
    type Config = ();

    fn build(self) -> opendal::Result<impl Service> {
        let server = self.0.ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, "no server is given"))?;
        Ok(Ftp { server: Arc::new(server) })
    }
}

#[derive(Clone, Debug)]
struct Ftp {
    server: Arc<Server>,
}

fn unsupported<T>() -> opendal::Result<T> {
    Err(Error::new(ErrorKind::Unsupported, "FTP has no such thing"))
}

impl Service for Ftp {
    type Reader = oio::StreamReader<FtpReader>;
    type Writer = FtpWriter;
    type Lister = FtpLister;
    type Deleter = oio::OneShotDeleter<FtpDeleter>;
    type Copier = ();
    type Composer = ();

    fn info(&self) -> ServiceInfo {
        ServiceInfo::new(SCHEME, "/", "")
    }

    fn capability(&self) -> Capability {
        Capability {
            stat: true,
            read: true,
            write: true,
            write_can_multi: true,
            write_can_empty: true,
            create_dir: true,
            delete: true,
            list: true,
            rename: true,
            shared: true,
            ..Capability::default()
        }
    }

    async fn create_dir(&self, _: &OperationContext, path: &str, _: OpCreateDir) -> opendal::Result<RpCreateDir> {
        let mut session = self.server.session().await?;
        session.make_folders(path).await.map_err(|e| failed(&e))?;
        if !session.has_folder(path).await.map_err(|e| failed(&e))? {
            return Err(Error::new(ErrorKind::PermissionDenied, "the server made no folder"));
        }
        self.server.keep(session);
        Ok(RpCreateDir::default())
    }

    async fn stat(&self, _: &OperationContext, path: &str, _: OpStat) -> opendal::Result<RpStat> {
        let mut session = self.server.session().await?;
        let found = if path.ends_with('/') {
            session.has_folder(path).await.map(|there| there.then(|| MetadataBuilder::dir().build()))
        } else {
            session.size(path).await.map(|size| size.map(|bytes| MetadataBuilder::file(bytes).build()))
        };
        let found = found.map_err(|e| failed(&e))?;
        self.server.keep(session);
        found.map(RpStat::new).ok_or_else(absent)
    }

    fn read(&self, _: &OperationContext, path: &str, _: OpRead) -> opendal::Result<Self::Reader> {
        Ok(oio::StreamReader::new(FtpReader::new(self.server.clone(), path)))
    }

    fn write(&self, _: &OperationContext, path: &str, _: OpWrite) -> opendal::Result<Self::Writer> {
        Ok(FtpWriter::new(self.server.clone(), path))
    }

    fn delete(&self, _: &OperationContext) -> opendal::Result<Self::Deleter> {
        Ok(oio::OneShotDeleter::new(FtpDeleter { server: self.server.clone() }))
    }

    fn list(&self, _: &OperationContext, path: &str, _: OpList) -> opendal::Result<Self::Lister> {
        Ok(FtpLister::new(self.server.clone(), path))
    }

    fn copy(&self, _: &OperationContext, _: &str, _: &str, _: OpCopy) -> opendal::Result<Self::Copier> {
        unsupported()
    }

    async fn rename(&self, _: &OperationContext, from: &str, to: &str, _: OpRename) -> opendal::Result<RpRename> {
        let mut session = self.server.session().await?;
        let (old, new) = (session.at(from), session.at(to));
        let mut done = session.ftp.rename(&old, &new).await;
        if done.as_ref().is_err_and(is_refusal) && !parent(to).is_empty() {
            session.make_folders(parent(to)).await.map_err(|e| failed(&e))?;
            done = session.ftp.rename(&old, &new).await;
        }
        done.map_err(|e| failed(&e))?;
        self.server.keep(session);
        Ok(RpRename::default())
    }

    async fn presign(&self, _: &OperationContext, _: &str, _: OpPresign) -> opendal::Result<RpPresign> {
        unsupported()
    }
}

/// Removes files and empty folders.
pub struct FtpDeleter {
    server: Arc<Server>,
}

impl oio::OneShotDelete for FtpDeleter {
    async fn delete_once(&self, path: String, _: OpDelete) -> opendal::Result<()> {
        let mut session = self.server.session().await?;
        let full = session.at(&path);
        let is_folder = path.ends_with('/');
        let done = if is_folder { session.ftp.rmdir(&full).await } else { session.ftp.rm(&full).await };
        match done {
            Ok(()) => {}
            // One answer for what is not there and for what cannot be removed, a folder with files in it for one.
            Err(e) if is_absent(&e) => {
                let there = if is_folder {
                    session.has_folder(&path).await
                } else {
                    session.size(&path).await.map(|size| size.is_some())
                };
                if there.map_err(|e| failed(&e))? {
                    return Err(failed(&e));
                }
            }
            Err(e) => return Err(failed(&e)),
        }
        self.server.keep(session);
        Ok(())
    }
}
