//! Stores over both emulated clouds.
//!
//! Deals with: the suite that every store must pass, a binding with a prefix. Does not deal with:
//! servers that others wrote (`peers.rs`), or events (`slice.rs`).

use anyfn_services::behaviour;

use crate::stage::{Cloud, Stage};

#[tokio::test]
async fn every_store_keeps_the_same_promises_on_both_clouds() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let store = stage.store(cloud, "archive");
        behaviour::blob(&store, store.capability()).await.unwrap_or_else(|broken| {
            panic!("{}: {broken}", cloud.host());
        });
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_store_with_a_prefix_neither_sees_nor_touches_what_is_outside() {
    let stage = Stage::start().await;
    let bucket = stage.store(Cloud::Aws, "archive");
    // Around the prefix on both sides, with all of its text but the slash, and of its name.
    let outside =
        ["app", "app/in", "app/in-a", "app/in.txt", "app/in0", "app/inside", "many/000", "z"];
    for key in outside {
        bucket.put(key, key).await.unwrap();
    }
    let before = bucket.list("").await.unwrap();
    let part = stage.store(Cloud::Aws, "archive/app/in");
    behaviour::blob(&part, part.capability()).await.unwrap();
    assert_eq!(bucket.list("").await.unwrap(), before, "nothing outside was touched");

    part.put("a b", "x").await.unwrap();
    let upload = part.upload("c").await.unwrap();
    upload.finish().await.unwrap();
    part.copy("a b", "d").await.unwrap();
    let inside = ["app/in/a b", "app/in/c", "app/in/d"];
    let found = bucket.list("app/in/").await.unwrap();
    assert_eq!(found.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), inside);
    let page = part.page("", 2, None).await.unwrap();
    let keys: Vec<_> = page.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["a b", "c"]);
    let rest = part.page("", 2, page.next.as_deref()).await.unwrap();
    assert_eq!((rest.entries[0].key.as_str(), rest.next), ("d", None));
    stage.stop().await;
}
