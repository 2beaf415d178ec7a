//! function.json: one function's trigger and outputs.
//!
//! Deals with: reading it strictly, `%SETTING%` in it, refusing what the emulated host does not do.
//! Does not deal with: the folder (`files`), running anything.

use serde_json::{Map, Value};

use super::route::Route;
use super::schedule::Schedule;
use super::settings::Settings;

/// Who may call an HTTP function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthLevel {
    /// Anyone.
    Anonymous,
    /// Who shows a key; also what is meant where nothing is said.
    Function,
}

/// What makes a function run.
#[derive(Clone, Debug)]
pub(crate) enum Trigger {
    /// `methods` in upper case; empty: every one.
    Http { methods: Vec<String>, auth: AuthLevel, route: Route },
    /// The storage queue's name.
    Queue { queue: String },
    /// `use_monitor`: a missed run is made up for.
    Timer { schedule: Schedule, run_on_startup: bool, use_monitor: bool },
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The answer to the HTTP request.
    Http,
    /// The storage queue's name.
    Queue(String),
}

/// An output binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// `$return` stands for the reply's `ReturnValue`.
    pub(crate) name: String,
    pub(crate) target: Target,
    /// `"dataType": "binary"`: a text is then not tried as base64.
    pub(crate) binary: bool,
}

/// A function as its folder describes it.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The trigger binding's name: the key in `Data`.
    pub(crate) input: String,
    /// `"dataType": "binary"` of the trigger.
    pub(crate) binary: bool,
    pub(crate) trigger: Trigger,
    pub(crate) outputs: Vec<Output>,
    pub(crate) disabled: bool,
    /// function.json itself, for `GET /admin/functions`.
    pub(crate) raw: Value,
}

impl Function {
    /// Whether it has exactly an HTTP trigger and an HTTP output: only then are requests forwarded or
    /// proxied.
    pub(crate) fn is_http_only(&self) -> bool {
        matches!(self.trigger, Trigger::Http { .. })
            && matches!(self.outputs.as_slice(), [Output { target: Target::Http, .. }])
    }
}

/// Reads the function.json of the function called `name`.
///
/// # Errors
/// A sentence that names the binding and shows a right one.
pub(crate) fn parse(name: &str, text: &str, settings: &Settings) -> Result<Function, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let raw: Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
    if raw.get("retry").is_some() {
        return Err("'retry' is not emulated; rely on the queue's own dequeue count".to_owned());
    }
    let bindings = raw.get("bindings").and_then(Value::as_array).ok_or(
        "'bindings' must be a list, like {\"bindings\": [{\"type\": \"queueTrigger\", …}]}",
    )?;
    let mut trigger = None;
    let mut outputs = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for binding in bindings {
        let binding = Binding::new(binding, settings)?;
        if names.iter().any(|taken| taken.eq_ignore_ascii_case(&binding.name)) {
            return Err(format!("two bindings are called '{}'; names are unique", binding.name));
        }
        names.push(binding.name.clone());
        if binding.kind.to_ascii_lowercase().ends_with("trigger") {
            let parsed = binding.trigger(name)?;
            if trigger.replace((binding.name.clone(), binding.is_binary()?, parsed)).is_some() {
                return Err("more than one trigger; a function has exactly one".to_owned());
            }
        } else {
            outputs.push(binding.output()?);
        }
    }
    let (input, binary, trigger) = trigger
        .ok_or("no trigger; a function has exactly one binding whose type ends in 'Trigger'")?;
    let is_http = matches!(trigger, Trigger::Http { .. });
    if !is_http && outputs.iter().any(|output| output.target == Target::Http) {
        return Err("an http output needs an httpTrigger".to_owned());
    }
    let setting = settings.get(&format!("AzureWebJobs.{name}.Disabled")).unwrap_or_default();
    let disabled = raw.get("disabled").and_then(Value::as_bool).unwrap_or(false)
        || ["1", "true"].contains(&setting.to_ascii_lowercase().as_str());
    Ok(Function { name: name.to_owned(), input, binary, trigger, outputs, disabled, raw })
}

struct Binding<'a> {
    name: String,
    kind: String,
    map: &'a Map<String, Value>,
    settings: &'a Settings,
}

impl<'a> Binding<'a> {
    fn new(value: &'a Value, settings: &'a Settings) -> Result<Self, String> {
        let map = value.as_object().ok_or("each binding must be a JSON object")?;
        let need = |key: &str| {
            let text = map.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            text.map(str::to_owned).ok_or_else(|| format!("a binding has no '{key}': {value}"))
        };
        let (name, kind) = (need("name")?, need("type")?);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name != "$return"
            && (name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain))
        {
            return Err(format!(
                "the binding name '{name}' must be letters and digits, like 'message'"
            ));
        }
        Ok(Self { name, kind, map, settings })
    }

    fn wrong(&self, why: &str) -> String {
        format!("binding '{}' ({}): {why}", self.name, self.kind)
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                self.settings.resolve(text).map(Some).map_err(|why| self.wrong(&why))
            }
            Some(other) => Err(self.wrong(&format!("'{key}' must be text, not {other}"))),
        }
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool, String> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.wrong(&format!("'{key}' must be true or false, not {other}"))),
        }
    }

    fn is_binary(&self) -> Result<bool, String> {
        match self.text("dataType")?.map(|text| text.to_ascii_lowercase()).as_deref() {
            None | Some("string") => Ok(false),
            Some("binary") => Ok(true),
            Some(other) => {
                Err(self.wrong(&format!("dataType '{other}' must be 'string' or 'binary'")))
            }
        }
    }

    fn direction(&self, wanted: &str) -> Result<(), String> {
        let direction = self.text("direction")?.unwrap_or_else(|| "in".to_owned());
        if direction.eq_ignore_ascii_case(wanted) {
            return Ok(());
        }
        Err(self.wrong(&format!("direction must be '{wanted}', not '{direction}'")))
    }

    fn queue(&self) -> Result<String, String> {
        let connection = self.text("connection")?.filter(|name| !name.is_empty());
        let connection = connection.unwrap_or_else(|| "AzureWebJobsStorage".to_owned());
        if !self.settings.has_connection(&connection) {
            return Err(self.wrong(&format!("the app setting '{connection}' does not exist")));
        }
        let queue = self.text("queueName")?.unwrap_or_default().to_lowercase();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let edges = queue.starts_with('-') || queue.ends_with('-') || queue.contains("--");
        if !(3..=63).contains(&queue.len()) || !queue.chars().all(plain) || edges {
            return Err(self.wrong(&format!(
                "queueName '{queue}' must be 3 to 63 lower-case letters, digits and single hyphens"
            )));
        }
        Ok(queue)
    }

    fn trigger(&self, function: &str) -> Result<Trigger, String> {
        self.direction("in")?;
        match self.kind.to_ascii_lowercase().as_str() {
            "httptrigger" => self.http(function),
            "queuetrigger" => Ok(Trigger::Queue { queue: self.queue()? }),
            "timertrigger" => {
                let schedule = self.text("schedule")?.unwrap_or_default();
                Ok(Trigger::Timer {
                    schedule: Schedule::parse(&schedule).map_err(|why| self.wrong(&why))?,
                    run_on_startup: self.flag("runOnStartup", false)?,
                    use_monitor: self.flag("useMonitor", true)?,
                })
            }
            "eventgridtrigger" | "blobtrigger" => Err(self.wrong(
                "this trigger is not emulated; route the events through a storage queue and use a \
                 queueTrigger",
            )),
            _ => Err(self.wrong(
                "this trigger is not emulated; there are httpTrigger, queueTrigger and timerTrigger",
            )),
        }
    }

    fn http(&self, function: &str) -> Result<Trigger, String> {
        let auth = match self.text("authLevel")?.map(|text| text.to_ascii_lowercase()).as_deref() {
            Some("anonymous") => AuthLevel::Anonymous,
            None | Some("function") => AuthLevel::Function,
            Some(other) => {
                return Err(self.wrong(&format!(
                    "authLevel '{other}' is not emulated; there are 'anonymous' and 'function'"
                )));
            }
        };
        let methods = match self.map.get("methods") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_ascii_uppercase))
                .collect::<Option<_>>()
                .ok_or_else(|| self.wrong("'methods' must be a list, like [\"get\", \"post\"]"))?,
            Some(_) => return Err(self.wrong("'methods' must be a list, like [\"get\", \"post\"]")),
        };
        let route = self.text("route")?.unwrap_or_else(|| function.to_owned());
        let route = Route::parse(&route).map_err(|why| self.wrong(&why))?;
        Ok(Trigger::Http { methods, auth, route })
    }

    fn output(&self) -> Result<Output, String> {
        let target = match self.kind.to_ascii_lowercase().as_str() {
            "http" | "queue" => {
                self.direction("out")?;
                if self.kind.eq_ignore_ascii_case("http") {
                    Target::Http
                } else {
                    Target::Queue(self.queue()?)
                }
            }
            _ => {
                return Err(self
                    .wrong("this binding is not emulated; there are the outputs http and queue"));
            }
        };
        Ok(Output { name: self.name.clone(), target, binary: self.is_binary()? })
    }
}

#[cfg(test)]
mod tests;
