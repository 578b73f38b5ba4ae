"""What people do, by a client that openapi-python-client has generated: refusals, pieces of lists and photos included."""

import io
import re
import sys
from http import HTTPStatus

from shared_spaces_client import AuthenticatedClient, Client
from shared_spaces_client.api.accounts import accounts_change_password, accounts_login, accounts_logout, accounts_me
from shared_spaces_client.api.accounts import accounts_register
from shared_spaces_client.api.members import members_add, members_list
from shared_spaces_client.api.photos import photos_get, photos_list
from shared_spaces_client.api.server import server_about, server_health
from shared_spaces_client.api.shares import shares_create, shares_delete, shares_edit, shares_get, shares_list
from shared_spaces_client.api.spaces import spaces_create, spaces_list
from shared_spaces_client.models import AccountsChangePasswordBody, AccountsLoginBody, AccountsRegisterBody, MembersAddBody
from shared_spaces_client.models import SharesCreateDataBody, SharesCreateFilesBody, SharesEditDataBody, SharesEditFilesBody
from shared_spaces_client.models import SharesEditJsonBody, SharesEditJsonBodyMediaType0Item, SpacesCreateBody
from shared_spaces_client.types import File

url, picture = sys.argv[1:]
PASSWORD = "correct horse"
photo = open(picture, "rb").read()


def is_refused(answer, status, sentence):
    """Generated clients read a refusal without raising, as its sentence."""
    assert (answer.status_code, answer.parsed) == (HTTPStatus(status), sentence), answer
    return answer


def parts(link):
    """Where a link to a photo leads."""
    name, query = re.fullmatch(r".*/photos/([^/?]+)\?(.*)", link).groups()
    return name, dict(pair.split("=") for pair in query.split("&"))


anybody = Client(base_url=url, raise_on_unexpected_status=True)
assert server_health.sync(client=anybody) == "ok"
limits = server_about.sync(client=anybody).limits
assert limits.text_max == 2000
for login in ["ann", "bob"]:
    account = AccountsRegisterBody(login=login, password=PASSWORD, confirm_password=PASSWORD)
    assert accounts_register.sync(client=anybody, body=account).login == login
again = accounts_register.sync_detailed(client=anybody, body=account)
is_refused(again, 400, "User already exists")
wrong = accounts_login.sync_detailed(client=anybody, body=AccountsLoginBody(login="ann", password="wrong"))
is_refused(wrong, 401, "Wrong login and/or password")
token = accounts_login.sync(client=anybody, body=AccountsLoginBody(login="ann", password=PASSWORD)).access_token
nobody = AuthenticatedClient(base_url=url, token="none", raise_on_unexpected_status=True)
is_refused(accounts_me.sync_detailed(client=nobody), 401, "You aren't authorized")

ann = AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)
assert accounts_me.sync(client=ann).login == "ann"
for name in ["Family", "Friends", "Office"]:
    space = spaces_create.sync(client=ann, body=SpacesCreateBody(name=name))
is_refused(spaces_create.sync_detailed(client=ann, body=SpacesCreateBody(name="x" * 51)), 400, "Name max 50 characters")
assert members_add.sync(space.id, client=ann, body=MembersAddBody(login="bob")) == "Member added"
is_refused(members_add.sync_detailed(space.id, client=ann, body=MembersAddBody(login="cid")), 404, "User with login 'cid' doesn't exist")
assert [member.user.login for member in members_list.sync(space.id, client=ann)] == ["ann", "bob"]

# A list in pieces, each by the cursor of the one before.
names, cursors = [], {}
while True:
    piece = spaces_list.sync_detailed(client=ann, limit=1, **cursors)
    names += [row.space.name for row in piece.parsed]
    if "Link" not in piece.headers:
        break
    cursors = {"cursor": re.search("cursor=([^&>]+)", piece.headers["Link"])[1]}
assert names == ["Family", "Friends", "Office"], names
is_refused(spaces_list.sync_detailed(client=ann, cursor="?"), 400, "Cursor must come from a Link header of this list")
is_refused(spaces_list.sync_detailed(client=ann, limit=501), 400, "Limit must be a number from 1 to 500")

words = shares_create.sync(space.id, client=ann, body=SharesCreateDataBody(text="Only words"))
assert (words.text, words.image_url, words.space.id) == ("Only words", None, space.id)
upload = File(payload=io.BytesIO(photo), file_name="lake.png", mime_type="image/png")
seen = shares_create.sync(space.id, client=ann, body=SharesCreateFilesBody(file=[upload]), idempotency_key="once")
assert seen.text == "" and seen.image.width > 0 and seen.timestamp.tzinfo
name, query = parts(seen.image_url)
shown = photos_get.sync(name, client=anybody, **query).payload.read()
assert shown.startswith(photo[:8]) and len(shown) > 1000
is_refused(photos_get.sync_detailed(name, client=anybody, **{**query, "signature": "x"}), 403, "This link isn't valid")
diary = File(payload=io.BytesIO(b"Dear diary"), file_name="diary.png", mime_type="image/png")
no_photo = shares_create.sync_detailed(space.id, client=ann, body=SharesCreateFilesBody(text="Look", file=[diary]))
is_refused(no_photo, 415, "Photo must be a JPEG, PNG, WebP or GIF")
large = File(payload=io.BytesIO(bytes(limits.photo_bytes + 1)), file_name="large.png", mime_type="image/png")
too_large = shares_create.sync_detailed(space.id, client=ann, body=SharesCreateFilesBody(text="Look", file=[large]))
is_refused(too_large, 413, "Photo max 25 MiB")
nothing = shares_create.sync_detailed(space.id, client=ann, body=SharesCreateFilesBody(text=""))
is_refused(nothing, 400, "Text min 1 characters")
new = File(payload=io.BytesIO(photo), file_name="lake.png", mime_type="image/png")
assert shares_edit.sync(words.id, client=ann, body=SharesEditFilesBody(text="With a photo", file=[new])) == "Share edited"
assert shares_edit.sync(seen.id, client=ann, body=SharesEditDataBody(text="The lake")) == "Share edited"
assert shares_get.sync(seen.id, client=ann).text == "The lake"
two = [File(payload=io.BytesIO(photo + bytes(n)), file_name="lake.png", mime_type="image/png") for n in range(2)]
album = shares_create.sync(space.id, client=ann, body=SharesCreateFilesBody(text="Album", file=two))
assert len(album.media) == 2 and album.media[0].url == album.image_url
turned = [SharesEditJsonBodyMediaType0Item(id=medium.id, caption=f"Photo {medium.id}") for medium in reversed(album.media)]
assert shares_edit.sync(album.id, client=ann, body=SharesEditJsonBody(text="Album", media=turned)) == "Share edited"
assert [medium.caption for medium in shares_get.sync(album.id, client=ann).media] == [medium.caption for medium in turned]
assert shares_delete.sync(album.id, client=ann) == "Share deleted"
assert [share.text for share in shares_list.sync(space.id, client=ann)] == ["The lake", "With a photo"]
assert [row.share_id for row in photos_list.sync(space.id, client=ann)] == [words.id, seen.id]
assert shares_delete.sync(words.id, client=ann) == "Share deleted"
is_refused(shares_get.sync_detailed(words.id, client=ann), 404, "No such share")

change = AccountsChangePasswordBody(old_password="wrong", new_password=PASSWORD, confirm_password=PASSWORD)
is_refused(accounts_change_password.sync_detailed(client=ann, body=change), 401, "Wrong password")
assert accounts_logout.sync(client=ann) == "Logged out"
is_refused(accounts_me.sync_detailed(client=ann), 401, "You aren't authorized")
print("A client in Python: all is as described")
