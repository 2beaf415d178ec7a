//! A TCP proxy that lets everything through but what a test waits for.
//!
//! Deals with: holding one kind of request for ever and telling that it came. Does not deal with:
//! HTTP beyond a request's first bytes, which clients here send in one write.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Whether a request that begins like this is held.
pub(crate) type Held = fn(&str) -> bool;

pub(crate) struct Gate {
    /// Where to send what would go to the upstream: `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    came: Arc<Notify>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Gate {
    /// A gate before `upstream`, a URL with an address.
    pub(crate) async fn before(upstream: &str, held: Held) -> Self {
        let upstream = upstream.trim_start_matches("http://").split('/').next().unwrap();
        let upstream: SocketAddr = upstream.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let came = Arc::new(Notify::new());
        let tell = Arc::clone(&came);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, upstream, held, Arc::clone(&tell)));
            }
        });
        Self { url, came, accepting }
    }

    /// Returns once a request is held.
    pub(crate) async fn holds(&self) {
        let patience = std::time::Duration::from_secs(20);
        tokio::time::timeout(patience, self.came.notified()).await.expect("nothing was held");
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(client: TcpStream, upstream: SocketAddr, held: Held, tell: Arc<Notify>) {
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let forth = async {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
            let begins = String::from_utf8_lossy(&bytes[..count]).to_ascii_lowercase();
            if held(&begins) {
                tell.notify_one();
                // The client is killed while it waits.
                let _ = from_client.read(&mut bytes).await;
                return;
            }
            if to_server.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    };
    let back = tokio::io::copy(&mut from_server, &mut to_client);
    tokio::select! {
        () = forth => {}
        _ = back => {}
    }
}
