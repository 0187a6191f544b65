//! What goes wrong, round after round, and what everybody must know of it.

use std::path::PathBuf;
use std::time::Duration;

use ottla_log::files::clean_shutdown;

use super::keeper::BROKER;
use super::plan::Trouble;
use super::room::Room;
use super::rot;
use crate::Faults;

/// Milliseconds between two rounds, at most.
const CALM_MS_MAX: u64 = 500;

/// Milliseconds until the last answers on the wire have arrived.
const SETTLE_MS: (u64, u64) = (1000, 3000);

/// Lets trouble come a few times, then makes peace.
pub(super) async fn break_things(room: &Room) {
    for _ in 0..room.plan.rounds {
        room.pause(1, CALM_MS_MAX).await;
        let kinds = &room.plan.trouble;
        let kind = kinds[room.draw(0, kinds.len() as u64 - 1) as usize];
        room.note_trouble(kind);
        if let Some(crowd) = &room.crowd {
            crowd.end_somebody(room);
        }
        one(room, kind).await;
        if !room.keeper.is_running() {
            start_anew(room);
        }
    }
    make_peace(room);
}

async fn one(room: &Room, kind: Trouble) {
    match kind {
        Trouble::Kill => kill(room).await,
        Trouble::PowerCut => cut_power(room).await,
        Trouble::Stop => stop(room).await,
        Trouble::FullDisk => fill_disk(room).await,
        Trouble::FailedSyncs => fail_syncs(room).await,
        Trouble::FailedReads => fail_reads(room).await,
        Trouble::FailedWrites => fail_writes(room).await,
        Trouble::Stall => stall(room).await,
        Trouble::NetCut => cut_net(room).await,
        Trouble::ClockJump => jump_clock(room),
        Trouble::Rot => rot::rot(room).await,
    }
}

/// No faults from here on, and a node that runs.
fn make_peace(room: &Room) {
    let world = &room.world;
    world.set_faults(Faults::default());
    world.set_disk_capacity(BROKER, u64::MAX);
    world.fail_syncs(BROKER, 0);
    world.fail_reads(BROKER, false);
    world.fail_writes(BROKER, false);
    room.let_back_in();
    start_anew(room);
}

pub(super) fn start_anew(room: &Room) {
    room.keeper.kill();
    room.keeper.start();
}

/// Once, or again and again while it starts.
async fn kill(room: &Room) {
    start_anew(room);
    while room.chance(1, 3) {
        room.pause(0, 40).await;
        start_anew(room);
    }
}

async fn cut_power(room: &Room) {
    let mut cuts_left = room.draw(1, 3);
    loop {
        if room.chance(1, 2) {
            room.world.crash_after_disk_writes(BROKER, room.draw(0, 60));
            room.pause(0, 1000).await;
        }
        let dark = Duration::from_millis(room.draw(SETTLE_MS.0, SETTLE_MS.1));
        room.keeper.cut_power(dark).await;
        room.lock_out();
        room.keeper.start();
        cuts_left -= 1;
        if cuts_left == 0 {
            break;
        }
        room.pause(0, 30).await;
    }
    room.note_recovery().await;
}

/// A stop in order makes everything durable, also against a power cut right behind it; but for logs that
/// an earlier end has left to be recovered, and that it leaves to the next start: it makes no mark then.
async fn stop(room: &Room) {
    let stopped_before = room.keeper.stopped();
    room.keeper.ask_to_stop();
    if room.chance(1, 4) {
        room.pause(0, 200).await;
        if room.keeper.is_running() {
            return kill(room).await;
        }
    }
    let ended = room.keeper.wait_for_end().await;
    assert!(ended, "liveness: the node did not stop");
    let disk = room.world.node(BROKER).disk();
    let is_marked =
        |dir: &PathBuf| disk.exists(dir.join(clean_shutdown::FILE_NAME)).unwrap_or(false);
    let has_stopped = room.keeper.stopped() > stopped_before;
    if has_stopped && room.chance(1, 2) && room.plan.dirs.iter().all(is_marked) {
        room.keeper.cut_power(Duration::from_millis(10)).await;
    }
    start_anew(room);
}

/// The disk is full, perhaps also for a process that is started then.
async fn fill_disk(room: &Room) {
    let used = room.world.disk_used(BROKER);
    room.world.set_disk_capacity(BROKER, used + room.draw(0, 60 << 10));
    room.pause(1, 4000).await;
    if room.chance(1, 4) {
        start_anew(room);
        room.pause(1, 1000).await;
    }
    room.world.set_disk_capacity(BROKER, u64::MAX);
    room.pause(0, 2000).await;
}

/// Syncs fail, and what they were to write may be gone, although the page cache shows it; then the
/// process is started anew, and perhaps the power goes before long.
async fn fail_syncs(room: &Room) {
    room.world.fail_syncs(BROKER, room.draw(1, 3) as u32);
    room.pause(1, 2000).await;
    room.world.fail_syncs(BROKER, 0);
    start_anew(room);
    if room.chance(1, 2) {
        room.pause(1, 2000).await;
        cut_power(room).await;
    }
}

async fn fail_reads(room: &Room) {
    room.world.fail_reads(BROKER, true);
    room.pause(1, 500).await;
    if room.chance(1, 3) {
        start_anew(room);
        room.pause(1, 200).await;
    }
    room.world.fail_reads(BROKER, false);
    room.pause(1, 200).await;
    start_anew(room);
}

async fn fail_writes(room: &Room) {
    room.world.fail_writes(BROKER, true);
    room.pause(1, 1000).await;
    if room.chance(1, 3) {
        start_anew(room);
        room.pause(1, 200).await;
    }
    room.world.fail_writes(BROKER, false);
    room.pause(1, 200).await;
    start_anew(room);
}

async fn stall(room: &Room) {
    let before = room.world.faults();
    let longest = room.draw(100, 20_000);
    room.world.set_faults(Faults {
        stall_per_million: room.draw(100_000, 1_000_000),
        stall_ms: (longest / 10, longest),
        ..before.clone()
    });
    room.pause(100, 5000).await;
    if room.chance(1, 3) {
        start_anew(room);
        room.pause(100, 2000).await;
    }
    room.world.set_faults(before);
}

async fn cut_net(room: &Room) {
    let client = room.some_client();
    room.world.partition(&client, BROKER);
    room.pause(1, 8000).await;
    room.world.heal(&client, BROKER);
}

fn jump_clock(room: &Room) {
    let millis = room.draw(1, 600_000) as i64;
    let millis = if room.chance(1, 2) { -millis } else { millis };
    room.world.jump_wall_clock(BROKER, millis);
}
