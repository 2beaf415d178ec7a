//! One webhook as GitHub sends it, and what becomes of it.
//!
//! Deals with: its signature, its record's key, the files that it left in the archive.
//! Does not deal with: the other senders, tested beside their code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::stage::{Cloud, SECRET, Stage, http};

/// A delivery: the same id and body are the same delivery.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) body: String,
}

impl Delivery {
    pub(crate) fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self { body: format!(r#"{{"delivery":"{id}"}}"#), id }
    }

    /// The record's key in the store `deliveries`.
    pub(crate) fn key(&self) -> String {
        let text = format!("{}:{}{}", self.id.len(), self.id, self.body);
        format!("github/{}", hex::encode(Sha256::digest(text)))
    }

    /// The message that asks for it to be archived.
    pub(crate) fn note(&self) -> String {
        format!(r#"{{"key":"{}"}}"#, self.key())
    }

    /// A record as `receive` leaves it when it is killed before it sends.
    pub(crate) fn record(&self, received_at: &str) -> Vec<u8> {
        let body = STANDARD.encode(&self.body);
        let (id, provider) = (&self.id, "github");
        let record = serde_json::json!({
            "state": "pending", "provider": provider, "id": id, "received_at": received_at,
            "headers": {"content-type": "application/json"}, "body": body,
        });
        record.to_string().into_bytes()
    }

    /// GitHub's signature of the body.
    pub(crate) fn signature(&self) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(self.body.as_bytes());
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    }

    /// Posts it, rightly signed; the status, or why there was no answer.
    pub(crate) async fn post(&self, url: &str) -> Result<u16, reqwest::Error> {
        let request = http().post(format!("{url}/hooks/github")).body(self.body.clone());
        let request = request.header("X-Hub-Signature-256", self.signature());
        let request = request.header("Content-Type", "application/json");
        Ok(request.header("X-GitHub-Delivery", &self.id).send().await?.status().as_u16())
    }

    /// The keys under which its payload is filed.
    pub(crate) async fn filed(&self, stage: &Stage, cloud: Cloud) -> Vec<String> {
        let entries = stage.store(cloud, "archive").list("").await.unwrap();
        let keys = entries.into_iter().map(|entry| entry.key);
        keys.filter(|key| key.contains(&self.id)).collect()
    }
}
