//! Invariants 1 and 5 as far as text can show them: the portable half of the runtime names no cloud,
//! and the environment is read in one place.
//!
//! Deals with: `runtime/src/trigger` and `handler.rs`; reads of the environment in `runtime/src`.
//! Does not deal with: which crate depends on which (`graph.rs`).

use super::{
    Finding,
    source::{Source, line_of, words},
};

const CLOUDS: [&str; 8] =
    ["aws", "amazon", "azure", "microsoft", "lambda", "sqs", "eventbridge", "s3"];
const READS: [&str; 4] = ["var", "vars", "var_os", "vars_os"];

/// Names of clouds where the runtime must not know any. Comments and tests may tell what a cloud does.
pub(crate) fn names(source: &Source) -> Vec<Finding> {
    let path = source.path.as_str();
    let portable = path.starts_with("runtime/src/trigger/")
        || matches!(path, "runtime/src/trigger.rs" | "runtime/src/handler.rs");
    let lines = source.text.lines().zip(source.code.lines()).enumerate();
    let foreign = lines.filter(|(at, _)| portable && !source.is_test(at + 1));
    let foreign = foreign.filter_map(|(at, (line, code))| {
        // A comment is blank in `code`, and both have the same number of characters.
        let line: String = line.chars().take(code.trim_end().chars().count()).collect();
        let word = line.split(|c: char| !c.is_alphanumeric()).find(|part| is_cloud(part))?;
        let what = format!("`{word}` names a cloud (invariant 1); only runtime/src/host may");
        Some(Finding::new(path, at + 1, what))
    });
    foreign.collect()
}

fn is_cloud(word: &str) -> bool {
    let lower = word.to_lowercase();
    CLOUDS.iter().any(|cloud| {
        lower.strip_prefix(cloud).is_some_and(|rest| {
            // `S3Event` is one, `awsome` would be too; `s3s` as a word of its own is not expected here.
            rest.is_empty()
                || word[cloud.len()..].starts_with(|c: char| c.is_uppercase() || c.is_numeric())
        })
    })
}

/// Reads of the environment outside of the host's start-up.
pub(crate) fn environment(source: &Source) -> Vec<Finding> {
    let runtime =
        source.path.starts_with("runtime/src/") && !source.path.starts_with("runtime/src/host");
    let code = &source.code;
    let reads = words(code, "env").filter(|at| {
        let rest = code[at + 3..].strip_prefix("::").unwrap_or("");
        READS.contains(&rest.split('(').next().unwrap_or(""))
    });
    let what = "reads the environment (invariant 5); take the value from the host's start-up";
    reads
        .map(|at| line_of(code, at))
        .filter(|line| runtime && !source.is_test(*line))
        .map(|line| Finding::new(&source.path, line, what))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_in_the_portable_half_is_found() {
        for planted in [
            "let bucket = \"S3\";",
            "struct SqsMessage;",
            "use crate::host::azure;",
            "fn aws_event() {}",
        ] {
            assert_eq!(
                names(&Source::new("runtime/src/trigger/blob.rs", planted)).len(),
                1,
                "{planted}"
            );
            assert_eq!(
                names(&Source::new("runtime/src/handler.rs", planted)).len(),
                1,
                "{planted}"
            );
            assert_eq!(names(&Source::new("runtime/src/host/aws.rs", planted)), []);
        }
        assert_eq!(
            names(&Source::new(
                "runtime/src/trigger/blob.rs",
                "fn draws_lambdas(laws: u8) {} // azure"
            )),
            []
        );
    }

    #[test]
    fn a_second_reader_of_the_environment_is_found() {
        let read = "let a = std::env::var(\"A\");";
        assert_eq!(environment(&Source::new("runtime/src/settings.rs", read)).len(), 1);
        assert_eq!(environment(&Source::new("runtime/src/host/mod.rs", read)), []);
        assert_eq!(environment(&Source::new("runtime/src/settings.rs", "std::env::args()")), []);
    }
}
