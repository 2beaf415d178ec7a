//! What policies grant against what the code asks for.
//!
//! Deals with: surplus and missing grants of one role. Does not deal with: which policies a role has
//! (`role.rs`), nor with the table of needs (`needs.rs`).

use anyfn::manifest::{Manifest, NeedKind};

use super::super::finding::{Found, Kind};
use super::super::loops::Bindings;
use super::super::settings::not_granted;
use super::needs::{Allowed, declaration};
use super::policy::{Statement, covers, without_partition};
use anyfn_services::Binding;

/// A policy of a role.
pub(super) struct Policy {
    /// Its resource's address and attribute.
    pub(super) place: String,
    pub(super) statements: Vec<Statement>,
}

/// Keys of conditions that only narrow a grant to the calls that are meant.
const NARROWING: [&str; 6] = [
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SecureTransport",
    "kms:ViaService",
    "kms:EncryptionContext:aws:sqs:arn",
    "s3:prefix",
];

/// Every action on every resource must be among `allowed`.
pub(super) fn surplus(
    policies: &[Policy],
    allowed: &[Allowed],
    bindings: &Bindings,
    found: &mut Found,
) {
    for policy in policies {
        for (index, statement) in policy.statements.iter().enumerate() {
            if !statement.allows {
                continue;
            }
            let place = format!("{}.Statement[{index}]", policy.place);
            if !found.holds(!statement.inverted) {
                found.fault(Kind::Grant, &*place, "`NotAction` and `NotResource` grant what nobody named; name the actions and resources");
                continue;
            }
            for condition in &statement.conditions {
                if !NARROWING.contains(&condition.as_str()) {
                    found
                        .note(&*place, format!("the condition on `{condition}` was not evaluated"));
                }
            }
            for action in &statement.actions {
                for resource in &statement.resources {
                    if let Some(says) = fault(action, resource, allowed, bindings) {
                        found.holds(false);
                        found.fault(Kind::Grant, &*place, says);
                    } else {
                        found.holds(true);
                    }
                }
            }
        }
    }
}

fn fault(action: &str, resource: &str, allowed: &[Allowed], bindings: &Bindings) -> Option<String> {
    if action.contains(['*', '?']) {
        return Some(format!(
            "it grants `{action}`, and only single actions can be compared with the code; a right one: `s3:GetObject`"
        ));
    }
    let plain = without_partition(resource);
    let mut of_action =
        allowed.iter().filter(|one| one.action.eq_ignore_ascii_case(action)).peekable();
    if of_action.clone().any(|one| covers(&one.resource, &plain)) || is_one_key(action, resource) {
        return None;
    }
    let narrower: Vec<&str> = of_action
        .clone()
        .filter(|one| covers(&plain, &one.resource))
        .map(|one| one.resource.as_str())
        .collect();
    if !narrower.is_empty() {
        return Some(format!(
            "it grants `{action}` on `{resource}`, which is wider than what the code declares: `{}`",
            narrower.join("`, `")
        ));
    }
    let undo = "take it out of the policy";
    let hint = match (of_action.peek(), declaration(action)) {
        (Some(one), _) => format!("the code asks for that on `{}` only; {undo}", one.resource),
        (None, Some((kind, how))) => {
            let (module, thing) = match kind {
                NeedKind::Blob => ("blob", "store"),
                NeedKind::Queue => ("queue", "named"),
            };
            let name = bound_to(&plain, bindings).unwrap_or("NAME");
            format!(
                "the code does not declare it; {undo}, or declare it: .needs({module}::{thing}(\"{name}\"){how})"
            )
        }
        (None, None) => format!("nothing in the code asks for it; {undo}"),
    };
    Some(format!("it grants `{action}` on `{resource}`: {hint}"))
}

/// A key that encrypts what is granted elsewhere; without that grant it opens nothing.
fn is_one_key(action: &str, resource: &str) -> bool {
    let uses = ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKey*"];
    uses.iter().any(|one| one.eq_ignore_ascii_case(action))
        && resource.contains(":key/")
        && !resource.contains('*')
}

/// The code's name of what the ARN is.
fn bound_to<'a>(arn: &str, bindings: &'a Bindings) -> Option<&'a str> {
    let is_it = |binding: &Binding| match binding {
        Binding::S3 { bucket, .. } => {
            let rest = arn
                .strip_prefix("arn:aws:s3:::")
                .and_then(|rest| rest.strip_prefix(bucket.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        other => super::needs::queue_arn(other).as_deref() == Some(arn),
    };
    bindings.iter().find(|(_, binding)| is_it(binding)).map(|((_, name), _)| name.as_str())
}

/// Every needed permission must be granted, by `policies` of the role at `place`.
pub(super) fn missing(
    place: &str,
    manifest: &Manifest,
    policies: &[Policy],
    allowed: &[Allowed],
    found: &mut Found,
) {
    let granted = |one: &Allowed| {
        let covered =
            |list: &[String], text: &str| list.iter().any(|pattern| covers(pattern, text));
        policies.iter().flat_map(|policy| &policy.statements).any(|statement| {
            let actions: Vec<String> =
                statement.actions.iter().map(|a| a.to_ascii_lowercase()).collect();
            let resources: Vec<String> =
                statement.resources.iter().map(|r| without_partition(r)).collect();
            statement.allows
                && !statement.inverted
                && covered(&actions, &one.action.to_ascii_lowercase())
                && covered(&resources, &one.resource)
        })
    };
    for one in allowed {
        let Some(need) = one.needed_by.and_then(|index| manifest.needs.get(index)) else {
            continue;
        };
        if !found.holds(granted(one)) {
            not_granted(need, place.to_owned(), one.action, &one.resource, found);
        }
    }
}
