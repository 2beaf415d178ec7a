//! timerTrigger: runs by schedule, remembered across restarts of the host.
//!
//! Deals with: the next run, a missed run made up for once, `ScheduleStatus`, no overlap.
//! Does not deal with: parsing schedules (`schedule`).

use std::sync::Arc;
use std::time::SystemTime;

use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::envelope::{BindingData, Datum, encode, utc};
use super::function_json::Function;
use super::invoke::{Invoker, Outcome};
use super::schedule::Schedule;
use crate::clock::{instant, millis};
use crate::store::{Store, StoreError};

/// What the host remembers between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// When it ran last; `None`: never.
    pub(crate) last: Option<SystemTime>,
    /// When it is due.
    pub(crate) next: SystemTime,
}

/// One timer function.
pub(crate) struct Timer {
    pub(crate) app: String,
    pub(crate) function: Arc<Function>,
    pub(crate) schedule: Schedule,
    pub(crate) run_on_startup: bool,
    pub(crate) use_monitor: bool,
    pub(crate) invoker: Invoker,
    pub(crate) store: Store,
    /// It is not to run again.
    pub(crate) retired: CancellationToken,
}

impl Timer {
    /// Runs until it is retired; a run that has begun is ended and remembered.
    pub(crate) async fn run(self) {
        if let Err(error) = self.keep_time().await {
            let name = &self.function.name;
            self.invoker.log.line(&format!("host: error: the timer '{name}' stopped: {error}"));
        }
    }

    async fn keep_time(&self) -> Result<(), StoreError> {
        let now = self.invoker.clock.now();
        let monitored = self.use_monitor && !self.schedule.is_unmonitored(now);
        let remembered = if monitored { self.load().await? } else { None };
        let mut status = match remembered {
            Some(status) => status,
            None => {
                let Some(next) = self.schedule.next(now) else { return Ok(()) };
                let status = Status { last: None, next };
                if monitored {
                    self.save(status, now).await?;
                }
                status
            }
        };
        // Only a run that was missed while no host was there is past due.
        let mut past_due = status.next < now;
        let mut at_once = past_due || self.run_on_startup;
        loop {
            // A run that took until the next one was due leaves that to whoever follows, who remembers it.
            if monitored && self.retired.is_cancelled() {
                return Ok(());
            }
            let due = async {
                if !at_once {
                    self.invoker.clock.sleep_until(status.next).await;
                }
                self.invoker.worker.accepting().await;
            };
            tokio::select! {
                biased;
                () = due => {}
                // What is due now is remembered, and whoever follows runs it.
                () = self.retired.cancelled() => return Ok(()),
            }
            let now = self.invoker.clock.now();
            fire(&self.invoker, &self.function, monitored.then_some(status), past_due, now).await;
            (past_due, at_once) = (false, false);
            let Some(next) = self.schedule.next(now) else { return Ok(()) };
            status = Status { last: Some(now), next };
            if monitored {
                self.save(status, now).await?;
            }
        }
    }

    /// What is remembered, unless the schedule has changed since.
    async fn load(&self) -> Result<Option<Status>, StoreError> {
        let key = [self.app.clone(), self.function.name.clone(), self.schedule.text().to_owned()];
        self.store
            .read(move |db| {
                let sql = "SELECT last_ms, next_ms FROM azure_timer
                    WHERE app = ?1 AND function = ?2 AND schedule = ?3";
                let status = db.query_row(sql, key, |row| {
                    let last: Option<i64> = row.get(0)?;
                    Ok(Status { last: last.map(instant), next: instant(row.get(1)?) })
                });
                Ok(status.optional()?)
            })
            .await
    }

    async fn save(&self, status: Status, now: SystemTime) -> Result<(), StoreError> {
        let (app, function) = (self.app.clone(), self.function.name.clone());
        let schedule = self.schedule.text().to_owned();
        self.store
            .write(move |db| {
                db.execute(
                    "INSERT OR REPLACE INTO azure_timer VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![
                        app,
                        function,
                        schedule,
                        status.last.map(millis),
                        millis(status.next),
                        millis(now)
                    ],
                )?;
                Ok(())
            })
            .await
    }
}

/// Runs a timer function once. `status`: `None` where the schedule is not monitored.
pub(crate) async fn fire(
    invoker: &Invoker,
    function: &Function,
    status: Option<Status>,
    past_due: bool,
    now: SystemTime,
) -> Outcome {
    let data = encode(&Datum::Json(info(status, past_due, now)));
    invoker.run(function, data, &BindingData::default()).await
}

fn info(status: Option<Status>, past_due: bool, now: SystemTime) -> Value {
    let text = |time: SystemTime| utc(time).format("%Y-%m-%dT%H:%M:%S%.f+00:00").to_string();
    let never = || "0001-01-01T00:00:00".to_owned();
    let status = status.map(|status| {
        json!({
            "Last": status.last.map_or_else(never, text),
            "Next": text(status.next),
            "LastUpdated": text(status.last.unwrap_or(now)),
        })
    });
    json!({"Schedule": {"AdjustForDST": true}, "ScheduleStatus": status, "IsPastDue": past_due})
}

#[cfg(test)]
mod tests;
