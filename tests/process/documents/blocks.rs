//! The blocks of code of all pages, and that each is proved by something.

use std::fs;
use std::path::{Path, PathBuf};

use super::proof::{PROOFS, Proof};

/// A block of code.
pub struct Block {
    /// Where it begins, such as `docs/backup.md:7`.
    pub place: String,
    page: String,
    pub language: String,
    pub text: String,
}

impl Block {
    fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default().trim_start()
    }

    /// What proves it.
    fn proofs(&self) -> Vec<&'static Proof> {
        let of_this = PROOFS
            .iter()
            .filter(|(page, begin, _)| self.page == *page && self.first_line().starts_with(begin));
        of_this.map(|(_, _, proof)| proof).collect()
    }

    pub fn proof(&self) -> &'static Proof {
        self.proofs()[0]
    }

    /// Its lines without comments; those that a backslash continues are one.
    pub fn commands(&self) -> Vec<String> {
        let joined = self.text.replace("\\\n", " ");
        let lines = joined.lines().map(|line| {
            let is_comment = line.trim_start().starts_with('#');
            let end = line.find(" # ").unwrap_or(line.len());
            if is_comment { "" } else { line[..end].trim() }
        });
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(ToOwned::to_owned).collect()
    }
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// All of them.
pub fn blocks() -> Vec<Block> {
    let mut pages = vec!["README.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    pages.iter().flat_map(|page| blocks_of(page)).collect()
}

fn blocks_of(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for (nth, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            is_inside = !is_inside;
            if is_inside {
                blocks.push(Block {
                    place: format!("{page}:{}", nth + 1),
                    page: page.to_owned(),
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
        } else if let Some(block) = blocks.last_mut().filter(|_| is_inside) {
            block.text += line;
            block.text.push('\n');
        }
    }
    assert!(!is_inside, "{page}: a block doesn't end");
    blocks
}

#[test]
fn every_block_of_code_is_proved_in_one_way() {
    let all = blocks();
    for block in &all {
        let proofs = block.proofs().len();
        let place = &block.place;
        assert_eq!(proofs, 1, "{place}: {proofs} proofs of {}", block.text);
    }
    for (page, begin, _) in PROOFS {
        let is_met = all
            .iter()
            .any(|block| block.page == *page && block.first_line().starts_with(begin));
        assert!(is_met, "no block of {page} begins with {begin}");
    }
}

#[test]
fn a_test_that_proves_a_block_is_there() {
    for (page, begin, proof) in PROOFS {
        if let Proof::By(file) = proof {
            assert!(root().join(file).exists(), "{page}, {begin}: {file}");
        }
    }
}
