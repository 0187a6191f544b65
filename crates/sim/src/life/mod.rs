//! The life of a node's logs: several directories and topics with all kinds of settings, producers,
//! readers, deletion and changes of settings beside, while the process is killed, the power goes,
//! disks fill up, stall, fail and rot. Then quiet returns, and everything that was promised must be
//! there, the node must take new records within a bound, and recovering once more must change
//! nothing.
//!
//! ```text
//! plan.rs      what a seed draws           keeper.rs   the node, started again and again
//! room.rs      the world and who is in it  chaos.rs    what goes wrong
//! audit.rs     what must hold at the end   rot.rs      bits that flip
//! tally.rs     what happened, in numbers
//! ```
//!
//! In some worlds there is a crowd beside: sources, members of groups, transactions.
//!
//! ```text
//! crowd_plan.rs  what a seed draws of it    crowd.rs       who is in it
//! settling.rs    what must hold of it at the end
//! ```

mod audit;
mod chaos;
mod crowd;
mod crowd_plan;
mod keeper;
mod plan;
mod room;
mod rot;
mod settling;
mod tally;

use std::time::Duration;

use crate::World;

pub use plan::Trouble;
pub use tally::Tally;

/// More virtual time than a world needs: who waits that long waits for ever.
const WORLD_MAX: Duration = Duration::from_secs(1800);

/// Runs the world of `seed` to its end; says what happened in it.
///
/// # Panics
/// When a promise was broken, or somebody waits for ever.
pub fn run(seed: u64) -> Tally {
    run_traced(seed, 0).0
}

/// The same, and the last `lines_max` lines of what happened.
///
/// # Panics
/// As [`run`].
pub fn run_traced(seed: u64, lines_max: usize) -> (Tally, String) {
    let plan = plan::Plan::draw(seed);
    let world = World::with_faults(seed, plan.faults.clone());
    world.keep_trace(lines_max);
    let room = room::Room::new(&world, plan);
    let mut shown = PrintTrace(Some(world.clone()));
    let done = world.run(WORLD_MAX, async {
        room.open().await;
        chaos::break_things(&room).await;
        audit::audit(&room).await;
    });
    shown.0 = None;
    if let Err(stuck) = done {
        panic!("{stuck}");
    }
    let trace = world.trace();
    (room.tally(), trace)
}

/// Shows what is kept of the trace when a world ends in a panic.
struct PrintTrace(Option<World>);

impl Drop for PrintTrace {
    fn drop(&mut self) {
        if let Some(world) = &self.0 {
            eprint!("{}", world.trace());
        }
    }
}

/// What a seed draws, for a person.
pub fn describe(seed: u64) -> String {
    format!("{:#?}", plan::Plan::draw(seed))
}
