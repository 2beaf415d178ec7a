//! Changes on their way from a blob store to the queues of functions.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::Value;

use super::*;
use crate::blobs::{Conditions, Properties, Write};
use crate::queues::QueueSpec;

struct Stand {
    deps: Deps,
    routes: Arc<Vec<Route>>,
    _folder: tempfile::TempDir,
}

async fn stand(routes: Vec<Route>) -> Stand {
    let folder = tempfile::tempdir().unwrap();
    let schema = [blobs::SCHEMA, crate::queues::SCHEMA].concat();
    let store = Store::open(folder.path(), &schema).unwrap();
    let clock = Clock::virtual_at(SystemTime::UNIX_EPOCH);
    let blobs = Blobs::new(store.clone(), clock.clone());
    let queues = Queues::new(store.clone(), clock.clone());
    blobs.create_container("photos", BTreeMap::new()).await.unwrap();
    for route in &routes {
        for cloud in Cloud::ALL {
            let name = format!("{}-events", route.function);
            queues.create(cloud, &name, QueueSpec::new(cloud)).await.unwrap();
        }
    }
    Stand { deps: Deps { store, blobs, queues, clock }, routes: Arc::new(routes), _folder: folder }
}

fn to(function: &str, change: ChangeKind, prefix: &str, suffix: &str) -> Route {
    Route {
        function: function.to_owned(),
        store: "photos".to_owned(),
        change,
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
    }
}

fn write(cloud: Cloud, key: &str, operation: &'static str) -> Write {
    let (store, key) = ("photos".to_owned(), key.to_owned());
    Write { cloud, store, key, operation, conditions: Conditions::default() }
}

impl Stand {
    async fn put(&self, cloud: Cloud, key: &str) {
        let body = bytes::Bytes::from_static(b"abc");
        self.deps.blobs.put(write(cloud, key, "Put"), body, Properties::default()).await.unwrap();
    }

    async fn arrived(&self, cloud: Cloud, function: &str) -> Vec<String> {
        let queue = format!("{function}-events");
        let messages = self.deps.queues.receive(cloud, &queue, 10, None).await.unwrap();
        messages.into_iter().map(|message| message.body).collect()
    }
}

#[tokio::test]
async fn a_change_goes_to_the_host_of_the_cloud_that_made_it_once() {
    let stand = stand(vec![to("thumbs", ChangeKind::Created, "", "")]).await;
    stand.put(Cloud::Aws, "a b.jpg").await;
    stand.put(Cloud::Azure, "c.jpg").await;
    assert!(!drain(&stand.deps, &stand.routes, Hosts::BOTH).await.unwrap());
    assert!(!drain(&stand.deps, &stand.routes, Hosts::BOTH).await.unwrap());
    let aws = stand.arrived(Cloud::Aws, "thumbs").await;
    let event: Value = serde_json::from_str(&aws[0]).unwrap();
    let s3 = &event["Records"][0]["s3"];
    assert_eq!(
        (aws.len(), &s3["object"]["key"], &s3["object"]["size"]),
        (1, &"a+b.jpg".into(), &3.into())
    );
    let azure = stand.arrived(Cloud::Azure, "thumbs").await;
    let grid: Value = serde_json::from_slice(&STANDARD.decode(&azure[0]).unwrap()).unwrap();
    assert_eq!((azure.len(), &grid["data"]["contentLength"]), (1, &3.into()));
    assert!(grid["data"]["url"].as_str().unwrap().ends_with("/photos/c.jpg"));
}

#[tokio::test]
async fn a_blob_written_again_is_a_change_of_its_own_and_each_comes_once() {
    let stand = stand(vec![to("thumbs", ChangeKind::Created, "", "")]).await;
    for cloud in Cloud::ALL {
        stand.put(cloud, "a").await;
        stand.put(cloud, "a").await;
        drain(&stand.deps, &stand.routes, Hosts::BOTH).await.unwrap();
        assert_eq!(stand.arrived(cloud, "thumbs").await.len(), 2);
        drain(&stand.deps, &stand.routes, Hosts::BOTH).await.unwrap();
        assert_eq!(stand.arrived(cloud, "thumbs").await.len(), 0);
    }
}

#[tokio::test]
async fn where_one_host_is_off_the_other_gets_its_changes() {
    let stand = stand(vec![to("thumbs", ChangeKind::Created, "", "")]).await;
    stand.put(Cloud::Aws, "a").await;
    drain(&stand.deps, &stand.routes, Hosts { lambda: false, azure: true }).await.unwrap();
    assert_eq!(stand.arrived(Cloud::Azure, "thumbs").await.len(), 1);
    assert_eq!(stand.arrived(Cloud::Aws, "thumbs").await.len(), 0);
}

#[tokio::test]
async fn filters_and_kinds_choose_and_a_deletion_has_no_size() {
    let stand = stand(vec![
        to("jpegs", ChangeKind::Created, "in/", ".jpg"),
        to("gone", ChangeKind::Deleted, "", ""),
    ])
    .await;
    for key in ["in/a.jpg", "in/a.png", "out/a.jpg"] {
        stand.put(Cloud::Aws, key).await;
    }
    stand.deps.blobs.delete(write(Cloud::Aws, "in/a.png", "Delete")).await.unwrap();
    drain(&stand.deps, &stand.routes, Hosts::BOTH).await.unwrap();
    assert_eq!(stand.arrived(Cloud::Aws, "jpegs").await.len(), 1);
    let gone = stand.arrived(Cloud::Aws, "gone").await;
    let event: Value = serde_json::from_str(&gone[0]).unwrap();
    let record = &event["Records"][0];
    assert_eq!(record["eventName"], "ObjectRemoved:Delete");
    assert!(
        record["s3"]["object"].get("size").is_none()
            && record["s3"]["object"].get("eTag").is_none()
    );
}

#[tokio::test]
async fn a_function_whose_queue_is_gone_does_not_hold_up_the_others() {
    let all = |function| to(function, ChangeKind::Created, "", "");
    let stand = stand(vec![all("gone"), all("thumbs")]).await;
    stand.deps.queues.remove(Cloud::Aws, "gone-events").await.unwrap();
    stand.put(Cloud::Aws, "a").await;
    assert!(!drain(&stand.deps, &stand.routes, Hosts::BOTH).await.unwrap());
    assert_eq!(stand.arrived(Cloud::Aws, "thumbs").await.len(), 1);
}
