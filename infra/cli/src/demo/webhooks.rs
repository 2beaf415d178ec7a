//! Webhooks in, archived files out.
//!
//! Deals with: a delivery as GitHub signs it, the same again, a forged one. Does not deal with: the
//! other providers; the function's own tests have them.

use std::time::{Duration, Instant};

use anyfn_services::Blob;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;

use super::photos::counted;
use super::row::Step;
use super::stage::{SETTLING, Stage, wait};
use crate::http::send;

const RECEIVE: &str = "receive";
const ARCHIVE: &str = "archive";
/// The setting that holds the secret, and the secret.
pub(crate) const SECRET: (&str, &str) = ("WEBHOOK_SECRET_GITHUB", "a secret for the demo only");
const PATIENCE: Duration = Duration::from_secs(20);
const BODY: &str = r#"{"zen":"Non-blocking is better than blocking.","hook_id":1}"#;

/// Where webhooks go in and files come out.
pub(crate) struct Hooks {
    url: String,
    archive: Blob,
    /// Both clouds see the same archive.
    id: String,
}

impl Hooks {
    pub(crate) fn open(stage: &Stage<'_>) -> Result<Self, String> {
        let url = stage.function(RECEIVE).and_then(|function| function.url);
        let url = url.ok_or_else(|| format!("{} has no URL for `{RECEIVE}`", stage.host))?;
        let url = format!("{}/hooks/github", url.trim_end_matches('/'));
        Ok(Self { url, archive: stage.store("archive")?, id: format!("demo-{}", stage.host) })
    }

    /// Sends a good delivery.
    pub(crate) async fn good(&self) -> Step {
        let begun = Instant::now();
        let got = self.post(&self.id, SECRET.1).await.unwrap_or_else(|error| error);
        Step::done((RECEIVE, "good"), "GitHub webhook", ("202".to_owned(), got), begun)
    }

    /// Waits for its file.
    pub(crate) async fn filed(&self) -> Step {
        let begun = Instant::now();
        let found = wait(|| async {
            let files = self.files(&self.id).await?;
            Ok((!files.is_empty()).then_some(files))
        });
        let got = match found.await {
            Ok(files) => self.compared(&files.unwrap_or_default()).await,
            Err(error) => Err(error),
        };
        let got = got.unwrap_or_else(|error| error);
        Step::done((ARCHIVE, "filed"), "its message", ("1 file".to_owned(), got), begun)
    }

    /// Sends the same delivery again.
    pub(crate) async fn repeated(&self) -> Step {
        self.again("repeated", "the same again", (&self.id, SECRET.1), "202, 1 file").await
    }

    /// Sends a delivery that someone else signed.
    pub(crate) async fn forged(&self) -> Step {
        let id = format!("{}-forged", self.id);
        self.again("forged", "wrong signature", (&id, "a guess"), "401, 0 files").await
    }

    async fn again(
        &self,
        step: &'static str,
        input: &str,
        (id, secret): (&str, &str),
        expected: &str,
    ) -> Step {
        let begun = Instant::now();
        let answer = self.post(id, secret).await;
        let took = begun.elapsed();
        tokio::time::sleep(SETTLING).await;
        let got = match answer {
            Ok(status) => {
                self.files(id).await.map(|f| format!("{status}, {}", counted(f.len(), "file")))
            }
            Err(error) => Err(error),
        };
        let pair = (expected.to_owned(), got.unwrap_or_else(|error| error));
        Step { took, ..Step::done((RECEIVE, step), input, pair, begun) }
    }

    /// Posts the body as the delivery `id`, and gives the status.
    async fn post(&self, id: &str, secret: &str) -> Result<String, String> {
        let request = Request::post(&self.url)
            .header("content-type", "application/json")
            .header("x-github-event", "ping")
            .header("x-github-delivery", id)
            .header("x-hub-signature-256", signature(secret.as_bytes(), BODY.as_bytes())?)
            .body(Bytes::from_static(BODY.as_bytes()))
            .map_err(|fault| fault.to_string())?;
        Ok(send(request, PATIENCE).await?.status.as_u16().to_string())
    }

    async fn files(&self, id: &str) -> Result<Vec<String>, String> {
        let entries = self.archive.list("github/").await.map_err(|error| error.to_string())?;
        let name = format!("/{id}.json");
        let similar = format!("/{id}-");
        let is_its = |key: &String| {
            key.ends_with(&name) || key.contains(&similar) && !key.contains("-forged")
        };
        Ok(entries.into_iter().map(|entry| entry.key).filter(is_its).collect())
    }

    async fn compared(&self, files: &[String]) -> Result<String, String> {
        if let [only] = files {
            let file = self.archive.get(only).await.map_err(|error| error.to_string())?;
            if file.bytes != BODY {
                return Ok("1 file, other bytes".to_owned());
            }
        }
        Ok(counted(files.len(), "file"))
    }
}

/// As GitHub's documentation has it: `sha256=` and the HMAC of the body in hexadecimal digits.
fn signature(secret: &[u8], body: &[u8]) -> Result<String, String> {
    let mut mac =
        Hmac::<sha2::Sha256>::new_from_slice(secret).map_err(|fault| fault.to_string())?;
    mac.update(body);
    Ok(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GitHub Docs, "Validating webhook deliveries".
    #[test]
    fn the_documented_payload_has_the_documented_signature() {
        assert_eq!(
            signature(b"It's a Secret to Everybody", b"Hello, World!").unwrap(),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }
}
