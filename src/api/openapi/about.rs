//! What is to be known of each operation beyond its summary.

/// The description of the operation with this id. That each has one is a test.
pub fn about(id: &str) -> &'static str {
    match id {
        "server.about" => {
            "What a client shows before anybody has signed in: who may make an account, the bounds of what people send, and the types of photos. Needs no session."
        }
        "server.health" => {
            "A liveness check: it answers as long as the process can answer anything. `/ready` says whether it can do its work."
        }
        "server.ready" => {
            "For a proxy or a supervisor: 503 while the data folder is gone, the database is damaged, or photos can't be stored. Texts may be shared all the same."
        }
        "server.description" => {
            "OpenAPI 3.1, with the bounds that are set on this server. Clients can be generated from it."
        }
        "accounts.register" => {
            "A login is compared without regard to case, and one that could be taken for another's is refused. Where the server asks for an invitation, its token goes with it, and the new account joins the space that it leads to."
        }
        "accounts.login" => {
            "The token goes into `Authorization: Bearer`; browsers get the same session as a cookie. A wrong login and a wrong password have the same answer, after the same time. Too many wrong passwords are answered 429, with the time to wait in `Retry-After`."
        }
        "accounts.me" => "The account that the session is of.",
        "accounts.logout_by_get" => {
            "Ends the session of the token. With the cookie alone it is refused, because any page could lead a browser here: use `DELETE /logout`."
        }
        "accounts.logout" => "Ends the session immediately, for the token and for the cookie.",
        "accounts.change_password" => {
            "Requires the old password. Every other session of the account ends; this one continues."
        }
        "accounts.reset_password" => {
            "With the token of a link that the operator of the server has made. It can be used once, and ends all sessions of the account."
        }
        "accounts.sessions" => "Each with the browser or app that began it, the one in use first.",
        "accounts.end_other_sessions" => {
            "All sessions of the account except the current one end immediately."
        }
        "accounts.end_session" => "One session of the account ends immediately.",
        "spaces.create" => {
            "Names need not be unique. The creator of a space is its only member and its admin."
        }
        "spaces.list" => {
            "By name, without regard to case. Each with the number of its members and what was shared last."
        }
        "spaces.get" => "For members only.",
        "spaces.rename" => "For admins only.",
        "spaces.delete" => {
            "For an admin who is its last member. All its shares and photos are deleted permanently."
        }
        "members.list" => "For members only.",
        "members.add" => "For admins only. The login is found without regard to case.",
        "members.remove" => {
            "An admin can remove any other member; a member can remove only themselves. What they have shared stays. An admin who wants to leave first makes another member an admin, who then makes them a plain member again."
        }
        "members.set_admin" => "For admins only. A space keeps at least one.",
        "invitations.list" => {
            "For admins only. The secret of a link is returned once, when it is created, and not here."
        }
        "invitations.create" => {
            "For admins only. `uses` says how often the link can be used, `days` for how long; by default once, within a week."
        }
        "invitations.revoke" => {
            "For admins only. The link ends immediately; members who joined by it stay."
        }
        "invitations.offer" => {
            "Which space the link leads to, and who created it. Needs no session, and doesn't count as a use."
        }
        "invitations.accept" => {
            "Joins the space with the account of the session, and uses the link once."
        }
        "shares.create" => {
            "A text, a photo, or both, as a form. A photo is cleaned of its metadata, can be fetched immediately by the links of the response, and gets its previews a moment later."
        }
        "shares.list" => "For members only. Newest first.",
        "shares.get" => "For members of its space.",
        "shares.edit" => {
            "For its author. Without a `file` the photo stays; with a `file` alone the text stays."
        }
        "shares.delete" => {
            "For its author, also after leaving the space, and for admins of the space. Its photo is deleted permanently."
        }
        "photos.list" => {
            "For members only. With who shared each photo and when; `order=newest` turns the list round."
        }
        "photos.get" => {
            "Links come from shares and lists, carry their own proof and hold for a day at most, so that a plain `<img>` can follow them. Ranges and conditions are as in RFC 9110. Where photos are in S3, a redirect may lead there."
        }
        "photos.preview" => {
            "At most 400 or 1600 pixels on the longer side, the right way up. Until it is made, the photo itself."
        }
        _ => "",
    }
}
