"""files.getUploadURLExternal and completeUploadExternal: what the bot hands to people."""

import json
from typing import TYPE_CHECKING, Any

from tests.slack.fake import rules
from tests.slack.fake.registry import Arguments, Refused, method, need, number
from tests.slack.fake.world import BOT_USER, File, Message

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack


@method("files.getUploadURLExternal", "files:write")
def upload_url(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "filename", "length")
    if number(args["length"], 0) <= 0:
        raise Refused("missing_argument")
    file = File(fake.world.number("F"), args["filename"], b"", BOT_USER)
    fake.world.files[file.id] = file
    return {"upload_url": f"{fake.base}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(fake: "FakeSlack", args: Arguments) -> dict[str, Any]:
    need(args, "files")
    files = json.loads(args["files"]) if isinstance(args["files"], str) else args["files"]
    ids = [one["id"] for one in files]
    if any(name not in fake.world.files for name in ids):
        raise Refused("file_not_found")
    if args.get("channel_id"):
        channel = rules.channel_for(fake, args["channel_id"])
        rules.check_thread(fake, channel, args.get("thread_ts"))
        fake.world.add(
            Message(
                channel.id, fake.world.stamp(), BOT_USER, text=args.get("initial_comment") or "",
                thread_ts=args.get("thread_ts"), files=ids,
            )
        )  # fmt: skip
    return {"files": [fake.world.files[name].wire(fake.world) for name in ids]}
