//! Whether something calls each function as its trigger says: storage queues, Event Grid.
//!
//! Deals with: source and poison queues, event subscriptions, functions that are turned off. Does not deal
//! with: timers and HTTP, which are in the package's `function.json` (`../package.rs`).

use anyfn::manifest::{Change, Function, NeedKind, TriggerSpec};
use anyfn::name::variable;
use anyfn_services::Binding;
use serde_json::Value;

use super::super::finding::{Found, Kind, at};
use super::Deployed;
use crate::plan::{Field, Resource};

pub(super) fn compare(deployed: &Deployed<'_>, function: &Function, found: &mut Found) {
    let name = &function.name;
    let off = format!("AzureWebJobs.{name}.Disabled");
    let off = [off.clone(), off.replace('.', "_")];
    for setting in off {
        let value = deployed.settings.get(&setting).text().map(str::to_ascii_lowercase);
        if !found.holds(!matches!(value.as_deref(), Some("true" | "1"))) {
            found.fault(
                Kind::Trigger,
                deployed.settings.place(&setting),
                format!("it turns `{name}` off, so nothing calls it; take it away"),
            );
        }
    }
    match &function.trigger {
        TriggerSpec::Http { .. } => {
            if !found.holds(deployed.resource.get("enabled").flag() != Some(false)) {
                found.fault(
                    Kind::Trigger,
                    at(deployed.resource, "enabled"),
                    format!("it is false, so no request reaches `{name}`"),
                );
            }
        }
        TriggerSpec::Schedule { .. } => {}
        TriggerSpec::Queue { queue, .. } => {
            let Some(source) = source(deployed, function, found) else { return };
            if let Some(Binding::AzureQueue { name: bound, .. }) =
                deployed.bindings.get(&(NeedKind::Queue, queue.clone()))
                && !found.holds(*bound == source)
            {
                found.fault(
                    Kind::Trigger,
                    deployed.settings.place(&variable("ANYFN_SOURCE", name)),
                    format!(
                        "it is `{source}`, and the code's queue `{queue}` is `{bound}` ({})",
                        variable("ANYFN_QUEUE", queue)
                    ),
                );
            }
        }
        TriggerSpec::Blob { store, change, prefix, suffix } => {
            let Some(source) = source(deployed, function, found) else { return };
            subscribed(deployed, name, &source, &(store, *change, prefix, suffix), found);
        }
    }
}

/// The queue that calls the function, which is there with its poison queue.
fn source(deployed: &Deployed<'_>, function: &Function, found: &mut Found) -> Option<String> {
    let setting = variable("ANYFN_SOURCE", &function.name);
    let place = deployed.settings.place(&setting);
    let source = match deployed.settings.get(&setting) {
        Field::Known(value) => value.as_str()?.to_owned(),
        Field::Unknown => {
            found.unknown(place, "known only after apply");
            return None;
        }
        Field::Absent => {
            found.holds(false);
            found.fault(Kind::Trigger, place, format!("`{}` listens on the queue that this names, and it is not set; a right one: \"{}-events\"", function.name, function.name));
            return None;
        }
    };
    for queue in [source.clone(), format!("{source}-poison")] {
        let there = deployed
            .plan
            .of_type("azurerm_storage_queue")
            .any(|one| one.text("name") == Some(&queue));
        if !found.holds(there) {
            found.fault(Kind::Trigger, &*place, format!("`{}` waits for the queue `{queue}`, and the plan has none; a right one: an azurerm_storage_queue with name = \"{queue}\"", function.name));
        }
    }
    Some(source)
}

/// The sink that the code's own dead letters would go to is the host's poison queue.
pub(super) fn sink(deployed: &Deployed<'_>, function: &Function, setting: &str, found: &mut Found) {
    let source = deployed.settings.get(&variable("ANYFN_SOURCE", &function.name)).text();
    let bound = deployed.settings.get(setting).text().and_then(|text| Binding::parse(text).ok());
    if let (Some(source), Some(Binding::AzureQueue { name, .. })) = (source, bound)
        && !found.holds(name == format!("{source}-poison"))
    {
        found.drift(deployed.settings.place(setting), format!("it is `{name}`, and the host puts what fails into `{source}-poison`; both belong into one queue"));
    }
}

fn subscribed(
    deployed: &Deployed<'_>,
    name: &str,
    source: &str,
    (store, change, prefix, suffix): &(&String, Change, &String, &String),
    found: &mut Found,
) {
    let event = match change {
        Change::Created => "Microsoft.Storage.BlobCreated",
        Change::Deleted => "Microsoft.Storage.BlobDeleted",
    };
    let kinds = [
        "azurerm_eventgrid_system_topic_event_subscription",
        "azurerm_eventgrid_event_subscription",
    ];
    let all: Vec<&Resource> =
        deployed.plan.resources.iter().filter(|one| kinds.contains(&one.kind.as_str())).collect();
    let sends = |one: &&&Resource| {
        one.field(&["storage_queue_endpoint", "0", "queue_name"]).text() == Some(source)
    };
    let Some(one) = all.iter().find(sends) else {
        if let Some(unknown) = all
            .iter()
            .find(|one| one.field(&["storage_queue_endpoint", "0", "queue_name"]) == Field::Unknown)
        {
            return found.unknown(at(unknown, "storage_queue_endpoint"), "known only after apply");
        }
        found.holds(false);
        return found.fault(
            Kind::Trigger,
            &*deployed.resource.address,
            format!("changes of the store `{store}` should call `{name}`, and no event subscription sends them; a right one: an azurerm_eventgrid_system_topic_event_subscription with storage_queue_endpoint {{ queue_name = \"{source}\" }}"),
        );
    };
    let types = one.get("included_event_types").known().and_then(Value::as_array);
    if !found.holds(types.is_none_or(|types| types.iter().any(|kind| kind == event))) {
        found.fault(
            Kind::Trigger,
            at(one, "included_event_types"),
            format!("`{name}` waits for blobs {change}; a right one: [\"{event}\"]"),
        );
    }
    let container = match deployed.bindings.get(&(NeedKind::Blob, (*store).clone())) {
        Some(Binding::AzureBlob { container, .. }) => container.as_str(),
        // The app listens to it and does nothing else with it: the code's name is all there is.
        _ => store.as_str(),
    };
    let right = format!("/blobServices/default/containers/{container}/blobs/{prefix}");
    let begins =
        one.field(&["subject_filter", "0", "subject_begins_with"]).text().unwrap_or_default();
    if !found.holds(begins.trim_end_matches('/') == right.trim_end_matches('/')) {
        found.fault(
            Kind::Trigger,
            at(one, "subject_filter.subject_begins_with"),
            format!("it is `{begins}`, and `{name}` listens to `{right}`"),
        );
    }
    let ends = one.field(&["subject_filter", "0", "subject_ends_with"]).text().unwrap_or_default();
    if !found.holds(ends == suffix.as_str()) {
        found.fault(
            Kind::Trigger,
            at(one, "subject_filter.subject_ends_with"),
            format!("it is `{ends}`, and `{name}` listens to `{suffix}`"),
        );
    }
}
