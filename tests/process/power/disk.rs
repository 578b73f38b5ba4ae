//! A disk that keeps for certain only what was synced: bytes of a file by a sync of that file, names by a sync of their
//! folder.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use super::trace::Call;
use crate::support::Random;

/// What a disk writes as a whole, at best.
const SECTOR: usize = 512;

/// What is under a name.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Folder,
    File(usize),
}

/// Something that was done to a file.
#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Resize(length) => content.resize(*length, 0),
            Self::Write { at, bytes } => {
                if content.len() < at + bytes.len() {
                    content.resize(at + bytes.len(), 0);
                }
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }

    /// What may be left of it if the power goes: all, nothing, or some sectors.
    fn torn(&self, random: &mut Random) -> Vec<Self> {
        match (self, random.below(3)) {
            (_, 0) => Vec::new(),
            (Self::Write { at, bytes }, 1) => {
                // Sectors are where the disk has them, not where a write begins.
                let first = SECTOR - at % SECTOR;
                let (head, rest) = bytes.split_at(first.min(bytes.len()));
                let mut at = *at;
                let mut sectors = Vec::new();
                for part in [head].into_iter().chain(rest.chunks(SECTOR)) {
                    if random.below(2) == 0 {
                        let bytes = part.to_vec();
                        sectors.push(Self::Write { at, bytes });
                    }
                    at += part.len();
                }
                sectors
            }
            _ => vec![self.clone()],
        }
    }
}

/// Something that was done to names.
#[derive(Clone, Debug)]
enum Naming {
    Add(PathBuf, Entry),
    Remove(PathBuf),
    Move(PathBuf, PathBuf, Entry),
}

impl Naming {
    /// The folder that has to be synced for it.
    fn folder(&self) -> &Path {
        let (Self::Add(path, _) | Self::Remove(path) | Self::Move(_, path, _)) = self;
        path.parent().unwrap()
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, Entry>) {
        match self {
            Self::Add(path, entry) => drop(names.insert(path.clone(), *entry)),
            Self::Remove(path) => drop(names.remove(path)),
            Self::Move(from, to, entry) => {
                names.remove(from);
                names.insert(to.clone(), *entry);
            }
        }
    }
}

/// The bytes of a file: as they are, as they are on the disk for certain, and what has been done since, each with the
/// number of the call.
#[derive(Default)]
struct File {
    now: Vec<u8>,
    kept: Vec<u8>,
    waiting: Vec<(usize, Change)>,
}

/// What a file descriptor refers to.
#[derive(Clone)]
enum Handle {
    File { file: usize, at: usize },
    Folder(PathBuf),
}

/// The part of the disk below one folder.
pub struct Disk {
    root: PathBuf,
    files: Vec<File>,
    names: BTreeMap<PathBuf, Entry>,
    kept: BTreeMap<PathBuf, Entry>,
    waiting: Vec<(usize, Naming)>,
    /// With the number of the call that has given each.
    handles: HashMap<i64, (usize, Handle)>,
}

impl Disk {
    /// An empty folder, which is there for certain.
    pub fn empty(root: &Path) -> Self {
        let names = BTreeMap::from([(root.to_owned(), Entry::Folder)]);
        Self {
            root: root.to_owned(),
            files: Vec::new(),
            kept: names.clone(),
            names,
            waiting: Vec::new(),
            handles: HashMap::new(),
        }
    }

    /// The disk after the first calls. Syncs for which `syncs` answers no, of the path that is synced, are left out.
    pub fn after(root: &Path, calls: &[Call], syncs: impl Fn(&Path) -> bool) -> Self {
        let mut disk = Self::empty(root);
        for (number, call) in calls.iter().enumerate() {
            disk.take(number, call, &syncs);
        }
        disk
    }

    fn take(&mut self, number: usize, call: &Call, syncs: &impl Fn(&Path) -> bool) {
        match call.name.as_str() {
            "openat" => self.open(number, call),
            "close" => self.close(call),
            "dup" | "dup2" | "dup3" => self.double(number, call),
            "fcntl" if call.arguments[1].starts_with("F_DUPFD") => self.double(number, call),
            "fcntl" => {}
            "write" | "writev" => {
                if let Some((_, Handle::File { file, at })) = self.handles.get_mut(&call.number(0))
                {
                    let (file, begin) = (*file, *at);
                    *at += call.result as usize;
                    self.write(number, file, begin, call);
                }
            }
            "pwrite64" => {
                if let Some(Handle::File { file, .. }) = self.handle(call.number(0)) {
                    self.write(number, *file, call.number(3) as usize, call);
                }
            }
            "ftruncate" => {
                if let Some(Handle::File { file, .. }) = self.handle(call.number(0)) {
                    self.change(number, *file, Change::Resize(call.number(1) as usize));
                }
            }
            // Room that is set aside at the end makes a file longer, by zeros.
            "fallocate" => {
                if let Some(Handle::File { file, .. }) = self.handle(call.number(0)) {
                    assert_eq!(call.number(1), 0, "this replay knows no other mode");
                    let end = (call.number(2) + call.number(3)) as usize;
                    if end > self.files[*file].now.len() {
                        self.change(number, *file, Change::Resize(end));
                    }
                }
            }
            "fsync" | "fdatasync" => match self.handle(call.number(0)).cloned() {
                Some(Handle::File { file, .. }) => {
                    let is = |entry: &Entry| matches!(entry, Entry::File(found) if *found == file);
                    let path = self.names.iter().find(|(_, entry)| is(entry));
                    if path.is_none_or(|(path, _)| syncs(path)) {
                        self.sync_file(file, call.began);
                    }
                }
                Some(Handle::Folder(path)) if syncs(&path) => self.sync_folder(&path, call.began),
                _ => {}
            },
            "mkdir" => self.add(number, self.path(-1, &call.text(0)), Entry::Folder),
            "unlink" | "rmdir" => self.remove(number, &self.path(-1, &call.text(0))),
            "unlinkat" => self.remove(number, &self.path(call.number(0), &call.text(1))),
            "rename" => {
                self.rename(
                    number,
                    self.path(-1, &call.text(0)),
                    self.path(-1, &call.text(1)),
                );
            }
            "renameat" | "renameat2" => {
                let from = self.path(call.number(0), &call.text(1));
                self.rename(number, from, self.path(call.number(2), &call.text(3)));
            }
            "link" => self.link(number, &call.text(0), self.path(-1, &call.text(1))),
            "linkat" => self.link(
                number,
                &call.text(1),
                self.path(call.number(2), &call.text(3)),
            ),
            "sendto" | "sendmsg" => {}
            _ => assert!(
                !self.is_ours(call),
                "this replay doesn't know what {} does to a file",
                call.name
            ),
        }
    }

    /// Whether a call is about something below the folder.
    fn is_ours(&self, call: &Call) -> bool {
        let handle = |argument: &String| {
            argument
                .parse()
                .is_ok_and(|at| self.handles.contains_key(&at))
        };
        let path = |at| call.text(at).starts_with(self.root.to_str().unwrap());
        call.arguments.iter().any(handle) || (0..call.arguments.len()).any(path)
    }

    fn path(&self, folder: i64, path: &str) -> PathBuf {
        match self.handle(folder) {
            Some(Handle::Folder(folder)) => folder.join(path),
            _ => PathBuf::from(path),
        }
    }

    fn open(&mut self, number: usize, call: &Call) {
        let path = self.path(call.number(0), &call.text(1));
        if !path.starts_with(&self.root) || call.has(2, "O_TMPFILE") {
            self.handles.remove(&call.result);
            return;
        }
        let handle = match self.names.get(&path) {
            Some(Entry::Folder) => Handle::Folder(path),
            Some(Entry::File(file)) => {
                let file = *file;
                if call.has(2, "O_TRUNC") {
                    self.change(number, file, Change::Resize(0));
                }
                assert!(!call.has(2, "O_APPEND"), "this replay doesn't append");
                Handle::File { file, at: 0 }
            }
            None => {
                assert!(
                    call.has(2, "O_CREAT"),
                    "{} was never created",
                    path.display()
                );
                self.files.push(File::default());
                let file = self.files.len() - 1;
                self.add(number, path, Entry::File(file));
                Handle::File { file, at: 0 }
            }
        };
        self.handles.insert(call.result, (number, handle));
    }

    fn double(&mut self, number: usize, call: &Call) {
        match self.handle(call.number(0)).cloned() {
            Some(handle) => self.handles.insert(call.result, (number, handle)),
            None => self.handles.remove(&call.result),
        };
    }

    /// Another thread may have got the same descriptor again before strace reported the close.
    fn close(&mut self, call: &Call) {
        let handle = call.number(0);
        let opened = self.handles.get(&handle).map(|(opened, _)| *opened);
        if opened.is_some_and(|opened| opened < call.began) {
            self.handles.remove(&handle);
        }
    }

    fn handle(&self, handle: i64) -> Option<&Handle> {
        self.handles.get(&handle).map(|(_, handle)| handle)
    }

    fn write(&mut self, number: usize, file: usize, at: usize, call: &Call) {
        let mut bytes = call.bytes(1);
        bytes.truncate(call.result as usize);
        assert_eq!(
            bytes.len(),
            call.result as usize,
            "strace has cut a write short"
        );
        self.change(number, file, Change::Write { at, bytes });
    }

    fn change(&mut self, number: usize, file: usize, change: Change) {
        let file = &mut self.files[file];
        change.apply(&mut file.now);
        file.waiting.push((number, change));
    }

    fn sync_file(&mut self, file: usize, began: usize) {
        let File { kept, waiting, .. } = &mut self.files[file];
        waiting.retain(|(number, change)| {
            let is_synced = *number < began;
            if is_synced {
                change.apply(kept);
            }
            !is_synced
        });
    }

    fn name(&mut self, number: usize, naming: Naming) {
        naming.apply(&mut self.names);
        self.waiting.push((number, naming));
    }

    fn add(&mut self, number: usize, path: PathBuf, entry: Entry) {
        if path.starts_with(&self.root) {
            self.name(number, Naming::Add(path, entry));
        }
    }

    fn remove(&mut self, number: usize, path: &Path) {
        if path.starts_with(&self.root) {
            self.name(number, Naming::Remove(path.to_owned()));
        }
    }

    fn rename(&mut self, number: usize, from: PathBuf, to: PathBuf) {
        if let Some(entry) = self.names.get(&from).copied() {
            self.name(number, Naming::Move(from, to, entry));
        }
    }

    fn link(&mut self, number: usize, from: &str, to: PathBuf) {
        let entry = self.names.get(Path::new(from)).copied();
        if to.starts_with(&self.root) {
            self.name(number, Naming::Add(to, entry.unwrap()));
        }
    }

    /// What was moved into the folder is there then, and perhaps still in the other one too.
    fn sync_folder(&mut self, folder: &Path, began: usize) {
        for (number, naming) in std::mem::take(&mut self.waiting) {
            let is_old = number < began;
            match naming {
                Naming::Move(from, to, entry) if is_old && from.parent() != to.parent() => {
                    if from.parent() == Some(folder) {
                        Naming::Move(from, to, entry).apply(&mut self.kept);
                    } else if to.parent() == Some(folder) {
                        self.kept.insert(to, entry);
                        self.waiting.push((number, Naming::Remove(from)));
                    } else {
                        self.waiting.push((number, Naming::Move(from, to, entry)));
                    }
                }
                naming if is_old && naming.folder() == folder => naming.apply(&mut self.kept),
                naming => self.waiting.push((number, naming)),
            }
        }
    }

    /// Writes what is on the disk for certain into another folder. With `random`, also some of what isn't.
    pub fn write_to(&self, folder: &Path, random: Option<&mut Random>) {
        let mut names = self.kept.clone();
        let mut contents: Vec<Vec<u8>> = self.files.iter().map(|file| file.kept.clone()).collect();
        if let Some(random) = random {
            for (file, content) in self.files.iter().zip(&mut contents) {
                let torn = file
                    .waiting
                    .iter()
                    .flat_map(|(_, change)| change.torn(random));
                torn.for_each(|change| change.apply(content));
            }
            // The names of a folder come in their order, up to some moment.
            let folders: BTreeSet<&Path> = self
                .waiting
                .iter()
                .map(|(_, naming)| naming.folder())
                .collect();
            let some = folders.into_iter().map(|folder| (folder, random.below(8)));
            let mut left: BTreeMap<&Path, u64> = some.collect();
            for (_, naming) in &self.waiting {
                let left = left.get_mut(naming.folder()).unwrap();
                if *left > 0 {
                    *left -= 1;
                    naming.apply(&mut names);
                }
            }
        }
        self.write_names(folder, &names, |file| &contents[file]);
    }

    /// Writes everything into another folder, as if nothing had happened.
    pub fn write_whole(&self, folder: &Path) {
        self.write_names(folder, &self.names, |file| &self.files[file].now);
    }

    fn write_names<'a>(
        &self,
        folder: &Path,
        names: &BTreeMap<PathBuf, Entry>,
        content: impl Fn(usize) -> &'a Vec<u8>,
    ) {
        // A folder comes before what is in it; what is in none isn't there.
        for (path, entry) in names {
            let to = folder.join(path.strip_prefix(&self.root).unwrap());
            if *path == self.root || !to.parent().unwrap().is_dir() {
                continue;
            }
            match entry {
                Entry::Folder => fs::create_dir(to).unwrap(),
                Entry::File(file) => fs::write(to, content(*file)).unwrap(),
            }
        }
    }
}
