//! The one durable store: SQLite in WAL mode behind a writer thread that commits in groups.
//!
//! Deals with: opening, ordering writes, acknowledging them only once they are committed.
//! Does not deal with: what is stored; each room keeps its own tables through [`Store::write`].
//!
//! A commit reaches the operating system, not the platter: what was acknowledged survives `kill -9`
//! of this process, not a power loss.

use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};

use rusqlite::{Connection, Transaction};
use tokio::sync::oneshot;

/// Jobs taken into one commit at most: enough to share an fsync, few enough to stay prompt.
const GROUP: usize = 256;

type Job = Box<dyn FnOnce(&Connection) -> Done + Send>;
/// What follows a commit; see [`Store::write_then`].
pub type After<T> = Box<dyn FnOnce(&T) + Send>;
/// Tells the waiting caller how its job ended; called after the commit, or with the commit's failure.
type Done = Box<dyn FnOnce(Result<(), rusqlite::Error>) + Send>;

/// A cheap handle; all clones share one database.
#[derive(Clone)]
pub struct Store {
    writer: mpsc::Sender<Job>,
    reader: Arc<Mutex<Connection>>,
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error("the emulator's store failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The state folder cannot be used.
    #[error("the state folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// The writer thread is gone.
    #[error("the emulator's store is closed")]
    Closed,
}

impl Store {
    /// Opens `DIR/anyfn.sqlite3`, making folder and file where they are missing. `schema` is run at
    /// every opening and must be idempotent (`CREATE TABLE IF NOT EXISTS`).
    ///
    /// # Errors
    /// [`StoreError::Folder`] or [`StoreError::Sqlite`].
    pub fn open(dir: &Path, schema: &str) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir)?;
        let file = dir.join("anyfn.sqlite3");
        let open = || -> Result<Connection, rusqlite::Error> {
            let connection = Connection::open(&file)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            Ok(connection)
        };
        let writing = open()?;
        writing.execute_batch(schema)?;
        let reading = open()?;
        let (writer, jobs) = mpsc::channel();
        std::thread::Builder::new()
            .name("anyfn-store".to_owned())
            .spawn(move || write_groups(&writing, &jobs))?;
        Ok(Self { writer, reader: Arc::new(Mutex::new(reading)) })
    }

    /// Runs `job` in a transaction of its own outcome: its error undoes what it wrote and nothing
    /// else. Returns after the commit.
    ///
    /// # Errors
    /// What `job` returned, or the store's own failure through `E`.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.write_then(job, Box::new(|_| ())).await
    }

    /// [`Store::write`] that runs `after` once `job` has succeeded and is committed, on the writer's
    /// thread: even if the caller has gone away meanwhile, as a request's handler does with its
    /// connection. For telling others of what was written; it must not block.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_then<T, E, F>(&self, job: F, after: After<T>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let outcome = in_savepoint(connection, job);
            Box::new(move |commit| {
                let outcome = match commit {
                    Ok(()) => outcome,
                    Err(failure) => Err(E::from(StoreError::Sqlite(failure))),
                };
                if let Ok(written) = &outcome {
                    after(written);
                }
                // A caller that gave up waiting no longer cares.
                let _ = answer.send(outcome);
            })
        });
        self.writer.send(job).map_err(|_| E::from(StoreError::Closed))?;
        waiting.await.map_err(|_| E::from(StoreError::Closed))?
    }

    /// Runs a query on what has been committed, off the async threads.
    ///
    /// # Errors
    /// What `query` returned, or the store's own failure through `E`.
    pub async fn read<T, E, F>(&self, query: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let reader = Arc::clone(&self.reader);
        tokio::task::spawn_blocking(move || match reader.lock() {
            Ok(connection) => query(&connection),
            Err(_) => Err(E::from(StoreError::Closed)),
        })
        .await
        .map_err(|_| E::from(StoreError::Closed))?
    }
}

fn in_savepoint<T, E: From<StoreError>>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let sql = |text: &str| {
        connection.execute_batch(text).map_err(|error| E::from(StoreError::Sqlite(error)))
    };
    sql("SAVEPOINT job")?;
    let outcome = job(connection);
    sql(if outcome.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    outcome
}

fn write_groups(connection: &Connection, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let begun =
            Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate);
        let transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => {
                tracing::error!(%error, "the store could not begin a transaction");
                continue;
            }
        };
        let mut answers = vec![first(&transaction)];
        while answers.len() < GROUP
            && let Ok(job) = jobs.try_recv()
        {
            answers.push(job(&transaction));
        }
        let committed = transaction.commit();
        let code = committed.as_ref().err().and_then(rusqlite::Error::sqlite_error).copied();
        for answer in answers {
            answer(match code {
                None => Ok(()),
                Some(code) => Err(rusqlite::Error::SqliteFailure(code, None)),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS word (text TEXT PRIMARY KEY)";

    async fn put(store: &Store, text: &'static str) -> Result<(), StoreError> {
        store
            .write(move |db| Ok(db.execute("INSERT INTO word VALUES (?1)", [text]).map(|_| ())?))
            .await
    }

    async fn count(store: &Store) -> i64 {
        let query = |db: &Connection| -> Result<i64, StoreError> {
            Ok(db.query_row("SELECT count(*) FROM word", [], |row| row.get(0))?)
        };
        store.read(query).await.unwrap()
    }

    #[tokio::test]
    async fn a_failed_job_undoes_its_own_writes_and_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), SCHEMA).unwrap();
        put(&store, "one").await.unwrap();
        assert!(put(&store, "one").await.is_err());
        let (a, b, c) = tokio::join!(put(&store, "two"), put(&store, "two"), put(&store, "three"));
        assert_eq!([a.is_ok(), b.is_ok(), c.is_ok()].iter().filter(|ok| **ok).count(), 2);
        assert_eq!(count(&store).await, 3);
    }

    #[tokio::test]
    async fn what_follows_a_commit_follows_it_even_if_nobody_waits_for_the_answer() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), SCHEMA).unwrap();
        let insert = |db: &Connection| -> Result<usize, StoreError> {
            Ok(db.execute("INSERT INTO word VALUES ('one')", [])?)
        };
        let (told, hears) = oneshot::channel();
        let (go_on, wait) = mpsc::channel();
        {
            let busy = store.write(move |_| Ok::<_, StoreError>(wait.recv()));
            tokio::pin!(busy);
            assert!(futures_util::poll!(&mut busy).is_pending());
            let write = store.write_then(insert, Box::new(|_| told.send(()).unwrap()));
            tokio::pin!(write);
            assert!(futures_util::poll!(&mut write).is_pending());
        }
        go_on.send(()).unwrap();
        hears.await.unwrap();
        assert_eq!(count(&store).await, 1);
        let (told, hears) = oneshot::channel();
        let twice = store.write_then(insert, Box::new(|_| told.send(()).unwrap())).await;
        assert!(twice.is_err() && hears.await.is_err(), "a failed one has no followers");
    }

    #[tokio::test]
    async fn what_was_acknowledged_is_there_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        put(&Store::open(folder.path(), SCHEMA).unwrap(), "kept").await.unwrap();
        assert_eq!(count(&Store::open(folder.path(), SCHEMA).unwrap()).await, 1);
    }
}
