//! Who reaches a function over HTTP, and who may call any function.
//!
//! Deals with: function URLs, gateways, permissions. Does not deal with: paths and methods; the code has
//! them.

use anyfn::manifest::TriggerSpec;

use super::super::finding::{Found, Kind, at};
use super::{Deployed, calls};
use crate::plan::{Plan, Resource};

pub(super) fn compare(plan: &Plan, function: &Deployed<'_>, found: &mut Found) {
    let name = &function.code.name;
    let resource = function.resource;
    let public = match function.code.trigger {
        TriggerSpec::Http { public, .. } => Some(public),
        _ => None,
    };
    let of = |kind, attribute: &'static str| {
        plan.of_type(kind).filter(move |one| calls(plan, one, &[attribute], resource) == Some(true))
    };
    let urls: Vec<&Resource> = of("aws_lambda_function_url", "function_name").collect();
    let gateways = of("aws_apigatewayv2_integration", "integration_uri").count()
        + of("aws_api_gateway_integration", "uri").count()
        + of("aws_lb_target_group_attachment", "target_id").count();
    if public.is_some() && !found.holds(!urls.is_empty() || gateways > 0) {
        found.fault(
            Kind::Trigger,
            &*resource.address,
            format!("requests should reach `{name}`, and nothing lets them; a right one: an aws_lambda_function_url with function_name = \"{}\"", resource.text("function_name").unwrap_or(name)),
        );
    }
    for url in urls {
        let place = at(url, "authorization_type");
        let Some(kind) = url.text("authorization_type") else {
            found.unknown(place, "known only after apply");
            continue;
        };
        match public {
            None => found.fault(Kind::Grant, &*url.address, format!("`{name}` takes no requests in code, and has a URL")),
            Some(public) if found.holds(public == (kind == "NONE")) => {}
            Some(true) => found.drift(place, format!("the code says that anyone may call `{name}`, and `{kind}` lets them not; a right one: NONE")),
            Some(false) => found.fault(Kind::Grant, place, format!("anyone may call `{name}`, and the code does not say .public(); a right one: AWS_IAM")),
        }
    }
    for permission in of("aws_lambda_permission", "function_name") {
        let who = permission.text("principal").unwrap_or("unknown before apply");
        let right = match (&function.code.trigger, who) {
            (TriggerSpec::Http { public, .. }, "*") => *public,
            (
                TriggerSpec::Http { .. },
                "apigateway.amazonaws.com" | "elasticloadbalancing.amazonaws.com",
            ) => true,
            (TriggerSpec::Schedule { .. }, "events.amazonaws.com" | "scheduler.amazonaws.com") => {
                true
            }
            _ => false,
        };
        if !found.holds(right) {
            found.fault(
                Kind::Grant,
                at(permission, "principal"),
                format!("`{who}` may call `{name}`, and nothing in the code asks for that"),
            );
        }
    }
}
