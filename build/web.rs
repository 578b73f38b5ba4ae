//! Builds the web app with npm, if what was built is missing or older than what it is built from. For `build.rs`, which
//! runs it, and for its own test.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// The oldest Node that the app's tools run on.
const NODE: (u32, u32) = (20, 19);

/// The web app's folder, and the programs that build it.
pub struct WebApp {
    pub folder: PathBuf,
    pub node: OsString,
    pub npm: OsString,
}

impl WebApp {
    /// What changes when the app must be built again. A path that isn't there counts as changed.
    pub fn watched(&self) -> Vec<PathBuf> {
        let mut watched = self.sources().unwrap_or_default();
        watched.push(self.page());
        watched
    }

    /// Builds the app, unless what was built last is as new as what it is built from.
    ///
    /// # Errors
    /// A sentence that says what is missing or what has failed.
    pub fn bring_up_to_date(&self) -> Result<(), String> {
        if !self.package().exists() {
            // A published crate carries what was built and not what it is built from.
            return if self.page().exists() {
                Ok(())
            } else {
                Err(format!(
                    "The web app is missing: there is neither {} nor anything to build it from",
                    self.page().display()
                ))
            };
        }
        if self.is_fresh().map_err(unreadable)? {
            return Ok(());
        }
        // Two at once would take the packages from under each other.
        let turn = File::open(self.package()).and_then(|file| file.lock().map(|()| file));
        let _turn = turn.map_err(unreadable)?;
        if self.is_fresh().map_err(unreadable)? {
            return Ok(());
        }
        self.build()
    }

    fn build(&self) -> Result<(), String> {
        self.check_tools()?;
        let newest = self.newest_source().map_err(unreadable)?;
        if !self.has_packages().map_err(unreadable)? {
            self.npm(&["ci", "--include=dev", "--no-audit", "--no-fund"])?;
        }
        self.npm(&["run", "build"])?;
        // As old as what it was built from. So a source that was changed meanwhile is newer, and cargo sees nothing in
        // the page that would be a reason to run this again.
        let page = File::options().write(true).open(self.page());
        page.and_then(|page| page.set_modified(newest))
            .map_err(|error| {
                format!(
                    "`npm run build` in {} has made no page: {error}",
                    self.folder.display()
                )
            })
    }

    fn check_tools(&self) -> Result<(), String> {
        let (major, minor) = NODE;
        let needed = format!(
            "Node {major}.{minor} or newer, with npm, to build the web app in {}",
            self.folder.display()
        );
        let version =
            version_of(&self.node).ok_or_else(|| format!("Node is missing: install {needed}"))?;
        if parse(&version).is_none_or(|version| version < NODE) {
            return Err(format!(
                "This Node is too old ({version}): install {needed}"
            ));
        }
        version_of(&self.npm).ok_or_else(|| format!("npm is missing: install {needed}"))?;
        Ok(())
    }

    fn npm(&self, arguments: &[&str]) -> Result<(), String> {
        let failed = |how: String| {
            format!(
                "`npm {}` in {} has failed: {how}",
                arguments.join(" "),
                self.folder.display()
            )
        };
        // Cargo reads instructions from the standard output of a build script.
        let status = Command::new(&self.npm)
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .status()
            .map_err(|error| failed(error.to_string()))?;
        if status.success() {
            Ok(())
        } else {
            Err(failed(status.to_string()))
        }
    }

    /// Whether the packages are those that the lock file names.
    fn has_packages(&self) -> io::Result<bool> {
        let installed = modified(&self.folder.join("node_modules/.package-lock.json"))?;
        let wanted = modified(&self.folder.join("package-lock.json"))?;
        Ok(installed.is_some() && installed >= wanted)
    }

    fn is_fresh(&self) -> io::Result<bool> {
        match modified(&self.page())? {
            Some(built) => Ok(self.newest_source()? <= built),
            None => Ok(false),
        }
    }

    fn newest_source(&self) -> io::Result<SystemTime> {
        let mut newest = SystemTime::UNIX_EPOCH;
        let mut paths = self.sources()?;
        while let Some(path) = paths.pop() {
            // A folder is newer as well when something in it is deleted or renamed.
            newest = newest.max(fs::metadata(&path)?.modified()?);
            if path.is_dir() {
                paths.extend(entries(&path)?);
            }
        }
        Ok(newest)
    }

    /// What the app is built from: the folders of its sources, the page, and every file that says how.
    fn sources(&self) -> io::Result<Vec<PathBuf>> {
        let is_source = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            let extension = path.extension().unwrap_or_default();
            name == "src"
                || name == "public"
                || ["html", "js", "json", "ts"]
                    .iter()
                    .any(|kind| extension == *kind)
        };
        Ok(entries(&self.folder)?
            .into_iter()
            .filter(is_source)
            .collect())
    }

    fn page(&self) -> PathBuf {
        self.folder.join("dist/index.html")
    }

    fn package(&self) -> PathBuf {
        self.folder.join("package.json")
    }
}

/// What a program says when it is asked for its version; `None` if it can't be run.
fn version_of(program: &OsString) -> Option<String> {
    let said = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout);
    said.status.success().then(|| text.trim().to_owned())
}

/// The first two numbers of a version such as `v20.19.5`.
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

/// When a file was changed last; `None` if it isn't there.
fn modified(path: &Path) -> io::Result<Option<SystemTime>> {
    match fs::metadata(path) {
        Ok(found) => found.modified().map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn unreadable(error: io::Error) -> String {
    format!("The sources of the web app can't be read: {error}")
}
