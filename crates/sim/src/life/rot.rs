//! Bits that rot in the files of a partition.

use ottla_record::BatchHeader;

use super::chaos::start_anew;
use super::keeper::BROKER;
use super::room::{Room, Watched};
use crate::Event;

/// Bytes of the largest file that is looked into.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Flips a bit or a few in one partition, while the node runs or between two of its lives.
pub(super) async fn rot(room: &Room) {
    let watched = &room.watched[room.draw(0, room.watched.len() as u64 - 1) as usize];
    if room.chance(1, 2) {
        room.keeper.kill();
    }
    for _ in 0..room.draw(1, 3) {
        rot_one(room, watched);
    }
    if !room.keeper.is_running() || room.chance(1, 2) {
        start_anew(room);
    }
    room.pause(0, 1000).await;
}

fn rot_one(room: &Room, watched: &Watched) {
    let files = files_of(room, watched);
    if files.is_empty() {
        return;
    }
    let path = files[room.draw(0, files.len() as u64 - 1) as usize].clone();
    let Ok(content) = room.world.node(BROKER).disk().read(&path, FILE_BYTES_MAX) else { return };
    let Some(position) = room.world.rot(BROKER, &path) else { return };
    if path.ends_with(".log") {
        let offset = batch_at(&content, position).unwrap_or(0);
        watched.history.note(Event::Rotted { offset });
    }
}

/// The files of a partition whose content a checksum covers, or whose loss is made good.
fn files_of(room: &Room, watched: &Watched) -> Vec<String> {
    let disk = room.world.node(BROKER).disk();
    let mut files = Vec::new();
    for dir in &room.plan.dirs {
        let target = &watched.target;
        let dir = format!("{}/{}-{}", dir.display(), target.topic, target.partition);
        for entry in disk.list(&dir).unwrap_or_default() {
            let kinds = [".log", ".index", ".timeindex", ".snapshot"];
            if entry.len > 0 && kinds.iter().any(|kind| entry.name.ends_with(kind)) {
                files.push(format!("{dir}/{}", entry.name));
            }
        }
    }
    files
}

/// The first offset of the batch that the byte at `position` belongs to.
fn batch_at(content: &[u8], position: u64) -> Option<i64> {
    let mut at = 0;
    while let Some(header) = content.get(at..).and_then(|rest| BatchHeader::parse(rest).ok()) {
        let end = at + header.size_in_bytes();
        if (position as usize) < end {
            return Some(header.base_offset);
        }
        at = end;
    }
    None
}
