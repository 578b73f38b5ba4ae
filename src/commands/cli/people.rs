//! The commands about people: accounts, invitations and spaces.

use clap::Subcommand;

use super::quota::quota;
use super::{ListOptions, number};
use crate::domain::invitations::InvitationOptions;
use crate::domain::usage::Quota;

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create an account: asks for the password, or reads it from standard input
    #[command(after_help = "Example: shared-spaces user add ann")]
    Add {
        /// What they sign in with
        login: String,
    },
    /// List all accounts
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
    /// Create a link for a user to set a new password themselves
    #[command(after_help = "Example: shared-spaces user reset-link ann --hours 48")]
    ResetLink {
        /// The login of the user
        login: String,
        /// How many hours the link is valid
        #[arg(long, default_value_t = 24, allow_negative_numbers = true, value_parser = number::<u16>(1, 24 * 365))]
        hours: u16,
    },
    /// Sign a user out everywhere, and don't let them sign in any more; what they have shared stays
    #[command(after_help = "Example: shared-spaces user disable ann")]
    Disable {
        /// The login of the user
        login: String,
    },
    /// Let a disabled user sign in again
    #[command(after_help = "Example: shared-spaces user enable ann")]
    Enable {
        /// The login of the user
        login: String,
    },
    /// Make a user an operator, who has the operator's page in the app; or take that right back
    #[command(
        after_help = "Examples:\n  shared-spaces user operator ann\n  shared-spaces user operator ann --revoke"
    )]
    Operator {
        /// The login of the user
        login: String,
        /// Take the right back
        #[arg(long)]
        revoke: bool,
    },
    /// List the sessions of a user, or end them
    #[command(
        after_help = "Examples:\n  shared-spaces user sessions ann\n  shared-spaces user sessions ann --end 7\n  shared-spaces user sessions ann --end-all"
    )]
    Sessions {
        /// The login of the user
        login: String,
        /// End the session with this ID
        #[arg(long, value_name = "ID", allow_negative_numbers = true, conflicts_with_all = ["end_all", "json"])]
        end: Option<String>,
        /// End all of them
        #[arg(long, conflicts_with = "json")]
        end_all: bool,
        #[command(flatten)]
        list: ListOptions,
    },
    /// Show how much photos and videos of a user take, and may take; or change their quota
    #[command(
        after_help = "Examples:\n  shared-spaces user quota ann\n  shared-spaces user quota ann 10GiB\n  shared-spaces user quota ann default"
    )]
    Quota {
        /// The login of the user
        login: String,
        /// Their new quota: a size such as 10GiB, or none, or default for that of the settings
        #[arg(allow_negative_numbers = true, value_parser = quota)]
        quota: Option<Quota>,
        #[command(flatten)]
        list: ListOptions,
    },
    /// Remove an account with all its shares, photos and memberships
    #[command(after_help = "Example: shared-spaces user remove ann --yes")]
    Remove {
        /// The login of the user to remove
        login: String,
        /// Don't ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum InvitationCommand {
    /// Create a link, and show it as a QR code too
    #[command(
        after_help = "Examples:\n  shared-spaces invitation add                          an account, nothing else\n  shared-spaces invitation add --space 1 --uses 5       up to five people join space 1\n  shared-spaces invitation add --space 1 --admin        somebody who will run space 1"
    )]
    Add {
        /// The ID of the space to join
        #[arg(long, value_name = "ID", allow_negative_numbers = true)]
        space: Option<String>,
        /// Make those who join admins of the space
        #[arg(long, requires = "space")]
        admin: bool,
        /// How many times the link can be used
        #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = number::<i64>(1, InvitationOptions::MAX_USES.into()))]
        uses: i64,
        /// How many days the link is valid
        #[arg(long, default_value_t = 7, allow_negative_numbers = true, value_parser = number::<i64>(1, InvitationOptions::MAX_DAYS.into()))]
        days: i64,
    },
    /// List the invitations that can still be used
    #[command(after_help = "Example: shared-spaces invitation list")]
    List(ListOptions),
    /// Revoke an invitation, so that nobody can use it any more
    #[command(after_help = "Example: shared-spaces invitation revoke 3")]
    Revoke {
        /// The ID of the invitation, as shown by `invitation list`
        #[arg(allow_negative_numbers = true)]
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum SpaceCommand {
    /// List every space: ID, number of members, number of shares, name
    #[command(
        after_help = "Examples:\n  shared-spaces space list\n  shared-spaces space list --json"
    )]
    List(ListOptions),
    /// Show who is in a space and how much is in it, and nothing of what is in it
    #[command(after_help = "Example: shared-spaces space show 1")]
    Show {
        /// The ID of the space, as shown by `space list`
        #[arg(allow_negative_numbers = true)]
        id: String,
        #[command(flatten)]
        list: ListOptions,
    },
    /// Make a user the only admin of a space, and a member if they aren't one
    #[command(after_help = "Example: shared-spaces space transfer 1 ann")]
    Transfer {
        /// The ID of the space, as shown by `space list`
        #[arg(allow_negative_numbers = true)]
        id: String,
        /// The login of the user
        login: String,
    },
    /// Show how much photos and videos in a space take, and may take; or change its quota
    #[command(
        after_help = "Examples:\n  shared-spaces space quota 1\n  shared-spaces space quota 1 10GiB\n  shared-spaces space quota 1 default"
    )]
    Quota {
        /// The ID of the space, as shown by `space list`
        #[arg(allow_negative_numbers = true)]
        id: String,
        /// Its new quota: a size such as 10GiB, or none, or default for that of the settings
        #[arg(allow_negative_numbers = true, value_parser = quota)]
        quota: Option<Quota>,
        #[command(flatten)]
        list: ListOptions,
    },
    /// Remove a space with everything in it, for all its members
    #[command(after_help = "Example: shared-spaces space remove 1 --yes")]
    Remove {
        /// The ID of the space, as shown by `space list`
        #[arg(allow_negative_numbers = true)]
        id: String,
        /// Don't ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}
