//! A program under test as a child process.
//!
//! Deals with: the variables that each host sets, and the end of the process.
//! Does not deal with: talking to it.

use std::io;
use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

/// What the functions of this repository want to be bound to.
const BINDINGS: [(&str, &str); 15] = [
    ("ANYFN_DEAD_LETTER_WORK", "sqs://us-east-1/000000000000/work-dead-letter"),
    ("ANYFN_DEAD_LETTER_THUMBNAIL", "sqs://us-east-1/000000000000/thumbnail-dead-letter"),
    ("ANYFN_DEAD_LETTER_ARCHIVE", "sqs://us-east-1/000000000000/archive-dead-letter"),
    ("ANYFN_DEAD_LETTER_CONTINUE", "sqs://us-east-1/000000000000/continue-dead-letter"),
    ("ANYFN_BLOB_PHOTOS", "s3://photos?region=us-east-1&endpoint=http://127.0.0.1:9"),
    ("ANYFN_BLOB_THUMBNAILS", "s3://thumbnails?region=us-east-1&endpoint=http://127.0.0.1:9"),
    ("ANYFN_BLOB_DELIVERIES", "s3://deliveries?region=us-east-1&endpoint=http://127.0.0.1:9"),
    ("ANYFN_BLOB_ARCHIVE", "s3://archive?region=us-east-1&endpoint=http://127.0.0.1:9"),
    ("ANYFN_BLOB_REPORTS", "s3://reports?region=us-east-1&endpoint=http://127.0.0.1:9"),
    ("ANYFN_QUEUE_CLEANUPS", "sqs://us-east-1/000000000000/c?endpoint=http://127.0.0.1:9"),
    ("CLEANUP_RULES", r#"[{"store": "photos", "prefix": "tmp/", "older_than": "30d"}]"#),
    ("ANYFN_QUEUE_DELIVERIES", "sqs://us-east-1/000000000000/d?endpoint=http://127.0.0.1:9"),
    ("WEBHOOK_SECRET_GITHUB", "it's a secret to everybody"),
    ("AWS_ACCESS_KEY_ID", "bench"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
];

/// Starts `program` as Lambda would, against the Runtime API at `api`.
pub(crate) fn on_lambda(
    mut program: Command,
    function: &str,
    api: &str,
    stderr: Stdio,
) -> io::Result<Child> {
    program.envs([
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("_HANDLER", function),
    ]);
    spawn(program, stderr)
}

/// Starts `program` as the Functions host would, to listen on `port`.
pub(crate) fn on_azure(mut program: Command, port: u16, stderr: Stdio) -> io::Result<Child> {
    program.env("FUNCTIONS_CUSTOMHANDLER_PORT", port.to_string());
    spawn(program, stderr)
}

/// The program `name` in `folder`, in an environment of its own.
pub(crate) fn program(folder: &Path, name: &str) -> Command {
    let mut program = Command::new(folder.join(name));
    program.env_clear().envs(BINDINGS);
    program
}

fn spawn(mut program: Command, stderr: Stdio) -> io::Result<Child> {
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
    program.kill_on_drop(true).spawn()
}
