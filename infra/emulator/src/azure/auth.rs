//! Whose request it is: verifies what a client of Azure storage signs or bears.
//!
//! Deals with: SharedKey signatures and bearer tokens of the blob and queue services; a refusal in
//! the service's words. SAS is refused with a sentence.
//! Does not deal with: what the principal may do.

mod canonical;

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use sha2::Sha256;

use super::error::StorageError;
use crate::identity::{Identity, Principal};

pub(crate) use canonical::http_date;
pub use canonical::{HeaderOrder, string_to_sign};

/// A signature is refused once its date is this far from the real time, either way.
const SKEW: Duration = Duration::from_secs(15 * 60);
/// Bearer tokens need this version of the service or a later one (Authorize with Entra ID).
const BEARER_SINCE: &str = "2017-11-09";

/// Verifies the request's `Authorization` and returns on whose behalf it is made. `now` is the real
/// time, whatever the emulator's clock shows: the client has no other.
///
/// # Errors
/// 401 `NoAuthenticationInformation` or `InvalidAuthenticationInfo`, 403 `AuthenticationFailed` with
/// the string that should have been signed, 501 for SAS.
pub fn principal(
    identity: &Identity,
    request: &Parts,
    now: SystemTime,
) -> Result<Principal, StorageError> {
    let Some(header) = request.headers.get(http::header::AUTHORIZATION) else {
        return Err(without_header(request));
    };
    let header = header.to_str().map_err(|_| malformed())?.trim();
    let (scheme, value) = header.split_once(' ').ok_or_else(malformed)?;
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("Bearer") {
        bearer(identity, request, value)
    } else if scheme == "SharedKey" {
        shared_key(identity, request, value, now)
    } else if scheme == "SharedKeyLite" {
        Err(StorageError::unsupported("SharedKeyLite; sign with SharedKey"))
    } else {
        Err(malformed())
    }
}

/// The signature of `text` under a base64 `key`, in base64; `None` if the key is not base64.
#[must_use]
pub fn sign(key: &str, text: &str) -> Option<String> {
    let key = STANDARD.decode(key).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(text.as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

fn without_header(request: &Parts) -> StorageError {
    let query = request.uri.query().unwrap_or_default();
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "sig") {
        return StorageError::unsupported(
            "shared access signatures; sign with the account key (SharedKey) or bear a token",
        );
    }
    StorageError::new(
        StatusCode::UNAUTHORIZED,
        "NoAuthenticationInformation",
        "Server failed to authenticate the request. The header Authorization is missing.",
    )
}

fn bearer(identity: &Identity, request: &Parts, token: &str) -> Result<Principal, StorageError> {
    let version = text(&request.headers, "x-ms-version");
    if version < BEARER_SINCE {
        return Err(failed(&format!(
            "A bearer token needs the header x-ms-version of {BEARER_SINCE} or later; it is \
             \"{version}\"."
        )));
    }
    identity.by_token(token).ok_or_else(|| {
        StorageError::new(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationInfo",
            "Server failed to authenticate the request. The emulator's identity endpoint has not \
             issued this token.",
        )
    })
}

fn shared_key(
    identity: &Identity,
    request: &Parts,
    value: &str,
    now: SystemTime,
) -> Result<Principal, StorageError> {
    let (account, signature) = value.split_once(':').ok_or_else(malformed)?;
    let (known, key) = identity.azure_account();
    if account != known {
        return Err(failed(&format!("There is no account \"{account}\"; it is \"{known}\".")));
    }
    fresh(&request.headers, now)?;
    let given = STANDARD.decode(signature).map_err(|_| malformed())?;
    let key = STANDARD.decode(key).map_err(|error| StorageError::internal(&error))?;
    for order in [HeaderOrder::Bytes, HeaderOrder::Collated] {
        let text = string_to_sign(request, account, order);
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&key).map_err(|error| StorageError::internal(&error))?;
        mac.update(text.as_bytes());
        // `verify_slice` compares in constant time.
        if mac.verify_slice(&given).is_ok() {
            return Ok(Principal::Owner);
        }
    }
    let expected = string_to_sign(request, account, HeaderOrder::Bytes).replace('\n', "\\n");
    Err(failed(&format!("The signature is not that of the account's key over '{expected}'.")))
}

fn fresh(headers: &HeaderMap, now: SystemTime) -> Result<(), StorageError> {
    let header = if headers.contains_key("x-ms-date") { "x-ms-date" } else { "date" };
    let date = text(headers, header);
    let Some(sent) = http_date(date) else {
        return Err(failed(&format!(
            "The header x-ms-date must be like \"Mon, 02 Jan 2006 15:04:05 GMT\"; {header} is \
             \"{date}\"."
        )));
    };
    let apart = now.duration_since(sent).or_else(|_| sent.duration_since(now)).unwrap_or_default();
    if apart > SKEW {
        return Err(failed(&format!("The request's date \"{date}\" is more than 15 minutes off.")));
    }
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn malformed() -> StorageError {
    failed("It must be \"SharedKey account:signature\" or \"Bearer token\".")
}

fn failed(detail: &str) -> StorageError {
    StorageError::new(
        StatusCode::FORBIDDEN,
        "AuthenticationFailed",
        format!(
            "Server failed to authenticate the request. Make sure the value of Authorization header \
             is formed correctly including the signature. {detail}"
        ),
    )
}

#[cfg(test)]
mod tests;
