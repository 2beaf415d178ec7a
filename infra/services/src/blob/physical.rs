//! The names that a provider gives to what a binding names.
//!
//! Deals with: an event's bucket or container and key, which know nothing of bindings, and the key
//! that [`Blob`]'s calls take. Does not deal with: reading events.

use super::{Backend, Blob};
use crate::error::{Error, ErrorKind, Result};

impl Blob {
    /// The key, as the calls here take it, of the blob that an event names by its bucket or container
    /// and by its key in there: without the binding's prefix. A store in memory has no other names, so
    /// there it is `key`, whatever `store` is.
    ///
    /// Looking up an event's own key instead finds nothing wherever the binding has a prefix, which
    /// looks as if the blob were gone.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], with the binding, where it names another bucket or container, or a
    /// prefix that the key does not have. Azure's accounts are not told apart: events have none.
    pub fn key_of(&self, store: &str, key: &str) -> Result<String> {
        let (bound, prefix, binding) = match &self.0 {
            Backend::Memory(_) => return Ok(key.to_owned()),
            Backend::S3(s3) => {
                (&s3.bucket, &*s3.prefix, format!("s3://{}/{}", s3.bucket, s3.prefix))
            }
            Backend::Azure(azure) => {
                let (account, container) = (azure.account(), &azure.container);
                (container, "", format!("azblob://{account}/{container}"))
            }
        };
        let own = if store == bound { key.strip_prefix(prefix) } else { None };
        own.filter(|own| !own.is_empty()).map(str::to_owned).ok_or_else(|| {
            let text = format!(
                "an event is about {key:?} in {store:?}, which is not within the binding {binding}; \
                 bind the store that the events come from, without a prefix that its keys lack"
            );
            Error::new(ErrorKind::Config, "blob event", text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::open_in;
    use crate::environment::Environment;
    use crate::fake::Fake;

    fn open(url: &str) -> Blob {
        let env = Environment::of([
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AZURE_STORAGE_KEY", "a2V5"),
        ]);
        open_in(url, &env).unwrap()
    }

    #[test]
    fn a_key_of_an_event_loses_the_prefix_of_the_binding() {
        let whole = open("s3://photos?region=eu-west-1");
        assert_eq!(whole.key_of("photos", "in/a.jpg").unwrap(), "in/a.jpg");
        let part = open("s3://photos/in?region=eu-west-1");
        assert_eq!(part.key_of("photos", "in/a.jpg").unwrap(), "a.jpg");
        assert_eq!(part.key_of("photos", "in/in/a.jpg").unwrap(), "in/a.jpg");
        let azure = open("azblob://acct/photos");
        assert_eq!(azure.key_of("photos", "in/a.jpg").unwrap(), "in/a.jpg");
        assert_eq!(Blob::memory().key_of("anything", "in/a.jpg").unwrap(), "in/a.jpg");
    }

    #[test]
    fn an_event_of_another_store_or_prefix_is_refused_with_the_binding() {
        let part = open("s3://photos/in?region=eu-west-1");
        let azure = open("azblob://acct/photos");
        for (blob, store, key, binding) in [
            (&part, "other", "in/a.jpg", "s3://photos/in/"),
            (&part, "photos", "a.jpg", "s3://photos/in/"),
            (&part, "photos", "inside.jpg", "s3://photos/in/"),
            (&part, "photos", "in/", "s3://photos/in/"),
            (&azure, "other", "in/a.jpg", "azblob://acct/photos"),
        ] {
            let error = blob.key_of(store, key).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{store} {key}");
            let text = error.to_string();
            assert!(text.contains(binding) && text.contains(store) && text.contains(key), "{text}");
        }
    }

    #[tokio::test]
    async fn an_event_s_key_reads_the_very_blob_that_the_event_is_about() {
        let fake = Fake::start().await;
        let date = ("last-modified", "Wed, 01 May 2024 10:00:00 GMT");
        fake.answer(200, &[("etag", "\"e\""), date], "x");
        let photos = open(&format!("s3://photos/in?region=eu-west-1&endpoint={}", fake.endpoint));
        photos.get(&photos.key_of("photos", "in/a b.jpg").unwrap()).await.unwrap();
        assert_eq!(fake.asked()[0].uri().path(), "/photos/in/a%20b.jpg");
    }
}
