//! The invariants of `docs/ARCHITECTURE.md`, kept by reading the sources.
//!
//! Each rule looks at one file at a time and returns its complaints; the tests below run it over the tree, and show
//! with an offending text that it can fail.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "tidy/glossary.rs"]
mod glossary;
#[path = "tidy/messages.rs"]
mod messages;
#[path = "tidy/modules.rs"]
mod modules;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rules::Rule;
use source::{File, read};

/// Runs a rule over the files below `folders` and fails with all that it complains about.
fn check(rule: Rule, folders: &[&str], extension: &str) {
    let files: Vec<File> = folders
        .iter()
        .flat_map(|folder| read(folder, extension))
        .collect();
    assert!(!files.is_empty(), "nothing to read below {folders:?}");
    let complaints: Vec<String> = files.iter().flat_map(rule).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Shows that a rule complains about `text`, and not about `fine`.
fn can_fail(rule: Rule, path: &str, text: &str, fine: &str) {
    assert!(
        !rule(&File::new(path, text)).is_empty(),
        "no complaint about {text:?}"
    );
    let complaints = rule(&File::new(path, fine));
    assert!(
        complaints.is_empty(),
        "complaint about {fine:?}: {complaints:?}"
    );
}

#[test]
fn the_domain_knows_no_http_no_async_and_no_network() {
    check(rules::domain_is_pure, &["src/domain"], "rs");
    can_fail(
        rules::domain_is_pure,
        "src/domain/a.rs",
        "use rocket::get;",
        "// rocket is not named",
    );
    can_fail(
        rules::domain_is_pure,
        "src/domain/a.rs",
        "async fn a() {}",
        "fn asynchronous() {}",
    );
    can_fail(
        rules::domain_is_pure,
        "src/domain/a.rs",
        "use aws_sdk_s3::Client;",
        "let s = \"aws\";",
    );
}

#[test]
fn the_domain_knows_no_json() {
    check(rules::domain_has_no_json, &["src/domain"], "rs");
    can_fail(
        rules::domain_has_no_json,
        "src/domain/a.rs",
        "#[derive(Debug, serde::Serialize)]",
        "// serde is not named\n#[derive(Debug)]",
    );
    can_fail(
        rules::domain_has_no_json,
        "src/domain/a.rs",
        "let a = serde_json::to_vec(&b);",
        "let a = \"serde\";",
    );
}

#[test]
fn the_crates_of_photos_and_films_open_nothing_and_use_nothing_of_the_server() {
    let crates = ["crates/picture/src", "crates/video/src", "crates/zip/src"];
    check(rules::picture_does_no_io, &crates, "rs");
    can_fail(
        rules::picture_does_no_io,
        "crates/picture/src/a.rs",
        "use std::fs;",
        "use std::io::Write;",
    );
    can_fail(
        rules::picture_does_no_io,
        "crates/picture/src/a.rs",
        "use shared_spaces::error::Error;",
        "// as shared_spaces has it",
    );
}

#[test]
fn the_api_holds_no_sql() {
    check(rules::api_has_no_sql, &["src/api"], "rs");
    can_fail(
        rules::api_has_no_sql,
        "src/api/a.rs",
        "use rusqlite::Row;",
        "use crate::db::Db;",
    );
    can_fail(
        rules::api_has_no_sql,
        "src/api/a.rs",
        "let q = \"select 1\";",
        "// \"select 1\"",
    );
    can_fail(
        rules::api_has_no_sql,
        "src/api/a.rs",
        "let q = \"delete from users\";",
        "let q = \"Share deleted\";",
    );
}

#[test]
fn each_module_uses_only_those_above_it() {
    let files = read("src", "rs");
    let uses = modules::uses("src", &files);
    for (map, parent, min) in [("src/lib.rs", &[][..], 20), ("src/api/mod.rs", &["api"], 7)] {
        let map = files.iter().find(|file| file.path == map).unwrap();
        let layers = modules::layers(map);
        assert!(
            layers.len() >= min,
            "{layers:?}: does this test still see the map?"
        );
        let complaints = modules::out_of_order(&uses, parent, &layers);
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }

    let complaints = |path: &str, text: &str| {
        let files = [
            File::new("src/lib.rs", "pub mod db;\npub mod api;"),
            File::new("src/db/mod.rs", ""),
            File::new("src/api/mod.rs", "mod views;\nmod routes;"),
            File::new("src/api/views/mod.rs", ""),
            File::new("src/api/routes/mod.rs", ""),
            File::new(path, text),
        ];
        let uses = modules::uses("src", &files);
        let mut found = modules::out_of_order(&uses, &[], &modules::layers(&files[0]));
        found.extend(modules::out_of_order(
            &uses,
            &["api"],
            &modules::layers(&files[2]),
        ));
        found.len()
    };
    assert_eq!(complaints("src/db/a.rs", "use crate::api::rocket;"), 1);
    assert_eq!(
        complaints("src/db/a.rs", "use crate::{api::{a, b}, db};"),
        3
    );
    assert_eq!(complaints("src/api/a.rs", "use crate::db::Db;"), 0);
    assert_eq!(complaints("src/db/a.rs", "// as crate::api has it"), 0);
    assert_eq!(
        complaints("src/api/views/a.rs", "use super::super::routes::a;"),
        1
    );
    assert_eq!(
        complaints("src/api/routes/a.rs", "use crate::api::views::a;"),
        0
    );
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let roots = ["picture", "heif", "video", "zip"].map(|name| format!("crates/{name}/src"));
    for root in roots.iter().map(String::as_str).chain(["src", "bench/src"]) {
        let uses = modules::uses(root, &read(root, "rs"));
        assert!(
            uses.len() > 5,
            "{root}: does this test still see the paths?"
        );
        let complaints = modules::circles(&uses);
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }

    let circles = |texts: [&str; 3]| {
        let paths = ["src/a/b.rs", "src/a/c/mod.rs", "src/a/c/d.rs"];
        let files: Vec<_> = paths
            .iter()
            .zip(texts)
            .map(|(path, text)| File::new(path, text))
            .collect();
        modules::circles(&modules::uses("src", &files)).len()
    };
    let uses_b = "fn f() { super::super::b::g() }";
    assert_eq!(circles(["use super::c::d;", "", uses_b]), 2);
    assert_eq!(
        circles(["use crate::a::{b, c};", "use crate::a::b;", ""]),
        2
    );
    assert_eq!(circles(["", "mod d;\nuse d::A;", uses_b]), 0);
    assert_eq!(circles(["", "mod d;\nuse d::A;", "use super::B;"]), 0);
    let offers_b = File::new("src/a/mod.rs", "mod b;\nmod e;\npub use b::B;");
    let files = [
        offers_b,
        File::new("src/a/b.rs", "use super::e::E;"),
        File::new("src/a/e.rs", "use super::B;"),
    ];
    assert_eq!(modules::circles(&modules::uses("src", &files)).len(), 2);
}

#[test]
fn only_the_database_module_names_the_pool() {
    check(rules::only_db_has_pools, &["src"], "rs");
    can_fail(
        rules::only_db_has_pools,
        "src/app.rs",
        "use r2d2::Pool;",
        "use crate::db::Db;",
    );
    assert!(rules::only_db_has_pools(&File::new("src/db/mod.rs", "use r2d2::Pool;")).is_empty());
}

#[test]
fn one_noun_of_the_domain_writes_a_table() {
    // A noun that is long is a folder of files.
    let noun = |path: &str| path.split('/').take(3).collect::<Vec<_>>().join("/");
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let files = read("src", "rs").into_iter();
    // The map on the disk has a database of its own, with no table of ours.
    let ours = |file: &File| !file.is_test() && file.path != "src/backup/hash_map.rs";
    for file in files.filter(ours) {
        for table in rules::tables_written(&file) {
            writers.entry(table).or_default().insert(noun(&file.path));
        }
    }
    let tables: Vec<_> = writers.keys().map(String::as_str).collect();
    for table in [
        "comments",
        "members",
        "photo_jobs",
        "photos",
        "pins",
        "reactions",
        "sessions",
        "shares",
        "spaces",
        "tombstones",
        "users",
    ] {
        assert!(
            tables.contains(&table),
            "no file writes {table}: does this test still see the SQL?"
        );
    }
    let shared: Vec<_> = writers
        .iter()
        .filter(|(_, nouns)| nouns.len() > 1)
        .collect();
    assert!(shared.is_empty(), "tables with several writers: {shared:?}");
    for noun in writers.values().flatten() {
        assert!(
            noun.starts_with("src/domain/"),
            "{noun} writes a table outside the domain"
        );
    }
}

#[test]
fn no_file_of_tests_is_left_out() {
    let files = read("tests", "rs");
    let complaints = modules::unnamed(&files);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));

    let unnamed = |text: &str| {
        let files = [
            File::new("tests/api/main.rs", text),
            File::new("tests/api/a.rs", ""),
        ];
        modules::unnamed(&files).len()
    };
    assert_eq!(unnamed("mod a;"), 0);
    assert_eq!(unnamed("mod b;\n// mod a;"), 1);
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    check(
        rules::opens_with_a_sentence,
        &["src", "crates", "tests", "bench/src"],
        "rs",
    );
    can_fail(
        rules::opens_with_a_sentence,
        "src/a.rs",
        "use std::fs;",
        "//! What this is.\nuse std::fs;",
    );
}

#[test]
fn no_example_is_left_uncompiled() {
    check(rules::has_no_examples, &["src"], "rs");
    let (example, sentence) = ("    /// ```", "/// As `a` does.");
    can_fail(rules::has_no_examples, "src/a.rs", example, sentence);
}

#[test]
fn files_are_short() {
    check(
        rules::is_short,
        &["src", "crates", "tests", "bench/src"],
        "rs",
    );
    check(rules::is_short, &["bench"], "py");
    can_fail(
        rules::is_short,
        "src/a.rs",
        &"x\n".repeat(401),
        &"x\n".repeat(400),
    );
    can_fail(
        rules::is_short,
        "tests/a.rs",
        &"x\n".repeat(601),
        &"x\n".repeat(600),
    );
    can_fail(
        rules::is_short,
        "src/a/tests/mod.rs",
        &"x\n".repeat(601),
        &"x\n".repeat(600),
    );
    let tested = format!(
        "{}#[cfg(test)]\nmod tests {{\n{}}}",
        "x\n".repeat(300),
        "x\n".repeat(300)
    );
    assert!(rules::is_short(&File::new("src/a.rs", &tested)).is_empty());

    let mut lengths: Vec<usize> = read("src", "rs")
        .iter()
        .map(|file| file.code_lines().count())
        .collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 140, "the median file has {median} lines");
}

#[test]
fn nothing_unwraps_without_a_reason() {
    check(
        rules::gives_reasons_to_unwrap,
        &[
            "src",
            "crates/picture/src",
            "crates/video/src",
            "crates/zip/src",
            "bench/src",
        ],
        "rs",
    );
    let rule = rules::gives_reasons_to_unwrap;
    can_fail(
        rule,
        "src/a.rs",
        "let a = b.unwrap();",
        "let a = b.unwrap_or(1);",
    );
    can_fail(
        rule,
        "src/a.rs",
        "let a = b.expect(\"c\");",
        "#[cfg(test)]\nmod tests {\nlet a = b.unwrap();\n}",
    );
    let reason =
        "#[expect(clippy::unwrap_used, reason = \"it is set above\")]\nlet a = b.unwrap();";
    assert!(rule(&File::new("src/a.rs", reason)).is_empty());
}

#[test]
fn nothing_is_said_by_what_panics_where_nobody_reads() {
    check(rules::says_by_say, &["src", "crates"], "rs");
    can_fail(
        rules::says_by_say,
        "src/a.rs",
        "println!(\"{a}\");",
        "say!(\"{a}\")?;",
    );
}

#[test]
fn lints_are_expected_with_a_reason_and_not_allowed() {
    check(
        rules::allows_nothing,
        &["src", "crates", "tests", "bench/src"],
        "rs",
    );
    can_fail(
        rules::allows_nothing,
        "src/a.rs",
        "#[allow(dead_code)]",
        "#[expect(dead_code, reason = \"…\")]",
    );
}

#[test]
fn names_are_those_of_the_glossary() {
    check(rules::avoids_vague_names, &["src", "crates"], "rs");
    can_fail(
        rules::avoids_vague_names,
        "src/a.rs",
        "struct SpaceManager;",
        "// the manager of a house",
    );
    can_fail(
        rules::avoids_vague_names,
        "src/a.rs",
        "mod utils;",
        "use r2d2_sqlite::SqliteConnectionManager;",
    );
    can_fail(
        rules::avoids_vague_names,
        "src/a.rs",
        "fn helper() {}",
        "fn help() {}",
    );
}

#[test]
fn words_that_the_glossary_dropped_do_not_come_back() {
    let rule = glossary::avoids_dropped_words;
    check(rule, &["src", "crates", "bench/src"], "rs");
    for (offends, fine) in [
        (
            "pub struct Desk;",
            "// a desk is a piece of furniture: fn draft",
        ),
        ("fn go_on() {}", "fn go() { let draft = 1; }"),
        (
            "const MOST_PARTS: usize = 1;",
            "const MAX_PARTS: usize = 1;",
        ),
        ("const AT_LEAST: usize = 1;", "const LEASTWISE: usize = 1;"),
        ("let bridge = 1;", "let abridged = \"a bridge\";"),
    ] {
        can_fail(rule, "src/a.rs", offends, fine);
    }
}

#[test]
fn phrases_that_the_glossary_replaced_do_not_come_back() {
    let rule = glossary::avoids_dropped_phrases;
    for (folders, extension) in [
        (&["src", "crates", "tests", "bench", "build"][..], "rs"),
        (&["bench", "tests"], "py"),
        (&["tests/web", "web/src", "web/tests"], "ts"),
        (&["web/src"], "svelte"),
        (&["docs", "bench", "crates", "web"], "md"),
    ] {
        check(rule, folders, extension);
    }
    let root = read(".", "md").into_iter();
    // What was released is told in the words of its time.
    let of_today = root.filter(|file| file.path != "CHANGELOG.md");
    let complaints: Vec<_> = of_today.flat_map(|file| rule(&file)).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    for (path, offends, fine) in [
        (
            "src/a.rs",
            "// It is written anew.",
            "// It is written again.",
        ),
        (
            "docs/a.md",
            "in the temporary store",
            "in the staging store",
        ),
        (
            "web/a.svelte",
            "<!-- Shown to whoever reads. -->",
            "<!-- To the reader. -->",
        ),
        (
            "tests/a.rs",
            "/// The one who asks.",
            "/// The current user.",
        ),
    ] {
        can_fail(rule, path, offends, fine);
    }
}

#[test]
fn dropped_words_stay_only_where_data_has_them() {
    for (path, text, what) in glossary::IN_DATA {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text_of_file = std::fs::read_to_string(file).unwrap();
        assert!(text_of_file.contains(text), "{path} has no {text}: {what}");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut links = 0;
    for folder in ["bench", "docs", "migrations", "."] {
        for file in read(folder, "md") {
            let here = root.join(&file.path);
            for link in rules::relative_links(&file) {
                links += 1;
                let target = here.parent().unwrap().join(&link);
                assert!(
                    target.exists(),
                    "{} links to {link}, which isn't there",
                    file.path
                );
            }
        }
    }
    assert!(
        links > 3,
        "only {links} links: does this test still see them?"
    );
    assert_eq!(
        rules::relative_links(&File::new("a.md", "[a](b.md#c) [d](https://e)")),
        ["b.md"]
    );
}

#[test]
fn the_map_has_every_module_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = read("docs", "md");
    let architecture = |file: &&File| file.path == "docs/ARCHITECTURE.md";
    let document = documents.iter().find(architecture).unwrap();
    let map = rules::named_in_tables(document, "## Map");
    let files = read("src", "rs");
    let lib = files.iter().find(|file| file.path == "src/lib.rs").unwrap();
    for module in modules::layers(lib) {
        let (folder, file) = (format!("{module}/"), format!("{module}.rs"));
        let is_named = map.contains(&folder.as_str()) || map.contains(&file.as_str());
        assert!(is_named, "the map of {} lacks `{module}`", document.path);
    }
    for name in map.iter().filter(|name| !name.contains('*')) {
        let places = [root.join("src").join(name), root.join(name)];
        let is_there = places.iter().any(|place| place.exists());
        assert!(is_there, "the map of {} has `{name}`", document.path);
    }
    let small = File::new("a.md", "## A\n| `b/`, `c` | d `e` |\n## F\n| `g` | |");
    assert_eq!(rules::named_in_tables(&small, "## A"), ["b/", "c"]);
}

#[test]
fn tables_of_documents_are_tables() {
    let rule = rules::tables_have_rows;
    check(
        rule,
        &["bench", "crates", "docs", "migrations", "web", "."],
        "md",
    );
    can_fail(
        rule,
        "docs/a.md",
        "| a | b | |---|---| | `c` | d |",
        "| a | b |\n|---|---|\n| `c|d` | e \\| f |\n\n| g |\n|---|",
    );
    can_fail(rule, "docs/a.md", "| a |\n|---|\n| b", "```\n| a\n```");
    can_fail(rule, "docs/a.md", "| a |\n|---|\n| b | c |", "a | b");
    can_fail(rule, "docs/a.md", "```sh\nrun", "```sh\nrun\n```");
}

#[test]
fn migrations_have_no_gaps_and_each_has_a_fixture_to_upgrade() {
    let mut numbers: Vec<u32> = read("migrations", "sql")
        .iter()
        .map(|file| rules::migration_number(&file.path))
        .collect();
    numbers.sort_unstable();
    let expected: Vec<u32> = (1..=u32::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, expected);
    for number in numbers {
        let fixture = format!("tests/fixtures/schema-v{number}.sql");
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(&fixture)
                .exists(),
            "{fixture} is missing"
        );
    }
}
