//! Deals with: a plan of an app on Azure, and each fault that is planted in it. Does not deal with: real
//! plans.

use serde_json::{Value, json};

use super::super::finding::Kind;
use super::super::package::tests::{elf, package};
use super::super::tests::{One, each_is_named, faults, found_in, values, webhook};

const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg";

fn account(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/{name}")
}

fn container(name: &str) -> String {
    format!("{}/blobServices/default/containers/{name}", account("shops"))
}

fn queue(name: &str) -> String {
    format!("{}/queueServices/default/queues/{name}", account("shoph"))
}

/// A plan in which everything is as the code says.
fn clean() -> Vec<One> {
    let mut plan: Vec<One> = Vec::new();
    let mut add = |address: &str, values: Value, unknown: Value| {
        plan.push((address.to_owned(), values, unknown));
    };
    add(
        "module.shop.module.function.azurerm_function_app_flex_consumption.this",
        json!({"name": "shop", "tags": {"anyfn:app": "shop"}, "app_settings": {
            "ANYFN_BLOB_PHOTOS": "azblob://shops/photos", "ANYFN_BLOB_SMALL": "azblob://shops/small",
            "ANYFN_QUEUE_ORDERS": "azqueue://shoph/orders",
            "ANYFN_SOURCE_ARCHIVE": "orders", "ANYFN_DEAD_LETTER_ARCHIVE": "azqueue://shoph/orders-poison",
            "ANYFN_SOURCE_RESIZE": "resize-events", "ANYFN_DEAD_LETTER_RESIZE": "azqueue://shoph/resize-events-poison",
            "AzureWebJobsStorage__accountName": "shoph", "RULES": "secret",
            "AzureFunctionsJobHost__extensions__queues__maxDequeueCount": "5"}}),
        json!({"id": true, "app_settings": {"AZURE_CLIENT_ID": true, "AzureWebJobsStorage__clientId": true}}),
    );
    for name in ["orders", "orders-poison", "resize-events", "resize-events-poison"] {
        add(
            &format!("module.shop.module.queue[\"{name}\"].azurerm_storage_queue.this"),
            json!({"name": name, "storage_account_id": account("shoph")}),
            json!({}),
        );
    }
    let mut assign = |name: &str, role: &str, scope: String| {
        add(
            &format!("module.shop.module.function.azurerm_role_assignment.{name}"),
            json!({"role_definition_name": role, "scope": scope}),
            json!({"principal_id": true}),
        );
    };
    assign("host_storage[\"blobs\"]", "Storage Blob Data Owner", account("shoph"));
    assign("host_storage[\"tables\"]", "Storage Table Data Contributor", account("shoph"));
    assign(
        "metrics",
        "Monitoring Metrics Publisher",
        format!("{GROUP}/providers/Microsoft.Insights/components/shop"),
    );
    assign("code[\"blob photos read\"]", "Storage Blob Data Reader", container("photos"));
    assign("code[\"queue orders send\"]", "Storage Queue Data Message Sender", queue("orders"));
    assign("host[\"archive-poison\"]", "Storage Queue Data Message Sender", queue("orders-poison"));
    assign("host[\"archive-source\"]", "Storage Queue Data Contributor", queue("orders"));
    let id = "11111111-1111-1111-1111-111111111111";
    add(
        "module.shop.azurerm_role_definition.this[\"blob-write\"]",
        json!({"name": "anyfn shop blob-write", "role_definition_id": id,
               "permissions": [{"actions": [], "data_actions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"]}]}),
        json!({}),
    );
    add(
        "module.shop.module.function.azurerm_role_assignment.code[\"blob small write\"]",
        json!({"role_definition_id": format!("/subscriptions/0/providers/Microsoft.Authorization/roleDefinitions/{id}"), "scope": container("small")}),
        json!({"principal_id": true}),
    );
    let events = "module.shop.module.blob_events[\"resize\"]";
    add(
        &format!("{events}.azurerm_eventgrid_system_topic_event_subscription.this"),
        json!({"included_event_types": ["Microsoft.Storage.BlobCreated"],
               "subject_filter": [{"subject_begins_with": "/blobServices/default/containers/photos/blobs/in/", "subject_ends_with": null}],
               "storage_queue_endpoint": [{"storage_account_id": account("shoph"), "queue_name": "resize-events"}],
               "storage_blob_dead_letter_destination": [{"storage_blob_container_name": "shop-resize-undelivered"}]}),
        json!({}),
    );
    add(
        &format!("{events}.azurerm_role_assignment.queue"),
        json!({"role_definition_name": "Storage Queue Data Message Sender", "scope": queue("resize-events")}),
        json!({}),
    );
    add(
        &format!("{events}.azurerm_role_assignment.undelivered"),
        json!({"role_definition_name": "Storage Blob Data Contributor", "scope": format!("{}/blobServices/default/containers/shop-resize-undelivered", account("shoph"))}),
        json!({}),
    );
    plan
}

fn settings(plan: &mut [One]) -> &mut Value {
    &mut values(plan, "azurerm_function_app")["app_settings"]
}

fn assign(plan: &mut Vec<One>, role: &str, scope: &str) {
    let address = "module.shop.module.function.azurerm_role_assignment.more".to_owned();
    plan.push((
        address,
        json!({"role_definition_name": role, "scope": scope}),
        json!({"principal_id": true}),
    ));
}

#[test]
fn a_plan_that_is_as_the_code_says_passes() {
    let found = found_in(&webhook(), &clean(), &[], &[]);
    assert_eq!(faults(&found), Vec::<String>::new());
    assert_eq!(found.unknown, []);
    assert!(found.compared > 40, "{}", found.compared);
}

#[test]
fn drift_is_named_with_its_place() {
    each_is_named(
        &clean,
        &[
            (
                "a binding is missing",
                |plan| {
                    settings(plan).as_object_mut().unwrap().remove("ANYFN_BLOB_SMALL");
                },
                Kind::Drift,
                &[
                    "azurerm_function_app_flex_consumption.this app_settings.ANYFN_BLOB_SMALL",
                    "azblob://",
                ],
            ),
            (
                "a binding is of another cloud",
                |plan| settings(plan)["ANYFN_QUEUE_ORDERS"] = json!("sqs://eu/123456789012/a"),
                Kind::Drift,
                &["ANYFN_QUEUE_ORDERS", "no azqueue://"],
            ),
            (
                "a required setting is missing",
                |plan| {
                    settings(plan).as_object_mut().unwrap().remove("RULES");
                },
                Kind::Drift,
                &["app_settings.RULES"],
            ),
            (
                "a setting is misspelt",
                |plan| settings(plan)["SISE"] = json!("1"),
                Kind::Drift,
                &["app_settings.SISE", "it declares RULES, SIZE"],
            ),
            (
                "dead letters go elsewhere",
                |plan| settings(plan)["ANYFN_DEAD_LETTER_ARCHIVE"] = json!("azqueue://shoph/other"),
                Kind::Drift,
                &["`other`", "orders-poison"],
            ),
            (
                "no attempt",
                |plan| {
                    settings(plan)["AzureFunctionsJobHost__extensions__queues__maxDequeueCount"] =
                        json!("0");
                },
                Kind::Drift,
                &["maxDequeueCount"],
            ),
        ],
    );
}

#[test]
fn roles_that_the_code_does_not_ask_for_are_named_with_role_and_scope() {
    each_is_named(
        &clean,
        &[
            (
                "more than reading",
                |plan| assign(plan, "Storage Blob Data Contributor", &container("photos")),
                Kind::Grant,
                &["azurerm_role_assignment.more role_definition_name", "blobs/delete"],
            ),
            (
                "a whole account",
                |plan| assign(plan, "Storage Blob Data Reader", &account("shops")),
                Kind::Grant,
                &["azurerm_role_assignment.more scope", "wider", "containers/photos"],
            ),
            (
                "a whole group",
                |plan| assign(plan, "Storage Queue Data Message Sender", GROUP),
                Kind::Grant,
                &["azurerm_role_assignment.more scope", "wider"],
            ),
            (
                "another store",
                |plan| assign(plan, "Storage Blob Data Reader", &container("small")),
                Kind::Grant,
                &["code asks for that on"],
            ),
            (
                "everything",
                |plan| assign(plan, "Owner", GROUP),
                Kind::Grant,
                &["`Owner`", "nothing in the code"],
            ),
            (
                "a definition that has more",
                |plan| {
                    values(plan, "azurerm_role_definition")["permissions"][0]["data_actions"] =
                        json!([
                            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"
                        ]);
                },
                Kind::Grant,
                &["blobs/*", "anyfn shop blob-write"],
            ),
        ],
    );
}

/// What is found in a clean plan with the role Owner for the principal that `references` name.
fn with_owner(
    address: &str,
    configuration: &dyn Fn(Value) -> Value,
    references: &Value,
) -> Vec<String> {
    let plan = clean();
    let mut resources: Vec<(&str, Value, Value)> = plan
        .iter()
        .map(|(address, values, unknown)| (address.as_str(), values.clone(), unknown.clone()))
        .collect();
    resources.push((
        address,
        json!({"role_definition_name": "Owner", "scope": GROUP}),
        json!({"principal_id": true}),
    ));
    let mut document = crate::plan::tests::document(&resources);
    let block = json!({"address": "azurerm_role_assignment.more",
        "expressions": {"principal_id": {"references": references}}});
    document["configuration"] = configuration(json!({"resources": [block]}));
    let plan = crate::plan::Plan::from_json(document.to_string().as_bytes()).unwrap();
    let mut found = super::Found::default();
    super::check(&plan, &webhook(), &[], &[], &mut found);
    faults(&found)
}

#[test]
fn an_assignment_at_the_root_counts_by_what_it_refers_to() {
    let found = |references: &Value| {
        let root = |module| json!({"root_module": module});
        with_owner("azurerm_role_assignment.more", &root, references)
    };
    let apps = found(&json!(["module.shop.principal_id", "module.shop"]));
    assert!(
        apps[0].contains("azurerm_role_assignment.more") && apps[0].contains("`Owner`"),
        "{apps:?}"
    );
    let somebody_elses = found(&json!([]));
    assert_eq!(somebody_elses, Vec::<String>::new());
}

#[test]
fn an_assignment_in_the_module_counts_unless_it_is_to_something_else_than_the_app() {
    let found = |references: &Value| {
        let shop = |module| json!({"root_module": {"module_calls": {"shop": {"module": module}}}});
        with_owner("module.shop.azurerm_role_assignment.more", &shop, references)
    };
    for apps in [
        json!([
            "azurerm_user_assigned_identity.code.principal_id",
            "azurerm_user_assigned_identity.code"
        ]),
        json!(["azurerm_function_app_flex_consumption.this.identity"]),
        json!(["azurerm_logic_app_workflow.stop.identity", "azurerm_user_assigned_identity.code"]),
        json!(["azurerm_logic_app_workflow.stop.identity", "local.principal"]),
        json!(["var.principal_id"]),
        json!([]),
    ] {
        assert_eq!(found(&apps).len(), 1, "{apps}");
    }
    let stop = json!([
        "azurerm_logic_app_workflow.stop[0].identity[0].principal_id",
        "azurerm_logic_app_workflow.stop"
    ]);
    assert_eq!(found(&stop), Vec::<String>::new());
}

#[test]
fn needs_that_nothing_grants_are_named() {
    each_is_named(
        &clean,
        &[
            (
                "no reading",
                |plan| plan.retain(|(a, _, _)| !a.contains("photos read")),
                Kind::Missing,
                &[
                    "azurerm_function_app_flex_consumption.this identity",
                    "store `photos`",
                    "blobs/read",
                ],
            ),
            (
                "a definition that has less",
                |plan| {
                    values(plan, "azurerm_role_definition")["permissions"][0]["data_actions"] =
                        json!([]);
                },
                Kind::Missing,
                &["store `small`", "blobs/write"],
            ),
        ],
    );
    // The host's own right on the queue that it listens on holds sending too.
    let mut plan = clean();
    plan.retain(|(address, _, _)| {
        !address.contains("orders send") && !address.contains("archive-source")
    });
    let said = faults(&found_in(&webhook(), &plan, &[], &[])).join("\n");
    assert!(said.contains("queue `orders`") && said.contains("messages/add/action"), "{said}");
}

#[test]
fn triggers_that_nothing_provisions_are_named() {
    each_is_named(
        &clean,
        &[
            (
                "no queue",
                |plan| plan.retain(|(a, _, _)| !a.contains("queue[\"orders\"]")),
                Kind::Trigger,
                &["app_settings.ANYFN_SOURCE_ARCHIVE", "queue `orders`"],
            ),
            (
                "no poison queue",
                |plan| plan.retain(|(a, _, _)| !a.contains("\"resize-events-poison\"")),
                Kind::Trigger,
                &["`resize-events-poison`"],
            ),
            (
                "no source",
                |plan| {
                    settings(plan).as_object_mut().unwrap().remove("ANYFN_SOURCE_ARCHIVE");
                },
                Kind::Trigger,
                &["ANYFN_SOURCE_ARCHIVE"],
            ),
            (
                "another source",
                |plan| settings(plan)["ANYFN_SOURCE_ARCHIVE"] = json!("resize-events"),
                Kind::Trigger,
                &["it is `resize-events`", "`orders`"],
            ),
            (
                "no subscription",
                |plan| plan.retain(|(a, _, _)| !a.contains("event_subscription")),
                Kind::Trigger,
                &["store `photos`", "azurerm_eventgrid_system_topic_event_subscription"],
            ),
            (
                "another prefix",
                |plan| {
                    values(plan, "event_subscription")["subject_filter"][0]["subject_begins_with"] =
                        json!("/blobServices/default/containers/photos/blobs/");
                },
                Kind::Trigger,
                &["subject_filter.subject_begins_with", "blobs/in/"],
            ),
            (
                "another change",
                |plan| {
                    values(plan, "event_subscription")["included_event_types"] =
                        json!(["Microsoft.Storage.BlobDeleted"]);
                },
                Kind::Trigger,
                &["Microsoft.Storage.BlobCreated"],
            ),
            (
                "a function that is off",
                |plan| settings(plan)["AzureWebJobs.sweep.Disabled"] = json!("true"),
                Kind::Trigger,
                &["AzureWebJobs.sweep.Disabled", "`sweep`"],
            ),
        ],
    );
}

#[test]
fn the_package_that_is_planned_is_the_one_that_was_built() {
    let manifest = webhook();
    let files = anyfn::host::azure::files(&manifest).unwrap();
    let handler = elf(0x3e);
    let mut parts: Vec<(&str, u32, &[u8])> =
        files.iter().map(|file| (file.path.as_str(), 0o666, file.contents.as_bytes())).collect();
    parts.push(("handler", 0o777, &handler));
    let mut plan = clean();
    let zip = package("dist/shop/azure-x86_64.zip", &parts);
    let found = found_in(&manifest, &plan, &[package("azure.zip", &parts)], &[]);
    assert!(
        faults(&found).is_empty()
            && found.notes.iter().any(|note| note.says.contains("which package"))
    );
    let address = "module.shop.module.function.terraform_data.package".to_owned();
    plan.push((
        address,
        json!({"input": {"file": "azure-x86_64.zip", "sha256": zip.sha256_hex()}}),
        json!({}),
    ));
    assert_eq!(
        faults(&found_in(&manifest, &plan, &[package("azure.zip", &parts)], &[])),
        Vec::<String>::new()
    );
    values(&mut plan, "terraform_data")["input"]["sha256"] = json!("00");
    let said = faults(&found_in(&manifest, &plan, &[zip], &[])).join("\n");
    assert!(
        said.contains("terraform_data.package input.sha256") && said.contains("`00`"),
        "{said}"
    );
}
