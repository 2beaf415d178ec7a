//! Deals with: one new picture: fetch it, shrink it, store the thumbnails.
//! Does not deal with: how a picture is shrunk.

use crate::{
    Images,
    shrink::{Thumbnail, shrink},
};
use anyfn::{Context, Error, blob::BlobEvent};
use anyfn_services::{ErrorKind, blob::Content};

/// Longest key of a picture in bytes: a store's limit of 1024, less `/1024.webp`.
const MAX_KEY: usize = 1024 - "/1024.webp".len();

/// Stores the thumbnails of `photo` under `{key}/{width}.jpg` and `{key}/{width}.webp`. The same event again writes the same
/// bytes again, so that a repeat does no harm.
///
/// A picture that was deleted before its event came needs no thumbnails: that is a success, and logged.
///
/// # Errors
/// Rejects what is no picture, is damaged or too large (see [`PictureError`](crate::error::PictureError)), or
/// has a key too long to append to. Retries what a store reports, and an event of another store than
/// `ANYFN_BLOB_PHOTOS` binds: there its picture cannot be found, but it is there.
pub async fn run(photo: BlobEvent, cx: Context<Images>) -> Result<(), Error> {
    let key = cx
        .photos
        .key_of(&photo.store, &photo.key)
        .map_err(|error| Error::config(format!("ANYFN_BLOB_PHOTOS: {error}")))?;
    if key.len() > MAX_KEY {
        let length = key.len();
        return Err(Error::reject(format!(
            "the key has {length} bytes, at most {MAX_KEY} leave room for the thumbnails' names"
        )));
    }
    let max_bytes = cx.max_bytes;
    let too_many = || {
        Error::reject(format!("the file has more bytes than the {max_bytes} of IMAGE_MAX_BYTES"))
    };
    if photo.size.is_some_and(|size| size > max_bytes) {
        return Err(too_many());
    }
    // The event may not say how large the file is, and it may have grown since.
    let bytes = match cx.photos.get_within(&key, max_bytes).await {
        Ok(object) => object.bytes,
        Err(error) if error.kind() == ErrorKind::TooLarge => return Err(too_many()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            tracing::warn!(key, "deleted before its thumbnails were made");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };

    let (max_pixels, formats) = (cx.max_pixels, cx.formats.clone());
    let thumbnails = anyfn::blocking(move || shrink(bytes, max_pixels, &formats)).await;
    for Thumbnail { width, height, format, file } in thumbnails.map_err(Error::reject)? {
        let name = format!("{key}/{width}.{}", format.ending());
        let content = Content::new(file).content_type(format.content_type());
        cx.thumbnails.put(&name, content).await?;
        tracing::info!(key = name, width, height, "stored");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app, decode::samples, formats::Formats};
    use anyfn::{Event, Kind, manifest::Change};
    use anyfn_services::Blob;

    fn images() -> Images {
        let (photos, thumbnails) = (Blob::memory(), Blob::memory());
        let formats = Formats::default();
        Images { photos, thumbnails, max_bytes: 100_000_000, max_pixels: 100_000_000, formats }
    }

    fn created(key: &str) -> BlobEvent {
        let (store, key) = ("photos".to_owned(), key.to_owned());
        BlobEvent { store, key, size: None, etag: None, change: Change::Created }
    }

    async fn stored(images: &Images) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for entry in images.thumbnails.list("").await.unwrap() {
            let thumbnail = images.thumbnails.get(&entry.key).await.unwrap();
            found.push((entry.key, thumbnail.content_type.unwrap_or_default()));
        }
        found
    }

    #[tokio::test]
    async fn a_new_photograph_gets_its_thumbnails_beside_each_other() {
        let images = images();
        images.photos.put("in/eye.jpg", samples::photo("retina.jpg")).await.unwrap();
        let app = app().with_state(images.clone());
        app.invoke("thumbnail", Event::Blob(created("in/eye.jpg"))).await.unwrap();
        let jpeg = "image/jpeg".to_owned();
        assert_eq!(
            stored(&images).await,
            [
                ("in/eye.jpg/1024.jpg".to_owned(), jpeg.clone()),
                ("in/eye.jpg/128.jpg".to_owned(), jpeg.clone()),
                ("in/eye.jpg/512.jpg".to_owned(), jpeg),
            ]
        );
    }

    #[tokio::test]
    async fn both_formats_lie_beside_each_other_under_the_same_widths() {
        let images = Images { formats: "jpeg,webp".parse().unwrap(), ..images() };
        images.photos.put("cup.png", samples::photo("coffee-alpha.png")).await.unwrap();
        run(created("cup.png"), Context::test(images.clone())).await.unwrap();
        let pair = |name: &str, kind: &str| (format!("cup.png/{name}"), format!("image/{kind}"));
        assert_eq!(
            stored(&images).await,
            [
                pair("128.jpg", "jpeg"),
                pair("128.webp", "webp"),
                pair("512.jpg", "jpeg"),
                pair("512.webp", "webp"),
            ]
        );
    }

    #[tokio::test]
    async fn the_same_event_twice_writes_the_same_bytes() {
        let images = images();
        images.photos.put("a", samples::photo("astronaut-rotated.jpg")).await.unwrap();
        run(created("a"), Context::test(images.clone())).await.unwrap();
        let first = images.thumbnails.get("a/128.jpg").await.unwrap().bytes;
        run(created("a"), Context::test(images.clone())).await.unwrap();
        assert_eq!(images.thumbnails.get("a/128.jpg").await.unwrap().bytes, first);
    }

    #[tokio::test]
    async fn what_is_no_picture_is_rejected_with_a_reason_and_nothing_is_stored() {
        let images = Images { max_pixels: 1_990_920, ..images() };
        let photo = samples::photo("retina.jpg");
        for (name, bytes, reason) in [
            ("empty", &b""[..], "the file is empty"),
            ("text", b"Dear sir", "no picture: the file starts with Dear sir"),
            (
                "cut",
                &samples::photo("rocket-progressive.jpg")[..9000],
                "corrupt JPEG: the file ends before the picture does",
            ),
            (
                "large",
                photo,
                "JPEG of 1411x1411 is 1990921 pixels, IMAGE_MAX_PIXELS allows 1990920",
            ),
        ] {
            images.photos.put(name, bytes).await.unwrap();
            let error = run(created(name), Context::test(images.clone())).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Reject, "{name}");
            assert!(error.to_string().starts_with(reason), "{name}: {error}");
        }
        assert!(stored(&images).await.is_empty());
    }

    #[tokio::test]
    async fn a_photograph_that_was_deleted_meanwhile_is_no_failure() {
        let images = images();
        run(created("gone.jpg"), Context::test(images.clone())).await.unwrap();
        assert!(stored(&images).await.is_empty());
    }

    #[tokio::test]
    async fn a_file_over_the_limit_is_rejected_whatever_its_event_says() {
        let photo = samples::photo("retina.jpg");
        let max_bytes = u64::try_from(photo.len()).unwrap();
        let images = Images { max_bytes, ..images() };
        images.photos.put("a", photo).await.unwrap();
        let of_size = |size| BlobEvent { size, ..created("a") };
        run(of_size(Some(max_bytes)), Context::test(images.clone())).await.unwrap();
        assert_eq!(stored(&images).await.len(), 3);

        let less = Images { max_bytes: max_bytes - 1, ..images.clone() };
        // By its event: there is not even such a file.
        let unread = BlobEvent { size: Some(max_bytes), ..created("none") };
        for event in [unread, of_size(None), of_size(Some(1))] {
            let error = run(event, Context::test(less.clone())).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Reject, "{error}");
            assert!(error.to_string().contains("IMAGE_MAX_BYTES"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_event_of_another_store_than_the_bound_one_is_not_taken_for_a_deletion() {
        let env = anyfn_services::Environment::of([
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
        ]);
        for (binding, store) in [
            ("s3://holiday-photos/in?region=eu-west-1", "holiday-photos"),
            ("s3://holiday-photos?region=eu-west-1", "photos"),
        ] {
            let photos = anyfn_services::blob::open_in(binding, &env).unwrap();
            let event = BlobEvent { store: store.to_owned(), ..created("out/a.jpg") };
            let error = run(event, Context::test(Images { photos, ..images() })).await;
            let error = error.unwrap_err();
            assert_eq!(error.kind(), Kind::Config, "{error}");
            let text = error.to_string();
            assert!(text.starts_with("ANYFN_BLOB_PHOTOS: "), "{text}");
            assert!(text.contains("s3://holiday-photos/"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_key_without_room_for_a_name_is_rejected() {
        let images = images();
        let longest = "k".repeat(MAX_KEY);
        images.photos.put(&longest, samples::photo("retina.jpg")).await.unwrap();
        run(created(&longest), Context::test(images.clone())).await.unwrap();
        assert_eq!(stored(&images).await.len(), 3);
        let error = run(created(&"k".repeat(MAX_KEY + 1)), Context::test(images)).await;
        assert_eq!(error.unwrap_err().kind(), Kind::Reject);
    }

    #[test]
    fn the_manifest_lists_what_the_app_does() {
        let manifest = app().manifest().unwrap();
        assert_eq!(manifest.app, "image-processing");
        assert_eq!(manifest.functions.len(), 1);
        let settings: Vec<_> =
            manifest.config.iter().map(|s| (&*s.name, s.default.as_deref())).collect();
        let most = Some("100000000");
        assert_eq!(
            settings,
            [
                ("IMAGE_FORMATS", Some("jpeg")),
                ("IMAGE_MAX_BYTES", most),
                ("IMAGE_MAX_PIXELS", most)
            ]
        );
    }
}
