//! The command line: every command, its options and its help.

// Those about people.
mod people;
// Quotas, as they are written.
mod quota;

use std::path::PathBuf;

use clap::builder::UnknownArgumentValueParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::commands::fenced::FencedOptions;
use crate::commands::health::HealthOptions;
use crate::config::{Address, StoreKind};
use crate::domain::photo_name::PhotoName;
pub use people::{InvitationCommand, SpaceCommand, UserCommand};

const EXAMPLES: &str = "\
Examples:
  shared-spaces                              serve http://localhost:8000, everything under ./data
  shared-spaces serve --address 0.0.0.0      listen on the whole network
  shared-spaces --data-dir /srv/spaces       keep everything under /srv/spaces
  shared-spaces worker                       process photos in a separate process
  shared-spaces user add ann                 create an account; asks for the password
  shared-spaces user reset-password ann      set a new password for somebody who forgot theirs
  shared-spaces invitation add --space 1     create a link to join a space
  shared-spaces space list                   list the spaces, with their IDs
  shared-spaces photos failed                list photos that could not be processed
  shared-spaces photos verify                compare all photos with what was stored
  shared-spaces photos cleanup --dry-run     list what lies in the store and belongs to nothing
  shared-spaces photos move --to s3          move all photos from this disk to S3
  shared-spaces backup /mnt/disk/spaces      back up the database and all photos
  shared-spaces keys rotate                  revoke all existing links to photos
  shared-spaces config                       show the settings in force, and where each was set
  shared-spaces status                       show how the installation is doing
  shared-spaces doctor                       find out what is wrong, and how to fix it

Exit codes: 0 if all went well, 1 if something didn't, 2 if the command line can't be understood. `photos verify` also \
exits with 2 if it can't check. A command that is stopped exits with 130 after Ctrl-C and with 143 after SIGTERM.

Settings come from Rocket.toml (table default.app), or the file that --config names, then the environment (SHARED_SPACES_…), then these options.";

const MOVING: &str = "\
From the disk to S3, with the server stopped only for the last part:
  1. shared-spaces photos move --to s3    copies the photos while the server runs
  2. stop the server, and set photos.store = \"s3\"
  3. shared-spaces photos move --to s3    copies new photos, then deletes from the disk what is in S3
  4. start the server
If it is interrupted, run the command again to continue. From S3 to the disk, do the same with `--to local`.";

const VERIFYING: &str = "\
Reads every photo, on the disk or in S3, and compares its length and its SHA-256 with the database. Changes nothing \
except what was made of photos, and that only with --repair-previews.

Exit codes: 0 if all photos are intact, 1 if one is missing or has changed, or a preview, poster or rendition that was \
checked is damaged, and 2 if that can't be found out.

Examples:
  shared-spaces photos verify                    check all photos
  shared-spaces photos verify --sample 1000      check a thousand
  shared-spaces photos verify --repair-previews  also check previews, and make damaged ones again";

const CLEANUP: &str = "\
Goes through the store, on the disk or in S3, and deletes originals, previews, posters, renditions and temporary files that no \
photo has, and that are at least a day old. What isn't named as this program names things stays, and is listed. \
The server does the same for what it has deleted itself; this is for what crashes, restored backups or other programs have left.

Examples:
  shared-spaces photos cleanup --dry-run    list what would be deleted
  shared-spaces photos cleanup              delete it, and say how much space that has freed";

const BACKUP: &str = "\
If the destination is a file, the archive has everything inside. If it is an existing folder, or in S3, archives are \
named by the time, and share their photos: each photo is stored there only once.

Examples:
  shared-spaces backup spaces.tar.zst                      one archive with everything
  shared-spaces backup /mnt/disk/spaces --retain 7           keep the seven newest archives
  shared-spaces backup s3://my-backups/spaces --retain 7     the same in S3";

/// A private place for a family or a group of friends to share thoughts and photos
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = false)]
pub struct Cli {
    #[command(flatten)]
    pub options: Options,
    /// Same as the command `worker`
    #[arg(long)]
    pub worker: bool,
    #[command(flatten)]
    pub serve: ServeOptions,
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Whether the exit code of the command distinguishes "something is wrong" from "it couldn't be checked".
    pub fn tells_apart(&self) -> bool {
        matches!(
            self.command,
            Some(Command::Photos(PhotosCommand::Verify(_)))
        )
    }

    /// Parses the command line. If it can't be understood, the process exits with 2 and a sentence; after help, with 0.
    pub fn read() -> Self {
        let cli = Self::parse();
        if let Err(wrong) = cli.check() {
            wrong.exit();
        }
        cli
    }

    /// Refuses an option together with a command to which it doesn't belong.
    fn check(&self) -> Result<(), clap::Error> {
        let refuse = |why| Err(Self::command().error(ErrorKind::ArgumentConflict, why));
        let command = match (self.worker, &self.command) {
            (true, Some(_)) => {
                return refuse("--worker is the command `worker` and can't be used with another");
            }
            (true, None) => Some(&Command::Worker),
            (false, command) => command.as_ref(),
        };
        let names_an_address = self.serve.address.is_some() || self.serve.port.is_some();
        if names_an_address && !matches!(command, None | Some(Command::Serve(_))) {
            return refuse("--address and --port are options of `shared-spaces serve` only");
        }
        Ok(())
    }
}

/// A whole number within bounds, or a sentence that names them.
fn number<T: TryFrom<u32>>(from: u32, to: u32) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text
            .parse()
            .ok()
            .filter(|number| (from..=to).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("it must be a whole number from {from} to {to}"))
    }
}

/// Options of every command.
#[derive(Args, Debug)]
pub struct Options {
    /// The data folder: database, photos and signing key
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// The file with the settings, instead of Rocket.toml here or in a folder above
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Allow starting with an empty data folder even though expect_data is set
    #[arg(long, global = true)]
    pub init: bool,
    /// What `--init` was called; refused.
    #[arg(
        long,
        hide = true,
        global = true,
        num_args = 0,
        default_missing_value = "",
        value_parser = UnknownArgumentValueParser::suggest_arg("--init")
    )]
    pub new: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and the web app (the default command)
    Serve(ServeOptions),
    /// Move new photos to their spaces and make previews: next to a server on the same data folder or, with S3 and SQS, anywhere
    Worker,
    /// Create, list, disable and remove accounts, set new passwords, end sessions
    #[command(subcommand)]
    User(UserCommand),
    /// Create, list and revoke links for getting an account or joining a space
    #[command(subcommand)]
    Invitation(InvitationCommand),
    /// List, show and remove spaces, or put another user in charge of one
    #[command(subcommand)]
    Space(SpaceCommand),
    /// List and retry failed photos, verify the store and clean it up, move photos from one store to the other
    #[command(subcommand)]
    Photos(PhotosCommand),
    /// Manage the key that signs links to photos
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Back up the database and all photos, while the server runs
    #[command(after_help = BACKUP)]
    Backup(BackupOptions),
    /// Verify an archive, or all at a destination; needs no server and no data folder
    #[command(
        after_help = "Examples:\n  shared-spaces verify spaces.tar.zst\n  shared-spaces verify /mnt/disk/spaces"
    )]
    Verify {
        /// An archive, a folder of archives, or s3://bucket/prefix
        archive: String,
    },
    /// Restore an archive, or the newest at a destination, into an empty data folder
    #[command(
        after_help = "Example: shared-spaces restore /mnt/disk/spaces --data-dir /srv/spaces"
    )]
    Restore(RestoreOptions),
    /// Check settings, data folder, database, S3 and SQS, and say what is wrong and how to fix it
    #[command(after_help = "Examples:\n  shared-spaces doctor\n  shared-spaces doctor --json")]
    Doctor(ListOptions),
    /// Show the settings that are in force, and where each was set
    #[command(
        after_help = "Examples:\n  shared-spaces config\n  shared-spaces config --config /etc/shared-spaces/Rocket.toml --json"
    )]
    Config(ListOptions),
    /// Show at a glance what the installation has and how it is doing
    #[command(after_help = "Examples:\n  shared-spaces status\n  shared-spaces status --json")]
    Status(ListOptions),
    /// Print the description of the API (OpenAPI 3.1), for programs
    #[command(after_help = "Example: shared-spaces openapi > openapi.json")]
    Openapi,
    /// Ask the server on this machine whether it is ready, as health checks of containers do
    #[command(after_help = "Example: shared-spaces health --port 8001")]
    Health(HealthOptions),
    /// Print what completes this command line in a shell
    #[command(
        after_help = "Example: shared-spaces completions bash > ~/.local/share/bash-completion/completions/shared-spaces"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages into a folder, for packages
    #[command(hide = true)]
    Man {
        /// The folder, which is made if it isn't there
        folder: PathBuf,
    },
    /// Work on something that a stranger has sent, in a process that may die
    #[command(hide = true)]
    Fenced(FencedOptions),
}

/// Options of every command that lists something.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct ListOptions {
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug, Default)]
pub struct ServeOptions {
    /// The address to listen on; 0.0.0.0 means all addresses of this machine, and unix:/path a unix socket
    #[arg(long, value_name = "ADDRESS", value_parser = Address::of_option)]
    pub address: Option<Address>,
    /// The port to listen on
    #[arg(long, allow_negative_numbers = true, value_parser = number::<u16>(0, 65_535))]
    pub port: Option<u16>,
}

#[derive(Args, Debug)]
pub struct BackupOptions {
    /// A file, a folder, or s3://bucket/prefix; by default the setting backup.destination
    #[arg(value_name = "DESTINATION")]
    pub destination: Option<String>,
    /// How many archives to keep at the destination; older ones are deleted. By default all are kept, or as many as
    /// backup.retain says if the destination is backup.destination
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::<u32>(1, u32::MAX))]
    pub retain: Option<u32>,
    /// What `--retain` was called; refused.
    #[arg(long, hide = true, value_parser = UnknownArgumentValueParser::suggest_arg("--retain"))]
    pub keep: Option<String>,
    /// Put the photos into the archive itself even in a folder or S3, so that it needs nothing else
    #[arg(long)]
    pub full: bool,
    /// Declare that this restored data folder replaces the original: from now on it makes the backups
    #[arg(long)]
    pub take_over: bool,
}

#[derive(Args, Debug)]
pub struct RestoreOptions {
    /// An archive, a folder of archives, or s3://bucket/prefix
    #[arg(value_name = "FROM")]
    pub from: String,
    /// Restore the rest even if photos are missing or damaged; their shares are restored without them
    #[arg(long)]
    pub incomplete: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum KeysCommand {
    /// Replace the key: all existing links to photos stop working at once, also while a server runs
    #[command(after_help = "Example: shared-spaces keys rotate")]
    Rotate,
}

#[derive(Args, Clone, Copy, Debug)]
pub struct VerifyOptions {
    /// Check N photos, chosen at random; all by default
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::<usize>(1, u32::MAX))]
    pub sample: Option<usize>,
    /// Also check that previews, posters and renditions exist, and can be shown
    #[arg(long)]
    pub previews: bool,
    /// Make damaged previews and posters again, and have workers make damaged renditions, from intact photos and videos
    #[arg(long)]
    pub repair_previews: bool,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Clone, Copy, Debug)]
pub struct CleanupOptions {
    /// Delete nothing, and say what would be deleted
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum PhotosCommand {
    /// List photos that failed after too many attempts, with the reason, and photos without previews
    #[command(after_help = "Example: shared-spaces photos failed")]
    Failed(ListOptions),
    /// Re-queue failed photos
    #[command(
        after_help = "Examples:\n  shared-spaces photos retry 1-34.jpg\n  shared-spaces photos retry --all"
    )]
    Retry {
        /// The photos, as shown by `photos failed`
        #[arg(required_unless_present = "all", value_name = "PHOTO")]
        names: Vec<PhotoName>,
        /// All that have failed
        #[arg(long, conflicts_with = "names")]
        all: bool,
    },
    /// Verify that the store has every photo intact; the server may run
    #[command(after_help = VERIFYING)]
    Verify(VerifyOptions),
    /// Delete what lies in the store and belongs to nothing; the server may run
    #[command(alias = "sweep", after_help = CLEANUP)]
    Cleanup(CleanupOptions),
    /// Move all photos from one store to the other, comparing each
    #[command(after_help = MOVING)]
    Move {
        /// The store to move to
        #[arg(long, value_name = "STORE")]
        to: StoreKind,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_from_before_is_refused_with_the_new_one_named() {
        for (arguments, former, now) in [
            (&["backup", "a", "--keep", "7"][..], "--keep", "--retain"),
            (&["backup", "--keep=7"], "--keep", "--retain"),
            (&["--new"], "--new", "--init"),
            (&["serve", "--new"], "--new", "--init"),
        ] {
            let all = ["shared-spaces"].iter().chain(arguments);
            let refused = Cli::try_parse_from(all).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::UnknownArgument);
            let said = refused.to_string();
            assert!(
                said.contains(&format!("unexpected argument '{former}")),
                "{said}"
            );
            assert!(said.contains(&format!("'{now}'")), "{said}");
        }
        for parts in [&["backup", "a", "--retain", "7"][..], &["serve", "--init"]] {
            let all = ["shared-spaces"].iter().chain(parts);
            Cli::try_parse_from(all).unwrap();
        }
    }
}
