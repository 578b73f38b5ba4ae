//! One thing that somebody does: the request, the status that it must have, and what it changes in the model.

use serde_json::json;

use super::model::{Cause, LOGINS, Model, Reactions, Space, User};
use crate::support::{Form, Person, Reply};

pub const EMOJI: [&str; 3] = ["❤\u{fe0f}", "😂", "👍"];
const LEVELS: [&str; 3] = ["all", "mentions", "none"];

/// What somebody does.
#[derive(Clone, Copy, Debug)]
pub enum What {
    NewSpace,
    DeleteSpace,
    AddMember,
    RemoveMember,
    SetAdmin,
    Share,
    EditShare,
    DeleteShare,
    Pin,
    Comment,
    EditComment,
    DeleteComment,
    ReactToShare,
    ReactToComment,
    Read,
    ReadNotices,
    SetLevel,
}

/// More of what happens more often.
pub const USUAL: &[What] = &[
    What::NewSpace,
    What::DeleteSpace,
    What::AddMember,
    What::AddMember,
    What::RemoveMember,
    What::SetAdmin,
    What::Share,
    What::Share,
    What::Share,
    What::EditShare,
    What::DeleteShare,
    What::Pin,
    What::Comment,
    What::Comment,
    What::Comment,
    What::Comment,
    What::EditComment,
    What::DeleteComment,
    What::ReactToShare,
    What::ReactToShare,
    What::ReactToComment,
    What::Read,
    What::Read,
    What::ReadNotices,
    What::SetLevel,
];

/// Who does what, to which of those that there have been, and how.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub what: What,
    pub by: User,
    /// Counted from the newest.
    pub to: usize,
    pub whom: User,
    pub choice: usize,
    /// Whether it may be by somebody who mustn't, or to what is gone.
    pub is_wild: bool,
}

/// The IDs of all that has ever been made, or of what is left of it.
#[derive(Default)]
pub struct Made {
    spaces: Vec<i64>,
    shares: Vec<i64>,
    comments: Vec<i64>,
}

impl Made {
    fn left(model: &Model) -> Self {
        let shares = || model.spaces.iter().flat_map(|space| &space.shares);
        let mut left = Self {
            spaces: model.spaces.iter().map(|space| space.id).collect(),
            shares: shares().map(|share| share.id).collect(),
            comments: shares()
                .flat_map(|share| &share.comments)
                .map(|one| one.id)
                .collect(),
        };
        left.shares.sort_unstable();
        left.comments.sort_unstable();
        left
    }
}

/// One of what was made, counted from the newest; none has the ID 0.
fn pick(made: &[i64], back: usize) -> i64 {
    match made.len() {
        0 => 0,
        many => made[many - 1 - back % many],
    }
}

/// Refuses who isn't there.
fn member(space: &Space, user: User) -> Result<(), u16> {
    space.member(user).map(|_| ()).ok_or(403)
}

/// Refuses who doesn't run the space.
fn admin(space: &Space, user: User) -> Result<(), u16> {
    member(space, user)?;
    space.is_admin(user).then_some(()).ok_or(403)
}

fn react(to: &mut Reactions, emoji: &'static str, user: User, is_added: bool) {
    if is_added {
        to.add(emoji, user);
    } else {
        to.remove(emoji, user);
    }
}

impl Step {
    /// What is written, which mentions somebody now and then.
    fn text(&self, number: usize) -> String {
        match self.choice % 3 {
            0 => format!("{number} @{} there", LOGINS[self.whom]),
            _ => format!("words {number}"),
        }
    }

    /// Does it, and expects what the model does.
    pub fn run(mut self, number: usize, people: &[Person<'_>], model: &mut Model, made: &mut Made) {
        let left = Made::left(model);
        let from = if self.is_wild { &*made } else { &left };
        let (space, share, comment) = (
            pick(&from.spaces, self.to),
            pick(&from.shares, self.to),
            pick(&from.comments, self.to),
        );
        if !self.is_wild {
            self.by = self.somebody_who_may(model, (space, share, comment));
        }
        let text = self.text(number);
        let expected = self.judge(model, (space, share, comment));
        let reply = self.send(&people[self.by], people, (space, share, comment), &text);
        assert_eq!(
            reply.status,
            expected,
            "{number} {self:?}: {}",
            reply.text()
        );
        if expected < 300 {
            self.apply(model, made, (space, share, comment), &text, &reply);
        }
    }

    /// The first user from `by` on who is allowed to; `by`, if nobody is.
    fn somebody_who_may(&self, model: &Model, ids: (i64, i64, i64)) -> User {
        let mut users = (0..LOGINS.len()).map(|next| (self.by + next) % LOGINS.len());
        let may = |by: &User| Self { by: *by, ..*self }.allowed(model, ids).is_ok();
        users.find(may).unwrap_or(self.by)
    }

    fn send(
        &self,
        person: &Person<'_>,
        people: &[Person<'_>],
        (space, share, comment): (i64, i64, i64),
        text: &str,
    ) -> Reply {
        let (whom, is_on) = (people[self.whom].id, self.choice.is_multiple_of(2));
        let set = |path: &str| match is_on {
            true => person.put_nothing(path),
            false => person.delete(path),
        };
        let emoji: String = EMOJI[self.choice % 3]
            .bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect();
        match self.what {
            What::NewSpace => person.post("/spaces", json!({"name": "Family"})),
            What::DeleteSpace => person.delete(&format!("/spaces/{space}")),
            What::AddMember => person.post(
                &format!("/spaces/{space}/members"),
                json!({"login": LOGINS[self.whom]}),
            ),
            What::RemoveMember => person.delete(&format!("/spaces/{space}/members/{whom}")),
            What::SetAdmin => person.put(
                &format!("/spaces/{space}/members/{whom}"),
                json!({"is-admin": is_on}),
            ),
            What::Share => person.post_form(&format!("/spaces/{space}/shares"), Form::text(text)),
            What::EditShare => person.put_form(&format!("/shares/{share}"), Form::text(text)),
            What::DeleteShare => person.delete(&format!("/shares/{share}")),
            What::Pin => set(&format!("/shares/{share}/pin")),
            What::Comment => {
                person.post(&format!("/shares/{share}/comments"), json!({"text": text}))
            }
            What::EditComment => person.put(&format!("/comments/{comment}"), json!({"text": text})),
            What::DeleteComment => person.delete(&format!("/comments/{comment}")),
            What::ReactToShare => set(&format!("/shares/{share}/reactions/{emoji}")),
            What::ReactToComment => set(&format!("/comments/{comment}/reactions/{emoji}")),
            What::Read => person.put(&format!("/spaces/{space}/read"), json!({"share_id": share})),
            What::ReadNotices => person.put_nothing("/notices/read"),
            What::SetLevel => person.put(
                &format!("/spaces/{space}/notices"),
                json!({"level": LEVELS[self.choice % 3]}),
            ),
        }
    }

    /// The status that this must have.
    fn judge(&self, model: &Model, ids: (i64, i64, i64)) -> u16 {
        self.allowed(model, ids).unwrap_or_else(|refused| refused)
    }

    fn allowed(&self, model: &Model, (space, share, comment): (i64, i64, i64)) -> Result<u16, u16> {
        let by = self.by;
        let of_space = || model.space(space).ok_or(404_u16);
        let of_share = || model.share(share).ok_or(404_u16);
        let of_comment = || model.comment(comment).ok_or(404_u16);
        match self.what {
            What::NewSpace => Ok(200),
            What::DeleteSpace => {
                admin(of_space()?, by)?;
                (of_space()?.members.len() == 1).then_some(200).ok_or(400)
            }
            What::AddMember => {
                admin(of_space()?, by)?;
                let is_member = of_space()?.member(self.whom).is_some();
                (!is_member).then_some(200).ok_or(400)
            }
            What::RemoveMember => {
                let space = of_space()?;
                member(space, self.whom)?;
                member(space, by)?;
                if by != self.whom {
                    admin(space, by)?;
                } else if space.is_admin(by) {
                    return Err(400);
                }
                Ok(200)
            }
            What::SetAdmin => {
                let space = of_space()?;
                admin(space, by)?;
                member(space, self.whom)?;
                let is_taken = !self.choice.is_multiple_of(2) && space.is_admin(self.whom);
                (!is_taken || space.admins() > 1).then_some(200).ok_or(400)
            }
            What::Share | What::SetLevel => member(of_space()?, by).map(|()| 200),
            What::EditShare => {
                let (space, share) = of_share()?;
                (share.author == by).then_some(()).ok_or(403_u16)?;
                member(space, by).map(|()| 200)
            }
            What::DeleteShare => {
                let (space, share) = of_share()?;
                let may = share.author == by || space.is_admin(by);
                may.then_some(200).ok_or(403)
            }
            What::Pin => {
                let (space, _) = of_share()?;
                admin(space, by)?;
                let is_full = space.pins.len() >= 10 && !space.pins.contains(&share);
                (!self.choice.is_multiple_of(2) || !is_full)
                    .then_some(204)
                    .ok_or(409)
            }
            What::Comment => member(of_share()?.0, by).map(|()| 201),
            What::EditComment => {
                let (space, comment) = of_comment()?;
                (comment.author == by).then_some(()).ok_or(403_u16)?;
                member(space, by).map(|()| 200)
            }
            What::DeleteComment => {
                let (space, comment) = of_comment()?;
                let may = comment.author == by || space.is_admin(by);
                may.then_some(204).ok_or(403)
            }
            What::ReactToShare => member(of_share()?.0, by).map(|()| 204),
            What::ReactToComment => member(of_comment()?.0, by).map(|()| 204),
            What::Read => {
                let space = of_space()?;
                member(space, by)?;
                space.share(share).map(|_| 204).ok_or(404)
            }
            What::ReadNotices => Ok(204),
        }
    }

    /// What it changes.
    fn apply(
        &self,
        model: &mut Model,
        made: &mut Made,
        (space, share, comment): (i64, i64, i64),
        text: &str,
        reply: &Reply,
    ) {
        let (by, whom, is_on) = (self.by, self.whom, self.choice.is_multiple_of(2));
        let emoji = EMOJI[self.choice % 3];
        let new = || reply.json()["id"].as_i64().unwrap();
        match self.what {
            What::NewSpace => {
                model.add_space(new(), by);
                made.spaces.push(new());
            }
            What::DeleteSpace => model.remove_space(space),
            What::AddMember => model.add_member(space, whom, by),
            What::RemoveMember => model.remove_member(space, whom),
            What::SetAdmin => {
                let space = model.space_mut(space).unwrap();
                space.member_mut(whom).unwrap().is_admin = is_on;
            }
            What::Share => {
                model.add_share(space, new(), by, text);
                made.shares.push(new());
            }
            What::EditShare => {
                text.clone_into(&mut model.share_mut(share).unwrap().text);
                let space = model.share(share).unwrap().0.id;
                model.notify_mentioned(space, by, text, Cause::Share(share));
            }
            What::DeleteShare => model.remove_share(share),
            What::Pin => {
                let space = model.share(share).unwrap().0.id;
                let pins = &mut model.space_mut(space).unwrap().pins;
                match is_on {
                    true if pins.contains(&share) => {}
                    true => pins.insert(0, share),
                    false => pins.retain(|pinned| *pinned != share),
                }
            }
            What::Comment => {
                model.add_comment(share, new(), by, text);
                made.comments.push(new());
            }
            What::EditComment => {
                text.clone_into(&mut model.comment_mut(comment).unwrap().text);
                let space = model.comment(comment).unwrap().0.id;
                model.notify_mentioned(space, by, text, Cause::Comment(comment));
            }
            What::DeleteComment => model.remove_comment(comment),
            What::ReactToShare => {
                react(
                    &mut model.share_mut(share).unwrap().reactions,
                    emoji,
                    by,
                    is_on,
                );
            }
            What::ReactToComment => {
                react(
                    &mut model.comment_mut(comment).unwrap().reactions,
                    emoji,
                    by,
                    is_on,
                );
            }
            What::Read => model.read(space, share, by),
            What::ReadNotices => {
                for notice in &mut model.notices {
                    notice.is_read |= notice.reader == by;
                }
            }
            What::SetLevel => {
                let space = model.space_mut(space).unwrap();
                space.member_mut(by).unwrap().level = LEVELS[self.choice % 3];
            }
        }
    }
}
