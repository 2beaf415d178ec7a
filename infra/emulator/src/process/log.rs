//! The log of one process: a file, the tracing target `function`, and the last few kilobytes.
//!
//! Deals with: lines from a pipe, lines of the platform, the tail that an invocation may ask for.
//! Does not deal with: rotation; the state folder is the developer's own.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// How much a caller may ask back: Lambda's log tail is 4 KB.
const TAIL: usize = 4096;
/// A longer line is cut into several, so that no output can fill the memory.
const LINE: u64 = 256 * 1024;

/// A cheap handle; all clones write to the same file.
#[derive(Clone, Debug)]
pub struct Log(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    file: File,
    tail: Mutex<VecDeque<u8>>,
}

impl Log {
    /// Appends to the file at `path`, making it and its folders where missing.
    ///
    /// # Errors
    /// The system's.
    pub fn open(name: &str, path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Arc::new(Inner { name: name.to_owned(), file, tail: Mutex::default() })))
    }

    /// One line, without its end, in the order of the calls.
    pub fn line(&self, text: &str) {
        tracing::info!(target: "function", name = %self.0.name, "{text}");
        // One write a line: other processes append to the same file, and the page cache takes it
        // without waiting. A full disk must not stop the function.
        let line = format!("{text}\n");
        let _ = (&self.0.file).write_all(line.as_bytes());
        let mut tail = self.0.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend(line.as_bytes());
        let surplus = tail.len().saturating_sub(TAIL);
        tail.drain(..surplus);
    }

    /// Forgets the tail: a new invocation begins.
    pub fn begin(&self) {
        self.0.tail.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The last 4 KB since [`Log::begin`].
    #[must_use]
    pub fn tail(&self) -> Vec<u8> {
        let tail = self.0.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.iter().copied().collect()
    }

    /// Takes every line of `pipe` until it closes. Broken UTF-8 is replaced, not refused.
    pub(super) async fn copy(self, pipe: impl AsyncRead + Unpin + Send) {
        let mut lines = BufReader::new(pipe);
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut lines).take(LINE).read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line);
                    self.line(text.trim_end_matches(['\n', '\r']));
                }
            }
        }
    }
}
