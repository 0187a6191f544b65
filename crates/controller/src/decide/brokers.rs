//! Who is in the cluster: registration, fencing, leaving.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_model::{BrokerId, ErrorCode, Offset, is_internal_topic};

use super::elect::{Departure, follow};
use super::{Decision, Fault, Settings};
use crate::image::{Broker, Controller, Endpoint, FeatureRange, Image, Map, Partition, Topic};
use crate::metadata_version::{METADATA_VERSION, SUPPORTED_FEATURES};
use crate::record::{BrokerChange, Record};

/// A broker that comes up.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterBroker {
    /// `node.id`.
    pub id: BrokerId,
    /// Made anew by every process.
    pub incarnation_id: Uuid,
    /// Where clients reach it.
    pub endpoints: Arc<[Endpoint]>,
    /// What it understands.
    pub features: Map<Arc<str>, FeatureRange>,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// Ids of its online directories.
    pub directories: Vec<Uuid>,
    /// Ids of those that take no new replicas.
    pub cordoned_directories: Option<Vec<Uuid>>,
    /// The epoch it had when it last stopped cleanly; -1 if it did not.
    pub previous_broker_epoch: i64,
}

/// The features of this program, as brokers and controllers register them.
pub fn supported_features() -> Map<Arc<str>, FeatureRange> {
    let mut features = Map::default();
    for feature in SUPPORTED_FEATURES {
        features.insert_mut(
            feature.name.into(),
            FeatureRange { min: feature.min_level, max: feature.max_level },
        );
    }
    features
}

/// Registers a broker, fenced; its epoch is `next_offset`, the offset of the first record decided
/// here. Partitions it was in learn that an incarnation of it is gone.
///
/// # Errors
/// When it cannot work at the levels the cluster is at, or claims directories of another broker.
pub fn register_broker(
    image: &Image,
    settings: &Settings,
    next_offset: Offset,
    request: &RegisterBroker,
) -> Result<Decision<i64>, Fault> {
    check_directories(image, request)?;
    check_features(image, request)?;
    let existing = image.brokers.get(&request.id);
    let mut records = Vec::new();
    let mut broker = registration(request, next_offset);
    match existing {
        Some(same) if same.incarnation_id == request.incarnation_id => {
            broker.epoch = same.epoch;
            broker.fenced = same.fenced;
            broker.in_controlled_shutdown = same.in_controlled_shutdown;
        }
        _ => {
            let was_clean = !image.is_elr_enabled()
                || existing.is_none_or(|old| old.epoch == request.previous_broker_epoch);
            leave_partitions(image, settings, request.id, was_clean, &mut records);
        }
    }
    let epoch = broker.epoch;
    records.push(Record::RegisterBroker(broker));
    Ok(Decision { records, response: epoch })
}

/// Registers the only broker there is again after it stopped cleanly, ready to lead. Nobody can
/// have led in its place and nothing of its logs was lost, so that partitions keep their leader
/// epochs: the start of a lone node does not grow with their number. (Kafka changes every partition
/// twice here.) `None` if anything is different; then [`register_broker`] is the way.
///
/// # Errors
/// As [`register_broker`].
pub fn resume_broker(
    image: &Image,
    settings: &Settings,
    next_offset: Offset,
    request: &RegisterBroker,
) -> Result<Option<Decision<i64>>, Fault> {
    let Some(existing) = image.brokers.get(&request.id).filter(|_| image.brokers.size() == 1)
    else {
        return Ok(None);
    };
    if existing.epoch != request.previous_broker_epoch
        || existing.directories != sorted(&request.directories)
    {
        return Ok(None);
    }
    check_features(image, request)?;
    let broker = Broker { fenced: false, ..registration(request, next_offset) };
    let mut records = [Record::RegisterBroker(broker)].to_vec();
    let departure = Departure { added: Some(request.id), ..Departure::default() };
    follow(image, settings, departure, |_, partition| partition.leader < 0, &mut records);
    Ok(Some(Decision { records, response: next_offset }))
}

/// Fences the only broker there is, which stops: its partitions wait for it as they are, so that
/// neither stop nor start grows with their number. Only those of the coordinators' topics are given
/// up as Kafka does it with all: a Kafka that starts next would begin to load groups and
/// transactions as their leader, and complain when its registration takes the leadership away.
/// `None` if there are others to lead in its place.
///
/// # Errors
/// When it is not registered at that epoch.
pub fn suspend_broker(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
    epoch: i64,
) -> Result<Option<Decision<()>>, Fault> {
    let is_fenced = check_epoch(image, id, epoch)?.fenced;
    if image.brokers.size() != 1 {
        return Ok(None);
    }
    let change = BrokerChange { fenced: Some(true), ..BrokerChange::default() };
    let mut records = Vec::new();
    if !is_fenced {
        let departure = Departure { removed: Some(id), ..Departure::default() };
        let concerns = |topic: &Topic, partition: &Partition| {
            is_internal_topic(&topic.name) && partition.isr.contains(&id)
        };
        follow(image, settings, departure, concerns, &mut records);
        records.push(Record::BrokerRegistrationChange { id, epoch, change });
    }
    Ok(Some(Decision { records, response: () }))
}

/// The registration of a new incarnation, fenced.
fn registration(request: &RegisterBroker, epoch: i64) -> Broker {
    Broker {
        id: request.id,
        epoch,
        incarnation_id: request.incarnation_id,
        endpoints: request.endpoints.clone(),
        features: request.features.clone(),
        rack: request.rack.clone(),
        fenced: true,
        in_controlled_shutdown: false,
        directories: sorted(&request.directories),
        cordoned_directories: request.cordoned_directories.as_deref().map(sorted),
        is_migrating_zk_broker: false,
    }
}

fn check_directories(image: &Image, request: &RegisterBroker) -> Result<(), Fault> {
    let refuse = |text: String| Err(Fault::new(ErrorCode::InvalidRegistration, text));
    if !image.metadata_version().has_directories() {
        return Ok(());
    }
    if request.directories.is_empty() {
        return refuse("No directories specified in request".into());
    }
    // Ids up to 99 are reserved for "none", "lost" and the like.
    if request.directories.iter().any(|id| *id <= Uuid::from_low(99)) {
        return refuse("Reserved directory ID in request".into());
    }
    let unique = sorted(&request.directories);
    if unique.len() != request.directories.len() {
        return refuse("Duplicate directory ID in request".into());
    }
    for broker in image.brokers.values().filter(|broker| broker.id != request.id) {
        if let Some(id) = broker.directories.iter().find(|id| unique.contains(id)) {
            return refuse(format!(
                "Broker {} is already registered with directory {id}",
                broker.id
            ));
        }
    }
    Ok(())
}

fn check_features(image: &Image, request: &RegisterBroker) -> Result<(), Fault> {
    for (name, level) in &image.features {
        let range = request.features.get(name).copied();
        let unsupported = match range {
            Some(range) => !(range.min..=range.max).contains(level),
            None => &**name == METADATA_VERSION || *level != 0,
        };
        if unsupported {
            let FeatureRange { min, max } = range.unwrap_or(FeatureRange { min: 0, max: 0 });
            return Err(Fault::new(
                ErrorCode::UnsupportedVersion,
                format!(
                    "Unable to register because the broker does not support finalized version \
                     {level} of {name}. The broker wants a version between {min} and {max}, \
                     inclusive."
                ),
            ));
        }
    }
    Ok(())
}

/// Registers this program as a controller.
pub fn register_controller(image: &Image, controller: Controller) -> Decision<()> {
    if !image.metadata_version().has_controller_registration() {
        return Decision::answer(());
    }
    Decision { records: [Record::RegisterController(controller)].into(), response: () }
}

/// Forgets a controller that is gone for good (4.4).
///
/// # Errors
/// When it is not registered, or is this controller itself.
pub fn unregister_controller(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
) -> Result<Decision<()>, Fault> {
    if !image.metadata_version().has_controller_unregistration() {
        return Err(Fault::new(
            ErrorCode::UnsupportedVersion,
            "The current MetadataVersion is too old to support controller unregistration.",
        ));
    }
    if id == settings.node_id {
        return Err(Fault::new(
            ErrorCode::InvalidRequest,
            "Controller cannot unregister itself while it is active.",
        ));
    }
    if image.controllers.get(&id).is_none() {
        return Err(Fault::new(
            ErrorCode::ControllerIdNotRegistered,
            format!("Controller ID {id} is not currently registered."),
        ));
    }
    Ok(Decision { records: [Record::UnregisterController { id }].into(), response: () })
}

/// Lets a broker lead: it has caught up.
///
/// # Errors
/// When it is not registered at that epoch.
pub fn unfence_broker(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
    epoch: i64,
) -> Result<Decision<()>, Fault> {
    if !check_epoch(image, id, epoch)?.fenced {
        return Ok(Decision::answer(()));
    }
    let change = BrokerChange { fenced: Some(false), ..BrokerChange::default() };
    let mut records = [Record::BrokerRegistrationChange { id, epoch, change }].to_vec();
    let departure = Departure { added: Some(id), ..Departure::default() };
    follow(image, settings, departure, |_, partition| partition.leader < 0, &mut records);
    Ok(Decision { records, response: () })
}

/// Keeps a broker from leading.
///
/// # Errors
/// When it is not registered at that epoch.
pub fn fence_broker(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
    epoch: i64,
) -> Result<Decision<()>, Fault> {
    if check_epoch(image, id, epoch)?.fenced {
        return Ok(Decision::answer(()));
    }
    let mut records = Vec::new();
    leave_partitions(image, settings, id, true, &mut records);
    let change = BrokerChange { fenced: Some(true), ..BrokerChange::default() };
    records.push(Record::BrokerRegistrationChange { id, epoch, change });
    Ok(Decision { records, response: () })
}

/// Takes a broker out of the partitions whose replicas it keeps in log dirs that have failed, and
/// remembers which dirs are left (KIP-858). Ids that are not registered, or no more, are passed over.
///
/// # Errors
/// When it is not registered at that epoch.
pub fn directories_offline(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
    epoch: i64,
    offline: &[Uuid],
) -> Result<Decision<()>, Fault> {
    let broker = check_epoch(image, id, epoch)?;
    let (gone, left): (Vec<Uuid>, Vec<Uuid>) =
        broker.directories.iter().partition(|directory| offline.contains(directory));
    if gone.is_empty() {
        return Ok(Decision::answer(()));
    }
    let mut records = Vec::new();
    let departure = Departure { removed: Some(id), ..Departure::default() };
    let concerns = |_: &Topic, partition: &Partition| {
        let directory = partition.directory_of(id);
        partition.isr.contains(&id) && directory.is_some_and(|directory| gone.contains(&directory))
    };
    follow(image, settings, departure, concerns, &mut records);
    let change = BrokerChange { directories: Some(left.into()), ..BrokerChange::default() };
    records.push(Record::BrokerRegistrationChange { id, epoch, change });
    Ok(Decision { records, response: () })
}

/// A broker wishes to stop: others take its partitions over, as far as there are others.
///
/// # Errors
/// When it is not registered at that epoch.
pub fn begin_controlled_shutdown(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
    epoch: i64,
) -> Result<Decision<()>, Fault> {
    if check_epoch(image, id, epoch)?.in_controlled_shutdown {
        return Ok(Decision::answer(()));
    }
    let change = BrokerChange { in_controlled_shutdown: Some(true), ..BrokerChange::default() };
    let mut records = [Record::BrokerRegistrationChange { id, epoch, change }].to_vec();
    leave_partitions(image, settings, id, true, &mut records);
    Ok(Decision { records, response: () })
}

/// Says which of a broker's directories take no new replicas.
///
/// # Errors
/// When it is not registered at that epoch.
pub fn set_cordoned_directories(
    image: &Image,
    id: BrokerId,
    epoch: i64,
    cordoned: &[Uuid],
) -> Result<Decision<()>, Fault> {
    let broker = check_epoch(image, id, epoch)?;
    let cordoned = sorted(cordoned);
    if !image.metadata_version().has_cordoned_directories()
        || broker.cordoned_directories.as_ref() == Some(&cordoned)
    {
        return Ok(Decision::answer(()));
    }
    let change = BrokerChange { cordoned_directories: Some(cordoned), ..BrokerChange::default() };
    let records = [Record::BrokerRegistrationChange { id, epoch, change }].into();
    Ok(Decision { records, response: () })
}

/// Forgets a broker that is gone for good.
///
/// # Errors
/// When it is not registered.
pub fn unregister_broker(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
) -> Result<Decision<()>, Fault> {
    let Some(broker) = image.brokers.get(&id) else {
        return Err(Fault::new(
            ErrorCode::BrokerIdNotRegistered,
            format!("Broker ID {id} is not currently registered"),
        ));
    };
    let mut records = Vec::new();
    leave_partitions(image, settings, id, true, &mut records);
    records.push(Record::UnregisterBroker { id, epoch: broker.epoch });
    Ok(Decision { records, response: () })
}

/// Takes a broker out of the partitions it was in sync or eligible in.
fn leave_partitions(
    image: &Image,
    settings: &Settings,
    id: BrokerId,
    was_clean: bool,
    records: &mut Vec<Record>,
) {
    let in_isr = |_: &Topic, partition: &Partition| partition.isr.contains(&id);
    if was_clean {
        let departure = Departure { removed: Some(id), ..Departure::default() };
        follow(image, settings, departure, in_isr, records);
    } else {
        let departure = Departure { unclean: Some(id), ..Departure::default() };
        let concerns = |topic: &Topic, partition: &Partition| {
            in_isr(topic, partition) || partition.elr.contains(&id)
        };
        follow(image, settings, departure, concerns, records);
    }
}

/// The registration of `id`, if it is at `epoch`.
pub(super) fn check_epoch(image: &Image, id: BrokerId, epoch: i64) -> Result<&Arc<Broker>, Fault> {
    let stale = |text| Err(Fault::new(ErrorCode::StaleBrokerEpoch, text));
    match image.brokers.get(&id) {
        None => stale(format!("No broker registration found for broker id {id}")),
        Some(broker) if broker.epoch != epoch => {
            stale(format!("Expected broker epoch {}, but got broker epoch {epoch}", broker.epoch))
        }
        Some(broker) => Ok(broker),
    }
}

fn sorted(ids: &[Uuid]) -> Arc<[Uuid]> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.into()
}
