//! The error answer of SQS.
//!
//! Deals with: JSON and the older query names of each error, their sentences, the engine's reasons mapped.
//! Does not deal with: which error a situation calls for.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use crate::aws::auth::AuthError;
use crate::aws::{ACCOUNT, REGION};
use crate::queues::QueueError;

/// An error in the provider's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SqsError {
    pub(super) status: StatusCode,
    /// The shape's name in the JSON protocol: the end of `__type`.
    pub(super) shape: &'static str,
    /// The code of the older query protocol, which SDKs still show: `x-amzn-query-error`.
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl SqsError {
    fn bad(shape: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, shape, code, message: message.into() }
    }

    /// The queue is not there.
    pub(super) fn no_queue() -> Self {
        Self::bad(
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
            "The specified queue does not exist.",
        )
    }

    pub(super) fn name_exists(attribute: &str) -> Self {
        Self::bad(
            "QueueNameExists",
            "QueueAlreadyExists",
            format!(
                "A queue already exists with the same name and a different value for attribute \
                 {attribute}"
            ),
        )
    }

    /// A parameter's value is wrong; `message` is the whole sentence.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::bad("InvalidParameterValueException", "InvalidParameterValue", message)
    }

    /// A parameter's value is wrong, in the usual words.
    pub(super) fn value(
        value: impl std::fmt::Display,
        parameter: &str,
        reason: impl std::fmt::Display,
    ) -> Self {
        Self::parameter(format!(
            "Value {value} for parameter {parameter} is invalid. Reason: {reason}."
        ))
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::bad(
            "MissingRequiredParameterException",
            "MissingParameter",
            format!("The request must contain the parameter {parameter}."),
        )
    }

    pub(super) fn attribute_name(message: impl Into<String>) -> Self {
        Self::bad("InvalidAttributeName", "InvalidAttributeName", message)
    }

    pub(super) fn attribute_value(name: &str, value: &str) -> Self {
        Self::bad(
            "InvalidAttributeValue",
            "InvalidAttributeValue",
            format!("Invalid value for the parameter {name}: '{value}'."),
        )
    }

    pub(super) fn contents(message: impl Into<String>) -> Self {
        Self::bad("InvalidMessageContents", "InvalidMessageContents", message)
    }

    pub(super) fn address(address: &str) -> Self {
        Self::bad(
            "InvalidAddress",
            "InvalidAddress",
            format!(
                "The address {address} is not valid for this endpoint; it is like \
                 http://127.0.0.1:9324/000000000000/name."
            ),
        )
    }

    /// A request over several messages that is wrong as a whole.
    pub(super) fn batch(shape: &'static str, message: impl Into<String>) -> Self {
        let code = match shape {
            "EmptyBatchRequest" => "AWS.SimpleQueueService.EmptyBatchRequest",
            "TooManyEntriesInBatchRequest" => "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "BatchEntryIdsNotDistinct" => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            "BatchRequestTooLong" => "AWS.SimpleQueueService.BatchRequestTooLong",
            _ => "AWS.SimpleQueueService.InvalidBatchEntryId",
        };
        Self::bad(shape, code, message)
    }

    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::bad("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", message)
    }

    pub(super) fn unknown_operation(operation: &str) -> Self {
        Self::bad(
            "UnknownOperationException",
            "InvalidAction",
            format!("The emulator's SQS does not have the operation {operation}."),
        )
    }

    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::bad("SerializationException", "MalformedInput", message)
    }

    pub(super) fn denied(app: &str, action: &str, queue: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            shape: "AccessDeniedException",
            code: "AccessDenied",
            message: format!(
                "User: arn:aws:sts::{ACCOUNT}:assumed-role/{app}/{app} is not authorized to \
                 perform: sqs:{action} on resource: arn:aws:sqs:{REGION}:{ACCOUNT}:{queue} \
                 because no identity-based policy allows the sqs:{action} action. The app \
                 \"{app}\" has not declared it; write .needs(queue::named(…).send()) or .receive()."
            ),
        }
    }

    /// What a receipt that cannot be used any more is answered with.
    pub(super) fn receipt(error: QueueError, receipt: &str) -> Self {
        match error {
            QueueError::ReceiptMalformed => Self::bad(
                "ReceiptHandleIsInvalid",
                "ReceiptHandleIsInvalid",
                format!("The input receipt handle \"{receipt}\" is not a valid receipt handle."),
            ),
            QueueError::ReceiptExpired => {
                Self::value(receipt, "ReceiptHandle", "The receipt handle has expired")
            }
            QueueError::MessageGone | QueueError::ReceiptStale => Self::value(
                receipt,
                "ReceiptHandle",
                "Message does not exist or is not available for visibility timeout change",
            ),
            QueueError::NotInFlight => Self::bad(
                "MessageNotInflight",
                "AWS.SimpleQueueService.MessageNotInflight",
                format!(
                    "Value {receipt} for parameter ReceiptHandle is invalid. Reason: Message \
                         does not exist or is not available for visibility timeout change."
                ),
            ),
            other => other.into(),
        }
    }

    /// The HTTP answer.
    pub(super) fn response(&self, request_id: &str) -> Response<Body> {
        let body = json!({
            "__type": format!("{}#{}", self.namespace(), self.shape),
            "message": self.message,
        });
        let fault = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        let mut response = super::json_response(self.status, &body, request_id);
        if let Ok(value) = HeaderValue::from_str(&format!("{};{fault}", self.code)) {
            response.headers_mut().insert("x-amzn-query-error", value);
        }
        response
    }

    /// The answer to the older query protocol, which the emulator does not speak.
    pub(super) fn query_protocol(request_id: &str) -> Response<Body> {
        let body = format!(
            "<?xml version=\"1.0\"?><ErrorResponse \
             xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Sender</Type>\
             <Code>AWS.SimpleQueueService.UnsupportedOperation</Code><Message>The emulator speaks \
             the JSON protocol of SQS (X-Amz-Target: AmazonSQS.SendMessage), not the query \
             protocol; use an SDK of 2024 or later.</Message></Error><RequestId>{request_id}\
             </RequestId></ErrorResponse>"
        );
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
        response
    }

    /// Errors of the service's own model and those of the framework around it.
    fn namespace(&self) -> &'static str {
        let framework = self.shape.ends_with("Exception");
        if framework { "com.amazon.coral.service" } else { "com.amazonaws.sqs" }
    }
}

impl From<QueueError> for SqsError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::NoQueue(_) => Self::no_queue(),
            QueueError::Exists(_) => Self::name_exists("(several)"),
            QueueError::TooLarge { limit, .. } => Self::parameter(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {limit} \
                 bytes."
            )),
            QueueError::HiddenTooLong(limit) => Self::parameter(format!(
                "Value for parameter VisibilityTimeout is invalid. Reason: Total \
                 VisibilityTimeout for the message is beyond the limit [{limit} seconds]."
            )),
            other => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                shape: "InternalFailureException",
                code: "InternalFailure",
                message: other.to_string(),
            },
        }
    }
}

impl From<AuthError> for SqsError {
    fn from(error: AuthError) -> Self {
        let code = match &error {
            AuthError::Missing => "MissingAuthenticationToken",
            AuthError::Incomplete(_) => "IncompleteSignature",
            AuthError::UnknownKey => "InvalidClientTokenId",
            AuthError::Scope(_) | AuthError::Mismatch(_) => "SignatureDoesNotMatch",
        };
        Self { status: error.status(), shape: error.code(), code, message: error.to_string() }
    }
}
