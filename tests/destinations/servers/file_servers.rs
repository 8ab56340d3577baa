//! Servers of files: SFTP, WebDAV, FTP with and without TLS.

use super::{See, Server, free_port, server, started};
use crate::common::programs;
use std::fs;
use std::process::{Command, Stdio};

/// OpenSSH, reached by the system's `ssh` with a configuration of the test.
pub fn sftp() -> Option<Server> {
    sshd("internal-sftp")
}

/// The same, of which files can only be read.
pub fn sftp_read_only() -> Option<Server> {
    sshd("internal-sftp -R")
}

fn sshd(subsystem: &str) -> Option<Server> {
    let program = programs::find("sshd")?;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let port = free_port();
    for key in ["host", "user"] {
        let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at(key)).status();
        assert!(made.expect("ssh-keygen").success());
    }
    fs::create_dir(at("data")).unwrap();
    fs::copy(at("user.pub"), at("authorized")).unwrap();
    let host_key = fs::read_to_string(at("host.pub")).unwrap();
    fs::write(at("known"), format!("[127.0.0.1]:{port} {host_key}")).unwrap();
    let d = dir.path().display();
    let conf = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {d}/host\nAuthorizedKeysFile {d}/authorized\nStrictModes no\nPidFile none\n\
         UsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nMaxStartups 100\nSubsystem sftp {subsystem}\n"
    );
    fs::write(at("sshd.conf"), conf).unwrap();
    fs::write(
        at("ssh.conf"),
        format!("Host *\n IdentityFile {d}/user\n IdentitiesOnly yes\n UserKnownHostsFile {d}/known\n GlobalKnownHostsFile /dev/null\n"),
    )
    .unwrap();
    // ssh takes the home folder from the system's user list, whatever HOME says.
    fs::create_dir(at("bin")).unwrap();
    fs::write(at("bin/ssh"), format!("#!/bin/sh\nexec /usr/bin/ssh -F {d}/ssh.conf \"$@\"\n")).unwrap();
    assert!(Command::new("chmod").arg("755").arg(at("bin/ssh")).status().unwrap().success());
    // As root, sshd insists on this folder.
    let _ = fs::create_dir_all("/run/sshd");
    let mut command = Command::new(program);
    command.arg("-D").arg("-e").arg("-f").arg(at("sshd.conf"));
    let child = started(command, port, dir.path());
    let base = format!("sftp://127.0.0.1:{port}{d}/data/");
    let path = format!("{d}/bin:/usr/bin:/bin");
    let data = at("data");
    Some(server(dir, base, &[("PATH", &path)], See::Folder(data), Some(child)))
}

/// nginx with its WebDAV modules and a password.
pub fn webdav() -> Option<Server> {
    let program = programs::find("nginx")?;
    let module = programs::find("nginx's WebDAV module")?;
    let module = module.display();
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for folder in ["data", "tmp"] {
        fs::create_dir(at(folder)).unwrap();
    }
    let port = free_port();
    let d = dir.path().display();
    let user = if fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0) {
        "user root;"
    } else {
        ""
    };
    fs::write(at("users"), "me:{PLAIN}geheim\n").unwrap();
    let conf = format!(
        "{user} daemon off; master_process off; pid {d}/pid; error_log stderr; load_module {module};\n\
         events {{}}\nhttp {{ access_log off; client_max_body_size 0; client_body_temp_path {d}/tmp/b; proxy_temp_path {d}/tmp/p;\n\
         fastcgi_temp_path {d}/tmp/f; uwsgi_temp_path {d}/tmp/u; scgi_temp_path {d}/tmp/s;\n\
         server {{ listen 127.0.0.1:{port}; root {d}/data; auth_basic x; auth_basic_user_file {d}/users; location / {{\n\
         dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS; create_full_put_path on; }} }} }}\n"
    );
    fs::write(at("conf"), conf).unwrap();
    let mut command = Command::new(program);
    command.arg("-p").arg(dir.path()).arg("-c").arg(at("conf"));
    let child = started(command, port, dir.path());
    fs::write(at("netrc"), "machine 127.0.0.1 login me password geheim\n").unwrap();
    let (netrc, data) = (at("netrc").display().to_string(), at("data"));
    Some(server(dir, format!("webdav://127.0.0.1:{port}/"), &[("NETRC", &netrc)], See::Folder(data), Some(child)))
}

/// pyftpdlib, which has the modern commands.
pub fn ftp() -> Option<Server> {
    let python = programs::find("pyftpdlib")?;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let port = free_port();
    let mut command = Command::new(python);
    command.args(["-m", "pyftpdlib", "-i", "127.0.0.1", "-p", &port.to_string(), "-w", "-u", "me", "-P", "geheim"]);
    command.arg("-d").arg(&data);
    let child = started(command, port, dir.path());
    let netrc = dir.path().join("netrc");
    fs::write(&netrc, "machine 127.0.0.1 login me password geheim\n").unwrap();
    let netrc = netrc.display().to_string();
    Some(server(dir, format!("ftp://127.0.0.1:{port}/"), &[("NETRC", &netrc)], See::Folder(data), Some(child)))
}

/// vsftpd, which has the old commands only; with TLS, which it wants continued from one connection to the next, and a certificate
/// that the sink trusts because the system does.
pub fn ftps() -> Option<Server> {
    let program = programs::find("vsftpd")?;
    let mut make = Command::new(programs::find("openssl")?);
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let port = free_port();
    let d = dir.path().display();
    let (key, cert) = (format!("{d}/key.pem"), format!("{d}/cert.pem"));
    make.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
    make.args(["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1"]);
    make.args(["-keyout", &key, "-out", &cert]);
    assert!(make.stderr(Stdio::null()).status().expect("openssl").success());
    let conf = format!(
        "listen=YES\nbackground=NO\nlisten_address=127.0.0.1\nlisten_port={port}\nanonymous_enable=YES\nno_anon_password=YES\n\
         local_enable=NO\nwrite_enable=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES\nanon_other_write_enable=YES\n\
         anon_world_readable_only=NO\nanon_umask=022\nanon_root={d}/data\nrun_as_launching_user=YES\nallow_writeable_chroot=YES\n\
         seccomp_sandbox=NO\nsecure_chroot_dir={d}\nxferlog_enable=NO\nssl_enable=YES\nallow_anon_ssl=YES\n\
         force_anon_data_ssl=YES\nforce_anon_logins_ssl=YES\nrsa_cert_file={cert}\nrsa_private_key_file={key}\nrequire_ssl_reuse=YES\n"
    );
    fs::write(dir.path().join("conf"), conf).unwrap();
    let mut command = Command::new(program);
    command.arg(dir.path().join("conf"));
    let child = started(command, port, dir.path());
    Some(server(dir, format!("ftps://127.0.0.1:{port}/"), &[("SSL_CERT_FILE", &cert)], See::Folder(data), Some(child)))
}
