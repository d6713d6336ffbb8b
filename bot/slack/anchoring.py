"""Post the ledger's head into a Slack channel, where nobody who has the database can change it.

One message through the bot's token, for a command that ends. Knows nothing of the ledger.
"""

import re

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.calling import SILENT
from bot.slack.setup.settings import SlackSettings
from index.errors import BriefsError

_SECONDS = 20
_CODE = re.compile("[a-z_]{1,60}")


def post(settings: SlackSettings, channel: str, summary: str, line: str) -> str:
    """Post a summary and the line that vouches for it; return the message's ts.

    Raises BriefsError where Slack refuses it or cannot be reached, without what a server said.
    """
    client = WebClient(
        token=settings.bot_token.get_secret_value(),
        base_url=settings.api_url,
        timeout=_SECONDS,
        logger=SILENT,
    )
    try:
        told = client.chat_postMessage(
            channel=channel,
            text=f"{summary}\n```{line.strip()}```",
            unfurl_links=False,
            unfurl_media=False,
        )
    except SlackApiError as error:
        said = str(error.response.get("error"))
        code = said if _CODE.fullmatch(said) else "no"
        raise BriefsError(
            f"{channel}: Slack says {code}; invite the bot to the channel, or run: "
            "briefs slack check"
        ) from None
    except (SlackClientError, OSError) as error:
        raise BriefsError(
            f"{channel}: Slack cannot be reached ({type(error).__name__}); check the network"
        ) from None
    return str(told["ts"])
