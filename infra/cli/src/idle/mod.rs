//! `anyfn idle`: what a plan costs while nothing happens.
//!
//! Deals with: arguments, reasons that the command line gives, the exit code. Does not deal with: prices
//! (`table.rs`), applying them (`judge.rs`), printing (`report.rs`).

mod judge;
mod report;
mod table;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::fault::Fault;
use crate::output;
use crate::plan::Plan;
use judge::{Verdict, judge};
use table::Table;

/// List what of a Terraform plan bills at zero traffic
///
/// Functions, queues and buckets bill for what they do. Other things bill for being there: a key, an
/// alarm, instances kept warm, an address in a network. This lists each with USD a month, and every type
/// whose price it does not know.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The plan: terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// Why something is there that bills: its address or its type, and a sentence. May be repeated. The
    /// tag `anyfn:idle-reason` in the plan does the same
    #[arg(long, value_name = "PLACE=TEXT", value_parser = reason)]
    reason: Vec<(String, String)>,
    /// End with exit code 1 where something bills, or is not known, without a reason
    #[arg(long)]
    deny: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  anyfn idle --plan plan.json
  anyfn idle --plan plan.json --deny --reason 'aws_kms_key=our policy wants keys of our own'
  anyfn idle --plan plan.json --json | jq .usd_month";

fn reason(text: &str) -> Result<(String, String), String> {
    // An index may hold an equals sign; a sentence may too.
    let at = text.find("]=").map(|at| at + 1).or_else(|| text.find('='));
    let (place, why) = at.map_or((text, ""), |at| (&text[..at], &text[at + 1..]));
    match place.is_empty() || why.trim().is_empty() {
        true => Err("a right one: 'aws_kms_key=our policy wants keys of our own'".to_owned()),
        false => Ok((place.to_owned(), why.trim().to_owned())),
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Fault> {
    let plan = Plan::open(&args.plan)?;
    let table =
        Table::built_in().map_err(|why| Fault::failed(format!("the table of prices: {why}")))?;
    let mut verdicts = judge(&plan, &table);
    for (place, why) in &args.reason {
        explain(&plan, &mut verdicts, place, why)?;
    }
    output::data(&match args.json {
        true => serde_json::to_string_pretty(&report::json(&verdicts)).unwrap_or_default(),
        false => report::text(&verdicts),
    });
    let denied = args.deny && verdicts.iter().any(Verdict::is_unexplained);
    Ok(if denied { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn explain(plan: &Plan, verdicts: &mut [Verdict], place: &str, why: &str) -> Result<(), Fault> {
    let mut found = false;
    for (resource, verdict) in plan.resources.iter().zip(verdicts) {
        if resource.address == place || resource.kind == place {
            verdict.reason = Some(why.to_owned());
            found = true;
        }
    }
    match found {
        true => Ok(()),
        false => Err(Fault::usage(format!(
            "--reason {place}: the plan has no resource of this address or type; a right one: --reason 'aws_kms_key={why}'"
        ))),
    }
}
