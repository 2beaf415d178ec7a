//! Settings: what an app declares, and the values that a start finds.
//!
//! Deals with: declaring a setting, checking all of them at once, handing out values. Does not deal
//! with: where the values come from (`host` reads the environment, once).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::Error;
use crate::manifest::{Access, Manifest, NeedKind, Setting, TriggerSpec};
use crate::name::variable;

/// How a setting behaves where it is not set.
#[derive(Clone, Debug)]
#[must_use]
pub struct Rule {
    default: Option<String>,
    secret: bool,
}

/// The process does not start without it.
pub fn required() -> Rule {
    Rule { default: None, secret: false }
}

/// Where it is not set, it has this value.
pub fn optional(default: impl Into<String>) -> Rule {
    Rule { default: Some(default.into()), secret: false }
}

/// Required, and never printed.
pub fn secret() -> Rule {
    required().secret()
}

impl Rule {
    /// Its value is never printed, and Terraform keeps it where secrets live.
    pub fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    pub(crate) fn into_setting(self, name: &str) -> Setting {
        Setting {
            name: name.to_owned(),
            required: self.default.is_none(),
            default: self.default,
            secret: self.secret,
        }
    }
}

/// The values of all declared settings. `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Settings(Arc<BTreeMap<String, String>>);

impl Settings {
    /// Settings for a test: exactly these values.
    #[must_use]
    pub fn test<const N: usize>(values: [(&str, &str); N]) -> Self {
        Self(Arc::new(values.map(|(k, v)| (k.to_owned(), v.to_owned())).into()))
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// [`Kind::Config`](crate::Kind::Config) where the app did not declare `name`.
    pub fn get(&self, name: &str) -> Result<&str, Error> {
        self.0.get(name).map(String::as_str).ok_or_else(|| {
            Error::config(format!(
                "the setting {name} is not declared; add `.config(\"{name}\", optional(\"…\"))` to the app"
            ))
        })
    }

    /// The value of `name` as a number or any other type that parses.
    ///
    /// # Errors
    /// [`Kind::Config`](crate::Kind::Config) where it is not declared or does not parse; `example` is
    /// shown as a right value.
    pub fn parse<T>(&self, name: &str, example: &str) -> Result<T, Error>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let text = self.get(name)?;
        text.parse().map_err(|fault| {
            Error::config(format!(
                "{name}=`{text}` is not valid: {fault}; a right one: {name}={example}"
            ))
        })
    }

    /// Picks the declared settings out of `environment`, and checks what the app's bindings need.
    /// `sinks` says whether dead letters go through the app's own sink on this host.
    ///
    /// # Errors
    /// One text that lists everything that is missing, each with a right example.
    pub(crate) fn read(
        manifest: &Manifest,
        environment: &BTreeMap<String, String>,
        sinks: bool,
    ) -> Result<Self, String> {
        let mut missing = Vec::new();
        for (name, example) in bindings(manifest, sinks) {
            match environment.get(&name) {
                Some(value) if value.contains("://") => {}
                Some(value) if !value.is_empty() => missing.push(format!(
                    "  {name} is `{value}`, which is no binding URL; a right one: {name}={example}"
                )),
                _ => missing.push(format!("  {name} is not set; a right one: {name}={example}")),
            }
        }
        let mut values = BTreeMap::new();
        for setting in &manifest.config {
            match (environment.get(&setting.name), &setting.default) {
                (Some(value), _) if !value.is_empty() => {
                    values.insert(setting.name.clone(), value.clone());
                }
                (_, Some(default)) => {
                    values.insert(setting.name.clone(), default.clone());
                }
                _ => missing.push(format!(
                    "  {name} is required and not set; a right one: {name}=value",
                    name = setting.name
                )),
            }
        }
        if missing.is_empty() {
            return Ok(Self(Arc::new(values)));
        }
        Err(format!("the app `{}` cannot start:\n{}", manifest.app, missing.join("\n")))
    }
}

/// Every binding variable that the manifest implies, with a right example.
fn bindings(manifest: &Manifest, sinks: bool) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for need in &manifest.needs {
        let name = &need.name;
        all.push(match need.kind {
            NeedKind::Blob => (
                variable("ANYFN_BLOB", name),
                format!("s3://my-{name}?region=eu-central-1 or azblob://myaccount/{name}"),
            ),
            NeedKind::Queue => (
                variable("ANYFN_QUEUE", name),
                format!("sqs://eu-central-1/123456789012/{name} or azqueue://myaccount/{name}"),
            ),
        });
    }
    let lettered = |trigger: &TriggerSpec| {
        matches!(trigger, TriggerSpec::Queue { .. } | TriggerSpec::Blob { .. })
    };
    for function in manifest.functions.iter().filter(|f| sinks && lettered(&f.trigger)) {
        all.push((
            variable("ANYFN_DEAD_LETTER", &function.name),
            format!("sqs://eu-central-1/123456789012/{}-dead-letter", function.name),
        ));
    }
    all
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Settings").field(&self.0.keys()).finish()
    }
}

/// The words of an access, as the manifest and error messages spell them.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::List => "list",
            Self::Send => "send",
            Self::Receive => "receive",
        })
    }
}
