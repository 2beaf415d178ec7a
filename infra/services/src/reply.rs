//! What a provider's refusal means.
//!
//! Deals with: the error bodies of S3 (XML), SQS (JSON) and Azure (XML, a header), told apart by how
//! they look, and the kind that each code is. Does not deal with: which call was made.

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::http::Reply;

/// At most so much of a foreign text goes into an error.
const MAX_TEXT: usize = 500;

/// A provider's own words.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Refusal {
    #[serde(alias = "Code", alias = "__type", alias = "error", default)]
    code: String,
    #[serde(alias = "Message", alias = "error_description", default)]
    message: String,
}

/// The error for an answer that is no success.
pub(crate) fn error(operation: &'static str, reply: &Reply) -> Error {
    let refusal = refusal(reply);
    let text = text(&refusal).unwrap_or_else(|| format!("the provider answered {}", reply.status));
    let error = Error::new(kind_of(&refusal, reply), operation, text).answered(reply.status);
    let id = ["x-amz-request-id", "x-amzn-requestid", "x-ms-request-id"];
    let error = match id.iter().find_map(|name| reply.header(name)) {
        Some(id) => error.with("request", id),
        None => error,
    };
    match reply.header("x-amz-bucket-region") {
        Some(region) if reply.status.is_redirection() => {
            error.with("the bucket's region is", region)
        }
        _ => error,
    }
}

/// The error for a part of an answer that has no status of its own.
pub(crate) fn of_code(operation: &'static str, code: String, message: String) -> Error {
    let kind = by_code(&code).unwrap_or(ErrorKind::Other);
    let text = text(&Refusal { code, message }).unwrap_or_else(|| "it was refused".to_owned());
    Error::new(kind, operation, text)
}

/// What a caller may do about an answer that is no success.
pub(crate) fn kind(reply: &Reply) -> ErrorKind {
    kind_of(&refusal(reply), reply)
}

/// Both words on one line, if there is one.
fn text(Refusal { code, message }: &Refusal) -> Option<String> {
    let joint = if code.is_empty() || message.is_empty() { "" } else { ": " };
    let all = format!("{code}{joint}{message}");
    let text = all.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then(|| text.chars().take(MAX_TEXT).collect())
}

fn kind_of(refusal: &Refusal, reply: &Reply) -> ErrorKind {
    by_code(&refusal.code).unwrap_or_else(|| match reply.status.as_u16() {
        404 => ErrorKind::NotFound,
        401 | 403 => ErrorKind::Denied,
        412 => ErrorKind::Precondition,
        413 => ErrorKind::TooLarge,
        429 => ErrorKind::Throttled,
        408 | 500.. => ErrorKind::Unavailable,
        300..=399 => ErrorKind::Config,
        _ => ErrorKind::Other,
    })
}

/// What a caller may do about a code; `None` where the answer's status says more.
fn by_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchKey" | "BlobNotFound" | "MessageNotFound" => ErrorKind::NotFound,
        "NoSuchBucket"
        | "ContainerNotFound"
        | "QueueNotFound"
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "ContainerBeingDeleted"
        | "ContainerDisabled"
        | "QueueBeingDeleted"
        | "QueueDisabled"
        | "InvalidBucketName"
        | "InvalidResourceName"
        | "InvalidMessageContents"
        | "PermanentRedirect"
        | "AuthorizationHeaderMalformed" => ErrorKind::Config,
        "BlobAlreadyExists" | "UnauthorizedBlobOverwrite" => ErrorKind::AlreadyExists,
        "PreconditionFailed"
        | "ConditionNotMet"
        | "NoSuchUpload"
        | "InvalidBlockList"
        | "PopReceiptMismatch"
        | "MessageNotInflight"
        | "ReceiptHandleIsInvalid" => ErrorKind::Precondition,
        "AccessDenied"
        | "AccessDeniedException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidIdentityToken"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => ErrorKind::Denied,
        "EntityTooLarge" | "RequestBodyTooLarge" => ErrorKind::TooLarge,
        // Azure's `ServerBusy` is how an account over its limits answers.
        "SlowDown"
        | "ServerBusy"
        | "Throttling"
        | "ThrottlingException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "KmsThrottled" => ErrorKind::Throttled,
        // A conditional write met another under way: S3 asks to try again.
        "ConditionalRequestConflict"
        | "OperationAborted"
        | "RequestTimeout"
        | "OperationTimedOut"
        | "ServiceUnavailable"
        | "InternalError" => ErrorKind::Unavailable,
        _ => return None,
    })
}

fn refusal(reply: &Reply) -> Refusal {
    let body = std::str::from_utf8(&reply.body).unwrap_or_default();
    let body = body.trim_start_matches('\u{feff}').trim_start();
    let mut refusal = match body.as_bytes().first() {
        Some(b'<') => xml(body),
        Some(b'{') => serde_json::from_str(body).unwrap_or_default(),
        _ => Refusal::default(),
    };
    if refusal.code.is_empty() {
        // An answer to HEAD has only headers.
        let header = reply.header("x-ms-error-code").or_else(|| reply.header("x-amzn-errortype"));
        refusal.code = header.unwrap_or_default().to_owned();
    }
    // `com.amazonaws.sqs#QueueDoesNotExist` and `Name:http://…` are both in use.
    let code = refusal.code.rsplit('#').next().unwrap_or_default();
    refusal.code = code.split(':').next().unwrap_or_default().to_owned();
    refusal
}

/// `<Error>` at the root (S3, Azure), or one level down (STS).
fn xml(body: &str) -> Refusal {
    #[derive(Deserialize)]
    struct Nested {
        #[serde(rename = "Error")]
        error: Refusal,
    }
    if let Ok(Nested { error }) = quick_xml::de::from_str(body) {
        return error;
    }
    quick_xml::de::from_str(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
        let headers = headers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()));
        Reply {
            status: http::StatusCode::from_u16(status).unwrap(),
            headers: headers.collect(),
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn every_providers_own_words_are_read() {
        let s3 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The key &amp; all</Message><Key>a</Key></Error>";
        let azure = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>ContainerNotFound</Code><Message>Gone.\nRequestId:1</Message></Error>";
        let sqs = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}"#;
        let sts = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>ExpiredTokenException</Code><Message>old</Message></Error></ErrorResponse>";
        let entra = r#"{"error":"invalid_client","error_description":"AADSTS7000215"}"#;
        for (status, body, kind, text) in [
            (404, s3, ErrorKind::NotFound, "NoSuchKey: The key & all"),
            (404, azure, ErrorKind::Config, "ContainerNotFound: Gone. RequestId:1"),
            (400, sqs, ErrorKind::Config, "QueueDoesNotExist: no such queue"),
            (400, sts, ErrorKind::Denied, "ExpiredTokenException: old"),
            (401, entra, ErrorKind::Denied, "invalid_client: AADSTS7000215"),
            (503, "busy", ErrorKind::Unavailable, "503 Service Unavailable"),
            (400, r#"{"__type":"RequestThrottled"}"#, ErrorKind::Throttled, "RequestThrottled"),
            (429, "", ErrorKind::Throttled, "429 Too Many Requests"),
            (503, "<Error><Code>SlowDown</Code></Error>", ErrorKind::Throttled, "SlowDown"),
            (500, "<Error><Code>InternalError</Code></Error>", ErrorKind::Unavailable, "Internal"),
        ] {
            let error = error("test", &reply(status, &[], body));
            assert_eq!(error.kind(), kind, "{body}");
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn an_answer_to_head_is_read_from_its_headers() {
        let reply = reply(404, &[("x-ms-error-code", "ContainerNotFound")], "");
        assert_eq!(kind(&reply), ErrorKind::Config);
    }

    #[test]
    fn a_wrong_region_names_the_right_one() {
        let error = error("test", &reply(301, &[("x-amz-bucket-region", "eu-north-1")], ""));
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("eu-north-1"), "{error}");
    }

    proptest! {
        #[test]
        fn no_body_panics(status in 300u16..600, body in "[<{]?\\PC*") {
            let _ = error("test", &reply(status, &[], &body));
        }

        #[test]
        fn no_markup_panics(body in "(<|</|/>|>|Error|Code|Message|&|&#|;|x|\"|=|!|\\[CDATA\\[|\\{|\\}|:|__type|\\[){0,40}") {
            let _ = error("test", &reply(400, &[], &body));
        }
    }
}
