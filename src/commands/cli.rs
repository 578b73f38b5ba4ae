//! What the command line can say.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::UnknownArgumentValueParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::config::StoreKind;
use crate::domain::invitations::InvitationOptions;
use crate::domain::photo_name::PhotoName;

const EXAMPLES: &str = "\
Examples:
  shared-spaces                              serve http://localhost:8000, everything under ./data
  shared-spaces serve --address 0.0.0.0      serve the whole network
  shared-spaces --data-dir /srv/spaces       keep everything under /srv/spaces
  shared-spaces worker                       sort photos in a process of its own
  shared-spaces user add ann                 make an account; asks for the password
  shared-spaces user reset-password ann      give a new one to somebody who forgot theirs
  shared-spaces invitation add --space 1     make a link by which somebody joins a space
  shared-spaces space list                   list the spaces, with their IDs
  shared-spaces photos failed                list photos that could not be sorted
  shared-spaces photos verify                compare all photos with what was stored
  shared-spaces photos move --to s3          take all photos from this disk to S3
  shared-spaces backup /mnt/disk/spaces      back up the database and all photos
  shared-spaces keys rotate                  end all links to photos that are out
  shared-spaces doctor                       find out what is wrong

Commands end with 0 where all went well, with 1 where something didn't, and with 2 where they can't be understood. \
`photos verify` ends with 2 also where it can't look. One that is stopped before its end ends with 130 after Ctrl-C, and \
with 143 where the system asked it to end.

Settings come from Rocket.toml (table default.app), then the environment (SHARED_SPACES_…), then these options.";

const MOVING: &str = "\
From the disk to S3, with the server stopped only for the last part:
  1. shared-spaces photos move --to s3    copies, while the server runs as before
  2. stop the server, and set photos.store = \"s3\"
  3. shared-spaces photos move --to s3    copies what came meanwhile, then deletes from the disk what is in S3
  4. start the server
What was cut short goes on where it stopped when the command is given again. From S3 to the disk it is the same with
`--to local`.";

const VERIFYING: &str = "\
Reads every photo, on the disk or in S3, and compares its length and its SHA-256 with the database. Nothing is changed \
but previews, and those only with --repair-previews.

It ends with 0 where all photos are as they were stored, with 1 where one is missing or has changed, or a preview that \
was looked at is damaged, and with 2 where that couldn't be found out.

Examples:
  shared-spaces photos verify                    look at all
  shared-spaces photos verify --sample 1000      look at a thousand
  shared-spaces photos verify --repair-previews  look also at previews, and make damaged ones again";

const BACKUP: &str = "\
To a file, the archive has everything inside. To a folder that is there already, or to S3, archives are named by the \
time, and a photo is brought there only once, for all of them.

Examples:
  shared-spaces backup spaces.tar.zst                      one archive with everything
  shared-spaces backup /mnt/disk/spaces --retain 7           the seven newest archives stay
  shared-spaces backup s3://my-backups/spaces --retain 7     the same in S3";

/// A private place for a family or a group of friends to share thoughts and photos
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = false)]
pub struct Cli {
    #[command(flatten)]
    pub options: Options,
    /// The same as the command `worker`
    #[arg(long)]
    pub worker: bool,
    #[command(flatten)]
    pub serve: ServeOptions,
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Whether the command looks for something and tells, by how it ends, that it was found from that it couldn't look.
    pub fn tells_apart(&self) -> bool {
        matches!(
            self.command,
            Some(Command::Photos(PhotosCommand::Verify(_)))
        )
    }

    /// What was typed. What can't be understood ends the process with 2 and a sentence, and where help was asked for, it ends
    /// with 0.
    pub fn read() -> Self {
        let cli = Self::parse();
        if let Err(wrong) = cli.check() {
            wrong.exit();
        }
        cli
    }

    /// Refuses an option beside a command to which it doesn't belong.
    fn check(&self) -> Result<(), clap::Error> {
        let refuse = |why| Err(Self::command().error(ErrorKind::ArgumentConflict, why));
        let command = match (self.worker, &self.command) {
            (true, Some(_)) => {
                return refuse("--worker is a command of its own and can't stand beside another");
            }
            (true, None) => Some(&Command::Worker),
            (false, command) => command.as_ref(),
        };
        let names_an_address = self.serve.address.is_some() || self.serve.port.is_some();
        if names_an_address && !matches!(command, None | Some(Command::Serve(_))) {
            return refuse(
                "--address and --port are options of `shared-spaces serve`, and of no other command",
            );
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

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| {
        String::from(
            "it must be an IP address, such as 127.0.0.1 for this machine alone or 0.0.0.0 for the whole network",
        )
    })
}

/// Options of every command.
#[derive(Args, Debug)]
pub struct Options {
    /// Where the database, the photos and the signing key live
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
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
    /// Serve the API and the web page (what happens without a command)
    Serve(ServeOptions),
    /// Sort new photos into their spaces, beside a server on the same data folder or, with S3 and SQS, anywhere
    Worker,
    /// Make accounts, list them, set new passwords, remove them
    #[command(subcommand)]
    User(UserCommand),
    /// Make links by which somebody gets an account or joins a space, list them, end them
    #[command(subcommand)]
    Invitation(InvitationCommand),
    /// List the spaces, with their IDs
    #[command(subcommand)]
    Space(SpaceCommand),
    /// Look after photos that could not be sorted, and move them from one store to the other
    #[command(subcommand)]
    Photos(PhotosCommand),
    /// Look after the key that signs links to photos
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Back up the database and all photos, while the server runs
    #[command(after_help = BACKUP)]
    Backup(BackupOptions),
    /// Check an archive, or all in a folder, with no server and no data folder
    #[command(
        after_help = "Examples:\n  shared-spaces verify spaces.tar.zst\n  shared-spaces verify /mnt/disk/spaces"
    )]
    Verify {
        /// An archive, a folder of archives, or s3://bucket/prefix
        archive: String,
    },
    /// Restore an archive, or the newest in a folder, into an empty data folder
    #[command(
        after_help = "Example: shared-spaces restore /mnt/disk/spaces --data-dir /srv/spaces"
    )]
    Restore(RestoreOptions),
    /// Look at settings, data folder, database, S3 and SQS, and say what is wrong and what to do
    #[command(after_help = "Examples:\n  shared-spaces doctor\n  shared-spaces doctor --json")]
    Doctor(ListOptions),
}

/// Options of every command that lists something.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct ListOptions {
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug, Default)]
pub struct ServeOptions {
    /// The address to listen on; 0.0.0.0 is every one of this machine
    #[arg(long, value_name = "IP", value_parser = address)]
    pub address: Option<IpAddr>,
    /// The port to listen on
    #[arg(long, allow_negative_numbers = true, value_parser = number::<u16>(0, 65_535))]
    pub port: Option<u16>,
}

#[derive(Args, Debug)]
pub struct BackupOptions {
    /// A file, a folder, or s3://bucket/prefix; by default the setting backup.destination
    #[arg(value_name = "DESTINATION")]
    pub destination: Option<String>,
    /// How many archives stay in the folder, while older ones are deleted; by default all stay, or backup.retain with
    /// backup.destination
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::<u32>(1, u32::MAX))]
    pub retain: Option<u32>,
    /// What `--retain` was called; refused.
    #[arg(long, hide = true, value_parser = UnknownArgumentValueParser::suggest_arg("--retain"))]
    pub keep: Option<String>,
    /// Put the photos into the archive also in a folder, so that it needs nothing else there
    #[arg(long)]
    pub full: bool,
    /// Say that this data folder, which was restored, takes the place of the original: from now on it makes its backups
    #[arg(long)]
    pub take_over: bool,
}

#[derive(Args, Debug)]
pub struct RestoreOptions {
    /// An archive, a folder of archives, or s3://bucket/prefix
    #[arg(value_name = "FROM")]
    pub from: String,
    /// Restore the rest where photos are missing or damaged; their shares come without them
    #[arg(long)]
    pub incomplete: bool,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account: asks for the password, or reads it from standard input
    #[command(after_help = "Example: shared-spaces user add ann")]
    Add {
        /// What they sign in with
        login: String,
    },
    /// List everybody with an account
    #[command(
        after_help = "Examples:\n  shared-spaces user list\n  shared-spaces user list --json"
    )]
    List(ListOptions),
    /// Set a new password, and sign the user out everywhere
    #[command(after_help = "Example: shared-spaces user reset-password ann")]
    ResetPassword {
        /// The login of the user
        login: String,
    },
    /// Make a link by which a user sets a new password themselves
    #[command(after_help = "Example: shared-spaces user reset-link ann --hours 48")]
    ResetLink {
        /// The login of the user
        login: String,
        /// For how many hours the link can be used
        #[arg(long, default_value_t = 24, allow_negative_numbers = true, value_parser = number::<u16>(1, 24 * 365))]
        hours: u16,
    },
    /// Remove an account with all its shares, photos and memberships
    #[command(after_help = "Example: shared-spaces user remove ann --yes")]
    Remove {
        /// The login of the user to remove
        login: String,
        /// Don't ask whether you are sure
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum InvitationCommand {
    /// Make a link, and show it also as a QR code
    #[command(
        after_help = "Examples:\n  shared-spaces invitation add                          an account, nothing else\n  shared-spaces invitation add --space 1 --uses 5       up to five people join space 1\n  shared-spaces invitation add --space 1 --admin        somebody who will run space 1"
    )]
    Add {
        /// The ID of the space that is joined with it
        #[arg(long, value_name = "ID", allow_negative_numbers = true)]
        space: Option<String>,
        /// Who joins with it becomes an admin of the space
        #[arg(long, requires = "space")]
        admin: bool,
        /// How often it can be used
        #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = number::<i64>(1, InvitationOptions::MOST_USES.into()))]
        uses: i64,
        /// For how many days it can be used
        #[arg(long, default_value_t = 7, allow_negative_numbers = true, value_parser = number::<i64>(1, InvitationOptions::MOST_DAYS.into()))]
        days: i64,
    },
    /// List the invitations that can still be used
    #[command(after_help = "Example: shared-spaces invitation list")]
    List(ListOptions),
    /// End an invitation, so that nobody can use it any more
    #[command(after_help = "Example: shared-spaces invitation revoke 3")]
    Revoke {
        /// Its ID, as `invitation list` tells it
        #[arg(allow_negative_numbers = true)]
        id: String,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum SpaceCommand {
    /// List every space: its ID, how many are in it, how much was shared, and its name
    #[command(
        after_help = "Examples:\n  shared-spaces space list\n  shared-spaces space list --json"
    )]
    List(ListOptions),
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a new key: every link to a photo that is out stops working at once, also while a server runs
    #[command(after_help = "Example: shared-spaces keys rotate")]
    Rotate,
}

#[derive(Args, Clone, Copy, Debug)]
pub struct VerifyOptions {
    /// Look at N photos, chosen by chance; without it, at all
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::<usize>(1, u32::MAX))]
    pub sample: Option<usize>,
    /// Look also whether previews are there and can be shown
    #[arg(long)]
    pub previews: bool,
    /// Make damaged previews again, from photos that are whole
    #[arg(long)]
    pub repair_previews: bool,
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum PhotosCommand {
    /// List the photos that were set aside after too many attempts, and why, and those without previews
    #[command(after_help = "Example: shared-spaces photos failed")]
    Failed(ListOptions),
    /// Send failed photos to the worker again
    #[command(
        after_help = "Examples:\n  shared-spaces photos retry 1-34.jpg\n  shared-spaces photos retry --all"
    )]
    Retry {
        /// The photos, as `photos failed` names them
        #[arg(required_unless_present = "all", value_name = "PHOTO")]
        names: Vec<PhotoName>,
        /// All that have failed
        #[arg(long, conflicts_with = "names")]
        all: bool,
    },
    /// Look whether the store has every photo as it was stored, while the server runs
    #[command(after_help = VERIFYING)]
    Verify(VerifyOptions),
    /// Move all photos from one store to the other, and compare each
    #[command(after_help = MOVING)]
    Move {
        /// Where to
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
