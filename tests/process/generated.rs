//! What packages take from the command line: completions, which shells can read, and manual pages.

use std::fs;
use std::process::Command;

use crate::support::succeeds;

#[test]
fn a_shell_completes_what_the_command_line_has() {
    let folder = tempfile::tempdir().unwrap();
    // Also where no settings can be read.
    fs::write(folder.path().join("Rocket.toml"), "no TOML").unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = succeeds(folder.path(), &["completions", shell], "");
        for word in ["reset-password", "--data-dir", "photos", "--retain"] {
            let word = word.trim_start_matches('-');
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
    let script = succeeds(folder.path(), &["completions", "bash"], "");
    fs::write(folder.path().join("bash"), script).unwrap();
    let read = Command::new("bash")
        .args(["-n", "bash"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{complaint}");
}

#[test]
fn each_command_for_people_has_a_manual_page_and_others_have_none() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &["man", "pages"], "");
    let pages: Vec<_> = fs::read_dir(folder.path().join("pages"))
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    for command in [
        "",
        "-serve",
        "-worker",
        "-user-add",
        "-photos-verify",
        "-health",
    ] {
        let page = format!("shared-spaces{command}.1");
        assert!(pages.contains(&page), "{page}: {pages:?}");
    }
    for hidden in ["fenced", "-man."] {
        assert!(!pages.iter().any(|page| page.contains(hidden)), "{pages:?}");
    }
    let main = fs::read_to_string(folder.path().join("pages/shared-spaces.1")).unwrap();
    assert!(main.contains("private place for a family"), "{main}");
}
