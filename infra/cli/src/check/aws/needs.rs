//! What a need means in IAM.
//!
//! Deals with: the one table of actions, resources by binding. Does not deal with: judging policies
//! (`grants.rs`). The module `terraform/aws/modules/app` has the same table; `terraform/tests/support/plans`
//! holds them together.

use anyfn::manifest::{Access, Manifest, NeedKind};
use anyfn_services::Binding;

use super::super::loops::Bindings;

/// A permission that the code asks for.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    pub(super) action: &'static str,
    /// A pattern, in the partition `aws`.
    pub(super) resource: String,
    /// The index of the need that cannot be met without it.
    pub(super) needed_by: Option<usize>,
}

/// What is asked of a bucket, of its objects, and of a queue: and whether the need is void without it.
enum On {
    Bucket,
    Objects,
    Queue,
}

fn actions(access: Access) -> &'static [(On, &'static str, bool)] {
    match access {
        // Without s3:ListBucket a key that is not there is answered by 403.
        Access::Read => &[(On::Objects, "s3:GetObject", true), (On::Bucket, "s3:ListBucket", true)],
        Access::Write => {
            &[(On::Objects, "s3:PutObject", true), (On::Objects, "s3:AbortMultipartUpload", true)]
        }
        // S3 asks for s3:GetObject where a delete names an ETag.
        Access::Delete => {
            &[(On::Objects, "s3:DeleteObject", true), (On::Objects, "s3:GetObject", false)]
        }
        Access::List => &[(On::Bucket, "s3:ListBucket", true)],
        Access::Send => &[(On::Queue, "sqs:SendMessage", true)],
        Access::Receive => &[
            (On::Queue, "sqs:ReceiveMessage", true),
            (On::Queue, "sqs:DeleteMessage", true),
            (On::Queue, "sqs:ChangeMessageVisibility", true),
            (On::Queue, "sqs:GetQueueAttributes", false),
        ],
    }
}

/// Every permission that the needs amount to; needs whose binding is not known give none.
pub(super) fn allowed(manifest: &Manifest, bindings: &Bindings) -> Vec<Allowed> {
    let mut all = Vec::new();
    for (index, need) in manifest.needs.iter().enumerate() {
        let Some(binding) = bindings.get(&(need.kind, need.name.clone())) else { continue };
        for (on, action, needed) in need.access.iter().flat_map(|access| actions(*access)) {
            let resource = match (on, binding) {
                (On::Bucket, Binding::S3 { bucket, .. }) => format!("arn:aws:s3:::{bucket}"),
                (On::Objects, Binding::S3 { bucket, prefix, .. }) => {
                    format!("arn:aws:s3:::{bucket}/{prefix}*")
                }
                (On::Queue, queue) => match queue_arn(queue) {
                    Some(arn) => arn,
                    None => continue,
                },
                _ => continue,
            };
            all.push(Allowed { action, resource, needed_by: needed.then_some(index) });
        }
    }
    all
}

/// The ARN of a bound queue, in the partition `aws`.
pub(super) fn queue_arn(binding: &Binding) -> Option<String> {
    match binding {
        Binding::Sqs { region, account, name, .. } => {
            Some(format!("arn:aws:sqs:{region}:{account}:{name}"))
        }
        _ => None,
    }
}

/// How the code would declare an action: what the sentence about a surplus grant shows.
pub(super) fn declaration(action: &str) -> Option<(NeedKind, &'static str)> {
    let known = |name: &str| action.eq_ignore_ascii_case(name);
    let blob = [
        ("s3:GetObject", ".read()"),
        ("s3:PutObject", ".write()"),
        ("s3:DeleteObject", ".delete()"),
        ("s3:ListBucket", ".list()"),
    ];
    let queue = [("sqs:SendMessage", ".send()"), ("sqs:ReceiveMessage", ".receive()")];
    let blob = blob.iter().find(|(name, _)| known(name)).map(|(_, how)| (NeedKind::Blob, *how));
    blob.or_else(|| {
        queue.iter().find(|(name, _)| known(name)).map(|(_, how)| (NeedKind::Queue, *how))
    })
}
