//! What a client says about its signature.
//!
//! Deals with: reading `Authorization` and `X-Amz-Date`. Does not deal with: whether it is true.

use std::time::SystemTime;

use time::PrimitiveDateTime;
use time::macros::format_description;

/// An `Authorization` header taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) day: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) signed_headers: Vec<&'a str>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Authorization<'a> {
    /// Reads `AWS4-HMAC-SHA256 Credential=ID/DAY/REGION/SERVICE/aws4_request, SignedHeaders=a;b,
    /// Signature=HEX`; the error is the provider's sentence.
    pub(super) fn parse(header: &'a str) -> Result<Self, String> {
        let Some(fields) = header.trim().strip_prefix("AWS4-HMAC-SHA256 ") else {
            return Err(
                "Authorization header must be 'AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, \
                 Signature=…'."
                    .to_owned(),
            );
        };
        let field = |name: &str| {
            fields
                .split(',')
                .filter_map(|field| field.trim().split_once('='))
                .find_map(|(key, value)| (key == name).then_some(value))
                .filter(|value| !value.is_empty())
                .ok_or_else(|| format!("Authorization header requires '{name}' parameter."))
        };
        let credential = field("Credential")?;
        let signed_headers: Vec<&str> = field("SignedHeaders")?.split(';').collect();
        let signature = field("Signature")?;

        let parts: Vec<&str> = credential.split('/').collect();
        let &[access_key_id, day, region, service, "aws4_request"] = parts.as_slice() else {
            return Err(format!(
                "Credential must be 'KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request'. Got \
                 '{credential}'."
            ));
        };
        if !signed_headers.contains(&"host") || !signed_headers.contains(&"x-amz-date") {
            return Err("'Host' and 'X-Amz-Date' must be among the signed headers.".to_owned());
        }
        let signature = hex::decode(signature)
            .map_err(|_| format!("Signature must be in hexadecimal. Got '{signature}'."))?;
        Ok(Self { access_key_id, day, region, service, signed_headers, signature })
    }
}

/// The instant of an `X-Amz-Date`.
pub(super) fn date(text: &str) -> Option<SystemTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(text, format).ok().map(|date| date.assume_utc().into())
}
