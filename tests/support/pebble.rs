//! Pebble, a certificate authority for tests, with a name server by which every name leads to this machine.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use super::{Server, TIMEOUT, own_port, until};

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

/// Where an authority looks whether names lead to a server.
#[derive(Clone, Copy)]
pub struct Ports {
    pub http: u16,
    pub https: u16,
}

/// The authority; it forgets everything when it ends.
pub struct Pebble {
    _authority: Server,
    _names: Server,
    pub port: u16,
    management: u16,
}

impl Pebble {
    /// One whose certificates are valid for so many seconds.
    pub fn start(folder: &Path, ports: Ports, validity: u32) -> Self {
        Self::start_at(folder, ports, validity, None)
    }

    /// As [`Self::start`], at a port that another one had.
    pub fn start_at(folder: &Path, ports: Ports, validity: u32, port: Option<u16>) -> Self {
        let [names, names_management, management, own] = [(); 4].map(|()| own_port());
        let port = port.unwrap_or(own);
        let configuration = json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": fixture("first.pem"),
            "privateKey": fixture("first.key.pem"),
            "httpPort": ports.http,
            "tlsPort": ports.https,
            "certificateValidityPeriod": validity,
        }});
        let file = folder.join("pebble.json");
        fs::write(&file, configuration.to_string()).unwrap();
        let log = File::create(folder.join("pebble.log")).unwrap();
        let mut resolver = Command::new("pebble-challtestsrv");
        resolver
            .args(["-dns01", &format!("127.0.0.1:{names}")])
            .args(["-management", &format!("127.0.0.1:{names_management}")])
            .args(["-http01", "", "-https01", "", "-tlsalpn01", ""])
            .args(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""])
            .stdout(log.try_clone().unwrap())
            .stderr(log.try_clone().unwrap());
        let mut authority = Command::new("pebble");
        authority
            .arg("-config")
            .arg(&file)
            .args(["-strict", "-dnsserver", &format!("127.0.0.1:{names}")])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        Self {
            _names: Server::start_at(resolver, names_management),
            _authority: Server::start_at(authority, port),
            port,
            management,
        }
    }

    /// The address of its directory.
    pub fn directory(&self) -> String {
        directory(self.port)
    }

    /// What its certificates lead to, which differs with each start.
    pub fn root(&self) -> CertificateDer<'static> {
        let own = fs::read(fixture("first.pem")).unwrap();
        let own = trusting(CertificateDer::from_pem_slice(&own).unwrap());
        let mut connection = until("the authority to tell its root", || {
            connect(own.clone(), "localhost", self.management).ok()
        });
        connection
            .write_all(b"GET /roots/0 HTTP/1.0\r\n\r\n")
            .unwrap();
        let mut reply = Vec::new();
        connection.read_to_end(&mut reply).unwrap();
        CertificateDer::from_pem_slice(&reply).unwrap()
    }
}

pub fn directory(port: u16) -> String {
    format!("https://localhost:{port}/dir")
}

/// Settings of a client that trusts this certificate alone.
pub fn trusting(root: CertificateDer<'static>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// A connection that has spoken TLS for this name.
///
/// # Errors
/// It wasn't accepted, or the certificate isn't one that is trusted.
pub fn connect(
    config: ClientConfig,
    name: &'static str,
    port: u16,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let name = ServerName::try_from(name).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}
