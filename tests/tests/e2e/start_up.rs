//! Processes that cannot start: what they say, and to whom.
//!
//! Deals with: wrong and missing variables on every host, two emulators on one folder, wrong manifests.
//! Does not deal with: errors that show only once an event is there (`bad_input.rs`).

use std::path::Path;
use std::process::{Command, Output};

use anyfn_emulator::{AppSource, Emulator, Options};

use crate::machine::{binary, troubled};
use crate::process::{self, free_port};
use crate::stage::Stage;

/// Runs `program` with nothing but `variables` to its end.
async fn ended(program: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program);
    command.env_clear().envs(variables.iter().copied());
    process::ended(command).await
}

/// What makes a process a Lambda environment's.
const LAMBDA: [(&str, &str); 5] = [
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"),
    ("AWS_LAMBDA_FUNCTION_NAME", "thumbnail"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("_HANDLER", "thumbnail"),
];
/// What makes it a Functions host's: a port that is free.
const PORT: &str = "FUNCTIONS_CUSTOMHANDLER_PORT";
/// What image-processing needs, on either host.
const BOUND: [(&str, &str); 6] = [
    ("ANYFN_BLOB_PHOTOS", "memory://photos"),
    ("ANYFN_BLOB_THUMBNAILS", "memory://thumbnails"),
    ("ANYFN_DEAD_LETTER_THUMBNAIL", "sqs://us-east-1/000000000000/thumbnail-dead-letter"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("AZURE_STORAGE_KEY", "a2V5"),
];

/// `variables` with some changed; an empty one counts as missing.
fn with<'a>(
    variables: &[&[(&'a str, &'a str)]],
    changed: (&'a str, &'a str),
) -> Vec<(&'a str, &'a str)> {
    let all = variables.iter().flat_map(|part| part.iter().copied());
    all.filter(|(name, _)| *name != changed.0).chain([changed]).collect()
}

/// Starts image-processing, which must fail and say all of `said`.
async fn refused(variables: &[(&str, &str)], said: &[&str]) {
    refused_by(&binary("image-processing"), variables, said).await;
}

async fn refused_by(program: &Path, variables: &[(&str, &str)], said: &[&str]) {
    let output = ended(program, variables).await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{variables:?}: {text}");
    // One line of JSON, as the log of a platform wants it.
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["level"], "ERROR", "{text}");
    let message = last["message"].as_str().unwrap();
    for said in said {
        assert!(message.contains(said), "{variables:?}: {said}: {message}");
    }
}

#[tokio::test]
async fn a_missing_or_malformed_variable_is_named_with_a_right_one_on_either_host() {
    let port = free_port().to_string();
    for host in [&LAMBDA[..], &[(PORT, &*port)]] {
        let start = |changed| with(&[host, &BOUND], changed);
        let right =
            "ANYFN_BLOB_PHOTOS=s3://my-photos?region=eu-central-1 or azblob://myaccount/photos";
        refused(&start(("ANYFN_BLOB_PHOTOS", "")), &["ANYFN_BLOB_PHOTOS is not set", right]).await;
        refused(&start(("ANYFN_BLOB_PHOTOS", "photos")), &["ANYFN_BLOB_PHOTOS is `photos`", right])
            .await;
        let odd = start(("ANYFN_BLOB_PHOTOS", "gs://photos"));
        refused(&odd, &["ANYFN_BLOB_PHOTOS", "`gs://`", "s3://my-photos", "azblob://"]).await;
        let queue = start(("ANYFN_BLOB_PHOTOS", "azqueue://acct/photos"));
        refused(&queue, &["ANYFN_BLOB_PHOTOS", "`azqueue://`", right]).await;
        let both = ["ANYFN_BLOB_PHOTOS is not set", "ANYFN_BLOB_THUMBNAILS is not set"];
        refused(host, &both).await;
        for pixels in ["100 million", "-1", "1e6"] {
            let said = [&format!("`{pixels}`")[..], "IMAGE_MAX_PIXELS=100000000"];
            refused(&start(("IMAGE_MAX_PIXELS", pixels)), &said).await;
        }
        let said = ["ANYFN_MAX_IN_FLIGHT=`0`", "a right one: ANYFN_MAX_IN_FLIGHT=8"];
        refused(&start(("ANYFN_MAX_IN_FLIGHT", "0")), &said).await;
    }
    let said = [
        "ANYFN_DEAD_LETTER_THUMBNAIL is not set",
        "a right one: ANYFN_DEAD_LETTER_THUMBNAIL=sqs://",
    ];
    refused(&with(&[&LAMBDA, &BOUND], ("ANYFN_DEAD_LETTER_THUMBNAIL", "")), &said).await;
}

#[tokio::test]
async fn all_that_an_app_lacks_is_listed_at_once_with_right_ones_on_either_host() {
    let port = free_port().to_string();
    let trouble = ("TROUBLE", "wanting");
    let both = [
        "the app `idle` cannot start",
        "GREETING is required and not set; a right one: GREETING=value",
        "API_TOKEN is required and not set; a right one: API_TOKEN=value",
        "ANYFN_BLOB_PHOTOS is not set; a right one: ANYFN_BLOB_PHOTOS=s3://my-photos?region=",
    ];
    let letters = "ANYFN_DEAD_LETTER_SHIP is not set; a right one: ANYFN_DEAD_LETTER_SHIP=sqs://";
    let program = troubled();
    refused_by(&program, &with(&[&LAMBDA], trouble), &[&both[..], &[letters]].concat()).await;
    refused_by(&program, &with(&[&[(PORT, &*port)]], trouble), &both).await;
    // One alone is told alone.
    let bound = [("ANYFN_BLOB_PHOTOS", "memory://photos"), ("API_TOKEN", "t"), (PORT, &*port)];
    let output = ended(&program, &with(&[&bound], trouble)).await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(both[1]) && !text.contains("API_TOKEN"), "{text}");
}

#[tokio::test]
async fn a_bad_cron_and_two_functions_of_one_name_do_not_start_on_either_host() {
    let port = free_port().to_string();
    for host in [&LAMBDA[..], &[(PORT, &*port)]] {
        let cron = ["`61 3 * * *`", "minute", "a right one: `0 3 * * *`"];
        refused_by(&troubled(), &with(&[host], ("TROUBLE", "cron")), &cron).await;
        let twice = ["two functions are named `ship`"];
        refused_by(&troubled(), &with(&[host], ("TROUBLE", "twice")), &twice).await;
    }
}

#[tokio::test]
async fn a_host_that_is_wrong_or_not_clear_is_told() {
    let said = ["ANYFN_HOST=`gcp`", "ANYFN_HOST=lambda, azure or container"];
    refused(&with(&[&BOUND], ("ANYFN_HOST", "gcp")), &said).await;
    let both = [&LAMBDA[..], &[(PORT, "7071")], &BOUND].concat();
    let said =
        ["AWS_LAMBDA_RUNTIME_API", "FUNCTIONS_CUSTOMHANDLER_PORT", "set ANYFN_HOST=lambda or"];
    refused(&both, &said).await;
    let said =
        ["FUNCTIONS_CUSTOMHANDLER_PORT=`http`", "a right one: FUNCTIONS_CUSTOMHANDLER_PORT="];
    refused(&with(&[&BOUND], ("FUNCTIONS_CUSTOMHANDLER_PORT", "http")), &said).await;
    let port = with(&[&BOUND, &[("ANYFN_HOST", "container")]], ("PORT", "0"));
    refused(&port, &["PORT=`0`", "a right one: PORT=8080"]).await;
    let said = ["AWS_LAMBDA_FUNCTION_NAME is not set", "AWS_LAMBDA_FUNCTION_NAME=example"];
    refused(&with(&[&BOUND], ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")), &said).await;
}

#[tokio::test]
async fn a_secret_that_is_none_is_refused_without_being_told() {
    let port = free_port().to_string();
    let variables = [
        (PORT, &*port),
        ("ANYFN_BLOB_DELIVERIES", "memory://deliveries"),
        ("ANYFN_BLOB_ARCHIVE", "memory://archive"),
        ("ANYFN_QUEUE_DELIVERIES", "memory://deliveries"),
        ("WEBHOOK_SECRET_STANDARD", "whsec_#hush#"),
    ];
    let output = ended(&binary("webhook"), &variables).await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("WEBHOOK_SECRET_STANDARD") && text.contains("whsec_MfKQ9r8G"), "{text}");
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test]
async fn an_emulator_says_what_it_cannot_start_with() {
    let stage = Stage::start().await;
    let app = |name| AppSource { executable: binary(name), settings: Default::default() };
    let why = async |options| Emulator::start(options).await.err().unwrap().to_string();
    let taken = why(Options::new(stage.state(), vec![app("webhook")])).await;
    assert!(taken.contains("another emulator uses it"), "{taken}");
    let folder = tempfile::tempdir().unwrap();
    let twice = why(Options::new(folder.path(), vec![app("webhook"), app("webhook")])).await;
    assert!(twice.contains("two apps are called `webhook`"), "{twice}");
    let other = AppSource { executable: "/bin/false".into(), settings: Default::default() };
    let no_app = why(Options::new(folder.path(), vec![other])).await;
    assert!(no_app.contains("/bin/false") && no_app.contains("`manifest` failed"), "{no_app}");
    stage.stop().await;
}
