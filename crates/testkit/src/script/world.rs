//! What happens to the node and its world: `node NAME=VALUE` (its settings, before it starts),
//! `stop`, `start`, `restart` (both), `kill` (SIGKILL, then start), `crash` (a power cut, then
//! start), `advance MILLISECONDS` (or `30s`, `5m`, `3h`, `7d`), `files DIR`, `rot FILE`,
//! `disk-capacity BYTES`, `fail-syncs COUNT`, `close CLIENT`, `raw HEX` (bytes, and the frame that
//! answers them).

use std::path::Path;
use std::time::Duration;

use ottla_broker::settings::NodeSettings;
use ottla_sim::node::settings_with;

use super::session::Session;
use super::words::{Thing, Words};
use crate::batch_text::unhex;

type Answer = Result<String, String>;

const NOTHING: Answer = Ok(String::new());

/// After that the node may have closed what was not used.
const IDLE: Duration = Duration::from_secs(600);

/// What a person waits for.
const PEER_ADVANCE_MAX: Duration = Duration::from_secs(5);

/// Commands that only a simulated world obeys.
const SIMULATED: [&str; 9] =
    ["start", "stop", "restart", "kill", "crash", "files", "rot", "disk-capacity", "fail-syncs"];

/// Runs a command about the world; `None` if `verb` is none.
pub(super) async fn run(session: &mut Session, verb: &str, words: Words) -> Option<Answer> {
    let mut thing = words.things.into_iter().next().unwrap_or_default();
    if session.peer.is_some() && (verb == "node" || SIMULATED.contains(&verb)) {
        return Some(Err("cannot be asked of a peer".to_owned()));
    }
    if verb == "node" {
        session.settings.extend(thing.options);
        return Some(NOTHING);
    }
    if !session.has_begun
        && let Err(error) = start(session).await
    {
        return Some(Err(error));
    }
    match verb {
        "advance" => Some(advance(session, &mut thing).await),
        "raw" => Some(raw(session, &mut thing).await),
        "await" | "peek" | "close" => Some(of_clients(session, verb, &mut thing).await),
        _ if SIMULATED.contains(&verb) => Some(of_the_node(session, verb, &mut thing).await),
        _ => None,
    }
}

async fn advance(session: &mut Session, thing: &mut Thing) -> Answer {
    let duration = duration(&thing.name()?)?;
    if session.peer.is_some() && duration > PEER_ADVANCE_MAX {
        return Err("takes too long with a peer".to_owned());
    }
    session.io().sleep(duration).await;
    if duration >= IDLE {
        session.clients.clear();
    }
    NOTHING
}

async fn of_clients(session: &mut Session, verb: &str, thing: &mut Thing) -> Answer {
    let name = thing.name()?;
    match verb {
        "await" => session.await_later(&name).await,
        "peek" => session.peek(&name),
        _ => {
            session.clients.remove(&name);
            NOTHING
        }
    }
}

async fn of_the_node(session: &mut Session, verb: &str, thing: &mut Thing) -> Answer {
    match verb {
        "start" => start(session).await?,
        "stop" => return stop(session).await,
        "restart" => {
            stop(session).await?;
            start(session).await?;
        }
        "kill" => {
            session.world.kill("broker");
            begin_again(session).await?;
        }
        "crash" => {
            session.world.crash("broker");
            session.world.restart("broker");
            begin_again(session).await?;
        }
        _ => return of_the_disk(session, verb, &thing.name()?),
    }
    NOTHING
}

fn of_the_disk(session: &Session, verb: &str, word: &str) -> Answer {
    let number = || word.parse::<u64>().map_err(|_| format!("{word} is no number"));
    match verb {
        "files" => return files(session, word),
        "rot" => drop(session.world.rot("broker", Path::new("/data").join(word))),
        "disk-capacity" => {
            let bytes = if word == "none" { u64::MAX } else { number()? };
            session.world.set_disk_capacity("broker", bytes);
        }
        _ => session.world.fail_syncs("broker", number()? as u32),
    }
    NOTHING
}

async fn begin_again(session: &mut Session) -> Result<(), String> {
    session.running = None;
    start(session).await
}

async fn start(session: &mut Session) -> Result<(), String> {
    session.clients.clear();
    session.has_begun = true;
    let settings = settings(session)?;
    let started = ottla_broker::start(session.world.node("broker"), settings).await;
    session.running = Some(started.map_err(|error| error.to_string())?);
    Ok(())
}

async fn stop(session: &mut Session) -> Answer {
    let running = session.running.take().ok_or("the node does not run")?;
    let stopped = running.stop().await;
    // The process ends.
    session.world.kill("broker");
    Ok(stopped.err().map(|error| format!("{error}\n")).unwrap_or_default())
}

fn settings(session: &Session) -> Result<NodeSettings, String> {
    let mut texts = session.settings.clone();
    let auto_create = texts.remove("auto.create.topics.enable");
    let sessions = texts.remove("max.incremental.fetch.session.cache.slots");
    let fetch_bytes = texts.remove("fetch.max.bytes");
    let delete = texts.remove("delete.topic.enable");
    let page = texts.remove("max.request.partition.size.limit");
    let request_bytes = texts.remove("socket.request.max.bytes");
    let connections = texts.remove("max.connections");
    let idle_ms = texts.remove("connections.max.idle.ms");
    let texts: Vec<_> = texts.iter().map(|(name, value)| (&**name, &**value)).collect();
    let mut settings = settings_with(1, 9092, &texts);
    set(&mut settings.auto_create_topics, auto_create)?;
    set(&mut settings.fetch_sessions_max, sessions)?;
    set(&mut settings.fetch_bytes_max, fetch_bytes)?;
    set(&mut settings.delete_topics, delete)?;
    set(&mut settings.describe_partitions_max, page)?;
    set(&mut settings.request_bytes_max, request_bytes)?;
    set(&mut settings.connections_max, connections)?;
    let mut idle_max_ms = settings.connection_idle_max.as_millis() as u64;
    set(&mut idle_max_ms, idle_ms)?;
    settings.connection_idle_max = Duration::from_millis(idle_max_ms);
    Ok(settings)
}

fn set<T: std::str::FromStr>(place: &mut T, text: Option<String>) -> Result<(), String> {
    if let Some(text) = text {
        *place = text.parse().map_err(|_| format!("{text} cannot be read"))?;
    }
    Ok(())
}

fn duration(text: &str) -> Result<Duration, String> {
    let cut = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let count: u64 = text[..cut].parse().map_err(|_| format!("{text} is no duration"))?;
    let unit = match &text[cut..] {
        "" | "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(format!("{text} is no duration")),
    };
    Ok(Duration::from_millis(count * unit))
}

fn files(session: &Session, dir: &str) -> Answer {
    let entries = session.world.node("broker").disk().list(Path::new("/data").join(dir));
    let Ok(entries) = entries else { return Ok("no such directory\n".to_owned()) };
    let lines = entries.iter().map(|entry| format!("{} {}\n", entry.name, entry.len));
    Ok(lines.collect())
}

async fn raw(session: &mut Session, thing: &mut Thing) -> Answer {
    let bytes = unhex(&std::mem::take(&mut thing.plain).concat());
    let mut connection = session.client("a").await?;
    let told = connection.tell_bytes(&bytes).await;
    let heard = match told {
        Ok(()) => {
            let io = session.io();
            match io.timeout(Duration::from_secs(1), connection.hear()).await {
                Some(heard) => heard,
                None => {
                    session.clients.insert("a".to_owned(), connection);
                    return Ok("no answer\n".to_owned());
                }
            }
        }
        Err(error) => Err(error),
    };
    Ok(match heard {
        Ok(answer) => {
            session.clients.insert("a".to_owned(), connection);
            let hex: Vec<_> = answer.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{}\n", hex.concat())
        }
        Err(_) => "connection closed\n".to_owned(),
    })
}
