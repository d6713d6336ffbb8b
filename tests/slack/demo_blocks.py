"""Render Block Kit as plain HTML: what a person would see of messages, modals and the Home tab.

Everything is escaped here; nothing that a brief or a bot says becomes markup of the page.
"""

import html
import re
from typing import Any

from tests.slack.fake.forms import block_id, elements
from tests.slack.fake.world import World

Payload = dict[str, Any]
_TAG = re.compile(r"<([^<>]+)>")
_STYLES = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}


class Renderer:
    """Renders for one page; `form` makes the form of a clickable element."""

    def __init__(self, world: World, click: str = "") -> None:
        self._world, self._click = world, click  # click: hidden fields that name the message

    def mrkdwn(self, text: str) -> str:
        parts, last = [], 0
        for tag in _TAG.finditer(text):
            parts += [_escaped(text[last : tag.start()]), self._tag(tag[1])]
            last = tag.end()
        return "".join([*parts, _escaped(text[last:])]).replace("\n", "<br>")

    def _tag(self, inner: str) -> str:
        target, _, label = inner.partition("|")
        if target.startswith("@"):
            return f"<mark>@{html.escape(self._name(target[1:]))}</mark>"
        if target.startswith("#"):
            channel = self._world.channels.get(target[1:])
            return f"<mark>#{html.escape(channel.name if channel else label or target)}</mark>"
        if target.startswith("!date"):
            return html.escape(label or target)
        if target.startswith("!"):
            return f"<mark class=loud>@{html.escape(target[1:])}</mark>"
        return _link(_plain(target), _plain(label or target))

    def _name(self, user: str) -> str:
        found = self._world.users.get(user)
        return found.name if found else user

    def text(self, value: Any) -> str:
        if not isinstance(value, dict):
            return ""
        if value.get("type") == "mrkdwn":
            return self.mrkdwn(value.get("text", ""))
        return html.escape(value.get("text", "")).replace("\n", "<br>")

    def blocks(self, blocks: list[Payload]) -> str:
        return "".join(self._block(block, number) for number, block in enumerate(blocks))

    def _block(self, block: Payload, number: int) -> str:
        kind = block["type"]
        if kind == "divider":
            return "<hr>"
        if kind == "header":
            return f"<h3>{self.text(block['text'])}</h3>"
        if kind == "context":
            return f"<div class=context>{' '.join(map(self.text, block['elements']))}</div>"
        if kind == "rich_text":
            return "".join(self._rich(one) for one in block["elements"])
        if kind == "input":
            return self._input(block, number)
        actions = "".join(self._interactive(one) for one in elements([block]))
        body = f"<div>{self.text(block.get('text'))}</div>"
        return f"<div class=block>{body}<div class=actions>{actions}</div></div>"

    def _interactive(self, item: Payload) -> str:
        one, action = item["element"], html.escape(item["action_id"] or item["label"])
        if not self._click:
            return f"<button disabled>{html.escape(item['label'])}</button>"
        if one["type"] == "feedback_buttons":
            action = html.escape(item["label"])
        menu = self._options(one, "choice") if "options" in one else ""
        label = html.escape("Choose" if menu else item["label"])
        if one.get("url"):
            menu += f"<small>{_link(one['url'], one['url'])}</small> "
        return (f'<form method=post action="/do/click">{self._click}{menu}'
                f'<input type=hidden name=what value="{action}">'
                f'<button class="{one.get("style", "")}">{label}</button></form>')  # fmt: skip

    def _options(self, one: Payload, name: str) -> str:
        several = one["type"].startswith("multi_")
        first = [o["value"] for o in one.get("initial_options", [])]
        first += [one["initial_option"]["value"]] if one.get("initial_option") else []
        rows = "".join(
            _option(o["value"], o["text"]["text"], o["value"] in first) for o in one["options"]
        )
        return f'<select name="{html.escape(name)}"{" multiple" if several else ""}>{rows}</select>'

    def _input(self, block: Payload, number: int) -> str:
        one, name = block["element"], html.escape(block_id(block, number))
        first = html.escape(str(one.get("initial_value") or ""))
        if one["type"] == "file_input":
            field = f'<input type=file multiple name="{name}">'
        elif one["type"] == "plain_text_input" and one.get("multiline"):
            field = f'<textarea name="{name}">{first}</textarea>'
        elif one["type"].endswith("_input"):
            field = f'<input name="{name}" value="{first}">'
        else:
            field = self._options(one, name)
        hint = f"<small>{self.text(block.get('hint'))}</small>"
        return f"<label>{self.text(block['label'])}<br>{field}{hint}</label>"

    def _rich(self, one: Payload) -> str:
        kind = one["type"]
        if kind == "rich_text_list":
            return f"<ul>{''.join(f'<li>{self._rich(row)}</li>' for row in one['elements'])}</ul>"
        tag = "blockquote" if kind == "rich_text_quote" else "div"
        return f"<{tag}>{''.join(map(self._part, one['elements']))}</{tag}>"

    def _part(self, one: Payload) -> str:
        if one["type"] == "link":
            out = _link(one["url"], one.get("text") or one["url"])
        elif one["type"] == "user":
            out = f"<mark>@{html.escape(self._name(one['user_id']))}</mark>"
        else:
            out = html.escape(one["text"]).replace("\n", "<br>")
        for style, on in (one.get("style") or {}).items():
            tag = _STYLES.get(style)
            out = f"<{tag}>{out}</{tag}>" if on and tag else out
        return out


def _option(value: str, label: str, chosen: bool) -> str:
    mark = " selected" if chosen else ""
    return f'<option value="{html.escape(value)}"{mark}>{html.escape(label)}</option>'


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _escaped(text: str) -> str:
    return html.escape(_plain(text))


def _link(url: str, label: str) -> str:
    if not url.startswith(("http://", "https://", "mailto:")):
        return html.escape(label)
    target = html.escape(url)
    return f'<a href="{target}" rel=noreferrer title="{target}">{html.escape(label)}</a>'
