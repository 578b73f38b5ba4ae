//! What a process does to its files and connections, as strace writes it down.

use std::collections::HashMap;

/// The system calls that can change a file or a folder, or send something.
pub const CALLS: &str = "openat,creat,close,dup,dup2,dup3,fcntl,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendfile,\
    copy_file_range,splice,fsync,fdatasync,sync_file_range,syncfs,truncate,ftruncate,fallocate,rename,renameat,renameat2,link,\
    linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir";

/// A call that came to its end.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    pub arguments: Vec<String>,
    pub result: i64,
    /// How many others had come to their ends when it began.
    pub began: usize,
}

impl Call {
    /// An argument that is a number.
    pub fn number(&self, at: usize) -> i64 {
        let text = &self.arguments[at];
        if text == "AT_FDCWD" {
            return -1;
        }
        let parsed = match text.strip_prefix('0').filter(|rest| !rest.is_empty()) {
            Some(octal) => i64::from_str_radix(octal, 8),
            None => text.parse(),
        };
        parsed.unwrap_or_else(|_| panic!("{self:?} has no number at {at}"))
    }

    /// The bytes of all texts in an argument.
    pub fn bytes(&self, at: usize) -> Vec<u8> {
        let inside = self.arguments[at].split('"').skip(1).step_by(2);
        inside.flat_map(unescape).collect()
    }

    /// An argument that is a path.
    pub fn text(&self, at: usize) -> String {
        String::from_utf8(self.bytes(at)).unwrap()
    }

    /// Whether an argument has this flag.
    pub fn has(&self, at: usize, flag: &str) -> bool {
        let mut flags = self.arguments.get(at).map_or("", |text| text).split('|');
        flags.any(|found| found == flag)
    }
}

/// Reads `\x68\x65`.
fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.split("\\x").skip(1);
    bytes
        .map(|hex| u8::from_str_radix(hex, 16).unwrap())
        .collect()
}

/// Reads a log of `strace -f -xx`, in the order in which the calls came to their ends; without those that failed.
pub fn read(log: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    // By thread, what is under way.
    let mut begun: HashMap<&str, (String, usize)> = HashMap::new();
    for line in log.lines() {
        let (thread, line) = line.split_once(' ').unwrap();
        let line = line.trim_start();
        if line.starts_with("+++") || line.starts_with("---") {
            continue;
        }
        let (text, began) = if let Some(line) = line.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, (line.to_owned(), calls.len()));
            continue;
        } else if let Some(rest) = line.strip_prefix("<... ") {
            let (first, began) = begun.remove(thread).unwrap();
            let (_, rest) = rest.split_once(" resumed>").unwrap();
            (first + rest, began)
        } else {
            (line.to_owned(), calls.len())
        };
        calls.extend(call(&text, began));
    }
    calls
}

/// Reads `write(3, "\x68", 1) = 1`; `None` if it failed, or never came to its end.
fn call(text: &str, began: usize) -> Option<Call> {
    let (call, result) = text.rsplit_once(" = ")?;
    let result = result.split(' ').next()?.parse().ok()?;
    let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
    (result >= 0).then(|| Call {
        name: name.to_owned(),
        arguments: split(arguments),
        result,
        began,
    })
}

/// Splits at the commas that are in no bracket. Texts have none, because all of their bytes are escaped.
fn split(arguments: &str) -> Vec<String> {
    let (mut depth, mut found) = (0, vec![String::new()]);
    for sign in arguments.chars() {
        match sign {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut().unwrap().push(sign);
    }
    found.iter().map(|text| text.trim().to_owned()).collect()
}

#[test]
fn calls_of_several_threads_are_distinguished() {
    let calls = read(
        "7  pwrite64(3, \"\\x68\\x69\", 2, 4096 <unfinished ...>\n\
         8  openat(AT_FDCWD, \"\\x2f\\x61\", O_WRONLY|O_CREAT|O_CLOEXEC, 0600) = 4\n\
         7  <... pwrite64 resumed>)             = 2\n\
         8  unlink(\"\\x2f\\x62\") = -1 ENOENT (No such file or directory)\n\
         8  writev(5, [{iov_base=\"\\x61\", iov_len=1}, {iov_base=\"\\x62\", iov_len=1}], 2) = 2\n\
         9  futex(0x7f <unfinished ...>\n\
         9  +++ exited with 0 +++\n",
    );
    let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).collect();
    assert_eq!(names, ["openat", "pwrite64", "writev"]);
    assert_eq!(calls[0].text(1), "/a");
    assert!(calls[0].has(2, "O_CREAT") && !calls[0].has(2, "O_EXCL"));
    assert_eq!(
        (calls[1].bytes(1), calls[1].number(3)),
        (b"hi".to_vec(), 4096)
    );
    assert_eq!(calls[1].began, 0);
    assert_eq!(calls[2].bytes(1), b"ab");
}
