//! Starting Lambda, and what its functions are.
//!
//! Deals with: what the manifest says, as Lambda's configuration. Does not deal with: running it.

use std::path::Path;

use anyfn::manifest::TriggerSpec;

use super::Rooms;
use crate::apps::App;
use crate::aws::lambda::{FunctionSpec, Lambda, LambdaDeps, Runtime, Trigger};
use crate::cloud::Cloud;
use crate::error::EmulatorError;
use crate::identity::AppCredentials;
use crate::options::{Entrypoint, Options};
use crate::provision::{bindings, names};

/// The functions of `app`, which runs beside `apps`, as Lambda's configuration.
pub(crate) fn specs(
    rooms: &Rooms,
    options: &Options,
    (app, credentials): (&App, &AppCredentials),
    apps: &[App],
) -> Vec<FunctionSpec> {
    let variables = bindings::of(Cloud::Aws, app, apps, &rooms.endpoints);
    let AppCredentials { access_key_id, secret_access_key, .. } = credentials;
    let mut specs = Vec::new();
    for function in &app.manifest.functions {
        let trigger = match &function.trigger {
            TriggerSpec::Http { public, .. } => Trigger::Url { public: *public, port: 0 },
            TriggerSpec::Schedule { cron } => Trigger::Schedule { cron: cron.clone() },
            queue => match names::source(Cloud::Aws, &function.name, queue) {
                Some(queue) => Trigger::Queue { queue, batch: 10 },
                None => Trigger::Manual,
            },
        };
        let runtime = runtime(app);
        let env = variables.clone().into_iter().chain(bindings::aws_endpoints(&rooms.endpoints));
        specs.push(FunctionSpec {
            env: env.collect(),
            credentials: Some((access_key_id.clone(), secret_access_key.clone())),
            timeout: options.timeout,
            dead_letter: names::dead_letter(Cloud::Aws, &function.name, &function.trigger),
            trigger,
            ..FunctionSpec::new(&app.manifest.app, &function.name, runtime)
        });
    }
    specs
}

fn runtime(app: &App) -> Runtime {
    match app.packed.as_ref().and_then(|packed| packed.lambda.clone()) {
        Some(Entrypoint { program, args, folder }) => {
            Runtime::Process { program, args, cwd: Some(folder) }
        }
        None => Runtime::Process {
            program: app.executable.clone(),
            args: Vec::new(),
            cwd: app.executable.parent().map(Path::to_owned),
        },
    }
}

/// Starts the service with `specs`.
pub(crate) async fn start(
    rooms: &Rooms,
    specs: Vec<FunctionSpec>,
) -> Result<Lambda, EmulatorError> {
    let deps = LambdaDeps {
        store: rooms.store.clone(),
        clock: rooms.clock.clone(),
        queues: rooms.queues.clone(),
        identity: rooms.identity.clone(),
        spawner: rooms.spawner.clone(),
        measured: rooms.measured.clone(),
        logs: rooms.logs.clone(),
        warm: true,
    };
    Ok(Lambda::start(deps, specs).await?)
}
