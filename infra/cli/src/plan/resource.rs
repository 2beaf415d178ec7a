//! One resource of a plan.
//!
//! Deals with: its attributes, its tags, telling "not set" from "not known before apply". Does not deal
//! with: what an attribute means.

use serde_json::Value;

/// A resource that will exist.
#[derive(Debug)]
pub(crate) struct Resource {
    /// Such as `module.shop.aws_sqs_queue.this["orders"]`.
    pub(crate) address: String,
    /// The address of its module; empty for the root.
    pub(crate) module: String,
    /// Its type, such as `aws_sqs_queue`.
    pub(crate) kind: String,
    /// Such as `registry.terraform.io/hashicorp/aws`.
    pub(crate) provider: String,
    pub(super) values: Value,
    /// The tree of `values` with `true` where Terraform learns the value only when it applies.
    pub(super) unknown: Value,
}

/// What a plan says of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    /// Its value; never null.
    Known(&'a Value),
    /// Known only after apply, it or a part of it on the way.
    Unknown,
    /// Not set.
    Absent,
}

impl<'a> Field<'a> {
    /// The value.
    pub(crate) fn known(self) -> Option<&'a Value> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Absent => None,
        }
    }

    /// The value, where it is text.
    pub(crate) fn text(self) -> Option<&'a str> {
        self.known().and_then(Value::as_str)
    }

    /// The value, where it is a number; Terraform prints some as text.
    pub(crate) fn number(self) -> Option<f64> {
        let value = self.known()?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    }

    /// The value, where it is true or false.
    pub(crate) fn flag(self) -> Option<bool> {
        self.known().and_then(Value::as_bool)
    }
}

impl Resource {
    /// The attribute at `path`: names of attributes, keys of maps, indexes of blocks.
    pub(crate) fn field<'a>(&'a self, path: &[&str]) -> Field<'a> {
        let mut value = Some(&self.values);
        let mut unknown = Some(&self.unknown);
        for part in path {
            value = value.and_then(|value| child(value, part));
            unknown = unknown.and_then(|unknown| match unknown {
                Value::Bool(_) => Some(unknown),
                other => child(other, part),
            });
        }
        match (value, unknown) {
            (_, Some(Value::Bool(true))) => Field::Unknown,
            (Some(value), _) if !value.is_null() => Field::Known(value),
            _ => Field::Absent,
        }
    }

    /// The key or number among its siblings, with quotes; empty where it has none.
    pub(crate) fn index(&self) -> &str {
        let own = self.address.strip_prefix(self.module.as_str()).unwrap_or(&self.address);
        own.split_once('[').map_or("", |(_, index)| index.trim_end_matches(']'))
    }

    /// The attribute called `name`.
    pub(crate) fn get(&self, name: &str) -> Field<'_> {
        self.field(&[name])
    }

    /// The text of the attribute called `name`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).text()
    }

    /// A tag of the resource, its own or by the provider's default.
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        let own = self.field(&["tags", name]).text();
        own.or_else(|| self.field(&["tags_all", name]).text())
    }

    /// The keys of the map at `path`, those too whose values are unknown.
    pub(crate) fn keys(&self, path: &[&str]) -> Vec<&str> {
        let mut keys: Vec<&str> = [&self.values, &self.unknown]
            .into_iter()
            .filter_map(|tree| path.iter().try_fold(tree, |tree, part| child(tree, part)))
            .filter_map(Value::as_object)
            .flat_map(|map| map.keys().map(String::as_str))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// How many blocks or elements the list at `path` has, as far as the plan tells.
    pub(crate) fn count(&self, path: &[&str]) -> usize {
        self.field(path).known().and_then(Value::as_array).map_or(0, Vec::len)
    }
}

fn child<'a>(value: &'a Value, part: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(part),
        Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        _ => None,
    }
}
