//! When the web app is built, and what is said where it can't be: `build/web.rs` with a Node and an npm that only write
//! down what they are asked.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "../build/web.rs"]
mod web;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use web::WebApp;

/// A web app in a folder of its own, which has not been built.
struct Project {
    folder: TempDir,
    app: WebApp,
}

/// What npm leaves in its working folder.
const BUILDS: &str = "case $1 in
    ci) mkdir -p node_modules && touch node_modules/.package-lock.json ;;
    run) mkdir -p dist && touch dist/index.html ;;
esac";

impl Project {
    fn new(version: &str, npm: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let web = folder.path().join("web");
        fs::create_dir_all(web.join("src/lib")).unwrap();
        for source in [
            "package.json",
            "package-lock.json",
            "index.html",
            "vite.config.ts",
            "src/main.ts",
            "src/lib/api.ts",
        ] {
            File::create(web.join(source)).unwrap();
        }
        // Put in its place by another process: a program that this one has written can't be run while some thread
        // is starting another.
        let program = |name: &str, script: &str| {
            let (text, path) = (folder.path().join("script"), folder.path().join(name));
            fs::write(&text, format!("#!/bin/sh\nset -e\n{script}\n")).unwrap();
            let installed = Command::new("install")
                .args(["-m", "755"])
                .args([&text, &path])
                .status();
            assert!(installed.unwrap().success());
            path.into_os_string()
        };
        let node = program("node", &format!("echo {version}"));
        let log =
            format!("[ \"$1\" = --version ] && echo 11.0.0 && exit\necho \"$*\" >> ../log\n{npm}");
        let npm = program("npm", &log);
        Self {
            app: WebApp {
                folder: web,
                node,
                npm,
            },
            folder,
        }
    }

    /// A project whose app is built.
    fn built() -> Self {
        let project = Self::new("v20.19.0", BUILDS);
        project.app.bring_up_to_date().unwrap();
        assert_eq!(project.asked().len(), 2);
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.app.folder.join(path)
    }

    /// Makes a file or folder newer than everything that was made here.
    fn touch(&self, path: &str) {
        let file = File::open(self.path(path)).unwrap();
        let later = file.metadata().unwrap().modified().unwrap() + Duration::from_secs(60);
        file.set_modified(later).unwrap();
    }

    /// What npm was asked since the last time.
    fn asked(&self) -> Vec<String> {
        let log = self.folder.path().join("log");
        let asked = fs::read_to_string(&log).unwrap_or_default();
        fs::write(log, "").unwrap();
        asked.lines().map(str::to_owned).collect()
    }
}

const CI: &str = "ci --include=dev --no-audit --no-fund";

#[test]
fn what_was_never_built_is_built_and_what_was_is_left_alone() {
    let project = Project::new("v22.12.0", BUILDS);
    project.app.bring_up_to_date().unwrap();
    assert_eq!(project.asked(), [CI, "run build"]);
    project.app.bring_up_to_date().unwrap();
    assert_eq!(project.asked(), [""; 0]);
}

#[test]
fn what_it_is_built_from_has_it_built_again_and_nothing_else_does() {
    let project = Project::built();
    fs::create_dir(project.path("tests")).unwrap();
    for other in [
        "README.md",
        "tests/a.test.ts",
        ".gitignore",
        "node_modules/index.js",
        "dist/a.js",
    ] {
        File::create(project.path(other)).unwrap();
        project.touch(other);
        project.app.bring_up_to_date().unwrap();
        assert_eq!(project.asked(), [""; 0], "{other}");
    }
    for source in ["src/lib/api.ts", "index.html", "vite.config.ts"] {
        let project = Project::built();
        project.touch(source);
        project.app.bring_up_to_date().unwrap();
        assert_eq!(project.asked(), ["run build"], "{source}");
        project.app.bring_up_to_date().unwrap();
        assert_eq!(project.asked(), [""; 0], "{source}");
    }
}

#[test]
fn a_source_that_is_deleted_has_it_built_again() {
    let project = Project::built();
    fs::remove_file(project.path("src/lib/api.ts")).unwrap();
    project.touch("src/lib");
    project.app.bring_up_to_date().unwrap();
    assert_eq!(project.asked(), ["run build"]);
}

#[test]
fn the_packages_are_installed_again_when_others_are_named() {
    let project = Project::built();
    project.touch("package-lock.json");
    project.app.bring_up_to_date().unwrap();
    assert_eq!(project.asked(), [CI, "run build"]);
}

/// Cargo would else find the page newer than the moment when it began, and do all of this again the next time.
#[test]
fn the_page_is_as_old_as_the_newest_of_what_it_was_built_from() {
    let project = Project::built();
    project.touch("src/main.ts");
    project.app.bring_up_to_date().unwrap();
    let time = |path| {
        fs::metadata(project.path(path))
            .unwrap()
            .modified()
            .unwrap()
    };
    assert_eq!(time("dist/index.html"), time("src/main.ts"));
}

#[test]
fn cargo_watches_what_it_is_built_from_and_whether_it_is_there() {
    let project = Project::built();
    let mut watched: Vec<_> = project.app.watched();
    watched.sort();
    let expected = [
        "dist/index.html",
        "index.html",
        "package-lock.json",
        "package.json",
        "src",
        "vite.config.ts",
    ];
    assert_eq!(watched, expected.map(|path| project.path(path)));
}

#[test]
fn what_is_missing_is_said_in_one_sentence() {
    let web = |project: &Project| project.app.folder.display().to_string();
    let refusal = |project: &Project| project.app.bring_up_to_date().unwrap_err();

    let mut project = Project::new("v20.19.0", BUILDS);
    let folder = web(&project);
    project.app.npm = "/nowhere/npm".into();
    assert_eq!(
        refusal(&project),
        format!(
            "npm is missing: install Node 20.19 or newer, with npm, to build the web app in {folder}"
        )
    );
    project.app.node = "/nowhere/node".into();
    assert_eq!(
        refusal(&project),
        format!(
            "Node is missing: install Node 20.19 or newer, with npm, to build the web app in {folder}"
        )
    );

    for version in ["v20.18.3", "v18.20.8", "v9.0.0", "nonsense"] {
        let project = Project::new(version, BUILDS);
        let folder = web(&project);
        assert_eq!(
            refusal(&project),
            format!(
                "This Node is too old ({version}): install Node 20.19 or newer, with npm, to build the web app in {folder}"
            )
        );
        assert_eq!(project.asked(), [""; 0]);
    }
}

#[test]
fn what_fails_is_named_and_tried_again_the_next_time() {
    let project = Project::new("v20.19.0", "exit 3");
    for _ in 0..2 {
        let refusal = project.app.bring_up_to_date().unwrap_err();
        assert!(refusal.starts_with(&format!("`npm {CI}` in ")), "{refusal}");
        assert!(refusal.ends_with("has failed: exit status: 3"), "{refusal}");
        assert_eq!(project.asked(), [CI]);
    }
    let project = Project::new("v20.19.0", "[ \"$1\" = ci ] || exit 4");
    let refusal = project.app.bring_up_to_date().unwrap_err();
    assert!(refusal.contains("`npm run build`"), "{refusal}");
    let project = Project::new("v20.19.0", "exit 0");
    let refusal = project.app.bring_up_to_date().unwrap_err();
    assert!(refusal.contains("has made no page"), "{refusal}");
}

#[test]
fn a_published_crate_carries_what_was_built_and_needs_neither_node_nor_npm() {
    let mut project = Project::built();
    for source in ["src", "node_modules"] {
        fs::remove_dir_all(project.path(source)).unwrap();
    }
    for source in [
        "package.json",
        "package-lock.json",
        "index.html",
        "vite.config.ts",
    ] {
        fs::remove_file(project.path(source)).unwrap();
    }
    project.app.node = "/nowhere/node".into();
    project.app.bring_up_to_date().unwrap();
    assert_eq!(project.asked(), [""; 0]);

    fs::remove_dir_all(project.path("dist")).unwrap();
    let refusal = project.app.bring_up_to_date().unwrap_err();
    assert!(refusal.starts_with("The web app is missing: "), "{refusal}");
}

#[test]
fn two_builds_at_once_build_once() {
    let project = Project::new("v20.19.0", BUILDS);
    std::thread::scope(|scope| {
        let builds: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| project.app.bring_up_to_date()))
            .collect();
        for build in builds {
            build.join().unwrap().unwrap();
        }
    });
    assert_eq!(project.asked(), [CI, "run build"]);
}
