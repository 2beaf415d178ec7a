//! Deals with: what the workflow says. Does not deal with: whether GitHub runs it.

use std::fs;

use super::workflow::{Wanted, text};
use super::write;

/// The file that the documentation shows, as the three functions' repository would have it.
const SHOWN: &str = include_str!("../../../../docs/github-workflow.yml");

fn wanted<'a>(apps: &'a [String], aws: Option<&'a str>, azure: Option<&'a str>) -> Wanted<'a> {
    Wanted {
        apps,
        aws,
        azure,
        test: "cargo test --workspace --locked",
        install: "cargo install --locked anyfn-cli@0.1.0",
    }
}

fn apps() -> Vec<String> {
    ["cron-cleanup", "image-processing", "webhook"].map(str::to_owned).to_vec()
}

#[test]
fn the_workflow_in_the_documentation_is_the_one_that_is_written() {
    let apps = apps();
    let text = text(&wanted(&apps, Some("deploy/aws"), Some("deploy/azure")));
    assert!(text == SHOWN, "anyfn ci github --out docs/github-workflow.yml --force");
}

#[test]
fn nothing_is_left_to_fill_in_and_each_cloud_can_be_left_out() {
    let apps = apps();
    for (aws, azure) in [(Some("a"), Some("b")), (Some("a"), None), (None, Some("b"))] {
        let text = text(&wanted(&apps, aws, azure));
        for line in text.lines() {
            let mark = line.split('@').nth(1).is_some_and(|part| {
                !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase())
            });
            assert!(!mark, "{line}");
        }
        assert_eq!(text.contains("AWS_REGION"), aws.is_some());
        assert_eq!(text.contains("aws-rollback:"), aws.is_some());
        assert_eq!(text.contains("ARM_CLIENT_ID"), azure.is_some());
        assert_eq!(text.contains("azure-rollback:"), azure.is_some());
        assert_eq!(text.contains("inputs.cloud"), aws.is_some() && azure.is_some());
    }
}

#[test]
fn no_secret_is_read_and_every_action_is_pinned_by_commit() {
    assert!(!SHOWN.contains("secrets."), "only OpenID Connect");
    assert!(SHOWN.contains("role-to-assume:") && SHOWN.contains("ARM_USE_OIDC"));
    let uses: Vec<&str> = SHOWN
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "))
        .collect();
    assert!(uses.len() > 6, "{uses:?}");
    for action in uses {
        let commit = action.split_once('@').unwrap().1.split(' ').next().unwrap();
        assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{action}");
        assert!(action.contains(" # v"), "{action} does not say its version");
    }
    // What a person types reaches a shell by its environment only.
    for line in SHOWN.lines().filter(|line| line.contains("${{ inputs.")) {
        let name = line.trim().split(':').next().unwrap();
        assert!(["FUNCTION", "VERSION", "ref"].contains(&name), "{line}");
    }
}

#[test]
fn a_file_that_is_there_is_left_alone_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".github/workflows/anyfn.yml");
    write(&path, "a", false).unwrap();
    let fault = write(&path, "b", false).unwrap_err().to_string();
    assert!(fault.contains("--force"), "{fault}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "a");
    write(&path, "b", true).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "b");
}
