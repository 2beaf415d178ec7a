//! What is logged during a test.
//!
//! Deals with: one thread's lines, as text. Does not deal with: how a line looks to a reader (`lines`).

use std::io::Write;
use std::sync::{Arc, Mutex, Once};

use tracing::subscriber::{DefaultGuard, set_default, set_global_default};
use tracing_subscriber::{fmt, registry};

/// All that this thread logs as long as it is kept.
pub(in crate::host) struct Heard {
    lines: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Heard {
    pub(in crate::host) fn begin() -> Self {
        everything();
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        Self { lines, _guard: set_default(subscriber) }
    }

    pub(in crate::host) fn text(&self) -> String {
        String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap()
    }
}

/// Makes every line wanted by somebody. One that a test logs first at a moment when nobody listens may
/// count as wanted by nobody from then on, in all tests.
pub(super) fn everything() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_global_default(registry()).unwrap());
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
