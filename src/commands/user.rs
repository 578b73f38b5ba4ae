//! `shared-spaces user`: accounts without e-mail. Passwords come from the terminal or standard input, never from an
//! argument, which other users of the machine could read.

use std::io::{self, BufRead, IsTerminal, Read};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::user_sessions::{self, SessionsRequest};
use super::{confirm, link, quota};
use crate::api::views::operation::OperatorsUser;
use crate::app::App;
use crate::commands::cli::{ListOptions, UserCommand};
use crate::config::Settings;
use crate::domain::access::OperatorRight;
use crate::domain::account_status::{self, Account};
use crate::domain::operating::Act;
use crate::domain::text::{GivenLogin, Login, Password};
use crate::domain::tokens::Token;
use crate::domain::users::{self, User};
use crate::logging::audit::{self, By};
use crate::output::{plain, say};

/// The bytes of a line that are read: more than the longest password has.
const LONGEST_LINE: u64 = 64 * 1024;

/// Makes, lists, rescues or removes accounts.
///
/// # Errors
/// What the rules refuse, in the sentences that the API uses too.
pub async fn run(settings: Settings, command: UserCommand) -> Result<()> {
    let Settings { listener, config } = settings;
    let app = App::start(config).await?;
    match command {
        UserCommand::Add { login } => add(&app, &login).await,
        UserCommand::List(options) => list(&app, options).await,
        UserCommand::ResetPassword { login } => reset_password(&app, login).await,
        UserCommand::ResetLink { login, hours } => {
            let token = reset_link(&app, login, hours).await?;
            link::show(&listener, &app.config, "password-reset", &token)
        }
        UserCommand::Disable { login } => {
            user_sessions::disable(&app, find(&app, login).await?).await
        }
        UserCommand::Enable { login } => {
            user_sessions::enable(&app, find(&app, login).await?).await
        }
        UserCommand::Operator { login, revoke } => set_operator(&app, login, !revoke).await,
        UserCommand::Sessions {
            login,
            end,
            end_all,
            list,
        } => {
            let request = match end {
                Some(id) => SessionsRequest::End(id),
                None if end_all => SessionsRequest::EndAll,
                None => SessionsRequest::List(list),
            };
            user_sessions::run(&app, find(&app, login).await?, request).await
        }
        UserCommand::Quota { login, quota, list } => {
            quota::of_user(&app, find(&app, login).await?, quota, list).await
        }
        UserCommand::Remove { login, yes } => remove(&app, login, yes).await,
    }
}

async fn add(app: &App, login: &str) -> Result<()> {
    let login = Login::parse(login, &app.config.limits)?;
    let hash = app.passwords.hash(ask_password(app)?).await?;
    let now = app.now();
    let user = app
        .db
        .write(move |conn| {
            Act::new(conn, &OperatorRight::of_command_line(), now).make_account(&login, &hash)
        })
        .await?;
    audit::account_made(By::CommandLine, &user);
    say!("Created account {} (ID {})", user.login, user.id)?;
    Ok(())
}

async fn list(app: &App, options: ListOptions) -> Result<()> {
    let everybody = app.db.read(|conn| Ok(account_status::list(conn)?)).await?;
    if options.json {
        let everybody: Vec<_> = everybody.into_iter().map(OperatorsUser::from).collect();
        say!("{}", serde_json::to_string_pretty(&everybody)?)?;
        return Ok(());
    }
    if everybody.is_empty() {
        say!("Nobody has an account yet.")?;
    }
    for Account {
        user,
        disabled_at,
        is_operator,
    } in everybody
    {
        let (id, login) = (user.id, plain(&user.login));
        let right = if is_operator { "\toperator" } else { "" };
        match disabled_at {
            None => say!("{id}\t{login}{right}")?,
            Some(since) => say!("{id}\t{login}{right}\tdisabled {}", since.rfc3339())?,
        }
    }
    Ok(())
}

async fn set_operator(app: &App, login: String, is_operator: bool) -> Result<()> {
    let user = find(app, login).await?;
    let (now, about) = (app.now(), user.clone());
    let changed = app.db.write(move |conn| {
        Act::new(conn, &OperatorRight::of_command_line(), now).set_operator(&about, is_operator)
    });
    let (changed, login) = (changed.await?, plain(&user.login));
    match (changed, is_operator) {
        (false, true) => bail!("{login} is an operator already"),
        (false, false) => bail!("{login} isn't an operator"),
        (true, _) => audit::operator_changed(By::CommandLine, &user, is_operator),
    }
    match is_operator {
        true => say!("{login} is an operator, and has the operator's page in the app"),
        false => say!("{login} isn't an operator any more"),
    }
}

async fn reset_password(app: &App, login: String) -> Result<()> {
    let user = find(app, login).await?;
    let hash = app.passwords.hash(ask_password(app)?).await?;
    let (now, about) = (app.now(), user.clone());
    let ended = app
        .db
        .write(move |conn| {
            Act::new(conn, &OperatorRight::of_command_line(), now).reset_password(&about, &hash)
        })
        .await?;
    audit::password_reset(By::CommandLine, &user);
    audit::feeds_revoked(By::CommandLine, &ended);
    say!(
        "Password of {} changed; all their sessions and feeds ended",
        user.login
    )?;
    Ok(())
}

async fn reset_link(app: &App, login: String, hours: u16) -> Result<Token> {
    let user = find(app, login).await?;
    let (token, now) = (Token::random()?, app.now());
    let (about, kept) = (user.clone(), token.clone());
    let holds = Duration::from_secs(u64::from(hours) * 60 * 60);
    let until = app
        .db
        .write(move |conn| {
            let by = OperatorRight::of_command_line();
            Act::new(conn, &by, now).make_reset_link(&about, &kept, holds)
        })
        .await?;
    audit::reset_link_made(By::CommandLine, &user);
    say!(
        "One-time password reset link for {}, valid until {}:\n",
        user.login,
        until.rfc3339()
    )?;
    Ok(token)
}

async fn remove(app: &App, login: String, yes: bool) -> Result<()> {
    let user = find(app, login).await?;
    confirm(
        yes,
        "Removing an account",
        &format!(
            "Remove {} with all their shares and photos?",
            plain(&user.login)
        ),
    )?;
    let (now, gone) = (app.now(), user.clone());
    let begun = app
        .db
        .write_making_room(move |conn| {
            Act::new(conn, &OperatorRight::of_command_line(), now).remove_account(&gone)
        })
        .await?;
    audit::account_removed(By::CommandLine, &user);
    app.finish_account_removal(begun).await?;
    say!("Removed account {}", user.login)?;
    Ok(())
}

async fn find(app: &App, login: String) -> Result<User> {
    let login = GivenLogin::new(login);
    Ok(app
        .db
        .read(move |conn| users::get_by_login(conn, &login))
        .await?)
}

/// Asks twice at a terminal; elsewhere the password is the first line of standard input.
fn ask_password(app: &App) -> Result<Password> {
    if io::stdin().is_terminal() {
        let text =
            rpassword::prompt_password("New password: ").context("The password can't be read")?;
        let again = rpassword::prompt_password("Confirm password: ")
            .context("The password can't be read")?;
        let password =
            Password::parse(crate::error::FieldName::Password, &text, &app.config.limits)?;
        ensure!(password.is_repeated_by(&again), "Passwords don't match");
        return Ok(password);
    }
    let text = read_line()?;
    let text = text.context(
        "There is no password on standard input: write it there as the first line, or run the command in a terminal to \
        be asked",
    )?;
    Ok(Password::parse(
        crate::error::FieldName::Password,
        &text,
        &app.config.limits,
    )?)
}

/// The first line of standard input, or as much of it as is too much in any case; `None` if there is nothing at all.
fn read_line() -> Result<Option<String>> {
    let mut line = Vec::new();
    io::stdin()
        .lock()
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut line)
        .context("Standard input can't be read")?;
    if line.is_empty() {
        return Ok(None);
    }
    let line = String::from_utf8(line).ok();
    let line = line.context("Standard input isn't UTF-8 text")?;
    Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()))
}
