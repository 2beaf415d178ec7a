//! Requests that are refused: too large, or for a function that is not there.
//!
//! Deals with: the webhook's own limit, the providers' limits and error shapes. Does not deal with: the
//! provider's other refusals, tested beside the emulator's code.

use std::process::Command;

use crate::machine::peer;
use crate::stage::{Cloud, Stage, http};

#[tokio::test]
async fn a_webhook_of_over_a_mebibyte_is_refused_and_one_of_a_mebibyte_is_read() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let url = stage.function(cloud, "receive").url.unwrap();
        let post = async |size: usize| {
            let request = http().post(format!("{url}/hooks/github")).body(vec![b'x'; size]);
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let (status, text) = post((1 << 20) + 1).await;
        assert_eq!(status, 413, "{text}");
        assert!(text.contains("the payload is over 1 MiB"), "{text}");
        // Read, and refused for its missing signature.
        assert_eq!(post(1 << 20).await.0, 401);
    }
    let url = stage.function(Cloud::Aws, "receive").url.unwrap();
    let request = http().post(format!("{url}/hooks/github")).body(vec![b'x'; 7 << 20]);
    assert_eq!(request.send().await.unwrap().status(), 413, "Lambda takes 6 MB");
    stage.stop().await;
}

#[tokio::test]
async fn an_unknown_function_and_too_large_a_payload_are_refused_as_the_provider_does() {
    let stage = Stage::start().await;
    let ready = stage.emulator.ready().clone();
    // The front door, as the provider's own client understands it.
    let script = "import boto3, os\n\
        from botocore.config import Config\n\
        from botocore.exceptions import ClientError\n\
        once = Config(retries={'max_attempts': 0})\n\
        client = boto3.client('lambda', endpoint_url=os.environ['AT'], config=once)\n\
        for name, payload in [('nobody', b'{}'), ('archive', b'\"' + b'x' * 6300000 + b'\"')]:\n\
        \x20   try:\n\
        \x20       client.invoke(FunctionName=name, Payload=payload)\n\
        \x20   except ClientError as error:\n\
        \x20       status = error.response['ResponseMetadata']['HTTPStatusCode']\n\
        \x20       print(status, error.response['Error']['Code'], error.response['Error']['Message'])\n";
    let mut command = Command::new(peer("python"));
    command.args(["-c", script]).env("AT", ready.aws.lambda).env("NO_PROXY", "*");
    command.env("AWS_ACCESS_KEY_ID", ready.aws.access_key_id);
    command.env("AWS_SECRET_ACCESS_KEY", ready.aws.secret_access_key);
    command.env("AWS_DEFAULT_REGION", ready.aws.region);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines[0].starts_with(
            "404 ResourceNotFoundException Function not found: arn:aws:lambda:us-east-1:"
        ),
        "{said}"
    );
    assert!(
        lines[1].starts_with("413 RequestTooLargeException Request must be smaller than"),
        "{said}"
    );

    let admin = stage.function(Cloud::Azure, "archive").admin.unwrap();
    let request = http().post(format!("{admin}/admin/functions/nobody"));
    let request = request.header("content-type", "application/json").body("{}");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.bytes().await.unwrap().is_empty(), "Azure says nothing more");
    stage.stop().await;
}
