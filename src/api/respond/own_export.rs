//! All that a user has made, as the files of a ZIP: the originals of their photos, `data.json` for programs, and `index.html`, which
//! opens without a server. The texts are written to the disk row by row, so that memory is bounded however many there are.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;
use serde::Serialize;

use crate::api::views::own_data::{Comment, Profile, Reaction, Share, Space, VERSION};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::domain::email;
use crate::domain::language::Language;
use crate::domain::own_data::{self, OwnComment, OwnShare};
use crate::domain::photos::ArchivedPhoto;
use crate::domain::profile;
use crate::domain::sessions::Session;
use crate::domain::users::User;
use crate::downloads::{Contents, ContentsPlanner, FileMaker};
use crate::error::{Error, Result};

/// The picture of the user.
const AVATAR: &str = "avatar.jpg";
/// Nothing in the page is active, and it loads nothing but the files next to it.
const HEAD: &str = "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file:; media-src 'self' file:; \
    style-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>\
    body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1rem;color-scheme:light dark}\
    article{border-top:1px solid #8888;padding:1rem 0}img,video{max-width:100%;max-height:90vh;display:block}\
    p{white-space:pre-wrap;overflow-wrap:anywhere}small{opacity:.75}figure{margin:1rem 0}</style></head><body>\n";

/// Plans the ZIP of the caller, and writes its texts into files on the disk of `folder`.
///
/// # Errors
/// The disk can't be written to; the database can't be read.
pub fn make(
    conn: &Connection,
    caller: &Session,
    folder: &Path,
    now: Timestamp,
) -> Result<Contents> {
    let mut planner = ContentsPlanner::default();
    own_data::for_each_share(conn, caller, |share| {
        let mut photos = archived(&share, caller.user());
        photos.try_for_each(|photo| planner.add(&photo))
    })?;
    let avatar = own_data::avatar(conn, caller)?;
    let has_avatar = avatar.is_some();
    let mut texts = Texts {
        data: FileMaker::in_folder(folder)?,
        page: FileMaker::in_folder(folder)?,
    };
    texts.begin(conn, caller, has_avatar, now)?;
    texts.add_shares(conn, caller, &planner)?;
    texts.add_answers(conn, caller)?;
    let Texts { data, page } = texts;
    planner.add_made("data.json", data.finish()?, now)?;
    planner.add_made("index.html", page.finish()?, now)?;
    if let Some(jpeg) = avatar {
        let mut file = FileMaker::in_folder(folder)?;
        file.put(jpeg)?;
        planner.add_made(AVATAR, file.finish()?, now)?;
    }
    Ok(planner.finish())
}

/// The photos of a share as the plan needs them.
fn archived<'a>(share: &'a OwnShare, user: &'a User) -> impl Iterator<Item = ArchivedPhoto> + 'a {
    share.photos.iter().map(move |own| ArchivedPhoto {
        id: own.photo.id,
        name: own.photo.name.clone(),
        bytes: own.bytes,
        crc32: own.crc32,
        taken_at: own.photo.taken_at,
        shared_at: share.created_at,
        user: user.clone(),
    })
}

/// What is written of all that isn't a photo.
struct Texts {
    data: FileMaker,
    page: FileMaker,
}

impl Texts {
    fn begin(
        &mut self,
        conn: &Connection,
        caller: &Session,
        has_avatar: bool,
        now: Timestamp,
    ) -> Result<()> {
        let (user, profile) = (caller.user(), profile::get(conn, caller)?);
        let avatar = has_avatar.then_some(AVATAR);
        let created_at = own_data::created_at(conn, caller)?;
        let email = email::get(conn, user.id)?;
        let shown = Profile::new(user, &profile, &email, created_at, avatar);
        let head = format!(
            "{{\"version\":{VERSION},\"exported_at\":\"{}\",\"profile\":",
            now.rfc3339()
        );
        self.data.put(head)?;
        json(&mut self.data, &shown)?;
        self.data.put(",\"spaces\":")?;
        let spaces = own_data::spaces(conn, caller)?;
        let spaces: Vec<Space> = spaces.into_iter().map(Into::into).collect();
        json(&mut self.data, &spaces)?;
        let language = profile.language.unwrap_or_default();
        let title = escape(user.name.as_str());
        let head = HEAD.replace("{lang}", language.tag());
        self.page.put(head.replace("{title}", &title))?;
        let login = escape(user.login.as_str());
        let day = day(now);
        self.page
            .put(format!("<h1>{title}</h1>\n<p>@{login} · {day}</p>\n"))?;
        if has_avatar {
            self.page
                .put(format!("<img src=\"{AVATAR}\" alt=\"\" width=\"160\">\n"))?;
        }
        self.page.put(format!("<h2>{}</h2>\n", words(language).0))
    }

    /// The names of photos are those that the plan has given them, in the same order.
    fn add_shares(
        &mut self,
        conn: &Connection,
        caller: &Session,
        planner: &ContentsPlanner,
    ) -> Result<()> {
        self.data.put(",\"shares\":[")?;
        let (mut between, mut photos) = ("\n", 0);
        own_data::for_each_share(conn, caller, |share| {
            let numbers = photos..photos + share.photos.len();
            photos = numbers.end;
            let files: Vec<String> = numbers.map(|nth| planner.name(nth).to_owned()).collect();
            self.data.put(between)?;
            between = ",\n";
            json(&mut self.data, &Share::new(&share, &files))?;
            self.page.put(article(&share, &files))
        })?;
        self.data.put("]")
    }

    fn add_answers(&mut self, conn: &Connection, caller: &Session) -> Result<()> {
        let language = profile::get(conn, caller)?.language.unwrap_or_default();
        self.page.put(format!("<h2>{}</h2>\n", words(language).1))?;
        self.data.put(",\"comments\":[")?;
        let mut between = "\n";
        own_data::for_each_comment(conn, caller, |comment| {
            self.page.put(said(&comment))?;
            self.data.put(between)?;
            between = ",\n";
            json(&mut self.data, &Comment::from(comment))
        })?;
        self.data.put("],\"reactions\":[")?;
        let mut between = "\n";
        own_data::for_each_reaction(conn, caller, |reaction| {
            self.data.put(between)?;
            between = ",\n";
            json(&mut self.data, &Reaction::from(reaction))
        })?;
        self.data.put("]}\n")?;
        self.page.put("</body></html>\n")
    }
}

/// The headings of shares and of comments.
fn words(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => ("Shares", "Comments"),
        Language::German => ("Beiträge", "Kommentare"),
    }
}

fn json(to: &mut FileMaker, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(to, value).map_err(|error| match error.io_error_kind() {
        Some(kind) => Error::writing(kind.into()),
        None => Error::internal(error),
    })
}

fn day(moment: Timestamp) -> String {
    let text = moment.rfc3339();
    text.split('T').next().unwrap_or_default().to_owned()
}

fn article(share: &OwnShare, files: &[String]) -> String {
    let mut small = day(share.created_at);
    if let Some(space) = &share.space_name {
        small.push_str(&format!(" · {}", escape(space.as_str())));
    }
    let text = escape(share.text.as_str());
    let mut html = format!("<article><small>{small}</small>\n<p>{text}</p>\n");
    for (own, file) in share.photos.iter().zip(files) {
        let address = utf8_percent_encode(file, NON_ALPHANUMERIC);
        let caption = escape(own.photo.caption.as_deref().unwrap_or_default());
        let shown = match own.photo.name.is_video() {
            true => format!("<video src=\"{address}\" controls preload=\"none\"></video>"),
            false => format!("<img src=\"{address}\" alt=\"{caption}\" loading=\"lazy\">"),
        };
        html.push_str(&format!(
            "<figure><a href=\"{address}\">{shown}</a><figcaption>{caption}</figcaption></figure>\n"
        ));
    }
    html.push_str("</article>\n");
    html
}

fn said(comment: &OwnComment) -> String {
    let (day, text) = (day(comment.created_at), escape(comment.text.as_str()));
    format!("<article><small>{day}</small>\n<p>{text}</p></article>\n")
}
