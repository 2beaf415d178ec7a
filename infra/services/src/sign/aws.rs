//! Signature version 4.
//!
//! Deals with: how S3 differs from the other services. Does not deal with: the signature itself,
//! which is `aws-sigv4`'s.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign as sigv4,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::Request;

use crate::credentials::AwsKeys;
use crate::error::{Error, ErrorKind, Result};

pub(super) fn sign(
    request: &mut Request<Bytes>,
    keys: &AwsKeys,
    service: &str,
    region: &str,
    now: SystemTime,
) -> Result<()> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Config, "sign", "the request cannot be signed").because(error)
    };
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let AwsKeys { id, secret, token } = keys;
    let identity = Credentials::new(id, secret, token.clone(), None, "anyfn").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| failed(error.into()))?
        .into();
    let headers: Vec<_> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let uri = request.uri().to_string();
    let body = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new(request.method().as_str(), &uri, headers.into_iter(), body);
    let signable = signable.map_err(|error| failed(error.into()))?;
    let (instructions, _) = sigv4(signable, &params).map_err(|e| failed(e.into()))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn keys() -> AwsKeys {
        AwsKeys {
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            token: None,
        }
    }

    /// The example "PUT Object" of the S3 documentation, section "Authenticating requests: using
    /// the Authorization header".
    #[test]
    fn the_documented_put_has_the_documented_signature() {
        let mut request = Request::put("https://examplebucket.s3.amazonaws.com/test%24file.text")
            .header("date", "Fri, 24 May 2013 00:00:00 GMT")
            .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
            .body(Bytes::from_static(b"Welcome to Amazon S3."))
            .unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        sign(&mut request, &keys(), "s3", "us-east-1", now).unwrap();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let expected = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
        assert!(authorization.ends_with(&format!("Signature={expected}")), "{authorization}");
    }

    #[test]
    fn a_session_token_is_sent_and_signed() {
        let mut request =
            Request::post("https://sqs.eu-west-1.amazonaws.com/").body(Bytes::new()).unwrap();
        let keys = AwsKeys { token: Some("token".into()), ..keys() };
        sign(&mut request, &keys, "sqs", "eu-west-1", SystemTime::now()).unwrap();
        assert_eq!(request.headers()["x-amz-security-token"], "token");
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.contains("x-amz-security-token"), "{authorization}");
        assert!(authorization.contains("/eu-west-1/sqs/aws4_request"), "{authorization}");
    }
}
