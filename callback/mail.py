"""Sending e-mail through a mail server by the standard library, which blocks, and so is run in a thread."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage

from callback.errors import CallbackError, SetupError
from callback.settings import MailTls, Settings

PATIENCE_SECONDS = 20.0


class MailFailed(CallbackError):
    """The mail server did not take a message; the text says why and names no secret."""

    error_id = "mail-failed"


@dataclass(frozen=True)
class Postman:
    """A mail server and how one speaks to it; without `user` nobody signs in."""

    host: str
    port: int
    tls: MailTls
    user: str = ""
    password: str = ""

    async def check(self) -> None:
        """Connect, encrypt and sign in, and send nothing.

        Raises:
            MailFailed: one of these does not work.

        """
        await asyncio.to_thread(self._send, None)

    async def send(self, message: EmailMessage) -> list[str]:
        """Hand a message to the server; return the recipients that it refused, if it took the others.

        Raises:
            MailFailed: nobody will get it.

        """
        return await asyncio.to_thread(self._send, message)

    def _send(self, message: EmailMessage | None) -> list[str]:
        try:
            server = self._connected()
            try:
                return self._deliver(server, message)
            finally:
                # What was taken is taken, whatever becomes of the good-bye.
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
                server.close()
        except smtplib.SMTPResponseException as error:
            raise MailFailed(f"{type(error).__name__}, answer {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise MailFailed("every recipient was refused") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        if self.tls == MailTls.TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=PATIENCE_SECONDS)

    def _deliver(self, server: smtplib.SMTP, message: EmailMessage | None) -> list[str]:
        if self.tls == MailTls.STARTTLS:
            # Raises where the server offers none: nothing is told to it in clear.
            server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)
        return [] if message is None else sorted(server.send_message(message))


def postman_of(settings: Settings) -> Postman | None:
    """Return the mail server of the settings; None where no e-mail is wanted.

    Raises:
        SetupError: there is one, and no sender or no recipient.

    """
    if not settings.mail_host:
        return None
    if not settings.mail_from or not settings.report_mail_to:
        raise SetupError("MAIL_HOST needs MAIL_FROM and REPORT_MAIL_TO")
    return Postman(
        settings.mail_host,
        settings.mail_port,
        settings.mail_tls,
        settings.mail_user,
        settings.mail_password.get_secret_value(),
    )
