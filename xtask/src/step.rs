//! A step of the gate and the table that tells how all of them went.
//!
//! Deals with: running steps one after the other, timing, the verdict.
//! Does not deal with: what the steps are (`gate.rs`).

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// One named piece of work. Its own output goes to the terminal as it comes.
pub(crate) struct Step {
    pub name: &'static str,
    /// Steps without which this one would only fail again.
    pub needs: &'static [&'static str],
    pub run: Box<dyn Fn() -> Result<(), String>>,
}

/// How a step went.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub name: &'static str,
    pub took: Duration,
    /// Why it failed.
    pub failure: Option<String>,
}

/// Runs all steps, the later ones too when one fails, so that one run tells everything.
pub(crate) fn run(steps: &[Step]) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for step in steps {
        println!("\n==> {}", step.name);
        let failed =
            |name: &&&str| outcomes.iter().any(|one| one.name == **name && one.failure.is_some());
        let blocked = step.needs.iter().find(failed);
        let began = Instant::now();
        let result = match blocked {
            Some(name) => Err(format!("not run: {name} failed")),
            None => (step.run)(),
        };
        if let Err(failure) = &result {
            println!("{}: {failure}", step.name);
        }
        outcomes.push(Outcome { name: step.name, took: began.elapsed(), failure: result.err() });
    }
    outcomes
}

/// One line a step, then the verdict.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut table = String::new();
    for outcome in outcomes {
        let verdict = outcome
            .failure
            .as_ref()
            .map_or("ok".to_owned(), |failure| format!("FAILED: {failure}"));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{:<20} {:>7.1} s  {verdict}",
            outcome.name,
            outcome.took.as_secs_f64()
        );
    }
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    let took: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    let verdict = if failed == 0 {
        "all steps passed".to_owned()
    } else {
        format!("{failed} of {} steps failed", outcomes.len())
    };
    let _ = write!(table, "{:<20} {:>7.1} s  {verdict}", "total", took.as_secs_f64());
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_stops_only_what_needs_it() {
        let step = |name, needs, ok: bool| Step {
            name,
            needs,
            run: Box::new(move || if ok { Ok(()) } else { Err("broken".to_owned()) }),
        };
        let outcomes = run(&[
            step("build", &[], false),
            step("lint", &[], true),
            step("e2e", &["build"], true),
        ]);
        let failures: Vec<_> = outcomes.iter().map(|one| one.failure.as_deref()).collect();
        assert_eq!(failures, [Some("broken"), None, Some("not run: build failed")]);
        let table = table(&outcomes);
        assert!(table.contains("2 of 3 steps failed"), "{table}");
    }
}
