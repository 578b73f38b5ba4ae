"""Comments on shares, their edits and deletions, and hearts."""

import uuid

from client import Lost
from model import Item

HEART = "%E2%9D%A4%EF%B8%8F"


class Comment(Item):
    """A comment; its states are texts, and None when it is deleted."""

    def __init__(self, number, author, text):
        super().__init__(text)
        self.number, self.author = number, author


def talk(person, share):
    """Comments on a share or reacts to it, or changes such a comment. The share is certainly there, and its lock is held."""
    mine = [comment for comment in share.comments.values() if comment.author is person and comment.certain]
    chosen = person.chance.random()
    if chosen < 0.3 and mine:
        edit(person, person.chance.choice(mine))
    elif chosen < 0.5 and mine:
        delete(person, person.chance.choice(mine))
    elif chosen < 0.7:
        react(person, share)
    else:
        say(person, share)


def words(person):
    return f"{person.login} answers {uuid.UUID(int=person.chance.getrandbits(128))}"


def say(person, share):
    """Comments; an unacknowledged comment is sent again with the same key, or left in doubt."""
    text, key = words(person), uuid.UUID(int=person.chance.getrandbits(128)).hex
    while True:
        try:
            answer = person.send("POST", f"/shares/{share.number}/comments", {"text": text}, headers={"Idempotency-Key": key}, good=(201,))
            break
        except Lost:
            person.tally.count("lost answers")
            if person.chance.random() < 0.5:
                return share.unanswered.add(text)
    if answer is None or answer.status != 201:
        return share.unanswered.add(text)
    made = answer.json()
    if made["id"] in share.comments or made["text"] != text:
        return person.tally.complain("comment", f"a comment on share {share.number} was acknowledged as another: {answer}")
    share.comments[made["id"]] = Comment(made["id"], person, text)


def edit(person, comment):
    text = words(person)
    person.change(comment, text, "PUT", f"/comments/{comment.number}", {"text": text})


def delete(person, comment):
    person.change(comment, None, "DELETE", f"/comments/{comment.number}", good=(204,))


def react(person, share):
    """Gives a heart, or takes it back."""
    loves = share.hearts.setdefault(person, Item(False))
    if loves.certain is not None:
        wanted = not loves.certain
        person.change(loves, wanted, "PUT" if wanted else "DELETE", f"/shares/{share.number}/reactions/{HEART}", good=(204,))


def compare(person, share, shown):
    """Compares the comments and hearts of a share, as the server has shown them, with what they must be."""
    rows = list(person.client.pages(f"/shares/{share.number}/comments"))
    found = {row["id"]: row["text"] for row in rows}
    for number, comment in share.comments.items():
        expected = list(comment.states)
        if not comment.is_found(found.pop(number, None)):
            person.tally.complain("comment", f"comment {number} is {comment.certain}, and was acknowledged as {expected}")
    for number, text in found.items():
        if text not in share.unanswered:
            person.tally.complain("comment", f"nobody has sent comment {number} on share {share.number}, or it is there twice")
        share.unanswered.discard(text)
    if shown["comments"] != {"count": len(rows), "latest": rows[-2:]}:
        person.tally.complain("comment", f"share {share.number} shows {shown['comments']} of {len(rows)} comments")
    hearts = {row["user"]["id"] for row in person.client.pages(f"/shares/{share.number}/reactions")}
    for lover, loves in share.hearts.items():
        if not loves.is_found(lover.number in hearts):
            person.tally.complain("comment", f"whether {lover.login} loves share {share.number} is not as acknowledged")
    if sum(count["count"] for count in shown["reactions"]) != len(hearts):
        person.tally.complain("comment", f"share {share.number} shows {shown['reactions']} of {len(hearts)} hearts")
