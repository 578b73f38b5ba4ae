//! What files of certificates are good for, and what is said of others.

use std::fs;

use super::*;

const FIRST: (&str, &str) = (
    include_str!("../../../tests/fixtures/tls/first.pem"),
    include_str!("../../../tests/fixtures/tls/first.key.pem"),
);
const RENEWED: (&str, &str) = (
    include_str!("../../../tests/fixtures/tls/renewed.pem"),
    include_str!("../../../tests/fixtures/tls/renewed.key.pem"),
);

/// A folder with both files.
fn folder((certificate, key): (&str, &str)) -> (tempfile::TempDir, Tls) {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
    fs::write(&paths[0], certificate).unwrap();
    fs::write(&paths[1], key).unwrap();
    let [certificate, key] = paths.map(Some);
    let settings = Tls {
        certificate,
        key,
        ..Tls::default()
    };
    (folder, settings)
}

fn shown(certificates: &Certificates) -> Vec<u8> {
    certificates.pair().unwrap().certified.cert[0].to_vec()
}

#[test]
fn a_renewed_certificate_is_used_as_soon_as_its_key_is_there_too() {
    let (folder, settings) = folder(FIRST);
    let certificates = Certificates::open(&settings).unwrap().unwrap();
    let first = shown(&certificates);
    assert!(!certificates.reload().unwrap());
    fs::write(folder.path().join("certificate.pem"), RENEWED.0).unwrap();
    let error = certificates.reload().unwrap_err().to_string();
    assert!(error.contains("isn't that of the certificate"), "{error}");
    assert_eq!(shown(&certificates), first);
    fs::write(folder.path().join("key.pem"), RENEWED.1).unwrap();
    assert!(certificates.reload().unwrap());
    assert_ne!(shown(&certificates), first);
    assert!(!certificates.reload().unwrap());
    fs::remove_file(folder.path().join("key.pem")).unwrap();
    assert!(certificates.reload().is_err());
}

#[test]
fn files_that_cannot_be_used_are_refused_by_name() {
    let two = format!("{}{}", FIRST.0, RENEWED.0);
    let (large, half) = ("x".repeat(2 * 1024 * 1024), &FIRST.1[..FIRST.1.len() / 2]);
    let encrypted = FIRST.1.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let nonsense = "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
    for (pair, said) in [
        ((FIRST.0, RENEWED.1), "The key in"),
        (("", FIRST.1), "contains no certificate"),
        ((FIRST.1, FIRST.1), "contains no certificate"),
        (
            ("-----BEGIN CERTIFICATE-----\n", FIRST.1),
            "of tls.certificate",
        ),
        ((FIRST.0, ""), "contains no private key"),
        ((FIRST.0, half), "contains no private key"),
        ((FIRST.0, &encrypted), "contains no private key"),
        ((nonsense, FIRST.1), "can't be used with the key"),
        ((&large, FIRST.1), "of tls.certificate is larger than 1 MiB"),
        ((FIRST.0, &large), "of tls.key is larger than 1 MiB"),
    ] {
        let (_folder, settings) = folder(pair);
        let error = Certificates::open(&settings).unwrap_err().to_string();
        assert!(error.contains(said), "{said}: {error}");
    }
    let (_folder, settings) = folder((&two, FIRST.1));
    assert!(Certificates::open(&settings).unwrap().is_some());
    let (gone, settings) = folder(FIRST);
    drop(gone);
    let error = Certificates::open(&settings).unwrap_err().to_string();
    assert!(
        error.ends_with("of tls.certificate can't be read"),
        "{error}"
    );
    assert!(Certificates::open(&Tls::default()).unwrap().is_none());
}

#[test]
fn the_end_of_a_certificate_is_known() {
    let (_folder, settings) = folder(FIRST);
    let certificates = Certificates::open(&settings).unwrap().unwrap();
    let end = certificates.ends().unwrap().rfc3339();
    assert!(end.starts_with("2126-11-"), "{end}");
}
