//! The environment of a runtime.
//!
//! Deals with: the variables that Lambda sets, and which of them an app may not change.
//! Does not deal with: bindings and settings of the app; they come with the function.

use super::spec::{FunctionSpec, Runtime};
use crate::aws::REGION;

/// What a foreign runtime expects of any machine; the app's own values win.
const DEFAULTS: [(&str, &str); 3] =
    [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "en_US.UTF-8"), ("TZ", ":UTC")];

/// All variables of a runtime that finds its API at `address` (`host:port`).
pub(super) fn variables(spec: &FunctionSpec, address: &str, stream: &str) -> Vec<(String, String)> {
    let root = match &spec.runtime {
        Runtime::Process { cwd: Some(cwd), .. } => cwd.display().to_string(),
        Runtime::Process { program, .. } => {
            program.parent().map(|folder| folder.display().to_string()).unwrap_or_default()
        }
        Runtime::Task(_) => "/var/task".to_owned(),
    };
    let memory = spec.memory_mb.to_string();
    let group = format!("/aws/lambda/{}", spec.name);
    let mut reserved = vec![
        ("AWS_LAMBDA_RUNTIME_API", address),
        ("_HANDLER", &spec.handler),
        ("LAMBDA_TASK_ROOT", &root),
        ("LAMBDA_RUNTIME_DIR", &root),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
        ("AWS_LAMBDA_LOG_FORMAT", "Text"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    if let Some((id, secret)) = &spec.credentials {
        reserved.extend([("AWS_ACCESS_KEY_ID", id.as_str()), ("AWS_SECRET_ACCESS_KEY", secret)]);
    }
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut all: Vec<(String, String)> = DEFAULTS.iter().map(own).collect();
    all.extend(spec.env.iter().cloned());
    all.extend(reserved.iter().map(own));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(all: &[(String, String)], name: &str) -> Option<String> {
        all.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn reserved_names_win_over_the_apps_and_the_apps_over_the_defaults() {
        let runtime = Runtime::Process { program: "/bin/app".into(), args: Vec::new(), cwd: None };
        let mut spec = FunctionSpec::new("webhook", "archive", runtime);
        spec.env = [("AWS_REGION", "mars"), ("TZ", "UTC"), ("ANYFN_HOST", "lambda")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        let all = variables(&spec, "127.0.0.1:9001", "stream");
        assert_eq!(value(&all, "AWS_REGION").as_deref(), Some(REGION));
        assert_eq!(value(&all, "TZ").as_deref(), Some("UTC"));
        assert_eq!(value(&all, "ANYFN_HOST").as_deref(), Some("lambda"));
        assert_eq!(value(&all, "_HANDLER").as_deref(), Some("archive"));
        assert_eq!(value(&all, "LAMBDA_TASK_ROOT").as_deref(), Some("/bin"));
        assert_eq!(value(&all, "AWS_ACCESS_KEY_ID"), None);
        assert_eq!(value(&all, "HOME"), None);
    }
}
