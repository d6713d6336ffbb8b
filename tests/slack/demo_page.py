"""The page of the demo: who you are, where you are, what is said there, and a box to write in."""

import html
from urllib.parse import urlencode

from bot.slack.setup.manifest import ADD_SHORTCUT, ASK_NAME, ASK_SHORTCUT
from tests.slack.demo_blocks import Renderer
from tests.slack.fake import FakeSlack
from tests.slack.fake.world import BOT_USER, Channel, Message, User

SHORTCUTS = {ASK_SHORTCUT: ASK_NAME, ADD_SHORTCUT: "Add to the briefs"}

STYLE = """
:root{color-scheme:light dark;--line:#8883;--soft:#8881;--dim:#777;--link:#1264a3;--go:#0b6b50}
@media(prefers-color-scheme:dark){:root{--dim:#aaa;--link:#6cb6ff;--go:#2a8a6c}}
*{box-sizing:border-box}a{color:var(--link)}
body{font:15px/1.5 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:13rem 1fr;
min-height:100vh}
nav{padding:1rem .6rem;border-right:1px solid var(--line);background:var(--soft)}
nav b{display:block;padding:.2rem .6rem;color:var(--dim);font-size:.85em}
nav a{display:block;padding:.25rem .6rem;border-radius:.4rem;color:inherit;text-decoration:none}
nav a:hover{background:var(--line)}nav a.here{background:var(--link);color:#fff}
nav a.here small{color:#fffc}nav p,nav details{padding:0 .6rem}
main{padding:1rem 1.5rem;max-width:50rem;width:100%}
article{padding:.5rem .8rem;margin:.2rem 0;border-radius:.5rem}
article.reply{margin-left:1.2rem;border-left:3px solid var(--line);border-radius:0}
article.aside{background:var(--soft)}
.context,small,summary{color:var(--dim);font-size:.85em}summary{cursor:pointer}
.actions{display:flex;flex-wrap:wrap;gap:.4rem}
form{margin:.2rem 0}.block{margin:.35rem 0}blockquote{border-left:3px solid var(--line);
margin:.3rem 0;padding-left:.8rem}mark{background:#7ac4;color:inherit}mark.loud{background:#e55}
textarea,input:not([type]){width:100%;padding:.45rem .6rem;border:1px solid var(--line);
border-radius:.4rem;background:transparent;color:inherit}label{display:block;margin:.5rem 0}
dialog{display:block;position:fixed;top:2rem;margin:auto;left:0;right:0;width:36rem;
max-width:95vw;max-height:85vh;overflow:auto;z-index:2;border:0;border-radius:.6rem;
padding:1rem 1.4rem;box-shadow:0 0 0 100vmax #0008}article>div{margin:.3rem 0}
button,textarea,input{font:inherit}button{padding:.25rem .7rem;border:1px solid var(--line);
border-radius:.4rem;background:transparent;color:inherit;cursor:pointer}
button:hover{background:var(--soft)}button.primary{background:var(--go);color:#fff;border-color:
transparent}button.danger{color:#c33}hr{border:0;border-top:1px solid var(--line)}
td{border:1px solid var(--line);padding:.2rem .4rem}h3{margin:.4rem 0}
@media(max-width:45rem){body{display:block}nav{border:0}}
"""
# The only script: fetch what is said anew each second, unless somebody is writing; Enter sends.
SCRIPT = """
const feed=document.getElementById('feed');let old=feed.innerHTML;
setInterval(async()=>{const said=await(await fetch(feed.dataset.from)).text();
if(said!==old&&!feed.contains(document.activeElement)){old=said;feed.innerHTML=said;}},1000);
document.querySelector('textarea')?.addEventListener('keydown',event=>{
if(event.key==='Enter'&&!event.shiftKey){event.preventDefault();event.target.form.requestSubmit();}});
"""


class Page:
    """One person's look at one place."""

    def __init__(self, fake: FakeSlack, user: User, channel: Channel | None) -> None:
        self.fake, self.user, self.channel = fake, user, channel
        place = channel.id if channel else "home"
        self.query = urlencode({"as": user.name, "in": place})
        self.hidden = (
            f'<input type=hidden name=as value="{user.name}">'
            f'<input type=hidden name=in value="{place}">'
        )

    def whole(self) -> str:
        compose = self._composer() if self.channel else ""
        return (
            "<!DOCTYPE html><html lang=en><meta charset=utf-8>"
            '<meta name=viewport content="width=device-width"><title>Brief Bot demo</title>'
            f"<style>{STYLE}</style><nav>{self._nav()}</nav><main>"
            f'<div id=feed data-from="/feed?{html.escape(self.query)}">{self.feed()}</div>'
            f"{compose}</main><script>{SCRIPT}</script></html>"
        )

    def _nav(self) -> str:
        world = self.fake.world
        people = [self._to(u.name, u, self.channel, u is self.user, _role(u))
                  for u in world.users.values() if not u.bot]  # fmt: skip
        places = [self._to(f"#{c.name}", self.user, c, c is self.channel)
                  for c in world.channels.values()
                  if c.kind not in {"im", "mpim"} and self.user.id in c.members]  # fmt: skip
        direct = world.direct(self.user.id)
        places.append(self._to("Briefs (direct)", self.user, direct, direct is self.channel))
        places.append(self._to("Briefs (Home tab)", self.user, None, self.channel is None))
        bots = len(self.fake.sockets.open)
        wrong = "".join(f"<li>{html.escape(v)}</li>" for v in self.fake.violations[-20:])
        state = f"<p><small>{bots} bot connection(s)</small></p>"
        if wrong:
            state += f"<details><summary>Broken rules of Slack</summary><ul>{wrong}</ul></details>"
        return f"<b>You are</b>{''.join(people)}<br><b>Places</b>{''.join(places)}{state}"

    def _to(
        self, label: str, user: User, channel: Channel | None, here: bool, extra: str = ""
    ) -> str:
        if channel and user.id not in channel.members:
            channel = self.fake.world.direct(user.id)
        query = urlencode({"as": user.name, "in": channel.id if channel else "home"})
        mark = " class=here" if here else ""
        name = html.escape(label) + (f"<small>{extra}</small>" if extra else "")
        return f'<a{mark} href="/?{html.escape(query)}">{name}</a>'

    def feed(self) -> str:
        return self._modal() + (self._channel() if self.channel else self._home())

    def _home(self) -> str:
        home = self.fake.home_of(self.user.name)
        if not home:
            return "<p>The bot has published no Home tab yet.</p>"
        click = f"{self.hidden}<input type=hidden name=view value={home.id}>"
        return Renderer(self.fake.world, click).blocks(home.view["blocks"])

    def _modal(self) -> str:
        view = self.fake.view_of(self.user.name)
        if not view:
            return ""
        hidden = f"{self.hidden}<input type=hidden name=view value={view.id}>"
        render = Renderer(self.fake.world, hidden)
        inputs = [b for b in view.view["blocks"] if b["type"] == "input"]
        rest = [b for b in view.view["blocks"] if b["type"] != "input"]
        send = render.text(view.view.get("submit")) or "Done"
        button = f"<button class=primary>{send}</button>" if view.view.get("submit") else ""
        error = html.escape(getattr(self.fake, "errors", {}).get(view.id, ""))
        return (
            f"<dialog open><h3>{render.text(view.view['title'])}</h3>{render.blocks(rest)}"
            f"<form method=post action=/do/submit enctype=multipart/form-data>{hidden}"
            f"{render.blocks(inputs)}<p>{error}</p>{button}</form>"
            f"<form method=post action=/do/close>{hidden}<button>Close</button></form></dialog>"
        )

    def _channel(self) -> str:
        assert self.channel
        said = [*self.fake.world.messages.values(), *self.fake.world.ephemeral]
        seen = [m for m in said if m.channel == self.channel.id and not m.deleted
                and m.to in (None, self.user.id)]  # fmt: skip
        seen.sort(key=lambda m: (m.root, m.ts))
        shown = []
        for number, message in enumerate(seen):
            shown.append(self._message(message))
            last = number + 1 == len(seen) or seen[number + 1].root != message.root
            if last and not (message.to and not message.thread_ts):
                shown.append(self._thread_end(message.root))
        return "".join(shown) or self._nothing()

    def _nothing(self) -> str:
        assert self.channel
        mention = "" if self.channel.kind == "im" else "@briefs "
        return (
            "<p>Nothing has been said here yet. Try, with the example briefs: "
            f"<i>{mention}When did Finland join NATO?</i></p>"
        )

    def _message(self, message: Message) -> str:
        fake, ephemeral = self.fake, message.to is not None
        where = "aside" if ephemeral else "m"
        click = f'{self.hidden}<input type=hidden name={where} value="{message.ts}">'
        render = Renderer(fake.world, click)
        body = render.blocks(message.blocks) or f"<div>{render.mrkdwn(message.text)}</div>"
        for name in message.files:
            body += f"<div>File: {html.escape(fake.world.files[name].name)}</div>"
        note = " <small>only you can see this</small>" if ephemeral else ""
        note += " <small>(edited)</small>" if message.edited else ""
        name = html.escape(fake.world.users[message.user].name)
        kind = " ".join((["reply"] if message.thread_ts else []) + (["aside"] if ephemeral else []))
        menu = "" if message.by_bot else self._menu(message, click)
        return f'<article class="{kind}"><b>{name}</b>{note}{body}{menu}</article>'

    def _menu(self, message: Message, click: str) -> str:
        items = "".join(
            f"<form method=post action=/do/shortcut>{click}"
            f"<button name=callback value={callback}>{label}</button></form>"
            for callback, label in SHORTCUTS.items()
        )
        if message.user == self.user.id:
            text = html.escape(message.text.replace(f"<@{BOT_USER}>", "@briefs"))
            items += (f"<form method=post action=/do/edit>{click}"
                      f'<input name=text value="{text}"><button>Save</button></form>'
                      f"<form method=post action=/do/delete>{click}"
                      "<button class=danger>Delete</button></form>")  # fmt: skip
        return f"<details><summary>⋯</summary><div class=actions>{items}</div></details>"

    def _thread_end(self, root: str) -> str:
        session = self.fake.world.sessions.get((self.channel.id if self.channel else "", root))
        hidden = f'{self.hidden}<input type=hidden name=root value="{root}">'
        state = ""
        if session and (session.words or session.status == "processing"):
            words = html.escape(session.words or "is working …")
            state = (f"<small>briefs {words}</small> <form method=post action=/do/stop>{hidden}"
                     "<button>Stop</button></form>")  # fmt: skip
        return (
            f"<article class=reply>{state}<details><summary>Reply in thread</summary>"
            f"<form method=post action=/do/say enctype=multipart/form-data>{hidden}"
            "<input name=text><button>Send</button></form></details></article>"
        )

    def _composer(self) -> str:
        assert self.channel
        key = (self.channel.id, "")
        session = self.fake.world.sessions.get(key)
        chips = "".join(
            f"<form method=post action=/do/say enctype=multipart/form-data>{self.hidden}"
            f'<button name=text value="{html.escape(one["message"])}">'
            f"{html.escape(one['title'])}</button></form>"
            for one in (session.prompts if session else [])
        )
        hint = "" if self.channel.kind == "im" else "@briefs calls the bot; /briefs help"
        return (
            f"<hr><div class=actions>{chips}</div>"
            f"<form method=post action=/do/say enctype=multipart/form-data>{self.hidden}"
            f'<textarea name=text rows=2 placeholder="{hint}"></textarea>'
            "<input type=file name=file><button class=primary>Send</button></form>"
        )


def _role(user: User) -> str:
    return " (guest)" * user.guest + " (other firm)" * user.stranger + " (admin)" * user.admin
