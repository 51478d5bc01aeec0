//! A witness that answers over HTTP.
//!
//! Source: C2SP tlog-witness, "HTTP Interface". Whoever answers others on a network puts a proxy with
//! TLS before it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use reedbed_ledger::disk::Disk;
use reedbed_ledger::witness::Witness;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::clock;

/// A witness that many ask.
pub(crate) type Shared = Arc<Witness<Arc<dyn Disk>>>;

/// Answers at an address until the program is told to stop; tells the address once it listens, and each
/// answer.
pub(crate) fn serve(
    witness: Shared,
    address: SocketAddr,
    tell_address: impl FnOnce(SocketAddr),
    tell_answer: impl Fn(u16) + Send + Sync + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        tell_address(listener.local_addr()?);
        answer_all(listener, router(witness, Arc::new(tell_answer))).await
    })
}

#[derive(Clone)]
struct Answering {
    witness: Shared,
    tell: Arc<dyn Fn(u16) + Send + Sync>,
}

fn router(witness: Shared, tell: Arc<dyn Fn(u16) + Send + Sync>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/", get(about))
        .layer(DefaultBodyLimit::max(LONGEST_REQUEST))
        .with_state(Answering { witness, tell })
}

async fn add_checkpoint(State(of): State<Answering>, body: Bytes) -> Response {
    let Ok(text) = String::from_utf8(body.into()) else {
        (of.tell)(400);
        return (StatusCode::BAD_REQUEST, "it is no text\n").into_response();
    };
    let witness = Arc::clone(&of.witness);
    let answer = tokio::task::spawn_blocking(move || witness.add_checkpoint(&text, clock::now()));
    let Ok(answer) = answer.await else {
        (of.tell)(500);
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (of.tell)(answer.status);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

/// The key, for whoever looks what this is.
async fn about(State(of): State<Answering>) -> String {
    format!(
        "A witness of transparency logs (c2sp.org/tlog-witness). Its key:\n{}\n",
        of.witness.verifier()
    )
}

/// Takes connections, so many at once, and gives none much time.
async fn answer_all(listener: TcpListener, router: Router) -> io::Result<()> {
    let open = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(told_to_stop());
    loop {
        let Ok(place) = Arc::clone(&open).acquire_owned().await else { return Ok(()) };
        let connection = tokio::select! {
            connection = listener.accept() => connection,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = connection else {
            // Too many open files, for one; it passes.
            sleep(PAUSE).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        let mut builder = Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _ended = timeout(CONNECTION_WITHIN, connection).await;
            drop(place);
        });
    }
    let _stopped = timeout(STOP_WITHIN, graceful.shutdown()).await;
    Ok(())
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => (),
                _ = terminate.recv() => (),
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// A checkpoint with many signatures and the longest proof has less.
///
/// Units: bytes.
const LONGEST_REQUEST: usize = 64 * 1_024;
const MOST_CONNECTIONS: usize = 256;
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// Whoever asks again later connects again.
const CONNECTION_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);
