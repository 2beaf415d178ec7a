//! Settings: what an app declares, and the values that a start finds.
//!
//! Deals with: declaring a setting, checking all of them at once, handing out values. Does not deal
//! with: where the values come from (`host` reads the environment, once).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::Error;
use crate::manifest::{Access, Manifest, NeedKind, Setting};
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
pub struct Settings(Arc<BTreeMap<String, Value>>);

struct Value {
    text: String,
    /// Never part of a message.
    secret: bool,
}

impl Settings {
    /// Settings for a test: exactly these values.
    #[must_use]
    pub fn test<const N: usize>(values: [(&str, &str); N]) -> Self {
        let value = |text: &str| Value { text: text.to_owned(), secret: false };
        Self(Arc::new(values.map(|(name, text)| (name.to_owned(), value(text))).into()))
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// [`Kind::Config`](crate::Kind::Config) where the app did not declare `name`.
    pub fn get(&self, name: &str) -> Result<&str, Error> {
        self.value(name).map(|value| value.text.as_str())
    }

    fn value(&self, name: &str) -> Result<&Value, Error> {
        self.0.get(name).ok_or_else(|| {
            Error::config(format!(
                "the setting {name} is not declared; add `.config(\"{name}\", optional(\"…\"))` to the app"
            ))
        })
    }

    /// The value of `name` as a number or any other type that parses.
    ///
    /// # Errors
    /// [`Kind::Config`](crate::Kind::Config) where it is not declared or does not parse; `example` is
    /// shown as a right value. Of a secret neither the value nor what its parser says of it is told.
    pub fn parse<T>(&self, name: &str, example: &str) -> Result<T, Error>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let Value { text, secret } = self.value(name)?;
        text.parse().map_err(|fault| {
            let wrong = match secret {
                true => format!("the value of {name} is not valid"),
                false => format!("{name}=`{text}` is not valid: {fault}"),
            };
            Error::config(format!("{wrong}; a right one: {name}={example}"))
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
        for Binding { name, schemes, example } in bindings(manifest, sinks) {
            let value = environment.get(&name).map_or("", String::as_str);
            missing.extend(
                binding_fault(value, schemes)
                    .map(|fault| format!("  {name} is {fault}; a right one: {name}={example}")),
            );
        }
        let mut values = BTreeMap::new();
        for setting in &manifest.config {
            let Setting { name, default, secret, .. } = setting;
            let set = environment.get(name).filter(|value| !value.is_empty());
            match set.or(default.as_ref()) {
                Some(text) => {
                    values.insert(name.clone(), Value { text: text.clone(), secret: *secret });
                }
                None => missing
                    .push(format!("  {name} is required and not set; a right one: {name}=value")),
            }
        }
        if missing.is_empty() {
            return Ok(Self(Arc::new(values)));
        }
        Err(format!("the app `{}` cannot start:\n{}", manifest.app, missing.join("\n")))
    }
}

/// A variable that binds a store or a queue.
struct Binding {
    name: String,
    /// What its URL may begin with.
    schemes: &'static [&'static str],
    example: String,
}

/// What `value` is instead of a URL of one of `schemes`.
fn binding_fault(value: &str, schemes: &[&str]) -> Option<String> {
    let list = || schemes.iter().map(|s| format!("{s}://")).collect::<Vec<_>>().join(", ");
    match value.split_once("://") {
        _ if value.is_empty() => Some("not set".to_owned()),
        None => Some(format!("`{value}`, which is no URL; it begins with one of {}", list())),
        Some((scheme, rest)) if schemes.contains(&scheme) => {
            rest.is_empty().then(|| format!("`{value}`, which names nothing"))
        }
        // Of a URL of another kind no more is told: it may carry a password.
        Some((scheme, _)) => {
            Some(format!("a URL of `{scheme}://`, but must begin with one of {}", list()))
        }
    }
}

/// Every binding variable that the manifest implies.
fn bindings(manifest: &Manifest, sinks: bool) -> Vec<Binding> {
    let mut all = Vec::new();
    for need in &manifest.needs {
        let name = &need.name;
        all.push(match need.kind {
            NeedKind::Blob => Binding {
                name: variable("ANYFN_BLOB", name),
                schemes: &["s3", "azblob", "memory"],
                example: format!("s3://my-{name}?region=eu-central-1 or azblob://myaccount/{name}"),
            },
            NeedKind::Queue => Binding {
                name: variable("ANYFN_QUEUE", name),
                schemes: &["sqs", "azqueue", "memory"],
                example: format!(
                    "sqs://eu-central-1/123456789012/{name} or azqueue://myaccount/{name}"
                ),
            },
        });
    }
    for function in manifest.functions.iter().filter(|f| sinks && f.trigger.has_dead_letters()) {
        all.push(Binding {
            name: variable("ANYFN_DEAD_LETTER", &function.name),
            // Nobody could read what was left in memory.
            schemes: &["sqs", "azqueue"],
            example: format!("sqs://eu-central-1/123456789012/{}-dead-letter", function.name),
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::App;

    fn read(app: &App<()>, set: &[(&str, &str)], sinks: bool) -> Result<Settings, String> {
        let environment = set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Settings::read(&app.manifest().unwrap(), &environment, sinks)
    }

    fn app() -> App<()> {
        async fn work(_: String, _: crate::Context<()>) -> Result<(), Error> {
            Ok(())
        }
        App::new("shop", |_| async { Ok(()) })
            .on("work", crate::queue::messages::<String>("jobs"), work)
            .needs(crate::blob::store("photos").read())
            .needs(crate::queue::named("jobs").send())
            .dead_letters(|_, _, _| async { Ok(()) })
    }

    const GOOD: [(&str, &str); 3] = [
        ("ANYFN_BLOB_PHOTOS", "s3://my-photos"),
        ("ANYFN_QUEUE_JOBS", "azqueue://myaccount/jobs"),
        ("ANYFN_DEAD_LETTER_WORK", "sqs://eu-central-1/123456789012/work-dead-letter"),
    ];

    #[test]
    fn a_binding_of_the_wrong_kind_is_refused_with_those_that_are_right() {
        read(&app(), &GOOD, true).unwrap();
        for (at, value, part) in [
            (0, "sqs://eu-central-1/1/q", "ANYFN_BLOB_PHOTOS is a URL of `sqs://`"),
            (0, "https://user:hunter2@example.com", "s3://, azblob://, memory://;"),
            (0, "my-photos", "`my-photos`, which is no URL"),
            (1, "s3://b", "ANYFN_QUEUE_JOBS is a URL of `s3://`"),
            (1, "sqs://", "`sqs://`, which names nothing"),
            (1, "", "ANYFN_QUEUE_JOBS is not set; a right one: ANYFN_QUEUE_JOBS=sqs://"),
            (2, "memory://x", "must begin with one of sqs://, azqueue://;"),
        ] {
            let mut set = GOOD;
            set[at].1 = value;
            let fault = read(&app(), &set, true).unwrap_err();
            assert!(fault.contains(part) && !fault.contains("hunter2"), "{part}: {fault}");
        }
    }

    #[test]
    fn a_secret_that_does_not_parse_is_not_told() {
        let app = app().config("PIN", secret()).config("AGE", required());
        let set = [GOOD[0], GOOD[1], ("PIN", "hunter2"), ("AGE", "old")];
        let settings = read(&app, &set, false).unwrap();
        let fault = settings.parse::<u32>("PIN", "1234").unwrap_err().to_string();
        assert_eq!(fault, "the value of PIN is not valid; a right one: PIN=1234");
        let fault = settings.parse::<u32>("AGE", "7").unwrap_err().to_string();
        assert!(fault.contains("AGE=`old`") && fault.contains("AGE=7"), "{fault}");
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
