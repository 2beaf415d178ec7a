//! Signed webhooks, recorded once.
