//! `ottla serve`: starts a node, says where it is, and stops it when asked to.

use std::process::ExitCode;

use ottla_broker::RunningNode;
use ottla_broker::settings::NodeSettings;
use ottla_io::{Io, ShutdownSignal};
use tracing::{error, info};

use crate::cli;
use crate::logging;
use crate::settings::{self, Loaded};

/// Exit code for wrong arguments or settings.
const EXIT_WRONG_SETTINGS: u8 = 2;

/// Runs a node until it is told to stop.
pub(crate) fn run(arguments: &cli::Serve) -> ExitCode {
    let loaded = match settings::load(arguments) {
        Ok(loaded) => loaded,
        Err(problems) => {
            for problem in problems {
                eprintln!("ottla: {problem}");
            }
            return ExitCode::from(EXIT_WRONG_SETTINGS);
        }
    };
    logging::start(loaded.log_format, &loaded.log_level);
    for line in &loaded.notes {
        info!("{line}");
    }
    for line in &loaded.warnings {
        tracing::warn!("{line}");
    }
    let threads = loaded.threads;
    ottla_io::run_os(threads, |io| serve(io, loaded))
}

async fn serve(io: Io, loaded: Loaded) -> ExitCode {
    let begun = io.now().mono;
    let settings = loaded.node.clone();
    let starting = ottla_broker::start(io.clone(), loaded.node);
    let running = tokio::select! {
        biased;
        started = starting => match started {
            Ok(running) => running,
            Err(refusal) => {
                error!("{refusal}");
                return ExitCode::FAILURE;
            }
        },
        signal = io.shutdown_signal() => {
            info!(?signal, "stopped before the start was complete");
            return ExitCode::SUCCESS;
        }
    };
    let took = io.now().mono.since(begun);
    if loaded.log_format == logging::Format::Human {
        eprint!("{}", greeting(&running, &settings, took));
    }
    info!(ready_ms = took.as_millis() as u64, cluster_id = running.cluster_id(), "ready");
    let failed = running.failure();
    tokio::select! {
        biased;
        signal = io.shutdown_signal() => stop(&io, running, signal).await,
        reason = failed => {
            error!("the node cannot go on: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Stops in order; a second signal stops at once.
async fn stop(io: &Io, running: RunningNode, signal: ShutdownSignal) -> ExitCode {
    info!(?signal, "stopping; a second signal stops at once");
    let begun = io.now().mono;
    tokio::select! {
        biased;
        stopped = running.stop() => match stopped {
            Ok(()) => {
                let took = io.now().mono.since(begun);
                info!(took_ms = took.as_millis() as u64, "stopped cleanly");
                ExitCode::SUCCESS
            }
            Err(error) => {
                error!("not stopped cleanly, the next start will recover: {error}");
                ExitCode::FAILURE
            }
        },
        _ = io.shutdown_signal() => {
            error!("stopped at once; the next start will recover");
            ExitCode::FAILURE
        }
    }
}

/// The lines a person sees when the node is ready.
fn greeting(running: &RunningNode, settings: &NodeSettings, took: std::time::Duration) -> String {
    use std::fmt::Write;
    let mut text =
        format!("\nottla {}, interchangeable with Apache Kafka 4.4\n\n", env!("CARGO_PKG_VERSION"));
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<11} {value}");
    };
    for (name, address) in running.listeners() {
        line("clients", &format!("{name}://{address}"));
    }
    let dirs: Vec<String> =
        settings.storage.log_dirs.iter().map(|dir| dir.display().to_string()).collect();
    line("data", &dirs.join(", "));
    line("cluster id", running.cluster_id());
    line("node", &format!("{} (broker and controller)", settings.node_id));
    if let Some(admin) = running.admin() {
        line("metrics", &format!("http://{admin}/metrics (also /healthz, /readyz)"));
    }
    line("ready in", &format!("{} ms", took.as_millis()));
    if let Some((_, address)) = running.listeners().first() {
        let _ = write!(
            text,
            "\n  Try: echo hello | kcat -b {address} -t greetings -P\n       kcat -b {address} -t greetings -C -e\n\n"
        );
    }
    text
}
