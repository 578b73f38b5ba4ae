//! Tests of refusals: what each is for programs, and which failures are for another try.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::time::Duration;

use picture::Reason;
use rusqlite::ffi;
use serde_json::json;
use strum::VariantNames;

use super::*;

fn kind(error: &Error) -> (u16, &'static str) {
    (error.status(), error.code())
}

fn of_sqlite(code: i32) -> Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
}

#[test]
fn a_locked_database_asks_for_a_retry_and_a_full_disk_for_space() {
    assert_eq!(kind(&of_sqlite(ffi::SQLITE_BUSY)), (503, "busy"));
    assert_eq!(kind(&of_sqlite(ffi::SQLITE_LOCKED)), (503, "busy"));
    assert_eq!(kind(&of_sqlite(ffi::SQLITE_FULL)), (507, "disk_full"));
    assert_eq!(kind(&of_sqlite(ffi::SQLITE_CORRUPT)), (500, "internal"));
}

#[test]
#[cfg(unix)]
fn too_many_open_files_are_for_another_try_and_a_missing_file_is_ours() {
    for code in [libc::ENFILE, libc::EMFILE] {
        let error = Error::writing(io::Error::from_raw_os_error(code));
        assert_eq!(kind(&error), (503, "busy"));
    }
    let error = Error::writing(io::Error::from(ErrorKind::NotFound));
    assert_eq!(kind(&error), (500, "internal"));
}

#[test]
fn a_full_disk_is_seen_behind_whatever_was_said_of_it() {
    for full in [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
    ] {
        assert_eq!(kind(&Error::writing(full.into())), (507, "disk_full"));
        let error = anyhow::Error::from(io::Error::from(full)).context("no photo today");
        assert_eq!(kind(&Error::storing(error)), (507, "disk_full"));
    }
    let error = anyhow::anyhow!("nobody answers");
    assert_eq!(kind(&Error::storing(error)), (503, "photos_unavailable"));
}

#[test]
fn every_variant_of_every_family_has_a_sample() {
    let names = |family: &[&'static str]| family.iter().copied().collect::<BTreeSet<_>>();
    let families = [
        names(Invalid::VARIANTS),
        names(RejectedPhoto::VARIANTS),
        names(RejectedVideo::VARIANTS),
        names(Denied::VARIANTS),
        names(NotFound::VARIANTS),
        names(Conflict::VARIANTS),
        names(OverQuota::VARIANTS),
        names(Overload::VARIANTS),
        names(Failure::VARIANTS),
    ];
    let codes: BTreeSet<&str> = Error::samples().iter().map(Error::code).collect();
    assert_eq!(codes, families.into_iter().flatten().collect());
    let reasons: BTreeSet<&str> = Malformed::samples().iter().map(Into::into).collect();
    assert_eq!(reasons, names(Malformed::VARIANTS));
}

#[test]
fn what_a_sentence_is_made_of_is_in_its_params() {
    let shown = |error: Error| (error.to_string(), Value::from(error.params()));
    let field = FieldName::NewPassword;
    assert_eq!(
        shown(Invalid::TooLong { field, max: 1024 }.into()),
        (
            String::from("New password max 1024 characters"),
            json!({"field": "new_password", "max": 1024})
        )
    );
    let max = Most::Bytes(25 * 1024 * 1024);
    let field = FieldName::Photo;
    assert_eq!(
        shown(Invalid::TooLarge { field, max }.into()),
        (
            String::from("Photo max 25 MiB"),
            json!({"field": "photo", "reason": "bytes", "max": 26_214_400})
        )
    );
    let field = FieldName::Days;
    assert_eq!(
        shown(Malformed::out_of_range(field, 30).into()),
        (
            String::from("Days must be a number from 1 to 30"),
            json!({"field": "days", "reason": "out_of_range", "min": 1, "max": 30})
        )
    );
    let wait = Duration::from_millis(90_500);
    assert_eq!(
        shown(Overload::TooManyAttempts { wait }.into()),
        (
            String::from("Too many attempts, try again in 2 minutes"),
            json!({"wait_seconds": 91})
        )
    );
    let reason = Reason::NoTable;
    assert_eq!(
        shown(RejectedPhoto::Damaged { reason }.into()),
        (
            String::from("Photo is damaged: it lacks a table"),
            json!({"reason": "no_table"})
        )
    );
    assert_eq!(
        shown(Error::from(RejectedPhoto::Damaged { reason }).of_photo(3)),
        (
            String::from("Photo 3 is damaged: it lacks a table"),
            json!({"reason": "no_table", "number": 3})
        )
    );
    assert_eq!(
        Error::from(Denied::NotAdmin).of_photo(3).to_string(),
        "User not admin"
    );
    let (login, spaces) = (String::from("ann"), vec!["Home".into(), "Work".into()]);
    assert_eq!(
        shown(Conflict::OnlyAdmin { login, spaces }.into()),
        (
            String::from(
                "User 'ann' is the only admin of 'Home', 'Work': make another member admin there, or remove the members, first"
            ),
            json!({"login": "ann", "spaces": ["Home", "Work"]})
        )
    );
    assert_eq!(
        Value::from(Error::from(Denied::NotAdmin).params()),
        json!({})
    );
    let token = true;
    assert_eq!(
        Value::from(Error::from(Denied::Unauthorized { token }).params()),
        json!({})
    );
}

#[test]
fn sentences_that_share_a_code_have_reasons_to_tell_them_apart() {
    let mut seen = BTreeMap::new();
    for refusal in Error::samples() {
        // With its number, or of a poster, it is the same for people too.
        if matches!(refusal, Error::OfPhoto { .. } | Error::OfPoster { .. }) {
            continue;
        }
        let reason = refusal.params().get("reason").map(Value::to_string);
        let key = (refusal.code(), reason);
        // What differs by its id alone, what stays unsaid, and what only the operator of a proxy can meet, is the same for people.
        let known = [
            "no_such_endpoint",
            "no_such_feed",
            "no_such_invitation",
            "photos_unavailable",
        ];
        if known.contains(&key.0) {
            continue;
        }
        let sentence = refusal.to_string();
        assert_eq!(seen.insert(key, sentence.clone()), None, "{sentence}");
    }
}

#[test]
fn whatever_is_refused_for_a_while_says_when_to_try_again() {
    for refusal in Error::samples() {
        let is_for_a_while = matches!(refusal.status(), 429 | 503);
        assert_eq!(refusal.retry_after().is_some(), is_for_a_while, "{refusal}");
    }
}
