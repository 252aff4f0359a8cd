"""The telephone company, as few verbs in our words; Twilio behind them."""
