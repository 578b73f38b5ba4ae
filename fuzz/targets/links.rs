//! Any text as the name of a photo, and any as the proof of a link to it.

#![no_main]

use std::path::{Component, Path};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shared_spaces::auth::signed_urls::{SigningKey, UrlSigner};
use shared_spaces::clock::Timestamp;
use shared_spaces::domain::photo_name::PhotoName;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

static SIGNER: LazyLock<UrlSigner> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let key = SigningKey::open(&folder.path().join("signing.key")).expect("a key can be made");
    key.signer()
});

fuzz_target!(|text: &str| {
    let (name, proof) = text.split_once('?').unwrap_or((text, ""));
    let Ok(name) = name.parse::<PhotoName>() else {
        return;
    };
    assert_eq!(format!("{}-{}", name.space(), name.file()), name.as_str());
    assert_eq!(
        name.as_str().parse::<PhotoName>().ok().as_ref(),
        Some(&name)
    );
    for file in [name.as_str(), name.file()] {
        let parts: Vec<_> = Path::new(file).components().collect();
        assert!(
            matches!(parts[..], [Component::Normal(_)]),
            "{file:?} isn't the name of a file"
        );
    }
    let mut link = String::new();
    let links = SIGNER.clone().at("", NOW).links(&name);
    let written = links.write(None, &mut link);
    written.expect("a text takes what is written to it");
    let (path, good) = link.split_once('?').expect("a link has a query");
    assert_eq!(path, format!("/photos/{name}"));
    let check = |proof: &str| {
        let (expires, signature) = proof.split_once("&signature=").unwrap_or((proof, ""));
        let expires = expires.strip_prefix("expires=").unwrap_or(expires);
        SIGNER.check(&name, expires, signature, NOW)
    };
    assert!(check(good).is_ok());
    assert!(
        proof == good || check(proof).is_err(),
        "{proof:?} was never signed"
    );
});
