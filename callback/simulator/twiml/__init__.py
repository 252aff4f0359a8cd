"""Reading TwiML: from bytes to values that carry Twilio's defaults. Nothing is performed here."""
