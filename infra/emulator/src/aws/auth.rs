//! Whose request it is: verifies the Signature Version 4 of a request to SQS, Lambda or a function URL.
//!
//! Deals with: the `Authorization` header, its age, the signature; a refusal in the provider's words.
//! Does not deal with: what the principal may do, presigned URLs, S3 (its crate verifies by itself).

mod authorization;
mod canonical;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use self::authorization::Authorization;
use self::canonical::QueryStyle;
use crate::identity::{Identity, Principal};

/// A signature is refused once its date is this far from the real time, either way.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// Why a request is nobody's. [`AuthError::code`] is the provider's name for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// There is no `Authorization` header.
    #[error("Missing Authentication Token")]
    Missing,
    /// The header, or the date beside it, cannot be read; the text says what is wanted.
    #[error("{0}")]
    Incomplete(String),
    /// Nobody has this access key id.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// The request is signed too long ago or in the future, or for another service.
    #[error("{0}")]
    Scope(String),
    /// The signature is not that of the key over this request.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your \
         AWS Secret Access Key and signing method. Consult the service documentation for details.\n\
         \nThe Canonical String for this request should have been\n'{0}'"
    )]
    Mismatch(String),
}

impl AuthError {
    /// The error's name as JSON services spell it: `__type`, `x-amzn-ErrorType`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::Scope(_) | Self::Mismatch(_) => "InvalidSignatureException",
        }
    }

    /// 400 for what cannot be read, 403 for the rest.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Incomplete(_) => StatusCode::BAD_REQUEST,
            Self::Missing | Self::UnknownKey | Self::Scope(_) | Self::Mismatch(_) => {
                StatusCode::FORBIDDEN
            }
        }
    }
}

/// Verifies the signature of a request to `service` (`sqs`, `lambda`) and returns on whose behalf it is
/// made. `now` is the real time, whatever the emulator's clock shows: the client has no other. Any region
/// and any session token will do.
///
/// # Errors
/// [`AuthError`].
pub fn principal(
    identity: &Identity,
    service: &str,
    request: &Parts,
    body: &[u8],
    now: SystemTime,
) -> Result<Principal, AuthError> {
    let Some(header) = request.headers.get(http::header::AUTHORIZATION) else {
        return Err(without_header(request));
    };
    let header = header.to_str().unwrap_or_default();
    let given = Authorization::parse(header).map_err(AuthError::Incomplete)?;
    let (secret, principal) =
        identity.by_access_key(given.access_key_id).ok_or(AuthError::UnknownKey)?;
    let date = request.headers.get("x-amz-date").and_then(|value| value.to_str().ok());
    let date = date.ok_or_else(|| {
        AuthError::Incomplete("Authorization header requires existence of 'X-Amz-Date'.".to_owned())
    })?;
    in_scope(&given, service, date, now)?;

    let payload = hex::encode(Sha256::digest(body));
    let mut expected = String::new();
    for style in [QueryStyle::Form, QueryStyle::AsSent] {
        let canonical = canonical::request(request, &given.signed_headers, &payload, style);
        if matches(&secret, &given, date, &canonical) {
            return Ok(principal);
        }
        expected = canonical;
    }
    Err(AuthError::Mismatch(expected))
}

fn without_header(request: &Parts) -> AuthError {
    let query = request.uri.query().unwrap_or_default();
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "X-Amz-Signature") {
        return AuthError::Incomplete(
            "The emulator does not take a signature in the query here; sign with an Authorization \
             header."
                .to_owned(),
        );
    }
    AuthError::Missing
}

fn in_scope(
    given: &Authorization<'_>,
    service: &str,
    date: &str,
    now: SystemTime,
) -> Result<(), AuthError> {
    let sent = authorization::date(date).ok_or_else(|| {
        AuthError::Incomplete(format!(
            "Date in X-Amz-Date must be like '20261122T043000Z'. Got '{date}'."
        ))
    })?;
    let apart = now.duration_since(sent).or_else(|_| sent.duration_since(now)).unwrap_or_default();
    if apart > SKEW {
        let state = if sent < now { "expired" } else { "not yet current" };
        return Err(AuthError::Scope(format!(
            "Signature {state}: {date} is more than 5 minutes off the machine's time."
        )));
    }
    if given.service != service {
        return Err(AuthError::Scope(format!(
            "Credential should be scoped to correct service: '{service}'."
        )));
    }
    if !date.starts_with(given.day) {
        return Err(AuthError::Scope(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '{}' != '{date}'.",
            given.day
        )));
    }
    Ok(())
}

fn matches(secret: &str, given: &Authorization<'_>, date: &str, canonical: &str) -> bool {
    let scope = format!("{}/{}/{}/aws4_request", given.day, given.region, given.service);
    let hash = hex::encode(Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [given.day, given.region, given.service, "aws4_request"] {
        let Some(mac) = mac(&key, part) else { return false };
        key = mac.finalize().into_bytes().to_vec();
    }
    // `verify_slice` compares in constant time.
    mac(&key, &text).is_some_and(|mac| mac.verify_slice(&given.signature).is_ok())
}

fn mac(key: &[u8], text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}
