//! TLS: the ward's own certificate, or one made here for phones on the same network.
//!
//! Browsers give the app its offline store, its service worker and its device key only in a secure
//! context. On a plain local network that takes a certificate the phones trust, so the server makes
//! a small authority of its own, once, and a certificate for today's address at each start.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;
use std::sync::Arc;

// The same `time` crate that rcgen takes dates in and does not re-export.
use actix_web::cookie::time::OffsetDateTime;
use anyhow::{Context, anyhow, ensure};
use gocua_domain::time::Millis;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

use crate::auth::secrets::write_private;

/// TLS with a certificate chain and key from PEM files.
///
/// # Errors
/// When a file cannot be read or the two do not belong together.
pub fn from_files(cert: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let read = |path: &Path| format!("reading {}", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|e| anyhow!("{e}"))
        .with_context(|| read(cert))?;
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|e| anyhow!("{e}")).with_context(|| read(key))?;
    configure(chain, key)
}

/// What serves the local network.
#[derive(Debug)]
pub struct Lan {
    /// TLS for today's address.
    pub tls: ServerConfig,
    /// The authority phones have to trust (PEM).
    pub authority: String,
    /// SHA-256 of the authority, as phones show it.
    pub fingerprint: String,
    /// This machine's address on the network.
    pub address: Ipv4Addr,
}

/// TLS for the local network, signed by an authority kept in `dir`.
///
/// # Errors
/// When the authority's files cannot be read or made.
pub fn for_lan(dir: &Path, now: Millis) -> anyhow::Result<Lan> {
    let address = own_address();
    ensure!(
        is_local(address),
        "--lan serves a local network, and this machine's address {address} is on the internet: \
         use --tls-cert and --tls-key"
    );
    let params = authority_params(now)?;
    let (authority, key) = authority(dir, &params)?;
    let issuer = Issuer::from_params(&params, key);
    let mut names = vec!["localhost".to_owned(), Ipv4Addr::LOCALHOST.to_string()];
    if !address.is_loopback() {
        names.push(address.to_string());
    }
    let mut leaf = CertificateParams::new(names)?;
    leaf.distinguished_name.push(DnType::CommonName, "Gõ Cửa");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    // Phones refuse server certificates that live longer than 398 days.
    (leaf.not_before, leaf.not_after) = (date(now.plus(-DAY_MS))?, date(now.plus(397 * DAY_MS))?);
    let own_key = KeyPair::generate()?;
    let own = leaf.signed_by(&own_key, &issuer)?;
    let key = PrivateKeyDer::try_from(own_key.serialize_der()).map_err(|e| anyhow!("{e}"))?;
    let fingerprint = fingerprint(&authority)?;
    Ok(Lan { tls: configure(vec![own.der().clone()], key)?, authority, fingerprint, address })
}

const DAY_MS: i64 = 86_400_000;

fn configure(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> anyhow::Result<ServerConfig> {
    // The provider is named here and not left to the process: a second one in the tree would panic.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?)
}

/// Addresses that lead nowhere on the internet (IANA's special-purpose registry): network, prefix.
const LOCAL: [([u8; 4], u8); 10] = [
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 2, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
];

fn is_local(address: Ipv4Addr) -> bool {
    LOCAL.iter().any(|(net, prefix)| {
        (u32::from(address) ^ u32::from(Ipv4Addr::from(*net))) >> (32 - u32::from(*prefix)) == 0
    })
}

/// The authority may vouch for local addresses only: whoever steals its key gains nothing on the
/// internet from the phones that trust it.
fn authority_params(now: Millis) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Gõ Cửa - mạng nội bộ");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) =
        (date(now.plus(-DAY_MS))?, date(now.plus(5 * 365 * DAY_MS))?);
    let mut permitted = vec![GeneralSubtree::DnsName("localhost".into())];
    permitted.extend(
        LOCAL.map(|(net, prefix)| {
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(net, prefix))
        }),
    );
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    Ok(params)
}

/// Reads the authority, or makes it. Its name and key are what phones know it by.
fn authority(dir: &Path, params: &CertificateParams) -> anyhow::Result<(String, KeyPair)> {
    let (cert_path, key_path) = (dir.join("lan-ca.crt"), dir.join("lan-ca.key"));
    if key_path.exists() && cert_path.exists() {
        let key = KeyPair::from_pem(&std::fs::read_to_string(&key_path)?)
            .with_context(|| format!("reading {}", key_path.display()))?;
        return Ok((std::fs::read_to_string(&cert_path)?, key));
    }
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    write_private(&key_path, key.serialize_pem().as_bytes())
        .with_context(|| format!("writing {}", key_path.display()))?;
    std::fs::write(&cert_path, &pem).with_context(|| format!("writing {}", cert_path.display()))?;
    Ok((pem, key))
}

/// Pairs of hexadecimal digits: what a person compares before trusting.
fn fingerprint(pem: &str) -> anyhow::Result<String> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|e| anyhow!("{e}"))?;
    let pairs: Vec<String> = Sha256::digest(&der).iter().map(|b| format!("{b:02X}")).collect();
    Ok(pairs.join(":"))
}

fn date(at: Millis) -> anyhow::Result<OffsetDateTime> {
    let day = at.day().0;
    let part = |n: i32| u8::try_from(n);
    Ok(date_time_ymd(day / 10_000, part(day / 100 % 100)?, part(day % 100)?))
}

/// The address other machines on the network reach this one by. Connecting a UDP socket sends
/// nothing; it only asks the routing table.
fn own_address() -> Ipv4Addr {
    let ask = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        // Any address beyond the network will do; this one is reserved for documentation.
        socket.connect((Ipv4Addr::new(203, 0, 113, 1), 9))?;
        socket.local_addr()
    };
    match ask().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) => address,
        _ => Ipv4Addr::LOCALHOST,
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};

    use super::*;
    use crate::app::Clock;

    /// A phone that trusts the authority and nothing else.
    fn greet(lan: &Lan, name: &'static str) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(lan.authority.as_bytes()).expect("PEM");
        roots.add(authority).expect("an authority");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let phone = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name).expect("a name");
        let mut phone = ClientConnection::new(Arc::new(phone), name)?;
        let mut server = ServerConnection::new(Arc::new(lan.tls.clone()))?;
        while phone.is_handshaking() || server.is_handshaking() {
            let mut wire = Vec::new();
            phone.write_tls(&mut wire).expect("in memory");
            server.read_tls(&mut wire.as_slice()).expect("in memory");
            server.process_new_packets()?;
            let mut wire = Vec::new();
            server.write_tls(&mut wire).expect("in memory");
            phone.read_tls(&mut wire.as_slice()).expect("in memory");
            phone.process_new_packets()?;
        }
        Ok(())
    }

    #[test]
    fn an_address_is_local_or_it_is_not() {
        for local in [[10, 1, 2, 3], [100, 127, 0, 1], [172, 31, 255, 255], [192, 168, 1, 7]] {
            assert!(is_local(local.into()), "{local:?}");
        }
        for other in
            [[11, 0, 0, 1], [100, 128, 0, 1], [172, 32, 0, 1], [192, 169, 0, 1], [8, 8, 8, 8]]
        {
            assert!(!is_local(other.into()), "{other:?}");
        }
    }

    #[test]
    fn a_phone_that_trusts_the_authority_trusts_each_start_of_the_server() {
        let dir = std::env::temp_dir().join(format!("gocua-tls-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("temporary directory");
        // The phone in this test looks at the machine's clock.
        let now = Clock::system().now();
        let first = for_lan(&dir, now).expect("made");
        let again = for_lan(&dir, now.plus(60_000)).expect("read");
        assert_eq!(first.authority, again.authority);
        assert_eq!(first.fingerprint.len(), 32 * 3 - 1);
        for lan in [&first, &again] {
            greet(lan, "localhost").expect("trusted by name");
            greet(lan, "127.0.0.1").expect("trusted by address");
            assert!(greet(lan, "example.com").is_err());
        }
        let stale = for_lan(&dir, now.plus(-500 * DAY_MS)).expect("signed");
        assert!(greet(&stale, "localhost").is_err());
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
