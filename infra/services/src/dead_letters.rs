//! Where events go that a function gave up on.
//!
//! Deals with: the sink that an application hands to its runtime. Does not deal with: deciding that
//! an event is given up, or redriving it.

use bytes::Bytes;

use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::queue;

/// What a variable may be set to.
const EXAMPLE: &str =
    "sqs://eu-central-1/123456789012/thumbnail-dead-letter or azqueue://myaccount/thumbnail-poison";

/// Sends `body` to the queue that `ANYFN_DEAD_LETTER_<FUNCTION>` binds (a [`Binding`](crate::Binding)
/// URL of a queue).
///
/// On SQS the attributes travel as message attributes: at most nine, names and values made into what
/// SQS takes, values cut at 4 KiB. A body that is not text (see [`queue`]) goes in base64, marked by
/// the attribute `anyfn-encoding` = `base64`, which [`Queue::receive`](crate::Queue::receive)
/// undoes. On Azure the body goes in an envelope, `{"anyfn":1,"reason":…,"body":…}` with the body in
/// base64, where that fits; else as it is, without the reason: log that too.
///
/// # Errors
/// Where the variable is missing or malformed, the provider refuses, or the body fits in no message.
/// `memory://` is refused: nobody could ever read it.
pub async fn dead_letters(
    function: String,
    body: Bytes,
    attributes: Vec<(String, String)>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let environment = Environment::process();
    Ok(dead_letters_in(&environment, &function, body, &attributes).await?)
}

/// As [`dead_letters`], from given variables.
///
/// # Errors
/// As [`dead_letters`].
pub async fn dead_letters_in(
    environment: &Environment,
    function: &str,
    body: Bytes,
    attributes: &[(String, String)],
) -> Result<()> {
    let (variable, url) = environment.binding("DEAD_LETTER", function, EXAMPLE)?;
    let queue = queue::open_in(&url, environment);
    let sent = match queue {
        Ok(queue) => queue.bury(function, body, attributes).await,
        Err(error) => Err(error),
    };
    sent.map_err(|error: Error| error.with("variable", variable).with("function", function))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::fake::{Fake, header};

    #[tokio::test]
    async fn all_letters_of_a_process_share_a_connection_and_the_keys_that_were_asked_for() {
        let fake = Fake::start().await;
        let keys = r#"{"AccessKeyId":"AK1","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z"}"#;
        fake.answer(200, &[], keys);
        let queue = format!("sqs://eu-west-1/123456789012/q?endpoint={}", fake.endpoint);
        let env = Environment::of([
            ("ANYFN_DEAD_LETTER_THUMBNAIL", queue),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/keys", fake.endpoint)),
        ]);
        for _ in 0..3 {
            fake.answer(200, &[], "{}");
            dead_letters_in(&env, "thumbnail", "x".into(), &[]).await.unwrap();
        }
        let asked = fake.asked();
        let paths: Vec<&str> = asked.iter().map(|request| request.uri().path()).collect();
        assert_eq!(paths, ["/keys", "/", "/", "/"]);
        for letter in &asked[1..] {
            assert!(header(letter, "authorization").contains("Credential=AK1/"), "{letter:?}");
        }
        // One, or two where the SDK sends: a client of ours asks for its keys.
        assert!(fake.connections() < 3, "{}", fake.connections());
    }

    #[tokio::test]
    async fn memory_is_refused_since_nobody_could_read_it() {
        let env = Environment::of([("ANYFN_DEAD_LETTER_THUMBNAIL", "memory://x")]);
        let error = dead_letters_in(&env, "thumbnail", Bytes::new(), &[]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("ANYFN_DEAD_LETTER_THUMBNAIL"), "{error}");
    }

    #[tokio::test]
    async fn a_missing_variable_is_named() {
        let text = dead_letters("no-such-function".into(), Bytes::new(), vec![]).await.unwrap_err();
        assert!(text.to_string().contains("ANYFN_DEAD_LETTER_NO_SUCH_FUNCTION"), "{text}");
    }
}
