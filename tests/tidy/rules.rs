//! The rules, each a function from a file to complaints.

use super::source::File;

/// What a rule complains about in a file.
pub type Rule = fn(&File) -> Vec<String>;

/// Words of the domain's code that would tie it to HTTP, to an executor or to the network.
pub fn domain_is_pure(file: &File) -> Vec<String> {
    let banned = |word: &&str| {
        matches!(*word, "rocket" | "async" | "await" | "tokio") || word.starts_with("aws")
    };
    complaints(file, |line| {
        words(line)
            .find(banned)
            .map(|word| format!("the domain names `{word}`"))
    })
}

/// How something is written for clients is the API's matter: `src/api/views/` has every JSON shape.
pub fn domain_has_no_json(file: &File) -> Vec<String> {
    complaints(file, |line| {
        words(line)
            .find(|word| word.starts_with("serde") || *word == "json")
            .map(|word| format!("the domain names `{word}`: JSON is owned by src/api/views"))
    })
}

/// Photos and films are bytes in and bytes out: no files, no network, no settings, nothing of the server's.
pub fn picture_does_no_io(file: &File) -> Vec<String> {
    if file.is_test() {
        return Vec::new();
    }
    let banned = [
        "fs",
        "net",
        "env",
        "process",
        "thread",
        "tokio",
        "shared_spaces",
    ];
    complaints(file, |line| {
        words(line)
            .find(|word| banned.contains(word))
            .map(|word| format!("a crate that only cleans names `{word}`"))
    })
}

/// SQL belongs next to the function of the domain that uses it.
pub fn api_has_no_sql(file: &File) -> Vec<String> {
    let mut found = complaints(file, |line| {
        line.contains("rusqlite")
            .then(|| "the API names `rusqlite`".to_owned())
    });
    for (at, line) in file.uncommented_lines() {
        let sql = line.split('"').skip(1).step_by(2).find(|text| is_sql(text));
        found.extend(sql.map(|sql| file.complaint(at, &format!("the API holds SQL: {sql}"))));
    }
    found
}

fn is_sql(text: &str) -> bool {
    [
        "select ",
        "insert ",
        "update ",
        "delete from ",
        "create ",
        "pragma ",
    ]
    .iter()
    .any(|verb| text.starts_with(verb))
}

/// Connections come from one place.
pub fn only_db_has_pools(file: &File) -> Vec<String> {
    if file.path.starts_with("src/db/") {
        return Vec::new();
    }
    complaints(file, |line| {
        line.contains("r2d2")
            .then(|| "only src/db may name `r2d2`".to_owned())
    })
}

/// The tables that a file inserts into, updates or deletes from.
pub fn tables_written(file: &File) -> Vec<String> {
    let code: Vec<&str> = file.uncommented_lines().map(|(_, line)| line).collect();
    let text = code.join(" ");
    let words: Vec<&str> = text
        .split([' ', '"', '(', '\n'])
        .filter(|word| !word.is_empty())
        .collect();
    let mut tables: Vec<String> = Vec::new();
    for at in 0..words.len() {
        let table = match words[at..] {
            ["insert", "into", table, ..]
            | ["delete", "from", table, ..]
            | ["update", table, "set", ..] => table,
            ["insert", "or", _, "into", table, ..] => table,
            _ => continue,
        };
        tables.push(table.to_owned());
    }
    tables.sort();
    tables.dedup();
    tables
}

/// The first line of a file says what it is.
pub fn opens_with_a_sentence(file: &File) -> Vec<String> {
    if file.text.starts_with("//! ") {
        Vec::new()
    } else {
        vec![file.complaint(1, "it must open with `//! `")]
    }
}

/// Nothing compiles what a comment of the server shows as code.
pub fn has_no_examples(file: &File) -> Vec<String> {
    let is_fence = |line: &str| {
        ["/// ```", "//! ```"]
            .iter()
            .any(|fence| line.starts_with(fence))
    };
    let lines = file.text.lines().zip(1..);
    lines
        .filter(|(line, _)| is_fence(line.trim_start()))
        .map(|(_, at)| file.complaint(at, "an example that nothing compiles: make it a test"))
        .collect()
}

/// A file that grows over its limit has more than one reason to change.
pub fn is_short(file: &File) -> Vec<String> {
    let limit = if file.is_test() { 600 } else { 400 };
    let lines = file.code_lines().count();
    if lines > limit {
        vec![file.complaint(limit, &format!("{lines} lines, the limit is {limit}"))]
    } else {
        Vec::new()
    }
}

/// A panic needs a reason, next to the lint that it silences.
pub fn gives_reasons_to_unwrap(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    let mut reason = 0;
    for (at, line) in file.bare_lines() {
        if line.contains("clippy::unwrap_used") || line.contains("clippy::expect_used") {
            reason = at;
        }
        let unwraps = line.contains(".unwrap()") || line.contains(".expect(");
        if unwraps
            && (reason == 0 || at > reason + 3)
            && !file.is_test()
            && file.path != "src/db/explain.rs"
        {
            found.push(file.complaint(at, "it unwraps without a reason"));
        }
    }
    found
}

/// The macros of the standard library panic once the reader of the output is gone.
pub fn says_by_say(file: &File) -> Vec<String> {
    complaints(file, |line| {
        let macros = ["println!", "eprintln!", "print!", "eprint!"];
        let is_one = macros.iter().any(|name| line.contains(name));
        (is_one && file.path != "src/output.rs").then(|| "use `say!` or `complain!`".to_owned())
    })
}

/// The compiler reports an expectation that is no longer needed; an allowance stays forever.
pub fn allows_nothing(file: &File) -> Vec<String> {
    complaints(file, |line| {
        line.contains("#[allow(")
            .then(|| "use `#[expect(…, reason = …)]`".to_owned())
    })
}

/// Names that fit anything say nothing.
pub fn avoids_vague_names(file: &File) -> Vec<String> {
    complaints(file, |line| {
        let line = line.replace("SqliteConnectionManager", "");
        let vague = |word: &&str| {
            ["manager", "helper", "utils"]
                .iter()
                .any(|vague| word.to_lowercase().contains(vague))
        };
        words(&line)
            .find(vague)
            .map(|word| format!("`{word}`: name it by what it does"))
    })
}

/// Where the links of a document lead, as far as they stay within the tree.
pub fn relative_links(file: &File) -> Vec<String> {
    let targets = file
        .text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target);
    let inside = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    inside
        .map(|target| {
            target
                .split_once('#')
                .map_or(target, |(path, _)| path)
                .to_owned()
        })
        .collect()
}

/// What the tables below a heading of a document name in their first column, in backticks.
pub fn named_in_tables<'a>(document: &'a File, heading: &str) -> Vec<&'a str> {
    let mut lines = document.text.lines();
    lines.find(|line| *line == heading);
    lines
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

/// What wraps paragraphs joins the rows of a table, which is then no table any more.
pub fn tables_have_rows(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    let (mut is_code, mut columns) = (false, None);
    for (at, line) in file.text.lines().enumerate() {
        let line = line.trim();
        is_code ^= line.starts_with("```");
        let is_row = line.starts_with('|') && !is_code;
        let is_rule = line.chars().all(|letter| "|-: ".contains(letter));
        if !is_code && line.contains("|---") && !is_rule {
            found.push(file.complaint(at + 1, "the rows of a table are in one line"));
        } else if is_row && !line.ends_with('|') {
            found.push(file.complaint(at + 1, "a row of a table doesn't end"));
        } else if is_row && *columns.get_or_insert_with(|| cells(line)) != cells(line) {
            found.push(file.complaint(at + 1, "a row has other columns than its table"));
        }
        columns = columns.filter(|_| is_row);
    }
    if is_code {
        found.push(file.complaint(file.text.lines().count(), "a block of code doesn't end"));
    }
    found
}

/// How many cells a row has; what is in backticks or after a backslash doesn't divide.
fn cells(row: &str) -> usize {
    let outside: String = row.replace("\\|", "").split('`').step_by(2).collect();
    outside.matches('|').count()
}

/// The number in the name of a migration.
pub fn migration_number(path: &str) -> u32 {
    let name = path.rsplit('/').next().unwrap();
    let (number, _) = name
        .strip_prefix('V')
        .and_then(|rest| rest.split_once("__"))
        .unwrap();
    number.parse().unwrap()
}

fn complaints(file: &File, about: impl Fn(&str) -> Option<String>) -> Vec<String> {
    file.bare_lines()
        .filter_map(|(at, line)| Some(file.complaint(at, &about(&line)?)))
        .collect()
}

/// The words of a line, with underscores in them.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}
