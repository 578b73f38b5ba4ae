//! What the program says, found in its sources, for `docs/messages.md`; and that `docs/troubleshooting.md` quotes it as it is.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::source::{File, read};

/// What messages are about: the heading, the heading of `docs/troubleshooting.md` that goes with it, and the beginnings of the paths
/// of its files. The first that matches counts.
const AREAS: [(&str, &str, &[&str]); 9] = [
    (
        "Photos and videos",
        "Photos don't appear",
        &[
            "src/commands/photos",
            "src/downloads",
            "src/error/rejected_",
            "src/fence",
            "src/jobs/ffmpeg",
            "src/jobs/film",
            "src/jobs/index_previews",
            "src/jobs/make_",
            "src/jobs/process_photo",
            "src/migrate_photos",
            "src/queue",
            "src/storage",
            "src/uploads",
            "src/verify_photos",
        ],
    ),
    (
        "Backups",
        "Backups fail, or a restore",
        &[
            "src/backup",
            "src/commands/backup",
            "src/commands/restore",
            "src/commands/verify",
            "src/data_dir/copied",
            "src/data_dir/hold",
            "src/data_dir/restored",
            "src/diagnostics/backup",
            "src/jobs/scheduled_backup",
        ],
    ),
    (
        "Certificates",
        "The browser warns of the certificate",
        &["src/diagnostics/certificate", "src/tls"],
    ),
    (
        "Mail and push messages",
        "Nobody is notified",
        &[
            "src/diagnostics/mail",
            "src/jobs/send_",
            "src/mail",
            "src/push",
        ],
    ),
    (
        "Database and disk",
        "Nothing can be shared any more",
        &[
            "src/db",
            "src/diagnostics/data",
            "src/jobs/cleanup",
            "src/jobs/database_maintenance",
            "src/jobs/watch",
        ],
    ),
    (
        "Answers of the API",
        "Requests are refused",
        &["src/api", "src/domain", "src/error", "src/limits"],
    ),
    (
        "Start and settings",
        "It doesn't start",
        &[
            "src/app",
            "src/auth",
            "src/commands/config",
            "src/commands/serve",
            "src/config",
            "src/data_dir",
            "src/logging",
            "src/process",
            "src/server",
        ],
    ),
    (
        "Commands",
        "Where to look first",
        &["src/commands", "src/output"],
    ),
    ("Checks, and the rest", "Where to look first", &["src"]),
];

/// Files whose texts are for the people of a space, in two languages, or describe the API.
const NOT_MESSAGES: [&str; 10] = [
    "src/api/openapi",
    "src/api/respond/form_page",
    "src/api/respond/own_export",
    "src/api/routes/email_confirmations",
    "src/api/routes/unsubscribe",
    "src/api/views",
    "src/db/explain",
    "src/mail/digest",
    "src/mail/html",
    "words.rs",
];

/// The macros, methods and attributes that take a message, and the fewest words that one has: a shorter literal is a part of one.
const CALLS: [(&str, usize); 12] = [
    ("#[error(", 2),
    ("tracing::error!(", 2),
    ("tracing::warn!(", 2),
    ("bail!(", 3),
    ("anyhow!(", 3),
    ("ensure!(", 3),
    (".context(", 3),
    (".with_context(", 3),
    ("say!(", 3),
    ("format!(", 5),
    ("write!(", 5),
    ("writeln!(", 5),
];

/// A message, and whether it is a line of the log.
type Message = (bool, String);

/// The messages of a file.
fn messages(file: &File) -> Vec<Message> {
    if file.is_test() || NOT_MESSAGES.iter().any(|part| file.path.contains(part)) {
        return Vec::new();
    }
    let text: String = file
        .code_lines()
        .fold(String::new(), |mut text, (_, line)| {
            text.push_str(line);
            text.push('\n');
            text
        });
    let (code, texts) = split(&text);
    let mut found = Vec::new();
    for (call, at_least) in CALLS {
        for (at, _) in code.match_indices(call) {
            let arguments = balanced(&code[at + call.len()..]);
            let is_log = call.starts_with("tracing");
            let given = arguments.split('"').skip(1).step_by(2);
            let given = given.map(|index| texts[index.parse::<usize>().unwrap()].as_str());
            // Other texts of a log line are values of its fields.
            let given: Vec<&str> = match is_log {
                true => given.last().into_iter().collect(),
                false => given.collect(),
            };
            let is_part = |text: &str| {
                words(text) < at_least
                    || text.contains('<')
                    || (at_least == 5
                        && !text.starts_with(|first: char| first.is_ascii_uppercase()))
            };
            found.extend(
                given
                    .into_iter()
                    .filter(|text| !is_part(text))
                    .map(|text| (is_log, one_line(text))),
            );
        }
    }
    found
}

/// The page with all messages.
fn page(files: &[File]) -> String {
    let mut areas: Vec<BTreeSet<Message>> = vec![BTreeSet::new(); AREAS.len()];
    for file in files {
        let is_of = |(_, _, paths): &(&str, &str, &[&str])| {
            paths.iter().any(|path| file.path.starts_with(path))
        };
        let area = AREAS.iter().position(is_of).unwrap();
        areas[area].extend(messages(file));
    }
    let mut page = String::from(INTRODUCTION);
    for ((title, symptom, _), said) in AREAS.iter().zip(&areas) {
        write!(
            page,
            "\n## {title}\n\nSee [{symptom}](troubleshooting.md#{}).\n",
            anchor(symptom)
        )
        .unwrap();
        for (is_log, heading) in [(true, "In the log:"), (false, "Elsewhere:")] {
            let mut some = said.iter().filter(|message| message.0 == is_log).peekable();
            if some.peek().is_some() {
                write!(page, "\n{heading}\n\n").unwrap();
            }
            for (_, message) in some {
                writeln!(page, "- {}", quoted(message)).unwrap();
            }
        }
    }
    page
}

const INTRODUCTION: &str = "# Messages

What the program says: in the log, and elsewhere, which is as the reason why a command or the start has failed, as what `doctor` finds,
as output of commands, and in answers of the API. Words in braces are different each time. Some are a part of a longer message, behind a
colon. For what one sees, and what to do, see [troubleshooting.md](troubleshooting.md).

Made from the sources, by `UPDATE_MESSAGES=1 cargo test --test tidy messages`.
";

/// What a page quotes in the first column of its tables that no message contains, in the order of its parts between `…`.
fn unknown_quotes(page: &str, files: &[File]) -> Vec<String> {
    let known: Vec<String> = files
        .iter()
        .flat_map(messages)
        .map(|(_, text)| text)
        .collect();
    let cells = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    cells
        .map(|(quote, _)| quote.trim_matches('`').trim())
        .filter(|quote| !known.iter().any(|message| contains(message, quote)))
        .map(str::to_owned)
        .collect()
}

fn contains(message: &str, quote: &str) -> bool {
    let mut rest = message;
    quote.split('…').map(str::trim).all(|part| {
        let found = rest.split_once(part);
        rest = found.map_or(rest, |(_, after)| after);
        found.is_some()
    })
}

/// The headings that messages lead to.
fn headings() -> impl Iterator<Item = &'static str> {
    AREAS.iter().map(|(_, symptom, _)| *symptom)
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|letter| letter.is_alphanumeric() || " -".contains(*letter));
    kept.collect::<String>().replace(' ', "-")
}

fn quoted(message: &str) -> String {
    match message.contains('`') {
        true => format!("`` {message} ``"),
        false => format!("`{message}`"),
    }
}

/// How many words a text has that aren't values.
fn words(text: &str) -> usize {
    let is_word = |word: &&str| !word.starts_with('{') && word.contains(char::is_alphabetic);
    text.split_whitespace().filter(is_word).count()
}

fn one_line(text: &str) -> String {
    let text = text.replace("{{", "{").replace("}}", "}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The code before the bracket that closes the one before it.
fn balanced(code: &str) -> &str {
    let mut open = 1;
    for (at, letter) in code.char_indices() {
        match letter {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &code[..at];
        }
    }
    code
}

/// Code without comments, with a number in place of each string literal, and their values.
fn split(text: &str) -> (String, Vec<String>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some((value, after)) = raw_string(rest, &code).or_else(|| string(rest)) {
            write!(code, "\"{}\"", texts.len()).unwrap();
            texts.push(value);
            rest = after;
        } else if let Some(after) = after_char_literal(rest) {
            code.push(' ');
            rest = after;
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (code, texts)
}

/// The value of a raw string literal, and the rest.
fn raw_string<'a>(rest: &'a str, before: &str) -> Option<(String, &'a str)> {
    let is_name = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    let after = rest
        .strip_prefix('r')
        .filter(|_| !is_name || before.ends_with('b'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let (value, after) = after[hashes..]
        .strip_prefix('"')?
        .split_once(&format!("\"{}", "#".repeat(hashes)))?;
    Some((value.to_owned(), after))
}

/// The value of a string literal, and the rest.
fn string(rest: &str) -> Option<(String, &str)> {
    let mut letters = rest.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' => match letters.next()? {
                // The literal goes on in the next line.
                '\n' => letters = letters.as_str().trim_start().chars(),
                'n' => value.push('\n'),
                escaped => value.push(escaped),
            },
            other => value.push(other),
        }
    }
}

/// The rest after a character literal, whose character may be a quote or a bracket; `None` for a lifetime.
fn after_char_literal(rest: &str) -> Option<&str> {
    let inside = rest.strip_prefix('\'')?;
    let mut letters = inside.trim_start_matches('\\').chars();
    letters.next()?;
    match inside.starts_with('\\') {
        true => Some(letters.as_str().split_once('\'')?.1),
        false => letters.as_str().strip_prefix('\''),
    }
}

#[test]
fn every_message_of_the_program_can_be_found() {
    let files = read("src", "rs");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let current = page(&files);
    let path = root.join("docs/messages.md");
    if std::env::var_os("UPDATE_MESSAGES").is_some() {
        fs::write(&path, &current).unwrap();
    }
    let is_current = fs::read_to_string(&path).unwrap() == current;
    assert!(
        is_current,
        "docs/messages.md is stale: run UPDATE_MESSAGES=1 cargo test --test tidy messages"
    );
    let symptoms = fs::read_to_string(root.join("docs/troubleshooting.md")).unwrap();
    let unknown = unknown_quotes(&symptoms, &files);
    assert!(unknown.is_empty(), "nothing says\n{}", unknown.join("\n"));
    for heading in headings() {
        assert!(symptoms.contains(&format!("\n## {heading}\n")), "{heading}");
    }
    let made_up = "| `The moon is full` | |\n| `A server is … data folder` | |";
    assert_eq!(unknown_quotes(made_up, &files), ["The moon is full"]);
}

#[test]
fn messages_are_found_however_they_are_written() {
    let text = r##"
        #[error("It is \
                 full")]
        Full,
        // bail!("This is a comment")
        fn a<'a>(quote: char) { if quote == '"' || quote == '\'' { bail!("The folder {} isn't {{}}", "a") } }
        fn b() { tracing::warn!(error = "some text that isn't it", "could not do it") }
        fn c() { let a = r#"no "message" at all"#; with(format!("The \"{a}\" of it is too long")) }
        fn d() { anyhow!("too short") }
    "##;
    let file = File::new("src/a.rs", text);
    let found: BTreeSet<_> = messages(&file).into_iter().collect();
    let expected = [
        (false, "It is full"),
        (false, "The \"{a}\" of it is too long"),
        (false, "The folder {} isn't {}"),
        (true, "could not do it"),
    ];
    let expected = expected.map(|(is_log, text)| (is_log, text.to_owned()));
    assert_eq!(found, BTreeSet::from(expected));
    assert!(messages(&File::new("src/a/tests.rs", text)).is_empty());
}
