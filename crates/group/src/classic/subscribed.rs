//! The topics that consumers subscribed to, read from what they sent when they joined. All versions of
//! the consumer protocol begin alike: version, topics.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;

use bytes::Bytes;
use ottla_wire::Reader;

/// The topics of all; `None` if one of them cannot be read.
pub(super) fn subscribed_topics<'a>(
    all: impl Iterator<Item = Option<&'a Bytes>>,
) -> Option<BTreeSet<Arc<str>>> {
    let mut topics = BTreeSet::new();
    for metadata in all {
        read_topics(metadata?, &mut topics)?;
    }
    Some(topics)
}

fn read_topics(metadata: &Bytes, topics: &mut BTreeSet<Arc<str>>) -> Option<()> {
    let mut reader = Reader::new(metadata.clone());
    let version = reader.int16("version").ok()?;
    if version < 0 {
        return None;
    }
    let count = reader.int32("topics").ok()?;
    for _ in 0..u32::try_from(count).ok()? {
        let topic = reader.string(false, "topic").ok()?;
        if !topics.contains(topic.as_str()) {
            topics.insert(topic.as_str().into());
        }
    }
    Some(())
}
