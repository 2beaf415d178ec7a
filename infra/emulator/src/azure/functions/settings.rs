//! The app settings, and the three ways in which the host reads them.
//!
//! Deals with: `%NAME%` in function.json, `%NAME%` in the command line, `AzureFunctionsJobHost__…`
//! overrides of host.json, whether a storage connection exists.
//! Does not deal with: where the settings come from.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Settings that start with this override host.json; `__` and `:` walk into sections.
const HOST_PREFIX: &str = "AzureFunctionsJobHost";

/// The app settings, which are also the worker's environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings(BTreeMap<String, String>);

impl Settings {
    pub(crate) fn new(settings: BTreeMap<String, String>) -> Self {
        Self(settings)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    /// Replaces every `%NAME%`; an unknown name is an error, as in a binding.
    pub(crate) fn resolve(&self, text: &str) -> Result<String, String> {
        replace(text, |name| {
            let found = self.get(name).map(str::to_owned);
            found.ok_or_else(|| format!("'%{name}%' does not resolve to an app setting"))
        })
    }

    /// Replaces every `%NAME%`; an unknown name becomes nothing, as in the worker's command line.
    pub(crate) fn expand(&self, text: &str) -> String {
        let lenient = replace(text, |name| Ok(self.get(name).unwrap_or_default().to_owned()));
        lenient.unwrap_or_else(|_| text.to_owned())
    }

    /// Whether the storage connection `name` is configured: as a connection string, or as an account
    /// that is reached by identity.
    pub(crate) fn has_connection(&self, name: &str) -> bool {
        let parts = ["", "__accountName", "__queueServiceUri", "__blobServiceUri"];
        [name.to_owned(), format!("AzureWebJobs{name}")]
            .iter()
            .any(|name| parts.iter().any(|part| self.get(&format!("{name}{part}")).is_some()))
    }

    /// Writes the `AzureFunctionsJobHost__a__b=value` settings over host.json, names compared without
    /// case, the way .NET configuration layers its sources. Values stay text.
    pub(crate) fn override_host(&self, host: &mut Value) {
        for (name, value) in self.iter() {
            let normal = name.replace(':', "__");
            let mut parts = normal.split("__");
            if parts.next().is_some_and(|first| first.eq_ignore_ascii_case(HOST_PREFIX)) {
                let path: Vec<&str> = parts.collect();
                if !path.is_empty() && path.iter().all(|part| !part.is_empty()) {
                    write(host, &path, value);
                }
            }
        }
    }
}

fn replace(text: &str, value: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        let (name, tail) = after
            .split_once('%')
            .ok_or_else(|| format!("'{text}' has a '%' without its closing '%'"))?;
        out.push_str(before);
        out.push_str(&value(name)?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn write(section: &mut Value, path: &[&str], value: &str) {
    let Some((name, rest)) = path.split_first() else {
        *section = Value::String(value.to_owned());
        return;
    };
    if !section.is_object() {
        *section = Value::Object(Map::new());
    }
    if let Some(map) = section.as_object_mut() {
        let known = map.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
        let key = known.unwrap_or_else(|| (*name).to_owned());
        write(map.entry(key).or_insert(Value::Null), rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        Settings::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_setting_is_put_in_place_and_a_missing_one_is_named() {
        let settings = settings(&[("Q", "orders")]);
        assert_eq!(settings.resolve("%Q%-poison").unwrap(), "orders-poison");
        assert_eq!(
            settings.resolve("%R%").unwrap_err(),
            "'%R%' does not resolve to an app setting"
        );
        assert!(settings.resolve("100%").unwrap_err().contains("closing"));
        assert_eq!(settings.expand("a%R%b"), "ab");
    }

    #[test]
    fn host_json_is_overridden_without_regard_to_case() {
        let settings = settings(&[
            ("AzureFunctionsJobHost__extensions__queues__maxDequeueCount", "3"),
            ("AzureFunctionsJobHost:functionTimeout", "00:00:07"),
            ("AzureFunctionsJobHost__extensions__http", ""),
        ]);
        let mut host = json!({"Extensions": {"queues": {"MaxDequeueCount": 5, "batchSize": 2}}});
        settings.override_host(&mut host);
        assert_eq!(
            host,
            json!({"Extensions": {"queues": {"MaxDequeueCount": "3", "batchSize": 2}, "http": ""},
                   "functionTimeout": "00:00:07"})
        );
    }

    #[test]
    fn a_connection_is_a_string_or_an_account_by_identity() {
        assert!(settings(&[("AzureWebJobsStorage", "x")]).has_connection("AzureWebJobsStorage"));
        assert!(settings(&[("AzureWebJobsStorage", "x")]).has_connection("Storage"));
        assert!(settings(&[("Data__accountName", "x")]).has_connection("Data"));
        assert!(!settings(&[]).has_connection("AzureWebJobsStorage"));
    }
}
