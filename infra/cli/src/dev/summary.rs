//! What `anyfn dev` says once all is up.
//!
//! Deals with: apps, functions, endpoints, and lines that a person can copy. Does not deal with:
//! programs, which read the ready file.

use std::fmt::Write;
use std::time::Duration;

use anyfn::manifest::TriggerSpec;
use anyfn_emulator::{FunctionStatus, Ready};

/// The text, without a line feed at its end.
pub(crate) fn of(ready: &Ready, functions: &[FunctionStatus], took: Duration) -> String {
    let mut text = format!("\nready in {} ms; Ctrl-C stops it\n", took.as_millis());
    let width = |of: fn(&FunctionStatus) -> usize| functions.iter().map(of).max().unwrap_or(0);
    let (app, name) = (width(|f| f.app.len()), width(|f| f.name.len()));
    let mut lines = vec![String::new(), "functions".to_owned()];
    for function in functions {
        let FunctionStatus { app: of, name: called, host, .. } = function;
        let what = trigger(&function.trigger);
        lines.push(format!("  {host:<6}  {of:<app$}  {called:<name$}  {what}"));
    }
    lines.push(String::new());
    lines.push("endpoints".to_owned());
    let (aws, azure) = (&ready.aws, &ready.azure);
    for (what, url) in [
        ("control", &ready.console),
        ("S3", &aws.s3),
        ("SQS", &aws.sqs),
        ("Lambda", &aws.lambda),
        ("Azure Blob", &azure.blob),
        ("Azure Queue", &azure.queue),
    ] {
        lines.push(format!("  {what:<11}  {url}"));
    }
    lines.push(String::new());
    lines.push("try, in another terminal".to_owned());
    let tries = tries(ready, functions);
    lines.extend(tries.iter().map(|line| format!("  {line}")));
    lines.push(String::new());
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text.trim_end_matches('\n').to_owned() + "\n"
}

fn trigger(trigger: &TriggerSpec) -> String {
    match trigger {
        TriggerSpec::Http { methods, path, public } => {
            let methods = if methods.is_empty() { "ANY".to_owned() } else { methods.join(",") };
            let who = if *public { "" } else { ", callers authenticate" };
            format!("http      {methods} {path}{who}")
        }
        TriggerSpec::Schedule { cron } => format!("schedule  {cron} (UTC)"),
        TriggerSpec::Queue { queue, fifo, batch } => {
            let what = if *batch { "batches" } else { "messages" };
            format!("queue     {what} of {queue}{}", if *fifo { ", in order" } else { "" })
        }
        TriggerSpec::Blob { store, change, prefix, suffix } => {
            let pattern = match (prefix.as_str(), suffix.as_str()) {
                ("", "") => String::new(),
                (prefix, suffix) => format!(" at {prefix}*{suffix}"),
            };
            format!("blob      {change} in {store}{pattern}")
        }
    }
}

/// Commands ready to copy: one for each kind of trigger and host that there is.
fn tries(ready: &Ready, functions: &[FunctionStatus]) -> Vec<String> {
    let (aws, azure) = (&ready.aws, &ready.azure);
    let mut lines = Vec::new();
    if functions.iter().any(|f| f.host == "lambda") {
        lines.push(format!(
            "export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={} AWS_DEFAULT_REGION={}",
            aws.access_key_id, aws.secret_access_key, aws.region
        ));
    }
    if functions.iter().any(|f| f.host == "azure") {
        let connection = &azure.connection_string;
        lines.push(format!("export AZURE_STORAGE_CONNECTION_STRING='{connection}'"));
    }
    let mut seen = Vec::new();
    for function in functions {
        let kind = std::mem::discriminant(&function.trigger);
        if seen.contains(&(function.host, kind)) {
            continue;
        }
        seen.push((function.host, kind));
        lines.push(one(ready, function));
    }
    if let Some(first) = functions.first() {
        lines.push(format!("anyfn invoke {} --event event.json", first.name));
    }
    lines
}

fn one(ready: &Ready, function: &FunctionStatus) -> String {
    let (s3, sqs, lambda) = (&ready.aws.s3, &ready.aws.sqs, &ready.aws.lambda);
    let name = &function.name;
    match (&function.trigger, function.host) {
        (TriggerSpec::Http { methods, path, public }, host) => {
            let method = methods.first().map_or("GET", String::as_str);
            let signed = match (public, host, &function.key) {
                (true, ..) => String::new(),
                (false, "lambda", _) => {
                    " --aws-sigv4 aws:amz:us-east-1:lambda --user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\"".to_owned()
                }
                (false, _, key) => {
                    format!(" -H 'x-functions-key: {}'", key.as_deref().unwrap_or_default())
                }
            };
            let url = function.url.as_deref().unwrap_or_default().trim_end_matches('/');
            // A parameter of the path is stood for by its own name.
            let path = path.replace(['{', '}', '*'], "");
            format!("curl -i -X {method}{signed} '{url}{path}'")
        }
        (TriggerSpec::Blob { store, prefix, suffix, .. }, "lambda") => {
            let file = if suffix.is_empty() { ".jpg" } else { suffix };
            format!("aws --endpoint-url {s3} s3 cp photo{file} s3://{store}/{prefix}photo{file}")
        }
        (TriggerSpec::Blob { store, prefix, suffix, .. }, _) => {
            let file = if suffix.is_empty() { ".jpg" } else { suffix };
            format!("az storage blob upload -c {store} -n {prefix}photo{file} -f photo{file}")
        }
        (TriggerSpec::Queue { queue, fifo, .. }, "lambda") => {
            let (suffix, group) = if *fifo { (".fifo", " --message-group-id 1") } else { ("", "") };
            format!(
                "aws --endpoint-url {sqs} sqs send-message --queue-url {sqs}/000000000000/{queue}{suffix}{group} --message-body '{{}}'"
            )
        }
        (TriggerSpec::Queue { queue, .. }, _) => {
            format!("az storage message put -q {queue} --content \"$(printf '{{}}' | base64)\"")
        }
        (TriggerSpec::Schedule { .. }, "lambda") => {
            format!("aws --endpoint-url {lambda} lambda invoke --function-name {name} /dev/stdout")
        }
        (TriggerSpec::Schedule { .. }, _) => {
            let admin = function.admin.as_deref().unwrap_or_default();
            format!(
                "curl -i -X POST -H 'content-type: application/json' -d '{{}}' {admin}/admin/functions/{name}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_told_in_words() {
        let blob =
            r#"{"type":"blob","store":"photos","change":"created","prefix":"in/","suffix":".jpg"}"#;
        let http =
            r#"{"type":"http","methods":["POST"],"path":"/hooks/{provider}","public":false}"#;
        let told = |json: &str| trigger(&serde_json::from_str(json).unwrap());
        assert_eq!(told(blob), "blob      created in photos at in/*.jpg");
        assert_eq!(told(http), "http      POST /hooks/{provider}, callers authenticate");
    }
}
