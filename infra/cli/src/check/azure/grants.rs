//! Role assignments against what the code asks for.
//!
//! Deals with: whose an assignment is, its role and scope, surplus and missing ones. Does not deal with:
//! what a role may do (`roles.rs`), nor with evaluating conditions: they only narrow.

use anyfn::manifest::NeedKind;
use anyfn::name::variable;
use anyfn_services::Binding;
use serde_json::Value;

use super::super::finding::{Found, Kind, at};
use super::super::settings::not_granted;
use super::roles::{BLOB, QUEUE, actions, built_in};
use super::{APPS, Deployed};
use crate::plan::{Field, Plan, Resource};

/// The type of identities that are given to apps.
const IDENTITY: &str = "azurerm_user_assigned_identity";

/// A permission: an action, on a scope that ends so, and the need that is void without it.
struct Allowed {
    action: String,
    scope: String,
    needed_by: Option<usize>,
}

/// An assignment and what it grants.
struct Assignment<'a> {
    resource: &'a Resource,
    role: String,
    scope: &'a str,
    /// `None` for a role that is neither built into storage nor in the plan.
    actions: Option<Vec<String>>,
}

pub(super) fn compare(deployed: &Deployed<'_>, found: &mut Found) {
    let mut allowed = needs(deployed);
    let assignments: Vec<Assignment<'_>> = deployed
        .plan
        .of_type("azurerm_role_assignment")
        .filter(|one| concerns(deployed, one))
        .filter_map(|one| assignment(deployed.plan, one, found))
        .collect();
    for one in allowed.iter() {
        let Some(need) = one.needed_by.and_then(|index| deployed.manifest.needs.get(index)) else {
            continue;
        };
        let granted = assignments.iter().any(|assigned| {
            assigned.actions.iter().flatten().any(|action| covers(action, &one.action))
                && within(&one.scope, assigned.scope)
        });
        if !found.holds(granted) {
            not_granted(need, at(deployed.resource, "identity"), &one.action, &one.scope, found);
        }
    }
    allowed.extend(platform(deployed));
    let complete = deployed.manifest.needs.len() == deployed.bindings.len();
    if !complete {
        return found.unknown(at(deployed.resource, "identity"), "its role assignments were not searched for surplus grants, since a binding is missing or unknown");
    }
    for one in &assignments {
        surplus(deployed, one, &allowed, found);
    }
}

/// Whether the assignment is to an identity of the app: by its module, or because it names that module. Other
/// things in the module have identities of their own, such as the Logic App that stops an app which costs too much.
fn concerns(deployed: &Deployed<'_>, one: &Resource) -> bool {
    let references = deployed.plan.references.of(&one.address, "principal_id");
    let of = |kind: &str| references.iter().any(|text| text.starts_with(&format!("{kind}.")));
    let other = references.iter().all(|text| text.starts_with("azurerm_"));
    if other && !references.is_empty() && !of(IDENTITY) && !APPS.iter().any(|kind| of(kind)) {
        return false;
    }
    let module = crate::plan::without_indexes(deployed.module);
    // The module as whoever calls it names it.
    let parent = module.rfind("module.").map_or("", |at| &module[at..]);
    deployed.owns(one)
        || (!parent.is_empty() && references.iter().any(|text| text.starts_with(parent)))
}

fn assignment<'a>(
    plan: &Plan,
    resource: &'a Resource,
    found: &mut Found,
) -> Option<Assignment<'a>> {
    let Some(scope) = resource.text("scope") else {
        found.unknown(at(resource, "scope"), "known only after apply; build the scope from names");
        return None;
    };
    if let Some(role) = resource.text("role_definition_name") {
        return Some(Assignment {
            resource,
            role: role.to_owned(),
            scope,
            actions: built_in(role),
        });
    }
    let id = resource.get("role_definition_id");
    let is_it = |definition: &&Resource| match (id.text(), definition.text("role_definition_id")) {
        (Some(id), Some(own)) => id.ends_with(own),
        _ => plan.refers(resource, "role_definition_id", definition),
    };
    let definition = plan.of_type("azurerm_role_definition").find(is_it);
    match (definition, id) {
        (Some(definition), _) => {
            let permissions = definition.get("permissions").known().and_then(Value::as_array);
            let lists = permissions.into_iter().flatten();
            let texts = lists.flat_map(|one| ["actions", "data_actions"].map(|name| one.get(name)));
            let texts =
                texts.flatten().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
            let role = definition.text("name").unwrap_or(&definition.address).to_owned();
            Some(Assignment {
                resource,
                role,
                scope,
                actions: Some(texts.map(str::to_owned).collect()),
            })
        }
        (None, Field::Known(id)) => {
            let role = id.as_str().unwrap_or_default().to_owned();
            Some(Assignment { resource, role, scope, actions: None })
        }
        (None, _) => {
            found.unknown(at(resource, "role_definition_id"), "known only after apply");
            None
        }
    }
}

/// The scope of a binding ends so.
fn scope(binding: &Binding) -> Option<String> {
    match binding {
        Binding::AzureBlob { account, container, .. } => {
            Some(format!("/storageAccounts/{account}/blobServices/default/containers/{container}"))
        }
        Binding::AzureQueue { account, name, .. } => {
            Some(format!("/storageAccounts/{account}/queueServices/default/queues/{name}"))
        }
        _ => None,
    }
}

fn needs(deployed: &Deployed<'_>) -> Vec<Allowed> {
    let mut all = Vec::new();
    for (index, need) in deployed.manifest.needs.iter().enumerate() {
        let bound = deployed.bindings.get(&(need.kind, need.name.clone()));
        let Some(scope) = bound.and_then(scope) else { continue };
        for (action, needed) in need.access.iter().flat_map(|access| actions(*access)) {
            all.push(Allowed { action, scope: scope.clone(), needed_by: needed.then_some(index) });
        }
    }
    all
}

/// What the host and Event Grid do for the app, whatever its code says.
fn platform(deployed: &Deployed<'_>) -> Vec<Allowed> {
    let mut all = Vec::new();
    let mut allow = |actions: Vec<String>, scope: String| {
        all.extend(actions.into_iter().map(|action| Allowed {
            action,
            scope: scope.clone(),
            needed_by: None,
        }));
    };
    let host = deployed.settings.get("AzureWebJobsStorage__accountName").text().unwrap_or("?");
    for role in ["Storage Blob Data Owner", "Storage Queue Data Contributor"] {
        allow(built_in(role).unwrap_or_default(), format!("/storageAccounts/{host}"));
    }
    let queue = |name: &str| format!("/storageAccounts/{host}/queueServices/default/queues/{name}");
    for function in deployed.manifest.functions.iter().filter(|one| one.trigger.has_dead_letters())
    {
        let source = deployed.settings.get(&variable("ANYFN_SOURCE", &function.name)).text();
        let Some(source) = source else { continue };
        // Listening postpones messages, which Azure counts as writing: no narrower built-in role does.
        allow(built_in("Storage Queue Data Contributor").unwrap_or_default(), queue(source));
        let send = vec![format!("{QUEUE}/messages/add/action")];
        allow(send, queue(&format!("{source}-poison")));
    }
    // Event Grid asks for this role where it keeps what it could not deliver.
    for subscription in deployed.plan.of_type("azurerm_eventgrid_system_topic_event_subscription") {
        let container = subscription
            .field(&["storage_blob_dead_letter_destination", "0", "storage_blob_container_name"])
            .text();
        if let Some(container) = container.filter(|_| deployed.owns(subscription)) {
            allow(
                built_in("Storage Blob Data Contributor").unwrap_or_default(),
                format!("/storageAccounts/{host}/blobServices/default/containers/{container}"),
            );
        }
    }
    all
}

fn surplus(deployed: &Deployed<'_>, one: &Assignment<'_>, allowed: &[Allowed], found: &mut Found) {
    let place = at(one.resource, "role_definition_name");
    let host = deployed.settings.get("AzureWebJobsStorage__accountName").text().unwrap_or("?");
    let Some(actions) = &one.actions else {
        // Roles of the host that have nothing to do with the code's stores and queues.
        let tables = one.role == "Storage Table Data Contributor"
            && one.scope.ends_with(&format!("/storageAccounts/{host}"));
        let metrics = one.role == "Monitoring Metrics Publisher"
            && one.scope.contains("/Microsoft.Insights/components/");
        let key =
            one.role == "Key Vault Crypto Service Encryption User" && one.scope.contains("/keys/");
        if !found.holds(tables || metrics || key) {
            found.fault(
                Kind::Grant,
                place,
                format!(
                    "it grants `{}` on `{}`, and nothing in the code asks for that; take it away",
                    one.role, one.scope
                ),
            );
        }
        return;
    };
    for action in actions {
        let mut of_action =
            allowed.iter().filter(|allowed| covers(&allowed.action, action)).peekable();
        let fits = of_action.clone().any(|allowed| one.scope.ends_with(&allowed.scope));
        if found.holds(fits) {
            continue;
        }
        let wider = of_action.clone().find(|allowed| within(&allowed.scope, one.scope));
        let says = match (wider, of_action.peek()) {
            (Some(right), _) => format!(
                "`{}` is granted on `{}`, which is wider than what the code declares; a right scope ends in `{}`",
                one.role, one.scope, right.scope
            ),
            (None, Some(right)) => format!(
                "`{}` grants `{action}` on `{}`; the code asks for that on `{}` only",
                one.role, one.scope, right.scope
            ),
            (None, None) => format!(
                "`{}` grants `{action}` on `{}`, and the code does not declare it; {}",
                one.role,
                one.scope,
                narrower(action)
            ),
        };
        let place = if wider.is_some() { at(one.resource, "scope") } else { place.clone() };
        found.fault(Kind::Grant, place, says);
    }
}

fn narrower(action: &str) -> &'static str {
    let kind = if action.starts_with(BLOB) { NeedKind::Blob } else { NeedKind::Queue };
    match kind {
        NeedKind::Blob => {
            "a right one: Storage Blob Data Reader, or a role of your own with the data actions that are declared"
        }
        NeedKind::Queue => {
            "a right one: Storage Queue Data Message Sender, or a role of your own with the data actions that are declared"
        }
    }
}

/// Whether an action with a `*` at its end, or none, is at least `other`.
fn covers(action: &str, other: &str) -> bool {
    match action.strip_suffix('*') {
        Some(before) => {
            other.get(..before.len()).is_some_and(|start| start.eq_ignore_ascii_case(before))
        }
        None => action.eq_ignore_ascii_case(other),
    }
}

/// Whether the scope `wide` is one that holds what ends in `narrow`: the container itself, its account, or
/// a group or subscription, of which the plan does not say whether the account is in it.
fn within(narrow: &str, wide: &str) -> bool {
    if wide.ends_with(narrow) {
        return true;
    }
    match wide.find("/storageAccounts/") {
        Some(at) => narrow.strip_prefix(&wide[at..]).is_some_and(|rest| rest.starts_with('/')),
        None => wide.starts_with("/subscriptions/") && !wide.contains("/providers/"),
    }
}
