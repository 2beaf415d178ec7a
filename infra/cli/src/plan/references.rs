//! What an attribute's expression refers to.
//!
//! Deals with: finding a resource's block in the plan's `configuration`. Does not deal with: values.
//!
//! It is what is left where a value is unknown before apply, such as the principal of a role assignment
//! whose identity the same plan makes.

use serde_json::Value;

/// The plan's `configuration`.
#[derive(Debug)]
pub(crate) struct References(Value);

impl References {
    pub(super) fn new(configuration: Value) -> Self {
        Self(configuration)
    }

    /// The addresses that the expression of `attribute` names, as written in its module: such as
    /// `azurerm_user_assigned_identity.this.principal_id` or `module.shop.principal_id`.
    pub(crate) fn of(&self, address: &str, attribute: &str) -> Vec<&str> {
        let found = self.block(address).and_then(|block| {
            block.get("expressions")?.get(attribute)?.get("references")?.as_array()
        });
        found.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn block(&self, address: &str) -> Option<&Value> {
        let plain = without_indexes(address);
        let mut module = self.0.get("root_module")?;
        let mut rest = plain.as_str();
        while let Some((name, after)) =
            rest.strip_prefix("module.").and_then(|rest| rest.split_once('.'))
        {
            module = module.get("module_calls")?.get(name)?.get("module")?;
            rest = after;
        }
        let resources = module.get("resources")?.as_array()?;
        resources.iter().find(|block| block.get("address").and_then(Value::as_str) == Some(rest))
    }
}

/// `module.a["x.y"].aws_sqs_queue.this[0]` without what is in brackets.
pub(crate) fn without_indexes(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}
