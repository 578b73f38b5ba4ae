//! What a server must say, in plain lists: the rules of spaces, shares, comments, reactions, pins, read marks and notices, without a
//! database.

use std::collections::HashMap;

/// Users are known by their place in [`LOGINS`].
pub type User = usize;
pub const LOGINS: [&str; 4] = ["ann", "bob", "cid", "dan"];

#[derive(Default)]
pub struct Model {
    pub spaces: Vec<Space>,
    /// In the order in which they came.
    pub notices: Vec<Notice>,
    /// How much has been shared and said, ever.
    line: u64,
}

pub struct Space {
    pub id: i64,
    pub members: Vec<Member>,
    /// The oldest first.
    pub shares: Vec<Share>,
    /// The last pinned first.
    pub pins: Vec<i64>,
}

pub struct Member {
    pub user: User,
    pub is_admin: bool,
    pub level: &'static str,
    /// Up to where they have read.
    mark: u64,
    /// Which shares they have opened, and when.
    opened: HashMap<i64, u64>,
}

pub struct Share {
    pub id: i64,
    pub author: User,
    pub text: String,
    pub reactions: Reactions,
    pub comments: Vec<Comment>,
    at: u64,
}

pub struct Comment {
    pub id: i64,
    pub author: User,
    pub text: String,
    pub reactions: Reactions,
    at: u64,
}

/// Emoji in the order of their first use, and who uses them.
#[derive(Default)]
pub struct Reactions(pub Vec<(&'static str, Vec<User>)>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    Share(i64),
    Comment(i64),
    Join(User),
}

pub struct Notice {
    pub reader: User,
    pub space: i64,
    pub kind: &'static str,
    pub cause: Cause,
    pub is_read: bool,
}

impl Reactions {
    pub fn add(&mut self, emoji: &'static str, user: User) {
        match self.0.iter_mut().find(|(known, _)| *known == emoji) {
            Some((_, users)) if users.contains(&user) => {}
            Some((_, users)) => users.push(user),
            None => self.0.push((emoji, vec![user])),
        }
    }

    pub fn remove(&mut self, emoji: &str, user: User) {
        for (known, users) in &mut self.0 {
            if *known == emoji {
                users.retain(|one| *one != user);
            }
        }
        self.0.retain(|(_, users)| !users.is_empty());
    }
}

impl Space {
    pub fn member(&self, user: User) -> Option<&Member> {
        self.members.iter().find(|member| member.user == user)
    }

    pub fn member_mut(&mut self, user: User) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.user == user)
    }

    pub fn is_admin(&self, user: User) -> bool {
        self.member(user).is_some_and(|member| member.is_admin)
    }

    pub fn admins(&self) -> usize {
        let admins = self.members.iter().filter(|member| member.is_admin);
        admins.count()
    }

    pub fn share(&self, id: i64) -> Option<&Share> {
        self.shares.iter().find(|share| share.id == id)
    }

    /// What others have shared and said that a member hasn't read.
    pub fn unread(&self, member: &Member) -> usize {
        let is_unread = |share: &Share, at: u64, author: User| {
            let opened = member.opened.get(&share.id);
            author != member.user && at > member.mark && opened.is_none_or(|opened| at > *opened)
        };
        let shares = self.shares.iter().map(|share| {
            let comments = share.comments.iter();
            let said = comments.filter(|comment| is_unread(share, comment.at, comment.author));
            said.count() + usize::from(is_unread(share, share.at, share.author))
        });
        shares.sum()
    }
}

impl Model {
    pub fn space(&self, id: i64) -> Option<&Space> {
        self.spaces.iter().find(|space| space.id == id)
    }

    pub fn space_mut(&mut self, id: i64) -> Option<&mut Space> {
        self.spaces.iter_mut().find(|space| space.id == id)
    }

    pub fn share(&self, id: i64) -> Option<(&Space, &Share)> {
        let mut spaces = self.spaces.iter();
        spaces.find_map(|space| Some((space, space.share(id)?)))
    }

    pub fn share_mut(&mut self, id: i64) -> Option<&mut Share> {
        let mut shares = self.spaces.iter_mut().flat_map(|space| &mut space.shares);
        shares.find(|share| share.id == id)
    }

    pub fn comment(&self, id: i64) -> Option<(&Space, &Comment)> {
        self.spaces.iter().find_map(|space| {
            let mut comments = space.shares.iter().flat_map(|share| &share.comments);
            Some((space, comments.find(|comment| comment.id == id)?))
        })
    }

    pub fn comment_mut(&mut self, id: i64) -> Option<&mut Comment> {
        let shares = self.spaces.iter_mut().flat_map(|space| &mut space.shares);
        let mut comments = shares.flat_map(|share| &mut share.comments);
        comments.find(|comment| comment.id == id)
    }

    pub fn add_space(&mut self, id: i64, by: User) {
        let mut space = Space {
            id,
            members: Vec::new(),
            shares: Vec::new(),
            pins: Vec::new(),
        };
        space.members.push(self.newcomer(by, true));
        self.spaces.push(space);
    }

    /// Members begin with what comes after they have joined.
    fn newcomer(&self, user: User, is_admin: bool) -> Member {
        Member {
            user,
            is_admin,
            level: "all",
            mark: self.line,
            opened: HashMap::new(),
        }
    }

    pub fn add_member(&mut self, space: i64, user: User, by: User) {
        let member = self.newcomer(user, false);
        let Some(joined) = self.space_mut(space) else {
            return;
        };
        joined.members.push(member);
        let admins = joined.members.iter().filter(|member| member.is_admin);
        let readers: Vec<_> = admins.map(|member| (member.user, "join")).collect();
        self.notify(space, by, readers, Cause::Join(user));
    }

    pub fn remove_member(&mut self, space: i64, user: User) {
        if let Some(left) = self.space_mut(space) {
            left.members.retain(|member| member.user != user);
        }
        self.notices.retain(|notice| {
            notice.space != space || (notice.reader != user && notice.cause != Cause::Join(user))
        });
    }

    pub fn remove_space(&mut self, id: i64) {
        self.spaces.retain(|space| space.id != id);
        self.notices.retain(|notice| notice.space != id);
    }

    pub fn add_share(&mut self, space: i64, id: i64, author: User, text: &str) {
        self.line += 1;
        let share = Share {
            id,
            author,
            text: text.to_owned(),
            reactions: Reactions::default(),
            comments: Vec::new(),
            at: self.line,
        };
        if let Some(space) = self.space_mut(space) {
            space.shares.push(share);
        }
        self.notify_mentioned(space, author, text, Cause::Share(id));
    }

    pub fn remove_share(&mut self, id: i64) {
        for space in &mut self.spaces {
            space.pins.retain(|pinned| *pinned != id);
            let gone = space.shares.iter().find(|share| share.id == id);
            let comments: Vec<i64> = gone.map_or_else(Vec::new, |share| {
                share.comments.iter().map(|comment| comment.id).collect()
            });
            space.shares.retain(|share| share.id != id);
            self.notices.retain(|notice| match notice.cause {
                Cause::Share(share) => share != id,
                Cause::Comment(comment) => !comments.contains(&comment),
                Cause::Join(_) => true,
            });
        }
    }

    pub fn add_comment(&mut self, share: i64, id: i64, author: User, text: &str) {
        self.line += 1;
        let at = self.line;
        let Some(commented) = self.share_mut(share) else {
            return;
        };
        let mut because = vec![(commented.author, "comment")];
        let earlier = commented.comments.iter();
        because.extend(earlier.map(|comment| (comment.author, "reply")));
        commented.comments.push(Comment {
            id,
            author,
            text: text.to_owned(),
            reactions: Reactions::default(),
            at,
        });
        if let Some(space) = self.share(share).map(|(space, _)| space.id) {
            self.notify_mentioned(space, author, text, Cause::Comment(id));
            self.notify(space, author, because, Cause::Comment(id));
        }
    }

    pub fn remove_comment(&mut self, id: i64) {
        for share in self.spaces.iter_mut().flat_map(|space| &mut space.shares) {
            share.comments.retain(|comment| comment.id != id);
        }
        self.notices
            .retain(|notice| notice.cause != Cause::Comment(id));
    }

    /// Tells the members whom a text mentions, as when it was written or edited.
    pub fn notify_mentioned(&mut self, space: i64, author: User, text: &str, cause: Cause) {
        let mentioned = (0..LOGINS.len()).filter(|user| {
            let mention = format!("@{}", LOGINS[*user]);
            text.split(' ').any(|word| word == mention)
        });
        let readers = mentioned.map(|user| (user, "mention")).collect();
        self.notify(space, author, readers, cause);
    }

    /// Tells each reader once, for the first reason, unless they want nothing of this space; nobody of what they have done themselves.
    fn notify(&mut self, space: i64, by: User, readers: Vec<(User, &'static str)>, cause: Cause) {
        for (reader, kind) in readers {
            let member = self.space(space).and_then(|space| space.member(reader));
            let wants_it = member.is_some_and(|member| member.level != "none");
            let mut of_reader = self.notices.iter().filter(|one| one.reader == reader);
            let is_known = of_reader.any(|one| one.space == space && one.cause == cause);
            if wants_it && !is_known && reader != by {
                self.notices.push(Notice {
                    reader,
                    space,
                    kind,
                    cause,
                    is_read: false,
                });
            }
        }
    }

    pub fn read(&mut self, space: i64, share: i64, by: User) {
        let line = self.line;
        let Some(space) = self.space_mut(space) else {
            return;
        };
        let at = space.share(share).map_or(0, |share| share.at);
        if let Some(member) = space.member_mut(by) {
            member.mark = member.mark.max(at);
            member.opened.insert(share, line);
        }
    }
}
