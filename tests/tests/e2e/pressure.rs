//! Many calls at once in one process, started and called as the Functions host does.
//!
//! Deals with: answering while handlers are slow, memory while pictures are large. Does not deal with:
//! how fast anything is.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpeg_encoder::{ColorType, Encoder};
use serde_json::json;
use tokio::task::JoinSet;

use crate::machine::{binary, troubled};
use crate::process::Handler;
use crate::stage::{Cloud, Stage, http, photo};

#[tokio::test]
async fn the_host_is_answered_at_once_while_64_slow_calls_wait_for_their_turn() {
    let handler = Handler::start(&troubled(), &[]).await;
    let client = http();
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let call = client.get(format!("{}/api/slow", handler.url)).send();
        calls.spawn(async { call.await.unwrap().status().as_u16() });
    }
    // Each keeps its thread for 150 ms, and no more run at once than there are cores.
    let (mut done, mut waits) = (0, Vec::new());
    while done < 64 {
        let begun = Instant::now();
        let ready = client.get(&handler.url).send().await.unwrap();
        waits.push(begun.elapsed());
        assert_eq!(ready.status(), 200);
        while let Some(call) = calls.try_join_next() {
            assert_eq!(call.unwrap(), 200);
            done += 1;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    waits.sort_unstable();
    let (most, longest) = (waits[waits.len() * 9 / 10], waits[waits.len() - 1]);
    assert!(waits.len() >= 10, "asked {} times only", waits.len());
    // A machine that is busy with something else may take its time once. It is far from the seconds that
    // all of the calls take.
    let bounds = [Duration::from_millis(100), Duration::from_secs(1)];
    assert!(most < bounds[0] && longest < bounds[1], "{most:?}, the longest {longest:?}");
}

/// A progressive JPEG of 12 megapixels: it cannot be decoded at a fraction of its size, so that all of
/// its coefficients are in memory at once.
fn large() -> Vec<u8> {
    let (width, height) = (4000u16, 3000u16);
    let pixel = |at: usize| {
        let (x, y) = (at % usize::from(width), at / usize::from(width));
        [x >> 4, y >> 4, (x ^ y) >> 3].map(|light| u8::try_from(light & 255).unwrap())
    };
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height)).flat_map(pixel).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 80);
    encoder.set_progressive(true);
    encoder.encode(&pixels, width, height, ColorType::Rgb).unwrap();
    bytes
}

/// The largest resident set of a process so far, in KiB.
fn peak_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

/// Tells the function `thumbnail` of the blob `key`, as the host does; the status of its answer.
async fn created(url: &str, key: &str) -> u16 {
    let event = json!({
        "eventType": "Microsoft.Storage.BlobCreated", "data": {},
        "subject": format!("/blobServices/default/containers/photos/blobs/{key}"),
    });
    let message = STANDARD.encode(event.to_string());
    let envelope = json!({"Data": {"message": message}, "Metadata": {"DequeueCount": "1"}});
    let request = http().post(format!("{url}/thumbnail")).body(envelope.to_string());
    let request = request.header("content-type", "application/json");
    let request = request.header("x-azure-functions-invocationid", key);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn memory_is_that_of_the_calls_that_run_when_24_large_pictures_come_at_once() {
    let stage = Stage::with(|options| options.apps.clear()).await;
    for store in ["photos", "thumbnails"] {
        stage.emulator.blobs().ensure_container(store).await.unwrap();
    }
    let photos = stage.store(Cloud::Azure, "photos");
    photos.put("small", std::fs::read(photo("retina.jpg")).unwrap()).await.unwrap();
    let large = large();
    for number in 0..24 {
        photos.put(&format!("large-{number}"), large.clone()).await.unwrap();
    }
    let azure = stage.emulator.ready().azure.clone();
    let blob = |name| format!("azblob://{}/{name}?endpoint={}", azure.account, azure.blob);
    let mut variables = vec![
        ("ANYFN_BLOB_PHOTOS".to_owned(), blob("photos")),
        ("ANYFN_BLOB_THUMBNAILS".to_owned(), blob("thumbnails")),
        ("AZURE_STORAGE_KEY".to_owned(), azure.key.to_owned()),
    ];
    // For whoever wants to see the test fail: ANYFN_MAX_IN_FLIGHT=24.
    variables.extend(std::env::vars().filter(|(name, _)| name == "ANYFN_MAX_IN_FLIGHT"));
    let mut handler = Handler::start(&binary("image-processing"), &variables).await;
    let pid = handler.process.child().id();
    assert_eq!(created(&handler.url, "small").await, 200);
    let idle = peak_kb(pid);
    assert_eq!(created(&handler.url, "large-0").await, 200);
    let one = peak_kb(pid) - idle;
    let mut calls = JoinSet::new();
    for number in 0..24 {
        let url = handler.url.clone();
        calls.spawn(async move { created(&url, &format!("large-{number}")).await });
    }
    assert_eq!(calls.join_all().await, [200; 24]);
    let all = peak_kb(pid) - idle;
    let made = stage.store(Cloud::Azure, "thumbnails").list("large-").await.unwrap();
    assert_eq!(made.len(), 24 * 3);
    let cores = u64::try_from(std::thread::available_parallelism().unwrap().get()).unwrap();
    // Twice as much, for what the allocator keeps between two pictures. With 24 in flight it is ten times
    // what it is with two.
    assert!(all <= one * cores * 2, "24 pictures took {all} KiB, one {one} KiB, {cores} cores");
    stage.stop().await;
}
