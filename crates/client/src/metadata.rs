//! Keeps the image of the cluster fresh: one question at a time, whoever wants to know; again when
//! it is old, when an error says that it is wrong, and for topics that are new to this client.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use ottla_base::MonoTime;
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};
use tokio::sync::{Notify, watch};

use crate::client::{Client, Inner};
use crate::image::{Asked, ClusterImage, TopicInfo};
use crate::pool::{Lane, Peer};
use crate::{Error, ErrorKind, Result};

/// First version that can ask not to create topics.
const NO_CREATION_FROM: i16 = 4;

/// What is known of the cluster, and what this client wants to know.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    image: ArcSwap<ClusterImage>,
    changed: watch::Sender<u64>,
    wanted: Mutex<Wanted>,
    /// Held by whoever asks; the others wait for the answer.
    asking: tokio::sync::Mutex<()>,
    wake: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Wanted {
    topics: BTreeSet<Arc<str>>,
    all: bool,
    creates: bool,
    is_refresh_due: bool,
}

impl Metadata {
    pub(crate) fn image(&self) -> Arc<ClusterImage> {
        self.image.load_full()
    }

    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Wakes the task that refreshes in the background.
    pub(crate) fn poke(&self) {
        self.wake.notify_one();
    }

    /// Puts another image in place, unless `change` sees no change. Changes are made one by one.
    pub(crate) fn change(&self, change: impl Fn(&ClusterImage) -> Option<ClusterImage>) {
        let wanted = self.lock();
        if let Some(next) = change(&self.image.load()) {
            let version = next.version();
            self.image.store(Arc::new(next));
            drop(wanted);
            self.changed.send_replace(version);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// Topics by name, as the brokers know them now; waits until they exist. From now on they are
    /// part of every refresh, until [`Client::forget_topic`].
    ///
    /// # Errors
    /// A topic is not there within `limit`, or may not be seen.
    pub async fn topics(&self, names: &[&str], limit: Duration) -> Result<Vec<Arc<TopicInfo>>> {
        self.want(names);
        let mut retry = self.retry(limit);
        let mut seen = 0;
        loop {
            match self.known_topics(names) {
                Ok(topics) => return Ok(topics),
                Err(error) if seen > 0 => retry.after(error).await?,
                Err(_) => {}
            }
            seen = seen.max(1);
            if let Err(error) = self.refresh(retry.left()).await {
                retry.after(error).await?;
            }
        }
    }

    /// Every topic of the cluster, asked for now.
    ///
    /// # Errors
    /// No broker answers within `limit`.
    pub async fn all_topics(&self, limit: Duration) -> Result<Vec<Arc<TopicInfo>>> {
        self.set_want_all(true);
        let refreshed = self.refresh(limit).await;
        self.set_want_all(false);
        refreshed?;
        Ok(self.image().topics().filter(|topic| topic.error.is_none()).cloned().collect())
    }

    /// Makes every refresh from now on ask for all topics, or for those in use alone.
    pub fn set_want_all(&self, all: bool) {
        self.inner.metadata.lock().all = all;
    }

    /// Whether asking for a topic may create it, where the broker allows that (off at first).
    pub fn set_creates_topics(&self, creates: bool) {
        self.inner.metadata.lock().creates = creates;
    }

    /// Makes these topics part of every refresh from now on, without asking for them now.
    pub fn want(&self, names: &[&str]) {
        let mut wanted = self.inner.metadata.lock();
        for name in names {
            if !wanted.topics.contains(*name) {
                wanted.topics.insert(Arc::from(*name));
            }
        }
    }

    /// Takes a topic out of what is asked for and known.
    pub fn forget_topic(&self, name: &str) {
        self.inner.metadata.lock().topics.remove(name);
        self.inner.metadata.change(|image| Some(image.without_topic(name)));
    }

    /// Asks for the topics in use now, trying one broker after the other. Callers that come while
    /// it is being asked share the answer of the question after that one.
    ///
    /// # Errors
    /// No broker answers within `limit`.
    pub async fn refresh(&self, limit: Duration) -> Result<()> {
        let asked = self.inner.io.timeout(limit, self.ask_any(limit)).await;
        asked.unwrap_or_else(|| {
            let text = format!("no broker answered within {} ms", limit.as_millis());
            Err(Error::new(ErrorKind::TimedOut, text))
        })
    }

    /// The same for a topic that may be new.
    pub(crate) async fn refresh_topic(&self, topic: &str, limit: Duration) -> Result<()> {
        self.want(&[topic]);
        self.refresh(limit).await
    }

    /// Has the topics in use asked for soon. Does not wait.
    pub fn request_refresh(&self) {
        self.inner.metadata.lock().is_refresh_due = true;
        self.inner.metadata.poke();
    }

    fn known_topics(&self, names: &[&str]) -> Result<Vec<Arc<TopicInfo>>> {
        let image = self.image();
        let known =
            names.iter().map(|name| match image.topic(name) {
                Some(topic) => match topic.error {
                    None => Ok(topic.clone()),
                    Some(code) => Err(Error::broker(code).context(format!("topic {name}"))),
                },
                None => Err(Error::broker(ErrorCode::UnknownTopicOrPartition)
                    .context(format!("topic {name}"))),
            });
        known.collect()
    }

    async fn ask_any(&self, limit: Duration) -> Result<()> {
        let came_at = self.inner.io.now().mono;
        let metadata = &self.inner.metadata;
        let wants_more = |image: &ClusterImage| {
            let wanted = metadata.lock();
            wanted.all || wanted.topics.iter().any(|name| image.topic(name).is_none())
        };
        let _asking = metadata.asking.lock().await;
        // Asked while this waited, and for all that is wanted now: that answer will do.
        if metadata.image().told_at() > came_at && !wants_more(&metadata.image()) {
            return Ok(());
        }
        let mut last = None;
        for _ in 0..self.image().nodes().count() + self.inner.settings.bootstrap_servers.len() {
            match self.ask_one(limit).await {
                Ok(()) => return Ok(()),
                Err(error) if !error.is_retriable() => return Err(error),
                Err(error)
                    if matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::NoToken) =>
                {
                    return Err(error);
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| Error::new(ErrorKind::Unreachable, "no broker is known")))
    }

    async fn ask_one(&self, limit: Duration) -> Result<()> {
        let metadata = &self.inner.metadata;
        let connection = self.any_connection(Lane::General).await?;
        let (all, creates, topics) = {
            let mut wanted = metadata.lock();
            wanted.is_refresh_due = false;
            (wanted.all, wanted.creates, wanted.topics.clone())
        };
        let limit = limit.min(self.inner.settings.request_timeout);
        let build = |version| MetadataRequest {
            topics: (!all).then(|| topics.iter().map(request_topic).collect()),
            allow_auto_topic_creation: creates || version < NO_CREATION_FROM,
            ..Default::default()
        };
        let (_, answer) = connection.call(limit, &(1..=i16::MAX), build).await?;
        self.take_answer(&answer, if all { Asked::All } else { Asked::Some })
    }

    fn take_answer(&self, answer: &MetadataResponse, asked: Asked) -> Result<()> {
        let metadata = &self.inner.metadata;
        if answer.error_code == ErrorCode::RebootstrapRequired.code() {
            metadata.change(|image| Some(image.without_nodes()));
        }
        Error::check(answer.error_code, None, "ask for metadata")?;
        if answer.brokers.is_empty() {
            return Err(
                Error::broker(ErrorCode::LeaderNotAvailable).context("no broker is there yet")
            );
        }
        let now = self.inner.io.now().mono;
        let before = metadata.image();
        metadata.change(|image| Some(image.told(answer, asked, now)));
        let after = metadata.image();
        for node in before.nodes() {
            if after.node(node.id).is_some_and(|now| now.address != node.address) {
                self.inner.pool.forget(Peer::Node(node.id));
            }
        }
        Ok(())
    }
}

fn request_topic(name: &Arc<str>) -> MetadataRequestTopic {
    MetadataRequestTopic { name: Some(Str::from(&**name)), ..Default::default() }
}

/// Spawns the task that refreshes what is old, or what somebody called outdated. It ends with the
/// client.
pub(crate) fn keep_fresh(client: &Client) {
    let io = client.inner.io.clone();
    let wake = client.inner.metadata.wake.clone();
    let weak = Arc::downgrade(&client.inner);
    client.inner.io.spawn("client metadata", async move {
        let mut failures = 0;
        while let Some(next) = next_refresh(&weak, failures) {
            tokio::select! {
                biased;
                () = io.sleep_until(next) => {}
                () = wake.notified() => continue,
            }
            let Some(inner) = weak.upgrade() else { return };
            let client = Client { inner };
            if next_refresh(&weak, failures).is_some_and(|next| next > io.now().mono) {
                continue;
            }
            let limit = client.settings().request_timeout;
            match client.refresh(limit).await {
                Ok(()) => failures = 0,
                Err(error) if error.kind() == ErrorKind::Closed => return,
                Err(error) => {
                    failures = failures.saturating_add(1).min(16);
                    tracing::debug!(%error, "metadata could not be refreshed");
                    client.inner.metadata.lock().is_refresh_due = true;
                    let wait = client.jittered(client.settings().retry(), failures);
                    drop(client);
                    io.sleep(wait).await;
                }
            }
        }
    });
}

/// When the next refresh is due: [`MonoTime::NEVER`] while nobody has asked for anything. `None`
/// when the client is gone.
fn next_refresh(weak: &Weak<Inner>, failures: u32) -> Option<MonoTime> {
    let inner = weak.upgrade()?;
    let image = inner.metadata.image();
    let is_due = inner.metadata.lock().is_refresh_due;
    Some(if is_due && failures > 0 {
        MonoTime::default()
    } else if is_due {
        // Not more often than the back-off, however many errors there are.
        image.told_at() + inner.settings.retry_backoff
    } else if image.version() == 0 {
        MonoTime::NEVER
    } else {
        image.told_at() + inner.settings.metadata_max_age
    })
}
