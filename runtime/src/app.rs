//! The app: functions, what they need, and where their dead letters go.
//!
//! Deals with: the author's declarations, and the one place where types are erased. Does not deal
//! with: running (`engine`), hosts (`host`).

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::config::{Rule, Settings};
use crate::context::{Call, Context};
use crate::error::Error;
use crate::handler::{Answers, Handler};
use crate::manifest::{Function as Listed, Manifest, Need, Setting, TriggerSpec, VERSION};
use crate::state::State;
use crate::trigger::{Event, Reply, Trigger};
use crate::{manifest, name};

/// Any error of any crate.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a dead letter's sink returns.
pub(crate) type Sunk = BoxFuture<'static, Result<(), BoxError>>;
/// Takes function name, body and attributes of a dead letter.
pub(crate) type Sink = Arc<dyn Fn(String, Bytes, Vec<(String, String)>) -> Sunk + Send + Sync>;
type Run = Arc<dyn Fn(Event, Arc<Call>) -> BoxFuture<'static, Result<Reply, Error>> + Send + Sync>;
pub(crate) type Prepare = Arc<dyn Fn() -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// An application: functions that share state `S`, one role and one deployment.
#[must_use]
pub struct App<S> {
    name: String,
    state: Arc<State<S>>,
    functions: Vec<Function>,
    needs: Vec<Need>,
    config: Vec<Setting>,
    sink: Option<Sink>,
}

/// A function whose event, reply and state types are forgotten.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) name: Arc<str>,
    pub(crate) trigger: TriggerSpec,
    pub(crate) run: Run,
}

impl<S: Send + Sync + 'static> App<S> {
    /// An app called `name` (`[a-z][a-z0-9-]{1,39}`). `init` builds the shared state, at the first
    /// need and never for the manifest. Where it fails with [`Error::config`] the process ends; any
    /// other failure fails the waiting events with its text, and the next event tries again.
    pub fn new<F, Fut>(name: impl Into<String>, init: F) -> Self
    where
        F: Fn(Settings) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S, Error>> + Send + 'static,
    {
        Self {
            name: name.into(),
            state: Arc::new(State::new(Box::new(move |settings| init(settings).boxed()))),
            functions: Vec::new(),
            needs: Vec::new(),
            config: Vec::new(),
            sink: None,
        }
    }

    /// Runs `handler` whenever `trigger` says so, as the function `name`.
    pub fn on<T, H>(mut self, name: &str, trigger: T, handler: H) -> Self
    where
        T: Trigger,
        H: Handler<T::Event, S, Reply: Answers<T::Reply>>,
    {
        let spec = trigger.spec();
        let shared = Arc::new((trigger, handler, Arc::clone(&self.state)));
        let run: Run = Arc::new(move |event, call| {
            let shared = Arc::clone(&shared);
            async move {
                let (trigger, handler, state) = &*shared;
                let mut event = trigger.open(event)?;
                let unread = trigger.unread(&mut event);
                let state = state.get().await?;
                match handler.call(event, Context::new(call, state)).await {
                    Ok(reply) => Ok(trigger.seal(reply.answer()).and(unread)),
                    Err(error) => Err(error.sparing(unread)),
                }
            }
            .boxed()
        });
        self.functions.push(Function { name: name.into(), trigger: spec, run });
        self
    }

    /// Declares what the app does with a store or a queue. Every function of the app may do it.
    pub fn needs(mut self, need: impl Into<Need>) -> Self {
        self.needs.push(need.into());
        self
    }

    /// Declares the setting `name`, read from the environment variable of that name.
    pub fn config(mut self, name: &str, rule: Rule) -> Self {
        self.config.push(rule.into_setting(name));
        self
    }

    /// Sends rejected events to `sink`, with the function's name, the event's body and attributes
    /// (`reason`, `invocation_id`). Where it fails, the event counts as failed and is tried again.
    pub fn dead_letters<F, Fut>(mut self, sink: F) -> Self
    where
        F: Fn(String, Bytes, Vec<(String, String)>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.sink = Some(Arc::new(move |function, body, attributes| {
            sink(function, body, attributes).boxed()
        }));
        self
    }

    /// Uses `state` instead of building one: for tests.
    pub fn with_state(self, state: S) -> Self {
        self.state.set(state);
        self
    }

    /// Runs one event of the function `name` in this process, as a test does: no host, no retries.
    ///
    /// # Errors
    /// The handler's own, or `name` is unknown.
    pub async fn invoke(&self, name: &str, event: Event) -> Result<Reply, Error> {
        let function = self.functions.iter().find(|f| &*f.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.functions.iter().map(|f| &*f.name).collect();
            Error::config(format!("no function `{name}`; this app has: {}", names.join(", ")))
        })?;
        (function.run)(event, Arc::new(Call::test(Arc::clone(&function.name)))).await
    }

    /// What the app declares, checked.
    ///
    /// # Errors
    /// Every fault, one a line, each with a right example.
    pub fn manifest(&self) -> Result<Manifest, String> {
        let mut manifest = self.checked()?;
        manifest.functions.iter_mut().for_each(Listed::describe);
        Ok(manifest)
    }

    /// As [`manifest`](Self::manifest), without the schemas of events: only a listing has a use for them, and
    /// every start would wait until they are made.
    pub(crate) fn checked(&self) -> Result<Manifest, String> {
        let mut manifest = Manifest {
            anyfn: VERSION,
            app: self.name.clone(),
            functions: self
                .functions
                .iter()
                .map(|f| Listed::new(&f.name, f.trigger.clone()))
                .collect(),
            needs: self.needs.clone(),
            config: self.config.clone(),
        };
        let mut faults = manifest::faults(&manifest);
        if self.sink.is_none() {
            let homeless = self.functions.iter().filter(|f| f.trigger.has_dead_letters());
            faults.extend(homeless.map(|f| {
                format!(
                    "function `{}` has nowhere to put dead letters ({}); add \
                     `.dead_letters(anyfn_services::dead_letters)`",
                    f.name,
                    name::variable("ANYFN_DEAD_LETTER", &f.name)
                )
            }));
        }
        if !faults.is_empty() {
            return Err(format!(
                "the app `{}` cannot be listed:\n  {}",
                self.name,
                faults.join("\n  ")
            ));
        }
        manifest::normalise(&mut manifest);
        Ok(manifest)
    }

    pub(crate) fn into_parts(self) -> (Vec<Function>, Option<Sink>, Arc<State<S>>) {
        (self.functions, self.sink, self.state)
    }
}
