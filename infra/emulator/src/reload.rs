//! New builds in the place of old ones, while everything runs.
//!
//! Deals with: what changed, the order in which it takes effect. Does not deal with: building, and seeing
//! that something changed (`anyfn-cli`); how a host goes from one build to the next (`aws::lambda`,
//! `azure::functions`).
//!
//! First all that can fail: manifests, queues and stores, processes that must get ready beside those that
//! run. Then the switch, which cannot. What was in flight ends in the old processes.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use crate::apps::{self, App};
use crate::aws::lambda;
use crate::azure::functions::Prepared;
use crate::cloud::Cloud;
use crate::emulator::Emulator;
use crate::error::EmulatorError;
use crate::identity::{AppCredentials, Grant};
use crate::options::AppSource;
use crate::provision::{bindings, resources};
use crate::start;
use crate::start::azure::{Build, Hosted};
use crate::status::Running;

/// What a reload changed. Empty where every executable is the file that runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// The apps that run in new processes, by name.
    pub apps: Vec<String>,
    /// The functions that run in new processes, by name.
    pub functions: Vec<String>,
    /// Those of them that did not run before.
    pub added: Vec<String>,
    /// The functions that run no more. Their queues and messages stay.
    pub removed: Vec<String>,
}

/// What takes an app's place on Azure.
enum Next {
    Stays(Hosted),
    Switches(Hosted, Prepared),
    Begins(Hosted),
}

impl Emulator {
    /// Runs `sources` from now on, in the place of the apps that run. One whose executable is another file
    /// than it was, by its path, size or time, gets new processes; one whose name is new is started; one
    /// that is missing ends. Ports, stores, queues and messages stay.
    ///
    /// Events in flight end in the old processes, each within its function's timeout; nothing is lost or
    /// delivered twice on account of the reload, and no tick of a schedule is left out or repeated.
    ///
    /// # Errors
    /// [`EmulatorError`]: a manifest that cannot be read or run beside the others, a process that does not
    /// get ready. The old processes go on then, as if nothing had been asked.
    pub async fn reload(&self, sources: &[AppSource]) -> Result<Reloaded, EmulatorError> {
        let mut number = self.reloads.lock().await;
        let running = self.functions.running();
        let before: Vec<App> = running.iter().map(|running| running.app.clone()).collect();
        let after = apps::reload(sources, self.options.hosts, &before).await?;
        let changed: Vec<&App> =
            after.iter().filter(|app| self.is_changed(app, &before, &after)).collect();
        let reloaded = summary(&before, &after, &changed);
        if reloaded == Reloaded::default() {
            return Ok(reloaded);
        }
        *number += 1;
        self.provision(&after).await?;
        let credentials: Vec<AppCredentials> = changed
            .iter()
            .map(|app| self.rooms.identity.add_app(Grant::of_manifest(&app.manifest)))
            .collect();

        let known: Vec<(&App, &AppCredentials)> =
            changed.iter().copied().zip(&credentials).collect();
        let lambda = self.on_lambda(&known, &before, &after);
        let azure = self.all_on_azure(&known, &after, &running, *number);
        let (lambda, azure) = match tokio::join!(lambda, azure) {
            (Ok(lambda), Ok(azure)) => (lambda, azure),
            (Err(error), azure) => {
                forget(azure.unwrap_or_default()).await;
                return Err(error);
            }
            (_, Err(error)) => return Err(error),
        };

        self.routes.replace(&after);
        if let (Some(lambda), Some(prepared)) = (&self.functions.lambda, lambda) {
            lambda.switch(prepared);
        }
        let next = after.into_iter().zip(azure.into_iter().map(|next| next.map(Next::switch)));
        let next: Vec<Running> = next.map(|(app, azure)| Running { app, azure }).collect();
        for gone in running {
            let stays = next.iter().any(|next| name(&next.app) == name(&gone.app));
            if let (false, Some(hosted)) = (stays, gone.azure) {
                self.drain(hosted);
            }
        }
        self.functions.replace(next);
        Ok(reloaded)
    }

    /// Whether its processes must be new: another file, other settings, or what it is bound to is
    /// called otherwise now.
    fn is_changed(&self, app: &App, before: &[App], after: &[App]) -> bool {
        let Some(old) = before.iter().find(|old| name(old) == name(app)) else { return true };
        let bound = |cloud, app, all| bindings::of(cloud, app, all, &self.rooms.endpoints);
        old.executable != app.executable
            || old.file != app.file
            || Cloud::ALL
                .into_iter()
                .any(|cloud| bound(cloud, old, before) != bound(cloud, app, after))
    }

    /// Makes what `apps` name and is not there yet.
    pub(crate) async fn provision(&self, apps: &[App]) -> Result<(), EmulatorError> {
        let options = &self.options;
        resources::make_all(&self.blobs, &self.queues, apps, options).await
    }

    /// The functions of `known` on Lambda, in place of those of the same apps and of apps that are gone.
    async fn on_lambda(
        &self,
        known: &[(&App, &AppCredentials)],
        before: &[App],
        after: &[App],
    ) -> Result<Option<lambda::Prepared>, EmulatorError> {
        let Some(lambda) = &self.functions.lambda else { return Ok(None) };
        let gone = before.iter().filter(|old| !after.iter().any(|app| name(app) == name(old)));
        let leaving = gone.chain(known.iter().map(|(app, _)| *app)).map(|app| name(app).to_owned());
        let specs = known
            .iter()
            .flat_map(|app| start::lambda::specs(&self.rooms, &self.options, *app, after));
        Ok(Some(lambda.prepare(&leaving.collect::<Vec<_>>(), specs.collect()).await?))
    }

    /// What hosts each of `apps` on Azure, where that runs; those of `known` with new workers.
    async fn all_on_azure(
        &self,
        known: &[(&App, &AppCredentials)],
        apps: &[App],
        running: &[Running],
        number: u64,
    ) -> Result<Vec<Option<Next>>, EmulatorError> {
        let mut all = Vec::new();
        for app in apps {
            let hosted = running.iter().find(|old| name(&old.app) == name(app));
            let hosted = hosted.and_then(|old| old.azure.clone());
            let build = known.iter().find(|(changed, _)| name(changed) == name(app));
            let build = build.map(|(_, credentials)| Build { app, apps, credentials, number });
            match self.on_azure(hosted, build).await {
                Ok(next) => all.push(next),
                Err(error) => {
                    forget(all).await;
                    return Err(error);
                }
            }
        }
        Ok(all)
    }

    async fn on_azure(
        &self,
        hosted: Option<Hosted>,
        build: Option<Build<'_>>,
    ) -> Result<Option<Next>, EmulatorError> {
        let (rooms, options) = (&self.rooms, &self.options);
        if !options.hosts.azure {
            return Ok(None);
        }
        Ok(match (hosted, build) {
            (Some(hosted), None) => Some(Next::Stays(hosted)),
            (Some(hosted), Some(build)) => {
                let prepared = start::azure::prepare(rooms, options, build, &hosted).await?;
                Some(Next::Switches(hosted, prepared))
            }
            (None, Some(build)) => {
                Some(Next::Begins(start::azure::start(rooms, options, build).await?))
            }
            (None, None) => None,
        })
    }

    /// Ends a host once what is in flight in it has ended.
    fn drain(&self, hosted: Hosted) {
        let host = hosted.host;
        let mut leaving = self.leaving.lock().unwrap_or_else(PoisonError::into_inner);
        leaving.retain(|host| host.strong_count() > 0);
        leaving.push(Arc::downgrade(&host));
        tokio::spawn(async move { host.drain().await });
    }
}

impl Next {
    fn switch(self) -> Hosted {
        match self {
            Self::Stays(hosted) => hosted,
            Self::Switches(hosted, prepared) => {
                hosted.host.switch(prepared);
                hosted
            }
            Self::Begins(hosted) => {
                hosted.host.feed();
                hosted
            }
        }
    }
}

/// Dropping a worker kills it; a host that has begun has a port besides.
async fn forget(all: Vec<Option<Next>>) {
    for next in all {
        if let Some(Next::Begins(hosted)) = next {
            hosted.host.stop().await;
        }
    }
}

fn name(app: &App) -> &str {
    &app.manifest.app
}

fn functions<'a>(apps: impl IntoIterator<Item = &'a App>) -> BTreeSet<String> {
    let all = apps.into_iter().flat_map(|app| &app.manifest.functions);
    all.map(|function| function.name.clone()).collect()
}

fn summary(before: &[App], after: &[App], changed: &[&App]) -> Reloaded {
    let (old, new) = (functions(before), functions(after));
    let gone = before.iter().any(|old| !after.iter().any(|app| name(app) == name(old)));
    let removed: Vec<String> = old.difference(&new).cloned().collect();
    if changed.is_empty() && !gone {
        return Reloaded::default();
    }
    Reloaded {
        apps: changed.iter().map(|app| name(app).to_owned()).collect(),
        functions: functions(changed.iter().copied()).into_iter().collect(),
        added: new.difference(&old).cloned().collect(),
        removed,
    }
}
