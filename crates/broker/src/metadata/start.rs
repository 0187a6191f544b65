//! How a node joins: log, leadership, registration, partitions, in one go.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use ottla_base::Uuid;
use ottla_controller::Replayer;
use ottla_controller::decide::{self, Decision, Fault, RegisterBroker, Settings};
use ottla_controller::image::{Controller, Endpoint as ImageEndpoint, Image};
use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_raft::{Quorum, ReplicaKey};
use tokio::sync::{mpsc, watch};

use super::apply::{self, Follower};
use super::directories;
use super::handle::{COMMANDS_WAITING_MAX, DecideContext, Shared, directory_ids};
use super::load::{self, Loaded, Place};
use super::missing_dirs;
use super::service::Service;
use super::{Endpoint, MetadataError, MetadataHandle, MetadataSettings, QuorumView};
use crate::storage::Storage;

/// Committed groups of changes that may wait for this node's partitions to follow.
const PUBLISHED_WAITING_MAX: usize = 64;

pub(super) async fn start(
    io: &Io,
    settings: MetadataSettings,
    storage: &Arc<Storage>,
    endpoints: Vec<Endpoint>,
) -> Result<MetadataHandle, MetadataError> {
    let place = Place {
        dir: storage.metadata_dir(),
        directory_id: own_directory(storage),
        was_clean: storage.metadata_dir_was_clean(),
    };
    let loaded = load_at(io, &settings, &place).await?;
    let started = start_with(io, settings, storage, endpoints, (place, loaded)).await;
    if let Err(MetadataError::Storage(_)) = &started {
        storage.metadata_failed();
    }
    started
}

async fn start_with(
    io: &Io,
    settings: MetadataSettings,
    storage: &Arc<Storage>,
    endpoints: Vec<Endpoint>,
    (place, mut loaded): (Place, Loaded),
) -> Result<MetadataHandle, MetadataError> {
    let quorum = open_quorum(&settings, &place, &loaded)?;
    let bootstrap = std::mem::take(&mut loaded.bootstrap);
    let deleted_topics = std::mem::take(&mut loaded.deleted_topics);
    let shared = Arc::new(shared(settings, &loaded, &quorum));
    let (publish, published) = mpsc::channel(PUBLISHED_WAITING_MAX);
    let (commands, commanded) = mpsc::channel(COMMANDS_WAITING_MAX);
    let mut service = Service::new(io, Arc::clone(&shared), quorum, loaded, publish);
    service.begin(bootstrap).await?;
    let follower = Follower {
        node_id: shared.settings.node_id(),
        storage: Arc::clone(storage),
        fixed: Arc::clone(&shared.settings.fixed),
        is_following: Arc::new(AtomicBool::new(false)),
        unmade: Arc::default(),
    };
    let applying = apply::run(io.clone(), Arc::clone(&shared), follower.clone(), published);
    let tasks =
        vec![io.spawn("metadata", service.run(commanded)), io.spawn("metadata apply", applying)];
    *shared.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = tasks;
    let handle = MetadataHandle { shared, commands };
    join(io, &handle, storage, endpoints).await?;
    settle_twins(io, &handle, storage).await?;
    let image = handle.image();
    missing_dirs::check(&image, &handle.shared.settings, storage)?;
    io.blocking(move || follower.follow_all(&image, &deleted_topics)).await;
    let telling = directories::run(io.clone(), handle.clone(), Arc::downgrade(storage));
    io.spawn("assign directories", telling);
    Ok(handle)
}

/// Before anything is made: what is used of two dirs of one partition goes by the topic's id.
async fn settle_twins(
    io: &Io,
    handle: &MetadataHandle,
    storage: &Arc<Storage>,
) -> Result<(), MetadataError> {
    let (image, storage) = (handle.image(), Arc::clone(storage));
    let id_of = move |topic: &str| image.topic(topic).map(|topic| topic.id);
    io.blocking(move || storage.settle_twins(id_of))
        .await
        .map_err(|error| MetadataError::Storage(error.to_string()))
}

async fn load_at(
    io: &Io,
    settings: &MetadataSettings,
    place: &Place,
) -> Result<Loaded, MetadataError> {
    let (disk, now, seed) = (io.disk(), io.now(), io.random_u64());
    let (settings, place) = (settings.clone(), place.clone());
    io.blocking(move || load::load(&disk, &place, &settings, now, seed))
        .await
        .map_err(|error| MetadataError::Storage(error.to_string()))
}

fn open_quorum(
    settings: &MetadataSettings,
    place: &Place,
    loaded: &Loaded,
) -> Result<Quorum, MetadataError> {
    let local = ReplicaKey { id: settings.node_id(), directory_id: place.directory_id };
    let (voters, level) = (loaded.voters.clone(), loaded.kraft_version);
    Quorum::open(local, voters, level, loaded.state, loaded.ends)
        .map_err(|error| MetadataError::Storage(error.to_string()))
}

fn shared(settings: MetadataSettings, loaded: &Loaded, quorum: &Quorum) -> Shared {
    let view = QuorumView {
        leader_id: -1,
        leader_epoch: quorum.epoch(),
        high_watermark: 0,
        log_end_offset: quorum.end_offset(),
        caught_up_timestamp_ms: -1,
        voters: quorum.voters().clone(),
        kraft_version: loaded.kraft_version,
    };
    Shared {
        image: ArcSwap::from_pointee(loaded.replayer.visible().clone()),
        applied: watch::Sender::new(()),
        quorum: ArcSwap::from_pointee(view),
        broker_epoch: AtomicI64::new(-1),
        failed: watch::Sender::new(None),
        settings,
        tasks: Mutex::default(),
    }
}

/// The id of the log dir that holds the metadata log.
fn own_directory(storage: &Storage) -> Uuid {
    let dir = storage.metadata_dir();
    let parent = dir.parent().unwrap_or(Path::new(""));
    let dirs = storage.dirs();
    let holds = dirs.iter().find(|dir| dir.path() == parent).or(dirs.first());
    holds.map_or(Uuid::ZERO, |dir| dir.id())
}

/// Registers this node as controller and broker and lets it lead, in one commit: its logs are
/// open already, and no other incarnation of it can be alive while it leads the quorum.
async fn join(
    io: &Io,
    handle: &MetadataHandle,
    storage: &Arc<Storage>,
    endpoints: Vec<Endpoint>,
) -> Result<(), MetadataError> {
    let settings = &handle.shared.settings;
    let broker = RegisterBroker {
        id: settings.node_id(),
        incarnation_id: io.random_uuid(),
        endpoints: endpoints.iter().map(image_endpoint).collect(),
        features: decide::supported_features(),
        rack: settings.rack.as_deref().map(Arc::from),
        directories: directory_ids(storage),
        cordoned_directories: Some(Vec::new()),
        previous_broker_epoch: storage.previous_broker_epoch(),
    };
    let controller = Controller {
        id: settings.node_id(),
        incarnation_id: io.random_uuid(),
        endpoints: settings.controller_endpoints.iter().map(controller_endpoint).collect(),
        features: decide::supported_features(),
        zk_migration_ready: false,
    };
    let epoch = handle.try_change(move |context| decide_join(context, &broker, controller)).await?;
    handle.shared.broker_epoch.store(epoch, Ordering::Release);
    storage.set_broker_epoch(epoch);
    Ok(())
}

fn decide_join(
    context: &DecideContext<'_>,
    broker: &RegisterBroker,
    controller: Controller,
) -> Result<Decision<i64>, Fault> {
    let mut records = decide::register_controller(context.image, controller).records;
    let (image, settings) = (context.image, context.settings);
    if let Some(resumed) = decide::resume_broker(image, settings, context.next_offset, broker)? {
        records.extend(resumed.records);
        return Ok(Decision { records, response: resumed.response });
    }
    let mut replayer = Replayer::new(context.image.clone());
    let registered =
        decide::register_broker(context.image, context.settings, context.next_offset, broker)?;
    records.extend(registered.records);
    for record in &records {
        let replayed = replayer.replay(record);
        replayed.map_err(|error| Fault::new(ErrorCode::UnknownServerError, error.to_string()))?;
    }
    let unfenced = unfence(replayer.image(), context.settings, broker.id, registered.response)?;
    records.extend(unfenced.records);
    Ok(Decision { records, response: registered.response })
}

fn unfence(image: &Image, settings: &Settings, id: i32, epoch: i64) -> Result<Decision<()>, Fault> {
    decide::unfence_broker(image, settings, id, epoch)
}

fn image_endpoint(endpoint: &Endpoint) -> ImageEndpoint {
    ImageEndpoint {
        name: endpoint.listener.as_str().into(),
        host: endpoint.host.as_str().into(),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    }
}

fn controller_endpoint(endpoint: &ottla_raft::VoterEndpoint) -> ImageEndpoint {
    ImageEndpoint {
        name: endpoint.name.as_str().into(),
        host: endpoint.host.as_str().into(),
        port: endpoint.port,
        security_protocol: 0,
    }
}
